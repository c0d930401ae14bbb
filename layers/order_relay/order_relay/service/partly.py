"""Orders that ended with only a part of them filled, where that leaves somebody in the open: a human is told."""

from order_relay.core.exchange import Found, Status
from order_relay.core.order import Plan
from order_relay.core.record import Record
from order_relay.service.job import Job
from order_relay.service.risk import opens

PARTLY = "partly filled, the rest was cancelled"
STILL_OPEN = "still open, although nothing of it should rest: look, and cancel or close by hand"
_BARE = "its take-profit and stop-loss may not be live for the part that was filled: look, and protect it by hand"
_LEFT = "a part of what was to be closed is still open: look, and close it by hand"


def told_of_a_part(job: Job, found: Found, *, cancelled: bool = False) -> str:
    """Call a human and say why, where a part was filled and the rest will never be; else say nothing.

    An entry was to bring its exits along (exchanges differ, and none documents it well: OKX parts none among a part),
    or a close is not finished. `cancelled` by an alert: then it is only the exits that somebody may miss.
    """
    plan = job.record.concrete
    if plan is None or not found.filled or found.live or found.status is Status.FILLED:
        return ""
    why = _BARE if _brings_exits(plan) else _LEFT if not opens(plan) and not cancelled else ""
    if why:
        what = f"{job.record.action} {job.record.symbol} on {job.record.account}: only a part was filled"
        job.signals.notify(what, why, throttle=f"part:{job.record.order_id}")
    return why and f"; {why}"


def unfinished(record: Record) -> bool:
    """True for a placed order that left a part of its work undone."""
    return (record.reason or "").startswith((PARTLY, STILL_OPEN))


def _brings_exits(plan: Plan) -> bool:
    return bool(plan.take_profits) or plan.take_profit is not None or plan.stop_loss is not None
