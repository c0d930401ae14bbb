"""The relay's own alert format; the README shows it, every field is used or refused."""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

from order_relay.core.age import read_time
from order_relay.core.alert import Alert, refuse_credentials
from order_relay.core.money import number, plain
from order_relay.core.order import Action, Leg, OrderType, TimeInForce, Unit
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import VALID_FOR_MAX_S, Route
from order_relay.core.symbol import Market, read_symbol

ENVELOPE = frozenset({"relay", "id", "time", "token", "valid_for"})
_COMMON = frozenset({"action", "symbol", "market"}) | ENVELOPE
_POSITIONS = frozenset({"position", "position_size", "prev_position", "prev_position_size"})
_ORDER = frozenset({"type", "quantity", "unit", "price", "time_in_force", "reduce_only", "ref"})
_CANCEL = frozenset({"ref", "order_id"})
_PLANNED = frozenset({"trigger_price", "leverage", "margin_mode", "take_profit", "stop_loss"})
_NUMBERS = (
    "quantity", "price", "trigger_price", "leverage", "take_profit", "stop_loss", "valid_for",
    "position_size", "prev_position_size",
)  # fmt: skip
_REF = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_HUNDRED = Decimal(100)
_Choice = TypeVar("_Choice", Action, OrderType, TimeInForce, Unit, Market)
_Fields = Mapping[str, Any]


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
    _only(envelope, ENVELOPE, "beside 'orders'")
    legs = tuple(_leg(order, envelope, route, index) for index, order in enumerate(orders))
    return Alert(legs, _identity(_agreed(everything, "id")), _time(_agreed(everything, "time")))


def _orders(body: Any) -> tuple[_Fields, list[_Fields]]:
    envelope: _Fields = {}
    orders = [body]
    if isinstance(body, list):
        orders = body
    elif isinstance(body, Mapping) and "orders" in body:
        envelope = {name: value for name, value in body.items() if name != "orders"}
        orders = body["orders"] if isinstance(body["orders"], list) else [body["orders"]]
    if not orders or not all(isinstance(one, Mapping) for one in orders):
        raise Refusal(Word.NOT_AN_ORDER, "an alert is a JSON object with action and symbol, or a list of such objects")
    return envelope, orders


def _readable(objects: list[_Fields]) -> None:
    """Numbers and times first, in every order: what cannot be read is said before what is not wanted."""
    for one in objects:
        for name in _NUMBERS:
            if one.get(name) is not None:
                number(one[name], name)
        _time(one.get("time"))


def _leg(order: _Fields, envelope: _Fields, route: Route, index: int) -> Leg:
    fields = {name: value for name, value in {**envelope, **order}.items() if value is not None}
    if fields.get("relay", "1") != "1":
        raise Refusal(Word.UNSUPPORTED, "relay names a format version other than 1")
    action = _action(fields)
    _only(fields, _COMMON | _POSITIONS | (_CANCEL if action.cancels else _ORDER), f"with action {action.value}")
    symbol, market, sent = _instrument(fields, route)
    if action.cancels:
        return _cancel(fields, action, symbol, market, sent, index)
    return _order(fields, route, action, symbol, market, sent, index)


def _order(fields: _Fields, route: Route, action: Action, symbol: str, market: Market, sent: str, index: int) -> Leg:
    kind = _choice(OrderType, fields, "type", OrderType.MARKET)
    reduce_only = _flag(fields, "reduce_only")
    quantity, unit = _size(fields, route, action)
    leg = Leg(
        action=action,
        symbol=symbol,
        market=market,
        sent_symbol=sent,
        type=kind,
        quantity=quantity,
        unit=unit,
        price=_price(fields, kind),
        time_in_force=_time_in_force(fields, kind),
        reduce_only=reduce_only,
        ref=_ref(fields),
        slippage=route.limits.slippage,
        max_quantity=route.limits.max_quantity,
        max_notional=route.limits.max_notional,
        index=index,
    )
    if reduce_only and market is Market.SPOT and action is Action.BUY:
        raise Refusal(Word.AMBIGUOUS, "reduce_only is true on a spot buy; a spot market has no position to reduce")
    return _lasting(leg, fields, route)


def _lasting(leg: Leg, fields: _Fields, route: Route) -> Leg:
    """Openings live `valid_for`, what reduces lives at least `exit_valid_for`."""
    stated = _seconds(fields)
    seconds = max(stated or 0, route.exit_valid_for) if leg.reduces else stated or route.valid_for
    return replace(leg, valid_for=seconds)


def _cancel(fields: _Fields, action: Action, symbol: str, market: Market, sent: str, index: int) -> Leg:
    ref, order_id = _ref(fields), _ref(fields, "order_id")
    if action is Action.CANCEL and (ref is None) == (order_id is None):
        raise Refusal(
            Word.AMBIGUOUS, "a cancel names one order by ref or by order_id; cancel_all cancels all of a symbol"
        )
    if action is Action.CANCEL_ALL and (ref or order_id):
        raise Refusal(Word.AMBIGUOUS, "cancel_all cancels every order of the symbol and takes no ref or order_id")
    _seconds(fields)
    return Leg(action, symbol, market, sent, ref=ref, order_id=order_id, index=index)


def _action(fields: _Fields) -> Action:
    if "action" not in fields:
        raise Refusal(Word.NOT_AN_ORDER, "the body has no action")
    if fields["action"] == "target":
        raise Refusal(Word.UNSUPPORTED, "action 'target' is not supported yet; send buy, sell or close")
    action: Action = _choice(Action, fields, "action", None)
    return action


