"""OKX signal bot, section A: a Pine strategy's order with the strategy's position after and before it."""

from collections.abc import Mapping
from typing import Any

from order_relay.core.alert import Alert
from order_relay.core.order import Leg
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.formats import fields as of
from order_relay.formats.format import Format
from order_relay.formats.okx_signal import ENVELOPE, NUMBERS, opened_fields, sized, token
from order_relay.formats.strategy import Sizing, ordered, stand, told

_SIZES = ("marketPositionSize", "prevMarketPositionSize")
_KNOWN = ENVELOPE | {"id", "marketPosition", "prevMarketPosition", *_SIZES}


def marked(body: Any) -> bool:
    return isinstance(body, Mapping) and "signalToken" in body and "marketPosition" in body


def read(body: Any, route: Route) -> Alert:
    """Read one order of a strategy; `id` names the order in the script and is the same at every firing."""
    fields, fired_ms = opened_fields(body, (*NUMBERS, *_SIZES))
    of.only(fields, _KNOWN, "in this format")
    action, instrument = ordered(fields, "action"), of.instrument(fields, route, "instrument")
    asked = Leg(action, *instrument, valid_for=of.seconds(fields, "maxLag"))
    before = stand(fields, "prevMarketPosition", "prevMarketPositionSize")
    after = stand(fields, "marketPosition", "marketPositionSize")
    if after is None:
        raise Refusal(Word.AMBIGUOUS, "marketPosition is missing; without it an exit looks like an entry")
    sizing = Sizing("amount" in fields, lambda: sized(fields, asked, route), " and ".join(_SIZES))
    leg = told(asked, before, after, sizing, route)
    return Alert((leg,), time_ms=fired_ms, format="okx_signal_a")


FORMAT = Format(marked=marked, token=token, read=read)
