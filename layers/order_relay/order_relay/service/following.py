"""Following an accepted order whose answer proved little, until the exchange shows what became of it."""

from order_relay.core.exchange import Found, Handle, Status
from order_relay.core.order import OrderType, Plan, TimeInForce
from order_relay.core.outcome import Failed
from order_relay.core.record import Record, State
from order_relay.service.job import Job
from order_relay.service.later import Ended, Later
from order_relay.service.partly import STILL_OPEN
from order_relay.service.settling import ENTRUSTING_MS, conclude, look, shown

SWEEP_AFTER_MS = 2_000
VANISHED_AFTER_MS = 4_000
FILLS_WITHIN_MS = 10_000


def confirm(job: Job) -> Record:
    """Follow an accepted order whose answer proved little until the exchange shows what became of it."""
    record, order = job.record, job.record.concrete
    if not record.unconfirmed or order is None:
        return record
    try:
        job.desk.begin()
        found = look(job, order)
    except Failed as exc:
        raise _patience(job, f"the follow-up query failed: {exc.outcome.reason}") from exc
    if found is None or found.status is Status.WAITING:
        traceless = found is None and not job.desk.exchange.keeps_unfilled and instant(order)
        told_ms = job.desk.server_ms
        if traceless and told_ms is not None and told_ms > record.taken_ms + VANISHED_AFTER_MS:
            why = "accepted, then ended by the exchange without a fill (it keeps no trace of that)"
            return job.move(State.REJECTED, why, unconfirmed=False)
        raise _patience(job, "accepted, not yet shown by the exchange")
    if found.live and order.sweep:
        return _sweep(job, order, found.order_id)
    if found.live and order.at_once:
        return _lingering(job, found)
    return conclude(job, order, found)


def _lingering(job: Job, found: Found) -> Record:
    """Look again at an order of which nothing should rest; if it still does after ten seconds a human must look."""
    if job.clock.wall_ms() - (job.record.placed_at_ms or 0) <= FILLS_WITHIN_MS:
        raise Later(1 + job.jitter(), "accepted, and the exchange still works on it")
    job.signals.notify(f"order {job.record.order_id} still stands at the exchange", STILL_OPEN)
    return job.move(State.PLACED, STILL_OPEN, unconfirmed=False, **{**shown(job, found), "reason": STILL_OPEN})


def _patience(job: Job, why: str) -> Exception:
    """Keep following an accepted order, two minutes where the answer proves little, then leave it placed and say so.

    The symbol's next orders wait meanwhile, so a mere question about fills is given up after ten seconds.
    """
    waited = job.clock.wall_ms() - (job.record.placed_at_ms or 0)
    order = job.record.concrete
    worth_it = job.desk.exchange.confirms or (order is not None and order.sweep)
    if waited > (ENTRUSTING_MS if worth_it else FILLS_WITHIN_MS):
        job.signals.notify(f"order {job.record.order_id} is placed but not shown", why)
        return Ended(State.PLACED, f"accepted; its fills are not known: {why}")
    return Later(2 + job.jitter(), why)


def _sweep(job: Job, order: Plan, order_id: str) -> Record:
    """Cancel what a stand-in for a market order left unfilled after 2 s, and see that it is gone."""
    left_ms = (job.record.placed_at_ms or 0) + SWEEP_AFTER_MS - job.clock.wall_ms()
    if left_ms > 0:
        raise Later(left_ms / 1000, "a market order's limit may still fill")
    job.desk.cancel(Handle(order_id, order.client_id), job.leg.symbol, job.leg.market)
    found = look(job, order)
    if found is None or found.live:
        raise _patience(job, "the unfilled rest of a market order is being cancelled")
    return conclude(job, order, found)


def instant(order: Plan) -> bool:
    """True if the exchange may fill or end the order at once, so that its fate is worth a question."""
    return order.type is OrderType.MARKET or order.time_in_force is not TimeInForce.GTC
