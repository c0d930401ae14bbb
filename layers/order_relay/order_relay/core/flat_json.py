"""Flat dataclasses as JSON and back: decimals as plain text, words as they are."""

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from enum import StrEnum
from typing import Any

from order_relay.core.money import plain

_LONGEST = 90
_AMOUNTS = frozenset(
    {
        "quantity", "price", "trigger_price", "trail", "leverage", "take_profit", "stop_loss", "take_profit_rate",
        "stop_loss_rate", "max_exposure", "prev_position", "next_position", "rate", "share",
    }
)  # fmt: skip


def to_json(value: Any) -> dict[str, Any]:
    """Render a flat dataclass, with lists of such where it has them."""
    return {field.name: _json(getattr(value, field.name)) for field in fields(value)}


def from_json(
    kind: type[Any], data: Mapping[str, Any], enums: Mapping[str, type[StrEnum]], **lists: type[Any]
) -> dict[str, Any]:
    """Read what `to_json` wrote; a field that an older version did not know keeps its default.

    `lists` names the fields that are lists, and what stands in them. Raises ValueError, TypeError or ArithmeticError.
    """
    found = {field.name: data[field.name] for field in fields(kind) if field.name in data}
    return {
        name: _listed(lists[name], stored, enums) if name in lists else _value(name, stored, enums)
        for name, stored in found.items()
    }


def _listed(kind: type[Any], stored: Any, enums: Mapping[str, type[StrEnum]]) -> tuple[Any, ...]:
    if not isinstance(stored, list):
        raise TypeError("not a list")
    return tuple(kind(**from_json(kind, one, enums)) for one in stored)


def _json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, tuple):
        return [to_json(one) for one in value]
    return value.value if isinstance(value, StrEnum) else value


def _value(name: str, stored: Any, enums: Mapping[str, type[StrEnum]]) -> Any:
    if stored is None:
        return None
    if name in _AMOUNTS:
        return _amount(stored)
    return enums[name](stored) if name in enums else stored


def _amount(text: str) -> Decimal:
    """Read what `to_json` wrote, and nothing else that Decimal would take; raises ValueError or ArithmeticError."""
    if len(text) > _LONGEST:
        raise ValueError("more digits than any amount here has")
    value = Decimal(text)
    if plain(value) != text:
        raise ValueError("not a plain decimal")
    return value
