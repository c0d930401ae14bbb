"""What every simulated exchange shares: lagging reads, the ledger, accounts and numbers."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from tests.simulator.coinex_orders import LIMIT
from tests.simulator.drafts import perp
from tests.simulator.signing import Client, Clock
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS, credentials
from tools.exchange_simulator.coinex import CoinEx
from tools.exchange_simulator.number import decimals, plain, read_decimal, round_down

ORDER = "/v2/spot/order"


@pytest.fixture
def venue(clock: Clock) -> CoinEx:
    return CoinEx(DEFAULT_ACCOUNTS, clock)


def test_a_lagging_read_sees_the_past_and_a_cancel_sees_the_present(
    client: Client, venue: CoinEx, clock: Clock
) -> None:
    venue.read_lag_ms = 2_000
    order_id = client.post(ORDER, LIMIT)["data"]["order_id"]
    status = f"/v2/spot/order-status?market=BTCUSDT&order_id={order_id}"
    clock.now += 1_999
    assert client.get(status)["code"] == 3600
    clock.now += 1
    assert client.get(status)["data"]["status"] == "open"
    body = {"market": "BTCUSDT", "market_type": "SPOT", "order_id": order_id}
    assert client.post("/v2/spot/cancel-order", body)["code"] == 0
    assert client.get(status)["data"]["status"] == "open"


def test_a_lagging_read_sees_old_positions_too(client: Client, venue: CoinEx, clock: Clock) -> None:
    venue.matching.place(perp("buy", "1"))
    venue.read_lag_ms = 500
    query = "/v2/futures/pending-position?market_type=FUTURES"
    assert client.get(query)["data"] == []
    clock.now += 500
    assert client.get(query)["data"][0]["open_interest"] == "1"


def test_the_ledger_tells_what_came_and_what_was_answered(client: Client, venue: CoinEx, clock: Clock) -> None:
    order_id = client.post(ORDER, LIMIT)["data"]["order_id"]
    client.get("/v2/time")
    client.send("POST", ORDER, LIMIT, {"x-coinex-sign": "0" * 64})
    placed, asked, forged = venue.ledger.requests
    assert placed == {
        "at_ms": clock.now,
        "exchange": "coinex",
        "op": "place",
        "method": "POST",
        "path": ORDER,
        "status": 200,
        "verified": True,
        "client_id": "order1",
        "order_id": str(order_id),
        "fault": None,
    }
    assert (asked["op"], asked["verified"]) == ("time", False)
    assert (forged["verified"], forged["order_id"]) == (False, None)


def test_an_accepted_order_is_listed_with_its_state(client: Client, venue: CoinEx, clock: Clock) -> None:
    client.post(ORDER, LIMIT | {"price": "61000"})
    row = venue.accepted_orders()[0]
    assert (row["client_id"], row["state"], row["filled"], row["average_price"]) == (
        "order1",
        "filled",
        "0.01",
        "60000",
    )
    assert (row["accepted_at_ms"], row["product"], row["type"]) == (clock.now, "spot", "limit")


def test_the_ledger_never_holds_a_secret(client: Client, venue: CoinEx) -> None:
    venue.add_fault(op="query", kind="echo_secret")
    request = client.request("POST", ORDER, LIMIT)
    venue.handle(request)
    client.get("/v2/spot/pending-order?market_type=SPOT")
    kept = json.dumps([venue.ledger.requests, venue.accepted_orders()])
    for secret in (DEFAULT_ACCOUNTS["coinex"]["secret"], "FAKE-COINEX-KEY", request.header("x-coinex-sign")):
        assert secret not in kept
    assert DEFAULT_ACCOUNTS["coinex"]["secret"] not in repr(venue.accounts)


def test_reset_forgets_everything_but_goes_on_counting(client: Client, venue: CoinEx) -> None:
    first = client.post(ORDER, LIMIT)["data"]["order_id"]
    venue.add_fault(op="place", kind="hang")
    venue.accounts["coinex"].change({"key": "ROTATED"})
    venue.reset()
    assert (venue.accepted_orders(), venue.ledger.requests) == ([], [])
    assert client.post(ORDER, LIMIT)["data"]["order_id"] > first


def test_numbers_are_plain_text() -> None:
    assert [plain(Decimal(text)) for text in ("1E+3", "0.5000", "0E-8")] == ["1000", "0.5", "0"]
    assert [read_decimal(value) for value in ("1e3", "", "٣", 1, Decimal(1), True, "NaN", "9" * 16)] == [None] * 8
    assert read_decimal("-0.50") == Decimal("-0.5")
    assert round_down(Decimal("1.239"), Decimal("0.01")) == Decimal("1.23")
    assert [decimals(Decimal(text)) for text in ("0.01", "0.5", "1", "10")] == [2, 1, 0, 0]


def test_credentials_carry_nothing_but_what_an_account_secret_holds() -> None:
    assert credentials()["coinex"] == {
        "exchange": "coinex",
        "key": "FAKE-COINEX-KEY",
        "secret": "FAKE-COINEX-SECRET-DO-NOT-USE",
    }
    assert credentials()["okx"]["environment"] == "demo"
