"""The two commands, as whoever starts them in a terminal sees them."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tools.exchange_simulator.server import Simulator
from tools.local_relay.client import Client
from tools.local_relay.config import ConfigError, read_config

ROOT = Path(__file__).resolve().parents[2]
ALERT = b'{"action": "buy", "symbol": "BTCUSDT", "quantity": "0.01"}'
ACCOUNT = {"exchange": "coinex", "key": "FAKE-KEY-OF-MINE", "secret": "FAKE-SECRET-OF-MINE"}
ROUTE = {"token": "plain-local-token", "accounts": ["main"]}


def run(command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tools.local_relay", command],
        cwd=ROOT, env=environment(settings), capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip


def environment(settings: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("EXCHANGE_URL_", "AWS_"))}
    return {**kept, **settings}


@contextmanager
def serving(**settings: str) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """A relay in its own process, and its port, once it says that it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.local_relay", "serve"],
        cwd=ROOT, env=environment({"PORT": "0", **settings}), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        ready = process.stdout.readline()
        match = re.fullmatch(r"listening on http://127\.0\.0\.1:([0-9]+)\n", ready)
        assert match, ready
        yield process, int(match[1])
    finally:
        process.kill()
        process.communicate()


def config(path: Path, **changes: object) -> str:
    path.write_text(json.dumps({"accounts": {"main": ACCOUNT}, "routes": {"mine": ROUTE}, **changes}))
    return str(path)


def ended(client: Client) -> dict[str, Any]:
    """The only order, once it has ended."""
    until = time.monotonic() + 15
    while time.monotonic() < until:
        orders = client.orders()
        if orders and orders[0]["state"] not in ("received", "sending", "unknown"):
            (order,) = orders
            return order
        time.sleep(0.1)
    raise AssertionError("the order did not end")


def test_the_demo_ends_well_and_shows_every_exchange_order_id() -> None:
    started = time.monotonic()
    done = run("demo")
    assert done.returncode == 0, done.stdout + done.stderr
    assert time.monotonic() - started < 60
    rows = [line for line in done.stdout.splitlines() if re.search(r"\b(placed|cancelled)\b +[0-9.]+ s$", line)]
    head = next(line for line in done.stdout.splitlines() if line.startswith("#  "))
    ids = {row[head.index("exchange order id") : head.index("state")].strip() for row in rows}
    assert len(rows) >= 14
    assert len([one for one in ids if re.fullmatch(r"[0-9]{4,}", one)]) >= 12
    assert "-" not in ids
    for account in ("coinex", "okx", "bitget", "bitget_uta", "bitunix", "jex"):
        assert [row for row in rows if f" {account} " in row], account
    assert {row[head.index("state") - 1] + row[head.index("latency") - 1] for row in rows} == {"  "}
    assert "0 duplicates" in done.stdout
    assert "unresolved_placeholder" in done.stdout
    assert "\x1b" not in done.stdout
    assert "Traceback" not in done.stderr


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let what is started here be stopped by Ctrl-C, also where a shell started the tests in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_the_demo_draws_on_a_terminal_and_stops_on_ctrl_c() -> None:
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.local_relay", "demo"], cwd=ROOT, env=environment({"TERM": "xterm"}),
        stdout=theirs, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    os.close(theirs)
    try:
        shown = os.read(ours, 4096)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    finally:
        process.kill()
        os.close(ours)
    assert b"\x1b[K" in shown
    assert process.returncode == 130
    assert errors.strip() == "local_relay: stopped"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_serve_without_a_word(number: signal.Signals) -> None:
    with serving() as (process, port):
        assert Client(port).orders() == []
        process.send_signal(number)
        started = time.monotonic()
        rest, errors = process.communicate(timeout=30)
        assert time.monotonic() - started < 10
        assert (process.returncode, rest) == (0, "")
        assert "Traceback" not in errors


