"""What a trader asked for (a leg), what is sent (a plan), and the closed lists both use."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from typing import Any

from order_relay.core.money import plain
from order_relay.core.symbol import Market


class Action(StrEnum):
    BUY = "buy"
    SELL = "sell"
    CLOSE = "close"
    CANCEL = "cancel"
    CANCEL_ALL = "cancel_all"

    @property
    def cancels(self) -> bool:
        return self in (Action.CANCEL, Action.CANCEL_ALL)


class Side(StrEnum):
    BUY = "buy"
    SELL = "sell"


class OrderType(StrEnum):
    MARKET = "market"
    LIMIT = "limit"


class TimeInForce(StrEnum):
    GTC = "gtc"
    IOC = "ioc"
    FOK = "fok"
    POST_ONLY = "post_only"


class Unit(StrEnum):
    """What a quantity counts."""

    BASE = "base"
    QUOTE = "quote"
    CONTRACTS = "contracts"
    PERCENT_POSITION = "percent_position"


class PositionSide(StrEnum):
    LONG = "long"
    SHORT = "short"

    @property
    def closing(self) -> Side:
        """The side that reduces a position of this direction."""
        return Side.SELL if self is PositionSide.LONG else Side.BUY


@dataclass(frozen=True, slots=True)
class Leg:
    """One canonical instruction of an alert, for one symbol on one market; `index` is its place in the alert."""

    action: Action
    symbol: str
    market: Market
    sent_symbol: str
    type: OrderType = OrderType.MARKET
    quantity: Decimal | None = None
    unit: Unit = Unit.BASE
    price: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.GTC
    reduce_only: bool = False
    ref: str | None = None
    order_id: str | None = None
    slippage: Decimal = Decimal("0.01")
    max_quantity: Decimal | None = None
    max_notional: Decimal | None = None
    valid_for: int = 60
    index: int = 0

    @property
    def reduces(self) -> bool:
        """True when the leg can only shrink exposure, so that late is better than never."""
        spot_sell = self.market is Market.SPOT and self.action is Action.SELL
        return self.reduce_only or spot_sell or self.action in (Action.CLOSE, Action.CANCEL, Action.CANCEL_ALL)

    def to_json(self) -> dict[str, Any]:
        return to_json(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Leg":
        return cls(
            action=Action(data["action"]),
            symbol=data["symbol"],
            market=Market(data["market"]),
            sent_symbol=data["sent_symbol"],
            type=OrderType(data["type"]),
            quantity=_decimal(data["quantity"]),
            unit=Unit(data["unit"]),
            price=_decimal(data["price"]),
            time_in_force=TimeInForce(data["time_in_force"]),
            reduce_only=data["reduce_only"],
            ref=data["ref"],
            order_id=data["order_id"],
            slippage=_amount(data["slippage"]),
            max_quantity=_decimal(data["max_quantity"]),
            max_notional=_decimal(data["max_notional"]),
            valid_for=data["valid_for"],
            index=data["index"],
        )


@dataclass(slots=True)
class Plan:
    """One concrete order after rounding, in the exchange's own symbol and unit; frozen while an attempt is outstanding.

    `quantity` counts `unit`: base coins, contracts, or (market buys for an amount of money) quote coins.
    `position_side` and `position_id` are set only where the account keeps long and short apart (hedge mode).
    `whole` asks to close the entire position in one call where the exchange has such a call.
    `sweep` marks a limit order that stands in for a market order: what is left unfilled is cancelled after 2 s.
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
    margin_mode: str | None = None
    whole: bool = False
    sweep: bool = False

    def to_json(self) -> dict[str, Any]:
        return to_json(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Plan":
        side = data["position_side"]
        return cls(
            client_id=data["client_id"],
            symbol=data["symbol"],
            market=Market(data["market"]),
            side=Side(data["side"]),
            type=OrderType(data["type"]),
            quantity=_amount(data["quantity"]),
            unit=Unit(data["unit"]),
            price=_decimal(data["price"]),
            time_in_force=TimeInForce(data["time_in_force"]),
            reduce_only=data["reduce_only"],
            position_side=PositionSide(side) if side else None,
            position_id=data["position_id"],
            margin_mode=data["margin_mode"],
            whole=data["whole"],
            sweep=data["sweep"],
        )


def to_json(value: Any) -> dict[str, Any]:
    """Render a flat dataclass with decimals as plain strings."""
    return {field.name: _json(getattr(value, field.name)) for field in fields(value)}


def _json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return plain(value)
    return value.value if isinstance(value, StrEnum) else value


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else _amount(text)


def _amount(text: str) -> Decimal:
    """Read what `to_json` wrote, and nothing else that Decimal would take; raises ValueError or ArithmeticError."""
    value = Decimal(text)
    if plain(value) != text:
        raise ValueError("not a plain decimal")
    return value
