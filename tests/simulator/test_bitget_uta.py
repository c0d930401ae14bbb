"""Bitget v3 as simulated: one set of routes for spot and futures, ids unique only while pending, its own codes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.bitget_client import BitgetClient
from tests.simulator.signing import Clock
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.bitget import Bitget

Row = dict[str, Any]
TRADE = "/api/v3/trade"
PLACE = f"{TRADE}/place-order"
FUTURES: Row = {"category": "USDT-FUTURES", "symbol": "BTCUSDT", "side": "buy", "orderType": "market", "qty": "0.5"}
SPOT: Row = {
    "category": "SPOT",
    "symbol": "BTCUSDT",
    "side": "buy",
    "orderType": "limit",
    "qty": "0.01",
    "price": "50000",
}
EXIT: Row = {**FUTURES, "side": "sell", "orderType": "limit", "price": "70000", "reduceOnly": "yes"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(clock: Clock) -> BitgetClient:
    return BitgetClient(Bitget(DEFAULT_ACCOUNTS, clock), clock, "bitget_uta")


def info(client: BitgetClient, order_id: str) -> Row:
    row: Row = client.data(f"{TRADE}/order-info", orderId=order_id)
    return row


def positions(client: BitgetClient) -> list[tuple[str, str]]:
    rows = client.data("/api/v3/position/current-position", category="USDT-FUTURES")["list"]
    return [(row["posSide"], row["total"]) for row in rows]


def test_spot_and_futures_share_one_route_and_one_pot(client: BitgetClient) -> None:
    spot = info(client, client.done(PLACE, {**SPOT, "orderType": "market", "qty": "600"})["orderId"])
    assert (spot["orderStatus"], spot["amount"], spot["cumExecQty"]) == ("filled", "600", "0.01")
    futures = info(client, client.done(PLACE, FUTURES)["orderId"])
    assert (futures["orderStatus"], futures["holdMode"], futures["avgPrice"]) == ("filled", "one_way_mode", "60000")
    (tether,) = [row for row in client.data("/api/v3/account/assets")["assets"] if row["coin"] == "USDT"]
    assert (tether["balance"], tether["available"]) == ("999400", "996400")


def test_a_client_id_is_free_again_after_the_end_of_its_order(client: BitgetClient) -> None:
    first = client.done(PLACE, {**SPOT, "clientOid": "again"})["orderId"]
    assert info(client, first)["orderStatus"] == "new"
    assert client.refused(PLACE, {**FUTURES, "clientOid": "again"}) == "25212"
    client.done(f"{TRADE}/cancel-order", {"clientOid": "again"})
    second = client.done(PLACE, {**SPOT, "clientOid": "again"})["orderId"]
    assert client.data(f"{TRADE}/order-info", clientOid="again")["orderId"] == second != first


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"qty": "0.00001"}, "25610"),
        ({"orderType": "limit", "price": "50000.05"}, "25244"),
        ({"orderType": "limit", "price": "10000", "qty": "0.0001"}, "25611"),
        ({"qty": "1000"}, "40762"),
        ({"side": "sell", "reduceOnly": "yes"}, "25227"),
        ({"reduceOnly": "YES"}, "40020"),
        ({"posSide": "long"}, "25236"),
        ({"clientOid": "#hash"}, "40402"),
        ({"clientOid": "a" * 33}, "40304"),
        ({"category": "FUTURES"}, "40020"),
    ],
    ids=str,
)
def test_an_impossible_order_is_refused_with_a_v3_code(client: BitgetClient, change: Row, code: str) -> None:
    assert client.refused(PLACE, {**FUTURES, **change}) == code


def test_too_little_money_for_a_spot_order_is_25202(client: BitgetClient) -> None:
    assert client.refused(PLACE, {**SPOT, "qty": "30"}) == "25202"


def test_in_hedge_mode_the_side_is_the_traded_one(client: BitgetClient) -> None:
    client.done("/api/v3/account/set-hold-mode", {"holdMode": "hedge_mode"})
    assert client.refused(PLACE, FUTURES) == "25236"
    client.done(PLACE, {**FUTURES, "posSide": "long"})
    assert client.refused(PLACE, {**FUTURES, "posSide": "short"}) == "25227"
    assert client.refused(PLACE, {**FUTURES, "side": "sell", "posSide": "long", "qty": "0.6"}) == "25231"
    client.done(PLACE, {**FUTURES, "side": "sell", "posSide": "long", "qty": "0.2"})
    assert positions(client) == [("long", "0.3")]


def test_a_displacing_reduce_only_order_answers_a_null_id(client: BitgetClient) -> None:
    client.done(PLACE, FUTURES)
    old = client.done(PLACE, EXIT)["orderId"]
    answer = client.done(PLACE, {**EXIT, "clientOid": "newexit"})
    assert answer == {"orderId": None, "clientOid": "newexit"}
    assert info(client, old)["orderStatus"] == "cancelled"
    assert client.data(f"{TRADE}/order-info", clientOid="newexit")["orderStatus"] == "new"


def test_gone_orders_are_25204(client: BitgetClient) -> None:
    assert client.refused(f"{TRADE}/cancel-order", {"orderId": "404"}) == "25204"
    assert client.get(f"{TRADE}/order-info", clientOid="ghost")["code"] == "25204"


def test_batch_cancel_answers_row_by_row(client: BitgetClient) -> None:
    order_id = client.done(PLACE, SPOT)["orderId"]
    key = {"category": "SPOT", "symbol": "BTCUSDT"}
    rows = client.done(f"{TRADE}/cancel-batch", [{"orderId": order_id, **key}, {"clientOid": "ghost", **key}])
    assert rows[0]["orderId"] == order_id
    assert rows[1]["code"] == "25204"


def test_cancelling_a_symbol_spares_the_other_category(client: BitgetClient) -> None:
    spot = client.done(PLACE, SPOT)["orderId"]
    futures = client.done(PLACE, {**FUTURES, "orderType": "limit", "price": "50000"})["orderId"]
    data = client.done(f"{TRADE}/cancel-symbol-order", {"category": "SPOT", "symbol": "BTCUSDT"})
    assert [row["orderId"] for row in data["list"]] == [spot]
    assert info(client, futures)["orderStatus"] == "new"


def test_lists_are_paged_by_cursor(client: BitgetClient) -> None:
    ids = [client.done(PLACE, SPOT)["orderId"] for _ in range(3)]
    first = client.data(f"{TRADE}/unfilled-orders", category="SPOT", limit="2")
    assert ([row["orderId"] for row in first["list"]], first["cursor"]) == ([ids[2], ids[1]], ids[1])
    rest = client.data(f"{TRADE}/unfilled-orders", category="SPOT", limit="2", cursor=first["cursor"])
    assert [row["orderId"] for row in rest["list"]] == [ids[0]]
    assert client.data(f"{TRADE}/history-orders", category="SPOT")["list"] == []
    assert client.get(f"{TRADE}/history-orders")["code"] == "40019"


def test_settings_show_and_change_modes(client: BitgetClient) -> None:
    client.done("/api/v3/account/set-leverage", {"category": "USDT-FUTURES", "symbol": "BTCUSDT", "leverage": "7"})
    data = client.data("/api/v3/account/settings")
    assert (data["accountMode"], data["holdMode"]) == ("unified", "one_way_mode")
    assert [row["leverage"] for row in data["symbolConfigList"]] == ["7", "10"]
    client.done(PLACE, FUTURES)
    assert client.refused("/api/v3/account/set-hold-mode", {"holdMode": "hedge_mode"}) == "25107"


def test_closing_positions_at_market(client: BitgetClient) -> None:
    client.done(PLACE, FUTURES)
    data = client.done(f"{TRADE}/close-positions", {"category": "USDT-FUTURES", "symbol": "BTCUSDT"})
    assert data["list"][0]["code"] == "00000"
    assert positions(client) == []
    assert client.refused(f"{TRADE}/close-positions", {"category": "USDT-FUTURES"}) == "25227"


def test_a_strategy_order_protects_a_position(client: BitgetClient) -> None:
    stop = {"category": "USDT-FUTURES", "symbol": "BTCUSDT", "posSide": "long", "stopLoss": "58000"}
    assert client.refused(f"{TRADE}/place-strategy-order", stop) == "25601"
    client.done(PLACE, FUTURES)
    assert client.refused(f"{TRADE}/place-strategy-order", {**stop, "stopLoss": "61000"}) == "25586"
    first = client.done(f"{TRADE}/place-strategy-order", stop)["orderId"]
    assert client.done(f"{TRADE}/cancel-strategy-order", {"orderId": first}) is None
    assert client.refused(f"{TRADE}/cancel-strategy-order", {"orderId": first}) == "25597"
    client.done(f"{TRADE}/place-strategy-order", {**stop, "stopLoss": "59000"})
    (row,) = client.data(f"{TRADE}/unfilled-strategy-orders", category="USDT-FUTURES")
    assert (row["stopLoss"], row["posSide"]) == ("59000", "long")
    client.venue.set_price("perp", "BTCUSDT", "58500")
    assert positions(client) == []
