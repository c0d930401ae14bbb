"""The Hacking the Markets alert: a passphrase, and an object `strategy` with an order and the position around it."""

from collections.abc import Mapping
from typing import Any

from order_relay.core.alert import Alert, refuse_credentials
from order_relay.core.money import number
from order_relay.core.order import Leg, Unit
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.core.strict_json import Number, load
from order_relay.formats import fields as of
from order_relay.formats.fields import Fields
from order_relay.formats.format import Format
from order_relay.formats.strategy import Sizing, Stand, ordered, stand, told

_TOP = frozenset({"passphrase", "time", "exchange", "ticker", "bar", "strategy"})
_SIZE = "order_contracts"
_SIZES = (_SIZE, "position_size", "market_position_size", "prev_market_position_size")
_STRATEGY = frozenset(
    {"order_action", "order_price", "order_id", "comment", "market_position", "prev_market_position", *_SIZES}
)


def opened(body: bytes) -> Any:
    """Decode JSON, once more if the template was a JSON text that holds the JSON."""
    value = load(body)
    quoted = isinstance(value, str) and not isinstance(value, Number)
    return load(value.encode()) if quoted else value


def marked(body: Any) -> bool:
    strategy = body.get("strategy") if isinstance(body, Mapping) else None
    return isinstance(strategy, Mapping) and "passphrase" in body and "order_action" in strategy


def token(body: Any) -> str | None:
    value = body.get("passphrase") if isinstance(body, Mapping) else None
    return value if isinstance(value, str) else None


def read(body: Any, route: Route) -> Alert:
    """Read one order of a strategy: an order, a close when it goes flat, a target when it changes sides."""
    if not isinstance(body, Mapping) or not isinstance(body.get("strategy"), Mapping):
        raise Refusal(Word.NOT_AN_ORDER, "the body has no object 'strategy' with order_action and order_contracts")
    fields, strategy = of.stated(body), of.stated(body["strategy"])
    of.readable(strategy, _SIZES)
    fired_ms = of.time(fields)
    refuse_credentials(body, own={"passphrase"})
    of.only(fields, _TOP, "in this format")
    of.only(strategy, _STRATEGY, "in 'strategy'")
    notes = ("strategy.order_price is a reference only",) if "order_price" in strategy else ()
    return Alert((_leg(fields, strategy, route),), time_ms=fired_ms, format="hackingthemarkets", notes=notes)


def _leg(fields: Fields, strategy: Fields, route: Route) -> Leg:
    leg = Leg(ordered(strategy, "order_action"), *of.instrument(fields, route, "ticker"))
    before = stand(strategy, "prev_market_position", "prev_market_position_size")
    sizing = Sizing(_SIZE in strategy, lambda: of.sized(strategy, _SIZE, route, Unit.BASE))
    return told(leg, before, _after(strategy), sizing, route)


def _after(strategy: Fields) -> Stand | None:
    """Where the strategy stands after the order; the signed position_size must say the same as market_position."""
    said = stand(strategy, "market_position", "market_position_size")
    if "position_size" not in strategy:
        return said
    signed = Stand.of(number(strategy["position_size"], "position_size"))
    if said is not None and (said.side is not signed.side or said.size not in (None, signed.size)):
        detail = "strategy.position_size and market_position with market_position_size name different positions"
        raise Refusal(Word.AMBIGUOUS, f"{detail}; send TradingView's own values or leave position_size out")
    return signed


FORMAT = Format(opened=opened, marked=marked, token=token, read=read)
