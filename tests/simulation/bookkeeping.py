"""I1: no accepted alert is lost, and the journal says of every order what the exchange says."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal

from tests.simulation.books import native
from tests.simulation.evidence import CANCELS, ENDS, Evidence, Row, ended_ms, named, shown
from tests.simulation.hand import BY_HAND
from tests.simulation.simulation import USUAL_SKEW_MS, Simulation
from tools.exchange_simulator.order import Order

SIGNS = {"close": 0, "sell": 1, "buy": -1}
"""Which positions an order can reduce."""


def lost(evidence: Evidence) -> Iterator[str]:
    """I1: every 202 ends in one terminal state per leg, or in a visible dead letter."""
    wanted: dict[tuple[str, str], int] = defaultdict(int)
    for firing in evidence.sim.sender.firings:
        reply = firing.accepted
        if reply and firing.again is None:
            wanted[reply.alert_id or "", firing.digest] += firing.legs * firing.accounts
        if any(answer and answer.status in (401, 403) for _, answer in firing.answers):
            yield f"I1: a good token was refused for {firing.body!r}"
    for (alert_id, digest), count in wanted.items():
        found = [one for one in evidence.records.values() if (one["alert_id"], one["sha256"]) == (alert_id, digest)]
        if (alert_id, digest) in evidence.dead:
            continue
        first_steps = [one for one in found if one["step"] == 0]
        if len(first_steps) < count:
            yield f"I1: {count} orders of alert {alert_id} were accepted, the journal knows {len(first_steps)}"
        yield from (f"I1: {named(one)} never ended" for one in found if one["state"] not in ENDS)


def untold(evidence: Evidence) -> Iterator[str]:
    """I1, the other way round: the journal says what the exchange has."""
    for order_id, made in evidence.made.items():
        record = evidence.records.get(order_id)
        live = evidence.alive(order_id)
        if record is None and made and order_id != BY_HAND:
            yield f"I1: the exchange took order {made[0][1].order_id} that nobody had written down"
        elif record and live and record["state"] not in ("placed", "parked", "cancelled"):
            dead = (record["alert_id"], record["sha256"]) in evidence.dead
            if record["state"] in ENDS or not dead:
                yield f"I1: {named(record)}, but {shown(live[0][1])}"
    for record in evidence.records.values():
        if record["state"] == "placed" and record["action"] not in CANCELS and not evidence.made[record["order_id"]]:
            yield f"I1: {named(record)}, but the exchange never made an order of it"


def mismatched(evidence: Evidence) -> Iterator[str]:
    """I1: a placed order names the exchange's order and what is filled of it; no market order is left in the book."""
    sent = Counter(one.intent for one in evidence.sim.network.sent)
    for order_id, record in evidence.records.items():
        made = {order.order_id: order for _, order in evidence.made[order_id]}
        order = made.get(record["exchange_order_id"] or "")
        if sent[order_id] > record["attempts"]:
            yield f"I1: {named(record)} was sent {sent[order_id]} times, the journal says {record['attempts']}"
        settled = any(line["note"].startswith("settled by an operator") for line in record["history"])
        if record["state"] != "placed" or not made or settled:
            continue
        if order is None:
            yield f"I1: {named(record)} names order {record['exchange_order_id']}, the exchange made {list(made)}"
        elif record["type"] == "market" and order.state == "open":
            yield f"I1: {named(record)} is a market order and {shown(order)}"
        elif record["closed"] and Decimal(record["filled_quantity"] or 0) not in _filled(evidence, record, order):
            yield f"I1: {named(record)} says {record['filled_quantity']} filled, the exchange {order.filled}"


def _filled(evidence: Evidence, record: Row, order: Order) -> set[Decimal]:
    """What is filled of an order: base coins, or the money where the exchange was asked to spend some."""
    base = order.filled * evidence.sim.venue_of(order.account).markets.of(order).instrument.contract_size
    return {base, order.filled_value} if record["plan"]["unit"] == "quote" else {base}


def renewed(evidence: Evidence) -> Iterator[str]:
    """I1: every record keeps the moment at which a delivery of its alert was taken, however often it is put back."""
    alerts = {record["sha256"]: record["alert_id"] for record in evidence.records.values()}
    taken: dict[str, set[int]] = defaultdict(set)
    for firing in evidence.sim.sender.firings:
        taken[alerts.get(firing.digest, "")] |= {at_ms for at_ms, _ in firing.answers}
    for record in evidence.records.values():
        if record["firing_ms"] not in taken[record["alert_id"]]:
            yield f"I1: {named(record)} says that it was taken at {record['firing_ms']}, which no delivery was"


def unclosed(evidence: Evidence) -> Iterator[str]:
    """I1: no exit says that there is nothing to close while an older position is there."""
    sim = evidence.sim
    if {"24", "54"} & set(sim.rows):
        return  # the times in the journal are then no measure
    for record in evidence.records.values():
        if record["action"] not in SIGNS or not (record["reason"] or "").startswith("nothing to close"):
            continue
        at_ms = ended_ms(record)
        around = (_held(sim, record, at_ms + change) for change in range(-2 * USUAL_SKEW_MS, 2 * USUAL_SKEW_MS, 50))
        held = set.intersection(*around)
        if held:
            yield f"I1: {named(record)}, but a position was held: {', '.join(sorted(held))}"


def _held(sim: Simulation, record: Row, at_ms: int) -> set[str]:
    """Positions that the record could reduce at a moment, in words."""
    own = (record["account"], native(record["account"], record["market"], record["symbol"]))
    known = sim.venue_of(record["account"]).state.positions.values(at_ms)
    mine = [one for one in known if one.quantity and (one.account, one.symbol) == own]
    return {f"{one.quantity} {one.symbol}" for one in mine if one.quantity * SIGNS[record["action"]] >= 0}
