"""TradeX: one order per alert, its fields in capitals beside a PIN."""

from collections.abc import Mapping
from typing import Any

from order_relay.core.alert import Alert, refuse_credentials
from order_relay.core.chain import refuse_contradiction
from order_relay.core.order import Action, Leg, OrderType, Unit
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.formats import fields as of
from order_relay.formats.fields import Fields
from order_relay.formats.format import Format

NAME = "tradex"
_MARKS = frozenset({"EXCHANGE", "SYMBOL", "SIDE", "ORDER_TYPE"})
_NUMBERS = ("QUANTITY", "PRICE", "STOP_LOSS", "TAKE_PROFIT")
_KNOWN = _MARKS | {"PIN", "ID", *_NUMBERS}
_TYPES = {"market": OrderType.MARKET, "limit": OrderType.LIMIT}
_SIDES = {"buy": Action.BUY, "sell": Action.SELL}
_ORDER = ("ID", "SYMBOL", "SIDE", "ORDER_TYPE", "QUANTITY", "PRICE")
"""An ID is often the second of firing, in which a strategy may close and open: it is unique per order only."""


def marked(body: Any) -> bool:
    return isinstance(body, Mapping) and body.keys() >= _MARKS


def token(body: Any) -> str | None:
    pin = body.get("PIN") if isinstance(body, Mapping) else None
    return pin if isinstance(pin, str) else None


def read(body: Any, route: Route) -> Alert:
    """Read one order; raises Refusal naming the field and the limit."""
    if not isinstance(body, Mapping) or body.get("SIDE") is None:
        raise Refusal(Word.NOT_AN_ORDER, "an alert is a JSON object with SIDE, SYMBOL, ORDER_TYPE and QUANTITY")
    fields = of.stated(body)
    of.readable(fields, _NUMBERS)
    refuse_credentials(body)
    of.only(fields, _KNOWN, "to TradeX")
    leg = _leg(fields, route)
    unused = leg.type is OrderType.MARKET and "PRICE" in fields
    notes = ("ORDER_TYPE is market: PRICE is for reference only",) if unused else ()
    return Alert((leg,), _identity(fields), format=NAME, notes=notes)


def _leg(fields: Fields, route: Route) -> Leg:
    action, kind = of.word(fields, "SIDE", _SIDES), of.word(fields, "ORDER_TYPE", _TYPES)
    if action is None or kind is None:
        raise Refusal(Word.AMBIGUOUS, "ORDER_TYPE is missing; say market or limit")
    symbol, market, sent = of.instrument(fields, route, "SYMBOL")
    quantity, unit = of.sized(fields, "QUANTITY", route, of.size_unit(route, Unit.BASE))
    price = of.price(fields, "PRICE") if kind is OrderType.LIMIT else None
    if kind is OrderType.LIMIT and price is None:
        raise Refusal(Word.AMBIGUOUS, "ORDER_TYPE is limit but there is no PRICE")
    leg = Leg(
        action,
        symbol,
        market,
        sent,
        type=kind,
        quantity=quantity,
        unit=unit,
        price=price,
        take_profit=of.price(fields, "TAKE_PROFIT"),
        stop_loss=of.price(fields, "STOP_LOSS"),
        **of.settings({}, route, market),
    )
    refuse_contradiction(leg)
    return leg


def _identity(fields: Fields) -> str | None:
    """TradeX knows a resend by its ID; an empty one is none."""
    if fields.get("ID") in (None, ""):
        return None
    of.text(fields, "ID", 128)
    return " ".join(str(fields.get(name, "")) for name in _ORDER)


FORMAT = Format(marked=marked, token=token, read=read)