def test_serve_ends_in_time_while_an_exchange_hangs() -> None:
    with Simulator({"exchanges": ["coinex", "okx", "bitget", "bitunix", "jex"]}) as simulator:
        for op in ("place", "query", "time"):
            simulator.venues["coinex"].add_fault(op=op, kind="hang", times=20)
        with serving(**simulator.urls) as (process, port):
            assert Client(port).post("/alerts/coinex/local-coinex-token", ALERT).status == 202
            time.sleep(1)
            process.terminate()
            _, errors = process.communicate(timeout=30)
            assert process.returncode == 0
            assert "Traceback" not in errors


def test_a_config_of_ones_own_trades_with_its_own_keys_and_logs_none_of_them(tmp_path: Path) -> None:
    log = tmp_path / "relay.log"
    with serving(CONFIG=config(tmp_path / "mine.json"), LOG_FILE=str(log)) as (process, port):
        client = Client(port)
        assert client.post("/alerts/mine/plain-local-token", ALERT).status == 202
        order = ended(client)
        assert (order["state"], order["account"], order["route"]) == ("placed", "main", "mine")
        process.terminate()
        _, errors = process.communicate(timeout=30)
    assert errors == ""
    assert order["order_id"] in log.read_text()
    assert "OrderAcked" in log.read_text()
    assert not [value for value in (ACCOUNT["key"], ACCOUNT["secret"], ROUTE["token"]) if str(value) in log.read_text()]


def test_exchanges_that_are_named_in_the_environment_are_not_simulated(tmp_path: Path) -> None:
    with Simulator({"exchanges": ["coinex"], "accounts": {"main": ACCOUNT}}) as simulator:
        with serving(CONFIG=config(tmp_path / "mine.json"), **simulator.urls) as (_, port):
            client = Client(port)
            assert client.post("/alerts/mine/plain-local-token", ALERT).status == 202
            order = ended(client)
        (row,) = simulator.venues["coinex"].accepted_orders()
        assert order["exchange_order_id"] == str(row["order_id"])


def test_a_port_in_use_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("serve", PORT=str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert re.fullmatch(r"local_relay: PORT [0-9]+ cannot be used: Address already in use\n", done.stderr)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"routes": {"mine": {**ROUTE, "token": 7}}}, "'token' of route 'mine' must be a text"),
        ({"routes": {"mine": {"accounts": ["main"]}}}, "route 'mine' has no 'token'"),
        ({"routes": {"mine": {**ROUTE, "accounts": ["typo"]}}}, "names the account 'typo'"),
        ({"routes": {"mine": {**ROUTE, "limits": {"max_qty": "1"}}}}, "unknown limit 'max_qty'"),
        ({"routes": []}, "'routes' must be an object"),
        ({"accounts": {"main": "key"}}, "'main' in 'accounts' must be an object"),
    ],
)
def test_a_mistake_in_config_names_the_field(tmp_path: Path, changes: dict[str, object], told: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(told)):
        read_config(Path(config(tmp_path / "wrong.json", **changes)))


def test_serve_says_what_is_wrong_with_its_config_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text('{"accounts": }')
    done = run("serve", CONFIG=str(tmp_path / "broken.json"), PORT="0")
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert "is not JSON: line 1, column 14" in done.stderr


def test_an_account_that_cannot_trade_is_warned_about_and_its_orders_say_why(tmp_path: Path) -> None:
    lame = {"main": {"exchange": "okx", "key": "FAKE-KEY", "secret": "FAKE-SECRET"}}
    with serving(CONFIG=config(tmp_path / "lame.json", accounts=lame)) as (process, port):
        client = Client(port)
        assert client.post("/alerts/mine/plain-local-token", ALERT).status == 202
        order = ended(client)
        process.terminate()
        _, errors = process.communicate(timeout=30)
    assert order["state"] == "rejected"
    assert "'passphrase'" in order["reason"]
    assert errors.splitlines()[0].startswith("local_relay: warning: the secret of account 'main'")
