"""CoinEx as simulated: positions, leverage and stops."""

from __future__ import annotations

import pytest

from tests.simulator.coinex_orders import FUTURES, LIMIT, LONG, held, without
from tests.simulator.signing import Client, Clock
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.coinex import CoinEx


@pytest.fixture
def venue(clock: Clock) -> CoinEx:
    return CoinEx(DEFAULT_ACCOUNTS, clock)


def test_a_future_fill_opens_a_position_and_the_other_side_closes_it(client: Client) -> None:
    client.post("/v2/futures/order", LONG)
    row = held(client)[0]
    assert (row["side"], row["open_interest"], row["close_avbl"], row["avg_entry_price"]) == (
        "long",
        "0.5",
        "0.5",
        "60000",
    )
    client.post("/v2/futures/order", LONG | {"side": "sell", "amount": "0.8"})
    assert (held(client)[0]["side"], held(client)[0]["open_interest"]) == ("short", "0.3")


def test_close_position_without_an_amount_closes_everything(client: Client) -> None:
    client.post("/v2/futures/order", LONG)
    body = {"market": "BTCUSDT", "market_type": "FUTURES", "type": "market", "amount": None, "client_id": "bye"}
    data = client.post("/v2/futures/close-position", body)["data"]
    assert (data["side"], data["filled_amount"], data["client_id"]) == ("sell", "0.5", "bye")
    assert held(client) == []
    assert client.post("/v2/futures/close-position", body)["code"] == 3105


def test_close_position_cannot_close_more_than_there_is(client: Client) -> None:
    client.post("/v2/futures/order", LONG)
    body = {"market": "BTCUSDT", "market_type": "FUTURES", "type": "market", "amount": "0.6"}
    assert client.post("/v2/futures/close-position", body)["code"] == 3136
    assert client.post("/v2/futures/close-position", body | {"amount": "0.2"})["code"] == 0
    assert held(client)[0]["open_interest"] == "0.3"


def test_futures_margin_is_bound_by_leverage(client: Client) -> None:
    body = {"market": "BTCUSDT", "market_type": "FUTURES", "margin_mode": "cross"}
    assert client.post("/v2/futures/adjust-position-leverage", body | {"leverage": "5"})["code"] == 3639
    assert client.post("/v2/futures/adjust-position-leverage", body | {"leverage": 1000})["code"] == 3113
    assert client.post("/v2/futures/adjust-position-leverage", body | {"leverage": 5})["data"]["leverage"] == 5
    client.post("/v2/futures/order", LONG | {"amount": "1"})
    balance = {row["ccy"]: row for row in client.get("/v2/assets/futures/balance")["data"]}
    assert balance["USDT"]["available"] == "988000"
    assert held(client)[0]["leverage"] == "5"
    assert client.post("/v2/futures/order", LONG | {"amount": "100"})["code"] == 3109


def test_futures_money_is_free_frozen_by_orders_or_margin_with_its_open_profit(client: Client, venue: CoinEx) -> None:
    client.post("/v2/futures/order", LONG | {"amount": "1"})
    client.post("/v2/futures/order", FUTURES | {"amount": "1"})
    venue.set_price("perp", "BTCUSDT", "60100")
    balance = {row["ccy"]: row for row in client.get("/v2/assets/futures/balance")["data"]}["USDT"]
    assert (balance["available"], balance["frozen"]) == ("989000", "5000")
    assert (balance["margin"], balance["unrealized_pnl"]) == ("6100", "100")


def test_a_stop_order_waits_triggers_and_becomes_an_order(client: Client, venue: CoinEx) -> None:
    stop = without(LIMIT, "price") | {"type": "market", "side": "sell", "trigger_price": "59000"}
    stop_id = client.post("/v2/spot/stop-order", stop)["data"]["stop_id"]
    query = "?market=BTCUSDT&market_type=SPOT"
    pending = client.get(f"/v2/spot/pending-stop-order{query}&client_id=order1")["data"]
    assert [(row["stop_id"], row["trigger_direction"]) for row in pending] == [(stop_id, "lower")]
    venue.set_price("spot", "BTCUSDT", "58900")
    assert client.get(f"/v2/spot/pending-stop-order{query}")["data"] == []
    assert client.get(f"/v2/spot/finished-stop-order{query}")["data"][0]["stop_id"] == stop_id
    assert client.get(f"/v2/spot/finished-order{query}")["data"][0]["client_id"] == "order1"


def test_stop_orders_are_cancelled_by_id_by_client_id_and_in_batches(client: Client) -> None:
    stop = FUTURES | {"trigger_price": "59000", "trigger_price_type": "latest_price"}
    ids = [client.post("/v2/futures/stop-order", stop)["data"]["stop_id"] for _ in range(3)]
    where = {"market": "BTCUSDT", "market_type": "FUTURES"}
    assert client.post("/v2/futures/cancel-stop-order", where | {"stop_id": str(ids[0])})["code"] == 3639
    assert client.post("/v2/futures/cancel-stop-order", where | {"stop_id": ids[0]})["data"]["stop_id"] == ids[0]
    batch = client.post("/v2/futures/cancel-batch-stop-order", {"market": "BTCUSDT", "stop_ids": ids[:2]})["data"]
    assert [row["code"] for row in batch] == [3600, 0]
    named = client.post("/v2/futures/cancel-stop-order-by-client-id", where | {"client_id": "order1"})["data"]
    assert [row["data"]["stop_id"] for row in named] == [ids[2]]


def test_a_position_stop_loss_closes_the_whole_position(client: Client, venue: CoinEx) -> None:
    where = {"market": "BTCUSDT", "market_type": "FUTURES"}
    stop = where | {"stop_loss_type": "latest_price", "stop_loss_price": "59000"}
    assert client.post("/v2/futures/set-position-stop-loss", stop)["code"] == 3105
    client.post("/v2/futures/order", LONG)
    assert client.post("/v2/futures/set-position-stop-loss", stop)["data"]["stop_loss_price"] == "59000"
    client.post("/v2/futures/order", LONG)
    venue.set_price("perp", "BTCUSDT", "58000")
    assert held(client) == []


def test_a_position_take_profit_can_be_replaced_and_cancelled(client: Client, venue: CoinEx) -> None:
    where = {"market": "BTCUSDT", "market_type": "FUTURES"}
    client.post("/v2/futures/order", LONG)
    for price in ("65000", "66000"):
        target = where | {"take_profit_type": "latest_price", "take_profit_price": price}
        client.post("/v2/futures/set-position-take-profit", target)
    assert held(client)[0]["take_profit_price"] == "66000"
    client.post("/v2/futures/cancel-position-take-profit", where)
    venue.set_price("perp", "BTCUSDT", "67000")
    assert held(client)[0]["open_interest"] == "0.5"
