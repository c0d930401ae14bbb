"""PineConnector's comma-separated text, `license,command,symbol[,name=value...]`; only a route can tell that it is."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from order_relay.core.alert import Alert
from order_relay.core.chain import refuse_contradiction
from order_relay.core.order import Action, Leg, OrderType, PositionSide, Unit
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.core.symbol import Market
from order_relay.formats import fields as of
from order_relay.formats.fields import Fields
from order_relay.formats.format import Format
from order_relay.formats.native import control
from order_relay.formats.strategy import refuse_short_on_spot

NAME = "pineconnector"
_ENTRIES: Mapping[str, tuple[Action, OrderType]] = {
    **dict.fromkeys(("buy", "long", "bull", "bullish"), (Action.BUY, OrderType.MARKET)),
    **dict.fromkeys(("sell", "short", "bear", "bearish"), (Action.SELL, OrderType.MARKET)),
    "buylimit": (Action.BUY, OrderType.LIMIT),
    "selllimit": (Action.SELL, OrderType.LIMIT),
    "buystop": (Action.BUY, OrderType.STOP),
    "sellstop": (Action.SELL, OrderType.STOP),
}
_EXITS: Mapping[str, PositionSide | None] = {
    "closelong": PositionSide.LONG,
    "closeshort": PositionSide.SHORT,
    "closelongshort": None,
}
_SHORT = frozenset({"short", "bear", "bearish"})
_NOT_DONE = frozenset(
    {
        "cancellong", "cancelshort", "closeall", "closelongpct", "closeshortpct", "closelongvol", "closeshortvol",
        "newsltplong", "newsltpshort",
    }
)  # fmt: skip
"""Commands that may be repeated in a refusal: any other word could be the license."""
_SWITCHES = {"eaoff": Action.HALT, "eaon": Action.RESUME}
_WORDLESS = frozenset({"comment", "secret"})
"""Parameters that never change the trade; the license in front is what authenticates."""
_ENTRY = _WORDLESS | {"risk", "sl", "tp", "sl_price", "tp_price", "sl_pct", "tp_pct"}


def opened(body: bytes) -> str:
    """The body as text, without the mark and the line end that some senders add."""
    try:
        return body.decode("utf-8-sig").strip()
    except UnicodeDecodeError as exc:
        raise Refusal(Word.INVALID_JSON, f"the body is not UTF-8 at byte {exc.start}") from None


def token(body: Any) -> str | None:
    """The license, if it is followed by a command."""
    if not isinstance(body, str) or "," not in body:
        return None
    return body.partition(",")[0].strip() or None


def read(body: Any, route: Route) -> Alert:
    """Read one line; raises Refusal naming the parameter and the limit."""
    parts = [part.strip() for part in body.split(",")] if isinstance(body, str) else []
    if len(parts) < 2:
        raise Refusal(Word.NOT_AN_ORDER, "the body is not a line such as license,buy,BTCUSDT,risk=0.01")
    if "\n" in body or "\r" in body:
        raise Refusal(Word.UNSUPPORTED, "the body has more than one line; send one alert per command")
    return Alert((_leg(parts[1], parts[2:], route),), format=NAME)


def _leg(command: str, rest: list[str], route: Route) -> Leg:
    said = command.lower() if command.isascii() else ""
    if said in _SWITCHES:
        return _switch(said, rest, route)
    if said not in _ENTRIES and said not in _EXITS:
        known = ", ".join([*_ENTRIES, *_EXITS, *_SWITCHES])
        told = f"is {said}" if said in _NOT_DONE else "behind the license is none"
        raise Refusal(Word.UNSUPPORTED, f"the command {told}; this version knows {known}")
    fields = _parameters(rest)
    symbol, market, sent = of.instrument(fields, route)
    refuse_short_on_spot(Leg(Action.SELL, symbol, market, sent), PositionSide.SHORT if said in _SHORT else None)
    if said in _EXITS:
        of.only(fields, _WORDLESS | {"symbol"}, f"with {said}")
        return _exit(Leg(Action.CLOSE, symbol, market, sent, position_side=_EXITS[said]))
    action, kind = _ENTRIES[said]
    return _entry(fields, Leg(action, symbol, market, sent, type=kind), route)


def _switch(said: str, rest: list[str], route: Route) -> Leg:
    """Documented as license,eaoff,eaoff: the word stands in the symbol's place too."""
    if rest and rest != [said]:
        raise Refusal(Word.AMBIGUOUS, f"{said} is for the whole route; write license,{said},{said}")
    return control(_SWITCHES[said], route)


