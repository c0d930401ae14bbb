"""CryptoGnome's alerts: words for booleans, a cancel before the order, percents for its protection."""

import json
from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.order import Action, Leg, OrderType, Unit
from order_relay.core.refusal import Word
from order_relay.core.route import Route
from order_relay.core.symbol import Market
from order_relay.formats import FORMATS
from tests.formats.cases import leg, read, refusal
from tests.formats.odd_bodies import FOREIGN, changed, odd_bodies, outcome, sound

ROUTE = Route("r", ("main",), format="cryptognome", market=Market.PERP)
FORM = FORMATS["cryptognome"]
ORDER = {
    "key": "fake-key",
    "exchange": "bybit",
    "symbol": "AVAXUSDT",
    "type": "Market",
    "side": "Buy",
    "qty": "12",
    "price": "31.5",
    "close_position": "False",
    "cancel_orders": "False",
    "order_mode": "Both",
    "take_profit_percent": "2",
    "stop_loss_percent": "0.75",
}
ENTRY = Leg(
    Action.BUY,
    "AVAXUSDT",
    Market.PERP,
    "AVAXUSDT",
    quantity=Decimal(12),
    take_profit_rate=Decimal("0.02"),
    stop_loss_rate=Decimal("0.0075"),
)


def body(**changes: Any) -> dict[str, Any]:
    return changed(ORDER, **changes)


def actions(value: dict[str, Any]) -> list[str]:
    return [one.action.value for one in read(value, ROUTE).legs]


def test_an_entry_counts_coins_and_its_percents_become_rates() -> None:
    assert leg(body(), ROUTE) == ENTRY


@pytest.mark.parametrize(
    ("mode", "rates"),
    [("Both", ("0.02", "0.0075")), ("Profit", ("0.02", None)), ("stop", (None, "0.0075"))],
)
def test_the_order_mode_says_which_percents_are_used(mode: str, rates: tuple[str | None, str | None]) -> None:
    read_leg = leg(body(order_mode=mode), ROUTE)
    wanted = tuple(None if rate is None else Decimal(rate) for rate in rates)
    assert (read_leg.take_profit_rate, read_leg.stop_loss_rate) == wanted


def test_an_order_without_a_mode_has_no_protection() -> None:
    plain = leg(body(order_mode=..., take_profit_percent=..., stop_loss_percent=...), ROUTE)
    assert (plain.take_profit_rate, plain.stop_loss_rate) == (None, None)


def test_a_limit_order_takes_the_price_that_a_market_order_only_refers_to() -> None:
    limited = leg(body(type="Limit", side="Sell"), ROUTE)
    assert (limited.action, limited.type, limited.price) == (Action.SELL, OrderType.LIMIT, Decimal("31.5"))
    assert read(body(price="0"), ROUTE).notes == ("type is Market: price is for reference only",)
    assert read(body(price=...), ROUTE).notes == ()


@pytest.mark.parametrize("said", ["True", "true", True])
def test_open_orders_are_cancelled_first_only_if_that_is_true(said: Any) -> None:
    assert actions(body(cancel_orders=said)) == ["cancel_all", "buy"]
    assert actions(body(cancel_orders="False")) == ["buy"]
    assert actions(body(cancel_orders=...)) == ["buy"]


def test_a_close_closes_everything_and_uses_no_field_of_the_order() -> None:
    alert = read(body(close_position="True", qty="", price="", side="?", order_mode=""), ROUTE)
    assert alert.legs == (Leg(Action.CLOSE, "AVAXUSDT", Market.PERP, "AVAXUSDT"),)
    assert "qty" in alert.notes[0]
    assert actions(body(close_position=True, cancel_orders="True")) == ["cancel_all", "close"]


def test_a_cancel_may_stand_alone() -> None:
    alone = {"key": "fake-key", "symbol": "AVAXUSDT", "close_position": "False", "cancel_orders": "True"}
    assert actions(alone) == ["cancel_all"]
    assert refusal({**alone, "cancel_orders": "False"}, ROUTE).word is Word.NOT_AN_ORDER


