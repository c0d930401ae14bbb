"""One alert, one order: resends, repeats, conflicts, redeliveries and crashes between any two steps."""

from collections.abc import Callable

import pytest

from order_relay.core.ports import Entry
from order_relay.core.record import State
from order_relay.service.book import Book
from order_relay.service.later import Later
from tests.service.bench import Bench
from tests.service.cases import limit_buy, market_buy


@pytest.fixture
def okx(bench: Bench) -> Bench:
    bench.route(accounts=["okx"])
    return bench


def states(bench: Bench) -> list[str]:
    return [order["state"] for order in bench.orders()]


def test_four_deliveries_within_27_seconds_are_one_order(okx: Bench) -> None:
    for _ in range(4):
        okx.post(limit_buy())
        okx.clock.sleep(8.9)
    okx.drain()
    assert states(okx) == ["placed"]
    assert len(okx.ledger("okx")) == 1


def test_a_resend_is_told_in_the_record_and_the_log(okx: Bench) -> None:
    okx.run(limit_buy())
    okx.clock.sleep(8)
    okx.post(limit_buy())
    before = okx.orders()[0]
    okx.drain()
    order = okx.orders()[0]
    assert (order["state"], order["reason"]) == (before["state"], before["reason"])
    assert order["history"][-1]["note"].endswith("s later: a resend, carried out once")
    assert [line["order_id"] for name, line in okx.signals.lines if name == "resend"] == [order["order_id"]]
    okx.clock.sleep(8)
    okx.drain()
    assert len(okx.orders()[0]["history"]) == len(order["history"])


def test_the_same_body_ninety_seconds_later_is_a_second_order(okx: Bench) -> None:
    okx.run(limit_buy())
    okx.clock.sleep(90)
    okx.run(limit_buy())
    assert len(okx.ledger("okx")) == 2
    assert okx.orders()[0]["alert_id"] == okx.orders()[1]["alert_id"]


def test_an_explicit_id_fires_once_in_thirty_days_and_says_so(okx: Bench) -> None:
    okx.run({**limit_buy(), "id": "one"})
    okx.clock.sleep(86_400)
    okx.post({**limit_buy(), "id": "one"})
    okx.drain()
    assert states(okx) == ["placed"]
    assert okx.signals.counts["AlertRepeated"] == 1
    assert "again" in okx.orders()[0]["history"][-1]["note"]
    okx.clock.sleep(31 * 86_400)
    okx.run({**limit_buy(), "id": "one"})
    assert len(okx.ledger("okx")) == 2


def test_a_body_with_a_fresh_time_never_fires_twice(okx: Bench) -> None:
    body = {**limit_buy(), "time": str(okx.clock.wall_ms()), "valid_for": 3600}
    okx.run(body)
    okx.clock.sleep(600)
    okx.post(body)
    okx.drain()
    assert len(okx.ledger("okx")) == 1


def test_the_same_id_with_another_body_is_parked_beside_the_first(okx: Bench) -> None:
    okx.run({**limit_buy(), "id": "one"})
    okx.clock.sleep(5)
    okx.post({**limit_buy(price="40000"), "id": "one"})
    okx.post({**limit_buy(price="40000"), "id": "one"})
    okx.drain()
    assert states(okx) == ["placed", "parked"]
    assert okx.orders()[1]["reason"].startswith("conflict")
    assert len(okx.ledger("okx")) == 1


def test_a_redelivered_message_changes_nothing(okx: Bench) -> None:
    okx.post(limit_buy())
    [entry] = okx.queue
    okx.drain()
    before = okx.orders()
    okx.renew()
    assert okx.step(entry, receives=2) is None
    assert okx.orders() == before
    assert len(okx.ledger("okx")) == 1


