"""The operator's side of the halt switches: show them, halt, resume; a dry run unless told to apply."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from order_relay.core.ports import Missing, Register, Unavailable
from order_relay.core.record import Key
from order_relay.core.refusal import Refusal
from order_relay.core.symbol import Market, read_symbol
from order_relay.service.book import SYMBOL_HALT, Book
from order_relay.service.halts import EVERYTHING, Halts, of_account, of_route

AFTER_EVERY_LEG = 1_000
SCOPES = ("global", "account", "route", "symbol")
Routes = Callable[[], Mapping[str, Any]]


class BadCommand(Exception):
    """The operator's command cannot be carried out; the text says why."""


def switch(
    journal: Register,
    exchanges: Collection[str],
    routes: Routes,
    command: Mapping[str, Any],
    now_ms: int,
    *,
    apply: bool,
) -> dict[str, Any]:
    """Carry out {"command": halts|halt|resume, "scope": global|account|route|symbol, "name"?, "why"?}.

    A symbol is named by its partition, `exchange#account#market#SYMBOL`; a halt needs a `why`. A halt is never refused
    for its name, but the answer's `note` says if no route knows it: a misspelled one stops nothing.
    """
    halts = Halts(journal)
    if command["command"] == "halts":
        symbols = {partition: item.data["why"] for partition, item in journal.everywhere(SYMBOL_HALT)}
        return {"applied": False, "halts": {**halts.all(), **{key: why for key, why in symbols.items() if why}}}
    scope, name, why = command.get("scope"), command.get("name"), command.get("why")
    halting = command["command"] == "halt"
    if scope not in SCOPES:
        raise BadCommand(f"scope must be one of {', '.join(SCOPES)}")
    if scope != "global" and (not isinstance(name, str) or not name):
        raise BadCommand(f"name is missing: which {scope}?")
    if halting and (not isinstance(why, str) or not why.strip()):
        raise BadCommand("why is missing: whoever looks at 3 a.m. wants to know")
    note = _unknown(routes, str(scope), _named(str(scope), str(name))) if halting and scope != "global" else ""
    if apply:
        _flip(journal, exchanges, str(scope), str(name), str(why) if halting else None, Key(now_ms, AFTER_EVERY_LEG))
    answer = {"applied": apply, "scope": scope, "name": name, "halted": halting}
    return {**answer, "note": note} if note else answer


def _named(scope: str, name: str) -> str:
    """The account or route that a scope names; of a symbol's partition the account."""
    parts = name.split("#")
    return parts[1] if scope == "symbol" and len(parts) == 4 else name


def _unknown(routes: Routes, scope: str, name: str) -> str:
    """Say so if no route has or uses this name, or if that cannot be told; a halt must always be possible."""
    try:
        found = routes()
    except (Unavailable, Missing) as exc:
        return f"the routes cannot be read now ({exc}), so nobody has checked that there is a {scope} {name!a}"
    names = set(found) if scope == "route" else {account for one in found.values() for account in _accounts(one)}
    known = f"known: {', '.join(sorted(names)) or 'none'}"
    return "" if name in names else f"no route knows the {scope} {name!a}; is it spelled right? {known}"


def _accounts(route: Any) -> list[str]:
    listed = route.get("accounts") if isinstance(route, Mapping) else None
    return [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []


def _flip(journal: Register, exchanges: Collection[str], scope: str, name: str, why: str | None, key: Key) -> None:
    halts = Halts(journal)
    if scope == "symbol":
        book = _book(journal, name, exchanges)
        if why is not None:
            book.halt(why)
        elif not book.lift():
            raise BadCommand("an order of unknown outcome stands in this symbol; settle it first")
        return
    where = {"global": EVERYTHING, "account": of_account(name), "route": of_route(name)}[scope]
    if why is not None:
        halts.halt(where, why, key)
    else:
        halts.resume(where, key)


def _book(journal: Register, partition: str, exchanges: Collection[str]) -> Book:
    """The partition of a symbol in any spelling."""
    parts = partition.split("#")
    if len(parts) != 4:
        raise BadCommand("a symbol is named as exchange#account#market#SYMBOL")
    exchange, account, market, symbol = parts
    if exchange not in exchanges:
        raise BadCommand(f"exchange must be one of {', '.join(exchanges)}, not {exchange!a}")
    if market not in list(Market):
        raise BadCommand(f"market must be one of {', '.join(Market)}, not {market!a}")
    try:
        name, form = read_symbol(symbol)
    except Refusal as refusal:
        raise BadCommand(refusal.detail) from None
    if form not in (None, Market(market)):
        raise BadCommand(f"{symbol} is a {form}, but the market says {market}")
    return Book.at(journal, f"{exchange}#{account}#{market}#{name}")
