"""Bitget as simulated: signature, clock, account generation, envelope, faults and public data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.bitget_client import BitgetClient
from tests.simulator.signing import Clock, decoded
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.bitget import Bitget
from tools.exchange_simulator.message import Drop, HttpRequest, HttpResponse
from tools.exchange_simulator.order import Refusal

VECTORS = json.loads((Path(__file__).parent / "vectors" / "bitget.json").read_text())["cases"]
ASSETS = "/api/v2/spot/account/assets"
SETTINGS = "/api/v3/account/settings"
PLACE = "/api/v2/spot/trade/place-order"
BUY = {"symbol": "BTCUSDT", "side": "buy", "orderType": "limit", "force": "gtc", "price": "50000", "size": "0.01"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def venue(clock: Clock) -> Bitget:
    return Bitget(DEFAULT_ACCOUNTS, clock)


@pytest.fixture
def client(venue: Bitget, clock: Clock) -> BitgetClient:
    return BitgetClient(venue, clock)


@pytest.fixture
def unified(venue: Bitget, clock: Clock) -> BitgetClient:
    return BitgetClient(venue, clock, "bitget_uta")


def vector_request(case: Mapping[str, Any]) -> HttpRequest:
    headers = {name.lower(): value for name, value in case["headers"].items()}
    return HttpRequest(case["method"], case["target"], headers, case["body"].encode())


def vector_venue(case: Mapping[str, Any]) -> Bitget:
    row = {"exchange": "bitget", "key": case["key"], "secret": case["secret"], "passphrase": case["passphrase"]}
    row["api"] = "v3" if "/api/v3/" in case["target"] else "v2"
    return Bitget({"vector": row}, lambda: int(case["now_ms"]))


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_a_known_signature_is_accepted(case: Mapping[str, Any]) -> None:
    assert vector_venue(case).authenticate(vector_request(case)).name == "vector"


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_one_changed_byte_is_40009(case: Mapping[str, Any]) -> None:
    request = vector_request(case)
    for changed in (
        replace(request, target=request.target + "0"),
        replace(request, body=request.body + b" "),
        replace(request, method="PUT"),
    ):
        with pytest.raises(Refusal, match="40009"):
            vector_venue(case).authenticate(changed)


@pytest.mark.parametrize(("in_order", "code"), [(True, "00000"), (False, "40009")])
def test_query_keys_out_of_order_are_40009_however_they_are_signed(
    client: BitgetClient, in_order: bool, code: str
) -> None:
    query = {"productType": "USDT-FUTURES", "symbol": "BTCUSDT", "marginCoin": "USDT"}
    request = client.request("GET", "/api/v2/mix/account/account", query, in_order=in_order)
    assert decoded(client.venue.handle(request))["code"] == code


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"access-key": ""}, "40001"),
        ({"access-sign": ""}, "40002"),
        ({"access-timestamp": ""}, "40005"),
        ({"access-timestamp": "2026-11-21T00:00:00Z"}, "40005"),
        ({"access-passphrase": ""}, "40011"),
        ({"access-timestamp": "1789999969999"}, "40008"),
        ({"access-timestamp": "1790000030001"}, "40008"),
        ({"access-key": "NOBODY"}, "40006"),
        ({"access-passphrase": "nan"}, "40012"),
        ({"access-sign": "AAAA"}, "40009"),
        ({"access-sign": "ü"}, "40009"),
        ({"paptrading": ""}, "40099"),
    ],
    ids=str,
)
def test_a_wrong_header_is_a_400_with_its_own_code(client: BitgetClient, headers: dict[str, str], code: str) -> None:
    request = client.request("GET", ASSETS, {})
    answer = client.venue.handle(replace(request, headers={**request.headers, **headers}))
    assert isinstance(answer, HttpResponse)
    body = decoded(answer)
    assert (answer.status, body["code"], body["data"]) == (400, code, None)
    assert isinstance(body["requestTime"], int)


def test_a_post_without_the_json_content_type_is_40007(client: BitgetClient) -> None:
    request = client.request("POST", PLACE, {}, BUY)
    answer = client.venue.handle(replace(request, headers={**request.headers, "content-type": "text/plain"}))
    assert decoded(answer)["code"] == "40007"


def test_a_deleted_key_is_40037(client: BitgetClient) -> None:
    client.venue.accounts["bitget"].change({"active": False})
    assert client.get(ASSETS)["code"] == "40037"


def test_a_live_key_must_not_carry_the_demo_header(client: BitgetClient) -> None:
    client.venue.accounts["bitget"].change({"environment": "live"})
    assert client.get(ASSETS)["code"] == "40099"


def test_each_key_belongs_to_one_generation_of_the_api(client: BitgetClient, unified: BitgetClient) -> None:
    assert client.get(ASSETS)["code"] == "00000"
    assert client.get(SETTINGS)["code"] == "40084"
    assert unified.get(SETTINGS)["code"] == "00000"
    assert unified.get(ASSETS)["code"] == "40085"


def test_the_server_time_is_a_string_on_the_skewed_clock(venue: Bitget, clock: Clock) -> None:
    venue.skew_ms = 7_000
    body = decoded(venue.handle(HttpRequest("GET", "/api/v2/public/time")))
    assert body == {
        "code": "00000",
        "msg": "success",
        "requestTime": clock.now + 7_000,
        "data": {"serverTime": str(clock.now + 7_000)},
    }


def test_an_unknown_path_is_404_and_a_broken_body_is_refused(client: BitgetClient) -> None:
    answer = client.send("GET", "/api/v2/spot/nothing", {})
    assert isinstance(answer, HttpResponse)
    assert (answer.status, decoded(answer)["code"]) == (404, "40404")
    assert client.refused(PLACE, b"{") == "40409"
    assert client.refused(PLACE, b"") == "40409"


def test_numbers_must_be_json_strings(client: BitgetClient) -> None:
    assert client.refused(PLACE, {**BUY, "size": 0.01}) == "40017"
    assert client.refused(PLACE, {**BUY, "size": "0"}) == "40020"
    assert client.refused(PLACE, {name: value for name, value in BUY.items() if name != "force"}) == "40019"


def test_the_receive_window_refuses_a_stale_order(client: BitgetClient, clock: Clock) -> None:
    stamped = {**BUY, "requestTime": str(clock.now - 3_000), "receiveWindow": "2000"}
    assert client.refused(PLACE, stamped) == "40078"
    assert client.refused(PLACE, {**stamped, "receiveWindow": "60000"}) == "40079"
    assert client.done(PLACE, {**stamped, "receiveWindow": "5000"})["orderId"]


def test_a_rate_limit_is_a_429_with_the_remaining_quota(client: BitgetClient) -> None:
    client.venue.add_fault(op="place", kind="code", code="429", message="Too Many Requests")
    answer = client.send("POST", PLACE, {}, BUY)
    assert isinstance(answer, HttpResponse)
    assert (answer.status, decoded(answer)["code"]) == (429, "429")
    assert answer.headers["x-mbx-used-remain-limit"] == "0"
    assert client.venue.accepted_orders() == []


@pytest.mark.parametrize("code", ["40725", "45001", "40010"])
def test_an_order_can_be_stored_behind_an_ambiguous_code(client: BitgetClient, code: str) -> None:
    client.venue.add_fault(op="place", kind="accept_then_code", code=code, message="unclear")
    assert client.refused(PLACE, {**BUY, "clientOid": "doubtful1"}) == code
    assert client.data("/api/v2/spot/trade/orderInfo", clientOid="doubtful1")[0]["status"] == "live"


def test_a_late_order_is_judged_at_the_late_moment(client: BitgetClient, clock: Clock) -> None:
    client.venue.add_fault(op="place", kind="slow", delay_ms=31_000)
    hang = client.send("POST", PLACE, {}, BUY)
    assert not isinstance(hang, HttpResponse | Drop)
    clock.now += 31_000
    assert hang.resume is not None
    assert decoded(hang.resume())["code"] == "40008"


def test_an_echoed_key_never_reaches_the_ledger(client: BitgetClient) -> None:
    client.venue.add_fault(op="place", kind="echo_secret")
    key = DEFAULT_ACCOUNTS["bitget"]["key"]
    assert key in client.post(PLACE, BUY)["msg"]
    assert key not in json.dumps(client.venue.ledger.requests)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/api/v2/spot/public/symbols", "symbol=BTCUSDT"),
        ("/api/v2/spot/market/tickers", "symbol=BTCUSDT"),
        ("/api/v2/mix/market/contracts", "productType=usdt-futures&symbol=BTCUSDT"),
        ("/api/v2/mix/market/ticker", "productType=USDT-FUTURES&symbol=BTCUSDT"),
        ("/api/v3/market/instruments", "category=SPOT&symbol=BTCUSDT"),
        ("/api/v3/market/tickers", "category=USDT-FUTURES&symbol=BTCUSDT"),
    ],
)
def test_public_lists_need_no_key_and_name_the_symbol(venue: Bitget, path: str, query: str) -> None:
    (row,) = decoded(venue.handle(HttpRequest("GET", f"{path}?{query}")))["data"]
    assert row["symbol"] == "BTCUSDT"


def test_instrument_rules_are_strings_of_decimals(venue: Bitget) -> None:
    target = "/api/v2/mix/market/contracts?productType=USDT-FUTURES&symbol=BTCUSDT"
    (row,) = decoded(venue.handle(HttpRequest("GET", target)))["data"]
    assert Decimal(row["priceEndStep"]).scaleb(-int(row["pricePlace"])) == Decimal("0.1")
    assert (row["sizeMultiplier"], row["minTradeNum"], row["minTradeUSDT"]) == ("0.0001", "0.0001", "5")
    assert (row["symbolStatus"], row["supportMarginCoins"]) == ("normal", ["USDT"])


def test_an_unknown_symbol_has_a_code_per_api(client: BitgetClient, unified: BitgetClient) -> None:
    assert client.refused(PLACE, {**BUY, "symbol": "NOPEUSDT"}) == "40102"
    assert client.get("/api/v2/mix/market/contracts", productType="USDT-FUTURES", symbol="NOPE")["code"] == "40072"
    order = {"category": "SPOT", "symbol": "NOPEUSDT", "side": "buy", "orderType": "market", "qty": "10"}
    assert unified.refused("/api/v3/trade/place-order", order) == "25100"
    assert unified.refused("/api/v3/trade/place-order", {**order, "category": "MARGIN"}) == "25100"
