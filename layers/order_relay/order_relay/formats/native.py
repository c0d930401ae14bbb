"""The relay's own alert format; docs/alerts.md shows it, every field is used or refused."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from order_relay.core.alert import Alert, refuse_credentials
from order_relay.core.chain import by_chain, refuse_backwards, refuse_contradiction
from order_relay.core.money import number, plain
from order_relay.core.order import Action, Leg, MarginMode, OrderType, TimeInForce, Unit
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.core.symbol import Market
from order_relay.core.take_profits import Share
from order_relay.formats import fields as of
from order_relay.formats.fields import Fields
from order_relay.formats.format import Format

ENVELOPE = frozenset({"relay", "id", "time", "token", "valid_for"})
_COMMON = frozenset({"action", "symbol", "market"}) | ENVELOPE
_CHAIN = frozenset({"position", "position_size", "prev_position", "prev_position_size"})
_SETTINGS = frozenset({"leverage", "margin_mode"})
_SIZE = frozenset({"quantity", "unit", "ref"})
_ORDER = _SIZE | frozenset({"type", "price", "trigger_price", "time_in_force", "reduce_only"})
_ENTRY = _ORDER | _SETTINGS | frozenset({"take_profit", "stop_loss"})
_CANCEL = frozenset({"ref", "order_id"})
_KNOWN = {
    Action.BUY: _ENTRY | _CHAIN,
    Action.SELL: _ENTRY | _CHAIN,
    Action.ADD: _SIZE | frozenset({"type", "price", "time_in_force"}),
    Action.CLOSE: _ORDER | _CHAIN,
    Action.TARGET: _SIZE | _SETTINGS | _CHAIN,
    Action.CANCEL: _CANCEL,
    Action.CANCEL_ALL: _CANCEL,
    Action.HALT: frozenset(),
    Action.RESUME: frozenset(),
}
_NUMBERS = (
    "quantity", "price", "trigger_price", "leverage", "stop_loss", "valid_for", "position_size", "prev_position_size",
)  # fmt: skip
_STEP = ("price", "share")


def marked(body: Any) -> bool:
    """True if a body says itself that it is of this format."""
    first = body[0] if isinstance(body, list) and body else body
    return isinstance(first, Mapping) and "relay" in first


def token(body: Any) -> str | None:
    """The token that a body carries, if any; used only when the URL has none."""
    first = body[0] if isinstance(body, list) and body else body
    value = first.get("token") if isinstance(first, Mapping) else None
    return value if isinstance(value, str) else None


def read(body: Any, route: Route) -> Alert:
    """Read one order, an array of orders, or {"orders": [...]}; raises Refusal naming the field and the limit."""
    envelope, orders = _orders(body)
    everything = [envelope, *orders]
    _readable(everything)
    refuse_credentials(body)
    of.only(of.stated(envelope), ENVELOPE, "beside 'orders'")
    legs = tuple(_leg(order, envelope, route) for order in orders)
    explicit = of.text({"id": _agreed(everything, "id")}, "id", 128)
    return Alert(legs, explicit, of.time({"time": _agreed(everything, "time")}))


def _orders(body: Any) -> tuple[Fields, list[Fields]]:
    envelope: Fields = {}
    orders = [body]
    if isinstance(body, list):
        orders = body
    elif isinstance(body, Mapping) and "orders" in body:
        envelope = {name: value for name, value in body.items() if name != "orders"}
        orders = body["orders"] if isinstance(body["orders"], list) else [body["orders"]]
    if not orders or not all(isinstance(one, Mapping) for one in orders):
        raise Refusal(Word.NOT_AN_ORDER, "an alert is a JSON object with action and symbol, or a list of such objects")
    return envelope, orders


def _readable(objects: list[Fields]) -> None:
    """Numbers and times first, in every order: what cannot be read is said before what is not wanted."""
    for one in objects:
        of.readable(one, _NUMBERS)
        for told in _levels(one):
            of.readable(told, told)
        of.time(one)


def _levels(order: Fields) -> list[Fields]:
    """The numbers of an order's take-profits, by the names that a refusal gives them."""
    told = order.get("take_profit")
    if not isinstance(told, list):
        return [{"take_profit": told}]
    steps = [(index, step) for index, step in enumerate(told) if isinstance(step, Mapping)]
    return [{f"take_profit[{index}].{name}": step.get(name) for name in _STEP} for index, step in steps]


