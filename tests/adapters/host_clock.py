"""A host clock that stands still until a test moves it."""

from dataclasses import dataclass


@dataclass(slots=True)
class HandClock:
    wall: int = 1_700_000_000_000
    monotonic: int = 50_000

    def wall_ms(self) -> int:
        return self.wall

    def monotonic_ms(self) -> int:
        return self.monotonic

    def sleep(self, seconds: float) -> None:
        self.pass_ms(int(seconds * 1000))

    def pass_ms(self, ms: int) -> None:
        self.wall += ms
        self.monotonic += ms
