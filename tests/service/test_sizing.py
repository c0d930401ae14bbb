"""Every unit of a size on every exchange, from the alert to the exchange's ledger; the market stands at 60000."""

from decimal import Decimal
from typing import Any

import pytest

from tests.service.bench import Bench
from tests.service.cases import ACCOUNTS, venue

HEDGE = ("okx", "bitget", "bitget_uta", "bitunix")


def buy(symbol: str, quantity: str, unit: str, **more: Any) -> dict[str, Any]:
    return {"action": "buy", "symbol": symbol, "quantity": quantity, "unit": unit, **more}


def geared(account: str, times: str) -> dict[str, str]:
    """A leverage as this exchange wants it told: CoinEx sets it together with the margin mode."""
    return {"leverage": times} | ({"margin_mode": "cross"} if account == "coinex" else {})


def bought(bench: Bench, account: str) -> Decimal:
    [accepted] = bench.ledger(venue(account))
    return Decimal(accepted["filled"])


def in_coins(account: str, symbol: str, size: Decimal) -> Decimal:
    return size / 100 if account == "okx" and symbol.endswith(".P") else size


@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.parametrize("symbol", ["BTCUSDT", "BTCUSDT.P"])
@pytest.mark.parametrize(("unit", "waits"), [("percent_available", True), ("percent_equity", False), ("base", False)])
def test_what_is_available_is_read_once_the_order_before_must_show_in_it(
    bench: Bench, account: str, symbol: str, unit: str, waits: bool
) -> None:
    size = "0.01" if unit == "base" else "2"
    bench.route(accounts=[account])
    for number in ("1", "2"):
        bench.post({**buy(symbol, size, unit), "id": number})
    bench.drain()
    first, second = bench.orders()
    assert [first["state"], second["state"]] == ["placed", "placed"], second["reason"]
    told = [line["note"] for line in second["history"]]
    assert any("the account may not show it yet" in note for note in told) is waits


@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.parametrize("symbol", ["BTCUSDT", "BTCUSDT.P"])
def test_a_percent_of_what_is_available_is_the_order_s_value(bench: Bench, account: str, symbol: str) -> None:
    order = bench.run(buy(symbol, "6", "percent_available"), accounts=[account])
    assert order["state"] == "placed", order["reason"]
    assert Decimal("0.98") <= in_coins(account, symbol, bought(bench, account)) <= 1


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_percent_of_equity_counts_what_other_orders_hold_too(bench: Bench, account: str) -> None:
    resting = {"action": "buy", "symbol": "BTCUSDT.P", "type": "limit", "price": "30000", "quantity": "1"}
    bench.run(resting, accounts=[account])
    bench.run(buy("BTCUSDT.P", "6", "percent_equity"))
    [_, accepted] = bench.ledger(venue(account))
    assert Decimal("0.99") <= in_coins(account, ".P", Decimal(accepted["filled"])) <= 1


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_percent_of_equity_on_spot_counts_money_and_the_symbol_s_coins(bench: Bench, account: str) -> None:
    order = bench.run(buy("BTCUSDT", "6", "percent_equity"), accounts=[account])
    assert order["state"] == "placed", order["reason"]
    assert Decimal("6.9") <= bought(bench, account) <= 7  # a million, and 100 coins worth six


@pytest.mark.parametrize("account", ACCOUNTS)
def test_collateral_is_multiplied_by_the_leverage_of_the_alert(bench: Bench, account: str) -> None:
    order = bench.run(buy("BTCUSDT.P", "1200", "collateral", **geared(account, "5")), accounts=[account])
    assert order["state"] == "placed", order["reason"]
    assert Decimal("0.099") <= in_coins(account, ".P", bought(bench, account)) <= Decimal("0.1")


@pytest.mark.parametrize("symbol", ["BTCUSDT.P", "BTCUSDT"])
def test_collateral_without_a_leverage_is_refused_at_the_door(bench: Bench, symbol: str) -> None:
    reply = bench.post(buy(symbol, "1200", "collateral"))
    assert reply.status == 422
    assert "collateral" in str(reply.reason)


@pytest.mark.parametrize("account", ["okx", "bitget", "bitget_uta", "bitunix"])
def test_a_close_of_one_side_leaves_the_other_alone(bench: Bench, account: str) -> None:
    bench.venues[venue(account)].accounts[account].change({"position_mode": "hedge"})
    bench.run(buy("BTCUSDT.P", "0.03", "base"), accounts=[account])
    bench.run({**buy("BTCUSDT.P", "0.01", "base"), "action": "sell"})
    bench.clock.sleep(10)
    bench.route(format="okx_signal_b")
    signal = {"action": "EXIT_LONG", "instrument": "BTC-USDT-SWAP", "signalToken": "fake"}
    assert bench.post(signal).status == 202, bench.post(signal)
    bench.drain()
    assert bench.position(account) == Decimal("-0.01")


@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.parametrize("symbol", ["BTCUSDT", "BTCUSDT.P"])
def test_a_limit_order_of_money_is_sized_at_its_own_price(bench: Bench, account: str, symbol: str) -> None:
    order = bench.run(buy(symbol, "500", "quote", type="limit", price="50000"), accounts=[account])
    assert order["state"] == "placed", order["reason"]
    [accepted] = bench.ledger(venue(account))
    assert in_coins(account, symbol, Decimal(accepted["quantity"])) == Decimal("0.01")


@pytest.mark.parametrize("account", ACCOUNTS)
def test_half_of_the_free_coins_are_sold_on_spot(bench: Bench, account: str) -> None:
    order = bench.run({**buy("BTCUSDT", "50", "percent_available"), "action": "sell"}, accounts=[account])
    assert (order["state"], Decimal(order["filled_quantity"])) == ("placed", Decimal(50))


@pytest.mark.parametrize("account", ACCOUNTS)
def test_an_alert_s_leverage_is_set_before_its_order_and_only_when_it_differs(bench: Bench, account: str) -> None:
    first = bench.run(buy("BTCUSDT.P", "0.01", "base", **geared(account, "7")), accounts=[account])
    assert first["state"] == "placed", first["reason"]
    simulated = bench.venues[venue(account)]
    asked = len(simulated.ledger.requests)
    second = bench.run(buy("BTCUSDT.P", "0.01", "base", **geared(account, "7"), id="2"))
    assert second["state"] == "placed", second["reason"]
    again = [row for row in simulated.ledger.requests[asked:] if "leverage" in row["path"] and row["method"] == "POST"]
    assert again == []


@pytest.mark.parametrize("account", HEDGE)
def test_leverage_is_set_on_a_hedge_account_too(bench: Bench, account: str) -> None:
    bench.venues[venue(account)].accounts[account].change({"position_mode": "hedge"})
    order = bench.run(buy("BTCUSDT.P", "0.01", "base", leverage="7"), accounts=[account])
    assert order["state"] == "placed", order["reason"]


@pytest.mark.parametrize("account", ["coinex", "okx", "bitget", "bitunix"])
def test_an_isolated_order_is_isolated(bench: Bench, account: str) -> None:
    order = bench.run(buy("BTCUSDT.P", "0.01", "base", leverage="3", margin_mode="isolated"), accounts=[account])
    assert order["state"] == "placed", order["reason"]
