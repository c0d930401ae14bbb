"""Built functions in fresh sandboxes, with stand-ins for AWS and the exchanges around them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tools.rie import events
from tools.rie.built import BuiltFunction, Runtime
from tools.rie.emulator import Emulator, InvocationError
from tools.rie.samples import ROUTE, TOKEN
from tools.rie.stand_ins import StandIns


class Rig:
    """Runs functions one at a time."""

    def __init__(self, built: Mapping[str, BuiltFunction], runtime: Runtime, around: StandIns) -> None:
        self.around = around
        self._built = built
        self._runtime = runtime

    def sandbox(self, name: str, layers: Sequence[Path]) -> Emulator:
        """A fresh sandbox for a function."""
        return Emulator(self._runtime, self._built[name], layers, self.around.settings)

    def webhook(self, body: Mapping[str, str], layers: Sequence[Path]) -> tuple[Any, float]:
        """Let a fresh webhook store an alert; returns its answer and the milliseconds it took."""
        answer, took_ms = self._first("WebhookFunction", events.alert(body, ROUTE, TOKEN), layers)
        if answer["statusCode"] != 202:
            raise InvocationError(f"the webhook answered {answer}")
        return answer, took_ms

    def worker(self, lane: str, layers: Sequence[Path]) -> tuple[Any, float]:
        """Let a fresh worker of the lane have what the webhook stored."""
        name = f"{lane.title()}Function"
        answer, took_ms = self._first(name, events.received(self.around.cloud, lane), layers)
        if answer != {"batchItemFailures": []}:
            raise InvocationError(f"{name} answered {answer}")
        return answer, took_ms

    def _first(self, name: str, event: Mapping[str, Any], layers: Sequence[Path]) -> tuple[Any, float]:
        with self.sandbox(name, layers) as emulator:
            return emulator.invoke(event)
