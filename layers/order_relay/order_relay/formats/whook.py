"""whook's lines of words, `account symbol command size leverage`: an order each, worked in their sequence."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from order_relay.core.alert import Alert
from order_relay.core.chain import refuse_contradiction
from order_relay.core.money import number
from order_relay.core.order import Action, Leg, OrderType, Unit
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.core.symbol import Market, read_symbol, split
from order_relay.formats import fields as of
from order_relay.formats.format import Format

NAME = "whook"
LINES_AT_MOST = 200
_TARGET = Action.TARGET
_COMMANDS = {"buy": Action.BUY, "sell": Action.SELL, "close": Action.CLOSE, "pos": _TARGET, "position": _TARGET}
_UNITS = {"$": Unit.COLLATERAL, "@": Unit.CONTRACTS, "%": Unit.PERCENT_EQUITY, "": Unit.BASE}
_FORCED = {"force_usdt": "$", "force_percent": "%"}
_LEVERAGE = re.compile(r"x[0-9.]+|[0-9.]+x")
_ACCOUNT = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
_OF_TRADING = re.compile(
    r".*(?:buy|sell|long|short|open|close|exit|enter|entry|cancel|reduce|reverse|stop|limit|market|profit|loss|trail"
    r"|leverage|margin|isolated|hedge|percent|contract|currency|quantity|amount|price|order|force|only).*"
    r"|(?:tp|sl|lev|flat|flip|cross|bclock|ioc|fok|gtc|gtd|post|maker|taker|spot|perp|swap|futures?|all|half|full|max|min"
    r"|pct|usd[tc]?|eur|btc|eth|coins?|base|quote|cash|collateral|equity|balance|lots?|units?|qty|size|risk|at|pos)"
    r"[0-9.]*"
)
"""Words that ask for something; taken for an account's name they would be ignored."""
_Words = Mapping[str, list[str]]


def read(body: Any, route: Route) -> Alert:
    """Read one order per line; raises Refusal naming the line, the word and the limit."""
    lines = enumerate(_few_enough(body.splitlines() if isinstance(body, str) else []), 1)
    found = [_line(index, line.split(), route) for index, line in lines if line.split() and line.split()[0][:2] != "//"]
    if not found:
        raise Refusal(Word.NOT_AN_ORDER, "the body has no line such as: BTCUSDT.P buy 300$ x3")
    accounts = {account for _, account in found if account}
    if len(accounts) > 1:
        raise Refusal(Word.AMBIGUOUS, "the lines name different accounts; send each account to its own route")
    notes = ["the account's word was not checked; the route has no option 'account'"] if accounts else []
    legs = tuple(leg for leg, _ in found)
    if any((leg.leverage or 0) > 1 and leg.unit is not Unit.COLLATERAL for leg in legs):
        notes.append("a leverage multiplies a size in $ only; every other size is that of the order itself")
    return Alert(legs, format=NAME, notes=tuple(notes))


def _few_enough(lines: list[str]) -> list[str]:
    """No alert has room for more orders than these, so that nobody spends a second on reading them."""
    if len(lines) > LINES_AT_MOST:
        raise Refusal(Word.TOO_MANY_ORDERS, f"{len(lines)} lines; at most {LINES_AT_MOST} are read")
    return lines


def _line(index: int, words: list[str], route: Route) -> tuple[Leg, str | None]:
    """The order of a line, and the account it names where the route does not say which one that must be."""
    own = str(route.options.get("account") or "").lower()
    try:
        kinds = _kinds([word for word in words if word.lower() != own])
        account = None if own else _account(kinds["name"], words)
        return _leg(kinds, [name for name in kinds["name"] if name != account], route), account and account.lower()
    except Refusal as refusal:
        raise Refusal(refusal.word, f"line {index}: {refusal.detail}") from None


