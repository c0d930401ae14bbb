"""The risk counters: what a route sends stays within its limits, and a record is counted once."""

from collections.abc import Iterator
from decimal import Decimal

from tests.simulation.claims import orders
from tests.simulation.evidence import Evidence, Row
from tests.simulation.exits import opens
from tools.exchange_simulator.order import Order

MINUTE_MS = 60_000
ON_ITS_WAY_MS = 20_000
"""From the count to the acceptance, a run and a hop may pass."""

DELAYING = frozenset({"9", "16", "24", "25", "32", "54"})


def overrun(evidence: Evidence) -> Iterator[str]:
    """I3: no more openings are accepted in a minute, and no more of them in a day, than the route allows."""
    limits = evidence.sim.limits
    accepted = sorted(_opened(evidence))
    least, per_day = limits.get("orders_per_minute"), limits.get("notional_per_day")
    if isinstance(least, int) and not DELAYING & set(evidence.sim.rows):
        for (first_ms, _), (last_ms, _) in zip(accepted, accepted[least:], strict=False):
            if last_ms - first_ms < MINUTE_MS - _spread_ms(evidence):
                yield f"I3: {least + 1} openings were accepted within {last_ms - first_ms} ms, {least} a minute allowed"
    worth = sum((one for _, one in accepted), Decimal(0))
    if per_day is not None and worth > Decimal(str(per_day)) * Decimal("1.001"):
        yield f"I3: openings of {worth} were accepted, {per_day} a day are allowed"


def counted_twice(evidence: Evidence) -> Iterator[str]:
    """I3: a record takes one place of a minute and counts once for its day, however often it is tried."""
    for one in evidence.sim.store.kept:
        named = one.data.get("recent") or [item["id"] for item in one.data.get("orders", ())]
        if one.partition.startswith("risk#") and len(set(named)) < len(named):
            yield f"I3: an order was counted twice: {one.key} {one.data}"
            return


def _spread_ms(evidence: Evidence) -> int:
    alone = set(evidence.sim.rows) == {"42"} and not evidence.sim.plan.hits["noise"]
    return 3_000 if alone else ON_ITS_WAY_MS


def _opened(evidence: Evidence) -> Iterator[tuple[int, Decimal]]:
    """When each opening was accepted, and for how much; one that was tried again counts from its first attempt."""
    for record, leg in orders(evidence):
        first_ms = min((line["at_ms"] for line in record["history"] if line["state"] == "sending"), default=0)
        for _, order in evidence.made[record["order_id"]]:
            if opens(record, leg, order, None):
                at_ms = order.accepted_at_ms if record["attempts"] == 1 else first_ms
                yield at_ms, _worth(evidence, record, order)


def _worth(evidence: Evidence, record: Row, order: Order) -> Decimal:
    market = evidence.sim.venue_of(order.account).markets.of(order)
    price = market.price if record["type"] == "market" or order.price is None else order.price
    return order.quantity * market.instrument.contract_size * price
