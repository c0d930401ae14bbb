"""What the two formats of OKX's signal bots share: the token, the age limit and the sizes."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from order_relay.core.alert import refuse_credentials
from order_relay.core.money import plain, product
from order_relay.core.order import Leg, Unit
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.core.symbol import Market
from order_relay.formats import fields as of
from order_relay.formats.fields import Fields
from order_relay.formats.strategy import Size

ENVELOPE = frozenset({"action", "instrument", "signalToken", "timestamp", "maxLag", "investmentType", "amount"})
NUMBERS = ("maxLag", "amount")
UNITS: Mapping[str, Unit | None] = {
    "base": Unit.BASE,
    "contract": Unit.CONTRACTS,
    "margin": Unit.COLLATERAL,
    "percentage_balance": Unit.PERCENT_AVAILABLE,
    "percentage_position": Unit.PERCENT_POSITION,
    "percentage_investment": None,
}


def token(body: Any) -> str | None:
    value = body.get("signalToken") if isinstance(body, Mapping) else None
    return value if isinstance(value, str) else None


def opened_fields(body: Any, numbers: tuple[str, ...]) -> tuple[Fields, int | None]:
    """The stated fields and the time of firing, once everything in them can be read."""
    if not isinstance(body, Mapping) or body.get("action") is None:
        raise Refusal(Word.NOT_AN_ORDER, "the body is no JSON object with action and instrument")
    fields = of.stated(body)
    of.readable(fields, numbers)
    fired_ms = of.time(fields, "timestamp")
    refuse_credentials(body, own={"signalToken"})
    return fields, fired_ms


def invested(fields: Fields) -> Unit | None:
    """What `amount` counts, if the alert says so."""
    unit = of.word(fields, "investmentType", UNITS)
    if unit is None and "investmentType" in fields:
        detail = "investmentType percentage_investment counts a signal bot's funds, and the relay has none"
        raise Refusal(Word.UNSUPPORTED, f"{detail}; send base, contract, margin or percentage_balance")
    return unit


def sized(fields: Fields, leg: Leg, route: Route) -> Size:
    """The size of an order, from the alert or the route's default."""
    unit = invested(fields)
    if "amount" not in fields and unit is not None:
        raise Refusal(Word.MISSING_SIZE, f"investmentType is {fields['investmentType']} but there is no amount")
    if "amount" in fields and unit is None and "unit" not in route.defaults:
        raise Refusal(Word.AMBIGUOUS, "there is an amount but no investmentType that says what it counts")
    if unit is Unit.PERCENT_POSITION:
        raise Refusal(Word.UNSUPPORTED, "investmentType percentage_position goes with EXIT_LONG and EXIT_SHORT")
    quantity, unit = of.sized(fields, "amount", route, unit)
    return _levered(quantity, unit, leg, route) if "investmentType" in fields else (quantity, unit)


def _levered(quantity: Decimal, unit: Unit, leg: Leg, route: Route) -> Size:
    """What an amount of margin, or a percent of the balance as margin, comes to on the leg's market."""
    if unit is Unit.PERCENT_AVAILABLE and quantity > of.HUNDRED:
        raise Refusal(Word.LIMIT, f"amount is {plain(quantity)} percent of the balance; at most 100 can be used")
    if leg.market is not Market.PERP:
        return quantity, Unit.QUOTE if unit is Unit.COLLATERAL else unit
    times = of.leverage({}, route)
    if unit is Unit.PERCENT_AVAILABLE and times is not None:
        quantity = product(quantity, times)
    return quantity, unit
