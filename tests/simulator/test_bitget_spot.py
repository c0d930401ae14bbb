"""Bitget spot v2 as simulated: orders, ids, cancels, queries, history pages, trigger orders and balances."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.bitget_client import BitgetClient
from tests.simulator.signing import Clock
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.bitget import Bitget

Row = dict[str, Any]
TRADE = "/api/v2/spot/trade"
BUY: Row = {"symbol": "BTCUSDT", "side": "buy", "orderType": "limit", "force": "gtc", "price": "50000", "size": "0.01"}
MARKET: Row = {"symbol": "BTCUSDT", "side": "buy", "orderType": "market", "force": "gtc", "size": "600"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(clock: Clock) -> BitgetClient:
    return BitgetClient(Bitget(DEFAULT_ACCOUNTS, clock), clock)


def place(client: BitgetClient, body: Row) -> str:
    return str(client.done(f"{TRADE}/place-order", body)["orderId"])


def order(client: BitgetClient, order_id: str) -> Row:
    (row,) = client.data(f"{TRADE}/orderInfo", orderId=order_id)
    assert isinstance(row, dict)
    return row


def test_a_market_buy_is_sized_in_quote_and_a_market_sell_in_base(client: BitgetClient) -> None:
    bought = order(client, place(client, MARKET))
    assert (bought["status"], bought["size"], bought["baseVolume"], bought["priceAvg"]) == (
        "filled",
        "600",
        "0.01",
        "60000",
    )
    sold = order(client, place(client, {**MARKET, "side": "sell", "size": "0.5"}))
    assert (sold["baseVolume"], sold["quoteVolume"]) == ("0.5", "30000")


def test_a_limit_order_rests_until_the_price_reaches_it(client: BitgetClient) -> None:
    order_id = place(client, {**BUY, "clientOid": "entry1"})
    assert order(client, order_id)["status"] == "live"
    client.venue.set_price("spot", "BTCUSDT", "49999")
    row = order(client, order_id)
    assert (row["status"], row["priceAvg"], row["clientOid"]) == ("filled", "50000", "entry1")


@pytest.mark.parametrize(
    ("force", "price", "filled"),
    [("ioc", "50000", "0"), ("ioc", "61000", "0.004"), ("fok", "50000", "0"), ("fok", "61000", "0")],
)
def test_what_cannot_fill_at_once_is_cancelled(client: BitgetClient, force: str, price: str, filled: str) -> None:
    client.venue.set_liquidity("spot", "BTCUSDT", "0.004")
    row = order(client, place(client, {**BUY, "force": force, "price": price}))
    assert (row["status"], row["baseVolume"]) == ("cancelled", filled)


def test_post_only_that_would_cross_never_trades(client: BitgetClient) -> None:
    row = order(client, place(client, {**BUY, "force": "post_only", "price": "61000"}))
    assert (row["status"], row["baseVolume"]) == ("cancelled", "0")


def test_a_client_id_is_used_up_for_good(client: BitgetClient) -> None:
    order_id = place(client, {**BUY, "clientOid": "once"})
    assert client.refused(f"{TRADE}/place-order", {**BUY, "clientOid": "once"}) == "43118"
    client.done(f"{TRADE}/cancel-order", {"symbol": "BTCUSDT", "orderId": order_id})
    assert client.refused(f"{TRADE}/place-order", {**BUY, "clientOid": "once"}) == "43118"
    assert len(client.venue.accepted_orders()) == 1


@pytest.mark.parametrize(("client_oid", "code"), [("a" * 51, "40304"), ("bad id", "40402"), ("ümlaut", "40402")])
def test_a_client_id_has_its_alphabet_and_length(client: BitgetClient, client_oid: str, code: str) -> None:
    assert client.refused(f"{TRADE}/place-order", {**BUY, "clientOid": client_oid}) == code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"size": "0.0000001"}, "40808"),
        ({"price": "50000.001"}, "40808"),
        ({"size": "0.00001"}, "43027"),
        ({"size": "30"}, "43012"),
    ],
    ids=str,
)
def test_an_impossible_order_is_refused_with_its_code(client: BitgetClient, change: Row, code: str) -> None:
    assert client.refused(f"{TRADE}/place-order", {**BUY, **change}) == code


def test_cancelling_by_either_id_and_only_once(client: BitgetClient) -> None:
    place(client, {**BUY, "clientOid": "mine"})
    assert client.done(f"{TRADE}/cancel-order", {"symbol": "BTCUSDT", "clientOid": "mine"})["clientOid"] == "mine"
    assert client.refused(f"{TRADE}/cancel-order", {"symbol": "BTCUSDT", "clientOid": "mine"}) == "43001"
    assert client.refused(f"{TRADE}/cancel-order", {"symbol": "BTCUSDT", "orderId": "404"}) == "43001"
    assert client.venue.ledger.requests[1]["client_id"] == "mine"


def test_a_batch_cancel_hides_failures_behind_success(client: BitgetClient) -> None:
    order_id = place(client, BUY)
    body = {"symbol": "BTCUSDT", "batchMode": "single", "orderList": [{"orderId": order_id}, {"orderId": "404"}]}
    data = client.done(f"{TRADE}/batch-cancel-order", body)
    assert [row["orderId"] for row in data["successList"]] == [order_id]
    assert data["failureList"] == [{"orderId": "404", "clientOid": "", "errorMsg": "notExistend"}]


def test_a_batch_that_mixes_ids_leaves_the_client_ids_alive(client: BitgetClient) -> None:
    first, second = place(client, BUY), place(client, {**BUY, "clientOid": "survivor"})
    data = client.done(f"{TRADE}/batch-cancel-order", {"orderList": [{"orderId": first}, {"clientOid": "survivor"}]})
    assert [row["clientOid"] for row in data["failureList"]] == ["survivor"]
    assert order(client, second)["status"] == "live"


def test_cancelling_a_symbol_spares_the_others(client: BitgetClient) -> None:
    btc, eth = place(client, BUY), place(client, {**BUY, "symbol": "ETHUSDT", "price": "2000"})
    assert client.done(f"{TRADE}/cancel-symbol-order", {"symbol": "BTCUSDT"}) == {"symbol": "BTCUSDT"}
    assert (order(client, btc)["status"], order(client, eth)["status"]) == ("cancelled", "live")


def test_a_client_id_is_found_for_two_hours_only(client: BitgetClient, clock: Clock) -> None:
    order_id = place(client, {**BUY, "clientOid": "old"})
    clock.now += 7_200_000
    assert client.data(f"{TRADE}/orderInfo", clientOid="old")[0]["orderId"] == order_id
    clock.now += 1
    assert client.data(f"{TRADE}/orderInfo", clientOid="old") == []
    assert order(client, order_id)["status"] == "live"


def test_open_orders_print_their_price_under_another_name(client: BitgetClient) -> None:
    place(client, BUY)
    (row,) = client.data(f"{TRADE}/unfilled-orders", symbol="BTCUSDT")
    assert (row["priceAvg"], row["basePrice"]) == ("50000", "0")
    assert "price" not in row


def test_history_is_paged_backwards(client: BitgetClient, clock: Clock) -> None:
    ids = []
    for _ in range(5):
        clock.now += 1000
        ids.append(place(client, MARKET))
    first = client.data(f"{TRADE}/history-orders", symbol="BTCUSDT", limit="2")
    assert [row["orderId"] for row in first] == [ids[4], ids[3]]
    second = client.data(f"{TRADE}/history-orders", symbol="BTCUSDT", limit="2", idLessThan=ids[3])
    assert [row["orderId"] for row in second] == [ids[2], ids[1]]
    recent = client.data(f"{TRADE}/history-orders", startTime=str(clock.now))
    assert [row["orderId"] for row in recent] == [ids[4]]


def test_a_lagging_read_does_not_see_the_order_yet(client: BitgetClient, clock: Clock) -> None:
    client.venue.read_lag_ms = 2_000
    place(client, {**BUY, "clientOid": "fresh"})
    assert client.data(f"{TRADE}/orderInfo", clientOid="fresh") == []
    clock.now += 2_000
    assert client.data(f"{TRADE}/orderInfo", clientOid="fresh")[0]["status"] == "live"


def test_a_resting_order_freezes_its_money(client: BitgetClient) -> None:
    place(client, BUY)
    (row,) = client.data("/api/v2/spot/account/assets", coin="USDT")
    assert (row["available"], row["frozen"]) == ("999500", "500")


def test_a_trigger_order_waits_becomes_an_order_and_can_be_cancelled(client: BitgetClient) -> None:
    plan = {"symbol": "BTCUSDT", "side": "sell", "orderType": "market", "size": "0.2", "triggerType": "fill_price"}
    order_id = client.done(f"{TRADE}/place-plan-order", {**plan, "triggerPrice": "59000"})["orderId"]
    kept = client.done(f"{TRADE}/place-plan-order", {**plan, "triggerPrice": "40000", "clientOid": "far"})["orderId"]
    listed = client.data(f"{TRADE}/current-plan-order", symbol="BTCUSDT")["orderList"]
    assert [row["orderId"] for row in listed] == [kept, order_id]
    client.venue.set_price("spot", "BTCUSDT", "58900")
    (sold,) = client.data(f"{TRADE}/history-orders", symbol="BTCUSDT")
    assert (sold["side"], sold["baseVolume"]) == ("sell", "0.2")
    assert client.done(f"{TRADE}/cancel-plan-order", {"clientOid": "far"}) == {"result": "success"}
    assert client.refused(f"{TRADE}/cancel-plan-order", {"orderId": order_id}) == "43020"


def test_a_preset_stop_sells_what_the_entry_bought(client: BitgetClient) -> None:
    preset = {"presetTakeProfitPrice": "65000", "presetStopLossPrice": "55000"}
    place(client, {**BUY, "price": "61000", **preset})
    client.venue.set_price("spot", "BTCUSDT", "54000")
    sold, bought = client.data(f"{TRADE}/history-orders", symbol="BTCUSDT")
    assert (bought["side"], sold["side"], sold["baseVolume"]) == ("buy", "sell", "0.01")
