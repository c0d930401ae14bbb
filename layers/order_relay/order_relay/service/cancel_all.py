"""Cancel all of a symbol: behind the fence, whatever is open or in flight and not newer than it."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from order_relay.core.exchange import Found, Handle
from order_relay.core.money import product
from order_relay.core.record import Record, State
from order_relay.service.chasing import (
    ask_for,
    check,
    ended,
    in_flight,
    is_cancel,
    open_orders,
    still_open,
    stopped,
    unsent,
)
from order_relay.service.job import Job


def cancel_all(job: Job) -> Counter[str]:
    """List what is open and in flight, and cancel what is older than the fence by id."""
    fence = job.record.key
    records = [one for one in job.book.records() if not is_cancel(one)]
    older = [one for one in records if one.key < fence]
    counts = Counter(stopped(job, record) for record in older if unsent(record))
    doomed = _doomed(job, records, open_orders(job))
    if doomed:
        ask_for(job, [one.order_id for one in doomed])
        _cancel_many(job, doomed)
        if _doomed(job, records, open_orders(job)):
            raise still_open(job)
    return counts + _close_ours(job, _no_more_in_flight(job, older))


def _no_more_in_flight(job: Job, older: Sequence[Record]) -> list[Record]:
    current = [one for one in older if one.closed]
    current += [record for one in older if not one.closed and (record := job.book.record(one.order_id)) is not None]
    if not all(record.state.terminal for record in current):
        raise in_flight(job)
    return current


def _close_ours(job: Job, older: Sequence[Record]) -> Counter[str]:
    """Follow our own older orders to their end, those too that a lagging list did not show, and count."""
    asked = frozenset(job.record.asked)
    ours = [one for one in older if one.exchange_order_id in asked or _may_be_open(one)]
    counts = Counter({"cancelled": len(asked - {one.exchange_order_id for one in ours})})
    for record in ours:
        word, was_asked = ended(job, record), record.exchange_order_id in asked
        word = "cancelled" if was_asked and word == "not found" else word
        counts[word] += was_asked or word == "cancelled"
    return counts


def _may_be_open(record: Record) -> bool:
    return not record.closed and (record.state is State.PLACED or (record.state is State.PARKED and record.doubtful))


def _doomed(job: Job, records: Sequence[Record], opened: Sequence[Found]) -> list[Found]:
    """Open orders that are not newer than the fence, the largest notional first."""
    newer = {one.order_id for one in records if one.key > job.record.key}
    newer |= {one.exchange_order_id or "" for one in records if one.key > job.record.key}
    older = [one for one in records if one.key < job.record.key]
    ours = {known for one in older for known in (one.exchange_order_id, one.order_id) if known}
    chosen = [
        one for one in opened
        if one.client_id not in newer and one.order_id not in newer
        and (one.order_id in ours or one.client_id in ours or not _younger(job, one))
    ]  # fmt: skip
    return sorted(chosen, key=_notional, reverse=True)


def _younger(job: Job, found: Found) -> bool:
    """A foreign order made after the cancel was accepted is none of its business."""
    if found.created_ms is None:
        return False
    offset_ms = job.desk.stamp_ms() - job.clock.wall_ms()
    return found.created_ms - offset_ms > job.record.firing_ms


def _notional(found: Found) -> Decimal:
    return product(found.quantity or Decimal(0), found.price or Decimal(1))


def _cancel_many(job: Job, doomed: Sequence[Found]) -> None:
    desk = job.desk
    instrument, profile = desk.rules(job.leg.symbol, job.leg.market)
    batch = desk.exchange.cancel_many
    alone = batch is None or job.leg.market not in desk.exchange.batch_markets
    single = [one for one in doomed if alone or one.stop]
    together = [one.order_id for one in doomed if not alone and not one.stop]
    outcomes = []
    for start in range(0, len(together), desk.exchange.batch):
        if batch is not None:
            call = batch(together[start : start + desk.exchange.batch], instrument, profile)
            outcomes.append(desk.send(call, desk.stamp_ms()))
    handles = (Handle(one.order_id, one.client_id, one.stop) for one in single)
    outcomes += [desk.cancel(handle, job.leg.symbol, job.leg.market) for handle in handles]
    for outcome in outcomes:
        check(job, outcome)