def _parameters(rest: list[str]) -> dict[str, str]:
    """The symbol and the parameters behind it, each stated once; no refusal repeats what may be the license."""
    fields: dict[str, str] = {}
    if rest and "=" not in rest[0]:
        fields["symbol"] = rest.pop(0)
    if fields.get("symbol", "").isdigit():
        raise Refusal(Word.UNSUPPORTED, "the symbol is a number; a line is license,command,symbol")
    for place, part in enumerate(rest, 3 + len(fields)):
        name, equals, value = part.partition("=")
        name = name.strip().lower()
        if not equals:
            raise Refusal(Word.UNSUPPORTED, f"part {place} of the line is not a parameter such as risk=0.01")
        if name in fields:
            raise Refusal(Word.AMBIGUOUS, f"the parameter {name[:40]!a} is there twice")
        fields[name] = value.strip()
    return fields


def _exit(leg: Leg) -> Leg:
    if leg.market is not Market.SPOT:
        return leg
    if leg.position_side is PositionSide.SHORT:
        raise Refusal(Word.UNSUPPORTED, "the command is closeshort, but a spot market holds no short position")
    return replace(leg, position_side=None)


def _entry(fields: Fields, leg: Leg, route: Route) -> Leg:
    waits = leg.type is not OrderType.MARKET
    if waits and "price" in fields:
        raise Refusal(Word.AMBIGUOUS, "price may count pips, percents or a price; write entry_price for a price")
    of.only(fields, _ENTRY | {"symbol"} | ({"entry_price"} if waits else set()), "with this command")
    quantity, unit = of.sized(fields, "risk", route, _risk_unit(fields, route))
    entry = of.price(fields, "entry_price")
    if waits and entry is None:
        raise Refusal(Word.AMBIGUOUS, "a pending order needs entry_price")
    leg = replace(
        leg,
        quantity=quantity,
        unit=unit,
        price=entry if leg.type is OrderType.LIMIT else None,
        trigger_price=entry if leg.type is OrderType.STOP else None,
        **_protection(fields, route),
        **of.settings({}, route, leg.market),
    )
    refuse_contradiction(leg)
    return leg


def _risk_unit(fields: Fields, route: Route) -> Unit | None:
    """What `risk` counts is a setting at the receiver, so the route must say it."""
    stated = route.options.get("size_unit")
    if "risk" in fields and stated is None:
        raise Refusal(Word.AMBIGUOUS, "risk may count lots, money or percents; set the route's option 'size_unit'")
    if stated == Unit.PERCENT_POSITION:
        raise Refusal(Word.UNSUPPORTED, "risk of an entry cannot be a percent of the position; change 'size_unit'")
    return None if stated is None else Unit(stated)


def _protection(fields: Fields, route: Route) -> dict[str, Any]:
    """Take-profit and stop-loss: sl and tp count what the route says, the longer names what they say themselves."""
    for end in ("sl", "tp"):
        named = of.stated(fields, end, f"{end}_price", f"{end}_pct")
        if len(named) > 1:
            raise Refusal(Word.AMBIGUOUS, f"{' and '.join(named)} are both there; keep one of them")
    found = of.protection(fields, route, "tp", "sl")
    named = {
        "take_profit": of.price(fields, "tp_price"),
        "stop_loss": of.price(fields, "sl_price"),
        "take_profit_rate": of.fraction(fields, "tp_pct"),
        "stop_loss_rate": of.fraction(fields, "sl_pct"),
    }
    return {**found, **of.stated(named)}


FORMAT = Format(opened=opened, token=token, read=read)
