"""Every kind of order on every exchange: from the alert's body to the exchange's ledger."""

from decimal import Decimal

import pytest

from tests.service.bench import Bench
from tests.service.cases import ACCOUNTS, MARKETS, limit_buy, limit_sell, market_buy, venue


def filled(order: dict[str, object]) -> Decimal:
    return Decimal(str(order["filled_quantity"]))


@pytest.mark.parametrize(("account", "symbol"), MARKETS)
def test_a_market_buy_is_filled_once_and_confirmed(bench: Bench, account: str, symbol: str) -> None:
    order = bench.run(market_buy(symbol), accounts=[account])
    assert (order["state"], order["attempts"], order["reason"]) == ("placed", 1, None)
    assert filled(order) == Decimal("0.01")
    assert Decimal(order["average_price"]) == 60000
    [accepted] = bench.ledger(venue(account))
    assert accepted["order_id"] == order["exchange_order_id"]


@pytest.mark.parametrize(("account", "symbol"), MARKETS)
def test_a_limit_order_rests_at_its_price_under_our_id(bench: Bench, account: str, symbol: str) -> None:
    order = bench.run(limit_buy(symbol), accounts=[account])
    assert (order["state"], order["side"], order["type"]) == ("placed", "buy", "limit")
    [accepted] = bench.ledger(venue(account))
    assert Decimal(accepted["price"]) == 50000
    assert accepted["state"] == "open"
    if account != "jex":
        assert accepted["client_id"] == order["order_id"]


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_close_ends_a_long_position_and_then_there_is_nothing_to_close(bench: Bench, account: str) -> None:
    bench.run(market_buy("BTCUSDT.P"), accounts=[account])
    bench.clock.sleep(40)
    closed = bench.run({"action": "close", "symbol": "BTCUSDT.P"})
    assert (closed["state"], closed["side"]) == ("placed", "sell")
    bench.clock.sleep(40)
    again = bench.run({"action": "close", "symbol": "BTCUSDT.P"})
    assert again["state"] == "rejected"
    assert again["reason"].startswith("nothing to close")
    assert again["attempts"] == 0


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_close_ends_a_short_position(bench: Bench, account: str) -> None:
    bench.run({**market_buy("BTCUSDT.P"), "action": "sell"}, accounts=[account])
    closed = bench.run({"action": "close", "symbol": "BTCUSDT.P"})
    assert (closed["state"], closed["side"]) == ("placed", "buy")
    assert bench.run({"action": "close", "symbol": "BTCUSDT.P", "id": "2"})["reason"].startswith("nothing to close")


@pytest.mark.parametrize("account", ACCOUNTS)
def test_half_a_position_is_closed(bench: Bench, account: str) -> None:
    bench.run(market_buy("BTCUSDT.P", quantity="0.04"), accounts=[account])
    half = bench.run({"action": "close", "symbol": "BTCUSDT.P", "quantity": "50", "unit": "percent_position"})
    assert (half["state"], filled(half)) == ("placed", Decimal("0.02"))
    rest = bench.run({"action": "close", "symbol": "BTCUSDT.P"})
    assert (rest["state"], filled(rest)) == ("placed", Decimal("0.02"))


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_reduce_only_order_never_turns_the_position_around(bench: Bench, account: str) -> None:
    bench.run(market_buy("BTCUSDT.P"), accounts=[account])
    order = bench.run({**market_buy("BTCUSDT.P", quantity="0.05", reduce_only=True), "action": "sell"})
    assert (order["state"], filled(order)) == ("placed", Decimal("0.01"))
    again = bench.run({**market_buy("BTCUSDT.P", reduce_only=True), "action": "sell"})
    assert again["reason"].startswith("nothing to close")


