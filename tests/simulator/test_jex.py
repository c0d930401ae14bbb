"""JEX as simulated: signature, parameter order, receive window, envelope, rate limits and public data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.jex_client import JexClient
from tests.simulator.signing import Clock, decoded
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.jex import Jex
from tools.exchange_simulator.message import HttpRequest, HttpResponse
from tools.exchange_simulator.order import Refusal

VECTORS = json.loads((Path(__file__).parent / "vectors" / "jex.json").read_text())["cases"]
ORDER = "/api/v1/spot/order"
BUY = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "quantity": "0.01", "price": "50000"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(clock: Clock) -> JexClient:
    return JexClient(Jex(DEFAULT_ACCOUNTS, clock), clock)


def vector_request(case: Mapping[str, Any]) -> HttpRequest:
    headers = {name.lower(): value for name, value in case["headers"].items()}
    return HttpRequest(case["method"], case["target"], headers, case["body"].encode())


def vector_venue(case: Mapping[str, Any]) -> Jex:
    row = {"exchange": "jex", "key": case["key"], "secret": case["secret"]}
    return Jex({"vector": row}, lambda: int(case["now_ms"]))


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_a_known_signature_is_accepted_in_either_case(case: Mapping[str, Any]) -> None:
    request = vector_request(case)
    loud = case["signature"].upper()
    shouted = replace(
        request,
        target=request.target.replace(case["signature"], loud),
        body=request.body.replace(case["signature"].encode(), loud.encode()),
    )
    for accepted in (request, shouted):
        assert vector_venue(case).authenticate(accepted).name == "vector"


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_one_changed_byte_is_1022(case: Mapping[str, Any]) -> None:
    request = vector_request(case)
    changed = replace(
        request,
        target=request.target.replace("recvWindow=5000", "recvWindow=5001"),
        body=request.body.replace(b"recvWindow=5000", b"recvWindow=5001"),
    )
    assert changed != request
    with pytest.raises(Refusal, match="-1022"):
        vector_venue(case).authenticate(changed)


def test_keys_are_401(client: JexClient) -> None:
    request = client.request("GET", "/api/v1/account", {})
    for headers, code in (({}, -2014), ({"x-jex-apikey": "NOBODY"}, -2015)):
        answer = client.venue.handle(replace(request, headers=headers))
        assert isinstance(answer, HttpResponse)
        assert (answer.status, decoded(answer)["code"]) == (401, code)
    client.venue.accounts["jex"].change({"active": False})
    assert client.refused("GET", "/api/v1/account") == -2015


def test_a_json_body_is_1022(client: JexClient) -> None:
    request = client.request("POST", ORDER, BUY)
    as_json = replace(request, headers={**request.headers, "content-type": "application/json"})
    assert decoded(client.venue.handle(as_json))["code"] == -1022
    assert decoded(client.venue.handle(replace(as_json, body=json.dumps(BUY).encode())))["code"] == -1022


def test_parameters_out_of_documented_order_are_1022(client: JexClient) -> None:
    swapped = {name: BUY[name] for name in ("side", "symbol", "type", "quantity", "price")}
    assert client.refused("POST", ORDER, **swapped) == -1022
    assert client.done("POST", ORDER, **BUY)["orderId"]


def test_a_client_id_is_not_read(client: JexClient) -> None:
    assert client.refused("POST", ORDER, **BUY, newClientOrderId="mine") == -1104
    assert client.venue.accepted_orders() == []


def test_a_repeated_parameter_is_1101_but_query_and_body_may_both_have_it(client: JexClient) -> None:
    request = client.request("POST", ORDER, BUY)
    total = request.body.rpartition(b"&signature=")[0].decode()
    twice = client.request("GET", "/api/v1/account", {})
    query = twice.target.partition("?")[2].rpartition("&signature=")[0]
    assert client.signed("GET", f"/api/v1/account?{query}&{query}")["code"] == -1101
    assert client.signed("POST", f"{ORDER}?symbol=ETHUSDT", total)["symbol"] == "ETHUSDT"


@pytest.mark.parametrize(
    ("age_ms", "window", "accepted"),
    [
        (-999, "5000", True),
        (-1000, "5000", False),
        (-1000, "60000", False),
        (5000, "5000", True),
        (5001, "5000", False),
        (60_000, "60000", True),
    ],
)
def test_the_window_is_one_second_ahead_and_recv_window_behind(
    client: JexClient, age_ms: int, window: str, accepted: bool
) -> None:
    answer = decoded(client.venue.handle(client.request("POST", ORDER, {**BUY, "recvWindow": window}, age_ms)))
    assert ("orderId" in answer) is accepted
    assert accepted or answer["code"] == -1021


def test_the_default_window_is_five_seconds_and_the_widest_sixty(client: JexClient) -> None:
    assert decoded(client.venue.handle(client.request("POST", ORDER, BUY, 5001)))["code"] == -1021
    assert client.refused("POST", ORDER, **BUY, recvWindow="60001") == -1102


def test_a_late_order_is_judged_at_the_late_moment(client: JexClient, clock: Clock) -> None:
    client.venue.add_fault(op="place", kind="slow", delay_ms=6_000)
    hang = client.send("POST", ORDER, **BUY)
    clock.now += 6_000
    assert decoded(hang.resume())["code"] == -1021  # type: ignore[union-attr, misc]


@pytest.mark.parametrize(
    ("fault", "status", "wait"),
    [
        ({"code": "-1003"}, 429, "60"),
        ({"code": "-1015"}, 429, "60"),
        ({"code": "-1003", "status": 418}, 418, "120"),
        ({"code": "-1003", "headers": {"Retry-After": "7"}}, 429, "7"),
    ],
    ids=str,
)
def test_a_broken_limit_says_how_long_to_wait(client: JexClient, fault: dict[str, Any], status: int, wait: str) -> None:
    client.venue.add_fault(op="place", kind="code", message="Too many requests", **fault)
    answer = client.send("POST", ORDER, **BUY)
    assert isinstance(answer, HttpResponse)
    assert (answer.status, answer.headers["Retry-After"]) == (status, wait)
    assert client.venue.accepted_orders() == []


def test_an_order_can_be_accepted_behind_a_504(client: JexClient) -> None:
    client.venue.add_fault(op="place", kind="accept_then_html", status=504)
    answer = client.send("POST", ORDER, **BUY)
    assert isinstance(answer, HttpResponse)
    assert answer.status == 504
    assert len(client.done("GET", "/api/v1/spot/openOrders", symbol="BTCUSDT")) == 1


def public(client: JexClient, target: str) -> Any:
    return decoded(client.venue.handle(HttpRequest("GET", target)))


def test_the_server_time_follows_the_skewed_clock(client: JexClient, clock: Clock) -> None:
    client.venue.skew_ms = -3_000
    assert public(client, "/api/v1/ping") == {}
    assert public(client, "/api/v1/time") == {"serverTime": clock.now - 3_000}
    assert client.refused("POST", ORDER, **BUY) == -1021


def test_the_same_name_means_three_products(client: JexClient) -> None:
    info = public(client, "/api/v1/exchangeInfo")
    (contract,) = [row for row in info["contractSymbols"] if row["symbol"] == "BTCUSDT"]
    (spot,) = [row for row in info["spotSymbols"] if row["symbol"] == "BTCUSDT"]
    assert (contract["quotePrecision"], contract["baseAssetPrecision"], contract["baseAsset"]) == (0, 4, "btc")
    assert (spot["quotePrecision"], spot["baseAsset"], spot["status"]) == (2, "BTC", "TRADING")
    assert [row["symbol"] for row in info["optionSymbols"]] == ["BTCCALLM", "BTCPUTM"]


@pytest.mark.parametrize(
    ("segment", "symbol", "bid", "ask"),
    [
        ("spot", "BTCUSDT", "59999.99", "60000.01"),
        ("contract", "BTCUSDT", "59999", "60001"),
        ("option", "BTCCALLM", "24.99", "25.01"),
    ],
)
def test_prices_are_public_per_product(client: JexClient, segment: str, symbol: str, bid: str, ask: str) -> None:
    row = public(client, f"/api/v1/{segment}/ticker/bookTicker?symbol={symbol}")
    assert (row["bidPrice"], row["askPrice"]) == (bid, ask)
    book = public(client, f"/api/v1/{segment}/depth?symbol={symbol}")
    assert (book["bids"][0][0], book["asks"][0][0]) == (bid, ask)
    assert symbol in [row["symbol"] for row in public(client, f"/api/v1/{segment}/ticker/price")]


def test_contract_info_prints_json_numbers(client: JexClient) -> None:
    assert public(client, "/api/v1/contractInfo")[0]["lastPrice"] == 60000


def test_an_echoed_key_never_reaches_the_ledger(client: JexClient) -> None:
    client.venue.add_fault(op="place", kind="echo_secret")
    answer = client.send("POST", ORDER, **BUY)
    assert isinstance(answer, HttpResponse)
    key = DEFAULT_ACCOUNTS["jex"]["key"]
    assert key in decoded(answer)["msg"]
    assert key not in json.dumps(client.venue.ledger.requests)