def test_an_older_alert_that_comes_late_is_superseded(okx: Bench) -> None:
    okx.post(limit_buy())
    old = okx.queue.pop()
    okx.clock.sleep(5)
    okx.run(limit_buy(price="49000"))
    okx.queue.append(old)
    okx.drain()
    assert sorted(states(okx)) == ["expired", "placed"]
    assert any("superseded" in (order["reason"] or "") for order in okx.orders())
    assert len(okx.ledger("okx")) == 1


def test_alerts_of_the_same_moment_do_not_supersede_each_other(okx: Bench) -> None:
    okx.post(limit_buy())
    okx.clock.sleep(0.01)
    okx.post(limit_buy(price="49000"))
    okx.queue.reverse()
    okx.drain()
    assert states(okx) == ["placed", "placed"]


def test_an_opening_that_waited_too_long_expires(okx: Bench) -> None:
    okx.post(limit_buy())
    okx.clock.sleep(61)
    okx.drain()
    assert states(okx) == ["expired"]
    assert not okx.ledger("okx")


def test_an_exit_may_still_be_late(okx: Bench) -> None:
    okx.run({"action": "buy", "symbol": "BTCUSDT.P", "quantity": "0.01"})
    okx.post({"action": "close", "symbol": "BTCUSDT.P"})
    okx.clock.sleep(800)
    okx.drain()
    assert states(okx) == ["placed", "placed"]
    okx.post({"action": "close", "symbol": "BTCUSDT.P", "id": "late"})
    okx.clock.sleep(901)
    okx.drain()
    assert states(okx)[-1] == "expired"


class Killed(Exception):
    """The process died here."""


def crash_at(bench: Bench, nth: int) -> Callable[[str, str], str | None]:
    """Die at the nth touch of the journal, before it is applied."""
    touched = 0

    def broken(operation: str, key: str) -> str | None:
        nonlocal touched
        touched += 1
        if touched == nth:
            raise Killed
        return None

    return broken


@pytest.mark.parametrize("nth", range(1, 16))
@pytest.mark.parametrize("account", ["okx", "coinex", "bitunix", "bitget", "jex"])
def test_a_crash_at_any_touch_of_the_journal_never_makes_a_second_order(bench: Bench, account: str, nth: int) -> None:
    bench.route(accounts=[account])
    bench.post({**limit_buy(), "valid_for": 900})
    [entry] = bench.queue
    bench.journal.broken = crash_at(bench, nth)
    try:
        bench.step(entry)
    except Killed:
        bench.journal.broken = lambda operation, key: None
        bench.renew()
        bench.clock.sleep(90)
        redeliver(bench, entry)
    assert states(bench) == ["placed"]
    assert len(bench.ledger(account)) == 1


@pytest.mark.parametrize("nth", range(1, 16))
@pytest.mark.parametrize("fate", ["before", "after"])
def test_a_journal_that_fails_at_any_touch_never_makes_a_second_order(okx: Bench, nth: int, fate: str) -> None:
    touched = 0

    def broken(operation: str, key: str) -> str | None:
        nonlocal touched
        touched += 1
        return fate if touched == nth else None

    okx.post({**limit_buy(), "valid_for": 900})
    okx.journal.broken = broken
    okx.drain()
    assert states(okx) == ["placed"]
    assert len(okx.ledger("okx")) == 1


def test_nothing_is_sent_while_the_journal_is_down(okx: Bench) -> None:
    okx.journal.broken = lambda operation, key: "before"
    okx.post(limit_buy())
    later = okx.step(okx.queue[0])
    assert later is not None
    assert not later.planned
    assert not [row for row in okx.venues["okx"].ledger.requests if row["op"] == "place"]


def test_poison_goes_to_the_dead_letters_with_its_reason(okx: Bench) -> None:
    okx.queue.append(Entry("orders", '{"schema": 1}', "group", "dedup"))
    okx.drain()
    [(delivery, reason)] = okx.buried
    assert delivery.body == '{"schema": 1}'
    assert reason.startswith("not a message")


def test_a_newer_message_is_left_for_a_newer_worker(okx: Bench) -> None:
    later = okx.step(Entry("orders", '{"schema": 99}', "group", "dedup"))
    assert later is not None
    assert not okx.buried


