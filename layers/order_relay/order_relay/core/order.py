"""What a trader asked for (a leg), what is sent (a plan), and the closed lists both use."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from order_relay.core.flat_json import from_json, to_json
from order_relay.core.symbol import Market
from order_relay.core.take_profits import Part, Share

VALID_FOR_S = 60
EXIT_VALID_FOR_S = 900


class Action(StrEnum):
    """What an instruction does. TARGET brings the position to a size, ADD enlarges the one that is open, on its side.

    HALT and RESUME switch a route's openings.
    """

    BUY = "buy"
    SELL = "sell"
    ADD = "add"
    CLOSE = "close"
    TARGET = "target"
    CANCEL = "cancel"
    CANCEL_ALL = "cancel_all"
    HALT = "halt"
    RESUME = "resume"

    @property
    def cancels(self) -> bool:
        return self in (Action.CANCEL, Action.CANCEL_ALL)

    @property
    def controls(self) -> bool:
        return self in (Action.HALT, Action.RESUME)


class Side(StrEnum):
    BUY = "buy"
    SELL = "sell"


class OrderType(StrEnum):
    """STOP waits for its trigger price, then trades at market (or at a price, if it has one); TRAILING follows it."""

    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"
    TRAILING = "trailing"

    @property
    def triggered(self) -> bool:
        return self in (OrderType.STOP, OrderType.TRAILING)


class TimeInForce(StrEnum):
    GTC = "gtc"
    IOC = "ioc"
    FOK = "fok"
    POST_ONLY = "post_only"


class Unit(StrEnum):
    """What a quantity counts.

    Percents of equity and of the available balance are an order's value; COLLATERAL is its margin, value / leverage.
    """

    BASE = "base"
    QUOTE = "quote"
    CONTRACTS = "contracts"
    PERCENT_EQUITY = "percent_equity"
    PERCENT_AVAILABLE = "percent_available"
    PERCENT_POSITION = "percent_position"
    COLLATERAL = "collateral"

    @property
    def percent(self) -> bool:
        return self in (Unit.PERCENT_EQUITY, Unit.PERCENT_AVAILABLE, Unit.PERCENT_POSITION)


class MarginMode(StrEnum):
    CROSS = "cross"
    ISOLATED = "isolated"


class PositionSide(StrEnum):
    LONG = "long"
    SHORT = "short"

    @property
    def closing(self) -> Side:
        """The side that reduces a position of this direction."""
        return Side.SELL if self is PositionSide.LONG else Side.BUY

    @property
    def opening(self) -> Side:
        return Side.BUY if self is PositionSide.LONG else Side.SELL

    @property
    def opposite(self) -> "PositionSide":
        return PositionSide.SHORT if self is PositionSide.LONG else PositionSide.LONG


_ENUMS: Mapping[str, type[StrEnum]] = {
    "action": Action,
    "side": Side,
    "market": Market,
    "type": OrderType,
    "unit": Unit,
    "time_in_force": TimeInForce,
    "position_side": PositionSide,
    "margin_mode": MarginMode,
}


@dataclass(frozen=True, slots=True)
class Leg:
    """One canonical instruction of an alert, for one symbol on one market; `index` is its place in the alert.

    quantity            counts `unit`; of a target it is signed, 0 is flat
    price               of a limit, or of a stop that trades at a limit once it is triggered
    trigger_price       of a stop
    trail               of a trailing order: how far behind the best price it follows, as a fraction
    position_side       which of an account's two positions it means, where the alert says so
    take_profit, stop_loss              trigger prices that come with an entry
    take_profit_rate, stop_loss_rate    the same as fractions of the entry's price
    take_profits        two or more take-profits, each for a share of the entry; then the single one is not set
    max_exposure        what the position may be worth with this order, in quote currency
    prev_position, next_position        the strategy's signed position before and after, in base coins
    valid_for, exit_valid_for           seconds for what opens and for what reduces; None until the route completes it
    """

    action: Action
    symbol: str
    market: Market
    sent_symbol: str
    type: OrderType = OrderType.MARKET
    quantity: Decimal | None = None
    unit: Unit = Unit.BASE
    price: Decimal | None = None
    trigger_price: Decimal | None = None
    trail: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.GTC
    reduce_only: bool = False
    position_side: PositionSide | None = None
    leverage: Decimal | None = None
    margin_mode: MarginMode | None = None
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    take_profit_rate: Decimal | None = None
    stop_loss_rate: Decimal | None = None
    take_profits: tuple[Share, ...] = ()
    max_exposure: Decimal | None = None
    prev_position: Decimal | None = None
    next_position: Decimal | None = None
    ref: str | None = None
    order_id: str | None = None
    valid_for: int | None = None
    exit_valid_for: int | None = None
    index: int = 0

    @property
    def chained(self) -> bool:
        """True if the alert tells the strategy's position before and after it."""
        return self.prev_position is not None and self.next_position is not None

    @property
    def protected(self) -> bool:
        """True if a take-profit or stop-loss comes with the order."""
        prices, rates = (self.take_profit, self.stop_loss), (self.take_profit_rate, self.stop_loss_rate)
        return prices != (None, None) or rates != (None, None) or bool(self.take_profits)

    @property
    def exits(self) -> bool:
        """True if the chain says that this order only shrinks the strategy's position."""
        before, after = self.prev_position, self.next_position
        if before is None or after is None or before == after or (self.market is Market.SPOT and before < 0):
            return False
        return min(before, Decimal(0)) <= after <= max(before, Decimal(0))

    @property
    def crosses(self) -> bool:
        """True if the chain says that the order closes one side and opens the other."""
        before, after = self.prev_position, self.next_position
        ordered = self.action in (Action.BUY, Action.SELL) and not self.reduce_only
        return ordered and before is not None and after is not None and before * after < 0

    @property
    def reduces(self) -> bool:
        """True when the leg can only shrink exposure, so that late is better than never."""
        spot_sell = self.market is Market.SPOT and self.action is Action.SELL
        closes = self.action in (Action.CLOSE, Action.CANCEL, Action.CANCEL_ALL)
        return self.reduce_only or spot_sell or closes or (self.exits and self.action is not Action.TARGET)

    @property
    def lasts(self) -> bool:
        """True for what is right however late it comes: cancels and halts."""
        return self.action.cancels or self.action is Action.HALT

    @property
    def lives_s(self) -> int:
        """Seconds after firing in which any part of the leg may still act."""
        opening, reducing = self.valid_for or VALID_FOR_S, self.exit_valid_for or EXIT_VALID_FOR_S
        partly = self.reduces or self.crosses or self.action is Action.TARGET
        return max(opening, reducing) if partly else opening

    def to_json(self) -> dict[str, Any]:
        return to_json(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Leg":
        return cls(**from_json(cls, data, _ENUMS, take_profits=Share))


@dataclass(slots=True)
class Plan:
    """One concrete order after rounding, in the exchange's own symbol and unit; frozen while an attempt is outstanding.

    `quantity` counts `unit`: base coins, contracts, or (market buys for an amount of money) quote coins.
    `position_side` and `position_id` are set only where the account keeps long and short apart (hedge mode).
    `whole` asks to close the entire position in one call where the exchange has such a call.
    `sweep` marks a limit order that stands in for a market order: what is left unfilled is cancelled after 2 s.
    `price` of a stop is the limit at which it trades once triggered; without one it trades at market.
    `take_profit` and `stop_loss` are trigger prices attached to an entry; they close at market, as do the parts of it
    that `take_profits` names where there are several.
    `above` tells of a stop on which side of the market its trigger lay when it was planned.
    """

    client_id: str
    symbol: str
    market: Market
    side: Side
    type: OrderType
    quantity: Decimal
    unit: Unit = Unit.BASE
    price: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.GTC
    reduce_only: bool = False
    position_side: PositionSide | None = None
    position_id: str | None = None
    margin_mode: MarginMode | None = None
    whole: bool = False
    sweep: bool = False
    trigger_price: Decimal | None = None
    above: bool | None = None
    trail: Decimal | None = None
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    take_profits: tuple[Part, ...] = ()

    @property
    def at_once(self) -> bool:
        """True if nothing of it rests: what the exchange cannot fill now it ends."""
        return self.type is OrderType.MARKET or self.time_in_force in (TimeInForce.IOC, TimeInForce.FOK)

    def to_json(self) -> dict[str, Any]:
        return to_json(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Plan":
        return cls(**from_json(cls, data, _ENUMS, take_profits=Part))
