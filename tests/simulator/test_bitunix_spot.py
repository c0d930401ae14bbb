"""Bitunix spot as simulated: number enums, hidden refusals, silent cancels and scans for client ids."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.simulator.bitunix_client import SPOT, BitunixClient
from tests.simulator.signing import Clock
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.bitunix import Bitunix

Row = dict[str, Any]
ORDER = f"{SPOT}/order"
BUY: Row = {"side": 2, "type": 1, "volume": "0.01", "price": "50000", "symbol": "BTCUSDT"}
MARKET: Row = {"side": 2, "type": 2, "volume": "600", "price": "0", "symbol": "BTCUSDT"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(clock: Clock) -> BitunixClient:
    return BitunixClient(Bitunix(DEFAULT_ACCOUNTS, clock), clock)


def place(client: BitunixClient, body: Row) -> str:
    return str(client.done(f"{ORDER}/place_order", body)["orderId"])


def detail(client: BitunixClient, order_id: str) -> Row:
    row: Row = client.data(f"{ORDER}/detail", orderId=order_id)
    return row


def history(client: BitunixClient, **filters: Any) -> list[str]:
    data = client.done(f"{ORDER}/history/page", {"symbol": "BTCUSDT", **filters})
    return [row["orderId"] for row in data["data"]]


def test_a_market_buy_counts_quote_and_a_market_sell_base(client: BitunixClient) -> None:
    bought = detail(client, place(client, MARKET))
    assert (bought["status"], bought["dealVolume"], bought["dealAmount"], bought["avgPrice"]) == (
        "2",
        "0.01",
        "600",
        "60000",
    )
    sold = detail(client, place(client, {**MARKET, "side": 1, "volume": "0.5"}))
    assert (sold["side"], sold["dealVolume"]) == ("1", "0.5")


def test_a_limit_order_rests_in_base_units(client: BitunixClient) -> None:
    answer = client.done(f"{ORDER}/place_order", BUY)
    assert answer["placeStatus"] == 1
    row = detail(client, answer["orderId"])
    assert (row["status"], row["volume"], row["leftVolume"], row["amount"]) == ("1", "0.01", "0.01", "500")
    client.venue.set_liquidity("spot", "BTCUSDT", "0.004")
    client.venue.set_price("spot", "BTCUSDT", "49999")
    assert detail(client, answer["orderId"])["status"] == "3"
    client.done(f"{ORDER}/cancel", {"orderIdList": [{"orderId": answer["orderId"], "symbol": "BTCUSDT"}]})
    assert detail(client, answer["orderId"])["status"] == "7"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"side": "2"}, "2"),
        ({"type": 3}, "2"),
        ({"side": True}, "2"),
        ({"volume": 0.01}, "2"),
        ({"volume": "0"}, "2"),
        ({"price": "0"}, "2"),
        ({"symbol": "NOPEUSDT"}, "2"),
        ({"volume": "0.0000001"}, "10058"),
    ],
    ids=str,
)
def test_wrong_types_and_values_are_refused(client: BitunixClient, change: Row, code: str) -> None:
    assert client.refused(f"{ORDER}/place_order", {**BUY, **change}) == code


def test_too_little_money_hides_behind_code_zero(client: BitunixClient) -> None:
    answer = client.post(f"{ORDER}/place_order", {**BUY, "volume": "30"})
    assert (answer["code"], answer["success"]) == ("0", True)
    assert (answer["data"]["orderId"], answer["data"]["placeStatus"], answer["data"]["placeCode"]) == (None, 0, "10034")
    assert client.venue.accepted_orders() == []


def test_a_batch_mixes_acceptance_and_hidden_refusal(client: BitunixClient) -> None:
    rows = client.done(f"{ORDER}/place_order/batch", {"orderList": [BUY, {**BUY, "volume": "30"}]})
    assert [row["placeStatus"] for row in rows] == [1, 0]


def test_client_ids_are_stored_but_neither_unique_nor_a_key(client: BitunixClient) -> None:
    first, second = (place(client, {**BUY, "clientId": "twin"}) for _ in range(2))
    rows = client.done(f"{ORDER}/pending/list", {"symbol": "BTCUSDT"})
    assert [(row["orderId"], row["clientId"]) for row in rows] == [(second, "twin"), (first, "twin")]
    assert client.get(f"{ORDER}/detail", clientId="twin")["code"] == "2"


def test_cancelling_by_client_id_or_an_unknown_id_succeeds_and_does_nothing(client: BitunixClient) -> None:
    order_id = place(client, {**BUY, "clientId": "mine"})
    for row in ({"clientId": "mine"}, {"orderId": "404"}):
        answer = client.post(f"{ORDER}/cancel", {"orderIdList": [{**row, "symbol": "BTCUSDT"}]})
        assert (answer["code"], answer["data"]) == ("0", None)
    assert detail(client, order_id)["status"] == "1"
    client.done(f"{ORDER}/cancel", {"orderIdList": [{"orderId": order_id, "symbol": "BTCUSDT"}]})
    assert detail(client, order_id)["status"] == "4"


def test_an_unknown_order_is_a_silent_null(client: BitunixClient) -> None:
    assert client.get(f"{ORDER}/detail", orderId="404") == {
        "code": "0",
        "msg": "result.success",
        "data": None,
        "success": True,
    }


def test_lists_insist_on_a_symbol(client: BitunixClient) -> None:
    for path in ("pending/list", "history/page", "deal/list"):
        assert client.refused(f"{ORDER}/{path}", {}) == "2"


def test_history_is_paged_and_filtered(client: BitunixClient, clock: Clock) -> None:
    ids = []
    for _ in range(3):
        clock.now += 1000
        ids.append(place(client, MARKET))
    resting = place(client, BUY)
    assert history(client) == ids[::-1]
    assert history(client, page=2, pageSize=2) == [ids[0]]
    assert history(client, status="4") == []
    since = datetime.fromtimestamp(clock.now / 1000, UTC).isoformat()
    assert history(client, startTime=since) == [ids[2]]
    client.done(f"{ORDER}/cancel", {"orderIdList": [{"orderId": resting, "symbol": "BTCUSDT"}]})
    assert history(client, status="4") == [resting]


def test_deals_tell_price_and_volume(client: BitunixClient) -> None:
    order_id = place(client, MARKET)
    (deal,) = client.done(f"{ORDER}/deal/list", {"orderId": order_id, "symbol": "BTCUSDT"})
    assert (deal["price"], deal["volume"], deal["role"]) == ("60000", "0.01", "2")
    assert client.done(f"{ORDER}/deal/list", {"orderId": "404", "symbol": "BTCUSDT"}) == []


def test_an_order_locks_its_money(client: BitunixClient) -> None:
    place(client, BUY)
    (tether,) = [row for row in client.data(f"{SPOT}/user/account") if row["coin"] == "USDT"]
    assert (tether["balance"], tether["balanceLocked"]) == ("999500", "500")


def test_an_accepted_order_can_lose_its_answer_and_lag(client: BitunixClient, clock: Clock) -> None:
    client.venue.add_fault(op="place", kind="accept_then_code", code="500", message="system error")
    client.venue.read_lag_ms = 5_000
    assert client.refused(f"{ORDER}/place_order", {**BUY, "clientId": "lost"}) == "500"
    assert client.done(f"{ORDER}/pending/list", {"symbol": "BTCUSDT"}) == []
    clock.now += 5_000
    (row,) = client.done(f"{ORDER}/pending/list", {"symbol": "BTCUSDT"})
    assert row["clientId"] == "lost"
