"""Limits that all workers share: while a circuit is open nobody calls, and afterwards exactly one probes first."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from order_relay.core.outcome import Hint, Outcome, Verdict
from order_relay.core.ports import Conflict, HostClock, Item, Journal
from order_relay.service.later import Later

PARTITION = "circuit"
EVERYBODY = "*"
PLACE, ALL, PACE = "place", "all", "pace"
PROBE_MS = 10_000
DENIED_S = 30
PACED_FOR_MS = 60_000
PACE_MS = 1_000
KEPT_S = 86_400


@dataclass(slots=True)
class Circuits:
    """The circuits of one account at one exchange: its own, and those of everybody behind the same address."""

    journal: Journal
    clock: HostClock
    jitter: Callable[[], float]
    exchange: str
    account: str
    _probed: tuple[str, ...] = ()

    def admit_placement(self) -> None:
        """Let a placement pass, at the pace the exchange set; raises Later while a circuit is open."""
        items = self._items()
        self._pass(items, (PLACE, ALL))
        self._keep_pace(items)

    def admit(self) -> None:
        """Let a cancel or a question pass; limits answered to placements do not concern them."""
        self._pass(self._items(), (ALL,))

    def heed(self, outcome: Outcome) -> None:
        """Note at once what an answer to a placement says about the pace from now on."""
        if Hint.PACED in outcome.hints:
            now = self.clock.wall_ms()
            self._write(self._key(self.account, PACE), until_ms=now + PACED_FOR_MS, next_ms=now + PACE_MS)

    def learn(self, outcome: Outcome, *, placing: bool, default_s: float) -> None:
        """Open what a limit or refused keys demand; close what a good answer to the probe disproves."""
        probed, self._probed = self._probed, ()
        if outcome.verdict is Verdict.THROTTLED:
            banned = Hint.IP_BAN in outcome.hints
            scope, op = EVERYBODY if banned else self.account, PLACE if placing and not banned else ALL
            self._open(scope, op, (outcome.retry_after_ms or 0) / 1000 or default_s, outcome)
        elif outcome.verdict is Verdict.DENIED and placing:
            self._open(self.account, PLACE, DENIED_S, outcome, denied=outcome.reason)
        elif outcome.verdict not in (Verdict.AMBIGUOUS, Verdict.NOT_SENT, Verdict.DENIED):
            for key in probed:
                self._write(key, until_ms=0, why="", denied=None)

    def release(self) -> None:
        """Give back a probe that was taken and not used: whoever comes next may probe at once."""
        for key in self._probed:
            self._write(key, until_ms=self.clock.wall_ms())
        self._probed = ()

    def _items(self) -> dict[str, Item]:
        return {item.key: item for item in self.journal.list(PARTITION, f"{self.exchange}#")}

    def _key(self, scope: str, op: str) -> str:
        return f"{self.exchange}#{scope}#{op}"

    def _pass(self, items: dict[str, Item], ops: tuple[str, ...]) -> None:
        now = self.clock.wall_ms()
        for scope in (self.account, EVERYBODY):
            for op in ops:
                item = items.get(self._key(scope, op))
                if item is None or not item.data["until_ms"] or item.key in self._probed:
                    continue
                if item.data["until_ms"] > now:
                    wait_s = (item.data["until_ms"] - now) / 1000
                    denied = item.data.get("denied")
                    raise Later(wait_s + self.jitter(), f"circuit open: {item.data['why']}", denied=denied)
                self._probe(item, now)

    def _probe(self, item: Item, now: int) -> None:
        """The first to come after the wait goes ahead alone; the others wait for what it learns."""
        data = {**item.data, "until_ms": now + PROBE_MS}
        try:
            self.journal.write(PARTITION, item.key, data, expect=item, ttl_s=KEPT_S)
        except Conflict:
            raise Later(1 + self.jitter(), "another worker probes the circuit") from None
        self._probed = (*self._probed, item.key)

    def _keep_pace(self, items: dict[str, Item]) -> None:
        item = items.get(self._key(self.account, PACE))
        now = self.clock.wall_ms()
        if item is None or item.data["until_ms"] <= now:
            return
        slot = max(now, item.data.get("next_ms", 0))
        try:
            self.journal.write(PARTITION, item.key, {**item.data, "next_ms": slot + PACE_MS}, expect=item, ttl_s=KEPT_S)
        except Conflict:
            raise Later(1 + self.jitter(), "another worker takes the slot") from None
        if slot - now > 2 * PACE_MS:
            raise Later((slot - now) / 1000, "placements are paced at one per second")
        self.clock.sleep((slot - now) / 1000)

    def _open(self, scope: str, op: str, seconds: float, outcome: Outcome, denied: str | None = None) -> None:
        until_ms = self.clock.wall_ms() + round(seconds * 1000)
        self._write(self._key(scope, op), until_ms=until_ms, why=f"{self.exchange} {outcome.reason}", denied=denied)

    def _write(self, key: str, **changes: Any) -> None:
        """Write what was learned; losing to a worker that learned something at the same time is fine."""
        item = self.journal.read(PARTITION, key)
        data = {**(item.data if item else {"why": ""}), **changes}
        try:
            self.journal.write(PARTITION, key, data, expect=item, ttl_s=KEPT_S)
        except Conflict:
            return
