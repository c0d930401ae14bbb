"""The plan of a run's faults: what may go wrong at which port call, until when, and how often it did."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Armed:
    """One fault lying in wait. It strikes where every word of `where` occurs in the event."""

    row: str
    port: str
    kind: str
    where: tuple[str, ...]
    since_ms: int
    until_ms: int
    times: int
    rate: float
    delay_ms: int = 0


@dataclass(slots=True)
class Plan:
    """Armed faults by port, and how often each row of the fault table was met."""

    now_ms: Callable[[], int]
    rng: random.Random
    hits: Counter[str] = field(default_factory=Counter)
    _armed: dict[str, list[Armed]] = field(default_factory=dict)

    def arm(
        self, row: str, port: str, kind: str, where: str = "", *, after_ms: int = 0, for_ms: int = 120_000,
        times: int = 1, rate: float = 1.0, delay_ms: int = 0,
    ) -> None:  # fmt: skip
        since_ms = self.now_ms() + after_ms
        self._armed.setdefault(port, []).append(
            Armed(row=row, port=port, kind=kind, where=tuple(where.split()), since_ms=since_ms,
                  until_ms=since_ms + for_ms, times=times, rate=rate, delay_ms=delay_ms)
        )  # fmt: skip

    def take(self, port: str, who: str, event: str) -> Armed | None:
        """Use up and count the first fault that strikes this port call."""
        for armed in self._armed.get(port, ()):
            if armed.times and self._strikes(armed, f"{who} {event}"):
                armed.times -= 1
                self.hits[armed.row] += 1
                return armed
        return None

    def _strikes(self, armed: Armed, event: str) -> bool:
        if not armed.since_ms <= self.now_ms() < armed.until_ms or not all(word in event for word in armed.where):
            return False
        return armed.rate >= 1 or self.rng.random() < armed.rate
