"""Chasing an order to its end: cancel, read again, and believe only what the exchange shows."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from order_relay.core.exchange import Found, Handle, Status
from order_relay.core.order import Action
from order_relay.core.outcome import Outcome, Verdict
from order_relay.core.record import Record, State
from order_relay.core.retry import ladder, soon
from order_relay.service.describing import never_sent
from order_relay.service.job import Job
from order_relay.service.later import Ended, Later
from order_relay.service.partly import told_of_a_part
from order_relay.service.settling import ENTRUSTING_MS, FENCE_SLACK_MS, SETTLE_MARGIN_MS, look, shown

CHASED_AT_MOST = 40
KEYS_REFUSED_MS = 900_000
GIVEN_UP_AFTER_MS = 3_600_000
AMONG_ORDERS_MS = 60_000
SHOWN_AFTER_MS = SETTLE_MARGIN_MS + FENCE_SLACK_MS
_PASSING = frozenset({Verdict.BUSY, Verdict.THROTTLED, Verdict.NOT_SENT, Verdict.AMBIGUOUS, Verdict.SKEWED})


def each(job: Job, records: Sequence[Record]) -> Counter[str]:
    """Chase every record before waiting for any of them."""
    counts: Counter[str] = Counter()
    waits: list[Later] = []
    for record in records:
        try:
            counts[ended(job, record)] += 1
        except Later as wait:
            waits.append(wait)
    if waits:
        raise waits[0]
    return counts


def ended(job: Job, record: Record) -> str:
    """Chase one of our records until nothing of it is open; say what became of it."""
    if unsent(record):
        return stopped(job, record)
    if record.state in (State.REJECTED, State.EXPIRED, State.CANCELLED):
        return "cancelled" if record.state is State.CANCELLED else "not found"
    chased = _chasing(job, record)
    seen = found = _look(chased)
    if found is not None and found.live:
        ask_for(job, [found.order_id])
        cancel_again(job, Handle(found.order_id, record.order_id, found.stop))
        found = _look(chased)
    if found is not None and found.live:
        raise still_open(job)
    if record.outstanding:
        raise in_flight(job)
    if found is None and _may_yet_show(chased):
        raise Later(soon(job.jitter()), "the order to cancel was just placed and is not shown yet")
    word = _close_record(chased, seen, found)
    return "cancelled" if word == "not found" and record.exchange_order_id in job.record.asked else word


def ask_for(job: Job, order_ids: Iterable[str]) -> None:
    """Write down what will be cancelled, so that a later run still knows what it did itself."""
    ids = {*order_ids, *job.record.asked}
    if ids != set(job.record.asked):
        job.note(f"asking to cancel {len(ids)}", asked=tuple(sorted(ids)))


def _patience_ms(job: Job) -> int:
    """An hour in the cancel lane; a cancel among placements must not hold back the exits of its symbol."""
    return GIVEN_UP_AFTER_MS if job.message.cancels_only else AMONG_ORDERS_MS


def in_flight(job: Job) -> Exception:
    """An older order may be at the exchange and nobody knows yet: look again, and in the end let a human look."""
    if job.age_ms() > _patience_ms(job):
        return Ended(State.PARKED, "an older order is still of unknown fate")
    return _soon(job, "an older order is still in flight")


def _soon(job: Job, why: str) -> Later:
    """Every second or two in the first minute (CoinEx FAQ Q3), then ever more slowly."""
    young = job.clock.wall_ms() - job.message.accepted_at_ms < 60_000
    return Later(soon(job.jitter()) if young else ladder(job.deferrals, job.jitter(), reducing=True), why)


def unsent(record: Record) -> bool:
    """True if no attempt of the order can be at the exchange: never sent, or between two attempts."""
    return not record.state.terminal and not record.outstanding


def _may_yet_show(chased: Job) -> bool:
    """By the exchange's own clock at the time of the look: is the order too young for *not found* to mean anything?"""
    record = chased.record
    if record.state is State.PARKED:
        taken_ms, patience_ms = record.stamp_ms + chased.desk.exchange.window_ms, SHOWN_AFTER_MS
    else:
        taken_ms, patience_ms = record.taken_ms, ENTRUSTING_MS if record.unconfirmed else SHOWN_AFTER_MS
    told_ms = chased.desk.server_ms
    return told_ms is None or told_ms <= taken_ms + patience_ms


