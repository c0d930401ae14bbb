"""The placement protocol: write before sending, ask before sending again, and end every order exactly once."""

from order_relay.core.outcome import Failed, Hint, Outcome, Verdict
from order_relay.core.record import UNKNOWN_OUTCOME, Record, State
from order_relay.core.retry import CALL_BUDGET_MS, ladder, quick
from order_relay.service.describing import describe, describe_plan, never_sent
from order_relay.service.following import confirm, instant
from order_relay.service.intending import admitted, denied, intend, settled, still_wanted, until_expiry
from order_relay.service.job import Job
from order_relay.service.later import Ended, Later
from order_relay.service.planning import NOTHING_TO_CLOSE
from order_relay.service.settling import conclude, look, plan_differs, settle

RESYNCS = 2
_DEFINITE_AND_PASSING = frozenset({Verdict.THROTTLED, Verdict.NOT_SENT})


def place(job: Job) -> Record:
    """Bring one order to its end, or raise Later; called again with the same record after every wait."""
    try:
        return _place(job)
    except Later as later:
        job.circuits.release()
        job.tell(later.why)
        raise


def _place(job: Job) -> Record:
    try:
        if job.record.state is State.PLACED:
            return confirm(job)
        if job.record.state.terminal:
            return job.record
        if job.record.outstanding:
            _same_environment(job)
            job.circuits.admit()
            absent = settle(job)
            job.circuits.learn(Outcome(Verdict.ACCEPTED), placing=False, default_s=0)
            if not absent:
                return confirm(job)
        return _attempts(job)
    except Ended as end:
        job.circuits.release()
        attempts = job.record.attempts - end.unsent
        return job.move(end.state, end.reason, outstanding=False, unconfirmed=False, attempts=attempts)


def _same_environment(job: Job) -> None:
    """An attempt that went to the live exchange cannot be looked for on the demo one."""
    if job.record.environment not in (None, job.desk.environment):
        job.book.halt(f"order {job.record.order_id} has an unknown outcome")
        raise Ended(State.PARKED, f"{UNKNOWN_OUTCOME}: the account was {job.record.environment} when it was sent")


def _attempts(job: Job) -> Record:
    resyncs = tries = 0
    while True:
        outcome = _attempt(job)
        if outcome is None:
            continue
        verdict = outcome.verdict
        if verdict is Verdict.SKEWED and resyncs < RESYNCS:
            resyncs += 1
        elif verdict is Verdict.DENIED and job.desk.heal():
            job.signals.count("AuthHeal", exchange=job.desk.exchange.name)
        elif verdict is Verdict.SMALLER and job.by_position and not job.record.replanned:
            job.note("the position is smaller than the order; planned anew", replanned=True)
            settled(job)
        elif verdict in _DEFINITE_AND_PASSING and _paused(job, outcome, tries):
            tries += 1
        else:
            return _finish(job, outcome)


def _attempt(job: Job) -> Outcome | None:
    """One attempt: plan, write the intent, look at the fences, send. None: too slow, nothing left; start over."""
    still_wanted(job)
    admitted(job)
    call, stamp_ms = intend(job)
    record, desk = job.record, job.desk
    if job.book.cancelled(record, record.key):
        raise Ended(State.CANCELLED, never_sent(record.attempts - 1), unsent=True)
    if desk.stamp_ms() - stamp_ms > _patience_ms(desk.exchange.window_ms):
        job.note("too slow between intent and sending; nothing left", outstanding=False, attempts=record.attempts - 1)
        return None
    outcome = desk.send(call, stamp_ms)
    job.signals.count("OrderSent", exchange=desk.exchange.name)
    return _received(job, outcome)


