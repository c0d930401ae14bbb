"""Targets: the position ends at the size wanted, judged by what the exchange holds."""

from collections.abc import Iterator
from decimal import Decimal

from tests.simulation.books import native
from tests.simulation.claims import FLAT, orders, target
from tests.simulation.evidence import Evidence, Row, ended_ms, named
from tests.simulation.simulation import USUAL_SKEW_MS

DONE = ("nothing to do", FLAT)
EXCUSES = (
    "halted: ",
    "limit: ",
    "superseded",
    "only the part that reduces",
    "the order that closes",
    "conflict",
    "dry run",
    "unsupported: ",
)
BY_HAND = frozenset({"39", "52"})
"""Rows in which fills are cut short, or somebody else trades."""

LEAST = Decimal("0.0001")
CALM = frozenset({"1", "2", "4", "6", "8", "31", "33", "47", "49", "50", "C1"})
"""Rows after which nothing may keep a target from being reached but its own age and the route's switches."""


def missed(evidence: Evidence) -> Iterator[str]:
    """I1: where the last fill of a symbol is a target's, the target is what is held; a calm run lets none fail.

    A dead letter frees its group: others then trade between its plan and its end.
    """
    sim = evidence.sim
    calm = {*sim.rows, *(name for name, count in sim.plan.hits.items() if count)} <= CALM
    for record, leg in orders(evidence):
        wanted = target(leg)
        if wanted is None or record["step"] or record["sha256"] in evidence.buried:
            continue
        if record["state"] == "placed" and not record["reason"]:
            yield from _held_otherwise(evidence, record, wanted)
        elif (record["reason"] or "").startswith(DONE):
            yield from _done_wrongly(evidence, record, wanted)
        elif calm and not _excused(record):
            yield f"I1: {named(record)} in a calm run"


def _held_otherwise(evidence: Evidence, record: Row, wanted: Decimal) -> Iterator[str]:
    name = native(record["account"], record["market"], record["symbol"])
    own = (record["account"], record["market"], name)
    fills = [
        one for one in evidence.sim.network.fills if (one.order.account, one.order.product, one.order.symbol) == own
    ]
    last = evidence.maker(fills[-1]) if fills else None
    if last is None or (last["sha256"], last["firing_ms"], last["leg"]) != (
        record["sha256"],
        record["firing_ms"],
        record["leg"],
    ):
        return
    held = evidence.sim.held(record["account"], record["symbol"])
    if abs(held - wanted) >= LEAST and not BY_HAND & set(evidence.sim.rows):
        yield f"I1: {named(record)} wanted {wanted}, {held} is held"


def _done_wrongly(evidence: Evidence, record: Row, wanted: Decimal) -> Iterator[str]:
    if {"24", "54"} & set(evidence.sim.rows):
        return  # the times in the journal are then no measure
    at_ms = ended_ms(record)
    moments = range(-2 * USUAL_SKEW_MS, 2 * USUAL_SKEW_MS, 50)
    around = {evidence.sim.held(record["account"], record["symbol"], at_ms + change) for change in moments}
    if all(abs(held - wanted) >= LEAST for held in around):
        yield f"I1: {named(record)}, but {', '.join(map(str, around))} was held and {wanted} wanted"


def _excused(record: Row) -> bool:
    reason = record["reason"] or ""
    late = record["state"] == "expired" and "valid for" in reason
    return late or record["state"] == "cancelled" or reason.startswith(EXCUSES) or "partly" in reason
