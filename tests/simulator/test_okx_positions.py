"""OKX as simulated: positions, leverage, modes and algo orders."""

from __future__ import annotations

import pytest

from tests.simulator.okx_orders import (
    ALGO,
    RESTING,
    SWAP,
    TRIGGER,
    Row,
    details,
    pending_algos,
    place,
    positions,
)
from tests.simulator.signing import Client, Clock
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.okx import Okx


@pytest.fixture
def venue(clock: Clock) -> Okx:
    return Okx(DEFAULT_ACCOUNTS, clock)


def test_a_net_position_is_signed_and_counted_in_contracts(client: Client) -> None:
    place(client, SWAP)
    row = positions(client)[0]
    assert (row["pos"], row["posSide"], row["avgPx"], row["mgnMode"]) == ("5", "net", "60000", "cross")
    place(client, SWAP | {"side": "sell", "sz": "8"})
    assert positions(client)[0]["pos"] == "-3"


def test_margin_counts_contract_size_and_leverage(client: Client) -> None:
    leverage = {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "cross"}
    assert client.post("/api/v5/account/set-leverage", leverage)["data"][0]["lever"] == "5"
    place(client, SWAP | {"sz": "100"})
    balance = client.get("/api/v5/account/balance?ccy=USDT")["data"][0]["details"]
    assert [(row["ccy"], row["availBal"]) for row in balance] == [("USDT", "988000")]


@pytest.mark.parametrize(
    ("change", "code"),
    [({"lever": "1000"}, "59102"), ({"posSide": "long"}, "51000"), ({"lever": 5}, "51000")],
    ids=str,
)
def test_leverage_is_checked(client: Client, change: Row, code: str) -> None:
    body = {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "cross"} | change
    assert client.post("/api/v5/account/set-leverage", body)["code"] == code


def test_a_reduce_only_order_never_grows_or_turns_a_position(client: Client) -> None:
    place(client, SWAP)
    assert place(client, SWAP | {"reduceOnly": True})["sCode"] == "51170"
    assert place(client, SWAP | {"reduceOnly": True, "side": "sell", "sz": "6"})["sCode"] == "51112"
    assert place(client, SWAP | {"reduceOnly": True, "side": "sell", "sz": "2"})["sCode"] == "0"
    assert positions(client)[0]["pos"] == "3"


def test_close_position_has_no_order_id_and_closes_everything(client: Client) -> None:
    place(client, SWAP)
    body = {"instId": "BTC-USDT-SWAP", "mgnMode": "cross", "clOrdId": "bye"}
    answer = client.post("/api/v5/trade/close-position", body)
    assert answer["data"] == [{"clOrdId": "bye", "instId": "BTC-USDT-SWAP", "posSide": "net", "tag": ""}]
    assert positions(client) == []
    assert client.post("/api/v5/trade/close-position", body)["code"] == "51023"


def test_close_position_asks_for_pending_close_orders_to_go_first(client: Client) -> None:
    place(client, SWAP)
    place(client, RESTING | {"side": "sell", "px": "70000", "reduceOnly": True})
    body = {"instId": "BTC-USDT-SWAP", "mgnMode": "cross"}
    assert client.post("/api/v5/trade/close-position", body)["code"] == "51115"
    assert client.post("/api/v5/trade/close-position", body | {"autoCxl": True})["code"] == "0"
    assert client.get("/api/v5/trade/orders-pending")["data"] == []


def test_long_short_mode_insists_on_a_position_side(client: Client, venue: Okx) -> None:
    venue.accounts["okx"].change({"position_mode": "hedge"})
    assert place(client, SWAP)["sCode"] == "51000"
    for side, position_side in (("buy", "long"), ("sell", "short")):
        assert place(client, SWAP | {"side": side, "posSide": position_side})["sCode"] == "0"
    assert [(row["posSide"], row["pos"]) for row in positions(client)] == [("long", "5"), ("short", "5")]
    assert place(client, SWAP | {"side": "sell", "posSide": "long", "sz": "6"})["sCode"] == "51112"
    assert place(client, SWAP | {"side": "sell", "posSide": "long"})["sCode"] == "0"
    assert [row["posSide"] for row in positions(client)] == ["short"]


def test_the_position_mode_changes_only_when_nothing_is_open(client: Client) -> None:
    path, body = "/api/v5/account/set-position-mode", {"posMode": "long_short_mode"}
    place(client, RESTING)
    assert client.post(path, body)["code"] == "59000"
    client.post("/api/v5/trade/cancel-order", {"instId": "BTC-USDT-SWAP", "clOrdId": "rest"})
    assert client.post(path, body)["code"] == "0"
    assert client.get("/api/v5/account/config")["data"][0]["posMode"] == "long_short_mode"


