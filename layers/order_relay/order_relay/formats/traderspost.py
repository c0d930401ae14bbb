"""The TradersPost signal: `ticker` and `action`, and what the position should be afterwards (`sentiment`)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from order_relay.core.alert import Alert, refuse_credentials
from order_relay.core.chain import refuse_contradiction
from order_relay.core.order import Action, Leg, OrderType, PositionSide, TimeInForce, Unit
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.core.symbol import Market
from order_relay.formats import fields as of
from order_relay.formats.fields import Fields
from order_relay.formats.format import Format
from order_relay.formats.strategy import Size, configured, refuse_short_on_spot, shrinking

_ACTIONS = {
    "buy": Action.BUY,
    "sell": Action.SELL,
    "add": Action.ADD,
    "exit": Action.CLOSE,
    "cancel": Action.CANCEL_ALL,
}
_SENTIMENTS = {"long": 1, "bullish": 1, "short": -1, "bearish": -1, "flat": 0}
_SIDES = {1: PositionSide.LONG, -1: PositionSide.SHORT}
_UNITS = {
    "fixed_quantity": Unit.BASE,
    "dollar_amount": Unit.QUOTE,
    "percent_of_equity": Unit.PERCENT_EQUITY,
    "percent_of_position": Unit.PERCENT_POSITION,
}
_FORCES = {"gtc": TimeInForce.GTC, "ioc": TimeInForce.IOC, "fok": TimeInForce.FOK}
_TYPES = {
    "market": (OrderType.MARKET, frozenset()),
    "limit": (OrderType.LIMIT, frozenset({"limitPrice"})),
    "stop": (OrderType.STOP, frozenset({"stopPrice"})),
    "stop_limit": (OrderType.STOP, frozenset({"limitPrice", "stopPrice"})),
    "trailing_stop": (OrderType.TRAILING, frozenset({"trailPercent"})),
}
_PRICES = ("limitPrice", "stopPrice", "trailPercent")
_REFERENCES = ("price", "signalPrice")
_WORDLESS = frozenset({"time", "interval", "message", "extras", "ignoreTradingWindows", *_REFERENCES})
_ORDER = frozenset({"sentiment", "quantity", "quantityType", "orderType", "timeInForce", "cancel", *_PRICES})
_ENTRY = _ORDER | {"takeProfit", "stopLoss"}


def marked(body: Any) -> bool:
    action = body.get("action") if isinstance(body, Mapping) else None
    known = isinstance(action, str) and action.lower() in _ACTIONS
    return known and "ticker" in body and not isinstance(body.get("strategy"), Mapping)


def token(body: Any) -> str | None:
    """TradersPost has the password in the URL, and so has the relay."""
    return None


def read(body: Any, route: Route) -> Alert:
    """Read one signal; with `cancel` the symbol's open orders are cancelled before it."""
    if not isinstance(body, Mapping):
        raise Refusal(Word.NOT_AN_ORDER, "the body is no JSON object with ticker and action")
    fields = of.stated(body)
    of.readable(fields, ("quantity", *_PRICES))
    fired_ms = of.time(fields)
    refuse_credentials(body)
    action = of.word(fields, "action", _ACTIONS)
    if action is None:
        raise Refusal(Word.NOT_AN_ORDER, "the body has no action")
    known = frozenset() if action is Action.CANCEL_ALL else _ENTRY
    if "trailAmount" in fields:
        raise Refusal(
            Word.UNSUPPORTED, "trailAmount is an amount of money; a trailing stop is told by trailPercent here"
        )
    where = f"with action {fields['action']}; remove it, or put what only informs into extras"
    of.only(fields, {"ticker", "action", *_WORDLESS, *known}, where)
    leg = Leg(action, *of.instrument(fields, route, "ticker"))
    first = (replace(leg, action=Action.CANCEL_ALL),) if of.flag(fields, "cancel") else ()
    legs = (leg,) if action is Action.CANCEL_ALL else (*first, *_legs(fields, leg, route))
    return Alert(legs, time_ms=fired_ms, format="traderspost", notes=_notes(fields, legs[-1]))


