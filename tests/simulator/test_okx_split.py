"""OKX as simulated: several take-profits on one order, what they refuse and how they live."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.simulator.okx_orders import (
    ALGO,
    ORDER,
    RESTING,
    SPOT,
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
from tools.exchange_simulator.message import HttpResponse
from tools.exchange_simulator.okx import Okx

FIRST: Row = {"attachAlgoClOrdId": "tp1", "tpTriggerPx": "65000", "tpOrdPx": "-1", "sz": "2"}
SECOND: Row = {"attachAlgoClOrdId": "tp2", "tpTriggerPx": "66000", "tpOrdPx": "-1", "sz": "3"}
LOSS: Row = {"attachAlgoClOrdId": "sl1", "slTriggerPx": "49000", "slOrdPx": "-1"}
EXITS = [FIRST, SECOND, LOSS]
BREAKOUT: Row = {**TRIGGER, "side": "buy", "sz": "5", "triggerPx": "61000"}
LADDER = [FIRST | {"tpTriggerPx": str(65000 + step), "sz": "0.5"} for step in range(10)]


@pytest.fixture
def venue(clock: Clock) -> Okx:
    return Okx(DEFAULT_ACCOUNTS, clock)


def move(venue: Okx, price: str) -> None:
    venue.set_price("perp", "BTC-USDT-SWAP", price)


def waiting(client: Client) -> dict[str, str]:
    """Map the name of each waiting exit to its size."""
    return {row["algoClOrdId"]: row["sz"] for row in pending_algos(client, "conditional")}


def held(client: Client) -> list[str]:
    return [row["pos"] for row in positions(client)]


@pytest.mark.parametrize(("path", "body"), [(ORDER, SWAP), (ALGO, BREAKOUT)], ids=["order", "trigger"])
@pytest.mark.parametrize(
    ("exits", "code"),
    [
        ([FIRST | LOSS, SECOND], "51076"),
        ([*LADDER[:-1], LADDER[-1] | {"sz": "0.25"}, SECOND | {"sz": "0.25"}], "51079"),
        ([FIRST, SECOND | {"tpTriggerPxType": "mark"}], "51080"),
        ([FIRST, SECOND | {"tpTriggerPx": "65000"}], "51081"),
        ([FIRST, SECOND | {"tpTriggerPx": "65000.0"}], "51081"),
        ([FIRST, SECOND | {"tpOrdPx": "66000"}], "51082"),
        ([FIRST, SECOND | {"sz": "2.99"}], "51083"),
        ([FIRST, SECOND | {"sz": "5"}], "51083"),
        ([*EXITS, LOSS | {"slTriggerPx": "48000"}], "51084"),
        ([LOSS, LOSS | {"slTriggerPx": "48000"}], "51084"),
        ([FIRST, SECOND | {"sz": ""}], "51089"),
        ([{"tpTriggerPx": "65000", "tpOrdPx": "-1"}, SECOND | {"sz": "5"}], "51089"),
        ([FIRST | {"sz": "2.005"}, SECOND | {"sz": "2.995"}], "51121"),
        ([FIRST, SECOND | {"sz": 3}], "51000"),
        ([FIRST | {"sz": "5"}, SECOND | {"sz": "0"}], "51000"),
        ([FIRST, SECOND, LOSS | {"sz": "5"}], "51000"),
        ([FIRST | {"sz": "5"}], "51000"),
        ([FIRST, SECOND | {"tpTriggerPx": "55000"}], "51046"),
        (LADDER, "0"),
        ([FIRST, SECOND | {"tpTriggerPxType": "last"}], "0"),
        ([SECOND, LOSS, FIRST], "0"),
    ],
    ids=str,
)
def test_a_split_follows_every_rule_or_nothing_is_placed(
    client: Client, path: str, body: Row, exits: list[Row], code: str
) -> None:
    answer = client.send("POST", path, body | {"attachAlgoOrds": exits})
    assert isinstance(answer, HttpResponse)
    row = json.loads(answer.body)["data"][0]
    assert (answer.status, row["sCode"], bool(row["sMsg"])) == (200, code, code != "0")
    assert bool(positions(client) + pending_algos(client, "trigger")) == (code == "0")


@pytest.mark.parametrize("exits", [[FIRST | {"sz": "0.004"}, SECOND | {"sz": "0.006"}], [FIRST, SECOND | LOSS]])
def test_spot_takes_one_take_profit_only(client: Client, exits: list[Row]) -> None:
    assert place(client, SPOT | {"attachAlgoOrds": exits})["sCode"] == "51077"
    single = {"tpTriggerPx": "65000", "tpOrdPx": "-1"}
    assert place(client, SPOT | {"attachAlgoOrds": [single, LOSS]})["sCode"] == "0"


@pytest.mark.parametrize(
    ("path", "body", "price"), [(ORDER, RESTING, "50000"), (ALGO, BREAKOUT, "61000")], ids=["order", "trigger"]
)
def test_every_take_profit_goes_live_with_its_own_size(
    client: Client, venue: Okx, path: str, body: Row, price: str
) -> None:
    assert client.post(path, body | {"attachAlgoOrds": EXITS})["code"] == "0"
    assert waiting(client) == {}
    move(venue, price)
    assert held(client) == ["5"]
    assert waiting(client) == {"tp1": "2", "tp2": "3", "sl1": "5"}


def test_an_order_repeats_the_exits_that_came_with_it(client: Client) -> None:
    number = place(client, RESTING | {"attachAlgoOrds": EXITS})["ordId"]
    assert details(client, f"instId=BTC-USDT-SWAP&ordId={number}")["attachAlgoOrds"] == EXITS


def test_a_triggered_take_profit_closes_its_size_and_the_others_stay(client: Client, venue: Okx) -> None:
    place(client, SWAP | {"attachAlgoOrds": EXITS})
    move(venue, "65000")
    assert held(client) == ["3"]
    assert waiting(client) == {"tp2": "3", "sl1": "3"}
    row = client.get(f"{ALGO}?algoClOrdId=tp1")["data"][0]
    assert (row["state"], row["sz"]) == ("effective", "2")
    order = details(client, f"instId=BTC-USDT-SWAP&ordId={row['ordId']}")
    assert (order["side"], order["accFillSz"], order["reduceOnly"]) == ("sell", "2", "true")


@pytest.mark.parametrize("prices", [["66000"], ["65000", "66000"]])
def test_the_last_take_profit_closes_the_position_and_takes_the_stop_loss_along(
    client: Client, venue: Okx, prices: list[str]
) -> None:
    place(client, SWAP | {"attachAlgoOrds": EXITS})
    for price in prices:
        move(venue, price)
    assert (held(client), waiting(client)) == ([], {})


@pytest.mark.parametrize("prices", [["49000"], ["65000", "49000"]])
def test_the_stop_loss_closes_what_is_left_and_takes_the_take_profits_along(
    client: Client, venue: Okx, prices: list[str]
) -> None:
    place(client, SWAP | {"attachAlgoOrds": EXITS})
    for price in prices:
        move(venue, price)
    assert (held(client), waiting(client)) == ([], {})


def test_a_stop_loss_shrinks_only_by_what_was_closed(client: Client, venue: Okx) -> None:
    place(client, SWAP | {"attachAlgoOrds": EXITS})
    venue.set_liquidity("perp", "BTC-USDT-SWAP", "0.5")
    move(venue, "65000")
    assert (held(client), waiting(client)) == (["4.5"], {"tp2": "3", "sl1": "4.5"})


def test_a_take_profit_that_finds_too_little_to_close_leaves_the_stop_loss_alone(client: Client, venue: Okx) -> None:
    place(client, SWAP | {"attachAlgoOrds": EXITS})
    place(client, SWAP | {"side": "sell", "sz": "4", "reduceOnly": True})
    move(venue, "65000")
    assert (held(client), waiting(client)) == (["1"], {"tp2": "3", "sl1": "5"})


def test_a_cancelled_stop_loss_keeps_its_size_and_the_take_profits_go_on(client: Client, venue: Okx) -> None:
    place(client, SWAP | {"attachAlgoOrds": EXITS})
    client.post("/api/v5/trade/cancel-algos", [{"instId": "BTC-USDT-SWAP", "algoClOrdId": "sl1"}])
    move(venue, "65000")
    assert (held(client), waiting(client)) == (["3"], {"tp2": "3"})
    row = client.get(f"{ALGO}?algoClOrdId=sl1")["data"][0]
    assert (row["state"], row["sz"]) == ("canceled", "5")


def test_the_exits_of_another_order_stay_as_they_are(client: Client, venue: Okx) -> None:
    others = [FIRST | {"tpTriggerPx": "67000"}, SECOND | {"tpTriggerPx": "68000"}, LOSS]
    place(client, SWAP | {"attachAlgoOrds": EXITS})
    place(client, SWAP | {"attachAlgoOrds": [row | {"attachAlgoClOrdId": f"other{i}"} for i, row in enumerate(others)]})
    move(venue, "66000")
    assert (held(client), waiting(client)) == (["5"], {"other0": "2", "other1": "3", "other2": "5"})


@pytest.mark.parametrize("liquidity", [None, "1"])
def test_a_cancelled_order_discards_its_split(client: Client, venue: Okx, liquidity: str | None) -> None:
    place(client, RESTING | {"attachAlgoOrds": EXITS})
    if liquidity:
        venue.set_liquidity("perp", "BTC-USDT-SWAP", liquidity)
        move(venue, "50000")
    cancel: dict[str, Any] = {"instId": "BTC-USDT-SWAP", "clOrdId": "rest"}
    assert client.post("/api/v5/trade/cancel-order", cancel)["code"] == "0"
    move(venue, "49999")
    assert (held(client), waiting(client)) == (["1"] if liquidity else [], {})


def test_a_short_in_long_short_mode_takes_profit_below(client: Client, venue: Okx) -> None:
    venue.accounts["okx"].change({"position_mode": "hedge"})
    exits = [FIRST | {"tpTriggerPx": "55000"}, SECOND | {"tpTriggerPx": "54000"}, LOSS | {"slTriggerPx": "62000"}]
    place(client, SWAP | {"side": "sell", "posSide": "short", "attachAlgoOrds": exits})
    move(venue, "55000")
    assert [(row["posSide"], row["pos"]) for row in positions(client)] == [("short", "3")]
    move(venue, "62000")
    assert (held(client), waiting(client)) == ([], {})


def test_a_single_take_profit_still_closes_everything_with_its_stop_loss(client: Client, venue: Okx) -> None:
    single = {name: value for name, value in FIRST.items() if name != "sz"}
    place(client, SWAP | {"attachAlgoOrds": [single, LOSS]})
    assert waiting(client) == {"tp1": "5", "sl1": "5"}
    move(venue, "65000")
    assert (held(client), waiting(client)) == ([], {})


def test_a_split_works_after_a_reset(client: Client, venue: Okx) -> None:
    venue.reset()
    place(client, SWAP | {"attachAlgoOrds": EXITS})
    move(venue, "65000")
    assert held(client) == ["3"]
