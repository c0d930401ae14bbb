"""Before an attempt: is the order still wanted, what is it exactly now, and the write that says it is being sent."""

from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from order_relay.core.call import Call
from order_relay.core.exchange import Position, Wanted
from order_relay.core.money import floor_to
from order_relay.core.order import VALID_FOR_S, Action, Plan, Unit
from order_relay.core.outcome import Failed, Outcome, Verdict
from order_relay.core.record import Record, State
from order_relay.core.refusal import Refusal
from order_relay.core.retry import CALL_BUDGET_MS, ladder
from order_relay.service.describing import describe_plan
from order_relay.service.job import Job
from order_relay.service.later import Ended, Later
from order_relay.service.planning import NOTHING_TO_ADD_TO, plan, tradable
from order_relay.service.risk import count, hold, opens
from order_relay.service.settling import FENCE_SLACK_MS, SETTLE_MARGIN_MS
from order_relay.service.sizing import counted

_Seen = TypeVar("_Seen")
WRITING_MS = 1_000
LONGEST_WAY_MS = 900_000
_HELD = frozenset({State.PLACED, State.CANCELLED})


def held_positions(job: Job) -> list[Position]:
    """Before the first attempt of a close or target: every open position of its symbol.

    Where an account holds only one a close needs no look: it is one order whatever there is.
    """
    return looked(job, lambda: _positions(job), [])


def looked(job: Job, read: Callable[[], _Seen], otherwise: _Seen) -> _Seen:
    """Read what decides an order before its first attempt, as patiently as the attempt itself would.

    What would end the order is left to the attempt, which comes to the same end and writes it down.
    """
    try:
        in_time(job)
        admitted(job)
        return read()
    except Failed as exc:
        trouble = unplanned(job, exc.outcome)
        if isinstance(trouble, Ended):
            return otherwise
        raise trouble from exc
    except (Ended, Refusal):
        return otherwise


def _positions(job: Job) -> list[Position]:
    desk = job.desk
    instrument = tradable(desk, job.leg)
    profile = desk.profile(job.leg.market)
    if job.leg.action is Action.CLOSE and not profile.hedge:
        return []
    desk.begin()
    found = desk.exchange.positions(desk.ask, instrument, profile)
    settled(job)
    return found


def in_time(job: Job) -> None:
    """Late may close, never open: checked before the slow part and again right before `sending` is written."""
    if job.age_ms() > job.valid_for_ms():
        if job.record.denied:
            raise Ended(State.REJECTED, f"keys refused: {job.record.denied}")
        age_s, limit_s = job.age_ms() / 1000, job.leg.lives_s
        raise Ended(State.EXPIRED, f"{age_s:.1f} s old, valid for {limit_s} s; last: {_last_note(job.record)}")


def still_wanted(job: Job) -> None:
    """Age, newer alerts and halts: read before every attempt, while nothing is outstanding."""
    record = job.record
    in_time(job)
    if not job.proved and record.key.superseded(job.book.newest()):
        raise Ended(State.EXPIRED, "superseded by a later alert")
    if not job.reducing and job.leg.action is not Action.TARGET:
        _not_halted(job)


def _not_halted(job: Job) -> None:
    halted = job.halted()
    if halted:
        raise Ended(State.REJECTED, f"halted: {halted}")


def _may_open(job: Job, order: Plan) -> Decimal | None:
    """What opens: not halted, not late (a target may reduce late, never open), within the limits; what it is worth."""
    if not opens(order):
        return None
    if job.leg.action is Action.TARGET:
        _not_halted(job)
        opening_s = job.leg.valid_for or VALID_FOR_S
        if job.age_ms() > opening_s * 1000:
            told = f"{job.age_ms() / 1000:.1f} s old, what opens is valid for {opening_s} s"
            raise Ended(State.EXPIRED, f"only the part that reduces is still wanted: {told}")
    if job.leg.max_exposure is not None:
        settled(job)
    return hold(job, order)


def admitted(job: Job) -> None:
    """Wait with all other workers while a limit or refused keys keep placements back."""
    try:
        job.circuits.admit_placement()
    except Later as later:
        job.note(later.why, denied=later.denied)
        raise Later(until_expiry(job, later.seconds), later.why) from None


def _last_note(record: Record) -> str:
    return str(record.history[-1]["note"]) if record.history else "none"


