"""The message between webhook and worker: canonical legs of one account, market and symbol; never the raw body."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import NoneType
from typing import Any

from order_relay.core.order import Leg

SCHEMA = 1
_MESSAGE: Mapping[str, set[type]] = {
    "alert_id": {str},
    "sha256": {str},
    "accepted_at_ms": {int},
    "fired_ms": {int},
    "once": {bool},
    "explicit": {bool},
    "route": {str},
    "account": {str},
}
_LEG: Mapping[str, set[type]] = {
    "symbol": {str},
    "sent_symbol": {str},
    "reduce_only": {bool},
    "ref": {str, NoneType},
    "order_id": {str, NoneType},
    "slippage": {str},
    "valid_for": {int},
    "index": {int},
}


class NewerSchema(Exception):
    """The message was written by a newer version; a worker of that version will understand it."""


class Unreadable(Exception):
    """The message can never be understood: poison."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Legs to execute in order. `once` marks an alert that fires only once in 30 days (explicit id or fresh time)."""

    alert_id: str
    sha256: str
    accepted_at_ms: int
    fired_ms: int
    once: bool
    explicit: bool
    route: str
    account: str
    legs: tuple[Leg, ...]

    @property
    def cancels_only(self) -> bool:
        return all(leg.action.cancels for leg in self.legs)

    def encode(self) -> str:
        data = {name: getattr(self, name) for name in self.__slots__ if name != "legs"}
        return json.dumps({"schema": SCHEMA, **data, "legs": [leg.to_json() for leg in self.legs]}, ensure_ascii=True)


def decode(text: str) -> Message:
    """Read a message; raises NewerSchema or Unreadable."""
    try:
        data = json.loads(text, parse_float=Decimal)
        schema = data["schema"]
        if isinstance(schema, int) and schema > SCHEMA:
            raise NewerSchema(f"message schema {schema}, this version reads {SCHEMA}")
        if schema != SCHEMA or not data["legs"]:
            raise ValueError("another schema, or no legs")
        return Message(**_typed(data, _MESSAGE), legs=tuple(_leg(one) for one in data["legs"]))
    except (ValueError, KeyError, TypeError, ArithmeticError, RecursionError) as exc:
        raise Unreadable(f"not a message of schema {SCHEMA}: {type(exc).__name__}") from exc


def _leg(data: Mapping[str, Any]) -> Leg:
    _typed(data, _LEG)
    leg = Leg.from_json(data)
    if any(amount is not None and amount <= 0 for amount in (leg.quantity, leg.price)):
        raise ValueError("a size and a price are more than 0")
    return leg


def _typed(data: Mapping[str, Any], types: Mapping[str, set[type]]) -> dict[str, Any]:
    """The named values, each exactly of its type (a bool is no int)."""
    for name, allowed in types.items():
        if type(data[name]) not in allowed:
            raise TypeError(name)
    return {name: data[name] for name in types}
