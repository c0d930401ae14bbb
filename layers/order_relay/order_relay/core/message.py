"""The message between webhook and worker: canonical legs of one account, market and symbol; never the raw body."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import NoneType
from typing import Any

from order_relay.core.limits import Limits
from order_relay.core.order import Action, Leg

SCHEMA = 4
READABLE = (1, 2, 3, 4)
_USUAL, _SINCE = 3, {Action.ADD: 4}
"""A message says the least schema that knows its words, so that a worker of the version before reads the others."""

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
    "valid_for": {int, NoneType},
    "exit_valid_for": {int, NoneType},
    "index": {int},
}
_WORDS = ("action", "market", "type", "unit", "time_in_force")
_POSITIVE = (
    "price", "trigger_price", "trail", "leverage", "take_profit", "stop_loss", "take_profit_rate", "stop_loss_rate",
    "max_exposure",
)  # fmt: skip


class NewerSchema(Exception):
    """The message was written by a newer version; a worker of that version will understand it."""


class Unreadable(Exception):
    """The message can never be understood: poison."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Legs to execute in order. `once` marks an alert that fires only once in 30 days (explicit id or fresh time).

    `hops` counts how often the worker put the message back at its group's tail, to let an earlier alert go first.
    """

    alert_id: str
    sha256: str
    accepted_at_ms: int
    fired_ms: int
    once: bool
    explicit: bool
    route: str
    account: str
    legs: tuple[Leg, ...]
    limits: Limits = field(default_factory=Limits)
    hops: int = 0

    @property
    def cancels_only(self) -> bool:
        """True if it opens nothing and waits for nobody: it takes the cancel lane."""
        return all(leg.action.cancels or leg.action.controls for leg in self.legs)

    def encode(self) -> str:
        data = {name: getattr(self, name) for name in _MESSAGE}
        legs, limits = [leg.to_json() for leg in self.legs], self.limits.to_json()
        schema = max(_SINCE.get(leg.action, _USUAL) for leg in self.legs)
        return json.dumps(
            {"schema": schema, **data, "hops": self.hops, "limits": limits, "legs": legs}, ensure_ascii=True
        )


def decode(text: str) -> Message:
    """Read a message; raises NewerSchema or Unreadable."""
    try:
        data = json.loads(text, parse_float=Decimal)
        schema = data["schema"]
        if isinstance(schema, int) and schema > SCHEMA:
            raise NewerSchema(f"message schema {schema}, this version reads {SCHEMA}")
        if schema not in READABLE or not data["legs"]:
            raise ValueError("another schema, or no legs")
        limits = data["limits"] if schema > 1 else data["legs"][0]
        if not isinstance(limits, dict):
            raise TypeError("limits")
        return Message(
            **_typed(data, _MESSAGE),
            **_typed({"hops": 0, **data}, {"hops": {int}}),
            legs=tuple(_leg(one) for one in data["legs"]),
            limits=Limits.from_json(limits),
        )
    except (ValueError, KeyError, TypeError, ArithmeticError, RecursionError) as exc:
        raise Unreadable(f"not a message of schema {SCHEMA}: {type(exc).__name__}") from exc


def _leg(data: Mapping[str, Any]) -> Leg:
    _typed({"exit_valid_for": None, **data}, _LEG)
    if any(data.get(name) is None for name in _WORDS):
        raise ValueError("a leg says what it does, where, as what type and counted in what")
    leg = Leg.from_json(data)
    sizes = [] if leg.action is Action.TARGET else [leg.quantity]
    if any(amount is not None and amount <= 0 for amount in (*sizes, *(getattr(leg, name) for name in _POSITIVE))):
        raise ValueError("sizes, prices and rates are more than 0")
    if any((one.price or one.rate or 0) <= 0 or one.share <= 0 for one in leg.take_profits):
        raise ValueError("take-profits have a level and a share of more than 0")
    if leg.action is Action.TARGET and leg.quantity is None:
        raise ValueError("a target has a size")
    return leg


def _typed(data: Mapping[str, Any], types: Mapping[str, set[type]]) -> dict[str, Any]:
    """The named values, each exactly of its type (a bool is no int)."""
    for name, allowed in types.items():
        if type(data[name]) not in allowed:
            raise TypeError(name)
    return {name: data[name] for name in types}
