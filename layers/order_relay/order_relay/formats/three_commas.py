"""The 3Commas signal bot of the strategy type: `secret`, `bot_uuid`, `order` and the chain in `strategy_info`."""

from collections.abc import Mapping
from typing import Any

from order_relay.core.alert import Alert, refuse_credentials
from order_relay.core.order import Leg, Unit
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.formats import fields as of
from order_relay.formats.fields import Fields
from order_relay.formats.format import Format
from order_relay.formats.strategy import Size, Sizing, ordered, stand, told

_KNOWN = frozenset(
    {
        "secret", "bot_uuid", "max_lag", "timestamp", "trigger_price", "tv_exchange", "tv_instrument", "action",
        "strategy_info", "order",
    }
)  # fmt: skip
_SIZES = ("market_position_size", "prev_market_position_size")
_CHAIN = frozenset({"market_position", "prev_market_position", *_SIZES})
_UNITS = {"base": Unit.BASE, "quote": Unit.QUOTE}


def marked(body: Any) -> bool:
    return isinstance(body, Mapping) and "bot_uuid" in body and "secret" in body


def token(body: Any) -> str | None:
    value = body.get("secret") if isinstance(body, Mapping) else None
    return value if isinstance(value, str) else None


def read(body: Any, route: Route) -> Alert:
    """Read one order of a strategy: an order, a close when it goes flat, a target when it changes sides."""
    if not isinstance(body, Mapping) or body.get("action") is None:
        raise Refusal(Word.NOT_AN_ORDER, "the body is no JSON object with action and tv_instrument")
    fields = of.stated(body)
    chain, order = _inner(fields, "strategy_info"), _inner(fields, "order")
    of.readable({**fields, **chain, **order}, ("max_lag", "amount", *_SIZES))
    fired_ms = of.time(fields, "timestamp")
    refuse_credentials(body, own={"secret"})
    of.only(fields, _KNOWN, "in this format")
    of.only(chain, _CHAIN, "in 'strategy_info'")
    of.only(order, {"amount", "currency_type"}, "in 'order'")
    _refuse_other_bot(fields, route)
    action, instrument = ordered(fields, "action"), of.instrument(fields, route, "tv_instrument")
    leg = Leg(action, *instrument, valid_for=of.seconds(fields, "max_lag"))
    before = stand(chain, "prev_market_position", "prev_market_position_size")
    after = stand(chain, "market_position", "market_position_size")
    leg = told(leg, before, after, Sizing("amount" in order, lambda: _sized(order, route)), route)
    notes = ("trigger_price is a reference only",) if "trigger_price" in fields else ()
    return Alert((leg,), time_ms=fired_ms, format="3commas", notes=notes)


def _inner(fields: Fields, name: str) -> Fields:
    value = fields.get(name, {})
    if not isinstance(value, Mapping):
        raise Refusal(Word.UNSUPPORTED, f"{name} must be an object")
    return of.stated(value)


def _refuse_other_bot(fields: Fields, route: Route) -> None:
    """A route that names its bot takes no alert of another one."""
    own = route.options.get("bot_uuid")
    if own is not None and fields.get("bot_uuid") != own:
        detail = "bot_uuid is not the one of this route's option 'bot_uuid'"
        raise Refusal(Word.UNSUPPORTED, f"{detail}; post the alert to its own route, or change the option")


def _sized(order: Fields, route: Route) -> Size:
    unit = of.word(order, "currency_type", _UNITS)
    if unit is not None and "amount" not in order:
        raise Refusal(Word.MISSING_SIZE, f"order.currency_type is {order['currency_type']} but there is no amount")
    if unit is None and "amount" in order and "unit" not in route.defaults:
        raise Refusal(Word.AMBIGUOUS, "there is an order.amount but no order.currency_type that says what it counts")
    return of.sized(order, "amount", route, unit)


FORMAT = Format(marked=marked, token=token, read=read)
