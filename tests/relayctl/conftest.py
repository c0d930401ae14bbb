"""relayctl against a whole relay on this machine; every output of every command is searched for keys and tokens."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tools.exchange_simulator.accounts import credentials
from tools.exchange_simulator.server import Simulator
from tools.exchange_simulator.venue import Venue
from tools.local_relay.config import SAMPLE
from tools.relayctl.app import app
from tools.relayctl.local import Local

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 25.0
_CONFIG = json.loads(SAMPLE.read_text("utf-8"))
CANARIES = {
    *(row[field] for row in credentials().values() for field in ("key", "secret", "passphrase") if field in row),
    *(route[field] for route in _CONFIG["routes"].values() for field in ("token", "body_secret") if field in route),
}


@dataclass(frozen=True)
class Told:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Bench:
    """A relay in a process of its own, the exchanges in this one, and the command line."""

    url: str
    simulator: Simulator
    clients: dict[str, Any] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)

    def ctl(self, *words: str, stdin: str | None = None, env: Mapping[str, str] | None = None) -> Told:
        """Run a command on the local relay."""
        return self.run(*words, "--local", self.url, stdin=stdin, env=env)

    def run(self, *words: str, stdin: str | None = None, env: Mapping[str, str] | None = None) -> Told:
        """Run a command in this process, and see that it tells no secret and no stack trace."""
        result = CliRunner().invoke(app, list(words), input=stdin, env=env)
        told = Told(result.exit_code, result.stdout, result.stderr)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert not [one for one in CANARIES if one in told.out + told.err]
        assert "Traceback" not in told.out + told.err
        return told

    def venue(self, exchange: str) -> Venue:
        return self.simulator.venues[exchange]

    def secret(self, name: str) -> Any:
        return json.loads(self.aws("secretsmanager").get_secret_value(SecretId=f"order-relay/{name}")["SecretString"])

    def put_secret(self, name: str, value: object) -> None:
        self.changed.add(name)
        self.aws("secretsmanager").put_secret_value(SecretId=f"order-relay/{name}", SecretString=json.dumps(value))

    def placed(self, quantity: str, route: str = "okx") -> dict[str, Any]:
        """Send a market order and wait for its end."""
        alert = json.dumps({"action": "buy", "symbol": "BTCUSDT", "quantity": quantity})
        sent = self.ctl("send", route, alert, "--apply", "--json", env=token(route))
        assert sent.data["status"] == 202, sent
        alert_id = sent.data["answer"]["alert_id"]
        return eventually(lambda: self._ended(alert_id))  # type: ignore[no-any-return]

    def _ended(self, alert_id: str) -> Any:
        rows = [row for row in self.ctl("orders", "--json").data if row["alert_id"] == alert_id]
        return rows[0] if rows and rows[0]["state"] == "placed" and rows[0]["average_price"] else None

    def aws(self, service: str) -> Any:
        """A client of the stand-in for AWS that the relay's process runs."""
        if service not in self.clients:
            self.clients[service] = Local(self.url).aws.client(service)
        return self.clients[service]


def token(route: str) -> dict[str, str]:
    return {"RELAY_TOKEN": f"local-{route}-token"}


def eventually(look: Callable[[], Any]) -> Any:
    """The first answer that is not empty."""
    until = time.monotonic() + PATIENCE_S
    while not (found := look()):
        assert time.monotonic() < until, "nothing came of it in time"
        time.sleep(0.1)
    return found


@pytest.fixture(scope="session")
def running_bench() -> Iterator[Bench]:
    with Simulator() as simulator:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        env = {**kept, **simulator.urls, "PORT": "0", "LOG_FILE": os.devnull}
        command = [sys.executable, "-m", "tools.local_relay", "serve"]
        with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                ready = re.fullmatch(r"listening on (http://\S+)\n", process.stdout.readline())
                assert ready is not None
                yield Bench(ready[1], simulator)
            finally:
                process.terminate()


@pytest.fixture
def bench(running_bench: Bench) -> Iterator[Bench]:
    """The relay with the account secrets as the sample has them, and exchanges without faults, in the end."""
    yield running_bench
    for venue in running_bench.simulator.venues.values():
        with venue.lock:
            venue.faults.clear()
            venue.skew_ms = 0
    for name in running_bench.changed & {f"accounts/{account}" for account in credentials()}:
        running_bench.put_secret(name, credentials()[name.removeprefix("accounts/")])
    running_bench.changed.clear()