def _legs(fields: Fields, leg: Leg, route: Route) -> tuple[Leg, ...]:
    """The order, after the close of the other side where its size does not count that.

    A quantity in coins counts the exit as TradingView's order size does; money, percents and defaults size the entry.
    """
    made, side = _leg(fields, leg, route), _SIDES.get(of.word(fields, "sentiment", _SENTIMENTS) or 0)
    counted = "quantity" in fields and made.unit is Unit.BASE
    turns = made.action in (Action.BUY, Action.SELL) and made.market is Market.PERP
    if counted or side is None or made.reduces or not turns:
        return (made,)
    if made.type.triggered:
        detail = f"orderType {fields['orderType']} waits, and its size does not say how much of the other side goes"
        raise Refusal(Word.AMBIGUOUS, f"{detail}; send quantity in coins, or no sentiment")
    return replace(leg, action=Action.CLOSE, position_side=side.opposite), made


def _leg(fields: Fields, leg: Leg, route: Route) -> Leg:
    after, unit = of.word(fields, "sentiment", _SENTIMENTS), of.word(fields, "quantityType", _UNITS)
    if unit is not None and "quantity" not in fields and after != 0:
        raise Refusal(Word.MISSING_SIZE, f"quantityType is {fields['quantityType']} but there is no quantity")
    leg = _typed(fields, leg)
    if leg.action is Action.ADD:
        leg = _adding(fields, leg, after, of.sized(fields, "quantity", route, unit or Unit.BASE))
    elif leg.action is Action.CLOSE or after == 0 or unit is Unit.PERCENT_POSITION:
        leg = _closing(fields, leg, after, unit or Unit.BASE)
    else:
        leg = _ordering(fields, leg, after, of.sized(fields, "quantity", route, unit or Unit.BASE))
        leg = configured(leg if leg.reduces else replace(leg, **_protection(fields)), route)
    refuse_contradiction(leg)
    return leg


def _adding(fields: Fields, leg: Leg, after: int | None, size: Size) -> Leg:
    """An addition takes the side of the position that is open; a sentiment says which side that must be."""
    if after == 0:
        raise Refusal(Word.AMBIGUOUS, "action add enlarges a position, but sentiment is flat; send its side, or none")
    for name in ("takeProfit", "stopLoss"):
        if name in fields:
            detail = f"{name} lies on a side that action add does not say"
            raise Refusal(Word.UNSUPPORTED, f"{detail}; send it with a buy or sell")
    if size[1] is Unit.PERCENT_POSITION:
        raise Refusal(Word.UNSUPPORTED, "quantityType percent_of_position goes with buy, sell or exit, not with add")
    return replace(leg, quantity=size[0], unit=size[1], position_side=_SIDES.get(after or 0))


def _closing(fields: Fields, leg: Leg, after: int | None, unit: Unit) -> Leg:
    """An exit closes what quantity says, else everything; sentiment flat always closes everything."""
    sold = {Action.BUY: PositionSide.SHORT, Action.SELL: PositionSide.LONG}.get(leg.action)
    if after and _SIDES[after] is not sold:
        detail = f"action {fields['action']} takes from a position, but sentiment is {fields['sentiment']}"
        raise Refusal(Word.AMBIGUOUS, f"{detail}; send sentiment flat, or none")
    refuse_short_on_spot(leg, sold)
    leg = replace(leg, action=Action.CLOSE, position_side=sold)
    if after == 0 or "quantity" not in fields:
        return leg
    if unit not in (Unit.BASE, Unit.PERCENT_POSITION):
        detail = f"quantityType {fields['quantityType']} sizes an entry"
        raise Refusal(Word.UNSUPPORTED, f"{detail}; an exit takes fixed_quantity or percent_of_position")
    return replace(leg, quantity=of.size(fields["quantity"], "quantity", unit), unit=unit)


