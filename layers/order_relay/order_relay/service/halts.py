"""The halt switch: what keeps openings of everybody, an account or a route back; a symbol's own halt is in its book."""

from dataclasses import dataclass
from typing import Any

from order_relay.core.ports import Conflict, Journal
from order_relay.core.record import Key
from order_relay.service.later import Later

PARTITION = "halts"
PREFIX = "scope#"
EVERYTHING = "*"
KEPT_S = 10 * 365 * 86_400
_TRIES = 5


def of_account(name: str) -> str:
    return f"account#{name}"


def of_route(name: str) -> str:
    return f"route#{name}"


@dataclass(frozen=True, slots=True)
class Halts:
    """Reads and flips the switches; each remembers why and, when an alert flipped it, that alert's order key."""

    journal: Journal

    def why(self, account: str, route: str) -> str | None:
        """Why an opening order of this account and route must not be sent, or None."""
        scopes = (EVERYTHING, of_account(account), of_route(route))
        items = {item.key.removeprefix(PREFIX): item.data for item in self.journal.list(PARTITION, PREFIX)}
        return next((f"{scope}: {items[scope]['why']}" for scope in scopes if items.get(scope, {}).get("why")), None)

    def all(self) -> dict[str, str]:
        """Every scope that is halted, and why."""
        found = self.journal.list(PARTITION, PREFIX)
        return {item.key.removeprefix(PREFIX): item.data["why"] for item in found if item.data["why"]}

    def halt(self, scope: str, why: str, key: Key) -> None:
        self._put(scope, why, key)

    def resume(self, scope: str, key: Key) -> None:
        self._put(scope, "", key)

    def _put(self, scope: str, why: str, key: Key) -> None:
        """Write unless somebody younger has spoken: an alert speaks when it was accepted, an operator now."""
        for _ in range(_TRIES):
            item = self.journal.read(PARTITION, PREFIX + scope)
            known = item.data if item else {}
            if known.get("key") and Key(*known["key"]) > key:
                return
            data: dict[str, Any] = {"why": why, "key": [key.accepted_at_ms, key.leg]}
            if item and item.data == data:
                return
            try:
                self.journal.write(PARTITION, PREFIX + scope, data, expect=item, ttl_s=KEPT_S)
                return
            except Conflict:
                continue
        raise Later(1, "another worker flips the same switch")
