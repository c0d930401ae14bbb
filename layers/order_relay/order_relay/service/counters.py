"""How many orders a route sent, and for how much: counted once per record, by conditional writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from order_relay.core.limits import Limits
from order_relay.core.money import plain
from order_relay.core.ports import Conflict, HostClock, Item, Journal
from order_relay.core.record import State
from order_relay.service.later import Ended, Later

MINUTE_MS = 60_000
KEPT_S = 2 * 86_400
REMEMBERED = 500
_TRIES = 8


@dataclass(frozen=True, slots=True)
class Counters:
    """The counters of one route; a record is recognised by its order id when it is counted again."""

    journal: Journal
    clock: HostClock
    route: str

    def count(self, order_id: str, worth: Decimal | None, limits: Limits) -> None:
        """Count one opening order before it is sent; raises Ended when a limit leaves no room for it."""
        if limits.orders_per_minute is not None:
            self._per_minute(order_id, limits.orders_per_minute)
        if limits.notional_per_day is not None and worth is not None:
            self._per_day(order_id, worth, limits.notional_per_day)

    def _per_minute(self, order_id: str, limit: int) -> None:
        for _ in range(_TRIES):
            item, now = self._read("minute"), self.clock.wall_ms()
            known = item.data["orders"] if item else []
            recent = [one for one in known if now - one["at_ms"] < MINUTE_MS and one["id"] != order_id]
            if len(recent) >= limit:
                raise Ended(
                    State.REJECTED, f"limit: {len(recent)} orders within a minute already, the route allows {limit}"
                )
            if self._written("minute", {"orders": [*recent, {"id": order_id, "at_ms": now}]}, item):
                return
        raise Later(1, "other workers count orders of the same route")

    def _per_day(self, order_id: str, worth: Decimal, limit: Decimal) -> None:
        key = f"day#{datetime.fromtimestamp(self.clock.wall_ms() / 1000, UTC):%Y-%m-%d}"
        for _ in range(_TRIES):
            item = self._read(key)
            sent, recent = (Decimal(item.data["notional"]), item.data["recent"]) if item else (Decimal(0), [])
            if order_id in recent:
                return
            if sent + worth > limit:
                told = f"{plain(worth)} more than {plain(sent)} today"
                raise Ended(State.REJECTED, f"limit: a notional of {told} is above the route's {plain(limit)} per day")
            data = {"notional": plain(sent + worth), "recent": [*recent[1 - REMEMBERED :], order_id]}
            if self._written(key, data, item):
                return
        raise Later(1, "other workers count orders of the same route")

    def _read(self, key: str) -> Item | None:
        return self.journal.read(f"risk#{self.route}", key)

    def _written(self, key: str, data: Mapping[str, object], seen: Item | None) -> bool:
        try:
            self.journal.write(f"risk#{self.route}", key, data, expect=seen, ttl_s=KEPT_S)
        except Conflict:
            return False
        return True
