"""Halts: the youngest alert has the last word, and while a halt stands nothing that opens is sent."""

from collections.abc import Iterator

from order_relay.service.halts import EVERYTHING, PARTITION, PREFIX, of_account, of_route
from tests.simulation.claims import orders
from tests.simulation.evidence import Evidence, Row, named
from tests.simulation.exits import opens
from tests.simulation.process import FUNCTION_MS

ON_ITS_WAY_MS = FUNCTION_MS + 2_000
"""How long after a halt a run that had read the switch before may still send."""


def sent_while_halted(evidence: Evidence) -> Iterator[str]:
    """I3: while everything, the account, the route or the symbol is halted, nothing that opens is sent."""
    if {"9", "25"} & set(evidence.sim.rows):
        return  # a frozen host sends what it decided long ago
    fills = {(fill.venue, fill.order.order_id): fill for fill in reversed(evidence.sim.network.fills)}
    for record, leg in orders(evidence):
        for sent, order in evidence.made[record["order_id"]]:
            fill = fills.get((sent.venue, order.order_id))
            if opens(record, leg, order, fill) and _halted(evidence, record, sent.at_ms):
                yield f"I3: {named(record)} was sent although openings were halted"


def _halted(evidence: Evidence, record: Row, at_ms: int) -> bool:
    """True if one switch stood against the record for longer than any run takes."""
    symbol = record["symbol"].removesuffix(".P")
    partition = f"{record['exchange']}#{record['account']}#{record['market']}#{symbol}"
    scopes = [(PARTITION, PREFIX + one) for one in (EVERYTHING, of_account(record["account"]), of_route("main"))]
    return any(_stood(evidence, scope, at_ms) for scope in (*scopes, (partition, "halt")))


def _stood(evidence: Evidence, scope: tuple[str, str], at_ms: int) -> bool:
    known = [one for one in evidence.sim.store.kept if (one.partition, one.key) == scope and one.at_ms <= at_ms]
    standing = 0
    for one in known:
        standing = (standing or one.at_ms) if one.data["why"] else 0
    return standing > 0 and at_ms - standing > ON_ITS_WAY_MS


def unheeded(evidence: Evidence) -> Iterator[str]:
    """I1: the route's switch ends as the youngest alert for it asked, however they were delivered."""
    spoken = [one for one in evidence.sim.sender.firings if one.control and one.answers]
    refused = any(reply is None or reply.status != 202 for one in spoken for _, reply in one.answers)
    item = evidence.sim.store.items.get((PARTITION, PREFIX + of_route("main")))
    late = any("came too late" in text for _, text in evidence.sim.recorder.notices)
    if not spoken or refused or late or "41" in evidence.sim.rows:
        return
    youngest = max(spoken, key=lambda one: one.first_ms)
    buried = {digest for _, digest in evidence.dead}
    wanted, stands = youngest.control == "halt", bool(item and item[0].data["why"])
    if wanted is not stands and youngest.digest not in buried:
        yield f"I1: the youngest alert says {youngest.body!r}, the route is {'halted' if stands else 'open'}"
