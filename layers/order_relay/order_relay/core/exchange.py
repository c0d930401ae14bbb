"""An exchange as a value: data plus small functions that build, sign and read; the service does the sending."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from order_relay.core.call import Call, Credentials, Request
from order_relay.core.order import MarginMode, Plan, PositionSide, Side, Unit
from order_relay.core.outcome import Answer, Hint, Outcome, Reading, Rules
from order_relay.core.symbol import Market


@dataclass(frozen=True, slots=True)
class Instrument:
    """Trading rules of one symbol; `contract` is base coins per contract, `step` and the bounds count `unit`.

    `symbol` is the exchange's own spelling; `product` is whatever category its calls need (Bitget productType).
    """

    symbol: str
    market: Market
    base: str
    quote: str
    tick: Decimal
    step: Decimal
    minimum: Decimal
    unit: Unit = Unit.BASE
    contract: Decimal = Decimal(1)
    min_notional: Decimal | None = None
    maximum: Decimal | None = None
    max_market: Decimal | None = None
    tradable: bool = True
    inverse: bool = False
    product: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """How an account is set up, as far as its orders must say so: hedge mode, API generation, trade or margin mode."""

    hedge: bool = False
    api: str = ""
    trade_mode: str = ""


@dataclass(frozen=True, slots=True)
class Position:
    """An open position; `quantity` is positive and counts the instrument's unit."""

    side: PositionSide
    quantity: Decimal
    position_id: str | None = None
    margin_mode: MarginMode | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """The leverage and margin mode that an alert asks for before its order; None leaves a setting as it is.

    `position_side` is set in hedge mode: some exchanges keep a leverage per side.
    """

    leverage: Decimal | None = None
    margin_mode: MarginMode | None = None
    position_side: PositionSide | None = None


@dataclass(frozen=True, slots=True)
class Top:
    """Best bid and ask, or the last price twice where the exchange tells no more."""

    bid: Decimal
    ask: Decimal


class Status(StrEnum):
    """Where an order stands at the exchange. WAITING: accepted but not yet in the book (JEX entrusting)."""

    WAITING = "waiting"
    OPEN = "open"
    FILLED = "filled"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Found:
    """An order as the exchange shows it; `filled` counts the same unit as `quantity`. None where it does not tell.

    `stop` marks an order that waits for its trigger and is cancelled by a call of its own. A triggered one is FILLED,
    unless the order it became can be read: then that one is shown.
    """

    order_id: str
    status: Status
    side: Side
    quantity: Decimal | None
    filled: Decimal
    client_id: str | None = None
    price: Decimal | None = None
    average: Decimal | None = None
    created_ms: int | None = None
    reason: str = ""
    stop: bool = False

    @property
    def live(self) -> bool:
        return self.status in (Status.WAITING, Status.OPEN)


@dataclass(frozen=True, slots=True)
class Handle:
    """What is known of an order to cancel or read: the exchange's id, else our client id, and whether it is a stop."""

    order_id: str | None
    client_id: str | None
    stop: bool = False


@dataclass(frozen=True, slots=True)
class Sought:
    """What is known of a sent order whose fate is not: enough to find it by id, or by its attributes.

    `sent_ms` is the signed stamp of the first outstanding attempt (exchange time); `taken` are exchange order ids
    that already belong to other records, which an attribute match must leave out.
    """

    plan: Plan
    sent_ms: int
    order_id: str | None = None
    taken: frozenset[str] = frozenset()


class MarketStyle(StrEnum):
    """How a market order is made: natively, or by a limit at the slippage bound (IOC, or swept after 2 s)."""

    NATIVE = "native"
    IOC_LIMIT = "ioc_limit"
    SWEPT_LIMIT = "swept_limit"


