"""I6: a cancel that is reported done has ended every older order, and no younger one."""

from collections.abc import Iterator

from tests.simulation.books import native
from tests.simulation.evidence import CANCELS, Evidence, Row, concerns, leg_of, named, shown
from tools.exchange_simulator.order import Order

SHOWN_AFTER_MS = 4_000


def uncancelled(evidence: Evidence) -> Iterator[str]:
    """I6: a cancel reported done leaves no older order open, whoever made it."""
    done = [one for one in evidence.records.values() if one["action"] in CANCELS and one["state"] == "cancelled"]
    for order_id, made in evidence.made.items():
        for order in (order for _, order in made if order.state in ("open", "entrusting")):
            culprit = next((one for one in done if _meant(evidence, one, order_id, order)), None)
            if culprit:
                yield f"I6: {named(culprit)}, but {shown(order)} of {order_id[:8]} is still open"


def _meant(evidence: Evidence, cancel: Row, order_id: str, order: Order) -> bool:
    """True if the cancel should have ended this order."""
    leg, record = leg_of(evidence, cancel), evidence.records.get(order_id)
    if order.account != cancel["account"]:
        return False
    if "order_id" in leg:
        return bool(leg["order_id"] == order.order_id)
    if record:
        return concerns(cancel, record)
    mine = order.symbol == native(order.account, order.product, cancel["symbol"]) and order.product == cancel["market"]
    older = order.accepted_at_ms < cancel["firing_ms"] - SHOWN_AFTER_MS
    honest = not {"23", "24", "54", "F4"} & set(evidence.sim.rows)  # its age is told by clocks, nobody wrote it down
    return cancel["action"] == "cancel_all" and mine and older and honest


def overkilled(evidence: Evidence) -> Iterator[str]:
    """I6, the other way round: only an older order is ever ended by a cancel."""
    cancels = [one for one in evidence.records.values() if one["action"] in CANCELS]
    by_exchange_id = {leg_of(evidence, one).get("order_id") for one in cancels} - {None}
    for record in evidence.records.values():
        ended = record["state"] == "cancelled" and record["action"] not in CANCELS
        by_id = record["exchange_order_id"] in by_exchange_id
        if ended and not by_id and not any(concerns(one, record) for one in cancels):
            yield f"I6: {named(record)}, although no newer cancel concerns it"
