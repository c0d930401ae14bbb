"""Secrets as a process sees them: a cache of 300 s over a store in which keys rotate and that can be down."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from order_relay.core.ports import Missing, Unavailable
from tests.simulation.process import Process

CACHE_MS = 300_000


@dataclass(slots=True)
class SimulatedVault:
    """One process's cached look at the shared secrets {"routes": ..., "accounts/NAME": ...}."""

    process: Process
    secrets: Mapping[str, Mapping[str, Any]]
    cache: dict[str, tuple[int, Mapping[str, Any]]] = field(default_factory=dict)

    def routes(self, *, fresh: bool = False) -> Mapping[str, Any]:
        return self._read("routes", fresh=fresh)

    def account(self, name: str, *, fresh: bool = False) -> Mapping[str, Any]:
        return self._read(f"accounts/{name}", fresh=fresh)

    def _read(self, name: str, *, fresh: bool) -> Mapping[str, Any]:
        now = self.process.clock.wall_ms()
        kept = self.cache.get(name)
        if kept and not fresh and 0 <= now - kept[0] < CACHE_MS:
            return kept[1]
        self.process.touch(f"secret {name}", 30)
        fault = self.process.plan.take("vault", self.process.name, name)
        if fault:
            self.process.note(f"vault down (row {fault.row})")
            raise Unavailable(f"secret {name!a} cannot be read")
        if name not in self.secrets:
            raise Missing(f"there is no secret {name!a}")
        value = deepcopy(dict(self.secrets[name]))
        self.cache[name] = (now, value)
        return value
