"""Symbols: every usual spelling of an instrument becomes one canonical name and a market."""

import re
from dataclasses import dataclass
from enum import StrEnum

from order_relay.core.refusal import Refusal, Word


class Market(StrEnum):
    """What kind of instrument a symbol names."""

    SPOT = "spot"
    PERP = "perp"
    OPTION = "option"


@dataclass(frozen=True, slots=True)
class Symbol:
    """A canonical instrument: `BTCUSDT` on a market, whatever the alert's spelling was."""

    name: str
    market: Market


QUOTES = (
    "FDUSD",
    "USDT",
    "USDC",
    "TUSD",
    "USDE",
    "USD",
    "EUR",
    "GBP",
    "TRY",
    "BRL",
    "AUD",
    "JPY",
    "DAI",
    "BTC",
    "ETH",
    "BNB",
    "OKB",
)
_CHARACTERS = re.compile(r"[A-Z0-9:/._-]{2,40}")
_PREFIX = re.compile(r"[A-Z0-9_]+:(?=[A-Z0-9])(?!USD[TC]?$)")
_UNIFIED = re.compile(r"([A-Z0-9]+)/([A-Z0-9]+)(?::([A-Z0-9]+))?")
_MARKED = re.compile(r"(.+?)(\.P|-SWAP|[-_]?PERP|:USD[TC]?)?")
_PAIR = re.compile(r"([A-Z0-9]+)(?:[-_]([A-Z0-9]+))?")


def read_symbol(text: str) -> tuple[str, Market | None]:
    """Return the canonical name and the market that the spelling itself states, if it states one.

    `BTC-PERP` names no quote currency: it stays BTCPERP, which `quoted` completes where a route says with what.
    Raises Refusal: `unsupported` for other characters or dated contracts, `ambiguous` for a perpetual marked `.P` or
    `-SWAP` without a quote, or with a settlement coin that is not one of its own.
    """
    upper = text.upper() if text.isascii() else ""
    if not _CHARACTERS.fullmatch(upper):
        raise Refusal(Word.UNSUPPORTED, f"symbol {text[:40]!a} is not spelled like BTCUSDT, BTC/USDT or BTCUSDT.P")
    if "/" in upper:
        return _unified(upper)
    bare = _PREFIX.sub("", upper, count=1)
    marked = _MARKED.fullmatch(bare)
    pair = _PAIR.fullmatch(marked[1]) if marked else None
    if not marked or not pair:
        raise Refusal(Word.UNSUPPORTED, f"symbol {text!a} is not a spot pair or a perpetual contract")
    name = pair[1] + (pair[2] or "")
    if marked[2] and marked[2].endswith("PERP") and split(name) is None:
        return f"{name}PERP", Market.PERP
    if marked[2] and not _quoted(name, marked[2]):
        raise Refusal(Word.AMBIGUOUS, f"symbol {text!a} names no quote currency")
    return name, Market.PERP if marked[2] else None


def quoted(name: str, quote: str | None) -> str:
    """Complete the name of a perpetual that states no quote currency."""
    unquoted = quote and name.endswith("PERP") and split(name) is None
    return f"{name.removesuffix('PERP')}{quote}" if unquoted else name


def split(name: str) -> tuple[str, str] | None:
    """Split a canonical name into base and quote by the longest known quote, or None."""
    for quote in QUOTES:
        if name.endswith(quote) and len(name) > len(quote):
            return name[: -len(quote)], quote
    return None


def _quoted(name: str, marker: str) -> bool:
    """True if a perpetual's name ends in a known quote, the same one that a marker such as `:USDT` states."""
    return split(name) is not None and (marker[0] != ":" or name.endswith(marker[1:]))


def _unified(text: str) -> tuple[str, Market | None]:
    body = text if _UNIFIED.fullmatch(text) else _PREFIX.sub("", text, count=1)
    match = _UNIFIED.fullmatch(body)
    if not match:
        raise Refusal(Word.UNSUPPORTED, f"symbol {text!a} is not spelled like BTC/USDT or BTC/USDT:USDT")
    if match[3] not in (None, match[1], match[2]):
        raise Refusal(Word.AMBIGUOUS, f"symbol {text!a} settles in {match[3]}, which is neither of its two coins")
    return match[1] + match[2], Market.PERP if match[3] else None
