"""Exchange time: one offset per host, measured by the midpoint rule and dropped as soon as it is doubtful."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

OFFSET_TTL_MS = 300_000
THAW_MS = 1_000
LATE_BIAS_MS = 200


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at an exchange's clock; `server_ms` was read somewhere inside the round trip.

    `error_ms` is the resolution of the exchange's own clock reading (500 for an HTTP Date).
    """

    sent_ms: int
    received_ms: int
    server_ms: int
    error_ms: int = 0

    @property
    def round_trip_ms(self) -> int:
        return self.received_ms - self.sent_ms

    @property
    def offset_ms(self) -> int:
        return self.server_ms - (self.sent_ms + self.received_ms) // 2


@dataclass(frozen=True, slots=True)
class Offset:
    """How far an exchange's clock is ahead of this host's, and when that was learned on both host clocks."""

    value_ms: int
    error_ms: int
    wall_ms: int
    monotonic_ms: int

    def fresh(self, wall_ms: int, monotonic_ms: int) -> bool:
        """False after 300 s, or when wall and monotonic time have parted (a freeze, a step, a migration)."""
        wall, monotonic = wall_ms - self.wall_ms, monotonic_ms - self.monotonic_ms
        return 0 <= wall < OFFSET_TTL_MS and abs(wall - monotonic) <= THAW_MS

    def stamp_ms(self, wall_ms: int) -> int:
        """Exchange time now, a little late: late is inside every receive window, early is not."""
        return wall_ms + self.value_ms - min(LATE_BIAS_MS, self.error_ms)


def best(samples: list[Sample], wall_ms: int, monotonic_ms: int) -> Offset:
    """Keep the sample with the shortest round trip: its midpoint is the least wrong.

    A round trip that ended before it began was overtaken by a step of the wall clock and comes last.
    """
    sample = min(samples, key=lambda one: (one.round_trip_ms < 0, abs(one.round_trip_ms)))
    error = abs(sample.round_trip_ms) // 2 + sample.error_ms
    return Offset(sample.offset_ms, error, wall_ms, monotonic_ms)


def http_date_ms(text: str) -> int | None:
    """Read an HTTP Date header as epoch milliseconds (1 s resolution, truncated: a lower bound), or None."""
    try:
        moment = parsedate_to_datetime(text)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()) * 1000
    except (TypeError, ValueError):
        return None


def iso_ms(stamp_ms: int) -> str:
    """Render epoch milliseconds as ISO-8601 UTC with exactly three decimals."""
    return f"{_iso_second(stamp_ms // 1000)}.{stamp_ms % 1000:03d}Z"


@lru_cache(maxsize=2)
def _iso_second(epoch_s: int) -> str:
    return datetime.fromtimestamp(epoch_s, UTC).strftime("%Y-%m-%dT%H:%M:%S")