def _ordering(fields: Fields, leg: Leg, after: int | None, size: Size) -> Leg:
    """A buy or sell; one against the sentiment takes a part of that position and never goes through it."""
    side = _SIDES.get(after or 0)
    refuse_short_on_spot(leg, side)
    leg = replace(leg, quantity=size[0], unit=size[1])
    if side is None or side.opening.value == leg.action.value:
        return leg
    if "quantity" not in fields:
        detail = f"action {leg.action.value} with sentiment {fields['sentiment']} takes a part of the position"
        raise Refusal(Word.MISSING_SIZE, f"{detail}, but there is no quantity that says which")
    return shrinking(leg, side)


def _typed(fields: Fields, leg: Leg) -> Leg:
    """The order type with exactly the prices that go with it; market if none is stated."""
    kind, needed = of.word(fields, "orderType", _TYPES) or _TYPES["market"]
    for name in _PRICES:
        if (name in fields) != (name in needed):
            told = "needs" if name in needed else "does not take"
            change = "send it" if name in needed else "leave it out, or send the orderType that takes it"
            raise Refusal(Word.AMBIGUOUS, f"orderType {fields.get('orderType', 'market')} {told} {name}; {change}")
    force = of.word(fields, "timeInForce", _FORCES) or TimeInForce.GTC
    if kind is not OrderType.LIMIT and force is TimeInForce.FOK:
        raise Refusal(Word.AMBIGUOUS, "timeInForce fok goes with orderType limit")
    return replace(
        leg,
        type=kind,
        price=of.price(fields, "limitPrice"),
        trigger_price=of.price(fields, "stopPrice"),
        trail=of.fraction(fields, "trailPercent"),
        time_in_force=force if kind is OrderType.LIMIT else TimeInForce.GTC,
    )


def _protection(fields: Fields) -> dict[str, Any]:
    take = _exit(fields, "takeProfit", "limitPrice")
    stop = _exit(fields, "stopLoss", "stopPrice")
    return {
        "take_profit": of.price(take, "takeProfit.limitPrice"),
        "take_profit_rate": of.fraction(take, "takeProfit.percent"),
        "stop_loss": of.price(stop, "stopLoss.stopPrice"),
        "stop_loss_rate": of.fraction(stop, "stopLoss.percent"),
    }


def _exit(fields: Fields, name: str, price: str) -> Fields:
    """The one price or percent of an attached exit, under its full name."""
    told = fields.get(name, {})
    if not isinstance(told, Mapping):
        raise Refusal(Word.UNSUPPORTED, f"{name} must be an object with {price} or percent")
    inner = {f"{name}.{field}": value for field, value in of.stated(told).items()}
    if inner.get(f"{name}.type", "stop") != "stop":
        raise Refusal(Word.UNSUPPORTED, f"{name}.type must be stop; other attached exits are not known here")
    ways = {f"{name}.{price}", f"{name}.percent"}
    of.only(inner, ways | ({"stopLoss.type"} if name == "stopLoss" else set()), f"here; send {price} or percent")
    if name in fields and len(ways & set(inner)) != 1:
        raise Refusal(Word.AMBIGUOUS, f"{name} takes either {price} or percent, one of them")
    return inner


def _notes(fields: Fields, leg: Leg) -> tuple[str, ...]:
    notes = [f"{name} is a reference only" for name in _REFERENCES if name in fields]
    if leg.reduces and leg.action is not Action.CANCEL_ALL:
        notes += [f"{name} goes with an entry and is left out" for name in ("takeProfit", "stopLoss") if name in fields]
    if leg.action is Action.CLOSE and leg.quantity is None and "quantity" in fields:
        notes.append("sentiment is flat: everything is closed, whatever quantity says")
    return tuple(notes)


FORMAT = Format(token=token, read=read, marked=marked)
