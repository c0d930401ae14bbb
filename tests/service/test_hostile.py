"""What a hostile course of events would turn into money lost: each was once possible here."""

from decimal import Decimal
from typing import Any

import pytest

from order_relay.service.book import FIRINGS_KEPT
from tests.service.bench import Bench
from tests.service.cases import limit_buy, market_buy, venue
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS

HEDGED = ("okx", "bitget", "bitget_uta", "bitunix")
SELL = {**market_buy("BTCUSDT.P"), "action": "sell"}
CLOSE = {"action": "close", "symbol": "BTCUSDT.P"}


def hedged(bench: Bench, account: str) -> None:
    bench.venues[venue(account)].accounts[account].change({"position_mode": "hedge"})
    bench.route(accounts=[account])


@pytest.mark.parametrize("account", HEDGED)
def test_a_resent_flip_on_a_hedge_account_does_not_close_its_own_entry(bench: Bench, account: str) -> None:
    hedged(bench, account)
    bench.run(market_buy("BTCUSDT.P"))
    bench.clock.sleep(40)
    for _ in range(2):
        bench.post([CLOSE, SELL])
        bench.drain()
        bench.clock.sleep(5)
    assert [(order["action"], order["state"]) for order in bench.orders()] == [
        ("buy", "placed"), ("close", "placed"), ("sell", "placed"),
    ]  # fmt: skip
    assert len(bench.ledger(venue(account))) == 3


def test_a_close_goes_on_with_the_second_side_when_the_first_is_gone(bench: Bench) -> None:
    hedged(bench, "okx")
    bench.run(market_buy("BTCUSDT.P"))
    bench.run(SELL)
    bench.venues["okx"].add_fault(op="place", kind="code", code="51169")
    bench.post(CLOSE)
    bench.drain()
    closes = [order for order in bench.orders() if order["action"] == "close"]
    assert [(order["side"], order["state"]) for order in closes] == [("sell", "rejected"), ("buy", "placed")]


def test_a_text_that_fires_for_ever_keeps_working(bench: Bench) -> None:
    bench.route(accounts=["okx"])
    for _ in range(FIRINGS_KEPT + 5):
        bench.post(CLOSE)
        bench.drain()
        bench.clock.sleep(31)
    [alert] = [item.data for (_, key), (item, _) in bench.journal.items.items() if key.startswith("alert#")]
    assert len(alert["firings"]) == FIRINGS_KEPT + 1
    assert len(bench.orders()) == FIRINGS_KEPT + 5


def test_a_cancel_among_orders_gives_way_to_the_exit_behind_it(bench: Bench) -> None:
    bench.route(accounts=["coinex"])
    bench.run(market_buy("BTCUSDT.P"))
    bench.run(limit_buy("BTCUSDT.P", ref="entry"))
    bench.venues["coinex"].add_fault(op="cancel", kind="code", code="3008", times=10_000)
    bench.post([{"action": "cancel", "symbol": "BTCUSDT.P", "ref": "entry"}, limit_buy("BTCUSDT.P", "49000")])
    bench.clock.sleep(5)
    bench.post(CLOSE)
    bench.drain()
    states = {order["action"]: order["state"] for order in bench.orders()}
    assert (states["cancel"], states["close"]) == ("parked", "placed")


@pytest.mark.parametrize("account", ["jex", "okx"])
def test_a_cancel_all_spares_younger_foreign_orders_whatever_the_journal_holds(bench: Bench, account: str) -> None:
    bench.route(accounts=[account])
    refused = bench.run(limit_buy(quantity="900"))
    assert refused["state"] == "rejected"
    bench.clock.sleep(40)
    bench.post({"action": "cancel_all", "symbol": "BTCUSDT"})
    cancelling = bench.queue.pop()
    bench.clock.sleep(5)
    bench.run(limit_buy(price="41000"))
    kept = {place: item for place, item in bench.journal.items.items() if refused["order_id"] in place[1]}
    bench.journal.items.clear()
    bench.journal.items.update(kept)
    bench.queue.append(cancelling)
    bench.drain()
    [left] = [one for one in bench.ledger(venue(account)) if one["state"] == "open"]
    assert Decimal(left["price"]) == 41000


