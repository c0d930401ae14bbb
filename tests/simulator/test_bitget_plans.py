"""Bitget as simulated: how trigger, trailing and strategy orders end, and where their ends are listed."""

from __future__ import annotations

import pytest

from tests.simulator.bitget_client import BitgetClient, Row
from tests.simulator.signing import Clock
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.bitget import Bitget

MIX = "/api/v2/mix/order"
SPOT = "/api/v2/spot/trade"
UTA = "/api/v3/trade"
COIN: Row = {"symbol": "BTCUSDT", "productType": "USDT-FUTURES", "marginCoin": "USDT"}
LISTED = {"symbol": "BTCUSDT", "productType": "USDT-FUTURES"}
ENTRY: Row = {**COIN, "marginMode": "crossed", "size": "0.1", "side": "buy", "orderType": "market"}
TRIGGER: Row = {**ENTRY, "planType": "normal_plan", "triggerType": "fill_price", "triggerPrice": "61000"}
TRAILING: Row = {
    **TRIGGER,
    "planType": "track_plan",
    "side": "sell",
    "reduceOnly": "YES",
    "triggerPrice": "60500",
    "callbackRatio": "1",
}
SPOT_PLAN: Row = {
    "symbol": "BTCUSDT",
    "side": "sell",
    "orderType": "market",
    "size": "0.2",
    "triggerType": "fill_price",
    "triggerPrice": "59000",
}


@pytest.fixture
def venue(clock: Clock) -> Bitget:
    return Bitget(DEFAULT_ACCOUNTS, clock)


@pytest.fixture
def client(venue: Bitget, clock: Clock) -> BitgetClient:
    return BitgetClient(venue, clock)


def ended(client: BitgetClient, kind: str = "normal_plan") -> list[Row]:
    rows: list[Row] = client.data(f"{MIX}/orders-plan-history", **LISTED, planType=kind)["entrustedList"] or []
    return rows


def test_a_triggered_plan_names_the_order_it_became(client: BitgetClient, venue: Bitget) -> None:
    client.done(f"{MIX}/place-plan-order", TRIGGER)
    assert ended(client) == []
    venue.set_price("perp", "BTCUSDT", "61000")
    row = ended(client)[0]
    order = client.data(f"{MIX}/detail", **LISTED, orderId=row["executeOrderId"])
    assert (row["planStatus"], order["state"], order["baseVolume"]) == ("executed", "filled", "0.1")


def test_a_plan_takes_its_exits_along(client: BitgetClient, venue: Bitget) -> None:
    exits = {"stopSurplusTriggerPrice": "65000", "stopLossTriggerPrice": "60500"}
    client.done(f"{MIX}/place-plan-order", {**TRIGGER, **exits})
    venue.set_price("perp", "BTCUSDT", "61000")
    venue.set_price("perp", "BTCUSDT", "60400")
    assert client.data("/api/v2/mix/position/single-position", **COIN) == []
    states = {row["planStatus"] for row in ended(client, "profit_loss")}
    assert states == {"executed", "cancelled"}


def test_a_trailing_plan_waits_behind_its_activation_and_is_cancelled_as_its_own_kind(client: BitgetClient) -> None:
    client.done(f"{MIX}/place-order", ENTRY)
    number = client.done(f"{MIX}/place-plan-order", TRAILING)["orderId"]
    listed = client.data(f"{MIX}/orders-plan-pending", **LISTED, planType="track_plan")["entrustedList"]
    assert [(row["triggerPrice"], row["callbackRatio"]) for row in listed] == [("59895", "1")]
    body = {**COIN, "orderIdList": [{"orderId": number}]}
    assert client.done(f"{MIX}/cancel-plan-order", body)["successList"] == []
    assert len(client.done(f"{MIX}/cancel-plan-order", {**body, "planType": "track_plan"})["successList"]) == 1
    assert [row["planStatus"] for row in ended(client, "track_plan")] == ["cancelled"]


@pytest.mark.parametrize(
    "change", [{"callbackRatio": ""}, {"callbackRatio": "10.1"}, {"orderType": "limit", "price": "59000"}]
)
def test_a_wrong_trailing_plan_is_refused(client: BitgetClient, change: Row) -> None:
    assert client.refused(f"{MIX}/place-plan-order", {**TRAILING, **change}) in {"40019", "40020"}


def test_an_ended_spot_plan_is_listed_and_its_order_told_apart(client: BitgetClient, venue: Bitget) -> None:
    done = client.done(f"{SPOT}/place-plan-order", SPOT_PLAN)["orderId"]
    far = client.done(f"{SPOT}/place-plan-order", {**SPOT_PLAN, "triggerPrice": "40000"})["orderId"]
    client.done(f"{SPOT}/cancel-plan-order", {"orderId": far})
    assert client.data(f"{SPOT}/plan-sub-order", planOrderId=done) == []
    venue.set_price("spot", "BTCUSDT", "59000")
    listed = client.data(f"{SPOT}/history-plan-order", symbol="BTCUSDT")["orderList"]
    assert [(row["orderId"], row["status"]) for row in listed] == [(far, "cancelled"), (done, "executed")]
    became = client.data(f"{SPOT}/plan-sub-order", planOrderId=done)[0]["orderId"]
    assert client.data(f"{SPOT}/orderInfo", orderId=became)[0]["status"] == "filled"
    assert client.get(f"{SPOT}/plan-sub-order", planOrderId="7")["code"] == "43020"


def test_strategies_of_a_unified_account_tell_how_they_ended(venue: Bitget, clock: Clock) -> None:
    client = BitgetClient(venue, clock, "bitget_uta")
    entry = {"category": "USDT-FUTURES", "symbol": "BTCUSDT", "qty": "0.2", "side": "buy", "orderType": "market"}
    client.done(f"{UTA}/place-order", entry)
    guard = {"category": "USDT-FUTURES", "symbol": "BTCUSDT", "posSide": "long", "tpslMode": "partial", "qty": "0.1"}
    client.done(f"{UTA}/place-strategy-order", {**guard, "stopLoss": "59000"})
    far = client.done(f"{UTA}/place-strategy-order", {**guard, "takeProfit": "70000"})["orderId"]
    pending = client.data(f"{UTA}/unfilled-strategy-orders", category="USDT-FUTURES")
    assert {row["status"] for row in pending} == {"pending"}
    client.done(f"{UTA}/cancel-strategy-order", {"orderId": far})
    venue.set_price("perp", "BTCUSDT", "58900")
    history = client.data(f"{UTA}/history-strategy-orders", category="USDT-FUTURES")
    assert [row["status"] for row in history["list"]] == ["cancelled", "success"]
