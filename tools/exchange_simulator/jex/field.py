"""Reading decoded form parameters; JEX's codes for what is missing or wrong (sheet section 11)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from tools.exchange_simulator.number import decimals, read_decimal
from tools.exchange_simulator.order import Refusal

Parameters = Mapping[str, str]


def required(given: Parameters, name: str) -> str:
    if name not in given:
        raise Refusal("-1102", f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")
    if not given[name]:
        raise Refusal("-1105", f"Parameter '{name}' was empty.")
    return given[name]


def choice(given: Parameters, name: str, allowed: Sequence[str], code: str = "-1100") -> str:
    value = required(given, name)
    if value not in allowed:
        raise Refusal(code, f"Invalid {name}.")
    return value


def decimal(given: Parameters, name: str, step: Decimal) -> Decimal:
    """Read a decimal with no more places than the instrument has."""
    value = read_decimal(required(given, name))
    if value is None:
        raise Refusal("-1100", f"Illegal characters found in parameter '{name}'.")
    if decimals(value) > decimals(step):
        raise Refusal("-1111", "Precision is over the maximum defined for this asset.")
    return value


def whole(given: Parameters, name: str, default: int) -> int:
    value = given.get(name, str(default))
    if not value.isdecimal():
        raise Refusal("-1100", f"Illegal characters found in parameter '{name}'.")
    return int(value)


def orders_array(given: Parameters, most: int) -> list[Mapping[str, Any]]:
    """Read ordersJsonArray: JSON text, a list of objects."""
    try:
        found = json.loads(required(given, "ordersJsonArray"))
    except ValueError as exc:
        raise Refusal("-1100", "Illegal characters found in parameter 'ordersJsonArray'.") from exc
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise Refusal("-1100", "Illegal characters found in parameter 'ordersJsonArray'.")
    if len(found) > most:
        raise Refusal("-1101", "Too many parameters sent for this endpoint.")
    return found