def _patience_ms(window_ms: int) -> int:
    return min(window_ms // 2, 2_000) if window_ms <= 5_000 else window_ms // 2


def _received(job: Job, outcome: Outcome) -> Outcome:
    """Write down what the answer proved before anything else is done about it."""
    note = f"attempt {job.record.attempts}: {outcome.reason}"
    job.circuits.heed(outcome)
    if outcome.verdict is Verdict.ACCEPTED:
        return outcome
    if outcome.verdict in (Verdict.AMBIGUOUS, Verdict.DUPLICATE, Verdict.GONE, Verdict.BUSY):
        job.move(State.UNKNOWN, note)
        return outcome
    if outcome.verdict is Verdict.SKEWED:
        job.desk.forget_time()
        job.signals.count("ClockResync", exchange=job.desk.exchange.name)
    job.note(note, outstanding=False)
    return outcome


def _finish(job: Job, outcome: Outcome) -> Record:
    verdict = outcome.verdict
    if verdict not in (Verdict.THROTTLED, Verdict.DENIED):
        job.circuits.learn(outcome, placing=True, default_s=0)
    if verdict is Verdict.ACCEPTED:
        return _accepted(job, outcome)
    if verdict is Verdict.DUPLICATE:
        return _duplicate(job, outcome)
    if verdict in (Verdict.AMBIGUOUS, Verdict.GONE, Verdict.BUSY):
        return _unsure(job)
    if verdict is Verdict.FLAT and job.by_position:
        raise Ended(State.REJECTED, f"{NOTHING_TO_CLOSE}: {outcome.reason}")
    if verdict is Verdict.DENIED:
        raise denied(job, outcome)
    if verdict in _DEFINITE_AND_PASSING or verdict is Verdict.SKEWED:
        raise _wait(job, outcome)
    raise Ended(State.REJECTED, outcome.reason)


def _accepted(job: Job, outcome: Outcome) -> Record:
    order, exchange = job.record.concrete, job.desk.exchange
    order_id = exchange.placed(outcome.data)
    ask_back = exchange.confirms or order_id is None or (order is not None and (instant(order) or order.sweep))
    job.move(
        State.PLACED, "accepted by the exchange", outstanding=False, exchange_order_id=order_id,
        placed_at_ms=job.clock.wall_ms(), taken_ms=job.desk.stamp_ms(), unconfirmed=ask_back,
    )  # fmt: skip
    return confirm(job)


def _duplicate(job: Job, outcome: Outcome) -> Record:
    """The id is taken: the same order is ours, anything else needs a human."""
    order = job.record.concrete
    job.desk.begin()
    try:
        found = look(job, order) if order else None
    except Failed as exc:
        raise Later(2, f"the order under our id cannot be read: {exc.outcome.reason}") from exc
    if order is None or found is None:
        raise Later(2 + job.jitter(), f"{outcome.reason}, but the order is not shown yet")
    if plan_differs(order, found):
        raise Ended(State.PARKED, f"{outcome.reason}; there: {describe(found)}; meant: {describe_plan(order)}")
    return conclude(job, order, found)


def _unsure(job: Job) -> Record:
    """Ask at once; if the answer is not there yet, the queue waits."""
    if not settle(job):
        return confirm(job)
    return _attempts(job)


def _wait(job: Job, outcome: Outcome) -> Exception:
    job.signals.count("RateLimited", exchange=job.desk.exchange.name)
    seconds = (outcome.retry_after_ms or 0) / 1000 or ladder(job.deferrals, job.jitter(), reducing=job.reducing)
    job.circuits.learn(outcome, placing=True, default_s=seconds)
    return Later(until_expiry(job, seconds), outcome.reason)


def _paused(job: Job, outcome: Outcome, tries: int) -> bool:
    """Wait a moment in the process if a quick try may still help; False: let the queue wait."""
    seconds = quick(tries, job.jitter())
    told_to_wait = outcome.retry_after_ms or Hint.IP_BAN in outcome.hints
    if seconds is None or told_to_wait or job.desk.remaining_ms() < 2 * CALL_BUDGET_MS:
        return False
    job.clock.sleep(seconds)
    return True
