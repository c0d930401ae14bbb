"""OctoBot's alert text: KEY=VALUE, parted by line ends, semicolons or a literal backslash-n."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from order_relay.core.alert import Alert, refuse_credentials
from order_relay.core.chain import refuse_contradiction
from order_relay.core.money import floor_to, plain, ratio
from order_relay.core.order import Action, Leg, OrderType, Unit
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.core.symbol import Market
from order_relay.core.take_profits import Share, total
from order_relay.formats import fields as of
from order_relay.formats.fields import Fields
from order_relay.formats.format import Format

NAME = "octobot"
_SEPARATOR = re.compile(r";|\\n|\r?\n")
_TAKE = re.compile(r"TAKE_PROFIT_PRICE(?:_[0-9]{1,4})?")
_RATIO = re.compile(r"TAKE_PROFIT_VOLUME_RATIO(?:_[0-9]{1,4})?")
_FINEST = Decimal("1e-24")
_COMMON = frozenset({"TOKEN", "EXCHANGE", "TRADING_TYPE", "SYMBOL", "SIGNAL", "TAG"})
_ORDER = _COMMON | {
    "ORDER_TYPE", "VOLUME", "PRICE", "STOP_PRICE", "REDUCE_ONLY", "LEVERAGE", "ALLOW_HOLDINGS_ADAPTATION",
}  # fmt: skip
_SIGNALS = {"buy": Action.BUY, "sell": Action.SELL, "cancel": Action.CANCEL_ALL}
_MARKETS = {"spot": Market.SPOT, "future": Market.PERP}
_TYPES = {"market": OrderType.MARKET, "limit": OrderType.LIMIT, "stop": OrderType.STOP}
_VOLUMES = (
    ("a%", Unit.PERCENT_AVAILABLE),
    ("s%", Unit.PERCENT_EQUITY),
    ("%", Unit.PERCENT_EQUITY),
    ("q", Unit.QUOTE),
    ("", Unit.BASE),
)
"""What follows a volume's number, by OctoBot's orders amount syntax; a spot account's equity is its symbol's coins."""


def marked(body: Any) -> bool:
    names = {name for name, _, _ in _parts(body)} if isinstance(body, str) else set()
    return {"SIGNAL", "SYMBOL"} <= names


def token(body: Any) -> str | None:
    parts = _parts(body) if isinstance(body, str) else iter(())
    return next((value for name, _, value in parts if name == "TOKEN"), None) or None


def read(body: Any, route: Route) -> Alert:
    """Read one order or cancel; raises Refusal naming the key and the limit."""
    fields = _fields(body)
    if "SIGNAL" not in fields:
        raise Refusal(Word.NOT_AN_ORDER, "the body has no SIGNAL=BUY, SIGNAL=SELL or SIGNAL=CANCEL")
    of.readable(fields, ("LEVERAGE",))
    refuse_credentials(fields)
    action = of.word(fields, "SIGNAL", _SIGNALS) or Action.CANCEL_ALL
    symbol, market, sent = of.instrument(
        fields, route, "SYMBOL", stated_market=of.word(fields, "TRADING_TYPE", _MARKETS)
    )
    leg = Leg(action, symbol, market, sent, ref=of.ref(fields, "TAG"))
    if action is Action.CANCEL_ALL:
        return Alert((_cancel(fields, leg),), format=NAME)
    return _order(fields, leg, route)


def _parts(text: str) -> Iterator[tuple[str, str, str]]:
    """Every part of the text as name, equals sign and value."""
    for part in _SEPARATOR.split(text):
        if part.strip():
            name, equals, value = part.partition("=")
            yield name.strip(), equals, value.strip()


def _fields(body: Any) -> dict[str, str]:
    if not isinstance(body, str):
        raise Refusal(Word.NOT_AN_ORDER, "an alert is a text of KEY=VALUE lines with SYMBOL and SIGNAL")
    fields: dict[str, str] = {}
    for index, (name, equals, value) in enumerate(_parts(body), 1):
        if not equals:
            word = Word.UNSUPPORTED if fields else Word.NOT_AN_ORDER
            raise Refusal(word, f"part {index} of the body is not KEY=VALUE; take it out")
        if name in fields:
            raise Refusal(Word.AMBIGUOUS, f"{name[:40]!a} is there twice; state it once")
        fields[name] = value
    return fields


def _cancel(fields: Fields, leg: Leg) -> Leg:
    """All orders of the symbol, or those with the tag."""
    if "PARAM_SIDE" in fields:
        raise Refusal(Word.UNSUPPORTED, "PARAM_SIDE cancels one side; the relay cancels by TAG, or all of a symbol")
    of.only(fields, _COMMON, "with SIGNAL=CANCEL")
    return replace(leg, action=Action.CANCEL) if leg.ref else leg


def _order(fields: Fields, leg: Leg, route: Route) -> Alert:
    targets = [name for name in fields if _TAKE.fullmatch(name)]
    of.only(fields, {*_ORDER, *targets, *filter(_RATIO.fullmatch, fields)}, "to this format")
    if of.flag(fields, "ALLOW_HOLDINGS_ADAPTATION"):
        raise Refusal(Word.UNSUPPORTED, "ALLOW_HOLDINGS_ADAPTATION would shrink the order; leave it out")
    kind = of.word(fields, "ORDER_TYPE", _TYPES) or OrderType.MARKET
    reducing = of.flag(fields, "REDUCE_ONLY")
    if reducing and "VOLUME" not in fields:
        raise Refusal(Word.MISSING_SIZE, "REDUCE_ONLY is true but there is no VOLUME; a default size is for entries")
    quantity, unit = _volume(fields, route)
    if reducing and unit not in (Unit.BASE, Unit.CONTRACTS, Unit.PERCENT_POSITION):
        raise Refusal(
            Word.UNSUPPORTED, "VOLUME must be a plain number with REDUCE_ONLY, not a percent or an amount of money"
        )
    leg = replace(
        leg,
        type=kind,
        quantity=quantity,
        unit=unit,
        price=_price(fields, kind),
        reduce_only=reducing,
        **_take_profits(fields, targets),
        **_stop(fields, kind),
        **of.settings(fields, route, leg.market, "LEVERAGE"),
    )
    refuse_contradiction(leg)
    unused = kind is OrderType.MARKET and "PRICE" in fields
    return Alert((leg,), format=NAME, notes=("ORDER_TYPE is MARKET: PRICE is not used",) if unused else ())


def _volume(fields: Fields, route: Route) -> tuple[Decimal, Unit]:
    told = fields.get("VOLUME")
    if told is None:
        return of.sized(fields, "VOLUME", route)
    if told.endswith("t%"):
        raise Refusal(Word.UNSUPPORTED, "VOLUME in t% counts pairs the relay does not know; use s%, a% or %")
    suffix, unit = next(one for one in _VOLUMES if told.endswith(one[0]))
    return of.sized({"VOLUME": told.removesuffix(suffix)}, "VOLUME", route, unit)


def _level(fields: Fields, name: str) -> Decimal | None:
    """A price; OctoBot's offsets from the current one are refused, because only the exchange knows that."""
    if str(fields.get(name, "")).endswith(("%", "d")):
        raise Refusal(Word.UNSUPPORTED, f"{name} is an offset from the current price; send the price itself")
    return of.price(fields, name)