def test_the_futures_exchange_states_the_market() -> None:
    anywhere = Route("r", ("main",), format="cryptognome")
    assert leg(body(exchange="binance-futures", symbol="AVAX/USDT"), anywhere).market is Market.PERP
    assert leg(body(), anywhere).market is Market.SPOT
    spot = Route("r", ("main",), format="cryptognome", market=Market.SPOT)
    assert refusal(body(exchange="binance-futures"), spot).word is Word.AMBIGUOUS


def test_the_route_says_what_a_size_counts_and_stands_in_for_it() -> None:
    contracts = Route("r", ("main",), format="cryptognome", options={"size_unit": "contracts"})
    assert leg(body(), contracts).unit is Unit.CONTRACTS
    default = Route("r", ("main",), format="cryptognome", defaults={"quantity": "3"})
    assert leg(body(qty=...), default).quantity == Decimal(3)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"side": "Long"}, Word.UNSUPPORTED),
        ({"side": ...}, Word.NOT_AN_ORDER),
        ({"side": ..., "cancel_orders": "True"}, Word.AMBIGUOUS),
        ({"type": ...}, Word.AMBIGUOUS),
        ({"type": "Stop"}, Word.UNSUPPORTED),
        ({"type": "Limit", "price": ...}, Word.AMBIGUOUS),
        ({"type": "Limit", "price": "0"}, Word.AMBIGUOUS),
        ({"qty": ...}, Word.MISSING_SIZE),
        ({"qty": "-12"}, Word.MISSING_SIZE),
        ({"qty": "12,5"}, Word.INVALID_NUMBER),
        ({"price": True}, Word.INVALID_NUMBER),
        ({"symbol": ...}, Word.MISSING_SYMBOL),
        ({"close_position": "yes"}, Word.UNSUPPORTED),
        ({"close_position": 1}, Word.UNSUPPORTED),
        ({"cancel_orders": ""}, Word.UNSUPPORTED),
        ({"order_mode": "None"}, Word.UNSUPPORTED),
        ({"order_mode": ...}, Word.AMBIGUOUS),
        ({"take_profit_percent": ...}, Word.AMBIGUOUS),
        ({"order_mode": "Stop", "stop_loss_percent": ...}, Word.AMBIGUOUS),
        ({"stop_loss_percent": "100"}, Word.AMBIGUOUS),
        ({"stop_loss_percent": "0"}, Word.AMBIGUOUS),
        ({"stop_loss_percent": "1%"}, Word.INVALID_NUMBER),
        ({"leverage": "5"}, Word.UNSUPPORTED),
        ({"api_key": "fake-canary"}, Word.CREDENTIALS_IN_BODY),
    ],
    ids=str,
)
def test_what_cannot_be_one_order_is_refused(changes: dict[str, Any], word: Word) -> None:
    refused = refusal(body(**changes), ROUTE)
    assert refused.word is word
    assert "fake" not in refused.reason


def test_a_spot_sell_takes_no_protection() -> None:
    spot = Route("r", ("main",), format="cryptognome", market=Market.SPOT)
    assert refusal(body(side="Sell"), spot).word is Word.UNSUPPORTED


def test_a_field_stated_twice_is_refused_when_the_body_is_opened() -> None:
    twice = json.dumps(ORDER)[:-1] + ', "side": "Sell"}'
    assert refusal(twice.encode(), ROUTE).word is Word.INVALID_JSON


def test_the_key_is_the_token_whether_it_is_text_or_digits() -> None:
    assert FORM.token(FORM.opened(b'{"key": 4711}')) == "4711"
    assert FORM.token(ORDER) == "fake-key"
    others: list[Any] = [*FOREIGN, {"key": {}}]
    assert {FORM.token(value) for value in others} == {None}


def test_only_its_own_bodies_are_marked() -> None:
    assert FORM.marked(ORDER)
    assert FORM.marked({"key": "k", "cancel_orders": "True"})
    foreign = [*FOREIGN, {"key": "k", "symbol": "A", "side": "buy"}, {"close_position": "True"}, [ORDER], "order_mode"]
    assert not any(FORM.marked(value) for value in foreign)


def test_no_odd_field_becomes_an_order_that_makes_no_sense() -> None:
    for good in (body(), body(type="Limit"), body(close_position="True"), body(cancel_orders="True", side="Sell")):
        for odd in odd_bodies(good):
            assert sound(outcome(odd, ROUTE)), odd