def stopped(job: Job, record: Record) -> str:
    """Nothing of the order is at the exchange: end it here; a worker that wants another attempt loses its write."""
    job.book.save(record.moved(State.CANCELLED, job.clock.wall_ms(), never_sent(record.attempts)))
    return "never sent"


def _close_record(chased: Job, seen: Found | None, found: Found | None) -> str:
    """Write into the order's own record what its cancel found, and name it for the count.

    `seen` is how it last stood in the book: where unfilled orders leave no trace, gone afterwards means cancelled.
    """
    if found is not None and found.status is Status.FILLED and not (seen is not None and _untraded(chased, found)):
        chased.note("filled before it could be cancelled", closed=True, unconfirmed=False, **shown(chased, found))
        return "filled"
    last = found or seen
    traceless = not chased.desk.exchange.keeps_unfilled
    if chased.record.state is State.PLACED and (last is not None or traceless):
        told = shown(chased, last) if last else {}
        bare = told_of_a_part(chased, last, cancelled=True) if last else ""
        chased.move(State.CANCELLED, f"cancelled by an alert{bare}", unconfirmed=False, **told)
    elif chased.record.state is State.PLACED and not chased.record.closed:
        chased.note("the exchange does not show it any more", closed=True, unconfirmed=False)
    return "cancelled" if last is not None else "not found"


def _untraded(chased: Job, found: Found) -> bool:
    """True for a stop that only says that it was triggered: what it became was seen open and is gone."""
    order = chased.record.concrete
    return order is not None and order.type.triggered and not found.filled


def _chasing(job: Job, record: Record) -> Job:
    """The job of the order that a cancel is after."""
    return replace(job, record=record)


def _look(chased: Job) -> Found | None:
    order = chased.record.concrete
    chased.desk.begin()
    return look(chased, order) if order else None


def open_orders(job: Job) -> list[Found]:
    desk = job.desk
    return desk.exchange.open_orders(desk.ask, *desk.rules(job.leg.symbol, job.leg.market))


def cancel_again(job: Job, handle: Handle) -> None:
    check(job, job.desk.cancel(handle, job.leg.symbol, job.leg.market))


def check(job: Job, outcome: Outcome) -> None:
    """A passing fault of the cancel itself: come back soon. Success proves nothing, so the caller reads again."""
    if outcome.verdict is Verdict.SKEWED:
        job.desk.forget_time()
    if outcome.verdict is Verdict.DENIED and job.desk.heal():
        raise Later(1, "the keys were changed; cancelling with the new ones")
    if outcome.verdict in _PASSING or outcome.verdict is Verdict.DENIED:
        raise again(job, outcome)


def again(job: Job, outcome: Outcome) -> Exception:
    job.signals.count("CancelRetry", exchange=job.desk.exchange.name)
    job.note(f"again: {outcome.reason}", attempts=job.record.attempts + 1)
    if outcome.verdict is Verdict.DENIED:
        job.keys_refused(outcome.reason)
        if job.age_ms() > min(KEYS_REFUSED_MS, _patience_ms(job)):
            return Ended(State.PARKED, f"keys refused: {outcome.reason}")
        return Later(30, f"keys refused: {outcome.reason}")
    if job.age_ms() > _patience_ms(job):
        return Ended(State.PARKED, f"could not be done in time: {outcome.reason}")
    job.circuits.learn(outcome, placing=False, default_s=2)
    if outcome.retry_after_ms:
        return Later(outcome.retry_after_ms / 1000, outcome.reason)
    return _soon(job, outcome.reason)


def still_open(job: Job) -> Exception:
    """The exchange said yes and the order is still open: again, and after repeated success park with the evidence."""
    job.note("the exchange accepted the cancel, the order is still open", attempts=job.record.attempts + 1)
    if job.record.attempts >= CHASED_AT_MOST:
        return Ended(
            State.PARKED,
            f"still open after {job.record.attempts} cancels; for the exchange's support: {job.desk.evidence}",
        )
    return Later(soon(job.jitter()), "the order is still open")


def is_cancel(record: Record) -> bool:
    return Action(record.action).cancels
