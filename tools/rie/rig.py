"""Built functions in fresh sandboxes, with stand-ins for AWS and the exchanges around them."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tools.exchange_simulator.accounts import credentials
from tools.exchange_simulator.server import Simulator
from tools.local_relay.cloud import Cloud
from tools.local_relay.config import Config
from tools.rie import events
from tools.rie.built import BuiltFunction, Runtime
from tools.rie.emulator import Emulator, InvocationError

ROUTE, TOKEN = "rie", "fake-token"
CONFIG = Config(
    {"okx": credentials()["okx"]},
    {ROUTE: {"accounts": ["okx"], "token_sha256": [hashlib.sha256(TOKEN.encode()).hexdigest()]}},
)


class Rig:
    """Runs functions one at a time; `orders` counts what the exchange accepted."""

    def __init__(
        self, built: Mapping[str, BuiltFunction], runtime: Runtime, cloud: Cloud, simulator: Simulator
    ) -> None:
        self._built = built
        self._runtime = runtime
        self._cloud = cloud
        self._simulator = simulator

    @property
    def orders(self) -> int:
        return len(self._simulator.venues["okx"].accepted_orders())

    def first(self, name: str, event: Mapping[str, Any], layers: Sequence[Path]) -> tuple[Any, float]:
        """Invoke a function once in a sandbox of its own; return its answer and the milliseconds it took."""
        settings = {**self._cloud.settings, **self._simulator.urls}
        with Emulator(self._runtime, self._built[name], layers, settings) as emulator:
            return emulator.invoke(event)

    def webhook(self, body: Mapping[str, str], layers: Sequence[Path]) -> tuple[Any, float]:
        """Let the webhook store an alert."""
        answer, took_ms = self.first("WebhookFunction", events.alert(body, ROUTE, TOKEN), layers)
        if answer["statusCode"] != 202:
            raise InvocationError(f"the webhook answered {answer}")
        return answer, took_ms

    def worker(self, lane: str, layers: Sequence[Path]) -> tuple[Any, float]:
        """Let the lane's worker have what the webhook stored."""
        name = f"{lane.title()}Function"
        answer, took_ms = self.first(name, events.received(self._cloud, lane), layers)
        if answer != {"batchItemFailures": []}:
            raise InvocationError(f"{name} answered {answer}")
        return answer, took_ms


@contextmanager
def rig(built: Mapping[str, BuiltFunction], runtime: Runtime) -> Iterator[Rig]:
    """Start the stand-ins, and stop them in the end."""
    with Cloud() as cloud, Simulator() as simulator:
        cloud.furnish(CONFIG)
        yield Rig(built, runtime, cloud, simulator)
