"""What goes wrong while the alerts flow: kills, lost answers, rate limits, busy exchanges, lagging reads, clocks."""

import random
import threading
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from tests.chaos.crew import Crew
from tools.exchange_simulator.server import Simulator

KILL_EVERY_S = (0.3, 1.2)
LIES_IN_WAIT_S, STRIKES_WITHIN_S, LOOK_EVERY_S = 1.0, 0.25, 0.005
STORM_EVERY_S = (0.2, 0.8)
CLOCK_EVERY_S = (5.0, 10.0)
AHEAD_MS = (-20_000, -3_000, 0, 0, 3_000, 20_000)
SKEWS_MS = {"coinex": 3_000, "okx": -2_000, "bitget": 40_000, "bitunix": -700, "jex": 1_500}
LAGS_MS = (0, 0, 400, 1_500)

RATE_LIMITED: Mapping[str, Any] = {"op": "place", "kind": "code", "for_ms": 2_500}
RATE_LIMITS: Mapping[str, Mapping[str, Any]] = {
    "coinex": {"code": "4213", "status": 429},
    "okx": {"code": "50011", "status": 429},
    "bitget": {"code": "429", "status": 429},
    "bitunix": {"code": "10006", "status": 200},
    "jex": {"code": "-1003", "status": 429, "headers": {"Retry-After": "2"}},
}
ANYWHERE: tuple[Mapping[str, Any], ...] = (
    {"op": "place", "kind": "accept_then_drop", "times": 2},
    {"op": "place", "kind": "accept_then_html"},
    {"op": "place", "kind": "truncate"},
    {"op": "place", "kind": "drop_before_accept"},
    {"op": "place", "kind": "slow", "delay_ms": 3_500},
    {"op": "cancel", "kind": "accept_then_drop", "times": 2},
    {"op": "cancel", "kind": "ignore"},
    {"op": "query", "kind": "status", "status": 502, "times": 3},
    {"op": "query", "kind": "drop_before_accept", "times": 2},
)
BUSY: tuple[Mapping[str, Any], ...] = (
    {"op": "cancel", "kind": "code", "code": "3008", "for_ms": 4_000},
    {"op": "cancel", "kind": "code", "code": "4001", "for_ms": 4_000},
    {"op": "cancel", "kind": "accept_then_code", "code": "3008", "times": 3},
    {"op": "place", "kind": "accept_then_code", "code": "3008"},
    {"op": "place", "kind": "accept_then_code", "code": "4001"},
)
"""CoinEx only: its FAQ says that both codes come while it is busy."""


class Storms:
    """Three threads that make trouble from `begin` to `end`; `counts` tells how much."""

    def __init__(self, crew: Crew, simulator: Simulator, rng: random.Random) -> None:
        self.counts: Counter[str] = Counter()
        self._crew = crew
        self._venues = list(simulator.venues.values())
        self._rng = rng
        self._over = threading.Event()
        troubles = ((self._kill, KILL_EVERY_S), (self._storm, STORM_EVERY_S), (self._step, CLOCK_EVERY_S))
        self._threads = [threading.Thread(target=self._every, args=trouble, daemon=True) for trouble in troubles]

    def begin(self) -> None:
        for venue in self._venues:
            venue.skew_ms = SKEWS_MS[venue.name]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Stop, and take back whatever would last; exchanges keep their own time."""
        self._over.set()
        for thread in self._threads:
            thread.join()
        for venue in self._venues:
            venue.read_lag_ms = 0
            with venue.lock:
                venue.faults.clear()
        for hand in self._crew.hands:
            hand.dials.ahead_ms = 0

    def struck(self) -> Counter[str]:
        """What went wrong, by how often an exchange was really asked into it."""
        rows = [row for venue in self._venues for row in venue.ledger.requests if row["fault"]]
        return self.counts + Counter(f"{row['op']} {row['fault']}" for row in rows)

    def _every(self, trouble: Any, seconds: tuple[float, float]) -> None:
        while not self._over.wait(self._rng.uniform(*seconds)):
            trouble()

    def _kill(self) -> None:
        """Kill a worker, if possible one that is at work, at any moment of it."""
        hand = self._rng.choice(self._crew.hands)
        until_s = time.monotonic() + LIES_IN_WAIT_S
        while not hand.dials.busy and time.monotonic() < until_s:
            time.sleep(LOOK_EVERY_S)
        time.sleep(self._rng.uniform(0, STRIKES_WITHIN_S))
        busy = hand.kill()
        self.counts["kills"] += 1
        self.counts["kills at work"] += busy

    def _storm(self) -> None:
        venue, luck = self._rng.choice(self._venues), self._rng.random()
        if luck < 0.15:
            venue.read_lag_ms = self._rng.choice(LAGS_MS)
            self.counts["changes of read lag"] += 1
        elif luck < 0.35:
            venue.add_fault(**RATE_LIMITED, **RATE_LIMITS[venue.name])
        elif venue.name == "coinex" and luck < 0.75:
            venue.add_fault(**self._rng.choice(BUSY))
        else:
            venue.add_fault(**self._rng.choice(ANYWHERE))

    def _step(self) -> None:
        self._rng.choice(self._crew.hands).dials.ahead_ms = self._rng.choice(AHEAD_MS)
        self.counts["clock steps"] += 1
