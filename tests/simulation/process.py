"""One container of a function: its clocks, how long its run may last, and every way a port call can end it."""

import random
from dataclasses import dataclass, field

from tests.simulation.clock import HostClock
from tests.simulation.faults import Plan
from tests.simulation.scheduler import Killed, Scheduler
from tests.simulation.trace import Trace

FUNCTION_MS = 15_000


@dataclass(slots=True, kw_only=True)
class Process:
    """A container. Every port call begins with `touch`, which takes time and may stall, freeze or kill it.

    intent          the order whose `sending` this run wrote last; what an exchange accepts is attributed to it
    lowest_skew_ms  how slow the wall clock was at worst during this run
    """

    name: str
    scheduler: Scheduler
    clock: HostClock
    plan: Plan
    trace: Trace
    rng: random.Random
    alive: bool = True
    message_id: str = ""
    intent: str | None = None
    lowest_skew_ms: int = 0
    _ends_wall_ms: int = 0
    _ends_monotonic_ms: int = 0
    exceptions: list[str] = field(default_factory=list)

    def begin(self, milliseconds: int = FUNCTION_MS, message_id: str = "") -> None:
        """Start a run of the function."""
        self.message_id, self.intent, self.lowest_skew_ms = message_id, None, self.clock.skew_ms
        self._ends_wall_ms = self.clock.wall_ms() + milliseconds
        self._ends_monotonic_ms = self.clock.monotonic_ms() + milliseconds

    def remaining_ms(self) -> int:
        """What the runtime tells: its deadline minus the wall clock, whatever that shows by now."""
        return max(0, self._ends_wall_ms - self.clock.wall_ms())

    def touch(self, event: str, slowest_ms: int = 15) -> None:
        """Pass a port call's beginning."""
        self.scheduler.wait(self.rng.randint(1, slowest_ms))
        self.mark(event)

    def mark(self, event: str) -> None:
        """Pass a moment at which something may befall this process."""
        fault = self.plan.take("process", f"{self.name} {self.message_id}", event)
        if fault:
            self.note(f"{fault.kind} at {event} (row {fault.row})")
            self._suffer(fault.kind, fault.delay_ms)
        self.lowest_skew_ms = min(self.lowest_skew_ms, self.clock.skew_ms)
        if self.clock.monotonic_ms() >= self._ends_monotonic_ms:
            self.die(f"timed out at {event}")

    def _suffer(self, kind: str, delay_ms: int) -> None:
        if kind == "crash":
            self.die("crashed")
        elif kind == "freeze":
            self.clock.freeze(delay_ms)
        elif kind == "step":
            self.clock.skew_ms += delay_ms
        else:
            self.scheduler.wait(delay_ms)

    def die(self, why: str) -> None:
        self.alive = False
        self.note(why)
        raise Killed

    def note(self, what: str) -> None:
        self.trace.add(self.scheduler.now_ms, self.name, what)
