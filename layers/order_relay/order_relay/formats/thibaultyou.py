"""tradingview-alerts-processor by thibaultyou: `stub` and `direction`, one order or a list of them."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from order_relay.core.alert import Alert, refuse_credentials
from order_relay.core.money import plain
from order_relay.core.order import Action, Leg, PositionSide, Unit
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.core.symbol import Market
from order_relay.formats import fields as of
from order_relay.formats.fields import Fields
from order_relay.formats.format import Format

NAME = "thibaultyou"
_MARKS = frozenset({"stub", "direction"})
_KNOWN = _MARKS | {"symbol", "size", "max", "mode"}
_DIRECTIONS = {
    "long": (Action.BUY, PositionSide.LONG),
    "short": (Action.SELL, PositionSide.SHORT),
    "close": (Action.CLOSE, None),
}


def marked(body: Any) -> bool:
    items = body if isinstance(body, list) else [body]
    return bool(items) and all(isinstance(item, Mapping) and item.keys() >= _MARKS for item in items)


def token(body: Any) -> str | None:
    """The format has no secret: its stub is a name."""
    return None


def read(body: Any, route: Route) -> Alert:
    """Read one order or a list of them; raises Refusal naming the field and the limit."""
    items = body if isinstance(body, list) else [body]
    if not items or not all(isinstance(item, Mapping) and item.get("direction") is not None for item in items):
        raise Refusal(Word.NOT_AN_ORDER, "an alert is an object with stub, direction and symbol, or a list of such")
    orders = [of.stated(item) for item in items]
    for order in orders:
        of.readable({"size": _digits(order), "max": order.get("max")}, ("size", "max"))
    refuse_credentials(body)
    _refuse_other_accounts(orders, route)
    return Alert(tuple(leg for order in orders for leg in _legs(order, route)), format=NAME)


def _refuse_other_accounts(orders: list[dict[str, Any]], route: Route) -> None:
    """A route trades on its own accounts: every stub must be its option's, or at least the same everywhere."""
    stubs = {stub.lower() for order in orders if (stub := of.text(order, "stub")) is not None}
    own = route.options.get("account")
    if own and stubs - {own.lower()}:
        raise Refusal(Word.AMBIGUOUS, "stub is not the route's option 'account'; send each account to its own route")
    if len(stubs) > 1:
        raise Refusal(Word.AMBIGUOUS, "the orders name different stubs; send each account to its own route")


def _legs(fields: Fields, route: Route) -> tuple[Leg, ...]:
    of.only(fields, _KNOWN, "to this format")
    action, side = of.word(fields, "direction", _DIRECTIONS) or (Action.CLOSE, None)
    symbol, market, sent = of.instrument(fields, route)
    leg = Leg(action, symbol, market, sent)
    if action is Action.CLOSE:
        quantity, unit = _closed(fields)
        return (replace(leg, quantity=quantity, unit=unit),)
    if market is Market.SPOT and side is PositionSide.SHORT:
        raise Refusal(Word.UNSUPPORTED, "direction is short, but a spot market holds no short position; say close")
    quantity, unit = _opened(fields, route)
    most = of.price(fields, "max")
    opening = replace(leg, quantity=quantity, unit=unit, max_exposure=most, **of.settings({}, route, market))
    return (*_reversed(fields, leg, side), opening)


def _reversed(fields: Fields, leg: Leg, side: PositionSide | None) -> tuple[Leg, ...]:
    """The close of the opposite position that mode reverse asks for before the opening."""
    mode = of.text(fields, "mode")
    if mode is None:
        return ()
    if mode.lower() != "reverse" or leg.market is not Market.PERP or side is None:
        raise Refusal(Word.UNSUPPORTED, f"mode is {mode[:40]!a}; this version knows reverse, on perp")
    return (replace(leg, action=Action.CLOSE, position_side=side.opposite),)


def _opened(fields: Fields, route: Route) -> tuple[Decimal, Unit]:
    """Dollars, which are the quote currency, or a percent of what is available; else the route's default."""
    unit = Unit.PERCENT_AVAILABLE if _percent(fields) else Unit.QUOTE
    quantity, unit = of.sized({"size": _digits(fields)}, "size", route, unit)
    if _percent(fields) and quantity > of.HUNDRED:
        raise Refusal(Word.LIMIT, f"size is {plain(quantity)} percent of the balance; at most 100 are there")
    return quantity, unit


def _closed(fields: Fields) -> tuple[Decimal | None, Unit]:
    if "size" not in fields:
        return None, Unit.BASE
    if not _percent(fields):
        raise Refusal(Word.AMBIGUOUS, "size of a close is a percent such as 50%; without a size everything is closed")
    return of.size(_digits(fields), "size", Unit.PERCENT_POSITION), Unit.PERCENT_POSITION


def _percent(fields: Fields) -> bool:
    size = fields.get("size")
    return isinstance(size, str) and size.endswith("%")


def _digits(fields: Fields) -> Any:
    """The size without its percent sign."""
    return fields["size"].removesuffix("%") if _percent(fields) else fields.get("size")


FORMAT = Format(marked=marked, token=token, read=read)