def _leg(order: Fields, envelope: Fields, route: Route) -> Leg:
    fields = of.stated({**envelope, **order})
    if fields.get("relay", "1") != "1":
        raise Refusal(Word.UNSUPPORTED, "relay names a format version other than 1")
    if "action" not in fields:
        raise Refusal(Word.NOT_AN_ORDER, "the body has no action")
    action = of.choice(Action, fields, "action") or Action.BUY
    of.only(fields, _COMMON | _KNOWN[action], f"with action {action.value}")
    if action.controls:
        return _control(fields, action, route)
    symbol, market, sent = of.instrument(fields, route, stated_market=of.choice(Market, fields, "market"))
    leg = Leg(action, symbol, market, sent, ref=of.ref(fields), valid_for=of.seconds(fields))
    if action.cancels:
        return _cancel(fields, leg)
    leg = _chained(fields, leg)
    leg = _target(fields, leg, route) if action is Action.TARGET else _order(fields, leg, route)
    refuse_backwards(leg)
    leg = by_chain(leg, stated="quantity" in fields)
    refuse_contradiction(leg)
    return leg


def _control(fields: Fields, action: Action, route: Route) -> Leg:
    if "symbol" in fields or "market" in fields:
        raise Refusal(Word.UNSUPPORTED, f"{action.value} is for the whole route; it takes no symbol or market")
    return control(action, route)


def control(action: Action, route: Route) -> Leg:
    """Halt or resume the openings of the route, if it lets alerts do that."""
    if route.options.get("control") is not True:
        raise Refusal(Word.UNSUPPORTED, f"this route does not let alerts {action.value} it (option 'control')")
    return Leg(action, "*", Market.SPOT, "*")


def _cancel(fields: Fields, leg: Leg) -> Leg:
    order_id = of.ref(fields, "order_id")
    if leg.action is Action.CANCEL and (leg.ref is None) == (order_id is None):
        raise Refusal(
            Word.AMBIGUOUS, "a cancel names one order by ref or by order_id; cancel_all cancels all of a symbol"
        )
    if leg.action is Action.CANCEL_ALL and (leg.ref or order_id):
        raise Refusal(Word.AMBIGUOUS, "cancel_all cancels every order of the symbol and takes no ref or order_id")
    return replace(leg, order_id=order_id, valid_for=None)


def _chained(fields: Fields, leg: Leg) -> Leg:
    return replace(
        leg,
        prev_position=of.position(fields, "prev_position", "prev_position_size"),
        next_position=of.position(fields, "position", "position_size"),
    )


def _order(fields: Fields, leg: Leg, route: Route) -> Leg:
    kind = of.choice(OrderType, fields, "type") or OrderType.MARKET
    if kind is OrderType.TRAILING:
        raise Refusal(Word.UNSUPPORTED, "type is 'trailing'; the native format knows market, limit, stop")
    quantity, unit = _size(fields, leg, route)
    leg = replace(
        leg,
        type=kind,
        quantity=quantity,
        unit=unit,
        price=_price(fields, kind),
        trigger_price=_trigger(fields, kind),
        time_in_force=_time_in_force(fields, kind),
        reduce_only=of.flag(fields, "reduce_only"),
        stop_loss=of.price(fields, "stop_loss"),
        **_take_profits(fields),
    )
    return _configured(fields, leg, route)


def _take_profits(fields: Fields) -> dict[str, Any]:
    """One price at which everything is closed, or a list of prices with the percent of the entry that each closes."""
    told = fields.get("take_profit")
    if not isinstance(told, list):
        return {"take_profit": of.price(fields, "take_profit")}
    if not told:
        raise Refusal(Word.AMBIGUOUS, "take_profit is an empty list; leave it out, or state a price")
    return of.take_profits([_step(step, f"take_profit[{index}]") for index, step in enumerate(told)], "take_profit")


def _step(step: Any, name: str) -> Share:
    if not isinstance(step, Mapping):
        raise Refusal(Word.UNSUPPORTED, f"{name} must be an object with price and share")
    told = {f"{name}.{field}": value for field, value in of.stated(step).items()}
    of.only(told, [f"{name}.{field}" for field in _STEP], "in a list of take-profits")
    price = of.price(told, f"{name}.price")
    if price is None:
        raise Refusal(Word.AMBIGUOUS, f"{name}.price is missing; a take-profit triggers at a price")
    return Share(of.share(told, f"{name}.share", of.HUNDRED), price)


