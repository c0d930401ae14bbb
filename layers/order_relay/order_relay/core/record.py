"""The journal record of one exchange order or one cancel, and the only ways its state may move."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from order_relay.core.order import Plan

HISTORY_KEPT = 50
SPREAD_MS = 3_000
UNKNOWN_OUTCOME = "outcome unknown"


class State(StrEnum):
    RECEIVED = "received"
    SENDING = "sending"
    UNKNOWN = "unknown"
    PLACED = "placed"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    PARKED = "parked"

    @property
    def terminal(self) -> bool:
        return self not in (State.RECEIVED, State.SENDING, State.UNKNOWN)


_OVER = frozenset({State.REJECTED, State.EXPIRED, State.CANCELLED})
_ENDS = frozenset({State.PLACED, State.REJECTED, State.EXPIRED, State.CANCELLED, State.PARKED})
MOVES: dict[State, frozenset[State]] = {
    State.RECEIVED: _ENDS - {State.PLACED} | {State.SENDING},
    State.SENDING: _ENDS | {State.SENDING, State.UNKNOWN},
    State.UNKNOWN: _ENDS | {State.SENDING, State.UNKNOWN},
    State.PLACED: frozenset({State.PLACED, State.CANCELLED, State.REJECTED}),
    State.REJECTED: frozenset(),
    State.EXPIRED: frozenset(),
    State.CANCELLED: frozenset(),
    State.PARKED: _ENDS,
}


class IllegalMove(Exception):
    """A record was asked to leave a state by a way that does not exist."""


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """When an order was asked for, to compare it with cancels and later orders: acceptance time, then leg."""

    accepted_at_ms: int
    leg: int

    def superseded(self, newest: "Key | None") -> bool:
        """True if the newest alert that was sent is younger by more than webhooks running side by side can differ."""
        return newest is not None and newest.accepted_at_ms - self.accepted_at_ms > SPREAD_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One exchange order (or cancel) from first delivery to its end; every change goes through `moved`.

    environment   where attempts were sent: live or demo
    stamp_ms      signed exchange time of the newest attempt; valid while `outstanding`
    taken_ms      exchange time at which the exchange had certainly accepted the order
    seen_ms       exchange time at which a fill of it was last seen to be larger than before
    outstanding   an attempt may have reached the exchange and its fate is not known yet
    closed        nothing of it can be open at the exchange any more
    asked         of a cancel: the exchange order ids it has asked to cancel so far
    unconfirmed   the exchange accepted the order, the follow-up query has not shown its fate yet
    """

    order_id: str
    alert_id: str
    firing_ms: int
    leg: int
    step: int
    action: str
    ref: str | None
    route: str
    account: str
    exchange: str
    market: str
    symbol: str
    side: str | None
    type: str
    quantity: str | None
    quantity_unit: str | None
    price: str | None
    accepted_at_ms: int
    sha256: str
    state: State = State.RECEIVED
    exchange_order_id: str | None = None
    filled_quantity: str | None = None
    average_price: str | None = None
    attempts: int = 0
    placed_at_ms: int | None = None
    reason: str | None = None
    history: tuple[Mapping[str, Any], ...] = ()
    plan: Mapping[str, Any] | None = None
    environment: str | None = None
    stamp_ms: int = 0
    taken_ms: int = 0
    seen_ms: int = 0
    outstanding: bool = False
    unconfirmed: bool = False
    closed: bool = False
    replanned: bool = False
    denied: str | None = None
    asked: tuple[str, ...] = ()
    version: int = field(default=0, compare=False)

    @property
    def doubtful(self) -> bool:
        """True if the order may be live at the exchange although nobody could say so."""
        return (self.reason or "").startswith(UNKNOWN_OUTCOME)

    @property
    def key(self) -> Key:
        return Key(self.firing_ms, self.leg)

    @property
    def concrete(self) -> Plan | None:
        return Plan.from_json(self.plan) if self.plan else None

    def moved(self, state: State, at_ms: int, note: str = "", **changes: Any) -> "Record":
        """Return the record in its next state, with a line of history; raises IllegalMove."""
        if state is not self.state and state not in MOVES[self.state]:
            raise IllegalMove(f"{self.state.value} -> {state.value}")
        if state.terminal and state is not State.PLACED and note:
            changes.setdefault("reason", note)
        changes.setdefault("closed", state in _OVER or (state is self.state and self.closed))
        return replace(self, state=state, history=self._told(state, at_ms, note), **changes)

    def _told(self, state: State, at_ms: int, note: str) -> tuple[Mapping[str, Any], ...]:
        line = {"at_ms": at_ms, "state": state.value, "note": note}
        last = self.history[-1] if self.history else None
        if last and (last["state"], last["note"]) == (line["state"], line["note"]):
            return self.history
        return (*self.history[-(HISTORY_KEPT - 1) :], line)

    def to_json(self) -> dict[str, Any]:
        data = asdict(self)
        data.pop("version")
        return {**data, "state": self.state.value, "history": [dict(line) for line in self.history]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any], version: int) -> "Record":
        history = tuple(data["history"])
        return cls(**{**data, "state": State(data["state"]), "history": history, "version": version})


PUBLIC = (
    "order_id", "alert_id", "firing_ms", "action", "ref", "route", "account", "exchange", "market", "symbol", "side",
    "type", "quantity", "quantity_unit", "price", "state", "exchange_order_id", "filled_quantity", "average_price",
    "attempts", "accepted_at_ms", "placed_at_ms", "reason", "history",
)  # fmt: skip


def public(data: Mapping[str, Any]) -> dict[str, Any]:
    """Show a stored record as `GET /orders` does: every field present, nothing internal."""
    return {name: data[name] for name in PUBLIC}
