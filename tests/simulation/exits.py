"""I3 and what goes with it: late may close and never open, and what only reduces never opens a position."""

from collections.abc import Iterator

from order_relay.exchanges import EXCHANGES
from tests.simulation.books import Fill
from tests.simulation.claims import FLAT, OTHER, crosses, expires_ms, orders, reduces
from tests.simulation.evidence import Evidence, Row, leg_of, named, shown
from tests.simulation.exchange import Sent
from tools.exchange_simulator.order import Order

CLOCK_ERROR_MS = 1_500


def stale(evidence: Evidence) -> Iterator[str]:
    """I3: nothing is accepted after its validity and the receive window, by the sending host's own clock."""
    fills = {(fill.venue, fill.order.order_id): fill for fill in reversed(evidence.sim.network.fills)}
    for record, leg in orders(evidence):
        for sent, order in evidence.made[record["order_id"]]:
            late_ms = _late_ms(record, leg, sent, order, fills.get((sent.venue, order.order_id)))
            if late_ms > 0:
                yield f"I3: {named(record)} was accepted {late_ms} ms too late: {shown(order)}"


def _late_ms(record: Row, leg: Row, sent: Sent, order: Order, fill: Fill | None) -> int:
    limit_ms = expires_ms(record, leg, opens=opens(record, leg, order, fill))
    window_ms = EXCHANGES[record["exchange"]].window_ms
    return order.accepted_at_ms + sent.skew_ms - limit_ms - window_ms - CLOCK_ERROR_MS


def opens(record: Row, leg: Row, order: Order, fill: Fill | None) -> bool:
    """True if the order must be as young as an opening: by what it is for; of a target by what it did in the book."""
    if reduces(record, leg):
        return False
    if record["action"] != "target" or record["market"] == "spot":
        return order.product != "spot" or order.side == "buy"
    return fill.opens if fill else not order.reduces


def opened_by_exits(evidence: Evidence) -> Iterator[str]:
    """I3: no fill of an order that only reduces ever makes a position larger or turns it round."""
    for fill in evidence.sim.network.fills:
        record = evidence.maker(fill)
        if record is None or fill.order.product == "spot" or not fill.opens:
            continue
        if reduces(record, leg_of(evidence, record)):
            yield f"I3: {named(record)} only reduces, but took the position from {fill.before} to {fill.after}"


def turned_by_additions(evidence: Evidence) -> Iterator[str]:
    """I3: an addition only makes a position larger: it neither starts one nor takes from one."""
    for fill in evidence.sim.network.fills:
        record = evidence.maker(fill)
        if record is None or record["action"] != "add":
            continue
        if fill.before * fill.order.sign <= 0:
            yield f"I3: {named(record)} enlarges, but took the position from {fill.before} to {fill.after}"


def unclosed_first(evidence: Evidence) -> Iterator[str]:
    """I2: what a flip or target opens is sent only after what closes the other side is done."""
    sides = {
        (one["sha256"], one["firing_ms"], one["leg"], one["account"], one["step"]): one for one, _ in orders(evidence)
    }
    for record, leg in orders(evidence):
        first = sides.get((record["sha256"], record["firing_ms"], record["leg"], record["account"], OTHER))
        sent = evidence.made[record["order_id"]]
        if first is None or first is record or not sent or not (crosses(leg) or record["action"] == "target"):
            continue
        placed = any(line["state"] == "placed" for line in first["history"])
        if not placed and not (first["reason"] or "").startswith(FLAT):
            yield f"I2: {named(record)} was sent although {named(first)}"
