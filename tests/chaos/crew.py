"""The worker processes: started, killed with SIGKILL and started again."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from tests.chaos.dials import Dials
from tools.local_relay import PROJECT

LANES = ("orders", "orders", "orders", "cancels", "cancels")


class Hand:
    """One worker process and its dials; the log goes on over its lives."""

    def __init__(self, number: int, lane: str, place: Path, visibility_s: int) -> None:
        self.name = f"{lane}-{number}"
        path = place / f"{self.name}.dials"
        self.dials = Dials(path)
        self._log: IO[bytes] = (place / f"{self.name}.log").open("ab")
        self._settings = {
            "RELAY_LANE": lane,
            "CHAOS_DIALS": str(path),
            "CHAOS_VISIBILITY_S": str(visibility_s),
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        self._process = self._start()

    def kill(self) -> bool:
        """Kill and start again; True if a message was at work."""
        busy = self.dials.busy
        self.stop()
        self._process = self._start()
        return busy

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.worker"],
            cwd=PROJECT, env={**os.environ, **self._settings}, stdout=self._log, stderr=self._log,
        )  # fmt: skip


class Crew:
    """All worker processes of both lanes."""

    def __init__(self, place: Path, visibility_s: int) -> None:
        self.hands: Sequence[Hand] = [Hand(number, lane, place, visibility_s) for number, lane in enumerate(LANES)]

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *exc: object) -> None:
        for hand in self.hands:
            hand.stop()
