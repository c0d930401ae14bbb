"""What the demo tells: one row per order, and everything that did not end as it should."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tools.exchange_simulator.server import Simulator
from tools.local_relay.samples import AGAIN, REFUSED, Sample
from tools.local_relay.table import Screen, table_width

HEAD = ("#", "account", "alert", "order", "exchange order id", "state", "latency")
ENDED = frozenset({"placed", "rejected", "expired", "cancelled", "parked"})
_STATE = HEAD.index("state")
_ORDER = HEAD.index("order")
_SHORT = 10
_CANCELS = ("cancel", "cancel_all")

Order = Mapping[str, Any]


def unfinished(samples: Sequence[Sample], orders: Sequence[Order]) -> int:
    """How many orders are not there yet, or have no end yet."""
    wanted = sum(sample.wanted_orders for sample in samples if sample.accepted)
    return wanted - sum(_ended(order) for order in orders)


def show(screen: Screen, samples: Sequence[Sample], orders: Sequence[Order]) -> None:
    """Print the table; the order ids are shortened where the terminal is too narrow for them."""
    rows = [row for sample in samples for row in _rows(sample, orders)]
    if screen.width and table_width(HEAD, rows) > screen.width:
        rows = [(*row[:_ORDER], _shortened(row[_ORDER]), *row[_ORDER + 1 :]) for row in rows]
    screen.table(HEAD, rows, _STATE)


def failures(samples: Sequence[Sample], orders: Sequence[Order]) -> list[str]:
    """One sentence for everything that ended otherwise than the sample says."""
    return [f"#{sample.number} {flaw}" for sample in samples for flaw in _flaws(sample, orders)]


def summary(samples: Sequence[Sample], orders: Sequence[Order]) -> str:
    accepted = sum(sample.accepted and sample.ends != AGAIN for sample in samples)
    again = sum(sample.accepted and sample.ends == AGAIN for sample in samples)
    placed = [order for order in orders if order["action"] not in _CANCELS and order["exchange_order_id"]]
    cancelled = sum(order["state"] == "cancelled" for order in placed)
    return (
        f"{accepted} alerts accepted, {len(samples) - accepted - again} refused, {again} resend recognised; "
        f"{len(placed)} orders placed, {cancelled} of them cancelled again"
    )


def audit(simulator: Simulator, orders: Sequence[Order]) -> tuple[str, list[str]]:
    """Compare the exchanges' own books with the relay's; returns a line to show and what is wrong."""
    verified, witnessed = 0, []
    for venue in simulator.venues.values():
        verified += sum(row["verified"] for row in venue.ledger.requests)
        witnessed += [(venue.name, str(row["order_id"])) for row in venue.accepted_orders()]
    known = {(order["exchange"], order["exchange_order_id"]) for order in orders if order["exchange_order_id"]}
    foreign = [one for one in witnessed if one not in known]
    lost = known - set(witnessed)
    flaws = [f"the {name} ledger has order {order_id}, which no alert asked for" for name, order_id in foreign]
    flaws += [f"the {name} ledger has no order {order_id}" for name, order_id in sorted(lost)]
    line = (
        f"exchange ledger: {verified} signed requests verified, {len(witnessed)} orders, {len(foreign)} "
        f"{'duplicate' if len(foreign) == 1 else 'duplicates'}"
    )
    return line, flaws


def _rows(sample: Sample, orders: Sequence[Order]) -> Iterator[tuple[str, ...]]:
    own = [order for order in orders if order["alert_id"] == sample.alert_id]
    if not sample.accepted or sample.ends == AGAIN or not own:
        first = own[0] if own else {}
        state = "same order" if own else REFUSED if not sample.accepted else "missing"
        ids = (first.get("order_id") or "-", first.get("exchange_order_id") or "-")
        yield (str(sample.number), sample.route, sample.shows, *ids, state, "-")
        return
    for order, leg in zip(own, sample.legs, strict=False):
        number = str(sample.number) if order is own[0] else ""
        shown = _exchange_id(order, orders)
        yield (number, order["account"], _asked(sample, leg), order["order_id"], shown, order["state"], _latency(order))


def _asked(sample: Sample, leg: Mapping[str, Any]) -> str:
    size = f"{leg['quantity']} {leg.get('unit', '')}".strip() if "quantity" in leg else ""
    price = f"at {leg['price']}" if "price" in leg else ""
    words = (leg["action"].replace("_", " "), size, leg["symbol"], price, leg.get("ref", ""))
    return f"{sample.shows}: {' '.join(word for word in words if word)}"


def _exchange_id(order: Order, orders: Sequence[Order]) -> str:
    """The order's own id at the exchange; for a cancel the ids of what it cancelled."""
    if order["action"] not in _CANCELS:
        return order["exchange_order_id"] or "-"
    same = ("account", "market", "symbol", "ref") if order["ref"] else ("account", "market", "symbol")
    gone = [
        one["exchange_order_id"]
        for one in orders
        if one["action"] not in _CANCELS
        and one["state"] == "cancelled"
        and all(one[name] == order[name] for name in same)
    ]
    return f"{gone[0]} (+{len(gone) - 1})" if len(gone) > 1 else next(iter(gone), "-") or "-"


def _latency(order: Order) -> str:
    end_ms = order["placed_at_ms"]
    if end_ms is None and order["history"]:
        end_ms = order["history"][-1]["at_ms"]
    return f"{(end_ms - order['accepted_at_ms']) / 1000:.2f} s" if end_ms is not None else "-"


def _ended(order: Order) -> bool:
    return order["state"] in ENDED and (order["state"] != "placed" or order["exchange_order_id"] is not None)


def _flaws(sample: Sample, orders: Sequence[Order]) -> Iterator[str]:
    own = [order for order in orders if order["alert_id"] == sample.alert_id]
    if (sample.ends == REFUSED) is sample.accepted:
        yield f"was answered with {sample.reply.status}: {sample.reply.data.get('reason')}"
        return
    if sample.ends in (AGAIN, REFUSED):
        return
    if len(own) != sample.wanted_orders:
        yield f"has {len(own)} orders instead of {sample.wanted_orders}"
    for order in own:
        if order["state"] != sample.ends or not _ended(order):
            why = order["reason"] or order["history"][-1]["note"]
            what = f"{order['action']} {order['symbol']} on {order['account']}"
            yield f"{what} is {order['state']}, not {sample.ends}: {why}"


def _shortened(order_id: str) -> str:
    return order_id if len(order_id) <= _SHORT else f"{order_id[:_SHORT]}…"
