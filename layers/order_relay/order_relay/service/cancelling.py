"""Cancels: lay the tombstone or fence first, then chase every older order until the exchange shows it gone."""

from collections import Counter

from order_relay.core.exchange import Handle
from order_relay.core.order import Action
from order_relay.core.outcome import Failed, Outcome, Verdict
from order_relay.core.record import Record, State
from order_relay.core.refusal import Refusal
from order_relay.service.cancel_all import cancel_all
from order_relay.service.chasing import again, ask_for, check, each, is_cancel, open_orders, still_open
from order_relay.service.job import Job
from order_relay.service.later import Ended
from order_relay.service.planning import tradable


def cancel(job: Job) -> Record:
    """Bring one cancel to its end, or raise Later; its record ends `cancelled`, `rejected` or `parked`."""
    if job.record.state.terminal:
        return job.record
    if job.message.limits.dry_run:
        return job.move(State.REJECTED, "dry run: nothing was cancelled")
    try:
        _lay(job)
        job.circuits.admit()
        _known_symbol(job)
        if job.record.state is State.RECEIVED:
            job.move(State.SENDING, "cancelling")
        counts = _counted(job)
        job.circuits.learn(Outcome(Verdict.ACCEPTED), placing=False, default_s=0)
        return job.move(State.CANCELLED, _told(counts))
    except Ended as end:
        return job.move(end.state, end.reason)
    except Refusal as refusal:
        return job.move(State.REJECTED, refusal.reason)
    finally:
        job.circuits.release()


def _lay(job: Job) -> None:
    """Before anything that could fail: what is older than this cancel must not be sent from now on."""
    if job.leg.action is Action.CANCEL_ALL:
        job.book.fence(job.record.key)
    elif job.leg.ref is not None:
        job.book.cancel_through(job.leg.ref, job.record.key)


def _known_symbol(job: Job) -> None:
    try:
        tradable(job.desk, job.leg)
    except Failed as exc:
        raise again(job, exc.outcome) from exc


def _counted(job: Job) -> Counter[str]:
    try:
        return cancel_all(job) if job.leg.action is Action.CANCEL_ALL else _one(job)
    except Failed as exc:
        raise again(job, exc.outcome) from exc


def _told(counts: Counter[str]) -> str:
    told = ", ".join(f"{counts[word]} {word}" for word in ("cancelled", "filled", "not found"))
    if counts["never sent"]:
        told += f", {counts['never sent']} never sent"
    if "open without ref" in counts:
        told += f"; no order carries this ref, {counts['open without ref']} open orders on the symbol were left alone"
    return told


def _one(job: Job) -> Counter[str]:
    if job.leg.ref is None:
        return _foreign(job)
    older = [one for one in job.book.named(job.leg.ref) if one.key < job.record.key and not is_cancel(one)]
    counts = each(job, older)
    if not older:
        counts["not found"] += 1
        counts["open without ref"] = len(open_orders(job))
    return counts


def _foreign(job: Job) -> Counter[str]:
    """Cancel by the exchange's own order id."""
    wanted = job.leg.order_id or ""
    known = [one for one in job.book.records() if one.exchange_order_id == wanted and not is_cancel(one)]
    if known:
        return each(job, known)
    asked_before = bool(job.record.asked)
    stop = any(one.stop for one in open_orders(job) if one.order_id == wanted)
    outcome = _ask(job, wanted, stop=stop)
    if outcome.verdict is Verdict.REJECTED:
        raise Ended(State.REJECTED, outcome.reason)
    if wanted in {one.order_id for one in open_orders(job)}:
        raise still_open(job)
    return Counter({"cancelled" if asked_before or outcome.verdict is not Verdict.GONE else "not found": 1})


def _ask(job: Job, order_id: str, *, stop: bool) -> Outcome:
    """Send the cancel even if no list shows the order: lists lag, cancels see the present."""
    ask_for(job, [order_id])
    outcome = job.desk.cancel(Handle(order_id, None, stop), job.leg.symbol, job.leg.market)
    check(job, outcome)
    return outcome
