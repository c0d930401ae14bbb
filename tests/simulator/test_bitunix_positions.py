"""Bitunix futures as simulated: positions and their ids, closing, leverage, modes, money and stops."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.bitunix_client import FUTURES, BitunixClient
from tests.simulator.signing import Clock
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.bitunix import Bitunix

Row = dict[str, Any]
TRADE = f"{FUTURES}/trade"
MARKET: Row = {"symbol": "BTCUSDT", "qty": "0.5", "side": "BUY", "orderType": "MARKET"}
LIMIT: Row = {**MARKET, "orderType": "LIMIT", "price": "50000", "effect": "GTC"}
SETTING: Row = {"symbol": "BTCUSDT", "marginCoin": "USDT"}


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
    return str(client.done(f"{TRADE}/place_order", body)["orderId"])


def positions(client: BitunixClient) -> dict[str, Row]:
    rows = client.data(f"{FUTURES}/position/get_pending_positions", symbol="BTCUSDT")
    return {row["side"]: row for row in rows}


def test_flash_close_and_close_all(hedged: BitunixClient) -> None:
    place(hedged, {**MARKET, "tradeSide": "OPEN"})
    place(hedged, {**MARKET, "side": "SELL", "tradeSide": "OPEN"})
    long_id = positions(hedged)["LONG"]["positionId"]
    path = f"{TRADE}/flash_close_position"
    assert hedged.done(path, {"positionId": long_id}) == {"positionId": long_id}
    assert hedged.refused(path, {"positionId": long_id}) == 30004
    assert hedged.done(f"{TRADE}/close_all_position", {"symbol": "BTCUSDT"}) == ""
    assert positions(hedged) == {}


def test_a_new_position_has_a_new_id(client: BitunixClient, clock: Clock) -> None:
    place(client, MARKET)
    first = positions(client)["LONG"]["positionId"]
    client.done(f"{TRADE}/close_all_position", {})
    clock.now += 1000
    place(client, MARKET)
    assert positions(client)["LONG"]["positionId"] != first


def test_leverage_is_an_integer_and_waits_for_open_orders(client: BitunixClient) -> None:
    path = f"{FUTURES}/account/change_leverage"
    assert client.refused(path, {**SETTING, "leverage": "20"}) == 10002
    assert client.refused(path, {**SETTING, "leverage": 126}) == 20005
    assert client.done(path, {**SETTING, "leverage": 20})[0]["leverage"] == 20
    place(client, LIMIT)
    assert client.refused(path, {**SETTING, "leverage": 10}) == 20006
    mode = client.data(f"{FUTURES}/account/get_leverage_margin_mode", **SETTING)
    assert (mode["leverage"], mode["marginMode"]) == (20, "CROSS")


def test_modes_change_only_while_nothing_is_open(client: BitunixClient) -> None:
    client.done(f"{FUTURES}/account/change_margin_mode", {**SETTING, "marginMode": "ISOLATION"})
    place(client, MARKET)
    assert positions(client)["LONG"]["marginMode"] == "ISOLATION"
    assert client.refused(f"{FUTURES}/account/change_position_mode", {"positionMode": "HEDGE"}) == 20009


def test_the_account_splits_free_frozen_and_margin(client: BitunixClient) -> None:
    place(client, MARKET)
    place(client, {**LIMIT, "price": "50000", "qty": "0.1"})
    row = client.data(f"{FUTURES}/account", marginCoin="USDT")
    assert (row["available"], row["frozen"], row["margin"]) == ("996500", "500", "3000")
    assert row["positionMode"] == "ONE_WAY"


def test_protection_of_a_position(client: BitunixClient) -> None:
    place(client, MARKET)
    position_id = positions(client)["LONG"]["positionId"]
    base = {"symbol": "BTCUSDT", "positionId": position_id}
    path = f"{FUTURES}/tpsl/position/place_order"
    assert client.refused(path, base) == 30006
    assert client.refused(path, {**base, "slPrice": "61000"}) == 30028
    assert client.refused(path, {**base, "tpPrice": "65000", "tpOrderType": "MARKET"}) == 10002
    assert client.refused(path, {**base, "positionId": "404", "slPrice": "58000"}) == 30004
    stop_id = client.done(path, {**base, "slPrice": "58000", "tpPrice": "65000"})["orderId"]
    listed = client.data(f"{FUTURES}/tpsl/get_pending_orders", symbol="BTCUSDT")
    assert [(row["tpPrice"], row["slPrice"]) for row in listed] == [("65000", None), (None, "58000")]
    assert stop_id == listed[0]["id"]
    client.venue.set_price("perp", "BTCUSDT", "57000")
    assert positions(client) == {}
    assert client.data(f"{FUTURES}/tpsl/get_pending_orders") == []


def test_a_partial_stop_can_be_cancelled(client: BitunixClient) -> None:
    place(client, MARKET)
    base = {"symbol": "BTCUSDT", "positionId": positions(client)["LONG"]["positionId"], "slPrice": "58000"}
    path = f"{FUTURES}/tpsl/place_order"
    assert client.refused(path, {**base, "slQty": "0.6"}) == 30038
    ((stop_id),) = [row["orderId"] for row in client.done(path, {**base, "slQty": "0.2"})]
    client.done(f"{FUTURES}/tpsl/cancel_order", {"symbol": "BTCUSDT", "orderId": stop_id})
    assert client.refused(f"{FUTURES}/tpsl/cancel_order", {"symbol": "BTCUSDT", "orderId": stop_id}) == 20007


def test_a_stop_that_rides_on_an_order_protects_its_fill(client: BitunixClient) -> None:
    place(client, {**MARKET, "slPrice": "58000", "slStopType": "LAST_PRICE", "slOrderType": "MARKET"})
    client.venue.set_price("perp", "BTCUSDT", "57000")
    assert positions(client) == {}
