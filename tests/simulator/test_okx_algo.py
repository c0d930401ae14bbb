"""OKX as simulated: what conditional, trigger and trailing algo orders read, refuse and become."""

from __future__ import annotations

import pytest

from tests.simulator.okx_orders import ALGO, SWAP, TRIGGER, Row, details, pending_algos, place, positions
from tests.simulator.signing import Client, Clock
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.okx import Okx

CONDITIONAL: Row = {
    "instId": "BTC-USDT",
    "tdMode": "cash",
    "side": "buy",
    "sz": "610",
    "ordType": "conditional",
    "slTriggerPx": "61000",
    "slOrdPx": "-1",
    "algoClOrdId": "stop1",
}
TRAILING: Row = {**SWAP, "ordType": "move_order_stop", "side": "sell", "callbackRatio": "0.01", "algoClOrdId": "stop1"}


@pytest.fixture
def venue(clock: Clock) -> Okx:
    return Okx(DEFAULT_ACCOUNTS, clock)


def code(client: Client, body: Row) -> str:
    return str(client.post(ALGO, body)["data"][0]["sCode"])


@pytest.mark.parametrize(("target", "filled"), [({}, "0.01"), ({"tgtCcy": "base_ccy", "sz": "0.5"}, "0.5")])
def test_a_conditional_spot_buy_counts_quote_currency_unless_told_otherwise(
    client: Client, venue: Okx, target: Row, filled: str
) -> None:
    assert code(client, {**CONDITIONAL, **target}) == "0"
    venue.set_price("spot", "BTC-USDT", "61000")
    number = client.get(f"{ALGO}?algoClOrdId=stop1")["data"][0]["ordIdList"][0]
    row = details(client, f"instId=BTC-USDT&ordId={number}")
    assert (row["accFillSz"], row["clOrdId"], row["algoClOrdId"]) == (filled, "", "stop1")


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({**CONDITIONAL, "slTriggerPx": "59000"}, "51278"),
        ({**CONDITIONAL, "slTriggerPx": "", "tpTriggerPx": "61000", "tpOrdPx": "-1"}, "51277"),
        ({**CONDITIONAL, "side": "sell", "sz": "1"}, "51280"),
        (
            {**CONDITIONAL, "side": "sell", "sz": "1", "slTriggerPx": "", "tpTriggerPx": "59000", "tpOrdPx": "-1"},
            "51279",
        ),
        ({**CONDITIONAL, "side": "sell", "sz": "1", "slTriggerPx": "59000", "tgtCcy": "base_ccy"}, "51281"),
        ({**TRIGGER, "tgtCcy": "base_ccy"}, "51281"),
        ({**TRAILING, "callbackRatio": ""}, "51000"),
    ],
)
def test_a_wrong_stop_has_its_documented_scode(client: Client, body: Row, refused: str) -> None:
    assert code(client, body) == refused


def test_a_trailing_order_is_listed_with_its_ratio_and_closes_the_position(client: Client, venue: Okx) -> None:
    place(client, SWAP)
    assert code(client, {**TRAILING, "reduceOnly": True}) == "0"
    assert [row["callbackRatio"] for row in pending_algos(client, "move_order_stop")] == ["0.01"]
    venue.set_price("perp", "BTC-USDT-SWAP", "59400")
    assert positions(client) == []


def test_a_trigger_order_takes_its_exits_along(client: Client, venue: Okx) -> None:
    exits = [{"tpTriggerPx": "65000", "tpOrdPx": "-1", "slTriggerPx": "60500", "slOrdPx": "-1"}]
    body = {**TRIGGER, "side": "buy", "triggerPx": "61000", "attachAlgoOrds": exits}
    assert code(client, body) == "0"
    venue.set_price("perp", "BTC-USDT-SWAP", "61000")
    assert len(pending_algos(client, "conditional")) == 2
    venue.set_price("perp", "BTC-USDT-SWAP", "60500")
    assert positions(client) == []
    assert pending_algos(client, "conditional") == []


def test_an_algo_order_is_cancelled_by_its_client_id(client: Client) -> None:
    assert code(client, TRIGGER) == "0"
    body = [{"instId": "BTC-USDT-SWAP", "algoClOrdId": "stop1"}]
    assert client.post("/api/v5/trade/cancel-algos", body)["code"] == "0"
    assert client.post("/api/v5/trade/cancel-algos", body)["data"][0]["sCode"] == "51400"
    assert client.post("/api/v5/trade/cancel-algos", [{"instId": "BTC-USDT-SWAP"}])["data"][0]["sCode"] == "51400"
