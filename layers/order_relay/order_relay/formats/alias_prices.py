"""Order type, prices and protection of an order whose fields have known names."""

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
    parts = _listing(fields, "take_profit_share") or (_listing(route.options, "shares") if levels else [])
    if len(levels) < 2 and not parts:
        return _counted({**stop, "take_profit": levels[0]} if levels else stop, route)
    if not parts:
        detail = f"take_profit has {len(levels)} steps: how much does each close?"
        raise Refusal(Word.AMBIGUOUS, f"{detail} map take_profit_share, or set the route's option 'shares'")
    if len(levels) != len(parts):
        detail = f"there are {len(levels)} of take_profit and {len(parts)} shares for them"
        raise Refusal(Word.AMBIGUOUS, f"{detail}; every step needs its own")
    steps = [_step(level, part, route) for level, part in zip(levels, parts, strict=True)]
    return {**_counted(stop, route), **of.take_profits(steps, "take_profit")}


def _listing(fields: Fields, name: str) -> list[Any]:
    value = fields.get(name)
    return value if isinstance(value, list) else [] if value is None else [value]


def _step(level: Any, part: Any, route: Route) -> Share:
    told = _counted({"take_profit": level}, route)
    share = of.share({"take_profit_share": part}, "take_profit_share", of.HUNDRED)
    return Share(share, told.get("take_profit"), told.get("take_profit_rate"))


def _counted(said: Fields, route: Route) -> dict[str, Any]:
    percents = {name: value[:-1] for name, value in said.items() if isinstance(value, str) and value.endswith("%")}
    counted = of.protection({name: value for name, value in said.items() if name not in percents}, route)
    return {**counted, **{f"{name}_rate": of.fraction(percents, name) for name in percents}}