def _price(fields: Fields, kind: OrderType) -> Decimal | None:
    """Of a limit; a market order that says so itself carries it for reference."""
    if kind is OrderType.LIMIT and "PRICE" not in fields:
        raise Refusal(Word.AMBIGUOUS, "ORDER_TYPE is LIMIT but there is no PRICE")
    if kind is not OrderType.LIMIT and "PRICE" in fields and not (kind is OrderType.MARKET and "ORDER_TYPE" in fields):
        raise Refusal(Word.AMBIGUOUS, "there is a PRICE but ORDER_TYPE is not LIMIT; say which is meant")
    return _level(fields, "PRICE") if kind is OrderType.LIMIT else None


def _stop(fields: Fields, kind: OrderType) -> dict[str, Any]:
    """The trigger of a stop order, or the stop-loss that comes with another."""
    level = _level(fields, "STOP_PRICE")
    if kind is OrderType.STOP and level is None:
        raise Refusal(Word.AMBIGUOUS, "ORDER_TYPE is STOP but there is no STOP_PRICE")
    return {"trigger_price": level} if kind is OrderType.STOP else {"stop_loss": level}


def _take_profits(fields: Fields, targets: list[str]) -> dict[str, Any]:
    """One level, or several in the order of their numbers, each for the share that its ratio states."""
    ratios = [name for name in fields if _RATIO.fullmatch(name)]
    if len(targets) > 1:
        names = sorted(targets, key=_number)
        parts = zip(names, _shares(fields, names, ratios), strict=True)
        return of.take_profits([Share(share, _level(fields, name)) for name, share in parts], "TAKE_PROFIT_PRICE")
    for name in ratios:
        if not targets:
            raise Refusal(Word.UNSUPPORTED, f"{name} belongs to no take-profit; take it out")
        if of.price(fields, name) != 1:
            raise Refusal(Word.UNSUPPORTED, f"{name} must be 1; the one take-profit closes everything")
    return {"take_profit": _level(fields, targets[0])} if targets else {}


def _number(name: str) -> int:
    """The number of a take-profit; the first one may have none."""
    return int(name.removeprefix("TAKE_PROFIT_PRICE").removeprefix("_") or -1)


def _shares(fields: Fields, targets: list[str], ratios: list[str]) -> list[Decimal]:
    """A ratio for every take-profit, or none: then the entry is parted evenly (docs octobot-interfaces/tradingview).

    Ratios carry the numbers of the prices, or count from 1 where the first price has none, as in the example there.
    """
    if not ratios:
        return _evenly(len(targets))
    counted = [f"TAKE_PROFIT_VOLUME_RATIO_{place}" for place in range(1, len(targets) + 1)]
    named = [name.replace("PRICE", "VOLUME_RATIO") for name in targets]
    in_a_row = [_number(name) for name in targets] == [-1, *range(1, len(targets))]
    names = counted if in_a_row and set(ratios) == set(counted) else named
    found = [of.share(fields, name, Decimal(1)) for name in names]
    for name in ratios:
        if name not in names:
            raise Refusal(Word.UNSUPPORTED, f"{name} belongs to no take-profit; take it out")
    if total(found) != 1:
        told = f"TAKE_PROFIT_VOLUME_RATIO adds up to {plain(total(found))}"
        raise Refusal(Word.AMBIGUOUS, f"{told}; state fractions of the entry that add up to 1")
    return found


def _evenly(count: int) -> list[Decimal]:
    first = [floor_to(ratio(Decimal(1), Decimal(count)), _FINEST)] * (count - 1)
    return [*first, 1 - total(first)]


FORMAT = Format(opened=of.opened_text, marked=marked, token=token, read=read)
