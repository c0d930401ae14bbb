"""OKX as simulated: what a placement may say and what it answers."""

from __future__ import annotations

import json

import pytest

from tests.simulator.okx_orders import (
    ORDER,
    SPOT,
    SWAP,
    Row,
    details,
    place,
)
from tests.simulator.signing import Client, Clock
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.message import HttpResponse
from tools.exchange_simulator.okx import Okx


@pytest.fixture
def venue(clock: Clock) -> Okx:
    return Okx(DEFAULT_ACCOUNTS, clock)


def test_an_accepted_order_answers_ids_and_code_zero(client: Client, clock: Clock) -> None:
    answer = client.post(ORDER, SPOT)
    row = answer["data"][0]
    assert (answer["code"], row["sCode"], row["clOrdId"], row["ts"]) == ("0", "0", "order1", str(clock.now))
    assert row["ordId"].isdigit()
    assert int(row["ordId"]) > 2**53
    assert {"inTime", "outTime"} <= set(answer)


def test_a_refused_order_is_http_200_with_the_reason_in_scode(client: Client) -> None:
    answer = client.send("POST", ORDER, SPOT | {"sz": "1000000"})
    assert isinstance(answer, HttpResponse)
    payload = json.loads(answer.body)
    assert (answer.status, payload["code"], payload["msg"]) == (200, "1", "All operations failed")
    row = payload["data"][0]
    assert (row["sCode"], row["subCode"], row["clOrdId"], row["ordId"]) == ("51008", "1000", "order1", "")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"sz": 0.01}, "51000"),
        ({"sz": "0"}, "51000"),
        ({"sz": "1e-2"}, "51000"),
        ({"px": 50000}, "51000"),
        ({"px": None}, "51204"),
        ({"px": "50000.05"}, "51150"),
        ({"sz": "0.000000001"}, "51121"),
        ({"sz": "0.000001"}, "51020"),
        ({"instId": "NOPE-USDT"}, "51001"),
        ({"tdMode": "cross"}, "51000"),
        ({"tdMode": None}, "51000"),
        ({"side": "BUY"}, "51000"),
        ({"ordType": "gtc"}, "51000"),
        ({"posSide": "net"}, "51000"),
        ({"clOrdId": "has-dash"}, "51000"),
        ({"clOrdId": "x" * 33}, "51000"),
        ({"tag": "x" * 17}, "51000"),
        ({"reduceOnly": True}, "51000"),
        ({"reduceOnly": "false"}, "51000"),
        ({"ordType": "market", "tgtCcy": "usdt"}, "51000"),
    ],
    ids=str,
)
def test_a_wrong_spot_field_has_its_documented_scode(client: Client, change: Row, code: str) -> None:
    assert place(client, SPOT | change)["sCode"] == code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"posSide": "long"}, "51000"),
        ({"tdMode": "cash"}, "51000"),
        ({"sz": "0.005"}, "51121"),
        ({"sz": "100000000"}, "51008"),
        ({"reduceOnly": True, "side": "sell"}, "51169"),
        ({"posSide": "net"}, "0"),
        ({"tdMode": "isolated"}, "0"),
        ({"ordType": "optimal_limit_ioc"}, "0"),
    ],
    ids=str,
)
def test_a_swap_field_is_checked_against_net_mode(client: Client, change: Row, code: str) -> None:
    assert place(client, SWAP | change)["sCode"] == code


@pytest.mark.parametrize(
    ("level", "body", "code"),
    [
        ("1", SWAP, "51010"),
        ("3", SPOT, "51000"),
        ("3", SPOT | {"tdMode": "cross"}, "0"),
        ("3", SWAP | {"tdMode": "isolated"}, "50072"),
    ],
    ids=str,
)
def test_the_account_level_decides_which_trade_modes_fit(
    client: Client, venue: Okx, level: str, body: Row, code: str
) -> None:
    venue.accounts["okx"].change({"account_level": level})
    assert place(client, body)["sCode"] == code


def test_a_client_id_is_unique_only_while_its_order_is_pending(client: Client, venue: Okx) -> None:
    assert place(client, SPOT)["sCode"] == "0"
    assert place(client, SPOT | {"instId": "ETH-USDT", "px": "2000"})["sCode"] == "51016"
    venue.set_price("spot", "BTC-USDT", "50000")
    assert place(client, SPOT)["sCode"] == "0"


def test_a_spot_market_buy_counts_quote_unless_told_otherwise(client: Client) -> None:
    body = SPOT | {"ordType": "market", "sz": "600", "px": ""}
    place(client, body)
    row = details(client, "instId=BTC-USDT&clOrdId=order1")
    assert (row["accFillSz"], row["sz"], row["tgtCcy"], row["state"]) == ("0.01", "600", "quote_ccy", "filled")
    place(client, body | {"sz": "0.5", "tgtCcy": "base_ccy", "clOrdId": "order2"})
    assert details(client, "instId=BTC-USDT&clOrdId=order2")["accFillSz"] == "0.5"


def test_a_spot_market_order_shrinks_to_the_balance_unless_banned(client: Client) -> None:
    body = SPOT | {"ordType": "market", "side": "sell", "sz": "250", "px": ""}
    assert place(client, body | {"banAmend": True})["sCode"] == "51008"
    assert place(client, body)["sCode"] == "0"
    assert details(client, "instId=BTC-USDT&clOrdId=order1")["accFillSz"] == "100"


@pytest.mark.parametrize("kind", ["post_only", "fok", "ioc"])
def test_an_order_that_cannot_live_is_accepted_and_then_cancelled(client: Client, venue: Okx, kind: str) -> None:
    venue.set_liquidity("spot", "BTC-USDT", "0.001" if kind == "fok" else None)
    price = "49000" if kind == "ioc" else "61000"
    assert place(client, SPOT | {"ordType": kind, "px": price})["sCode"] == "0"
    row = details(client, "instId=BTC-USDT&clOrdId=order1")
    assert (row["state"], row["accFillSz"], row["ordType"]) == ("canceled", "0", kind)


def test_an_ioc_keeps_what_it_filled(client: Client, venue: Okx) -> None:
    venue.set_liquidity("spot", "BTC-USDT", "0.004")
    place(client, SPOT | {"ordType": "ioc", "px": "61000"})
    row = details(client, "instId=BTC-USDT&clOrdId=order1")
    assert (row["state"], row["accFillSz"], row["avgPx"]) == ("canceled", "0.004", "60000")


def test_a_stale_exp_time_drops_the_request_at_arrival(client: Client, clock: Clock) -> None:
    late = {"exptime": str(clock.now)}
    assert client.post(ORDER, SPOT, late) == {
        "msg": "The expTime can't be earlier than the current system time. Please adjust the expTime.",
        "code": "50036",
        "data": [],
    }
    assert client.get("/api/v5/trade/orders-pending")["data"] == []
    assert client.post(ORDER, SPOT, {"exptime": str(clock.now + 1)})["code"] == "0"


def test_a_batch_tells_all_some_or_none(client: Client) -> None:
    path = "/api/v5/trade/batch-orders"
    bad = SPOT | {"sz": "0.000001", "clOrdId": "bad"}
    assert client.post(path, [SPOT, bad])["code"] == "2"
    assert client.post(path, [bad])["code"] == "1"
    assert client.post(path, [SPOT | {"clOrdId": "other"}])["code"] == "0"
    assert client.post(path, [bad] * 21)["data"][0]["sCode"] == "51111"