def test_a_trigger_order_waits_and_becomes_an_order(client: Client, venue: Okx) -> None:
    number = client.post(ALGO, TRIGGER)["data"][0]["algoId"]
    assert [(row["algoId"], row["triggerPx"]) for row in pending_algos(client, "trigger")] == [(number, "59000")]
    assert client.post(ALGO, TRIGGER)["data"][0]["sCode"] == "51065"
    venue.set_price("perp", "BTC-USDT-SWAP", "58900")
    assert pending_algos(client, "trigger") == []
    row = client.get(f"{ALGO}?algoClOrdId=stop1")["data"][0]
    assert (row["state"], row["algoId"]) == ("effective", number)
    assert details(client, f"instId=BTC-USDT-SWAP&ordId={row['ordId']}")["state"] == "filled"


def test_an_algo_order_is_cancelled_by_its_id_once(client: Client) -> None:
    number = client.post(ALGO, TRIGGER)["data"][0]["algoId"]
    body = [{"instId": "BTC-USDT-SWAP", "algoId": number}]
    assert client.post("/api/v5/trade/cancel-algos", body)["code"] == "0"
    assert client.post("/api/v5/trade/cancel-algos", body)["data"][0]["sCode"] == "51400"
    assert client.get("/api/v5/trade/orders-algo-history?ordType=trigger")["data"][0]["state"] == "canceled"


def test_a_conditional_stop_closes_the_whole_position(client: Client, venue: Okx) -> None:
    place(client, SWAP)
    body = {"instId": "BTC-USDT-SWAP", "tdMode": "cross", "side": "sell", "ordType": "conditional"}
    body |= {"slTriggerPx": "59000", "slOrdPx": "-1", "closeFraction": "1"}
    assert client.post(ALGO, body | {"reduceOnly": True})["code"] == "0"
    venue.set_price("perp", "BTC-USDT-SWAP", "58000")
    assert positions(client) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"triggerPx": "60000"}, "51046"),
        ({"triggerPx": ""}, "51000"),
        ({"triggerPx": 59000}, "51000"),
        ({"orderPx": None}, "51000"),
        ({"ordType": "oco"}, "51000"),
        ({"ordType": "twap"}, "51000"),
        ({"sz": "0.005"}, "51121"),
    ],
    ids=str,
)
def test_a_wrong_algo_order_has_its_documented_scode(client: Client, change: Row, code: str) -> None:
    assert client.post(ALGO, TRIGGER | change)["data"][0]["sCode"] == code
    assert pending_algos(client, "trigger") == []


def test_a_conditional_with_both_prices_keeps_only_its_stop_loss(client: Client) -> None:
    body = {key: value for key, value in TRIGGER.items() if key not in {"triggerPx", "orderPx"}}
    body |= {"ordType": "conditional", "tpTriggerPx": "65000", "tpOrdPx": "-1", "slTriggerPx": "59000", "slOrdPx": "-1"}
    assert client.post(ALGO, body)["code"] == "0"
    row = pending_algos(client, "conditional")[0]
    assert (row["tpTriggerPx"], row["slTriggerPx"]) == ("", "59000")


def test_an_oco_is_one_order_whose_legs_cancel_each_other(client: Client, venue: Okx) -> None:
    place(client, SWAP)
    body = {key: value for key, value in TRIGGER.items() if key not in {"triggerPx", "orderPx"}}
    body |= {"ordType": "oco", "tpTriggerPx": "65000", "tpOrdPx": "-1", "slTriggerPx": "59000", "slOrdPx": "-1"}
    assert client.post(ALGO, body | {"reduceOnly": True})["code"] == "0"
    row = pending_algos(client, "oco")[0]
    assert (row["tpTriggerPx"], row["slTriggerPx"]) == ("65000", "59000")
    venue.set_price("perp", "BTC-USDT-SWAP", "65000")
    venue.set_price("perp", "BTC-USDT-SWAP", "58000")
    assert pending_algos(client, "oco") == []
    assert positions(client)[0]["pos"] == "3"


def test_an_attached_stop_becomes_live_once_its_parent_is_full(client: Client, venue: Okx) -> None:
    attached = [{"attachAlgoClOrdId": "sl1", "slTriggerPx": "49000", "slOrdPx": "-1"}]
    place(client, RESTING | {"attachAlgoOrds": attached})
    assert pending_algos(client, "conditional") == []
    venue.set_price("perp", "BTC-USDT-SWAP", "50000")
    assert [row["algoClOrdId"] for row in pending_algos(client, "conditional")] == ["sl1"]
    venue.set_price("perp", "BTC-USDT-SWAP", "48000")
    assert positions(client) == []


@pytest.mark.parametrize(
    ("attached", "code"),
    [
        ({"tpTriggerPx": "40000", "tpOrdPx": "-1"}, "51046"),
        ({"slTriggerPx": "55000", "slOrdPx": "-1"}, "51047"),
        ({"slTriggerPx": "49000"}, "51000"),
        ({}, "51000"),
    ],
    ids=str,
)
def test_an_attached_order_on_the_wrong_side_is_refused(client: Client, attached: Row, code: str) -> None:
    assert place(client, RESTING | {"attachAlgoOrds": [attached]})["sCode"] == code
