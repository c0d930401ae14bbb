"""The running relay: cloud, exchanges, functions, pumps and the HTTP front, started and stopped together."""

import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from order_relay import bootstrap
from tools.exchange_simulator.accounts import CREDENTIAL_FIELDS, DEFAULT_ACCOUNTS
from tools.exchange_simulator.registry import VENUES
from tools.exchange_simulator.server import Simulator
from tools.local_relay import views
from tools.local_relay.cloud import LANES, Cloud
from tools.local_relay.config import Config, ConfigError
from tools.local_relay.console import Pages
from tools.local_relay.environment import environment
from tools.local_relay.front import Front
from tools.local_relay.function import Function
from tools.local_relay.pump import Pump
from tools.local_relay.ticker import Ticker

WEBHOOKS = 4
WORKERS = {"orders": 3, "cancels": 2}
WEBHOOK_TIMEOUT_S = 10
WORKER_TIMEOUT_S = 15
REDRIVE_TIMEOUT_S = 60
CLOCK_TIMEOUT_S = 30
CLOCK_EVERY_S = 60
STOP_WITHIN_S = 6.0


@dataclass(frozen=True)
class Relay:
    """What a demo or a test looks at; `simulator` is None when the environment names other exchanges."""

    url: str
    port: int
    cloud: Cloud
    simulator: Simulator | None


@contextmanager
def running(config: Config, front: Front) -> Iterator[Relay]:
    """Start everything, and stop it in the opposite order."""
    with ExitStack() as stack:
        stack.callback(front.server_close)
        stack.enter_context(environment({}, without=_disturbs))
        cloud = stack.enter_context(Cloud())
        cloud.furnish(config)
        simulator = _simulator(config)
        if simulator:
            stack.enter_context(simulator)
        urls = {**simulator.urls, **_given()} if simulator else {}
        stack.enter_context(environment({**cloud.settings, **urls}))
        webhook = Function("webhook", name="webhook", instances=WEBHOOKS, timeout_s=WEBHOOK_TIMEOUT_S)
        pumps = {lane: _pump(cloud, lane) for lane in LANES}
        stack.callback(_stop, list(pumps.values()))
        for pump in pumps.values():
            pump.start()
        _open(front, webhook, pumps)
        _show(front, cloud, urls, pumps)
        if simulator:
            stack.callback(_clock().stop)
        threading.Thread(target=front.serve_forever, args=(0.05,), daemon=True).start()
        stack.callback(front.shutdown)
        yield Relay(front.url, front.server_port, cloud, simulator)


def _simulator(config: Config) -> Simulator | None:
    """The simulated exchanges, unless every host that the accounts need is named in the environment."""
    try:
        bootstrap.base_urls(os.environ)
    except ValueError as exc:
        raise ConfigError(str(exc)) from None
    needed = {f"EXCHANGE_URL_{host.upper()}" for name in config.exchanges for host in VENUES[name].hosts}
    if needed <= set(_given()):
        return None
    known = {name: row for name, secret in config.accounts.items() if (row := _account(secret))}
    return Simulator({"accounts": {**DEFAULT_ACCOUNTS, **known}})


def _account(secret: Mapping[str, Any]) -> dict[str, str] | None:
    """Open an account for the keys of CONFIG, so that its own accounts can trade; None for what is no account."""
    row = {field: secret[field] for field in CREDENTIAL_FIELDS if isinstance(secret.get(field), str)}
    if not {"exchange", "key", "secret"} <= set(row) or row["exchange"] not in VENUES:
        return None
    return {**row, "api": "v2"} if row.get("api", "auto") == "auto" else row


def _given() -> dict[str, str]:
    return {name: url for name, url in os.environ.items() if name.startswith("EXCHANGE_URL_") and url}


def _disturbs(name: str) -> bool:
    """Settings of the user's own AWS account."""
    return name.startswith("AWS_")


def _pump(cloud: Cloud, lane: str) -> Pump:
    worker = Function(
        "worker", name=lane, instances=WORKERS[lane], timeout_s=WORKER_TIMEOUT_S, settings={"RELAY_LANE": lane}
    )
    return Pump(cloud.sqs, cloud.queues[lane], worker)


def _open(front: Front, webhook: Function, pumps: Mapping[str, Pump]) -> None:
    def take(event: Mapping[str, Any]) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = webhook.invoke(event)
        for pump in pumps.values():
            pump.nudge()
        return answer

    front.webhook = take


def _show(front: Front, cloud: Cloud, urls: Mapping[str, str], pumps: Mapping[str, Pump]) -> None:
    """What only whoever runs this machine may see and do: the records, the settings, the operator's function."""
    redrive = Function("redrive", name="redrive", instances=1, timeout_s=REDRIVE_TIMEOUT_S)
    settings = {**cloud.settings, **(urls or _given())}

    def order(command: Mapping[str, Any]) -> object:
        answer = redrive.invoke(command)
        for pump in pumps.values():
            pump.nudge()
        return answer

    front.views = {
        "/orders": lambda: views.orders(cloud),
        "/dead-letters": lambda: views.dead_letters(cloud),
        "/settings": lambda: settings,
    }
    front.commands = {"/redrive": order}
    front.pages = Pages.open(order)


def _clock() -> Ticker:
    """The clock function, which would ask real exchanges if the simulated ones were not there."""
    ticker = Ticker(Function("clock", name="clock", instances=1, timeout_s=CLOCK_TIMEOUT_S), CLOCK_EVERY_S)
    ticker.start()
    return ticker


def _stop(pumps: list[Pump]) -> None:
    """Let invocations at work end, but not for longer than whoever stops us waits."""
    until = time.monotonic() + STOP_WITHIN_S
    for pump in pumps:
        pump.stop()
    for pump in pumps:
        pump.join(until - time.monotonic())
