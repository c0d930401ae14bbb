"""Bitget futures v2 as simulated: one-way and hedge rules, reduce-only, cancels, queries, account and plans."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.bitget_client import BitgetClient
from tests.simulator.signing import Clock
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.bitget import Bitget

Row = dict[str, Any]
ORDER = "/api/v2/mix/order"
ACCOUNT = "/api/v2/mix/account"
PRODUCT: Row = {"productType": "USDT-FUTURES"}
PAIR: Row = {"symbol": "BTCUSDT", **PRODUCT}
COIN: Row = {**PAIR, "marginCoin": "USDT"}
MARKET: Row = {**COIN, "marginMode": "crossed", "side": "buy", "orderType": "market", "size": "0.5"}
LIMIT: Row = {**MARKET, "orderType": "limit", "price": "50000"}
EXIT: Row = {**MARKET, "side": "sell", "orderType": "limit", "price": "70000", "reduceOnly": "YES"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(clock: Clock) -> BitgetClient:
    return BitgetClient(Bitget(DEFAULT_ACCOUNTS, clock), clock)


@pytest.fixture
def hedged(client: BitgetClient) -> BitgetClient:
    client.done(f"{ACCOUNT}/set-position-mode", {**PRODUCT, "posMode": "hedge_mode"})
    return client


def place(client: BitgetClient, body: Row) -> Row:
    answer: Row = client.done(f"{ORDER}/place-order", body)
    return answer


def detail(client: BitgetClient, order_id: str) -> Row:
    row: Row = client.data(f"{ORDER}/detail", **PAIR, orderId=order_id)
    return row


def positions(client: BitgetClient) -> list[tuple[str, str]]:
    rows = client.data("/api/v2/mix/position/single-position", **COIN)
    return [(row["holdSide"], row["total"]) for row in rows]


def test_a_one_way_order_nets_into_one_position(client: BitgetClient) -> None:
    row = detail(client, place(client, MARKET)["orderId"])
    assert (row["state"], row["priceAvg"], row["posSide"], row["tradeSide"]) == ("filled", "60000", "net", "")
    assert positions(client) == [("long", "0.5")]
    place(client, {**MARKET, "side": "sell", "size": "0.8"})
    assert positions(client) == [("short", "0.3")]


def test_trade_side_belongs_to_hedge_mode_alone(client: BitgetClient) -> None:
    assert client.refused(f"{ORDER}/place-order", {**MARKET, "tradeSide": "open"}) == "40774"
    client.done(f"{ACCOUNT}/set-position-mode", {**PRODUCT, "posMode": "hedge_mode"})
    assert client.refused(f"{ORDER}/place-order", MARKET) == "40774"


def test_in_hedge_mode_side_names_the_position(hedged: BitgetClient) -> None:
    place(hedged, {**MARKET, "tradeSide": "open"})
    place(hedged, {**MARKET, "side": "sell", "tradeSide": "open", "size": "0.2"})
    assert sorted(positions(hedged)) == [("long", "0.5"), ("short", "0.2")]
    closed = place(hedged, {**MARKET, "tradeSide": "close"})
    assert positions(hedged) == [("short", "0.2")]
    row = detail(hedged, closed["orderId"])
    assert (row["side"], row["tradeSide"], row["posSide"]) == ("buy", "close", "long")
    assert hedged.venue.accepted_orders()[-1]["side"] == "sell"


def test_the_natural_side_closes_nothing_in_hedge_mode(hedged: BitgetClient) -> None:
    place(hedged, {**MARKET, "tradeSide": "open"})
    assert hedged.refused(f"{ORDER}/place-order", {**MARKET, "side": "sell", "tradeSide": "close"}) == "22002"
    assert hedged.refused(f"{ORDER}/place-order", {**MARKET, "tradeSide": "close", "size": "0.6"}) == "40757"


def test_reduce_only_needs_a_position(client: BitgetClient) -> None:
    assert client.refused(f"{ORDER}/place-order", EXIT) == "22002"


def test_a_reduce_only_order_displaces_older_ones_and_loses_its_id(client: BitgetClient) -> None:
    place(client, MARKET)
    old = place(client, EXIT)["orderId"]
    answer = place(client, {**EXIT, "price": "71000", "clientOid": "newexit"})
    assert answer == {"clientOid": "newexit"}
    assert detail(client, old)["state"] == "canceled"
    found = client.data(f"{ORDER}/detail", **PAIR, clientOid="newexit")
    assert (found["state"], found["reduceOnly"]) == ("live", "YES")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"size": "0.00001"}, "40808"),
        ({"price": "50000.05"}, "40808"),
        ({"size": "0.0001", "price": "10000"}, "45110"),
        ({"size": "1000"}, "40762"),
        ({"marginCoin": "usdt"}, "40778"),
        ({"marginMode": "cross"}, "40020"),
        ({"symbol": "NOPEUSDT"}, "40072"),
        ({"productType": "COIN-FUTURES"}, "40020"),
        ({"size": 1}, "40017"),
    ],
    ids=str,
)
def test_an_impossible_order_is_refused_with_its_code(client: BitgetClient, change: Row, code: str) -> None:
    assert client.refused(f"{ORDER}/place-order", {**LIMIT, **change}) == code


def test_a_client_id_is_used_up_for_good(client: BitgetClient) -> None:
    place(client, {**MARKET, "clientOid": "once"})
    assert client.refused(f"{ORDER}/place-order", {**MARKET, "clientOid": "once"}) == "45034"


def test_cancelling_by_either_id_and_only_once(client: BitgetClient) -> None:
    order_id = place(client, {**LIMIT, "clientOid": "mine"})["orderId"]
    assert client.done(f"{ORDER}/cancel-order", {**COIN, "clientOid": "mine"})["orderId"] == order_id
    assert client.refused(f"{ORDER}/cancel-order", {**COIN, "orderId": order_id}) == "45057"
    assert detail(client, order_id)["state"] == "canceled"


def test_an_ignored_cancel_leaves_the_order_open(client: BitgetClient) -> None:
    order_id = place(client, LIMIT)["orderId"]
    client.venue.add_fault(op="cancel", kind="ignore")
    client.done(f"{ORDER}/cancel-order", {**COIN, "orderId": order_id})
    assert detail(client, order_id)["state"] == "live"


def test_batch_cancels_name_what_failed(client: BitgetClient) -> None:
    first, second = (place(client, LIMIT)["orderId"] for _ in range(2))
    body = {**COIN, "orderIdList": [{"orderId": first}, {"clientOid": "ghost"}]}
    data = client.done(f"{ORDER}/batch-cancel-orders", body)
    assert [row["orderId"] for row in data["successList"]] == [first]
    assert [row["clientOid"] for row in data["failureList"]] == ["ghost"]
    rest = client.done(f"{ORDER}/cancel-all-orders", {**PRODUCT, "marginCoin": "USDT"})
    assert [row["orderId"] for row in rest["successList"]] == [second]


def test_detail_of_a_stranger_is_40109(client: BitgetClient) -> None:
    assert client.get(f"{ORDER}/detail", **PAIR, clientOid="ghost")["code"] == "40109"


def test_pending_and_history_filter_by_client_id_and_page(client: BitgetClient) -> None:
    ids = [place(client, {**LIMIT, "clientOid": f"order{n}"})["orderId"] for n in range(3)]
    one = client.data(f"{ORDER}/orders-pending", **PRODUCT, clientOid="order1")
    assert [row["orderId"] for row in one["entrustedList"]] == [ids[1]]
    page = client.data(f"{ORDER}/orders-pending", **PRODUCT, limit="2")
    assert ([row["status"] for row in page["entrustedList"]], page["endId"]) == (["live", "live"], ids[1])
    rest = client.data(f"{ORDER}/orders-pending", **PRODUCT, limit="2", idLessThan=page["endId"])
    assert [row["orderId"] for row in rest["entrustedList"]] == [ids[0]]
    assert client.data(f"{ORDER}/orders-history", **PRODUCT)["entrustedList"] is None


def test_closing_positions_at_market(hedged: BitgetClient) -> None:
    place(hedged, {**MARKET, "tradeSide": "open"})
    place(hedged, {**MARKET, "side": "sell", "tradeSide": "open"})
    data = hedged.done(f"{ORDER}/close-positions", {**PAIR, "holdSide": "long"})
    assert (len(data["successList"]), data["failureList"]) == (1, [])
    assert positions(hedged) == [("short", "0.5")]
    hedged.done(f"{ORDER}/close-positions", PRODUCT)
    assert hedged.refused(f"{ORDER}/close-positions", PAIR) == "22002"


def test_the_account_shows_modes_leverage_and_money(client: BitgetClient) -> None:
    assert client.done(f"{ACCOUNT}/set-leverage", {**COIN, "leverage": "20"})["crossMarginLeverage"] == "20"
    place(client, MARKET)
    row = client.data(f"{ACCOUNT}/account", **COIN)
    assert (row["posMode"], row["marginMode"], row["crossedMarginLeverage"]) == ("one_way_mode", "crossed", "20")
    assert (row["available"], row["locked"]) == ("998500", "1500")
    client.venue.set_price("perp", "BTCUSDT", "61000")
    assert client.data(f"{ACCOUNT}/account", **COIN)["accountEquity"] == "1000500"


def test_modes_are_locked_while_a_position_is_open(client: BitgetClient) -> None:
    assert client.refused(f"{ACCOUNT}/set-leverage", {**COIN, "leverage": "10"}) == "40814"
    assert client.refused(f"{ACCOUNT}/set-leverage", {**COIN, "leverage": "126"}) == "45045"
    place(client, MARKET)
    assert client.refused(f"{ACCOUNT}/set-position-mode", {**PRODUCT, "posMode": "hedge_mode"}) == "40920"
    assert client.refused(f"{ACCOUNT}/set-margin-mode", {**COIN, "marginMode": "isolated"}) == "45117"


def test_isolated_hedge_leverage_wants_a_side(hedged: BitgetClient) -> None:
    hedged.done(f"{ACCOUNT}/set-margin-mode", {**COIN, "marginMode": "isolated"})
    assert hedged.refused(f"{ACCOUNT}/set-leverage", {**COIN, "leverage": "5"}) == "40808"
    hedged.done(f"{ACCOUNT}/set-leverage", {**COIN, "leverage": "5", "holdSide": "long"})


def test_a_trigger_order_fires_and_can_be_listed_and_cancelled(client: BitgetClient) -> None:
    plan = {**MARKET, "planType": "normal_plan", "triggerType": "fill_price", "clientOid": "breakout"}
    order_id = client.done(f"{ORDER}/place-plan-order", {**plan, "triggerPrice": "61000"})["orderId"]
    far = client.done(f"{ORDER}/place-plan-order", {**plan, "triggerPrice": "90000", "clientOid": "far"})["orderId"]
    client.venue.set_price("perp", "BTCUSDT", "61500")
    assert positions(client) == [("long", "0.5")]
    listed = client.data(f"{ORDER}/orders-plan-pending", **PRODUCT, planType="normal_plan")["entrustedList"]
    assert [row["orderId"] for row in listed] == [far]
    body = {**COIN, "orderIdList": [{"orderId": far}, {"orderId": order_id}]}
    data = client.done(f"{ORDER}/cancel-plan-order", body)
    assert [row["orderId"] for row in data["failureList"]] == [order_id]


@pytest.mark.parametrize(
    ("hold_side", "plan", "trigger", "code"),
    [
        ("buy", "pos_loss", "61000", "40834"),
        ("buy", "pos_profit", "59000", "40830"),
        ("sell", "pos_loss", "61000", "40837"),
    ],
)
def test_protection_on_the_wrong_side_is_refused(
    client: BitgetClient, hold_side: str, plan: str, trigger: str, code: str
) -> None:
    place(client, MARKET)
    body = {**COIN, "planType": plan, "triggerPrice": trigger, "holdSide": hold_side}
    assert client.refused(f"{ORDER}/place-tpsl-order", body) == code


def test_a_position_stop_closes_all_of_it(client: BitgetClient) -> None:
    place(client, MARKET)
    body = {**COIN, "planType": "pos_loss", "triggerPrice": "58000", "holdSide": "buy", "executePrice": "0"}
    client.done(f"{ORDER}/place-tpsl-order", body)
    place(client, {**MARKET, "size": "0.3"})
    client.venue.set_price("perp", "BTCUSDT", "57000")
    assert positions(client) == []
