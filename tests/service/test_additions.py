"""Additions: more of what is held, on its side; where nothing is held, or both sides are, nothing is sent."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.record import Key
from order_relay.service.halts import EVERYTHING, Halts
from tests.service.bench import Bench
from tests.service.cases import ACCOUNTS, market_buy, venue

PERP = "BTCUSDT.P"
HEDGE = ("okx", "bitget", "bitget_uta", "bitunix")
MODES = [(account, "one_way") for account in ACCOUNTS] + [(account, "hedge") for account in HEDGE]
BUSY = {"op": "place", "kind": "code", "code": "50011", "status": 429}
NOTHING = "nothing to add to: no open "


def add(quantity: str = "0.01", **more: Any) -> dict[str, Any]:
    return {"action": "add", "symbol": PERP, "quantity": quantity, **more}


def entry(side: str = "buy", **more: Any) -> dict[str, Any]:
    return market_buy(PERP, **{"action": side, "quantity": "0.02", "id": "entry", **more})


def prepared(bench: Bench, account: str, mode: str = "one_way") -> None:
    if mode == "hedge":
        bench.venues[venue(account)].accounts[account].change({"position_mode": "hedge"})
    bench.route(accounts=[account])


def gone_by_hand(bench: Bench, account: str) -> None:
    """Somebody else closes what the account holds."""
    state = bench.venues[venue(account)].state
    for position in [one for one in state.positions.values() if one.account == account]:
        state.save_position(replace(position, quantity=Decimal(0)))


def turned_by_hand(bench: Bench, account: str) -> None:
    """Somebody else turns what the account holds."""
    state = bench.venues[venue(account)].state
    for position in [one for one in state.positions.values() if one.account == account]:
        state.save_position(replace(position, quantity=-position.quantity))


@pytest.mark.parametrize(("account", "mode"), MODES)
@pytest.mark.parametrize(("side", "sign"), [("buy", 1), ("sell", -1)])
def test_an_addition_enlarges_what_is_held(bench: Bench, account: str, mode: str, side: str, sign: int) -> None:
    prepared(bench, account, mode)
    bench.run(entry(side))
    added = bench.run(add())
    assert (added["state"], added["action"], added["side"]) == ("placed", "add", side), added["reason"]
    assert bench.position(account) == sign * Decimal("0.03")


@pytest.mark.parametrize("account", ACCOUNTS)
def test_nothing_is_opened_where_nothing_is_held(bench: Bench, account: str) -> None:
    order = bench.run(add(), accounts=[account])
    assert (order["state"], order["attempts"]) == ("rejected", 0)
    assert order["reason"].startswith(NOTHING)
    assert not bench.ledger(venue(account))


@pytest.mark.parametrize("account", HEDGE)
def test_of_two_positions_none_is_guessed(bench: Bench, account: str) -> None:
    prepared(bench, account, "hedge")
    bench.run(entry("buy"))
    bench.run(entry("sell", id="other"))
    order = bench.run(add())
    assert (order["state"], order["attempts"]) == ("rejected", 0)
    assert order["reason"].startswith("ambiguous: 2 positions of BTC")


@pytest.mark.parametrize("account", ["okx", "bitget"])
@pytest.mark.parametrize(("sentiment", "added"), [("short", True), ("long", False)])
def test_a_sentiment_says_which_position_it_must_be(bench: Bench, account: str, sentiment: str, added: bool) -> None:
    prepared(bench, account)
    bench.run(entry("sell"))
    told = {"ticker": PERP, "action": "add", "quantity": "0.01", "sentiment": sentiment}
    order = bench.run(told, format="traderspost")
    assert bench.position(account) == Decimal("-0.03" if added else "-0.02")
    assert added or order["reason"].startswith(f"{NOTHING}long ")


@pytest.mark.parametrize("account", ["coinex", "okx", "bitget"])
def test_right_behind_the_entry_it_waits_for_reads_that_lag(bench: Bench, account: str) -> None:
    bench.route(accounts=[account])
    bench.venues[venue(account)].read_lag_ms = 2_000
    bench.post(entry("sell", type="limit", price="50000"))
    bench.post(add())
    bench.drain()
    bench.clock.sleep(5)
    assert bench.position(account) == Decimal("-0.03")


def test_behind_a_close_it_does_not_open_again_what_is_still_shown(bench: Bench) -> None:
    bench.run(entry(), accounts=["okx"])
    bench.clock.sleep(10)
    bench.venues["okx"].read_lag_ms = 2_000
    bench.post({"action": "close", "symbol": PERP, "type": "limit", "price": "50000"})
    bench.post(add())
    bench.drain()
    bench.clock.sleep(5)
    assert bench.position("okx") == 0
    assert bench.orders()[-1]["reason"].startswith(NOTHING)


def test_a_position_that_is_gone_before_the_next_attempt_is_not_opened_anew(bench: Bench) -> None:
    bench.run(entry(), accounts=["okx"])
    bench.clock.sleep(10)
    bench.venues["okx"].add_fault(**BUSY, times=100)
    bench.post(add())
    waiting = bench.step(bench.queue[0])
    assert waiting is not None
    bench.venues["okx"].faults.clear()
    gone_by_hand(bench, "okx")
    bench.clock.sleep(waiting.seconds)
    bench.drain()
    order = bench.orders()[-1]
    assert (order["state"], bench.position("okx")) == ("rejected", Decimal(0))
    assert order["reason"].startswith(NOTHING)


@pytest.mark.parametrize("account", ["coinex", "okx", "bitget", "bitget_uta", "bitunix", "jex"])
@pytest.mark.parametrize("first", ["refused", "lost"])
def test_tried_on_one_side_it_never_goes_to_the_other(bench: Bench, account: str, first: str) -> None:
    bench.run(entry(), accounts=[account])
    bench.clock.sleep(10)
    code = {"kind": "status", "status": 429, "times": 100} if first == "refused" else {"kind": "drop_before_accept"}
    bench.venues[venue(account)].add_fault(op="place", **code)
    bench.post(add())
    waiting = bench.step(bench.queue[0])
    assert waiting is not None
    bench.venues[venue(account)].faults.clear()
    turned_by_hand(bench, account)
    bench.clock.sleep(waiting.seconds)
    bench.drain()
    order = bench.orders()[-1]
    assert bench.position(account) == Decimal("-0.02"), order
    assert order["state"] != "placed"


@pytest.mark.parametrize("account", ["coinex", "okx", "bitget", "bitget_uta", "bitunix"])
def test_an_addition_in_doubt_is_one_order(bench: Bench, account: str) -> None:
    bench.run(entry(), accounts=[account])
    bench.clock.sleep(10)
    bench.venues[venue(account)].add_fault(op="place", kind="accept_then_drop")
    assert bench.run(add())["state"] == "placed"
    assert bench.position(account) == Decimal("0.03")


@pytest.mark.parametrize("account", ["coinex", "okx", "bitget", "bitunix"])
def test_it_has_the_margin_mode_and_the_leverage_of_the_position(bench: Bench, account: str) -> None:
    bench.run(entry(leverage="3", margin_mode="isolated"), accounts=[account])
    bench.clock.sleep(10)
    order = bench.run(add(), defaults={"leverage": "7", "margin_mode": "cross"})
    assert (order["state"], bench.position(account)) == ("placed", Decimal("0.03")), order["reason"]
    simulated = bench.venues[venue(account)]
    held = simulated.accounts[account]
    assert [*held.leverage.values(), *held.margin_mode.values()] == [3, "isolated"], "and changes neither"
    words = {
        one.native[name] for one in simulated.orders(held) for name in ("tdMode", "marginMode") if name in one.native
    }
    assert words == ({"isolated"} if account in ("okx", "bitget") else set())


@pytest.mark.parametrize(
    ("size", "least", "most"),
    [
        ({"quantity": "600", "unit": "quote"}, "0.009", "0.0101"),
        ({"quantity": "1", "unit": "contracts"}, "0.01", "0.01"),
        ({"type": "limit", "price": "70000", "time_in_force": "ioc"}, "0.01", "0.01"),
    ],
    ids=str,
)
def test_its_size_and_price_are_those_of_an_entry(bench: Bench, size: dict[str, str], least: str, most: str) -> None:
    bench.run(entry(), accounts=["okx"])
    order = bench.run(add(**size))
    assert order["state"] == "placed", order["reason"]
    assert Decimal(least) <= bench.position("okx") - Decimal("0.02") <= Decimal(most)


def test_it_is_an_opening_for_halts_limits_and_its_age(bench: Bench) -> None:
    bench.run(entry(), accounts=["okx"])
    bench.clock.sleep(10)
    bench.route(limits={"max_quantity": "0.005"})
    assert bench.post(add()).reason == "limit: quantity 0.01 is above the route's 0.005"
    bench.route(limits={"max_notional": "500"})
    assert bench.run(add())["reason"] == "limit: a notional of 600.001 is above the route's 500"
    bench.route(limits={})
    Halts(bench.journal).halt(EVERYTHING, "x", Key(1, 0))
    assert bench.run(add(id="2"))["reason"] == "halted: *: x"
    Halts(bench.journal).resume(EVERYTHING, Key(2, 0))
    bench.post(add(id="3"))
    bench.clock.sleep(61)
    bench.drain()
    assert bench.orders()[-1]["state"] == "expired"
    assert bench.position("okx") == Decimal("0.02")