def _configured(fields: Fields, leg: Leg, route: Route) -> Leg:
    """Leverage and margin mode: a default of the route is for openings on contracts only."""
    if leg.action in (Action.CLOSE, Action.ADD):
        return leg
    if leg.market is not Market.PERP and not of.stated(fields, *_SETTINGS):
        return leg
    if leg.market is not Market.PERP:
        raise Refusal(Word.UNSUPPORTED, f"leverage and margin_mode are for perp, not for {leg.market.value}")
    mode = of.choice(MarginMode, {**route.defaults, **fields}, "margin_mode")
    return replace(leg, leverage=of.leverage(fields, route), margin_mode=mode)


def _target(fields: Fields, leg: Leg, route: Route) -> Leg:
    """The size to hold, signed: from quantity, else from position and position_size; 0 is flat."""
    unit = of.choice(Unit, {**route.defaults, **fields}, "unit") or Unit.BASE
    held, quantity = leg.next_position, None if "quantity" not in fields else number(fields["quantity"], "quantity")
    if "unit" in fields and quantity is None:
        raise Refusal(Word.AMBIGUOUS, f"unit is {unit.value} but the body has no quantity that it could count")
    if quantity is None and held is None:
        raise Refusal(Word.MISSING_SIZE, "a target needs a quantity (0 is flat), or position and position_size")
    if quantity is None:
        unit = Unit.BASE
    if unit is Unit.PERCENT_POSITION:
        raise Refusal(Word.AMBIGUOUS, "a target cannot count percents of the position that it is to replace")
    wanted = held if quantity is None else _agreeing(quantity, of.word(fields, "position", of.SIGNS))
    return _configured(fields, replace(leg, quantity=wanted, unit=unit), route)


def _agreeing(wanted: Decimal, sign: int | None) -> Decimal:
    """An unsigned quantity takes the side that `position` names, flat is none; a signed one must not contradict it."""
    if sign is None:
        return wanted
    if sign and (not wanted or wanted < 0 < sign):
        raise Refusal(Word.AMBIGUOUS, f"quantity is {plain(wanted)}, which position contradicts")
    return abs(wanted) * sign


def _size(fields: Fields, leg: Leg, route: Route) -> tuple[Decimal | None, Unit]:
    unit = of.choice(Unit, fields, "unit")
    if unit is not None and "quantity" not in fields:
        raise Refusal(Word.AMBIGUOUS, f"unit is {unit.value} but the body has no quantity that it could count")
    if leg.action is Action.CLOSE and "quantity" not in fields:
        return None, Unit.BASE
    quantity, unit = of.sized(fields, "quantity", route, unit)
    if "quantity" not in fields and of.flag(fields, "reduce_only"):
        raise Refusal(
            Word.MISSING_SIZE, "reduce_only without a quantity; a default size is for entries, a close has none"
        )
    if unit is Unit.PERCENT_POSITION and leg.action is not Action.CLOSE:
        raise Refusal(Word.UNSUPPORTED, "unit percent_position goes with action close")
    return quantity, unit


def _price(fields: Fields, kind: OrderType) -> Decimal | None:
    value = of.price(fields, "price")
    if kind is OrderType.LIMIT and value is None:
        raise Refusal(Word.AMBIGUOUS, "type is limit but there is no price")
    if kind is OrderType.MARKET and value is not None:
        raise Refusal(Word.AMBIGUOUS, "there is a price but type is not limit; say which is meant")
    return value


def _trigger(fields: Fields, kind: OrderType) -> Decimal | None:
    value = of.price(fields, "trigger_price")
    if (kind is OrderType.STOP) != (value is not None):
        raise Refusal(Word.AMBIGUOUS, "type stop and trigger_price go together; one of them is missing")
    return value


def _time_in_force(fields: Fields, kind: OrderType) -> TimeInForce:
    force = of.choice(TimeInForce, fields, "time_in_force") or TimeInForce.GTC
    if kind is not OrderType.LIMIT and force not in (TimeInForce.GTC, TimeInForce.IOC):
        raise Refusal(Word.AMBIGUOUS, f"a {kind.value} order cannot be {force.value}; set type to limit")
    return force if kind is OrderType.LIMIT else TimeInForce.GTC


def _agreed(objects: list[Fields], name: str) -> Any:
    """The one value that the parts of an alert state for a field of the whole alert."""
    values = {str(value): value for one in objects if (value := one.get(name)) is not None}
    if len(values) > 1:
        raise Refusal(Word.AMBIGUOUS, f"the orders of one alert state different values of {name}")
    return next(iter(values.values()), None)


FORMAT = Format(token=token, read=read, marked=marked)
