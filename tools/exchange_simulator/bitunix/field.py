"""Request fields with their JSON types: the two products refuse a wrong one with their own code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tools.exchange_simulator.number import is_integer, read_decimal
from tools.exchange_simulator.order import Refusal


@dataclass(frozen=True)
class Fields:
    """A JSON object (or a decoded query) and the code that refuses what is wrong with it."""

    body: Mapping[str, Any]
    code: str
    message: str

    def wrong(self) -> Refusal:
        return Refusal(self.code, self.message)

    def text(self, name: str) -> str:
        """Read an optional string."""
        value = self.body.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self.wrong()
        return value

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise self.wrong()
        return value

    def choice(self, name: str, allowed: Sequence[str], default: str = "") -> str:
        value = self.text(name) or default
        if value not in allowed:
            raise self.wrong()
        return value

    def positive(self, name: str) -> Decimal:
        """Read a decimal STRING above zero."""
        value = read_decimal(self.body.get(name))
        if value is None or value <= 0:
            raise self.wrong()
        return value

    def optional_positive(self, name: str) -> Decimal | None:
        return self.positive(name) if self.body.get(name) is not None else None

    def flag(self, name: str) -> bool:
        value = self.body.get(name, False)
        if not isinstance(value, bool):
            raise self.wrong()
        return value

    def number(self, name: str, allowed: Sequence[int]) -> int:
        """Read a JSON integer out of a few."""
        value = self.body.get(name)
        if not is_integer(value) or value not in allowed:
            raise self.wrong()
        return value

    def count(self, name: str, default: int) -> int:
        """Read a whole number that may be a JSON integer or, in a query, digits."""
        value = self.body.get(name)
        if value is None or value == "":
            return default
        if not str(value).isdecimal():
            raise self.wrong()
        return int(str(value))

    def rows(self, name: str) -> list[Fields]:
        """Read a non-empty list of objects."""
        found = self.body.get(name)
        if not isinstance(found, list) or not found:
            raise self.wrong()
        return [self._child(row) for row in found]

    def _child(self, row: object) -> Fields:
        if not isinstance(row, dict):
            raise self.wrong()
        return Fields(row, self.code, self.message)


def spot_fields(body: Any) -> Fields:
    return _fields(body, "2", "result.parameter.error")


def futures_fields(body: Any) -> Fields:
    return _fields(body, "10002", "Parameter Error")


def _fields(body: Any, code: str, message: str) -> Fields:
    if not isinstance(body, Mapping):
        raise Refusal(code, message)
    return Fields(body, code, message)