def intend(job: Job) -> tuple[Call, int]:
    """Plan (an opening keeps its first plan), stamp, and write `sending` before any byte leaves."""
    record, desk = job.record, job.desk
    first = record.concrete
    try:
        desk.begin()
        order = first if first and not job.by_position else _planned(job)
        worth = _may_open(job, order)
        call = desk.placement(order, job.leg.symbol)
        if job.message.limits.dry_run:
            raise Ended(State.REJECTED, f"dry run: {describe_plan(order)} was not sent")
        if _set_up(job, order):
            call = desk.placement(order, job.leg.symbol)
    except Failed as exc:
        raise unplanned(job, exc.outcome) from exc
    except Refusal as exc:
        raise Ended(State.REJECTED, exc.reason) from exc
    if opens(order):
        count(job, worth)
    stamp_ms = desk.stamp_ms()
    in_time(job)
    if desk.remaining_ms() < CALL_BUDGET_MS + WRITING_MS:
        raise Later(1, "too little time left in this run to send an order")
    if record.attempts == 0:
        job.book.sent(record.key, job.clock.wall_ms())
    job.move(
        State.SENDING, f"attempt {record.attempts + 1}: {describe_plan(order)}", plan=order.to_json(),
        stamp_ms=stamp_ms, attempts=record.attempts + 1, outstanding=True, side=order.side.value, denied=None,
        environment=desk.environment,
    )  # fmt: skip
    return call, stamp_ms


def _planned(job: Job) -> Plan:
    try:
        order = plan(job.desk, job.leg, job.record.order_id, job.message.limits)
        _same_side(job, order)
    except Ended:
        settled(job)
        raise
    if _by_reading(job, order):
        settled(job)
    return order


def _same_side(job: Job, order: Plan) -> None:
    """An addition that was tried on one side never goes to the other."""
    first = job.record.concrete
    if job.leg.action is Action.ADD and first is not None and first.side is not order.side:
        raise Ended(State.REJECTED, f"{NOTHING_TO_ADD_TO}: the position turned since the first attempt")


def _by_reading(job: Job, order: Plan) -> bool:
    """True if another reading of the account would make another order: it sizes this one, or cut it short."""
    leg = job.leg
    if not job.by_position:
        return leg.unit is Unit.PERCENT_AVAILABLE
    decided_by_it = leg.quantity is None or leg.action in (Action.TARGET, Action.ADD) or leg.unit.percent
    if decided_by_it or job.record.replanned or not job.desk.exchange.reduces:
        return True
    instrument, _ = job.desk.rules(leg.symbol, leg.market)
    exact = leg.unit in (Unit.BASE, Unit.CONTRACTS)
    return exact and order.quantity < floor_to(counted(leg, instrument), instrument.step)


def settled(job: Job) -> None:
    """Wait if an order of the symbol was accepted so recently that reads of the account may lag behind it."""
    sent_ms = job.book.last_sent_ms()
    if sent_ms is None or job.clock.wall_ms() - sent_ms > LONGEST_WAY_MS:
        return
    rest_s = _unsettled_s(job)
    if rest_s > 0:
        raise Later(rest_s, "an order was accepted a moment ago, the account may not show it yet")


def _set_up(job: Job, order: Plan) -> bool:
    """Set leverage and margin mode that the alert asks for, where they differ; True if it asks for any."""
    leg = job.leg
    asked = opens(order) and bool(leg.leverage or leg.margin_mode)
    if asked:
        job.desk.arrange(Wanted(leg.leverage, leg.margin_mode, order.position_side), leg.symbol, leg.market)
    return asked


def _unsettled_s(job: Job) -> float:
    """For how long reads may still lag behind an order of this symbol that was accepted, or a fill that was seen."""
    own = (job.record.alert_id, job.record.firing_ms, job.record.leg)
    others = (one for one in job.book.records() if (one.alert_id, one.firing_ms, one.leg) != own)
    latest_ms = max((max(one.taken_ms, one.seen_ms) for one in others if one.state in _HELD), default=0)
    return (latest_ms + SETTLE_MARGIN_MS + FENCE_SLACK_MS + 1 - job.desk.told_ms()) / 1000


def unplanned(job: Job, outcome: Outcome) -> Exception:
    """A read needed for planning failed: nothing was sent, so waiting is safe."""
    if outcome.verdict is Verdict.DENIED:
        return denied(job, outcome)
    if outcome.verdict is Verdict.REJECTED:
        return Ended(State.REJECTED, outcome.reason)
    seconds = (outcome.retry_after_ms or 0) / 1000 or ladder(job.deferrals, job.jitter(), reducing=job.reducing)
    return Later(until_expiry(job, seconds), outcome.reason)


def denied(job: Job, outcome: Outcome) -> Exception:
    """Keys refused: try again at most every 30 s until the order is too old, then say why it failed."""
    job.note(f"keys refused: {outcome.reason}", denied=outcome.reason, outstanding=False)
    job.keys_refused(outcome.reason)
    job.circuits.learn(outcome, placing=True, default_s=30)
    return Later(until_expiry(job, 30), f"keys refused: {outcome.reason}")


def until_expiry(job: Job, seconds: float) -> float:
    """Never sleep far past the moment at which the order has to be ended."""
    left = (job.valid_for_ms() - job.age_ms()) / 1000
    return max(1.0, min(seconds, left + 1))
