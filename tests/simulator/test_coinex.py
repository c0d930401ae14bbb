"""CoinEx as simulated: signatures, the clock and what a placement answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.coinex_orders import LIMIT, Row, without
from tests.simulator.signing import Client, Clock, decoded
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.coinex import CoinEx
from tools.exchange_simulator.message import HttpRequest, HttpResponse
from tools.exchange_simulator.order import Refusal

VECTORS = json.loads((Path(__file__).parent / "vectors" / "coinex.json").read_text())["cases"]


@pytest.fixture
def venue(clock: Clock) -> CoinEx:
    return CoinEx(DEFAULT_ACCOUNTS, clock)


def vector_request(case: Mapping[str, Any]) -> HttpRequest:
    headers = {name.lower(): value for name, value in case["headers"].items()}
    return HttpRequest(case["method"], case["target"], headers, case["body"].encode())


def vector_venue(case: Mapping[str, Any]) -> CoinEx:
    row = {"exchange": "coinex", "key": case["key"], "secret": case["secret"]}
    return CoinEx({"vector": row}, lambda: int(case["now_ms"]))


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_a_published_signature_is_accepted(case: Mapping[str, Any]) -> None:
    assert vector_venue(case).authenticate(vector_request(case)).name == "vector"


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_one_changed_byte_is_refused(case: Mapping[str, Any]) -> None:
    request = vector_request(case)
    for changed in (
        replace(request, target=request.target + "0"),
        replace(request, body=request.body + b" "),
        replace(request, method="PUT"),
    ):
        with pytest.raises(Refusal) as refusal:
            vector_venue(case).authenticate(changed)
        assert refusal.value.code == "4006"


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_the_legacy_plain_sha256_signature_is_refused(case: Mapping[str, Any]) -> None:
    request = vector_request(case)
    legacy = replace(request, headers={**request.headers, "x-coinex-sign": case["legacy"]})
    with pytest.raises(Refusal, match="4006"):
        vector_venue(case).authenticate(legacy)


def test_a_missing_or_unknown_key_is_4005(client: Client) -> None:
    for key in ("", "NOBODY"):
        answer = decoded(client.send("GET", "/v2/assets/spot/balance", headers={"x-coinex-key": key}))
        assert answer == {"code": 4005, "data": {}, "message": "access_id not exists"}


def test_a_malformed_signature_is_4008(client: Client) -> None:
    answer = decoded(client.send("GET", "/v2/assets/spot/balance", headers={"x-coinex-sign": "zz"}))
    assert answer["code"] == 4008


def test_a_key_younger_than_ten_minutes_does_not_exist_yet(client: Client, venue: CoinEx, clock: Clock) -> None:
    venue.accounts["coinex"].change({"key_created_ms": clock.now})
    assert client.get("/v2/assets/spot/balance")["code"] == 4005
    clock.now += 600_000
    assert client.get("/v2/assets/spot/balance")["code"] == 0


def test_a_deleted_key_does_not_exist(client: Client, venue: CoinEx) -> None:
    venue.accounts["coinex"].change({"active": False})
    assert client.get("/v2/assets/spot/balance")["code"] == 4005


@pytest.mark.parametrize(
    ("age_ms", "window", "code"),
    [
        (5_000, "", 0),
        (5_001, "", 4010),
        (9_000, "10000", 0),
        (1_001, "1000", 4010),
        (60_001, "5000", 227),
        (-60_000, "5000", 0),
        (-60_001, "5000", 227),
    ],
)
def test_the_window_bounds_the_past_and_one_minute_bounds_both(
    client: Client, age_ms: int, window: str, code: int
) -> None:
    headers = {"x-coinex-windowtime": window} if window else {}
    answer = client.send("GET", "/v2/assets/spot/balance", headers=headers, age_ms=age_ms)
    assert decoded(answer)["code"] == code


def test_the_other_documented_clock_code_can_be_chosen(client: Client, venue: CoinEx) -> None:
    venue.stale_code = "4017"
    assert decoded(client.send("GET", "/v2/assets/spot/balance", age_ms=6_000))["code"] == 4017


def test_the_exchange_clock_can_be_ahead(client: Client, venue: CoinEx, clock: Clock) -> None:
    venue.skew_ms = 7_000
    assert client.get("/v2/time")["data"] == {"timestamp": clock.now + 7_000}
    assert client.post("/v2/spot/order", LIMIT)["code"] == 4010


def test_an_unknown_path_is_a_page_and_not_json(client: Client) -> None:
    answer = client.send("GET", "/v2/nothing")
    assert isinstance(answer, HttpResponse)
    assert (answer.status, answer.headers["Content-Type"]) == (404, "text/html")


def test_a_wrong_verb_is_4009(client: Client) -> None:
    assert client.get("/v2/spot/batch-order")["code"] == 4009


def test_a_limit_order_rests_and_answers_without_a_status(client: Client, clock: Clock) -> None:
    data = client.post("/v2/spot/order", LIMIT)["data"]
    assert isinstance(data["order_id"], int)
    assert (data["amount"], data["unfilled_amount"], data["filled_amount"]) == ("0.01", "0.01", "0")
    assert (data["ccy"], data["client_id"], data["created_at"]) == ("BTC", "order1", clock.now)
    assert "status" not in data


def test_the_same_client_id_may_be_used_again_and_again(client: Client) -> None:
    ids = {client.post("/v2/spot/order", LIMIT)["data"]["order_id"] for _ in range(3)}
    assert len(ids) == 3


@pytest.mark.parametrize(
    "change",
    [
        {"amount": 0.01},
        {"amount": 1},
        {"amount": "1E-2"},
        {"amount": "-1"},
        {"amount": "0"},
        {"price": 50000},
        {"price": None},
        {"side": "BUY"},
        {"type": "LIMIT"},
        {"market_type": "spot"},
        {"market_type": "FUTURES"},
        {"market": "NOPEUSDT"},
        {"client_id": "has space"},
        {"client_id": "x" * 33},
        {"client_id": 5},
        {"is_hide": "false"},
        {"stp_mode": "no"},
        {"amount": "0.123456789"},
    ],
    ids=str,
)
def test_a_wrong_type_or_value_is_3639(client: Client, change: Row) -> None:
    answer = client.post("/v2/spot/order", LIMIT | change)
    assert answer["code"] == 3639
    assert answer["data"] == {}


@pytest.mark.parametrize(
    ("change", "code"),
    [({"amount": "0.00001"}, 3127), ({"amount": "1000"}, 3109), ({"price": "61000", "type": "maker_only"}, 3622)],
    ids=str,
)
def test_a_business_refusal_has_its_documented_code(client: Client, change: Row, code: int) -> None:
    assert client.post("/v2/spot/order", LIMIT | change)["code"] == code


def test_a_body_that_is_no_json_is_4004(client: Client) -> None:
    assert client.post("/v2/spot/order", b"{broken")["code"] == 4004
    assert client.post("/v2/spot/order", [1])["code"] == 3639


def test_fok_that_cannot_fill_is_3621_and_leaves_no_trace(client: Client, venue: CoinEx) -> None:
    venue.set_liquidity("spot", "BTCUSDT", "0.001")
    assert client.post("/v2/spot/order", LIMIT | {"type": "fok", "price": "61000"})["code"] == 3621
    assert client.get("/v2/spot/finished-order?market=BTCUSDT&market_type=SPOT")["data"] == []


def test_a_market_buy_without_ccy_spends_quote(client: Client) -> None:
    order = without(LIMIT, "price") | {"type": "market", "amount": "600"}
    data = client.post("/v2/spot/order", order)["data"]
    assert (data["ccy"], data["filled_amount"], data["filled_value"]) == ("USDT", "0.01", "600")


def test_a_market_sell_without_ccy_counts_base(client: Client) -> None:
    order = without(LIMIT, "price") | {"type": "market", "side": "sell", "amount": "0.5"}
    data = client.post("/v2/spot/order", order)["data"]
    assert (data["ccy"], data["filled_amount"]) == ("BTC", "0.5")


def test_ccy_chooses_the_currency_of_a_market_amount(client: Client) -> None:
    order = without(LIMIT, "price") | {"type": "market", "amount": "0.5", "ccy": "BTC"}
    assert client.post("/v2/spot/order", order)["data"]["filled_amount"] == "0.5"
    assert client.post("/v2/spot/order", order | {"ccy": "ETH"})["code"] == 3639


def test_a_spot_fill_moves_both_balances(client: Client) -> None:
    client.post("/v2/spot/order", LIMIT | {"price": "61000", "amount": "1"})
    balance = {row["ccy"]: row for row in client.get("/v2/assets/spot/balance")["data"]}
    assert (balance["BTC"]["available"], balance["USDT"]["available"]) == ("101", "940000")


def test_a_resting_order_freezes_its_cost(client: Client) -> None:
    client.post("/v2/spot/order", LIMIT | {"amount": "1"})
    balance = {row["ccy"]: row for row in client.get("/v2/assets/spot/balance")["data"]}
    assert (balance["USDT"]["available"], balance["USDT"]["frozen"]) == ("950000", "50000")


def test_a_batch_answers_one_code_per_order(client: Client) -> None:
    data = client.post("/v2/spot/batch-order", {"orders": [LIMIT, LIMIT | {"amount": 1}]})["data"]
    assert [row["code"] for row in data] == [0, 3639]
