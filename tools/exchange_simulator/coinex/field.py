"""Strict reading of CoinEx request fields; a wrong JSON type is 3639 and names no field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tools.exchange_simulator.number import is_digits, is_integer, read_decimal
from tools.exchange_simulator.order import Refusal

MARKET_TYPE: Mapping[str, str] = {"spot": "SPOT", "perp": "FUTURES"}
_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{1,32}", re.ASCII)


def invalid() -> Refusal:
    return Refusal("3639", "Invalid Parameter")


def members(body: object) -> Mapping[str, Any]:
    """Insist on a JSON object."""
    if not isinstance(body, dict):
        raise invalid()
    return body


def choice(body: Mapping[str, Any], name: str, allowed: tuple[str, ...] | Mapping[str, object]) -> str:
    value = body.get(name)
    if not isinstance(value, str) or value not in allowed:
        raise invalid()
    return value


def optional_choice(body: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> str | None:
    return None if body.get(name) is None else choice(body, name, allowed)


def check_market_type(body: Mapping[str, Any], product: str) -> None:
    choice(body, "market_type", (MARKET_TYPE[product],))


def positive(body: Mapping[str, Any], name: str) -> Decimal:
    """Read a positive decimal STRING; a JSON number is refused."""
    value = read_decimal(body.get(name))
    if value is None or value <= 0:
        raise invalid()
    return value


def identifier(value: object) -> str:
    """Read an id, which must be a JSON integer; a string is refused."""
    if not is_integer(value):
        raise invalid()
    return str(value)


def identifiers(body: Mapping[str, Any], name: str) -> list[str]:
    values = body.get(name)
    if not isinstance(values, list) or not values:
        raise invalid()
    return [identifier(value) for value in values]


def client_id(body: Mapping[str, Any], required: bool = False) -> str | None:
    value = body.get("client_id")
    if value is None and not required:
        return None
    if not isinstance(value, str) or not _CLIENT_ID.fullmatch(value):
        raise invalid()
    return value


def check_flags(body: Mapping[str, Any]) -> None:
    """Check the optional is_hide (a JSON bool) and stp_mode."""
    if not isinstance(body.get("is_hide", False), bool):
        raise invalid()
    optional_choice(body, "stp_mode", ("ct", "cm", "both"))


def positive_integer(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not is_digits(text) or int(text) == 0:
        raise invalid()
    return int(text)
