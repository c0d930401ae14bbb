"""Strict reading of OKX request fields: numbers are JSON strings, booleans are real booleans."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from decimal import Decimal
from typing import Any

from tools.exchange_simulator.market import Market
from tools.exchange_simulator.number import read_decimal
from tools.exchange_simulator.order import Refusal
from tools.exchange_simulator.venue import Venue

INST_TYPE: Mapping[str, str] = {"spot": "SPOT", "perp": "SWAP"}
_CLIENT_ID = re.compile(r"[A-Za-z0-9]{1,32}", re.ASCII)
_TAG = re.compile(r"[A-Za-z0-9]{1,16}", re.ASCII)


def wrong(name: str) -> Refusal:
    return Refusal("51000", f"Parameter {name} error ")


def missing(name: str) -> Refusal:
    return Refusal("50014", f"Parameter {name} cannot be empty.")


def members(body: object) -> Mapping[str, Any]:
    """Insist on a JSON object."""
    if not isinstance(body, dict):
        raise Refusal("50002", "JSON syntax error")
    return body


def elements(body: object, limit: int = 20) -> list[Any]:
    """Insist on a JSON array that is neither empty nor too long."""
    if not isinstance(body, list) or not body:
        raise Refusal("50002", "JSON syntax error")
    if len(body) > limit:
        raise Refusal("51111", f"Maximum {limit} orders can be placed or cancelled in bulk")
    return body


def text(body: Mapping[str, Any], name: str, default: str = "") -> str:
    """Read an optional string; an empty one counts as missing."""
    value = body.get(name, default)
    if not isinstance(value, str):
        raise wrong(name)
    return value or default


def choice(body: Mapping[str, Any], name: str, allowed: Container[str], default: str = "") -> str:
    value = text(body, name, default)
    if value not in allowed:
        raise wrong(name)
    return value


def flag(body: Mapping[str, Any], name: str) -> bool:
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise wrong(name)
    return value


def positive(body: Mapping[str, Any], name: str) -> Decimal:
    """Read a positive decimal STRING; a JSON number is refused."""
    value = read_decimal(body.get(name))
    if value is None or value <= 0:
        raise wrong(name)
    return value


def client_id(body: Mapping[str, Any], name: str = "clOrdId") -> str | None:
    value = text(body, name)
    if value and not _CLIENT_ID.fullmatch(value):
        raise wrong(name)
    return value or None


def tag(body: Mapping[str, Any]) -> str:
    value = text(body, "tag")
    if value and not _TAG.fullmatch(value):
        raise wrong("tag")
    return value


def instrument(venue: Venue, body: Mapping[str, Any]) -> Market:
    """Find the market of instId in either product."""
    name = text(body, "instId")
    found = venue.markets.find("spot", name) or venue.markets.find("perp", name)
    if found is None:
        raise venue.rejection("unknown_symbol")
    return found
