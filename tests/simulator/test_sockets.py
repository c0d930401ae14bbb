"""The simulator behind real sockets: keep-alive, drops, hangs, controls and the command."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.simulator.coinex_orders import LIMIT, Row
from tests.simulator.signing import coinex_headers, encode
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.server import Simulator

ORDER = "/v2/spot/order"


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator({"exchanges": ["coinex", "okx"]}) as running:
        yield running


def connect(simulator: Simulator) -> http.client.HTTPConnection:
    address = urlsplit(simulator.urls["EXCHANGE_URL_COINEX"])
    return http.client.HTTPConnection(str(address.hostname), address.port, timeout=5)


def call(connection: http.client.HTTPConnection, method: str, path: str, body: object = None) -> tuple[int, Any]:
    raw = encode(body)
    headers = coinex_headers(DEFAULT_ACCOUNTS["coinex"], method, path, raw, time.time_ns() // 1_000_000)
    connection.request(method, path, raw, headers | {"Content-Type": "application/json"})
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def test_one_connection_carries_many_requests(simulator: Simulator) -> None:
    connection = connect(simulator)
    assert call(connection, "GET", "/v2/time")[0] == 200
    socket = connection.sock
    assert call(connection, "POST", ORDER, LIMIT)[1]["code"] == 0
    assert connection.sock is socket
    connection.close()


def test_the_date_header_follows_the_exchange_clock(simulator: Simulator) -> None:
    connection = connect(simulator)
    call(connection, "POST", "/_sim/knobs", {"skew_ms": 120_000})
    connection.request("GET", "/v2/time")
    answer = connection.getresponse()
    answer.read()
    ahead = parsedate_to_datetime(str(answer.headers["Date"])).timestamp() - time.time()
    connection.close()
    assert 115 < ahead < 125


def test_a_dropped_request_closes_the_socket_without_a_byte(simulator: Simulator) -> None:
    connection = connect(simulator)
    call(connection, "POST", "/_sim/faults", {"op": "place", "kind": "accept_then_drop"})
    with pytest.raises(http.client.RemoteDisconnected):
        call(connection, "POST", ORDER, LIMIT)
    assert [row["client_id"] for row in call(connection, "GET", "/_sim/orders")[1]] == ["order1"]
    connection.close()


def test_faults_can_be_called_off_over_http(simulator: Simulator) -> None:
    connection = connect(simulator)
    call(connection, "POST", "/_sim/faults", {"kind": "status", "status": 503, "body": {"busy": 1.5}, "times": 99})
    assert call(connection, "POST", ORDER, LIMIT) == (503, {"busy": "1.5"})
    call(connection, "DELETE", "/_sim/faults")
    assert call(connection, "POST", ORDER, LIMIT)[1]["code"] == 0
    connection.close()


def test_a_hanging_request_does_not_hold_up_the_others(simulator: Simulator) -> None:
    waiting, other = connect(simulator), connect(simulator)
    call(other, "POST", "/_sim/faults", [{"op": "place", "kind": "slow", "delay_ms": 2_500}])
    answers: list[tuple[int, Any]] = []
    thread = threading.Thread(target=lambda: answers.append(call(waiting, "POST", ORDER, LIMIT)))
    started = time.monotonic()
    thread.start()
    while not call(other, "GET", "/_sim/ledger")[1]:
        assert time.monotonic() - started < 2.5
        time.sleep(0.01)
    assert call(other, "POST", ORDER, LIMIT)[1]["code"] == 0
    assert time.monotonic() - started < 2.5
    thread.join()
    assert answers[0][1]["code"] == 0
    waiting.close()
    other.close()


def test_the_controls_answer_over_http(simulator: Simulator) -> None:
    connection = connect(simulator)
    assert call(connection, "POST", "/_sim/price", {"product": "spot", "symbol": "BTCUSDT", "price": "40000"})[0] == 200
    assert call(connection, "GET", "/v2/spot/ticker?market=BTCUSDT")[1]["data"][0]["last"] == "40000"
    limited = {"product": "spot", "symbol": "BTCUSDT", "liquidity": "0.001"}
    assert call(connection, "POST", "/_sim/price", limited)[0] == 200
    assert call(connection, "POST", ORDER, LIMIT)[1]["data"]["filled_amount"] == "0.001"
    assert call(connection, "GET", "/_sim/ledger")[1][-1]["op"] == "place"
    assert call(connection, "POST", "/_sim/account", {"account": "coinex", "active": False})[0] == 200
    assert call(connection, "POST", ORDER, LIMIT)[1]["code"] == 4005
    assert call(connection, "POST", "/_sim/reset")[0] == 200
    assert call(connection, "GET", "/_sim/orders")[1] == []
    connection.close()


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/_sim/faults", {"kind": "gremlin"}, 400),
        ("/_sim/knobs", {"speed": 1}, 400),
        ("/_sim/price", {"product": "spot", "symbol": "NOPE", "price": "1"}, 400),
        ("/_sim/account", {"account": "nobody"}, 400),
        ("/_sim/nothing", {}, 404),
    ],
)
def test_a_wrong_control_says_so(simulator: Simulator, path: str, body: Row, status: int) -> None:
    connection = connect(simulator)
    assert call(connection, "POST", path, body)[0] == status
    connection.close()


def test_stopping_does_not_wait_for_a_hanging_request() -> None:
    simulator = Simulator({"exchanges": ["coinex"]}).start()
    simulator.venues["coinex"].add_fault(op="place", kind="hang", seconds=60)
    connection = connect(simulator)
    outcome: list[BaseException] = []

    def wait() -> None:
        try:
            call(connection, "POST", ORDER, LIMIT)
        except http.client.RemoteDisconnected as exc:
            outcome.append(exc)

    thread = threading.Thread(target=wait)
    thread.start()
    started = time.monotonic()
    while not simulator.venues["coinex"].ledger.requests:
        assert time.monotonic() - started < 5
        time.sleep(0.01)
    started = time.monotonic()
    simulator.stop()
    thread.join(timeout=5)
    connection.close()
    assert time.monotonic() - started < 5
    assert len(outcome) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_prints_every_host_and_ends_cleanly(number: signal.Signals) -> None:
    command = [sys.executable, "-m", "tools.exchange_simulator"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            first = process.stdout.readline()
            assert first.startswith("EXCHANGE_URL_COINEX=http://127.0.0.1:")
            process.send_signal(number)
            assert process.wait(timeout=5) == 0
            assert process.stderr.read() == ""
        finally:
            process.kill()
