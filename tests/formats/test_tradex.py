"""TradeX's alerts: capitals, a PIN, and an ID by which a resend is known."""

import json
from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.order import Action, Leg, MarginMode, OrderType, Unit
from order_relay.core.refusal import Word
from order_relay.core.route import Route
from order_relay.core.symbol import Market
from order_relay.formats import FORMATS
from tests.formats.cases import leg, read, refusal
from tests.formats.odd_bodies import FOREIGN, changed, odd_bodies, outcome, sound

ROUTE = Route("r", ("main",), format="tradex")
FORM = FORMATS["tradex"]
ORDER = {
    "PIN": "fake-pin",
    "EXCHANGE": "bybit",
    "SYMBOL": "SOL/USDT:USDT",
    "SIDE": "buy",
    "ORDER_TYPE": "market",
    "QUANTITY": "1.5",
}


def body(**changes: Any) -> dict[str, Any]:
    return changed(ORDER, **changes)


def limit(**changes: Any) -> dict[str, Any]:
    return body(**{"ORDER_TYPE": "limit", "PRICE": 140.25, **changes})


def test_a_market_order_counts_coins_of_the_instrument_its_symbol_names() -> None:
    assert leg(body(), ROUTE) == Leg(Action.BUY, "SOLUSDT", Market.PERP, "SOL/USDT:USDT", quantity=Decimal("1.5"))


def test_a_limit_order_takes_its_price_and_its_protection() -> None:
    read_leg = leg(limit(SIDE="Sell", TAKE_PROFIT=120, STOP_LOSS="150"), ROUTE)
    assert (read_leg.action, read_leg.type, read_leg.price) == (Action.SELL, OrderType.LIMIT, Decimal("140.25"))
    assert (read_leg.take_profit, read_leg.stop_loss) == (Decimal(120), Decimal(150))


def test_a_bare_symbol_trades_on_the_market_of_the_route() -> None:
    assert leg(body(SYMBOL="SOLUSDT"), ROUTE).market is Market.SPOT
    assert leg(body(SYMBOL="SOLUSDT"), Route("r", ("main",), format="tradex", market=Market.PERP)).market is Market.PERP


def test_a_market_order_uses_its_price_only_for_reference() -> None:
    alert = read(body(PRICE=0), ROUTE)
    assert (alert.legs[0].price, alert.legs[0].type) == (None, OrderType.MARKET)
    assert alert.notes == ("ORDER_TYPE is market: PRICE is for reference only",)
    assert read(body(), ROUTE).notes == ()


def test_the_routes_defaults_stand_in_for_size_and_settings() -> None:
    defaults = {"quantity": "25", "unit": "quote", "leverage": "4", "margin_mode": "isolated"}
    read_leg = leg(body(QUANTITY=...), Route("r", ("main",), format="tradex", defaults=defaults))
    assert (read_leg.quantity, read_leg.unit) == (Decimal(25), Unit.QUOTE)
    assert (read_leg.leverage, read_leg.margin_mode) == (Decimal(4), MarginMode.ISOLATED)
    assert leg(body(), Route("r", ("main",), format="tradex", defaults=defaults)).unit is Unit.BASE


def test_the_routes_option_says_that_sizes_are_contracts() -> None:
    contracts = Route("r", ("main",), format="tradex", options={"size_unit": "contracts"})
    assert leg(body(), contracts).unit is Unit.CONTRACTS
    position = Route("r", ("main",), format="tradex", options={"size_unit": "percent_position"})
    assert refusal(body(), position).word is Word.UNSUPPORTED


def test_the_same_id_names_the_same_order_and_no_other() -> None:
    first = read(body(ID="2026-11-21T07:00:00Z"), ROUTE).explicit_id
    assert first == read(body(ID="2026-11-21T07:00:00Z", PIN="other"), ROUTE).explicit_id
    others = [body(ID="2026-11-21T07:00:00Z", SIDE="sell"), body(ID="2026-11-21T07:00:01Z"), body(ID="a", QUANTITY=2)]
    assert first not in [read(other, ROUTE).explicit_id for other in others]


@pytest.mark.parametrize("empty", [None, "", ...])
def test_an_empty_id_is_none(empty: Any) -> None:
    assert read(body(ID=empty), ROUTE).explicit_id is None


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"SIDE": ...}, Word.NOT_AN_ORDER),
        ({"SIDE": "long"}, Word.UNSUPPORTED),
        ({"ORDER_TYPE": ...}, Word.AMBIGUOUS),
        ({"ORDER_TYPE": "stop"}, Word.UNSUPPORTED),
        ({"ORDER_TYPE": "limit"}, Word.AMBIGUOUS),
        ({"ORDER_TYPE": "limit", "PRICE": "0"}, Word.AMBIGUOUS),
        ({"PRICE": "1e3"}, Word.INVALID_NUMBER),
        ({"QUANTITY": ...}, Word.MISSING_SIZE),
        ({"QUANTITY": "-1.5"}, Word.MISSING_SIZE),
        ({"QUANTITY": "0"}, Word.MISSING_SIZE),
        ({"QUANTITY": "ten"}, Word.INVALID_NUMBER),
        ({"QUANTITY": True}, Word.INVALID_NUMBER),
        ({"SYMBOL": ...}, Word.MISSING_SYMBOL),
        ({"LEVERAGE": 3}, Word.UNSUPPORTED),
        ({"side": "sell"}, Word.UNSUPPORTED),
        ({"API_KEY": "fake-canary"}, Word.CREDENTIALS_IN_BODY),
        ({"TAKE_PROFIT": "0"}, Word.AMBIGUOUS),
        ({"TAKE_PROFIT": 100, "STOP_LOSS": 120}, Word.AMBIGUOUS),
        ({"SIDE": "sell", "SYMBOL": "SOLUSDT", "STOP_LOSS": 120}, Word.UNSUPPORTED),
        ({"ID": ["a"]}, Word.UNSUPPORTED),
    ],
    ids=str,
)
def test_what_cannot_be_one_order_is_refused(changes: dict[str, Any], word: Word) -> None:
    refused = refusal(body(**changes), ROUTE)
    assert refused.word is word
    assert "fake" not in refused.reason


def test_a_number_that_json_does_not_have_is_refused() -> None:
    text = json.dumps(ORDER).replace('"1.5"', "NaN")
    assert refusal(text.encode(), ROUTE).word is Word.INVALID_NUMBER


def test_the_pin_is_the_token_whether_it_is_text_or_digits() -> None:
    assert FORM.token(FORM.opened(b'{"PIN": 123456}')) == "123456"
    assert FORM.token(ORDER) == "fake-pin"
    others: list[Any] = [*FOREIGN, {"PIN": ["x"]}]
    assert {FORM.token(value) for value in others} == {None}


def test_only_its_own_bodies_are_marked() -> None:
    assert FORM.marked(ORDER)
    foreign = [*FOREIGN, {name.lower(): value for name, value in ORDER.items()}, [ORDER], body(EXCHANGE=...)]
    assert not any(FORM.marked(value) for value in foreign)


def test_no_odd_field_becomes_an_order_that_makes_no_sense() -> None:
    bodies = [limit(ID="a", TAKE_PROFIT="150", STOP_LOSS="120"), body(PRICE="1")]
    for odd in (one for good in bodies for one in odd_bodies(good)):
        assert sound(outcome(odd, ROUTE)), odd
