"""What each of Bitget's two API generations must offer: v2 for Classic accounts, v3 for Unified ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from order_relay.core.call import Call
from order_relay.core.exchange import Ask, Found, Handle, Instrument, Position, Profile, Sought, Wanted
from order_relay.core.order import Plan
from order_relay.core.symbol import Market


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """The signed calls of one API generation; the fields mean what Exchange's fields of the same name mean."""

    profile: Callable[[Ask, Market], Profile]
    place: Callable[[Plan, Instrument, Profile], Call]
    cancel: Callable[[Handle, Instrument], Call]
    cancel_many: Callable[[Sequence[str], Instrument], Call]
    find: Callable[[Ask, Sought, Instrument], Found | None]
    open_orders: Callable[[Ask, Instrument], list[Found]]
    positions: Callable[[Ask, Instrument], list[Position]]
    available: Callable[[Ask, str, Market, Profile], Decimal]
    equity: Callable[[Ask, str, Market], Decimal]
    arrange: Callable[[Ask, Wanted, Instrument], list[Call]]
