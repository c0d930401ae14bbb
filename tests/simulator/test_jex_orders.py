"""JEX spot and option orders as simulated: numeric ids, no client ids, lists, cancels and balances."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.jex_client import JexClient
from tests.simulator.signing import Clock
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.jex import Jex

Row = dict[str, Any]
SPOT, OPTION = "/api/v1/spot", "/api/v1/option"
BUY: Row = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "quantity": "0.01", "price": "50000"}
TAKE: Row = {**BUY, "quantity": "0.5", "price": "61000"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(clock: Clock) -> JexClient:
    return JexClient(Jex(DEFAULT_ACCOUNTS, clock), clock)


def read(client: JexClient, order_id: object) -> Row:
    row: Row = client.done("GET", f"{SPOT}/order", symbol="BTCUSDT", orderId=order_id)
    return row


def test_a_spot_ack_is_three_fields_with_a_numeric_id(client: JexClient) -> None:
    answer = client.done("POST", f"{SPOT}/order", **BUY)
    assert answer.keys() == {"symbol", "orderId", "transactTime"}
    assert isinstance(answer["orderId"], int)
    row = read(client, answer["orderId"])
    assert (row["orderId"], row["status"], row["origQty"]) == (str(answer["orderId"]), "NEW", "0.0100")


def test_a_spot_result_tells_what_filled(client: JexClient) -> None:
    client.venue.set_liquidity("spot", "BTCUSDT", "0.2")
    row = client.done("POST", f"{SPOT}/order", **TAKE, newOrderRespType="RESULT")
    assert (row["status"], row["executedQty"], row["cummulativeQuoteQty"]) == (
        "PARTIALLY_FILLED",
        "0.2000",
        "12000.00000000",
    )
    ended = client.done("DELETE", f"{SPOT}/order", symbol="BTCUSDT", orderId=row["orderId"])
    assert ended["status"] == "CANCLEFILLED"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"symbol": "btcusdt"}, -1121),
        ({"side": "buy"}, -1117),
        ({"type": "MARKET"}, -1116),
        ({"quantity": "0.00001"}, -1111),
        ({"price": "50000.001"}, -1111),
        ({"quantity": "1e-2"}, -1100),
        ({"quantity": ""}, -1105),
        ({"quantity": "0"}, -1010),
        ({"quantity": "30"}, -2010),
    ],
    ids=str,
)
def test_an_impossible_order_is_refused_with_its_code(client: JexClient, change: Row, code: int) -> None:
    assert client.refused("POST", f"{SPOT}/order", **{**BUY, **change}) == code


def test_a_missing_parameter_is_1102(client: JexClient) -> None:
    without = {name: value for name, value in BUY.items() if name != "price"}
    assert client.refused("POST", f"{SPOT}/order", **without) == -1102


def test_a_test_order_is_checked_and_forgotten(client: JexClient) -> None:
    assert client.done("POST", f"{SPOT}/order/test", **BUY) == {}
    assert client.refused("POST", f"{SPOT}/order/test", **{**BUY, "side": "HOLD"}) == -1117
    assert client.venue.accepted_orders() == []


def test_identical_orders_are_two_orders(client: JexClient) -> None:
    first, second = (client.done("POST", f"{SPOT}/order", **BUY)["orderId"] for _ in range(2))
    rows = client.done("GET", f"{SPOT}/openOrders", symbol="BTCUSDT")
    assert [row["orderId"] for row in rows] == [str(first), str(second)]
    after = client.done("GET", f"{SPOT}/openOrders", symbol="BTCUSDT", orderId=first)
    assert [row["orderId"] for row in after] == [str(second)]


def test_ended_orders_move_to_history_and_cannot_be_cancelled(client: JexClient, clock: Clock) -> None:
    old = client.done("POST", f"{SPOT}/order", **TAKE)["orderId"]
    clock.now += 1000
    new = client.done("POST", f"{SPOT}/order", **TAKE)["orderId"]
    path = f"{SPOT}/historyOrders"
    assert [row["orderId"] for row in client.done("GET", path, symbol="BTCUSDT")] == [str(old), str(new)]
    assert [row["orderId"] for row in client.done("GET", path, symbol="BTCUSDT", limit=1)] == [str(new)]
    late = client.done("GET", path, symbol="BTCUSDT", startTime=clock.now)
    assert [row["orderId"] for row in late] == [str(new)]
    assert client.refused("DELETE", f"{SPOT}/order", symbol="BTCUSDT", orderId=old) == -2011
    assert client.refused("DELETE", f"{SPOT}/order", symbol="BTCUSDT", orderId=404) == -2013
    assert client.refused("GET", f"{SPOT}/order", symbol="ETHUSDT", orderId=old) == -2013
    assert client.refused("GET", f"{SPOT}/order", orderId=old) == -1102


def test_options_trade_against_the_spot_balance(client: JexClient) -> None:
    body = {"symbol": "BTCCALLM", "side": "BUY", "type": "LIMIT", "quantity": "4", "price": "26"}
    row = client.done("POST", f"{OPTION}/order", **body, newOrderRespType="RESULT")
    assert (row["status"], row["origQty"], row["cummulativeQuoteQty"]) == ("FILLED", "4", "100.00000000")
    balances = client.done("GET", "/api/v1/account")
    assert [item["free"] for item in balances["optionBalances"]] == ["1004", "1000"]
    (tether,) = [item for item in balances["spotBalances"] if item["asset"] == "USDT"]
    assert tether["free"] == "999900"
    assert client.done("GET", f"{OPTION}/position")[0]["availAmount"] == "1004"
    sold = client.done("POST", f"{OPTION}/order", **{**body, "side": "SELL", "price": "24"}, newOrderRespType="RESULT")
    assert sold["status"] == "FILLED"


def test_a_lagging_read_does_not_see_the_order_yet(client: JexClient, clock: Clock) -> None:
    client.venue.read_lag_ms = 2_000
    order_id = client.done("POST", f"{SPOT}/order", **BUY)["orderId"]
    assert client.done("GET", f"{SPOT}/openOrders", symbol="BTCUSDT") == []
    clock.now += 2_000
    assert read(client, order_id)["status"] == "NEW"
