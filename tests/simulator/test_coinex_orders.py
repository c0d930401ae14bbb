"""CoinEx as simulated: cancels, vanishing orders, lists and public data."""

from __future__ import annotations

import pytest

from tests.simulator.coinex_orders import CANCEL, FUTURES, LIMIT
from tests.simulator.signing import Client, Clock
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.coinex import CoinEx


@pytest.fixture
def venue(clock: Clock) -> CoinEx:
    return CoinEx(DEFAULT_ACCOUNTS, clock)


def test_cancel_needs_an_integer_id(client: Client) -> None:
    order_id = client.post("/v2/spot/order", LIMIT)["data"]["order_id"]
    assert client.post("/v2/spot/cancel-order", CANCEL | {"order_id": str(order_id)})["code"] == 3639
    assert client.post("/v2/spot/cancel-order", CANCEL | {"order_id": order_id})["data"]["order_id"] == order_id


def test_an_order_cancelled_without_a_fill_is_in_no_answer(client: Client) -> None:
    order_id = client.post("/v2/spot/order", LIMIT)["data"]["order_id"]
    client.post("/v2/spot/cancel-order", CANCEL | {"order_id": order_id})
    assert client.get(f"/v2/spot/order-status?market=BTCUSDT&order_id={order_id}")["code"] == 3600
    for path in ("pending-order", "finished-order"):
        assert client.get(f"/v2/spot/{path}?market=BTCUSDT&market_type=SPOT&page=1&limit=10")["data"] == []
    assert client.post("/v2/spot/cancel-order", CANCEL | {"order_id": order_id})["code"] == 3600


def test_a_partial_fill_survives_its_cancel(client: Client, venue: CoinEx) -> None:
    venue.set_liquidity("spot", "BTCUSDT", "0.004")
    order_id = client.post("/v2/spot/order", LIMIT | {"price": "61000"})["data"]["order_id"]
    status = f"/v2/spot/order-status?market=BTCUSDT&order_id={order_id}"
    assert client.get(status)["data"]["status"] == "part_filled"
    client.post("/v2/spot/cancel-order", CANCEL | {"order_id": order_id})
    data = client.get(status)["data"]
    assert (data["status"], data["filled_amount"]) == ("part_canceled", "0.004")


def test_cancel_by_client_id_answers_a_list(client: Client) -> None:
    for _ in range(2):
        client.post("/v2/spot/order", LIMIT)
    body = {"market_type": "SPOT", "client_id": "order1"}
    answer = client.post("/v2/spot/cancel-order-by-client-id", body)
    assert [row["code"] for row in answer["data"]] == [0, 0]
    assert client.post("/v2/spot/cancel-order-by-client-id", body)["data"] == []


def test_batch_cancel_answers_each_id(client: Client) -> None:
    order_id = client.post("/v2/spot/order", LIMIT)["data"]["order_id"]
    data = client.post("/v2/spot/cancel-batch-order", {"market": "BTCUSDT", "order_ids": [order_id, 1]})["data"]
    assert [row["code"] for row in data] == [0, 3600]
    assert client.post("/v2/spot/cancel-batch-order", {"market": "BTCUSDT", "order_ids": ["1"]})["code"] == 3639


def test_cancel_all_respects_the_side(client: Client) -> None:
    client.post("/v2/spot/order", LIMIT)
    client.post("/v2/spot/order", LIMIT | {"side": "sell", "price": "70000"})
    assert client.post("/v2/spot/cancel-all-order", CANCEL | {"side": "sell"})["data"] == {}
    rows = client.get("/v2/spot/pending-order?market=BTCUSDT&market_type=SPOT")["data"]
    assert [row["side"] for row in rows] == ["buy"]


def test_pending_orders_filter_by_client_id_and_page_newest_first(client: Client) -> None:
    ids = [client.post("/v2/spot/order", LIMIT | {"client_id": f"n{i}"})["data"]["order_id"] for i in range(3)]
    query = "/v2/spot/pending-order?market=BTCUSDT&market_type=SPOT"
    one = client.get(f"{query}&client_id=n1")
    assert [row["order_id"] for row in one["data"]] == [ids[1]]
    first = client.get(f"{query}&page=1&limit=2")
    second = client.get(f"{query}&page=2&limit=2")
    assert [row["order_id"] for row in first["data"] + second["data"]] == ids[::-1]
    assert first["pagination"] == {"total": 3, "has_next": True}
    assert second["pagination"] == {"total": 3, "has_next": False}


def test_finished_orders_ignore_the_undocumented_client_id_filter(client: Client) -> None:
    for name in ("a", "b"):
        client.post("/v2/spot/order", LIMIT | {"price": "61000", "client_id": name})
    rows = client.get("/v2/spot/finished-order?market=BTCUSDT&market_type=SPOT&client_id=a")["data"]
    assert [row["client_id"] for row in rows] == ["b", "a"]


def test_lists_insist_on_the_market_type(client: Client) -> None:
    assert client.get("/v2/spot/pending-order?market=BTCUSDT")["code"] == 3639


def test_spot_and_futures_share_a_symbol_but_no_orders(client: Client) -> None:
    client.post("/v2/spot/order", LIMIT)
    client.post("/v2/futures/order", FUTURES)
    rows = client.get("/v2/futures/pending-order?market=BTCUSDT&market_type=FUTURES")["data"]
    assert [row["market_type"] for row in rows] == ["FUTURES"]


def test_batch_order_status_answers_each_id(client: Client) -> None:
    order_id = client.post("/v2/spot/order", LIMIT)["data"]["order_id"]
    data = client.get(f"/v2/spot/batch-order-status?market=BTCUSDT&order_ids={order_id},7")["data"]
    assert [row["code"] for row in data] == [0, 3600]


def test_instruments_carry_precisions_and_minimum(client: Client) -> None:
    spot = client.get("/v2/spot/market?market=BTCUSDT%2CETHUSDT")["data"]
    assert [row["market"] for row in spot] == ["BTCUSDT", "ETHUSDT"]
    assert (spot[0]["base_ccy_precision"], spot[0]["quote_ccy_precision"], spot[0]["min_amount"]) == (8, 2, "0.0001")
    futures = client.get("/v2/futures/market?market=BTCUSDT")["data"][0]
    assert (futures["tick_size"], futures["contract_type"]) == ("0.5", "linear")
    assert client.get("/v2/spot/market?market=NOPE")["code"] == 3639


def test_ticker_and_depth_follow_the_price(client: Client, venue: CoinEx) -> None:
    venue.set_price("perp", "BTCUSDT", "61000")
    assert client.get("/v2/futures/ticker?market=BTCUSDT")["data"][0]["last"] == "61000"
    depth = client.get("/v2/futures/depth?market=BTCUSDT&limit=5&interval=0")["data"]["depth"]
    assert (depth["asks"][0][0], depth["bids"][0][0]) == ("61000.5", "60999.5")
