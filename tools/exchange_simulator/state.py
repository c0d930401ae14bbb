"""What an exchange remembers, with every earlier version, so that a lagging read can see the past."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Generic, TypeVar

from tools.exchange_simulator.order import ZERO, Order, Position, Stop

K = TypeVar("K")
V = TypeVar("V")


class Versions(Generic[K, V]):
    """A dictionary of immutable values that can be read as it was at an earlier moment."""

    def __init__(self) -> None:
        self._rows: dict[K, list[tuple[int, V]]] = {}

    def put(self, key: K, at_ms: int, value: V) -> None:
        self._rows.setdefault(key, []).append((at_ms, value))

    def get(self, key: K, seen_at_ms: int | None = None) -> V | None:
        return self._pick(self._rows.get(key, []), seen_at_ms)

    def values(self, seen_at_ms: int | None = None) -> list[V]:
        """Every value in order of first appearance; None = now."""
        picked = (self._pick(rows, seen_at_ms) for rows in self._rows.values())
        return [value for value in picked if value is not None]

    def copy(self) -> Versions[K, V]:
        twin: Versions[K, V] = Versions()
        twin._rows = {key: list(rows) for key, rows in self._rows.items()}
        return twin

    @staticmethod
    def _pick(rows: list[tuple[int, V]], seen_at_ms: int | None) -> V | None:
        if seen_at_ms is None:
            return rows[-1][1] if rows else None
        return next((value for at_ms, value in reversed(rows) if at_ms <= seen_at_ms), None)


PositionKey = tuple[str, str, str, str]  # account, product, symbol, position side
BalanceKey = tuple[str, str, str]  # account, wallet, asset


class State:
    """Orders, stops, positions and balances; everything `ignore` has to undo."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self.orders: Versions[str, Order] = Versions()
        self.stops: Versions[str, Stop] = Versions()
        self.positions: Versions[PositionKey, Position] = Versions()
        self.balances: Versions[BalanceKey, Decimal] = Versions()

    def save_order(self, order: Order) -> Order:
        self.orders.put(order.order_id, self._now_ms(), order)
        return order

    def save_stop(self, stop: Stop) -> Stop:
        self.stops.put(stop.stop_id, self._now_ms(), stop)
        return stop

    def save_position(self, position: Position) -> None:
        key = (position.account, position.product, position.symbol, position.position_side)
        self.positions.put(key, self._now_ms(), position)

    def position(self, key: PositionKey) -> Position:
        account, product, symbol, side = key
        empty = Position(account=account, product=product, symbol=symbol, position_side=side)
        return self.positions.get(key) or empty

    def balance(self, key: BalanceKey) -> Decimal:
        found = self.balances.get(key)
        return ZERO if found is None else found

    def add_balance(self, key: BalanceKey, change: Decimal) -> None:
        self.balances.put(key, self._now_ms(), self.balance(key) + change)

    def copy(self) -> State:
        twin = State(self._now_ms)
        twin.restore(self)
        return twin

    def restore(self, earlier: State) -> None:
        """Go back to what `copy` returned."""
        self.orders, self.stops = earlier.orders.copy(), earlier.stops.copy()
        self.positions, self.balances = earlier.positions.copy(), earlier.balances.copy()
