"""A host's clocks: the wall clock may be wrong, the monotonic clock stands still while the host is frozen."""

from dataclasses import dataclass

from tests.simulation.scheduler import Scheduler
from tests.simulation.trace import START_MS


@dataclass(slots=True)
class HostClock:
    """What a process reads of the time; true time is the scheduler's."""

    scheduler: Scheduler
    skew_ms: int = 0
    frozen_ms: int = 0

    def wall_ms(self) -> int:
        return self.scheduler.now_ms + self.skew_ms

    def monotonic_ms(self) -> int:
        return self.scheduler.now_ms - START_MS - self.frozen_ms

    def sleep(self, seconds: float) -> None:
        self.scheduler.wait(round(seconds * 1000))

    def freeze(self, milliseconds: int) -> None:
        """Stop this host for a while; nothing on it notices but by its wall clock."""
        self.frozen_ms += milliseconds
        self.scheduler.wait(milliseconds)
