"""The journal: conditional writes as DynamoDB makes them, answers that get lost, throttles and outages."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from order_relay.core.ports import Conflict, Item, Unavailable
from order_relay.service.halts import PARTITION
from tests.simulation.process import Process


@dataclass(frozen=True, slots=True)
class Written:
    """One write that was applied, at its true time."""

    at_ms: int
    partition: str
    key: str
    data: Mapping[str, Any]


@dataclass(slots=True)
class Store:
    """The table, shared by all processes: (partition, key) to item and expiry in epoch seconds.

    `kept`: every version of what the table itself forgets: halts, risk counters, position chains.
    """

    items: dict[tuple[str, str], tuple[Item, int | None]] = field(default_factory=dict)
    kept: list[Written] = field(default_factory=list)

    def data(self, prefix: str) -> list[Mapping[str, Any]]:
        """Every stored document whose key begins so."""
        return [item.data for (_, key), (item, _) in self.items.items() if key.startswith(prefix)]


@dataclass(slots=True)
class SimulatedJournal:
    """The table as one process reaches it."""

    process: Process
    store: Store

    def read(self, partition: str, key: str) -> Item | None:
        self._reach(f"read {key}")
        return self._read(partition, key)

    def list(self, partition: str, prefix: str) -> list[Item]:
        self._reach(f"list {prefix}")
        keys = sorted(key for part, key in self.store.items if part == partition and key.startswith(prefix))
        return [item for key in keys if (item := self._read(partition, key))]

    def everywhere(self, prefix: str) -> Iterator[tuple[str, Item]]:
        self._reach(f"scan {prefix}")
        for partition, key in list(self.store.items):
            item = self._read(partition, key) if key.startswith(prefix) else None
            if item is not None:
                yield partition, item

    def write(
        self, partition: str, key: str, data: Mapping[str, Any], *, expect: Item | None, ttl_s: int | None = None
    ) -> Item:
        what = _described(key, data)
        lost = self._reach(f"write {what}")
        if _seen(self._read(partition, key)) != _seen(expect):
            self.process.note(f"conflict on {what}")
            raise Conflict(key.partition("#")[0])
        item = Item(key, json.loads(json.dumps(dict(data))), (expect.version if expect else 0) + 1)
        expiry = None if ttl_s is None else self.process.clock.wall_ms() // 1000 + ttl_s
        self.store.items[partition, key] = (item, expiry)
        if _passing(partition, key):
            self.store.kept.append(Written(self.process.scheduler.now_ms, partition, key, item.data))
        if data.get("state") == "sending" and data.get("plan"):
            self.process.intent = data["order_id"]
        if "state" in data:
            self.process.note(f"{what}: {data['history'][-1]['note']}")
        if lost:
            raise Unavailable("journal write: timed out")
        self.process.mark(f"wrote {what}")
        return item

    def _read(self, partition: str, key: str) -> Item | None:
        item, expiry = self.store.items.get((partition, key), (None, None))
        return None if expiry is not None and expiry <= self.process.clock.wall_ms() // 1000 else item

    def _reach(self, event: str) -> bool:
        """True if the answer to this call will be lost; raises Unavailable if the call does not arrive."""
        self.process.touch(event)
        fault = self.process.plan.take("journal", self.process.name, event)
        if fault is None:
            return False
        self.process.note(f"journal {fault.kind} at {event} (row {fault.row})")
        if fault.kind == "lost" and event.startswith("write"):
            return True
        raise Unavailable(f"journal {event.partition(' ')[0]}: throttled")


def _passing(partition: str, key: str) -> bool:
    return partition == PARTITION or partition.startswith("risk#") or key == "halt" or key.startswith("chain#")


def _seen(item: Item | None) -> tuple[int, object] | None:
    return (item.version, item.data.get("state")) if item else None


def _described(key: str, data: Mapping[str, Any]) -> str:
    kind, _, rest = key.partition("#")
    if "state" not in data:
        return key
    return f"{data['state']} {data['action']} {kind}#{rest[:8]} v{data['attempts']}"
