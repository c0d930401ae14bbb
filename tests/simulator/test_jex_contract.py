"""JEX contract orders as simulated: `entrusting`, ids beyond 2^53, negative sells, stops, positions and leverage."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.simulator.jex_client import JexClient
from tests.simulator.signing import Clock
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.jex import Jex

Row = dict[str, Any]
CONTRACT = "/api/v1/contract"
BUY: Row = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "quantity": "0.01", "price": "50000"}
TAKE: Row = {**BUY, "quantity": "0.5", "price": "61000"}
SELL: Row = {**TAKE, "side": "SELL", "price": "59000"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(clock: Clock) -> JexClient:
    return JexClient(Jex(DEFAULT_ACCOUNTS, clock), clock)


def contract(client: JexClient, body: Row) -> str:
    return str(client.done("POST", f"{CONTRACT}/order", **body)["orderId"])


def read(client: JexClient, order_id: str) -> Row:
    row: Row = client.done("GET", f"{CONTRACT}/order", symbol="BTCUSDT", orderId=order_id)
    return row


def quantities(client: JexClient) -> list[tuple[str, str]]:
    rows = client.done("GET", f"{CONTRACT}/position")
    return [(row["direction"], row["currentQuantity"]) for row in rows]


def test_a_contract_answer_says_entrusting_while_the_order_is_already_real(client: JexClient) -> None:
    answer = client.done("POST", f"{CONTRACT}/order", **TAKE, newOrderRespType="RESULT")
    assert (answer["status"], answer["executedQty"], answer["side"]) == ("entrusting", "0", "buy")
    assert isinstance(answer["orderId"], str)
    assert int(answer["orderId"]) > 2**53
    row = read(client, answer["orderId"])
    assert (row["status"], row["executedQty"], row["executedPrice"]) == ("FILLED", "0.5000", "60000")


def test_an_entrusting_order_is_invisible_until_it_becomes_real(client: JexClient, clock: Clock) -> None:
    client.venue.add_fault(op="place", kind="entrusting_ms", ms=3_000)
    order_id = contract(client, BUY)
    key = {"symbol": "BTCUSDT", "orderId": order_id}
    assert client.refused("GET", f"{CONTRACT}/order", **key) == -2013
    assert client.refused("DELETE", f"{CONTRACT}/order", **key) == -2013
    assert client.done("GET", f"{CONTRACT}/openOrders", symbol="BTCUSDT") == []
    assert client.done("GET", f"{CONTRACT}/historyOrders", symbol="BTCUSDT") == []
    clock.now += 3_000
    assert read(client, order_id)["status"] == "ENTRUSTED"


def test_an_entrusting_order_may_fail_later(client: JexClient, clock: Clock) -> None:
    client.venue.add_fault(op="place", kind="entrusting_ms", ms=3_000, fail=True)
    order_id = contract(client, TAKE)
    clock.now += 3_000
    row = read(client, order_id)
    assert (row["status"], row["reject"]) == ("FAIL", "margin not enough")
    assert quantities(client) == []


def test_the_delay_can_be_the_rule(client: JexClient, clock: Clock) -> None:
    client.venue.entrusting_ms = 500
    order_id = contract(client, TAKE)
    assert quantities(client) == []
    clock.now += 500
    assert read(client, order_id)["status"] == "FILLED"


def test_contract_sells_carry_negative_quantities(client: JexClient) -> None:
    order_id = contract(client, SELL)
    row = read(client, order_id)
    assert (row["side"], row["origQty"], row["executedQty"]) == ("SELL", "-0.5000", "-0.5000")
    (trade,) = client.done("GET", f"{CONTRACT}/userHistoricalTrades", symbol="BTCUSDT")
    assert (trade["qty"], trade["orderId"]) == ("-0.5000", order_id)
    assert quantities(client) == [("shorts", "-0.5000")]
    contract(client, {**SELL, "quantity": "-0.1"})
    assert quantities(client) == [("shorts", "-0.6000")]


def test_too_little_margin_is_7008(client: JexClient) -> None:
    assert client.refused("POST", f"{CONTRACT}/order", **{**TAKE, "quantity": "1000"}) == -7008


def test_a_contract_cancel_is_accepted_in_its_old_state(client: JexClient) -> None:
    order_id = contract(client, BUY)
    answer = client.done("DELETE", f"{CONTRACT}/order", symbol="BTCUSDT", orderId=order_id)
    assert (answer["status"], answer["origQty"]) == ("entrusted", "0.01000000000000000000")
    assert read(client, order_id)["status"] == "CANCEL"


def test_batch_calls_answer_element_by_element(client: JexClient) -> None:
    order_id = contract(client, BUY)
    rows = [{"symbol": "btcusdt", "orderId": order_id}, {"symbol": "BTCUSDT", "orderId": "404"}]
    array = json.dumps(rows, separators=(",", ":"))
    seen = client.done("GET", f"{CONTRACT}/batchOrder", ordersJsonArray=json.dumps([{"orderId": int(order_id)}]))
    assert (seen[0]["status"], seen[0]["side"]) == ("entrusted", "buy")
    cancelled = client.done("DELETE", f"{CONTRACT}/batchOrder", ordersJsonArray=array)
    assert cancelled[0]["orderId"] == order_id
    assert cancelled[1] == {"msg": "Order does not exist.", "code": -2013}
    assert client.done("DELETE", f"{CONTRACT}/batchOrder", ordersJsonArray=array)[0]["code"] == -2013
    assert client.refused("DELETE", f"{CONTRACT}/batchOrder", ordersJsonArray="nonsense") == -1100


def test_liquidation_closes_the_whole_position_at_market(client: JexClient) -> None:
    path = f"{CONTRACT}/liquidation"
    assert client.refused("POST", path, symbol="BTCUSDT") == -7020
    contract(client, TAKE)
    answer = client.done("POST", path, symbol="BTCUSDT")
    assert (answer["side"], answer["type"], answer["status"]) == ("sell", "market", "entrusting")
    assert quantities(client) == []
    assert read(client, answer["orderId"])["type"] == "MARKET"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"type": "stopLimit", "triggerPrice": "61000"}, -2010),
        ({"type": "stopLimit", "triggerPrice": "60000"}, -2010),
        ({"type": "profitLimit", "triggerPrice": "59000"}, -2010),
        ({"type": "stopLimit", "side": "BUY", "triggerPrice": "61000"}, -2010),
        ({"type": "stopLimit", "triggerType": "tickPrice", "triggerPrice": "59000"}, -1100),
    ],
    ids=str,
)
def test_a_stop_needs_a_position_and_a_trigger_on_its_side(client: JexClient, body: Row, code: int) -> None:
    contract(client, TAKE)
    whole = {**SELL, "price": "58000", "triggerType": "lastPrice", **body}
    assert client.refused("POST", f"{CONTRACT}/order", **whole) == code


def test_a_stop_waits_among_the_open_orders_and_fires(client: JexClient) -> None:
    contract(client, TAKE)
    stop = {**SELL, "type": "stopLimit", "price": "58000", "triggerType": "lastPrice", "triggerPrice": "59000"}
    order_id, spare = contract(client, stop), contract(client, {**stop, "triggerPrice": "50000"})
    rows = client.done("GET", f"{CONTRACT}/openOrders", symbol="BTCUSDT")
    assert [(row["orderId"], row["type"]) for row in rows] == [(order_id, "stopLimit"), (spare, "stopLimit")]
    client.venue.set_price("perp", "BTCUSDT", "58900")
    assert read(client, order_id)["status"] == "FILLED"
    assert quantities(client) == []
    client.done("DELETE", f"{CONTRACT}/order", symbol="BTCUSDT", orderId=spare)
    assert read(client, spare)["status"] == "CANCEL"
    assert client.refused("DELETE", f"{CONTRACT}/order", symbol="BTCUSDT", orderId=spare) == -2011


def test_open_orders_and_stops_are_capped(client: JexClient) -> None:
    contract(client, TAKE)
    stop = {**SELL, "quantity": "0.01", "type": "stopLimit", "price": "58000"}
    stop |= {"triggerType": "lastPrice", "triggerPrice": "59000"}
    for _ in range(10):
        contract(client, stop)
    assert client.refused("POST", f"{CONTRACT}/order", **stop) == -2019
    for _ in range(200):
        contract(client, {**BUY, "quantity": "0.0001"})
    assert client.refused("POST", f"{CONTRACT}/order", **BUY) == -2019


@pytest.mark.parametrize(("leverage", "code"), [("101", -7010), ("0", -7011), ("ten", -7002)])
def test_leverage_lies_between_1_and_100(client: JexClient, leverage: str, code: int) -> None:
    path = f"{CONTRACT}/position/leverage"
    assert client.refused("POST", path, symbol="BTCUSDT", leverage=leverage) == code
    assert client.done("POST", path, symbol="BTCUSDT", leverage="20") == {}
    contract(client, TAKE)
    (row,) = client.done("GET", f"{CONTRACT}/position", symbol="BTCUSDT")
    assert (row["leverage"], row["positionMargin"]) == ("20.00", "1500.0000")


def test_contract_money_is_a_wallet_of_its_own_in_lower_case(client: JexClient) -> None:
    contract(client, TAKE)
    (row,) = client.done("GET", "/api/v1/account")["contractBalances"]
    assert (row["asset"], row["free"], row["locked"]) == ("usdt", "997000", "3000")
