"""The warm webhook: whole alerts through the handler, everything but the network."""

import contextlib
import hashlib
import io
import json
import time
from collections.abc import Mapping, Sequence
from importlib.util import module_from_spec, spec_from_file_location
from statistics import quantiles
from types import ModuleType
from typing import Any

from order_relay.adapters.host import SystemClock
from order_relay.core.ports import Entry, Missing
from order_relay.observe import PowertoolsSignals, Redactor
from order_relay.service.intake import Intake
from tests.benchmarks.settings import ENVIRONMENT
from tests.benchmarks.table import Row
from tools.local_relay import PROJECT
from tools.local_relay.environment import environment
from tools.local_relay.function import Context

ALERTS = 2_000


class Routes:
    """A vault with one route and no account."""

    def __init__(self, name: str, token: str) -> None:
        self._routes = {name: {"token_sha256": [hashlib.sha256(token.encode()).hexdigest()], "accounts": ["main"]}}

    def routes(self, *, fresh: bool = False) -> Mapping[str, Any]:
        return self._routes

    def account(self, name: str, *, fresh: bool = False) -> Mapping[str, Any]:
        raise Missing(f"there is no account {name!a}")


class Stored:
    """An outbox that only counts."""

    messages = 0

    def send(self, entries: Sequence[Entry]) -> list[Entry]:
        self.messages += len(entries)
        return []


def warm_webhook() -> list[Row]:
    """Time the sample alert from API Gateway event to HTTP answer, logs and metrics included."""
    event = json.loads((PROJECT / "events" / "webhook.json").read_text())
    outbox = Stored()
    with environment(ENVIRONMENT), contextlib.redirect_stdout(io.StringIO()):
        app = _app(event["pathParameters"], outbox)
        took_us = [_handled_us(app, event) for _ in range(ALERTS)]
    if outbox.messages != ALERTS:
        raise RuntimeError(f"{outbox.messages} of {ALERTS} alerts were stored")
    percentiles = quantiles(took_us, n=100)
    return [Row(f"p{rank} of {ALERTS} alerts", f"{percentiles[rank - 1]:.0f} us") for rank in (50, 99)]


def _handled_us(app: ModuleType, event: Mapping[str, Any]) -> float:
    context = Context("webhook", 10)
    start = time.perf_counter_ns()
    app.lambda_handler(event, context)
    return (time.perf_counter_ns() - start) / 1000


def _app(path: Mapping[str, str], outbox: Stored) -> ModuleType:
    """The handler as a warm instance holds it, with ports that stay in this process."""
    spec = spec_from_file_location("warm_webhook", PROJECT / "functions" / "webhook" / "app.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError("functions/webhook/app.py")
    app = module_from_spec(spec)
    spec.loader.exec_module(app)
    clock = SystemClock()
    app.__dict__["_intake"] = Intake(
        vault=Routes(path["route"], path["token"]),
        outbox=outbox,
        clock=clock,
        signals=PowertoolsSignals(Redactor(), clock, None),
    )
    return app
