"""Ask before sending again: what became of an attempt whose answer never came, by the exchange's own clock."""

from typing import Any

from order_relay.core.exchange import Found, Sought, Status
from order_relay.core.money import plain, product
from order_relay.core.order import OrderType, Plan, TimeInForce, Unit
from order_relay.core.outcome import Failed, Verdict
from order_relay.core.record import UNKNOWN_OUTCOME, Record, State
from order_relay.service.describing import describe, describe_plan
from order_relay.service.job import Job
from order_relay.service.later import Ended, Later
from order_relay.service.partly import PARTLY, told_of_a_part

SETTLE_MARGIN_MS = 2_000
"""How long an exchange's reads may lag behind its own acceptance of an order."""

FENCE_SLACK_MS = 1_000
GIVE_UP_MS = 600_000
ENTRUSTING_MS = 120_000
_ONE_SHOT = frozenset({TimeInForce.IOC, TimeInForce.FOK, TimeInForce.POST_ONLY})


def settle(job: Job) -> bool:
    """Find out what became of the outstanding attempt.

    True: it is proved absent, another attempt may be made. False: the record reached its end.
    Raises Later while neither can be said.
    """
    plan = job.record.concrete
    if plan is None:
        raise Ended(State.PARKED, "the journal holds an attempt without its order")
    found, exchange_ms = _ask(job, plan)
    if found is not None:
        conclude(job, plan, found)
        return False
    return _absent(job, plan, exchange_ms)


def look(job: Job, plan: Plan) -> Found | None:
    """Ask the exchange for the order in open and ended orders."""
    desk, record = job.desk, job.record
    by_attributes = record.exchange_order_id is None and not desk.exchange.unique_ids
    taken = _taken(job) if by_attributes else frozenset()
    sought = Sought(plan, record.stamp_ms, record.exchange_order_id, taken)
    instrument, profile = desk.rules(job.leg.symbol, job.leg.market)
    return desk.exchange.find(desk.ask, sought, instrument, profile)


def conclude(job: Job, plan: Plan, found: Found) -> Record:
    """Write the end that the exchange shows: live or filled is placed, ended without a fill is not."""
    told = shown(job, found)
    if job.record.state is not State.PLACED and plan_differs(plan, found):
        other = f"the exchange has another order under this id: {describe(found)}; meant: {describe_plan(plan)}"
        return job.move(State.PARKED, other, outstanding=False, unconfirmed=False, **told)
    if found.status is Status.CANCELLED and job.book.cancelled(job.record, job.record.key):
        note = f"cancelled by a later alert{told_of_a_part(job, found, cancelled=True)}"
        return job.move(State.CANCELLED, note, outstanding=False, unconfirmed=False, **told)
    if found.live or found.status is Status.FILLED or found.filled > 0:
        return _placed(job, plan, found, told)
    why = f"the exchange ended it without a fill ({found.reason or found.status.value})"
    return job.move(State.REJECTED, why, outstanding=False, unconfirmed=False, **told)


def plan_differs(plan: Plan, found: Found) -> bool:
    """True if what was found under our id is certainly not what was sent."""
    if found.side is not plan.side:
        return True
    if found.quantity is not None and not plan.whole and found.quantity != plan.quantity:
        return not (plan.type is OrderType.MARKET or plan.reduce_only)
    return plan.type is OrderType.LIMIT and None not in (plan.price, found.price) and plan.price != found.price


def _ask(job: Job, plan: Plan) -> tuple[Found | None, int | None]:
    desk = job.desk
    desk.begin()
    try:
        found = look(job, plan)
    except Failed as exc:
        raise _unanswered(job, exc) from exc
    return found, desk.server_ms