Ask = Callable[[Call], Outcome]
"""Send one read and return its outcome: ACCEPTED, or GONE where the exchange says so; raises Failed otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Everything the relay knows about one exchange.

    name, hosts         registry name; live base URL per host key ("main"; Bitunix also "futures"; OKX one per region)
    markets             what can be traded
    rules               error table; a key may be limited to one operation: (Op.PLACE, "3600")
    window_ms           receive window that the signed stamp opens, per market
    unique_ids          markets on which a client order id is refused while its order is open
    keeps_unfilled      False where orders that end without a fill leave no trace
    finds_orders        markets on which an order of unknown fate can be found, so that *not found* proves absence
    passphrase          True if the account secret must have one
    nonce               True if a signature needs a nonce
    sign, read          seal a call (stamp in exchange ms, nonce 32 hex or empty); open an answer's envelope, else None
    clock, read_clock   the call that tells exchange time, and its reader: (server ms, error ms)
    profile             read the account's set-up: (ask, credentials, market)
    instrument          read trading rules for a canonical name, None if unknown: (ask, name, market)
    top, positions      best prices; open positions: (ask, instrument, profile)
    available           free balance of an asset: (ask, asset, market, profile)
    equity              all of an asset, what orders hold too; for contracts the margin's equity with open profit
    arrange             read leverage and margin mode, return the calls (Op.SET) that still have to change them, in
                        order: (ask, wanted, instrument, profile); raises Refusal for what cannot be set
    place, placed       build a placement: (plan, instrument, profile); the exchange order id in its answer, if any;
                        raises Refusal (unsupported) for a stop, a trail or a take-profit that it has no call for
    cancel              build a cancel of one order: (handle, instrument, profile)
    cancel_many         build a cancel of at most `batch` orders by exchange id, on `batch_markets`; None: no such call
    find                look an order up in open and ended orders: (ask, sought, instrument, profile)
    open_orders         every open order of the symbol: (ask, instrument, profile)
    style               how a market order is made: (market, side, unit)
    demo                True if there is a demo environment: by header, or at the host named "demo"
    hints               what an answer's status and headers tell about limits beyond its own call
    reduces             False if a contract order cannot be told to reduce only
    confirms            True if an accepted placement must be read back, because the answer alone proves little
    splits              markets on which an entry can be parted among several take-profits; elsewhere they are refused
    """

    name: str
    hosts: Mapping[str, str]
    markets: frozenset[Market]
    rules: Rules
    window_ms: int
    unique_ids: frozenset[Market]
    keeps_unfilled: bool
    finds_orders: frozenset[Market]
    passphrase: bool
    sign: Callable[[Call, Credentials, int, str], Request]
    read: Callable[[Call, Answer], Reading | None]
    clock: Call
    read_clock: Callable[[Answer, Reading | None], tuple[int, int] | None]
    profile: Callable[[Ask, Credentials, Market], Profile]
    instrument: Callable[[Ask, str, Market], Instrument | None]
    top: Callable[[Ask, Instrument, Profile], Top]
    positions: Callable[[Ask, Instrument, Profile], list[Position]]
    available: Callable[[Ask, str, Market, Profile], Decimal]
    equity: Callable[[Ask, str, Market, Profile], Decimal]
    place: Callable[[Plan, Instrument, Profile], Call]
    placed: Callable[[Any], str | None]
    cancel: Callable[[Handle, Instrument, Profile], Call]
    cancel_many: Callable[[Sequence[str], Instrument, Profile], Call] | None
    batch: int
    find: Callable[[Ask, Sought, Instrument, Profile], Found | None]
    open_orders: Callable[[Ask, Instrument, Profile], list[Found]]
    style: Callable[[Market, Side, Unit], MarketStyle]
    arrange: Callable[[Ask, Wanted, Instrument, Profile], list[Call]] | None = None
    confirms: bool = False
    reduces: bool = True
    demo: bool = False
    nonce: bool = False
    batch_markets: frozenset[Market] = frozenset(Market)
    splits: frozenset[Market] = frozenset()
    hints: Callable[[Answer], frozenset[Hint]] = lambda answer: frozenset()
