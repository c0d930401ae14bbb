"""The nouns of an exchange: instruments, orders, stops and positions, all immutable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

PERP = "perp"
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Instrument:
    """One tradable symbol; quantities are base units, or contracts of `contract_size` base units each."""

    product: str
    symbol: str
    base: str
    quote: str
    price: Decimal
    tick: Decimal
    step: Decimal
    minimum: Decimal
    contract_size: Decimal = Decimal(1)
    minimum_value: Decimal = ZERO
    max_leverage: int = 100


@dataclass(frozen=True, kw_only=True)
class Attached:
    """A take-profit or stop-loss that wakes up once its parent order is full; price None = market."""

    trigger_price: Decimal
    rises: bool
    price: Decimal | None = None
    client_id: str | None = None
    native: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a client asked for, in the exchange's own spelling and units."""

    account: str
    product: str
    symbol: str
    side: str  # buy | sell
    kind: str  # limit | market
    quantity: Decimal
    price: Decimal | None = None
    tif: str = "gtc"  # gtc | ioc | fok | post_only
    client_id: str | None = None
    position_side: str = "net"  # net | long | short
    reduce_only: bool = False
    attached: tuple[Attached, ...] = ()
    native: Mapping[str, Any] = field(default_factory=dict)  # whatever the venue wants to echo later

    @property
    def sign(self) -> int:
        return 1 if self.side == "buy" else -1

    @property
    def reduces(self) -> bool:
        """True when the order can only make a position smaller."""
        return self.reduce_only or (self.position_side, self.side) in {("long", "sell"), ("short", "buy")}


@dataclass(frozen=True, kw_only=True)
class Order(Draft):
    """An accepted order; `created_ms` and `updated_ms` are exchange time, `accepted_at_ms` is real time."""

    order_id: str
    accepted_at_ms: int
    created_ms: int
    updated_ms: int
    state: str = "open"  # open | filled | cancelled | entrusting | failed
    filled: Decimal = ZERO
    filled_value: Decimal = ZERO  # sum of filled quantity times price
    due_ms: int | None = None  # entrusting until then (real time)
    fails: bool = False  # an entrusting order that will fail

    @property
    def remaining(self) -> Decimal:
        return self.quantity - self.filled

    @property
    def average_price(self) -> Decimal | None:
        return self.filled_value / self.filled if self.filled else None


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A draft that waits for the price to rise to, or fall to, its trigger."""

    stop_id: str
    draft: Draft
    trigger_price: Decimal
    rises: bool
    accepted_at_ms: int
    created_ms: int
    updated_ms: int
    closes_position: bool = False  # quantity is read from the position when it triggers
    group: str = ""  # stops of one non-empty group cancel each other
    state: str = "waiting"  # waiting | triggered | failed | cancelled
    order_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Position:
    """A holding of a perpetual; quantity is signed (short is negative) on every position side."""

    account: str
    product: str
    symbol: str
    position_side: str
    quantity: Decimal = ZERO
    entry_price: Decimal = ZERO
    created_ms: int = 0
    updated_ms: int = 0


class Rejected(Exception):
    """The matching engine refuses a draft; the venue turns the reason word into its documented code.

    Reasons: balance, no_position, position_too_small, below_minimum, below_value, step, tick.
    """

    def __init__(self, reason: str, product: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.product = product


class Refusal(Exception):
    """A documented error answer; status None means the venue's usual HTTP status for that code."""

    def __init__(
        self, code: str, message: str, status: int | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.status = status
        self.headers: Mapping[str, str] = headers or {}