def _kinds(words: list[str]) -> _Words:
    """The words of a line by what they are; only names may be there twice."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for word in words:
        kinds[_kind(word)].append(word)
    for kind in ("command", "size", "leverage", "limit", "cancel", "unit"):
        if len(kinds[kind]) > 1:
            raise Refusal(Word.AMBIGUOUS, f"{' and '.join(kinds[kind])[:60]!a}: there is more than one {kind}")
    if not kinds["command"] and not kinds["cancel"]:
        raise Refusal(Word.NOT_AN_ORDER, "there is no buy, sell, pos, close or cancel:id")
    return kinds


def _kind(word: str) -> str:
    lower = word.lower()
    if lower in _COMMANDS:
        return "command"
    if lower.startswith(("limit:", "cancel:")):
        return lower.partition(":")[0]
    if lower in _FORCED:
        return "unit"
    if _LEVERAGE.fullmatch(lower):
        return "leverage"
    signed = word[0] in "$@%" or word[-1] in "$@%"
    return "size" if signed or (word[0] in "+-.0123456789" and not _pair(word)) else "name"


def _pair(word: str) -> bool:
    """True if a word is spelled like an instrument: marked as a perpetual, or ending in a quote (`entry` in no TRY)."""
    try:
        canonical, market = read_symbol(word)
    except Refusal:
        return False
    return (market is not None or split(canonical) is not None) and not canonical.endswith("ENTRY")


def _account(names: list[str], words: list[str]) -> str | None:
    """The account of a line that begins with it: no word of trading, and beside it one pair."""
    others = [name for name in names if not _pair(name)]
    if len(names) != 2 or others != words[:1] or _of_trading(words[0]):
        return None
    return words[0] if _ACCOUNT.fullmatch(words[0]) else None


def _of_trading(word: str) -> bool:
    return _OF_TRADING.fullmatch(word.lower().replace("-", "").replace("_", "")) is not None


def _symbol(names: list[str]) -> dict[str, str]:
    strange = next((name for name in names if not _pair(name) and _of_trading(name)), None)
    if strange:
        told = (
            f"{strange[:40]!a} is not a word of this version; take it out, or name it in option 'account' if it is one"
        )
        raise Refusal(Word.UNSUPPORTED, told)
    if len(names) > 1:
        told = f"{', '.join(names)[:60]!a}: only one symbol fits a line; option 'account' states the account's word"
        raise Refusal(Word.AMBIGUOUS, told)
    return dict.fromkeys(("symbol",) if names else (), "".join(names))


def _leg(kinds: _Words, names: list[str], route: Route) -> Leg:
    leg = Leg(Action.CANCEL_ALL, *of.instrument(_symbol(names), route, stated_market=Market.PERP))
    if kinds["cancel"]:
        return _cancel(kinds, leg)
    leg = replace(leg, action=_COMMANDS[kinds["command"][0].lower()])
    if leg.action not in (Action.BUY, Action.SELL) and kinds["limit"]:
        raise Refusal(Word.UNSUPPORTED, f"limit goes with buy and sell, not with {kinds['command'][0]}")
    if leg.action is Action.CLOSE:
        return _close(kinds, leg)
    leg = replace(leg, **of.settings(_leverage(kinds), route, leg.market))
    leg = _target(kinds, leg) if leg.action is _TARGET else _order(kinds, leg, route)
    if leg.unit is Unit.COLLATERAL and leg.quantity and leg.leverage is None:
        raise Refusal(Word.MISSING_SIZE, "a size in $ is collateral; it needs a leverage such as x3, or a default")
    refuse_contradiction(leg)
    return leg


def _cancel(kinds: _Words, leg: Leg) -> Leg:
    if any(kinds[kind] for kind in ("command", "size", "limit", "unit")):
        raise Refusal(Word.AMBIGUOUS, "cancel stands alone with its symbol; put the order on a line of its own")
    name = kinds["cancel"][0].partition(":")[2]
    if name.lower() == "all":
        return leg
    return replace(leg, action=Action.CANCEL, ref=of.ref({"cancel": name}, "cancel"))


def _close(kinds: _Words, leg: Leg) -> Leg:
    digits, unit = _size(kinds)
    if digits is None:
        return leg
    if unit is not Unit.PERCENT_EQUITY:
        raise Refusal(Word.AMBIGUOUS, f"close takes a percent such as 33%, not {kinds['size'][0][:40]!a}")
    return replace(leg, quantity=of.size(digits, "close", Unit.PERCENT_POSITION), unit=Unit.PERCENT_POSITION)


def _order(kinds: _Words, leg: Leg, route: Route) -> Leg:
    digits, unit = _size(kinds)
    quantity, unit = of.sized({} if digits is None else {"size": digits}, "size", route, unit)
    leg = replace(leg, quantity=quantity, unit=unit)
    if not kinds["limit"]:
        return leg
    _, *parts = kinds["limit"][0].split(":")
    if len(parts) != 2 or parts[0].lower() == "all":
        raise Refusal(Word.AMBIGUOUS, "limit is written limit:id:price, with an id of its own")
    price = of.price({"limit": parts[1]}, "limit")
    return replace(leg, type=OrderType.LIMIT, ref=of.ref({"limit": parts[0]}, "limit"), price=price)


def _target(kinds: _Words, leg: Leg) -> Leg:
    """The position to hold, signed; 0 is flat."""
    digits, unit = _size(kinds)
    if digits is None:
        raise Refusal(Word.MISSING_SIZE, "pos needs the size of the position to hold; 0 is flat")
    return replace(leg, quantity=number(digits, "pos"), unit=unit)


def _size(kinds: _Words) -> tuple[str | None, Unit]:
    """The digits of a size and what its sign, or the word that stands for one, says they count."""
    word, forced = "".join(kinds["size"]), [_FORCED[said.lower()] for said in kinds["unit"]]
    if not word:
        if forced:
            raise Refusal(Word.MISSING_SIZE, f"{kinds['unit'][0]} has no size to count")
        return None, Unit.BASE
    signs = [sign for sign in "$@%" if sign in (word[0], word[-1])]
    if len({*signs, *forced}) > 1:
        raise Refusal(Word.AMBIGUOUS, f"{word[:40]!a} counts more than one thing; state the size once")
    sign = next(iter([*signs, *forced]), "")
    digits = word.removeprefix(sign) if word.startswith(sign) else word.removesuffix(sign)
    number(digits, "size")
    return digits, _UNITS[sign]


def _leverage(kinds: _Words) -> dict[str, str]:
    """xN or Nx; whook cuts fractions off, so they are refused."""
    digits = "".join(kinds["leverage"]).lower().strip("x")
    if digits and number(digits, "leverage") % 1:
        raise Refusal(Word.AMBIGUOUS, f"leverage is {digits}; it must be a whole number")
    return {"leverage": digits} if digits else {}


FORMAT = Format(opened=of.opened_text, token=lambda body: None, read=read)