def test_orders_that_left_the_exchange_s_history_are_looked_at_once(bench: Bench) -> None:
    bench.route(accounts=["okx"])
    bench.run(limit_buy())
    okx = bench.venues["okx"]
    bench.wire.venues = {**bench.venues, "okx": type(okx)(DEFAULT_ACCOUNTS, lambda: bench.clock.true_ms)}
    bench.clock.sleep(60)
    bench.run({"action": "cancel_all", "symbol": "BTCUSDT"})
    [stored] = [item.data for (_, key), (item, _) in bench.journal.items.items()
                if key.startswith("order#") and item.data["action"] == "buy"]  # fmt: skip
    assert stored["closed"]


def test_an_order_that_quarantine_leaves_in_doubt_halts_openings(bench: Bench) -> None:
    bench.route(accounts=["okx"])
    bench.venues["okx"].add_fault(op="place", kind="drop_before_accept")
    bench.post({**limit_buy(), "valid_for": 900})
    [entry] = bench.queue
    assert bench.step(entry) is not None
    bench.queue.clear()

    def die(operation: str, key: str) -> str | None:
        if operation == "read" and key.startswith("order#"):
            raise KeyboardInterrupt
        return None

    bench.journal.broken = die
    for receives in (2, 3, 4):
        with pytest.raises(KeyboardInterrupt):
            bench.step(entry, receives)
    bench.journal.broken = lambda operation, key: None
    assert bench.step(entry, receives=5) is None
    assert bench.orders()[0]["state"] == "parked"
    assert bench.run(limit_buy(price="49000"))["state"] == "rejected"


def test_an_account_that_turns_from_demo_to_live_parks_what_is_in_doubt(bench: Bench) -> None:
    bench.route(accounts=["okx"])
    bench.venues["okx"].add_fault(op="place", kind="accept_then_drop")
    bench.venues["okx"].read_lag_ms = 4_000
    bench.post(limit_buy())
    [entry] = bench.queue
    assert bench.step(entry) is not None
    bench.vault.secrets["okx"] = {**bench.vault.secrets["okx"], "environment": "live"}
    bench.vault.cache.clear()
    assert bench.step(entry, receives=2) is None
    assert bench.orders()[0]["state"] == "parked"
    assert len(bench.ledger("okx")) == 1


@pytest.mark.parametrize(
    "order", [{"quantity": "50000", "unit": "quote"}, {"quantity": "2", "unit": "contracts", "symbol": "BTCUSDT.P"}]
)
def test_the_greatest_quantity_holds_in_every_unit(bench: Bench, order: dict[str, Any]) -> None:
    refused = bench.run({**market_buy(), **order}, accounts=["okx"], limits={"max_quantity": "0.01"})
    assert refused["state"] == "rejected"
    assert "0.01" in refused["reason"]


def test_the_greatest_quantity_never_holds_back_an_exit(bench: Bench) -> None:
    sold = bench.run({**market_buy(quantity="5"), "action": "sell"}, accounts=["okx"], limits={"max_quantity": "0.01"})
    assert sold["state"] == "placed"


def test_one_throttled_cancel_does_not_slow_the_others(bench: Bench) -> None:
    bench.route(accounts=["okx"])
    for number in range(5):
        bench.run(limit_buy(price=str(40_000 + number), ref=f"r{number}"))
    bench.venues["okx"].add_fault(op="cancel", kind="code", code="50011", status=429)
    start = bench.clock.true_ms
    for number in range(5):
        bench.post({"action": "cancel", "symbol": "BTCUSDT", "ref": f"r{number}"})
    bench.drain()
    assert bench.clock.true_ms - start < 8_000
    assert {order["state"] for order in bench.orders()} == {"cancelled"}


@pytest.mark.parametrize("account", ["okx", "bitget_uta", "coinex", "bitunix"])
def test_an_exit_right_behind_its_entry_is_not_lost_to_a_lagging_position(bench: Bench, account: str) -> None:
    bench.route(accounts=[account])
    bench.venues[venue(account)].read_lag_ms = 2_000
    bench.post(market_buy("BTCUSDT.P"))
    bench.post(CLOSE)
    bench.drain()
    assert [(order["action"], order["state"]) for order in bench.orders()] == [("buy", "placed"), ("close", "placed")]
