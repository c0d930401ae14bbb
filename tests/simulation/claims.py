"""What an alert said of an order, read from its body alone: what it may do, and until when."""

from decimal import Decimal

from tests.simulation.evidence import CANCELS, Evidence, Row, leg_of

OTHER = 1
"""The step of a flip or target that closes the other side."""

EXIT_VALID_FOR_S = 900
FLAT = "nothing to close"


def chain(leg: Row) -> tuple[Decimal, Decimal] | None:
    """The strategy's signed position before and after, where the alert tells both."""
    if "prev_position" not in leg or "position" not in leg:
        return None
    return _signed(leg, "prev_"), _signed(leg, "")


def _signed(leg: Row, prefix: str) -> Decimal:
    size = Decimal(leg[f"{prefix}position_size"])
    return -size if leg[f"{prefix}position"] == "short" else size


def crosses(leg: Row) -> bool:
    """True for a flip: an order that closes one side and opens the other."""
    links = chain(leg)
    return links is not None and links[0] * links[1] < 0 and leg["action"] in ("buy", "sell")


def reduces(record: Row, leg: Row) -> bool:
    """True if nothing of this order may ever open a position."""
    if record["market"] == "spot":
        return record["side"] == "sell" or record["action"] in ("sell", "close")
    if record["action"] == "close" or leg.get("reduce_only") is True:
        return True
    if record["action"] == "target":
        return record["step"] == OTHER or Decimal(leg["quantity"] if "quantity" in leg else _signed(leg, "")) == 0
    links = chain(leg)
    if links is None:
        return False
    if crosses(leg):
        return bool(record["step"] == OTHER)
    before, after = links
    return before != after and min(before, Decimal(0)) <= after <= max(before, Decimal(0))


def expires_ms(record: Row, leg: Row, *, opens: bool) -> int:
    """Until when an order, or the part of it that opens, may be accepted."""
    seconds = int(leg.get("valid_for", 60))
    return int(record["firing_ms"]) + 1000 * (seconds if opens else max(seconds, EXIT_VALID_FOR_S))


def orders(evidence: Evidence) -> list[tuple[Row, Row]]:
    """Every record of an order with the leg that it was made of; what the journal knows alone is left out."""
    records = (one for one in evidence.records.values() if one["action"] not in CANCELS)
    return [(record, leg) for record in records if (leg := leg_of(evidence, record))]


def target(leg: Row) -> Decimal | None:
    """The position that a target asks for, in base coins."""
    if leg["action"] != "target" or leg.get("unit", "base") != "base":
        return None
    return Decimal(leg["quantity"]) if "quantity" in leg else _signed(leg, "")
