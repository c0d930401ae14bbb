"""The clock handler: how far each exchange's clock is from ours, and never an error because of one of them."""

import json
import socket
from collections.abc import Callable
from typing import Any

import pytest

from tests.adapters.cloud import environment
from tests.adapters.invocation import Context, load
from tests.adapters.loopback import NOTHING_THEN_CLOSE, Step, loopback, reply
from tools.exchange_simulator.server import Simulator

EXCHANGES = ("coinex", "okx", "bitget", "bitunix", "jex")
HOSTS = (*EXCHANGES, "bitunix_futures")
SETTINGS = {"PREFIX": "relay", "ALERTS_TOPIC_ARN": "", "TABLE_NAME": "journal"}
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    """Every log and metric line that was written, as JSON."""
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def measured(urls: dict[str, str]) -> dict[str, Any]:
    """Run a fresh clock function against these exchanges; AWS is not there and is not needed."""
    with environment("http://127.0.0.1:9", **SETTINGS, **urls):
        answer: dict[str, Any] = load("clock").lambda_handler({"source": "aws.events"}, Context(30_000))
        return answer


def everywhere(url: str) -> dict[str, str]:
    return {f"EXCHANGE_URL_{host.upper()}": url for host in HOSTS}


def metric(written: list[dict[str, Any]], name: str) -> dict[str | None, float]:
    """Values of a metric by exchange."""
    return {line.get("exchange"): line[name][0] for line in written if name in line}


def test_every_exchange_is_measured_and_published(lines: Lines) -> None:
    skews = dict(zip(EXCHANGES, (0, 7_000, -7_000, 90_000, -90_000), strict=True))
    with Simulator() as simulator:
        for name, skew_ms in skews.items():
            simulator.venues[name].skew_ms = skew_ms
        offsets = measured(simulator.urls)["offsets_ms"]
    assert set(offsets) == set(EXCHANGES)
    for name, skew_ms in skews.items():
        assert abs(offsets[name] - skew_ms) <= 1_000, name
    written = lines()
    assert metric(written, "Heartbeat") == {None: 1.0}
    assert metric(written, "ClockSkewMs") == {name: abs(offset) for name, offset in offsets.items()}
    assert {line["exchange"] for line in written if line.get("message") == "clock"} == {*EXCHANGES} - {"coinex"}


def test_an_exchange_that_is_away_is_counted_and_the_others_are_measured(lines: Lines) -> None:
    with socket.socket() as nobody, Simulator() as simulator:
        nobody.bind(("127.0.0.1", 0))
        away = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        offsets = measured({**simulator.urls, "EXCHANGE_URL_OKX": away})["offsets_ms"]
    assert set(offsets) == {*EXCHANGES} - {"okx"}
    assert metric(lines(), "ClockUnknown") == {"okx": 1.0}


@pytest.mark.parametrize(
    "step",
    [
        NOTHING_THEN_CLOSE,
        Step(reply(b"<html>", "502 Bad Gateway")),
        Step(reply(b"", "302 Found", "Location: /elsewhere")),
        Step(reply(b"null")),
        Step(reply(b'"text"')),
        Step(reply(b"[]")),
        Step(reply(b"{}")),
        Step(reply(b'{"code":0,"data":{"timestamp":"soon"}}')),
        Step(reply(b'{"code":"0","data":[]}')),
        Step(reply(b'{"code":"0","data":[{"ts":null}]}')),
        Step(reply(b'{"code":"00000","data":{"serverTime":[1]}}')),
        Step(reply(b'{"serverTime":"now"}', "200 OK", "Date: yesterday")),
        Step(reply(b"[" * 100_000)),
    ],
)
def test_an_answer_without_a_time_is_no_error(lines: Lines, step: Step) -> None:
    with loopback(step) as server:
        assert measured(everywhere(server.url)) == {"offsets_ms": {}}
    written = lines()
    assert metric(written, "Heartbeat") == {None: 1.0}
    assert metric(written, "ClockUnknown") == dict.fromkeys(EXCHANGES, 1.0)


def test_a_warm_function_measures_again(lines: Lines) -> None:
    with Simulator() as simulator, environment("http://127.0.0.1:9", **SETTINGS, **simulator.urls):
        clock = load("clock")
        clock.lambda_handler({}, Context())
        kept = clock._timekeeper
        simulator.venues["okx"].skew_ms = 5_000
        offsets = clock.lambda_handler({}, Context())["offsets_ms"]
        assert clock._timekeeper is kept
    assert abs(offsets["okx"] - 5_000) <= 1_000
    assert len([line for line in lines() if "Heartbeat" in line]) == 2


def test_no_key_is_needed_and_none_is_sent() -> None:
    with loopback(Step(reply(b"{}"))) as server:
        measured(everywhere(server.url))
        assert len(server.requests) == len(EXCHANGES)
        for request in server.requests:
            assert request.startswith(b"GET ")
            assert not any(word in request.lower() for word in (b"key:", b"sign", b"passphrase"))
