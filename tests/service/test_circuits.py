"""Limits shared by all workers: no call while a circuit is open, one probe afterwards, cancels go their own way."""

from itertools import pairwise
from typing import Any

import pytest

from order_relay.core.record import Key
from order_relay.service.book import Book
from tests.service.bench import Bench
from tests.service.cases import limit_buy


def sent(bench: Bench, exchange: str, op: str = "place") -> list[Any]:
    return [row for row in bench.venues[exchange].ledger.requests if row["op"] == op]


def waiting(bench: Bench, body: dict[str, Any]) -> float:
    """Post an alert that must wait; returns for how long."""
    bench.post({**body, "valid_for": 600})
    later = bench.step(bench.queue[-1], message_id=f"message-{len(bench.queue)}")
    assert later is not None
    return later.seconds


def test_while_a_limit_lasts_no_worker_calls_and_then_exactly_one_probes(bench: Bench) -> None:
    bench.route(accounts=["okx"])
    bench.venues["okx"].add_fault(op="place", kind="code", code="50011", status=429, headers={"Retry-After": "60"})
    waiting(bench, limit_buy())
    bench.renew()
    waiting(bench, limit_buy("ETHUSDT", "2000", quantity="0.1"))
    assert len(sent(bench, "okx")) == 1
    bench.clock.sleep(61)
    bench.venues["okx"].add_fault(op="place", kind="accept_then_drop")
    bench.venues["okx"].read_lag_ms = 4_000
    assert bench.step(bench.queue[0], message_id="message-1") is not None
    assert bench.step(bench.queue[1], message_id="message-2") is not None
    assert len(sent(bench, "okx")) == 2
    bench.drain()
    assert [order["state"] for order in bench.orders()] == ["placed", "placed"]
    assert len(bench.ledger("okx")) == 2


def test_a_limit_answered_to_a_placement_never_stops_a_cancel(bench: Bench) -> None:
    bench.run(limit_buy(ref="entry"), accounts=["coinex"])
    bench.venues["coinex"].add_fault(op="place", kind="code", code="213", times=1000)
    waiting(bench, limit_buy(price="48000"))
    bench.queue.clear()
    cancel = bench.run({"action": "cancel", "symbol": "BTCUSDT", "ref": "entry"})
    assert cancel["state"] == "cancelled"


def test_an_address_ban_stops_every_account_and_every_call(bench: Bench) -> None:
    bench.run(limit_buy(ref="entry"), accounts=["jex"])
    bench.vault.secrets["second"] = bench.vault.secrets["jex"]
    jex = bench.venues["jex"]
    jex.add_fault(op="place", kind="status", status=418, body="{}", headers={"Retry-After": "120"})
    assert waiting(bench, limit_buy(price="48000")) >= 119
    calls = len(jex.ledger.requests)
    bench.route(accounts=["second"])
    bench.renew()
    assert waiting(bench, limit_buy(price="47000")) >= 100
    assert waiting(bench, {"action": "cancel", "symbol": "BTCUSDT", "ref": "entry"}) >= 100
    assert len(jex.ledger.requests) == calls


def test_refused_keys_are_tried_by_one_order_every_thirty_seconds(bench: Bench) -> None:
    bench.venues["okx"].accounts["okx"].change({"key": "FAKE-ROTATED"})
    bench.route(accounts=["okx"])
    symbols = ("BTCUSDT", "ETHUSDT", "BTCUSDT.P", "ETHUSDT.P")
    for symbol in symbols:
        bench.post({"action": "close", "symbol": symbol})
    start, receives = bench.clock.true_ms, 0
    while bench.clock.true_ms < start + 960_000:
        receives += 1
        for index, entry in enumerate(bench.queue):
            bench.step(entry, receives, message_id=f"message-{index}")
        bench.clock.sleep(5)
    assert {order["state"] for order in bench.orders()} == {"rejected"}
    assert all("keys refused" in order["reason"] for order in bench.orders())
    refused = [row for row in bench.venues["okx"].ledger.requests if not row["verified"] and row["op"] == "account"]
    assert 20 < len(refused) <= 1 + 960 / 30


def test_the_long_period_limit_of_coinex_paces_placements_at_one_a_second(bench: Bench) -> None:
    bench.route(accounts=["coinex"])
    header = {"X-RateLimit-LongPeriod-1H-Remaining": "0"}
    bench.venues["coinex"].add_fault(op="place", kind="code", code="213", headers=header)
    for price in range(40000, 40006):
        bench.post({**limit_buy(price=str(price)), "valid_for": 600})
    bench.drain()
    times = [row["at_ms"] for row in sent(bench, "coinex")]
    assert {order["state"] for order in bench.orders()} == {"placed"}
    assert all(later - earlier >= 990 for earlier, later in pairwise(times))


@pytest.mark.parametrize("answer", ["accept_then_drop", "hang"])
def test_a_probe_without_answer_leaves_the_circuit_to_the_next_worker(bench: Bench, answer: str) -> None:
    bench.route(accounts=["okx"])
    bench.venues["okx"].add_fault(op="place", kind="code", code="50011", status=429, headers={"Retry-After": "20"})
    waiting(bench, limit_buy())
    bench.clock.sleep(21)
    bench.venues["okx"].add_fault(op="place", kind=answer, seconds=10)
    bench.drain()
    bench.post({**limit_buy(price="48000"), "valid_for": 600})
    bench.drain()
    assert [order["state"] for order in bench.orders()] == ["placed", "placed"]
    assert len(bench.ledger("okx")) == 2


def test_a_probe_that_is_not_used_is_given_back(bench: Bench) -> None:
    bench.route(accounts=["okx"])
    bench.venues["okx"].add_fault(op="place", kind="code", code="50011", status=429, headers={"Retry-After": "20"})
    waiting(bench, limit_buy(ref="entry"))
    bench.clock.sleep(21)
    [(partition, _)] = [place for place in bench.journal.items if place[1].startswith("order#")]
    Book.at(bench.journal, partition).fence(Key(bench.clock.wall_ms(), 0))
    assert bench.step(bench.queue[0], 2, message_id="message-1") is None
    assert bench.orders()[0]["state"] == "cancelled"
    bench.queue.clear()
    bench.post(limit_buy(price="48000"))
    assert bench.drain() == []
    assert bench.orders()[-1]["state"] == "placed"