def crash_reading_orders(operation: str, key: str) -> str | None:
    """Die whenever an order's record is read."""
    if operation == "read" and key.startswith("order#"):
        raise Killed
    return None


def test_a_throttled_journal_is_no_crash(okx: Bench) -> None:
    okx.post({**limit_buy(), "valid_for": 900})
    [entry] = okx.queue
    okx.journal.broken = lambda operation, key: "before"
    for receives in range(1, 9):
        assert okx.step(entry, receives) is not None
    okx.journal.broken = lambda operation, key: None
    assert okx.step(entry, receives=9) is None
    assert states(okx) == ["placed"]
    assert not okx.buried


def test_a_message_that_keeps_crashing_is_quarantined_and_its_attempt_parked(okx: Bench) -> None:
    okx.post({**limit_buy(), "valid_for": 900})
    [entry] = okx.queue

    def broken(operation: str, key: str) -> str | None:
        if operation == "write" and okx.ledger("okx"):
            raise Killed
        return None

    okx.journal.broken = broken
    with pytest.raises(Killed):
        okx.step(entry)
    okx.journal.broken = crash_reading_orders
    for receives in (2, 3):
        with pytest.raises(Killed):
            okx.step(entry, receives)
    okx.journal.broken = lambda operation, key: None
    assert okx.step(entry, receives=4) is None
    assert states(okx) == ["parked"]
    assert okx.buried[0][1].startswith("quarantined")


def redeliver(bench: Bench, entry: Entry) -> None:
    """Deliver a message again and again until it is done with."""
    receives: int = 2
    while (later := bench.step(entry, receives)) is not None:
        bench.clock.sleep(later.seconds)
        receives += 1
        assert receives < 100


def test_a_secret_that_breaks_between_attempt_and_redelivery_does_not_orphan_the_attempt(okx: Bench) -> None:
    okx.post({**limit_buy(), "valid_for": 900})
    [entry] = okx.queue
    okx.venues["okx"].add_fault(op="place", kind="drop_before_accept")
    assert okx.step(entry) is not None
    okx.vault.cache.clear()
    broken = okx.vault.secrets.pop("okx")
    later = okx.step(entry, receives=2)
    assert later is not None
    assert [order["exchange"] for order in okx.orders()] == ["okx"]
    okx.vault.secrets["okx"] = broken
    redeliver(okx, entry)
    assert states(okx) == ["placed"]


def test_a_worker_that_froze_cannot_overwrite_what_others_wrote_meanwhile(okx: Bench) -> None:
    """Listing the partition shows the newer version; the older record in hand must still not be written over it."""
    okx.run(limit_buy())
    [(partition, key)] = [place for place in okx.journal.items if place[1].startswith("order#")]
    book = Book.at(okx.journal, partition)
    held = book.record(key.removeprefix("order#"))
    assert held is not None
    other = Book.at(okx.journal, partition)
    newer = other.record(held.order_id)
    assert newer is not None
    other.save(newer.moved(State.CANCELLED, okx.clock.wall_ms(), "cancelled by another worker"))
    book.records()
    with pytest.raises(Later):
        book.save(held.moved(State.PLACED, okx.clock.wall_ms(), "still thinks it is open"))
    assert states(okx) == ["cancelled"]


def test_an_alert_that_was_worked_at_another_exchange_is_not_traded_again_at_the_new_one(okx: Bench) -> None:
    okx.post(market_buy(id="entry"))
    okx.drain()
    okx.vault.secrets["okx"] = okx.vault.secrets["bitget"]
    okx.vault.cache.clear()
    okx.renew()
    okx.post(market_buy(id="entry"))
    okx.drain()
    assert len(okx.ledger("okx")) == 1
    assert okx.ledger("bitget") == []
    okx.post(market_buy(id="another"))
    okx.drain()
    assert len(okx.ledger("bitget")) == 1
