"""Several take-profits of one entry: what share of it each closes, and in the end how much."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from order_relay.core.money import plain
from order_relay.core.refusal import Refusal, Word

MOST = 10


@dataclass(frozen=True, slots=True)
class Share:
    """A take-profit as an alert states it: the fraction of the entry that it closes, and where it triggers.

    Either `price`, or `rate`: how far beyond the entry's price, as a fraction.
    """

    share: Decimal
    price: Decimal | None = None
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A take-profit as it is sent: its trigger price, and the quantity that it closes in the order's own unit."""

    price: Decimal
    quantity: Decimal


def shares(found: Sequence[Share], name: str) -> tuple[Share, ...]:
    """Check that the shares are those of one entry; raises Refusal `ambiguous` or `unsupported` naming the field."""
    if len(found) > MOST:
        raise Refusal(Word.UNSUPPORTED, f"{name} has {len(found)} steps; at most {MOST}")
    levels = [one.price if one.price is not None else one.rate for one in found]
    if len(set(levels)) < len(levels) or len({one.price is None for one in found}) > 1:
        raise Refusal(Word.AMBIGUOUS, f"{name} must state a different price, or a different percent, for every step")
    whole = total(one.share for one in found)
    if whole != 1:
        raise Refusal(Word.AMBIGUOUS, f"the shares of {name} add up to {plain(whole * 100)} %, not to 100 %")
    return tuple(found)


def total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
