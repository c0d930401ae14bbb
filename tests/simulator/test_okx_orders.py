"""OKX as simulated: cancels, details, lists and their retention."""

from __future__ import annotations

import json

import pytest

from tests.simulator.okx_orders import (
    ALGO,
    ORDER,
    SPOT,
    Row,
    details,
    place,
)
from tests.simulator.signing import Client, Clock
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.message import HttpResponse
from tools.exchange_simulator.okx import Okx


@pytest.fixture
def venue(clock: Clock) -> Okx:
    return Okx(DEFAULT_ACCOUNTS, clock)


def test_cancel_by_client_id_then_again_is_51400(client: Client) -> None:
    place(client, SPOT)
    body = {"instId": "BTC-USDT", "clOrdId": "order1"}
    first = client.post("/api/v5/trade/cancel-order", body)
    assert (first["code"], first["data"][0]["sCode"]) == ("0", "0")
    again = client.post("/api/v5/trade/cancel-order", body)
    assert (again["code"], again["data"][0]["sCode"]) == ("1", "51400")
    assert details(client, "instId=BTC-USDT&clOrdId=order1")["state"] == "canceled"


def test_the_order_id_wins_over_the_client_id(client: Client) -> None:
    order_id = place(client, SPOT)["ordId"]
    body = {"instId": "BTC-USDT", "ordId": "1", "clOrdId": "order1"}
    assert client.post("/api/v5/trade/cancel-order", body)["data"][0]["sCode"] == "51400"
    body = {"instId": "BTC-USDT", "ordId": order_id, "clOrdId": "wrong"}
    assert client.post("/api/v5/trade/cancel-order", body)["data"][0]["ordId"] == order_id


@pytest.mark.parametrize(
    "body", [{"instId": "BTC-USDT", "ordId": "1"}, {"instId": "BTC-USDT-SWAP", "clOrdId": "order1"}]
)
def test_unknown_or_elsewhere_is_51400(client: Client, body: Row) -> None:
    place(client, SPOT)
    assert client.post("/api/v5/trade/cancel-order", body)["data"][0]["sCode"] == "51400"


def test_batch_cancel_reports_each_order(client: Client) -> None:
    place(client, SPOT)
    body = [{"instId": "BTC-USDT", "clOrdId": "order1"}, {"instId": "BTC-USDT", "ordId": "9"}]
    answer = client.post("/api/v5/trade/cancel-batch-orders", body)
    assert (answer["code"], [row["sCode"] for row in answer["data"]]) == ("2", ["0", "51400"])


def test_an_unknown_order_is_51603_with_empty_data(client: Client) -> None:
    answer = client.send("GET", f"{ORDER}?instId=BTC-USDT&clOrdId=nobody")
    assert isinstance(answer, HttpResponse)
    assert answer.status == 200
    assert json.loads(answer.body) == {"msg": "Order does not exist", "code": "51603", "data": []}


def test_a_client_id_used_twice_names_the_latest_order(client: Client) -> None:
    place(client, SPOT | {"px": "61000"})
    second = place(client, SPOT | {"px": "62000"})["ordId"]
    assert details(client, "instId=BTC-USDT&clOrdId=order1")["ordId"] == second


def test_a_cancel_without_a_fill_is_forgotten_after_two_hours(client: Client, clock: Clock) -> None:
    place(client, SPOT)
    client.post("/api/v5/trade/cancel-order", {"instId": "BTC-USDT", "clOrdId": "order1"})
    history = "/api/v5/trade/orders-history?instType=SPOT"
    clock.now += 2 * 3_600_000
    assert len(client.get(history)["data"]) == 1
    assert client.get("/api/v5/trade/orders-history-archive?instType=SPOT")["data"] == []
    clock.now += 1
    assert client.get(history)["data"] == []
    assert client.get(f"{ORDER}?instId=BTC-USDT&clOrdId=order1")["code"] == "51603"


def test_history_forgets_after_seven_days_and_the_archive_does_not(client: Client, clock: Clock) -> None:
    place(client, SPOT | {"px": "61000"})
    clock.now += 8 * 24 * 3_600_000
    assert client.get("/api/v5/trade/orders-history?instType=SPOT")["data"] == []
    assert len(client.get("/api/v5/trade/orders-history-archive?instType=SPOT")["data"]) == 1


def test_pending_orders_page_backwards_by_order_id(client: Client) -> None:
    ids = [place(client, SPOT | {"clOrdId": f"n{i}"})["ordId"] for i in range(3)]
    query = "/api/v5/trade/orders-pending?instType=SPOT&instId=BTC-USDT"
    first = client.get(f"{query}&limit=2")["data"]
    rest = client.get(f"{query}&limit=2&after={first[-1]['ordId']}")["data"]
    assert [row["ordId"] for row in first + rest] == ids[::-1]
    assert client.get("/api/v5/trade/orders-pending?instType=SWAP")["data"] == []
    assert client.get("/api/v5/trade/orders-history")["code"] == "50014"


def test_instruments_print_strings_and_contract_values(client: Client) -> None:
    swap = client.get("/api/v5/public/instruments?instType=SWAP&instId=BTC-USDT-SWAP")["data"][0]
    assert (swap["ctVal"], swap["lotSz"], swap["minSz"], swap["ctValCcy"]) == ("0.01", "0.01", "0.01", "BTC")
    spot = client.get("/api/v5/account/instruments?instType=SPOT")["data"]
    assert [row["instId"] for row in spot] == ["BTC-USDT", "ETH-USDT"]
    assert client.get("/api/v5/public/instruments?instType=SPOT&instId=NOPE")["code"] == "51001"


def test_ticker_and_book_follow_the_price(client: Client, venue: Okx) -> None:
    venue.set_price("perp", "BTC-USDT-SWAP", "61000")
    ticker = client.get("/api/v5/market/ticker?instId=BTC-USDT-SWAP")["data"][0]
    assert (ticker["last"], ticker["askPx"], ticker["bidPx"]) == ("61000", "61000.1", "60999.9")
    assert client.get("/api/v5/market/books?instId=BTC-USDT-SWAP&sz=1")["data"][0]["asks"][0][0] == "61000.1"


@pytest.mark.parametrize(
    ("target", "code"),
    [
        (f"{ORDER}?instId=BTC-USDT", "50014"),
        (f"{ORDER}?clOrdId=order1", "51001"),
        (f"{ALGO}?algoId=7", "51603"),
        (ALGO, "50014"),
        ("/api/v5/trade/orders-algo-pending", "50014"),
        ("/api/v5/trade/orders-pending?limit=many", "50014"),
        ("/api/v5/public/instruments", "50014"),
        ("/api/v5/market/tickers?instType=SWAP", "0"),
        ("/api/v5/public/mark-price?instId=BTC-USDT-SWAP", "0"),
        ("/api/v5/account/leverage-info?instId=BTC-USDT-SWAP&mgnMode=cross", "0"),
        ("/api/v5/system/status?state=ongoing", "0"),
    ],
)
def test_a_read_answers_with_its_documented_code(client: Client, target: str, code: str) -> None:
    assert client.get(target)["code"] == code


@pytest.mark.parametrize("body", [{"instId": "BTC-USDT"}, {"instId": "BTC-USDT", "ordId": 7}])
def test_a_cancel_must_name_its_order_with_a_string(client: Client, body: Row) -> None:
    assert client.post("/api/v5/trade/cancel-order", body)["data"][0]["sCode"] == "51000"
