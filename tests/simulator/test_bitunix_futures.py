"""Bitunix futures as simulated: hedge rule, reduce-only, failure lists and queries."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.bitunix_client import FUTURES, BitunixClient
from tests.simulator.signing import Clock
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.bitunix import Bitunix

Row = dict[str, Any]
TRADE = f"{FUTURES}/trade"
PLACE = f"{TRADE}/place_order"
MARKET: Row = {"symbol": "BTCUSDT", "qty": "0.5", "side": "BUY", "orderType": "MARKET"}
LIMIT: Row = {**MARKET, "orderType": "LIMIT", "price": "50000", "effect": "GTC"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(clock: Clock) -> BitunixClient:
    return BitunixClient(Bitunix(DEFAULT_ACCOUNTS, clock), clock)


@pytest.fixture
def hedged(client: BitunixClient) -> BitunixClient:
    client.done(f"{FUTURES}/account/change_position_mode", {"positionMode": "HEDGE"})
    return client


def place(client: BitunixClient, body: Row) -> str:
    return str(client.done(PLACE, body)["orderId"])


def detail(client: BitunixClient, order_id: str) -> Row:
    row: Row = client.data(f"{TRADE}/get_order_detail", orderId=order_id)
    return row


def positions(client: BitunixClient) -> dict[str, Row]:
    rows = client.data(f"{FUTURES}/position/get_pending_positions", symbol="BTCUSDT")
    return {row["side"]: row for row in rows}


def test_the_answer_to_a_placement_is_ids_only(client: BitunixClient) -> None:
    answer = client.done(PLACE, {**MARKET, "clientId": "entry1"})
    assert answer.keys() == {"orderId", "clientId"}
    row = client.data(f"{TRADE}/get_order_detail", clientId="entry1")
    assert (row["orderId"], row["status"], row["tradeQty"]) == (answer["orderId"], "FILLED", "0.5")
    assert "avgPrice" not in row
    (trade,) = client.data(f"{TRADE}/get_history_trades", orderId=answer["orderId"])["tradeList"]
    assert trade["price"] == "60000"


def test_in_hedge_mode_side_names_the_position(hedged: BitunixClient) -> None:
    place(hedged, {**MARKET, "tradeSide": "OPEN"})
    place(hedged, {**MARKET, "side": "SELL", "tradeSide": "OPEN", "qty": "0.2"})
    long_id = positions(hedged)["LONG"]["positionId"]
    order_id = place(hedged, {**MARKET, "tradeSide": "CLOSE", "positionId": long_id, "qty": "0.4"})
    assert {side: row["qty"] for side, row in positions(hedged).items()} == {"LONG": "0.1", "SHORT": "0.2"}
    row = detail(hedged, order_id)
    assert (row["side"], row["reduceOnly"], row["positionMode"]) == ("BUY", True, "HEDGE")
    assert hedged.venue.accepted_orders()[-1]["side"] == "sell"


def test_a_hedge_close_needs_the_position_of_its_side(hedged: BitunixClient) -> None:
    assert hedged.refused(PLACE, MARKET) == 10002
    place(hedged, {**MARKET, "tradeSide": "OPEN"})
    close = {**MARKET, "tradeSide": "CLOSE"}
    assert hedged.refused(PLACE, close) == 10002
    assert hedged.refused(PLACE, {**close, "positionId": "404"}) == 30004
    long_id = positions(hedged)["LONG"]["positionId"]
    assert hedged.refused(PLACE, {**close, "side": "SELL", "positionId": long_id}) == 30004
    assert hedged.refused(PLACE, {**close, "positionId": long_id, "qty": "0.6"}) == 20008


def test_reduce_only_wants_an_opposite_position(client: BitunixClient) -> None:
    reduce = {**MARKET, "reduceOnly": True}
    assert client.refused(PLACE, {**reduce, "side": "SELL"}) == 30018
    place(client, MARKET)
    assert client.refused(PLACE, reduce) == 30019
    place(client, {**reduce, "side": "SELL"})
    assert positions(client) == {}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"qty": 0.5}, 10002),
        ({"price": 50000}, 10002),
        ({"reduceOnly": "true"}, 10002),
        ({"side": "buy"}, 10002),
        ({"effect": "gtc"}, 10002),
        ({"symbol": "NOPEUSDT"}, 20001),
        ({"qty": "0.00001"}, 10008),
        ({"price": "50000.05"}, 10008),
        ({"symbol": "ETHUSDT", "qty": "0.001", "price": "3000"}, 30017),
        ({"qty": "1000"}, 20003),
    ],
    ids=str,
)
def test_wrong_types_and_values_are_refused(client: BitunixClient, change: Row, code: int) -> None:
    assert client.refused(PLACE, {**LIMIT, **change}) == code


@pytest.mark.parametrize(
    ("effect", "price", "status"),
    [
        ("IOC", "50000", "CANCELED"),
        ("IOC", "61000", "PART_FILLED_CANCELED"),
        ("FOK", "61000", "CANCELED"),
        ("POST_ONLY", "61000", "CANCELED"),
        ("POST_ONLY", "50000", "NEW"),
        ("GTC", "61000", "PART_FILLED"),
    ],
)
def test_time_in_force_decides_how_an_order_ends(client: BitunixClient, effect: str, price: str, status: str) -> None:
    client.venue.set_liquidity("perp", "BTCUSDT", "0.2")
    assert detail(client, place(client, {**LIMIT, "effect": effect, "price": price}))["status"] == status


def test_a_client_id_is_used_up_for_good(client: BitunixClient) -> None:
    place(client, {**MARKET, "clientId": "once"})
    assert client.refused(PLACE, {**MARKET, "clientId": "once"}) == 30042


def test_a_cancel_is_code_zero_with_a_failure_list(client: BitunixClient) -> None:
    order_id = place(client, {**LIMIT, "clientId": "mine"})
    rows = [{"clientId": "mine"}, {"orderId": order_id}, {"orderId": "404"}]
    data = client.done(f"{TRADE}/cancel_orders", {"symbol": "BTCUSDT", "orderList": rows})
    assert data["successList"] == [{"orderId": order_id, "clientId": "mine"}]
    assert [row["errorCode"] for row in data["failureList"]] == [10013, 20007]
    assert detail(client, order_id)["status"] == "CANCELED"


def test_a_cancel_without_symbol_fails(client: BitunixClient) -> None:
    order_id = place(client, LIMIT)
    assert client.refused(f"{TRADE}/cancel_orders", {"orderList": [{"orderId": order_id}]}) == 10002
    client.done(f"{TRADE}/cancel_all_orders", {})
    assert detail(client, order_id)["status"] == "CANCELED"


def test_detail_refuses_a_symbol_and_a_stranger(client: BitunixClient) -> None:
    order_id = place(client, LIMIT)
    path = f"{TRADE}/get_order_detail"
    assert client.get(path, orderId=order_id, symbol="BTCUSDT")["code"] == 10002
    assert client.get(path)["code"] == 10002
    assert client.get(path, clientId="ghost")["code"] == 20007


def test_pending_orders_come_ten_at_a_time(client: BitunixClient) -> None:
    ids = [place(client, LIMIT) for _ in range(11)]
    first = client.data(f"{TRADE}/get_pending_orders", symbol="BTCUSDT")
    assert ([row["orderId"] for row in first["orderList"]], first["total"]) == (ids[:0:-1], 11)
    rest = client.data(f"{TRADE}/get_pending_orders", symbol="BTCUSDT", skip="10")
    assert [row["orderId"] for row in rest["orderList"]] == [ids[0]]


def test_history_hides_cancelled_orders_until_asked_and_forgets_them_after_three_days(
    client: BitunixClient, clock: Clock
) -> None:
    filled, cancelled = place(client, MARKET), place(client, {**LIMIT, "effect": "IOC"})
    path = f"{TRADE}/get_history_orders"
    assert [row["orderId"] for row in client.data(path)["orderList"]] == [filled]
    assert [row["orderId"] for row in client.data(path, queryCanceled="true")["orderList"]] == [cancelled]
    clock.now += 3 * 86_400_000 + 1
    assert client.data(path, queryCanceled="true")["orderList"] == []
    assert [row["orderId"] for row in client.data(path)["orderList"]] == [filled]


def test_a_batch_reports_each_order(client: BitunixClient) -> None:
    orders = [{**LIMIT, "clientId": "one"}, {**LIMIT, "clientId": "one"}]
    data = client.done(f"{TRADE}/batch_order", {"symbol": "BTCUSDT", "orderList": orders})
    assert [row["clientId"] for row in data["successList"]] == ["one"]
    assert [row["errorCode"] for row in data["failureList"]] == [30042]
    assert client.refused(f"{TRADE}/batch_order", {"symbol": "BTCUSDT", "orderList": [LIMIT] * 6}) == 20016