def _unanswered(job: Job, exc: Failed) -> Exception:
    """The exchange cannot be asked: wait, and after long enough park the order and halt openings of the symbol."""
    waited = job.clock.wall_ms() - job.message.accepted_at_ms
    if waited > max(GIVE_UP_MS, job.valid_for_ms()):
        job.book.halt(f"order {job.record.order_id} has an unknown outcome")
        return Ended(State.PARKED, f"{UNKNOWN_OUTCOME} and the exchange cannot be asked: {exc.outcome.reason}")
    seconds = (exc.outcome.retry_after_ms or 0) / 1000 or min(15, 2 + job.deferrals)
    denied = exc.outcome.verdict is Verdict.DENIED
    return Later(30 if denied else seconds + job.jitter(), f"the exchange cannot be asked: {exc.outcome.reason}")


def _absent(job: Job, plan: Plan, exchange_ms: int | None) -> bool:
    exchange, record = job.desk.exchange, job.record
    if exchange_ms is None:
        raise Later(2, "the exchange's answer does not tell its time")
    fence_ms = record.stamp_ms + exchange.window_ms + FENCE_SLACK_MS + SETTLE_MARGIN_MS
    if exchange_ms <= fence_ms:
        wait_s = min((fence_ms - exchange_ms) / 1000 + 1, 5 + job.jitter())
        raise Later(wait_s, "not found yet; the receive window of the attempt is still open")
    if plan.market not in exchange.finds_orders:
        return _never_proved(job, exchange_ms)
    if plan.time_in_force in _ONE_SHOT and not exchange.keeps_unfilled:
        raise Ended(
            State.EXPIRED,
            f"not found at {exchange.name}: it never arrived or ended without a fill, "
            f"and {plan.time_in_force.value} orders are not sent again after doubt",
        )
    job.note("the exchange does not have it and can no longer accept it", outstanding=False)
    return True


def _never_proved(job: Job, exchange_ms: int) -> bool:
    if exchange_ms <= job.record.stamp_ms + ENTRUSTING_MS:
        raise Later(4 + job.jitter(), "not found yet; it may still be entrusted")
    job.book.halt(f"order {job.record.order_id} has an unknown outcome")
    raise Ended(State.PARKED, f"{UNKNOWN_OUTCOME}: not found, and here that does not prove that it was refused")


def _placed(job: Job, plan: Plan, found: Found, told: dict[str, Any]) -> Record:
    partly = not found.live and found.status is not Status.FILLED
    note = f"found at the exchange: {found.status.value}"
    if partly:
        note = f"{PARTLY}{told_of_a_part(job, found)}"
    pending = found.live and (plan.sweep or plan.at_once or found.status is Status.WAITING)
    at_ms = job.record.placed_at_ms or job.clock.wall_ms()
    told = {"placed_at_ms": at_ms, "taken_ms": job.record.taken_ms or job.desk.told_ms(), **told}
    if partly:
        told = {**told, "reason": note}
    if job.record.state in (State.SENDING, State.UNKNOWN):
        job.signals.count("OrderReconciled", exchange=job.record.exchange)
    return job.move(State.PLACED, note, closed=not found.live, outstanding=False, unconfirmed=pending, **told)


def _taken(job: Job) -> frozenset[str]:
    others = (one for one in job.book.records() if one.order_id != job.record.order_id)
    return frozenset(one.exchange_order_id for one in others if one.exchange_order_id)


def shown(job: Job, found: Found) -> dict[str, Any]:
    """What a record tells of an order: fills in base coins, unless the alert itself counted contracts or money."""
    instrument, _ = job.desk.rules(job.leg.symbol, job.leg.market)
    contracts = instrument.unit is Unit.CONTRACTS and job.record.quantity_unit != Unit.CONTRACTS
    filled = product(found.filled, instrument.contract) if contracts and not instrument.inverse else found.filled
    more = plain(filled) != (job.record.filled_quantity or "0")
    return {
        "exchange_order_id": found.order_id,
        "seen_ms": job.desk.told_ms() if more else job.record.seen_ms,
        "filled_quantity": plain(filled),
        "average_price": plain(found.average) if found.average is not None else None,
    }
