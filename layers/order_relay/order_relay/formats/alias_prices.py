"""Order type, prices and protection of an order whose fields have known names."""

from itertools import zip_longest
from typing import Any

from order_relay.core.order import OrderType
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.core.take_profits import Share
from order_relay.formats import fields as of
from order_relay.formats.alias_words import TYPES, said
from order_relay.formats.fields import Fields

_TAKES = {
    "market": frozenset[str](),
    "limit": frozenset({"price"}),
    "stop": frozenset({"trigger_price"}),
    "stop_loss": frozenset({"trigger_price"}),
    "stop_limit": frozenset({"price", "trigger_price"}),
    "trailing": frozenset({"trail"}),
}
_KINDS = {"stop_limit": OrderType.STOP, "stop_loss": OrderType.STOP}
SEVERAL = frozenset({"take_profit", "take_profit_share"})
"""Fields of which an alert may state more than one."""
REFERENCE = "the price is a reference: the type is market"


def priced(fields: Fields, route: Route) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Type and prices; a mapped price without a type is that of a limit, next to `market` it is a reference.

    A stop-loss is a stop that only reduces.
    """
    found = {
        "price": of.price(fields, "price"),
        "trigger_price": of.price(fields, "trigger_price"),
        "trail": of.fraction(fields, "trail"),
    }
    stated = frozenset(of.stated(found))
    kind = said(fields, "type", TYPES, route) or _implied(stated)
    notes = (REFERENCE,) if kind == "market" and "price" in stated else ()
    if notes:
        found, stated = {**found, "price": None}, stated - {"price"}
    if kind is None or stated != _TAKES[kind]:
        takes = "one kind of price" if kind is None else f"{kind} takes {_listed(_TAKES[kind])}"
        raise Refusal(Word.AMBIGUOUS, f"type: {takes}, and the body states {_listed(stated)}")
    return {"type": _KINDS.get(kind) or OrderType(kind), **found, "reduce_only": kind == "stop_loss"}, notes


def _implied(stated: frozenset[str]) -> str | None:
    return next((kind for kind, takes in _TAKES.items() if takes == stated), None)


def _listed(names: frozenset[str]) -> str:
    return " and ".join(sorted(names)) or "no price"


def protected(fields: Fields, route: Route) -> dict[str, Any]:
    """Take-profit and stop-loss: a text such as `1.5%` says itself what it counts, a number asks the route.

    Several take-profits need the share of the entry that each closes.
    """
    levels, stop = _listing(fields, "take_profit"), of.stated(fields, "stop_loss")
    some = [level for level in levels if level is not None]
    parts = _listing(fields, "take_profit_share") or (_listing(route.options, "shares") if some else [])
    if len(some) < 2 and not parts:
        return _counted({**stop, "take_profit": some[0]} if some else stop, route)
    if not parts:
        detail = f"take_profit has {len(some)} steps: how much does each close?"
        raise Refusal(Word.AMBIGUOUS, f"{detail} map take_profit_share, or set the route's option 'shares'")
    steps = [
        _step(place, level, part, route)
        for place, (level, part) in enumerate(zip_longest(levels, parts), 1)
        if (level, part) != (None, None)
    ]
    return {**_counted(stop, route), **of.take_profits(steps, "take_profit")}


def _listing(fields: Fields, name: str) -> list[Any]:
    value = fields.get(name)
    return value if isinstance(value, list) else [] if value is None else [value]


def _step(place: int, level: Any, part: Any, route: Route) -> Share:
    if level is None or part is None:
        missing, told = ("take_profit", "share") if level is None else ("take_profit_share", "level")
        raise Refusal(Word.AMBIGUOUS, f"{missing} {place} is missing, and its {told} is there; send both or none")
    counted = _counted({"take_profit": level}, route)
    share = of.share({"take_profit_share": part}, "take_profit_share", of.HUNDRED)
    return Share(share, counted.get("take_profit"), counted.get("take_profit_rate"))


def _counted(said: Fields, route: Route) -> dict[str, Any]:
    percents = {name: value[:-1] for name, value in said.items() if isinstance(value, str) and value.endswith("%")}
    counted = of.protection({name: value for name, value in said.items() if name not in percents}, route)
    return {**counted, **{f"{name}_rate": of.fraction(percents, name) for name in percents}}
