"""Stops, take-profits and stop-losses: native where the exchange has them, refused by name where it has not."""

from decimal import Decimal
from typing import Any

import pytest

from tests.service.bench import Bench
from tests.service.cases import ACCOUNTS, market_buy, venue

HEDGE = ("okx", "bitget", "bitget_uta", "bitunix")
PERP = "BTCUSDT.P"
STOPS = [(account, symbol) for account in ("coinex", "okx", "bitget") for symbol in ("BTCUSDT", PERP)]
"""Where a stop may open; on JEX and Bitget's unified accounts it only reduces."""

ATTACHED = {
    ("okx", "BTCUSDT", "limit"),
    ("bitget", "BTCUSDT", "market"),
    ("bitget", "BTCUSDT", "limit"),
    *((account, PERP, kind) for account in ("okx", "bitget", "bitget_uta", "bitunix") for kind in ("market", "limit")),
}
"""Entries that can bring a take-profit and a stop-loss; every other one is refused by name."""


def stop(symbol: str, action: str = "buy", trigger: str = "61000", **more: Any) -> dict[str, Any]:
    sized = {"action": action, "symbol": symbol, "type": "stop", "trigger_price": trigger, "quantity": "0.01"}
    return sized | more


def waiting(bench: Bench, account: str) -> list[Any]:
    simulated = bench.venues[venue(account)]
    return [one for one in simulated.stops(simulated.accounts[account]) if one.state == "waiting"]


@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.parametrize("symbol", ["BTCUSDT", PERP])
@pytest.mark.parametrize("price", [None, "61500"])
def test_a_stop_waits_at_the_exchange_or_is_refused_by_name(
    bench: Bench, account: str, symbol: str, price: str | None
) -> None:
    limit = {"price": price} if price else {}
    order = bench.run(stop(symbol, ref="breakout", **limit), accounts=[account])
    held = waiting(bench, account)
    if (account, symbol) in STOPS:
        assert order["state"] == "placed", order["reason"]
        assert [Decimal(one.trigger_price) for one in held] == [Decimal(61000)]
        assert order["type"] == "stop"
        assert order["exchange_order_id"]
    else:
        assert order["reason"].startswith("unsupported: ")
        assert (order["attempts"], held) == (0, [])


@pytest.mark.parametrize(("account", "symbol"), STOPS)
@pytest.mark.parametrize("body", [{"action": "cancel", "ref": "breakout"}, {"action": "cancel_all"}])
def test_a_waiting_stop_is_cancelled_by_ref_and_with_everything(
    bench: Bench, account: str, symbol: str, body: dict[str, Any]
) -> None:
    placed = bench.run(stop(symbol, ref="breakout"), accounts=[account])
    assert placed["state"] == "placed", placed["reason"]
    bench.clock.sleep(60)
    cancel = bench.run({**body, "symbol": symbol})
    assert (cancel["state"], cancel["reason"]) == ("cancelled", "1 cancelled, 0 filled, 0 not found")
    assert waiting(bench, account) == []
    assert bench.orders()[0]["state"] == "cancelled"


@pytest.mark.parametrize(("account", "symbol"), STOPS)
@pytest.mark.parametrize("fate", ["accept_then_drop", "accept_then_hang", "drop_before_accept"])
def test_a_stop_whose_answer_is_lost_is_placed_once(bench: Bench, account: str, symbol: str, fate: str) -> None:
    bench.route(accounts=[account])
    bench.venues[venue(account)].add_fault(op="place", kind=fate)
    order = bench.run(stop(symbol, valid_for=600))
    assert order["state"] == "placed", order["reason"]
    assert len(waiting(bench, account)) == 1


@pytest.mark.parametrize("account", ["okx", "bitget", "bitget_uta", "jex"])
def test_a_stop_that_protects_a_position_only_reduces(bench: Bench, account: str) -> None:
    bench.run(market_buy(PERP), accounts=[account])
    bench.clock.sleep(10)
    protection = stop(PERP, "close", "59000", quantity="100", unit="percent_position")
    order = bench.run(protection)
    assert order["state"] == "placed", order["reason"]
    bench.venues[venue(account)].set_price("perp", next(iter(names(bench, account))), "58900")
    bench.clock.sleep(10)
    assert bench.position(account) == 0


def names(bench: Bench, account: str) -> list[str]:
    simulated = bench.venues[venue(account)]
    return [one.symbol for one in simulated.positions(simulated.accounts[account], "perp")]


PROTECTED = [(account, mode) for account in ("okx", "bitget", "bitget_uta", "bitunix") for mode in ("one_way", "hedge")]


@pytest.mark.parametrize(("account", "mode"), PROTECTED)
@pytest.mark.parametrize(("price", "name"), [("66000", "take-profit"), ("57000", "stop-loss")])
def test_an_entry_brings_its_take_profit_and_stop_loss(
    bench: Bench, account: str, mode: str, price: str, name: str
) -> None:
    bench.venues[venue(account)].accounts[account].change({"position_mode": mode})
    order = bench.run(market_buy(PERP, take_profit="65000", stop_loss="58000"), accounts=[account])
    assert order["state"] == "placed", order["reason"]
    assert bench.position(account) == Decimal("0.01")
    [symbol] = names(bench, account)
    bench.venues[venue(account)].set_price("perp", symbol, price)
    bench.clock.sleep(5)
    assert bench.position(account) == 0, f"the {name} did not close the position"


@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.parametrize("symbol", ["BTCUSDT", PERP])
@pytest.mark.parametrize("kind", [{}, {"type": "limit", "price": "59500"}])
def test_protection_is_attached_or_the_entry_is_refused_never_bare(
    bench: Bench, account: str, symbol: str, kind: dict[str, str]
) -> None:
    order = bench.run(market_buy(symbol, take_profit="65000", stop_loss="58000", **kind), accounts=[account])
    if (account, symbol, kind.get("type", "market")) in ATTACHED:
        assert order["state"] == "placed", order["reason"]
    else:
        assert order["reason"].startswith("unsupported: ")
        assert not bench.ledger(venue(account))
