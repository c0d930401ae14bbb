"""One order of an alert, as data for programs and as a sentence for people."""

from decimal import Decimal
from typing import Any

from order_relay.core.money import plain, product
from order_relay.core.order import Action, Leg, OrderType, TimeInForce, Unit

_INTENTS = {
    Action.BUY: "order",
    Action.SELL: "order",
    Action.ADD: "order",
    Action.HALT: "control",
    Action.RESUME: "control",
}
_PRICED = (Action.BUY, Action.SELL, Action.ADD, Action.CLOSE)
_TRADES = (*_PRICED, Action.TARGET)
_UNITS = {
    Unit.BASE: "coins",
    Unit.QUOTE: "in quote currency",
    Unit.CONTRACTS: "contracts",
    Unit.PERCENT_EQUITY: "% of the equity in value",
    Unit.PERCENT_AVAILABLE: "% of the available balance in value",
    Unit.PERCENT_POSITION: "% of the position",
    Unit.COLLATERAL: "of margin in quote currency",
}


def as_data(leg: Leg, explicit_id: str | None) -> dict[str, Any]:
    """An order with decimals as text; positions are signed and count base coins."""
    trades = leg.action in _TRADES
    after = leg.next_position
    if leg.action is Action.TARGET and after is None and leg.unit is Unit.BASE:
        after = leg.quantity
    return {
        "intent": _INTENTS.get(leg.action, leg.action.value),
        "symbol": leg.symbol,
        "market": None if leg.action.controls else leg.market.value,
        "side": _side(leg),
        "qty": _text(leg.quantity),
        "qty_unit": None if leg.quantity is None else leg.unit.value,
        "type": leg.type.value if trades else None,
        "price": _text(leg.price),
        "stop_loss": _level(leg.stop_loss, leg.stop_loss_rate),
        "take_profit": [level for level, _ in _takes(leg)],
        "reduce_only": leg.reduce_only or leg.action is Action.CLOSE if trades else None,
        "leverage": _text(leg.leverage),
        "client_ref": leg.ref or explicit_id,
        "prev_position": _text(leg.prev_position),
        "next_position": _text(after),
        "trigger_price": _text(leg.trigger_price),
        "trail": _percent(leg.trail),
        "time_in_force": leg.time_in_force.value if leg.action in _PRICED else None,
        "margin_mode": leg.margin_mode and leg.margin_mode.value,
        "position_side": leg.position_side and leg.position_side.value,
        "order_id": leg.order_id,
    }


def as_sentence(leg: Leg) -> str:
    """An order as one would tell it to somebody who is about to pay for it."""
    if leg.action.controls:
        return f"{leg.action.value} the openings of this route"
    where = f"{leg.market.value} {leg.symbol}"
    if leg.action is Action.CANCEL_ALL:
        return f"cancel every open order of {where}"
    if leg.action is Action.CANCEL:
        return f"cancel the order {leg.ref or leg.order_id} of {where}"
    return ", ".join([_what(leg, where), *_how(leg), *_conditions(leg)])


def _what(leg: Leg, where: str) -> str:
    size = "everything" if leg.quantity is None else f"{plain(leg.quantity)} {_UNITS[leg.unit]}"
    if leg.action is Action.TARGET:
        return f"bring the position in {where} to {size}"
    side = f"{leg.position_side.value} " if leg.position_side else ""
    if leg.action is Action.CLOSE:
        return f"close the {side}position in {where}: {size}"
    if leg.action is Action.ADD:
        return f"add to the open {side}position in {where}, on its side: {size}"
    return f"{leg.action.value} {where}: {size}"


def _how(leg: Leg) -> list[str]:
    at = "" if leg.price is None else f" at {plain(leg.price)}"
    if leg.action is Action.TARGET:
        return []
    if leg.type is OrderType.STOP:
        return [f"stop order triggered at {_text(leg.trigger_price)}{at and ', then limit' + at}"]
    if leg.type is OrderType.TRAILING:
        return [f"trailing by {_percent(leg.trail)}"]
    return [f"{leg.type.value} order{at}"]


def _conditions(leg: Leg) -> list[str]:
    told = {
        "time in force": None if leg.time_in_force is TimeInForce.GTC else leg.time_in_force.value,
        "of the position": leg.position_side and leg.action in (Action.BUY, Action.SELL) and leg.position_side.value,
        "take-profit": " and ".join(f"{level}{part}" for level, part in _takes(leg)),
        "stop-loss": _level(leg.stop_loss, leg.stop_loss_rate),
        "leverage": _text(leg.leverage),
        "margin": leg.margin_mode and leg.margin_mode.value,
        "named": leg.ref,
        "position before": _text(leg.prev_position),
        "position after": _text(leg.next_position),
    }
    only = ["only to reduce a position"] if leg.reduce_only else []
    valid = leg.exit_valid_for if leg.reduces else leg.valid_for
    return [*only, *(f"{name} {value}" for name, value in told.items() if value), f"valid for {valid} s"]


def _side(leg: Leg) -> str | None:
    if leg.action in (Action.BUY, Action.SELL):
        return leg.action.value
    closes = leg.action is Action.CLOSE and leg.position_side is not None
    return leg.position_side.closing.value if closes and leg.position_side else None


def _takes(leg: Leg) -> list[tuple[str, str]]:
    """Each take-profit in order, and what part of the entry it closes where there are several."""
    alone = _level(leg.take_profit, leg.take_profit_rate)
    several = [(_level(one.price, one.rate), f" for {_percent(round(one.share, 6))}") for one in leg.take_profits]
    return [(level, part) for level, part in [(alone, ""), *several] if level is not None]


def _level(price: Decimal | None, rate: Decimal | None) -> str | None:
    return _text(price) if price is not None else _percent(rate)


def _percent(rate: Decimal | None) -> str | None:
    return None if rate is None else f"{plain(product(rate, Decimal(100)))}%"


def _text(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)
