"""CryptoGnome's webhook bot: one object with a key, booleans as words, and percents for take-profit and stop-loss."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from order_relay.core.alert import Alert, refuse_credentials
from order_relay.core.chain import refuse_contradiction
from order_relay.core.order import Action, Leg, OrderType, Unit
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.core.symbol import Market
from order_relay.formats import fields as of
from order_relay.formats.fields import Fields
from order_relay.formats.format import Format

NAME = "cryptognome"
_MARKS = frozenset({"close_position", "order_mode", "cancel_orders"})
_NUMBERS = ("qty", "price", "take_profit_percent", "stop_loss_percent")
_ORDER = frozenset({"type", "side", "order_mode", *_NUMBERS})
_KNOWN = _MARKS | _ORDER | {"key", "exchange", "symbol"}
_TYPES = {"market": OrderType.MARKET, "limit": OrderType.LIMIT}
_SIDES = {"buy": Action.BUY, "sell": Action.SELL}
_MODES = {
    "both": ("take_profit_percent", "stop_loss_percent"),
    "profit": ("take_profit_percent",),
    "stop": ("stop_loss_percent",),
}
"""Which percents an order mode uses; a template carries both of them whatever the mode."""


def marked(body: Any) -> bool:
    return isinstance(body, Mapping) and "key" in body and not _MARKS.isdisjoint(body)


def token(body: Any) -> str | None:
    key = body.get("key") if isinstance(body, Mapping) else None
    return key if isinstance(key, str) else None


def read(body: Any, route: Route) -> Alert:
    """Read a close, or an order, each after a cancel if that is asked for; raises Refusal naming the field."""
    if not isinstance(body, Mapping):
        raise Refusal(Word.NOT_AN_ORDER, "an alert is a JSON object with symbol and close_position, or side and qty")
    refuse_credentials(body)
    fields = of.stated(body)
    closes, cancels = of.flag(fields, "close_position"), of.flag(fields, "cancel_orders")
    if not closes:
        of.readable(fields, _NUMBERS)
    of.only(fields, _KNOWN, "to CryptoGnome")
    if not closes and not cancels and fields.get("side") is None:
        raise Refusal(Word.NOT_AN_ORDER, "the body has no side, and neither close_position nor cancel_orders is True")
    symbol, market, sent = of.instrument(fields, route, stated_market=_market(fields))
    cancel = Leg(Action.CANCEL_ALL, symbol, market, sent)
    leg, notes = _asked(fields, cancel, route, closes=closes)
    first = (cancel,) if cancels else ()
    return Alert((*first, leg) if leg else first, format=NAME, notes=notes)


def _market(fields: Fields) -> Market | None:
    """The one exchange name that says what it trades; an exchange never chooses the account."""
    return Market.PERP if of.text(fields, "exchange") == "binance-futures" else None


def _asked(fields: Fields, named: Leg, route: Route, *, closes: bool) -> tuple[Leg | None, tuple[str, ...]]:
    """What follows a cancel: the close, which uses none of the order's fields, or the order, or nothing."""
    told = sorted(_ORDER.intersection(fields))
    if closes:
        notes = (f"close_position is True: {', '.join(told)} not used",) if told else ()
        return replace(named, action=Action.CLOSE), notes
    if "side" not in fields and "type" not in fields:
        return None, ()
    return _order(fields, named, route)


def _order(fields: Fields, named: Leg, route: Route) -> tuple[Leg, tuple[str, ...]]:
    action, kind = of.word(fields, "side", _SIDES), of.word(fields, "type", _TYPES)
    if action is None or kind is None:
        raise Refusal(Word.AMBIGUOUS, "an order needs side and type; one of them is missing")
    limited = kind is OrderType.LIMIT
    if limited and "price" not in fields:
        raise Refusal(Word.AMBIGUOUS, "type is Limit but there is no price")
    quantity, unit = of.sized(fields, "qty", route, of.size_unit(route, Unit.BASE))
    leg = replace(
        named,
        action=action,
        type=kind,
        quantity=quantity,
        unit=unit,
        price=of.price(fields, "price") if limited else None,
        **_protection(fields),
        **of.settings({}, route, named.market),
    )
    refuse_contradiction(leg)
    return leg, () if limited or "price" not in fields else ("type is Market: price is for reference only",)


def _protection(fields: Fields) -> dict[str, Any]:
    """Rates of the order mode's percents, each of which must be there."""
    used = of.word(fields, "order_mode", _MODES)
    told = [name for name in ("take_profit_percent", "stop_loss_percent") if name in fields]
    if used is None and told:
        raise Refusal(Word.AMBIGUOUS, f"{told[0]} is there but order_mode is not; say Both, Profit or Stop")
    rates = {name: of.fraction(fields, name) for name in used or ()}
    for name, rate in rates.items():
        if rate is None:
            raise Refusal(Word.AMBIGUOUS, f"order_mode is {fields['order_mode']} but there is no {name}")
    return {"take_profit_rate": rates.get("take_profit_percent"), "stop_loss_rate": rates.get("stop_loss_percent")}


FORMAT = Format(marked=marked, token=token, read=read)
