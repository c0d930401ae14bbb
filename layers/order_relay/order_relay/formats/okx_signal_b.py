"""OKX signal bot, section B: enter or exit a long or a short position, from any script or by hand."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from order_relay.core.alert import Alert
from order_relay.core.chain import refuse_contradiction
from order_relay.core.money import number
from order_relay.core.order import Action, Leg, PositionSide, Unit
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.formats import fields as of
from order_relay.formats.fields import Fields
from order_relay.formats.format import Format
from order_relay.formats.okx_signal import ENVELOPE, NUMBERS, invested, opened_fields, sized, token
from order_relay.formats.strategy import configured, refuse_short_on_spot

_ACTIONS = {
    "ENTER_LONG": (Action.BUY, PositionSide.LONG),
    "ENTER_SHORT": (Action.SELL, PositionSide.SHORT),
    "EXIT_LONG": (Action.CLOSE, PositionSide.LONG),
    "EXIT_SHORT": (Action.CLOSE, PositionSide.SHORT),
}


def marked(body: Any) -> bool:
    action = body.get("action") if isinstance(body, Mapping) else None
    return isinstance(action, str) and action in _ACTIONS and "signalToken" in body


def read(body: Any, route: Route) -> Alert:
    """Read one entry or exit; an exit without an amount closes that side."""
    unset = isinstance(body, Mapping) and body.get("orderPriceOffset") == ""
    offset = () if unset else ("orderPriceOffset",)
    fields, fired_ms = opened_fields(body, (*NUMBERS, *offset))
    of.only(fields, ENVELOPE | {"orderType", "orderPriceOffset"}, "in this format")
    action, side = _action(fields)
    instrument = of.instrument(fields, route, "instrument")
    leg = Leg(action, *instrument, position_side=side, valid_for=of.seconds(fields, "maxLag"))
    _refuse_limit(fields)
    refuse_short_on_spot(leg, side)
    leg = _exit(fields, leg) if action is Action.CLOSE else _entry(fields, leg, route)
    refuse_contradiction(leg)
    return Alert((leg,), time_ms=fired_ms, format="okx_signal_b")


def _action(fields: Fields) -> tuple[Action, PositionSide]:
    said = fields["action"]
    if not isinstance(said, str) or said not in _ACTIONS:
        raise Refusal(Word.UNSUPPORTED, f"action is {str(said)[:40]!a}; this version knows {', '.join(_ACTIONS)}")
    return _ACTIONS[said]


def _refuse_limit(fields: Fields) -> None:
    """A limit of this format is an offset from the best price, which no leg can say."""
    kind = of.word(fields, "orderType", {"market": "market", "limit": "limit"}) or "market"
    if kind == "limit":
        detail = "orderType limit prices by an offset from the book; send market"
        raise Refusal(Word.UNSUPPORTED, f"{detail}, the route's limits bound its slippage")
    offset = fields.get("orderPriceOffset") or "0"
    if number(offset, "orderPriceOffset") != 0:
        raise Refusal(Word.AMBIGUOUS, "orderPriceOffset goes with orderType limit; leave it empty for market")


def _exit(fields: Fields, leg: Leg) -> Leg:
    unit = invested(fields)
    if unit is None and "amount" not in fields:
        return leg
    if unit is not Unit.PERCENT_POSITION:
        detail = "an exit takes amount with investmentType percentage_position"
        raise Refusal(Word.UNSUPPORTED, f"{detail}, or neither to close everything")
    if "amount" not in fields:
        raise Refusal(Word.MISSING_SIZE, "investmentType is percentage_position but there is no amount")
    return replace(leg, quantity=of.size(fields["amount"], "amount", unit), unit=unit)


def _entry(fields: Fields, leg: Leg, route: Route) -> Leg:
    quantity, unit = sized(fields, leg, route)
    return configured(replace(leg, quantity=quantity, unit=unit), route)


FORMAT = Format(marked=marked, token=token, read=read)
