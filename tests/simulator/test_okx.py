"""OKX as simulated: signatures, environment, the clock and public data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.okx_orders import (
    ORDER,
    SPOT,
    Row,
)
from tests.simulator.signing import Client, Clock, decoded
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.message import HttpRequest, HttpResponse
from tools.exchange_simulator.okx import Okx
from tools.exchange_simulator.order import Refusal

VECTORS = json.loads((Path(__file__).parent / "vectors" / "okx.json").read_text())["cases"]


@pytest.fixture
def venue(clock: Clock) -> Okx:
    return Okx(DEFAULT_ACCOUNTS, clock)


def vector_request(case: Mapping[str, Any]) -> HttpRequest:
    headers = {name.lower(): value for name, value in case["headers"].items()}
    return HttpRequest(case["method"], case["target"], headers, case["body"].encode())


def vector_venue(case: Mapping[str, Any]) -> Okx:
    row = {"exchange": "okx", "key": case["key"], "secret": case["secret"], "passphrase": case["passphrase"]}
    return Okx({"vector": row}, lambda: int(case["now_ms"]))


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_a_known_signature_is_accepted(case: Mapping[str, Any]) -> None:
    assert vector_venue(case).authenticate(vector_request(case)).name == "vector"


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_one_changed_byte_is_50113(case: Mapping[str, Any]) -> None:
    request = vector_request(case)
    for changed in (
        replace(request, target=request.target + "0"),
        replace(request, body=request.body + b" "),
        replace(request, method="PUT"),
    ):
        with pytest.raises(Refusal, match="50113"):
            vector_venue(case).authenticate(changed)


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"ok-access-key": ""}, "50103"),
        ({"ok-access-passphrase": ""}, "50104"),
        ({"ok-access-sign": ""}, "50106"),
        ({"ok-access-timestamp": ""}, "50107"),
        ({"ok-access-timestamp": "1790000000000"}, "50112"),
        ({"ok-access-timestamp": "2026-13-41T00:00:00.000Z"}, "50112"),
        ({"ok-access-timestamp": "2020-12-08T09:08:57.715Z"}, "50102"),
        ({"ok-access-key": "NOBODY"}, "50111"),
        ({"ok-access-passphrase": "nan"}, "50105"),
        ({"ok-access-sign": "AAAA"}, "50113"),
        ({"x-simulated-trading": "0"}, "50101"),
    ],
    ids=str,
)
def test_a_wrong_header_is_a_401_without_data(client: Client, headers: Row, code: str) -> None:
    answer = client.send("GET", "/api/v5/account/config", headers=headers)
    assert isinstance(answer, HttpResponse)
    assert (answer.status, json.loads(answer.body)["code"]) == (401, code)
    assert "data" not in json.loads(answer.body)


def test_a_live_key_with_the_demo_header_is_50101(client: Client, venue: Okx) -> None:
    venue.accounts["okx"].change({"environment": "live"})
    assert client.get("/api/v5/account/config")["code"] == "50101"


@pytest.mark.parametrize(("age_ms", "code"), [(30_000, "0"), (30_001, "50102"), (-30_000, "0"), (-30_001, "50102")])
def test_thirty_seconds_bound_the_clock_both_ways(client: Client, age_ms: int, code: str) -> None:
    assert decoded(client.send("GET", "/api/v5/account/config", age_ms=age_ms))["code"] == code


def test_a_deleted_key_is_50119(client: Client, venue: Okx) -> None:
    venue.accounts["okx"].change({"active": False})
    assert client.get("/api/v5/account/config")["code"] == "50119"


def test_server_time_is_a_string_of_milliseconds(client: Client, clock: Clock) -> None:
    assert client.get("/api/v5/public/time") == {"code": "0", "msg": "", "data": [{"ts": str(clock.now)}]}


def test_a_wrong_path_is_404_and_a_wrong_verb_is_405(client: Client) -> None:
    for method, path, status in (("GET", "/api/v5/nothing", 404), ("GET", "/api/v5/trade/batch-orders", 405)):
        answer = client.send(method, path)
        assert isinstance(answer, HttpResponse)
        assert answer.status == status


def test_a_post_must_say_json(client: Client) -> None:
    assert client.post(ORDER, SPOT, {"content-type": "text/plain"})["code"] == "50006"
    assert client.post(ORDER, b"{broken")["code"] == "50002"
