"""The operator's side of the halt switches: show them, halt, resume; a dry run unless told to apply."""

from collections.abc import Collection, Mapping
from typing import Any

from order_relay.core.ports import Register
from order_relay.core.record import Key
from order_relay.core.refusal import Refusal
from order_relay.core.symbol import Market, read_symbol
from order_relay.service.book import SYMBOL_HALT, Book
from order_relay.service.halts import EVERYTHING, Halts, of_account, of_route

AFTER_EVERY_LEG = 1_000
SCOPES = ("global", "account", "route", "symbol")


class BadCommand(Exception):
    """The operator's command cannot be carried out; the text says why."""


def switch(
    journal: Register, exchanges: Collection[str], command: Mapping[str, Any], now_ms: int, *, apply: bool
) -> dict[str, Any]:
    """Carry out {"command": halts|halt|resume, "scope": global|account|route|symbol, "name"?, "why"?}.

    A symbol is named by its partition, `exchange#account#market#SYMBOL`; a halt needs a `why`.
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
    if apply:
        _flip(journal, exchanges, str(scope), str(name), str(why) if halting else None, Key(now_ms, AFTER_EVERY_LEG))
    return {"applied": apply, "scope": scope, "name": name, "halted": halting}


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
    """The partition of a symbol in any spelling; a misspelled one would be confirmed and stop nothing."""
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
