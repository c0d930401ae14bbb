"""An entry that was to bring its exits along and was filled only in part: nobody may take it for protected."""

from order_relay.core.exchange import Found, Status
from order_relay.service.job import Job

_WHY = "its take-profit and stop-loss may not be live for the part that was filled: look, and protect it by hand"


def unprotected(job: Job, found: Found) -> str:
    """Call a human and say why, where an ended order holds a part and had exits attached; else say nothing.

    Exchanges differ, and none documents it well: OKX parts no exits among a part (docs/exchanges.md).
    """
    plan = job.record.concrete
    exits = plan is not None and (plan.take_profits or plan.take_profit is not None or plan.stop_loss is not None)
    if not exits or not found.filled or found.live or found.status is Status.FILLED:
        return ""
    what = f"{job.record.action} {job.record.symbol} on {job.record.account}: only a part was filled"
    job.signals.notify(what, _WHY, throttle=f"part:{job.record.order_id}")
    return f"; {_WHY}"