@pytest.mark.parametrize("account", ["okx", "bitget", "bitget_uta", "bitunix"])
def test_a_hedge_account_closes_both_sides_as_two_orders(bench: Bench, account: str) -> None:
    bench.venues[venue(account)].accounts[account].change({"position_mode": "hedge"})
    bench.run(market_buy("BTCUSDT.P"), accounts=[account])
    bench.run({**market_buy("BTCUSDT.P"), "action": "sell"})
    bench.post({"action": "close", "symbol": "BTCUSDT.P"})
    bench.drain()
    closes = [order for order in bench.orders() if order["action"] == "close"]
    assert [(order["state"], order["side"]) for order in closes] == [("placed", "sell"), ("placed", "buy")]
    assert closes[0]["order_id"] != closes[1]["order_id"]
    assert bench.run({"action": "close", "symbol": "BTCUSDT.P", "id": "2"})["reason"].startswith("nothing to close")


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_spot_close_sells_what_is_held(bench: Bench, account: str) -> None:
    order = bench.run({"action": "close", "symbol": "BTCUSDT"}, accounts=[account])
    assert (order["state"], order["side"], filled(order)) == ("placed", "sell", Decimal(100))


@pytest.mark.parametrize("account", ACCOUNTS)
def test_money_buys_coins_for_at_most_that_amount(bench: Bench, account: str) -> None:
    bench.run(market_buy(quantity="120", unit="quote"), accounts=[account])
    [accepted] = bench.ledger(venue(account))
    spent = Decimal(accepted["filled"]) * 60000
    assert Decimal("110") < spent <= Decimal("120")


@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.parametrize("force", ["ioc", "fok", "post_only"])
def test_time_in_force_is_sent_or_refused_never_dropped(bench: Bench, account: str, force: str) -> None:
    symbol = "BTCUSDT.P" if account != "jex" else "BTCUSDT"
    price = "50000" if force == "post_only" else "61000"
    order = bench.run(limit_buy(symbol, price, time_in_force=force), accounts=[account])
    if account == "jex":
        assert order["state"] == "rejected"
        assert order["reason"].startswith("unsupported")
    else:
        assert order["state"] == "placed", order["reason"]
        [accepted] = bench.ledger(venue(account))
        assert accepted["state"] == ("open" if force == "post_only" else "filled")


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_post_only_order_that_would_take_is_not_placed(bench: Bench, account: str) -> None:
    symbol = "BTCUSDT" if account == "jex" else "BTCUSDT.P"
    order = bench.run(limit_buy(symbol, "61000", time_in_force="post_only"), accounts=[account])
    assert order["state"] == "rejected"
    assert not [one for one in bench.ledger(venue(account)) if Decimal(one["filled"]) > 0]


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_size_below_the_minimum_is_refused_with_the_numbers(bench: Bench, account: str) -> None:
    order = bench.run(market_buy("BTCUSDT.P", quantity="0.0000001"), accounts=[account])
    assert order["state"] == "rejected"
    assert "minimum" in order["reason"]
    assert not bench.ledger(venue(account))


@pytest.mark.parametrize("account", ACCOUNTS)
def test_an_unknown_symbol_is_refused_by_name(bench: Bench, account: str) -> None:
    order = bench.run(market_buy("NOPEUSDT"), accounts=[account])
    assert order["state"] == "rejected"
    assert "NOPEUSDT" in order["reason"]


@pytest.mark.parametrize(("account", "symbol"), MARKETS)
def test_too_little_balance_is_the_exchange_s_own_refusal(bench: Bench, account: str, symbol: str) -> None:
    order = bench.run(limit_buy(symbol, quantity="900"), accounts=[account])
    assert order["state"] == "rejected", order
    assert any(character.isdigit() for character in order["reason"])
    assert order["exchange_order_id"] is None


def test_legs_of_one_alert_run_in_order_and_carry_their_own_records(bench: Bench) -> None:
    bench.route(accounts=["okx"])
    bench.post([limit_buy(ref="a"), limit_buy(price="49000", ref="b"), limit_sell(ref="c")])
    bench.drain()
    assert [order["ref"] for order in bench.orders()] == ["a", "b", "c"]
    assert [order["state"] for order in bench.orders()] == ["placed"] * 3


def test_several_accounts_get_an_order_each(bench: Bench) -> None:
    bench.route(accounts=["okx", "coinex", "bitget"])
    bench.post(limit_buy())
    bench.drain()
    orders = bench.orders()
    assert sorted(order["account"] for order in orders) == ["bitget", "coinex", "okx"]
    assert len({order["order_id"] for order in orders}) == 3