def _instrument(fields: _Fields, route: Route) -> tuple[str, Market, str]:
    sent = _text(fields, "symbol", 40) or route.defaults.get("symbol")
    if not isinstance(sent, str) or not sent:
        raise Refusal(Word.MISSING_SYMBOL, "the body has no symbol")
    name, form = read_symbol(sent)
    stated = _choice(Market, fields, "market", None)
    told = {"the body": stated, "the symbol": form, "the route": route.market}
    said = {who: market for who, market in told.items() if market is not None}
    if len(set(said.values())) > 1:
        words = ", ".join(f"{who} says {market.value}" for who, market in said.items())
        raise Refusal(Word.AMBIGUOUS, f"the market of {sent!a} is unclear: {words}")
    return name, next(iter(said.values()), Market.SPOT), sent


def _size(fields: _Fields, route: Route, action: Action) -> tuple[Decimal | None, Unit]:
    stated = fields.get("quantity", None if action is Action.CLOSE else route.defaults.get("quantity"))
    unit = _choice(Unit, {"unit": route.defaults.get("unit"), **fields}, "unit", Unit.BASE)
    if "unit" in fields and "quantity" not in fields:
        raise Refusal(Word.AMBIGUOUS, f"unit is {unit.value} but the body has no quantity that it could count")
    if stated is None:
        if action is not Action.CLOSE:
            raise Refusal(Word.MISSING_SIZE, "the body has no quantity and the route has no default")
        return None, Unit.BASE
    quantity = number(stated, "quantity")
    if quantity <= 0:
        raise Refusal(Word.MISSING_SIZE, f"quantity must be more than 0, not {plain(quantity)}")
    if unit is Unit.PERCENT_POSITION and (action is not Action.CLOSE or quantity > _HUNDRED):
        raise Refusal(Word.UNSUPPORTED, "unit percent_position goes with action close and a quantity of at most 100")
    return quantity, unit


def _price(fields: _Fields, kind: OrderType) -> Decimal | None:
    if "price" not in fields:
        if kind is OrderType.LIMIT:
            raise Refusal(Word.AMBIGUOUS, "type is limit but there is no price")
        return None
    if kind is not OrderType.LIMIT:
        raise Refusal(Word.AMBIGUOUS, "there is a price but type is not limit; say which is meant")
    price = number(fields["price"], "price")
    if price <= 0:
        raise Refusal(Word.AMBIGUOUS, f"type is limit but the price is {plain(price)}; it must be more than 0")
    return price


def _time_in_force(fields: _Fields, kind: OrderType) -> TimeInForce:
    force = _choice(TimeInForce, fields, "time_in_force", TimeInForce.GTC)
    if kind is OrderType.MARKET and force not in (TimeInForce.GTC, TimeInForce.IOC):
        raise Refusal(Word.AMBIGUOUS, f"a market order cannot be {force.value}; set type to limit")
    return TimeInForce.GTC if kind is OrderType.MARKET else force


def _choice(kind: type[_Choice], fields: _Fields, name: str, default: Any) -> Any:
    value = fields.get(name)
    if value is None:
        return default
    known = [one.value for one in kind]
    if not isinstance(value, str) or not value.isascii() or value.lower() not in known:
        raise Refusal(Word.UNSUPPORTED, f"{name} is {str(value)[:40]!a}; this version knows {', '.join(known)}")
    return kind(value.lower())


def _flag(fields: _Fields, name: str) -> bool:
    value = fields.get(name, False)
    said = {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else value
    if not isinstance(said, bool):
        raise Refusal(Word.UNSUPPORTED, f"{name} must be true or false, not {str(value)[:40]!a}")
    return said


def _seconds(fields: _Fields) -> int | None:
    if "valid_for" not in fields:
        return None
    value = number(fields["valid_for"], "valid_for")
    if value != value.to_integral_value() or not 1 <= value <= VALID_FOR_MAX_S:
        raise Refusal(Word.LIMIT, f"valid_for must be a whole number of seconds from 1 to {VALID_FOR_MAX_S}")
    return int(value)


def _ref(fields: _Fields, name: str = "ref") -> str | None:
    value = _text(fields, name, 64)
    if value is not None and not _REF.fullmatch(value):
        raise Refusal(Word.UNSUPPORTED, f"{name} takes 1 to 64 letters, digits and _ . : -")
    return value


def _text(fields: _Fields, name: str, longest: int) -> str | None:
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or len(value) > longest or not value.isprintable():
        raise Refusal(Word.UNSUPPORTED, f"{name} must be a text of 1 to {longest} printable characters")
    return value


def _agreed(objects: list[_Fields], name: str) -> Any:
    """The one value that the parts of an alert state for a field of the whole alert."""
    stated = {str(value): value for one in objects if (value := one.get(name)) is not None}
    if len(stated) > 1:
        raise Refusal(Word.AMBIGUOUS, f"the orders of one alert state different values of {name}")
    return next(iter(stated.values()), None)


def _identity(value: Any) -> str | None:
    return _text({"id": value}, "id", 128)


def _time(value: Any) -> int | None:
    return None if value is None else read_time(value)


def _only(fields: _Fields, known: frozenset[str], where: str) -> None:
    for name, value in fields.items():
        if name in _PLANNED and value is not None:
            raise Refusal(Word.UNSUPPORTED, f"{name} is not supported yet")
        if name not in known:
            raise Refusal(Word.UNSUPPORTED, f"the field {name[:40]!a} is not known {where}")
