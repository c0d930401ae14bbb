"""WunderTrading's alerts: what a code means stands in the route, and only how much of it in the body."""

from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.order import Action, Leg, MarginMode, OrderType, PositionSide, Unit
from order_relay.core.refusal import Word
from order_relay.core.route import Route, read_route
from order_relay.core.symbol import Market
from order_relay.core.take_profits import Share
from order_relay.formats import FORMATS
from tests.formats.cases import leg, read, refusal
from tests.formats.odd_bodies import FOREIGN, changed, odd_bodies, outcome, sound

CODES = {
    "fake-in": {"symbol": "ADAUSDT.P", "intent": "enter", "side": "buy"},
    "fake-short": {"symbol": "ADAUSDT.P", "intent": "Enter-Short"},
    "fake-out": {"symbol": "ADAUSDT.P", "intent": "exit", "position_side": "long"},
    "fake-flat": {"symbol": "ADAUSDT.P", "intent": "exit-all"},
    "fake-spot": {"symbol": "ADA/USDT", "intent": "enter_long"},
    "fake-sold": {"symbol": "ADA/USDT", "intent": "exit_long"},
}
FORM = FORMATS["wundertrading"]
HALF: dict[str, Any] = {"portfolio": 0.5}
ENTRY = {"code": "fake-in", "orderType": "market", "amountPerTradeType": "quote", "amountPerTrade": 120}


def route(codes: Any = CODES, **options: Any) -> Route:
    return Route("r", ("main",), format="wundertrading", options={"code_map": codes, **options})


ROUTE = route()


def body(**changes: Any) -> dict[str, Any]:
    return changed(ENTRY, **changes)


def test_an_entry_takes_symbol_and_side_from_the_route_and_its_amount_from_the_body() -> None:
    assert leg(body(), ROUTE) == Leg(
        Action.BUY,
        "ADAUSDT",
        Market.PERP,
        "ADAUSDT.P",
        quantity=Decimal(120),
        unit=Unit.QUOTE,
        position_side=PositionSide.LONG,
    )
    assert leg(body(code="fake-short"), ROUTE).action is Action.SELL
    assert leg(body(code="fake-spot"), ROUTE).position_side is None


@pytest.mark.parametrize(
    ("kind", "amount", "quantity", "unit"),
    [
        ("base", "0.5", "0.5", Unit.BASE),
        ("contracts", 3, "3", Unit.CONTRACTS),
        ("percents", 0.125, "12.5", Unit.PERCENT_EQUITY),
        ("percents", "1", "100", Unit.PERCENT_EQUITY),
    ],
)
def test_an_amount_counts_what_its_type_says(kind: str, amount: Any, quantity: str, unit: Unit) -> None:
    opened = leg(body(amountPerTradeType=kind, amountPerTrade=amount), ROUTE)
    assert (opened.quantity, opened.unit) == (Decimal(quantity), unit)


def test_an_amount_without_a_type_counts_what_the_route_says() -> None:
    assert refusal(body(amountPerTradeType=...), ROUTE).word is Word.AMBIGUOUS
    assert leg(body(amountPerTradeType=...), route(size_unit="contracts")).unit is Unit.CONTRACTS


def test_the_routes_defaults_stand_in_for_an_amount_and_settings() -> None:
    defaults = {"quantity": "9", "unit": "base", "leverage": "2", "margin_mode": "cross"}
    opened = leg(
        {"code": "fake-in"}, Route("r", ("main",), defaults=defaults, format="wundertrading", options=ROUTE.options)
    )
    assert (opened.quantity, opened.unit, opened.leverage) == (Decimal(9), Unit.BASE, Decimal(2))
    assert opened.margin_mode is MarginMode.CROSS
    assert refusal({"code": "fake-in"}, ROUTE).word is Word.MISSING_SIZE


def test_protection_is_a_fraction_of_the_entry_or_a_price() -> None:
    by_rate = leg(
        body(takeProfits=[{"priceDeviation": 0.03, "portfolio": 1}], stopLoss={"priceDeviation": "0.015"}), ROUTE
    )
    assert (by_rate.take_profit_rate, by_rate.stop_loss_rate) == (Decimal("0.03"), Decimal("0.015"))
    limit = {"orderType": "limit", "price": "0.4"}
    by_price = leg(body(**limit, takeProfits=[{"price": 0.5}], stopLoss={"price": 0.35}), ROUTE)
    assert (by_price.type, by_price.price) == (OrderType.LIMIT, Decimal("0.4"))
    assert (by_price.take_profit, by_price.stop_loss) == (Decimal("0.5"), Decimal("0.35"))
    assert leg(body(takeProfits=[], stopLoss=None), ROUTE) == leg(body(), ROUTE)
    assert leg(body(takeProfits=None, stopLoss={"price": 0.35, "portfolio": 1}), ROUTE).stop_loss == Decimal("0.35")


def test_several_take_profits_part_the_entry_by_price_or_by_fraction() -> None:
    targets = [{"priceDeviation": 0.03, "portfolio": 0.25}, {"priceDeviation": "0.01", "portfolio": "0.75"}]
    by_rate = leg(body(takeProfits=targets, stopLoss={"priceDeviation": "0.015"}), ROUTE)
    assert by_rate.take_profits == (
        Share(Decimal("0.25"), rate=Decimal("0.03")),
        Share(Decimal("0.75"), rate=Decimal("0.01")),
    )
    assert (by_rate.take_profit, by_rate.take_profit_rate) == (None, None)
    assert by_rate.stop_loss_rate == Decimal("0.015")
    by_price = leg(body(takeProfits=[HALF | {"price": "0.5"}, HALF | {"price": "0.6"}]), ROUTE)
    assert by_price.take_profits == tuple(Share(Decimal("0.5"), Decimal(price)) for price in ("0.5", "0.6"))


def test_a_wrong_step_is_named() -> None:
    missing = refusal(body(takeProfits=[HALF | {"price": 0.5}, {"price": 0.6}]), ROUTE)
    assert "takeProfits[1].portfolio is missing" in missing.detail
    short = refusal(body(takeProfits=[HALF | {"price": 0.5}, {"price": 0.6, "portfolio": 0.4}]), ROUTE)
    assert "the shares of takeProfits add up to 90 %, not to 100 %" in short.detail


def test_who_watches_the_protection_is_told() -> None:
    assert read(body(placeConditionalOrdersOnExchange=True, leverage=4), ROUTE).notes == ()
    notes = read(body(placeConditionalOrdersOnExchange=False), ROUTE).notes
    assert notes == ("take-profit and stop-loss rest on the exchange",)


def test_an_exit_closes_everything_of_its_side() -> None:
    assert leg({"code": "fake-out", "orderType": "market", "reduceOnly": True}, ROUTE) == Leg(
        Action.CLOSE, "ADAUSDT", Market.PERP, "ADAUSDT.P", position_side=PositionSide.LONG
    )
    assert leg({"code": "fake-flat"}, ROUTE).position_side is None
    assert leg({"code": "fake-sold"}, ROUTE) == Leg(Action.CLOSE, "ADAUSDT", Market.SPOT, "ADA/USDT")


def test_an_exit_does_not_use_the_amounts_of_its_template() -> None:
    alert = read(body(code="fake-out", amountPerTrade="", leverage=3, reduceOnly=True), ROUTE)
    assert (alert.legs[0].action, alert.legs[0].quantity) == (Action.CLOSE, None)
    assert alert.notes == ("an exit closes everything: amountPerTrade, amountPerTradeType, leverage not used",)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"code": ...}, Word.NOT_AN_ORDER),
        ({"code": ["fake-in"]}, Word.NOT_AN_ORDER),
        ({"code": "FAKE-IN"}, Word.UNSUPPORTED),
        ({"orderType": "stop"}, Word.UNSUPPORTED),
        ({"orderType": "limit"}, Word.AMBIGUOUS),
        ({"price": "0.4"}, Word.AMBIGUOUS),
        ({"orderType": "limit", "price": "0"}, Word.AMBIGUOUS),
        ({"amountPerTrade": 0}, Word.MISSING_SIZE),
        ({"amountPerTrade": -120}, Word.MISSING_SIZE),
        ({"amountPerTrade": "12%"}, Word.INVALID_NUMBER),
        ({"amountPerTradeType": "percents"}, Word.AMBIGUOUS),
        ({"amountPerTradeType": "$"}, Word.UNSUPPORTED),
        ({"reduceOnly": True}, Word.AMBIGUOUS),
        ({"reduceOnly": "yes"}, Word.UNSUPPORTED),
        ({"leverage": "0.5"}, Word.AMBIGUOUS),
        ({"leverage": True}, Word.INVALID_NUMBER),
        ({"code": "fake-spot", "leverage": 2}, Word.UNSUPPORTED),
        ({"takeProfits": [{"priceDeviation": 0.01, "portfolio": 0.5}] * 2}, Word.AMBIGUOUS),
        ({"takeProfits": [{"priceDeviation": 0.01, "portfolio": 0.5}]}, Word.AMBIGUOUS),
        ({"takeProfits": [{"priceDeviation": 0.01, "portfolio": 1.5}]}, Word.AMBIGUOUS),
        ({"takeProfits": [{"priceDeviation": 0.01, "portfolio": 0}]}, Word.AMBIGUOUS),
        ({"takeProfits": [{"priceDeviation": 0.01, "portfolio": "half"}]}, Word.INVALID_NUMBER),
        ({"takeProfits": [{"priceDeviation": 0.01}, {"priceDeviation": 0.02}]}, Word.AMBIGUOUS),
        ({"takeProfits": [{"priceDeviation": 0.01, "portfolio": 1}, {"priceDeviation": 0.02}]}, Word.AMBIGUOUS),
        ({"takeProfits": [HALF | {"priceDeviation": 0.01}, HALF | {"price": 0.5}]}, Word.AMBIGUOUS),
        ({"takeProfits": [HALF | {"price": 0.5}, HALF | {"price": 0.5}]}, Word.AMBIGUOUS),
        ({"takeProfits": [HALF | {"price": 0.5}, HALF | {"price": 0.6, "priceDeviation": 0.1}]}, Word.AMBIGUOUS),
        ({"takeProfits": [HALF | {"price": 0.5}, HALF]}, Word.AMBIGUOUS),
        ({"takeProfits": [HALF | {"price": 0.5}, "0.6"]}, Word.UNSUPPORTED),
        (
            {"takeProfits": [{"price": n, "portfolio": 0.0625} for n in range(1, 17)]},
            Word.UNSUPPORTED,
        ),
        ({"takeProfits": [HALF | {"price": 0.5}, HALF | {"price": 0.3}], "stopLoss": {"price": 0.4}}, Word.AMBIGUOUS),
        ({"takeProfits": [{"priceDeviation": 1, "portfolio": 1}]}, Word.AMBIGUOUS),
        ({"takeProfits": [{"priceDeviation": "1%"}]}, Word.INVALID_NUMBER),
        ({"takeProfits": [{"portfolio": 1}]}, Word.AMBIGUOUS),
        ({"takeProfits": [{"price": 1, "priceDeviation": 0.1}]}, Word.AMBIGUOUS),
        ({"takeProfits": [{"price": 1, "trailing": 2}]}, Word.UNSUPPORTED),
        ({"takeProfits": {"price": 1}}, Word.UNSUPPORTED),
        ({"takeProfits": ["0.01"]}, Word.UNSUPPORTED),
        ({"takeProfits": {}}, Word.UNSUPPORTED),
        ({"takeProfits": ""}, Word.UNSUPPORTED),
        ({"takeProfits": False}, Word.UNSUPPORTED),
        ({"stopLoss": {"priceDeviation": 0.01, "portfolio": 0.5}}, Word.UNSUPPORTED),
        ({"stopLoss": {"price": 0.3, "portfolio": "half"}}, Word.INVALID_NUMBER),
        ({"stopLoss": "0.01"}, Word.AMBIGUOUS),
        ({"stopLoss": {"priceDeviation": -0.01}}, Word.AMBIGUOUS),
        ({"stopLoss": {"price": 0.5}, "takeProfits": [{"price": 0.4}]}, Word.AMBIGUOUS),
        ({"placeConditionalOrdersOnExchange": "no"}, Word.UNSUPPORTED),
        ({"moveToBreakeven": {"activationPrice": 1}}, Word.UNSUPPORTED),
        ({"timeToLive": 60}, Word.UNSUPPORTED),
        ({"extraOrderCount": 2}, Word.UNSUPPORTED),
        ({"secretKey": "canary"}, Word.CREDENTIALS_IN_BODY),
        ({"code": "fake-out", "orderType": "limit"}, Word.UNSUPPORTED),
    ],
    ids=str,
)
def test_what_cannot_be_one_order_is_refused_without_a_word_of_the_code(changes: dict[str, Any], word: Word) -> None:
    refused = refusal(body(**changes), ROUTE)
    assert refused.word is word
    assert "fake" not in refused.reason.lower()


@pytest.mark.parametrize(
    ("mapped", "action", "side"),
    [
        ({"intent": "open", "side": "sell"}, Action.SELL, PositionSide.SHORT),
        ({"intent": "entry", "position_side": "short"}, Action.SELL, PositionSide.SHORT),
        ({"intent": "buy"}, Action.BUY, PositionSide.LONG),
        ({"intent": "close", "side": "buy"}, Action.CLOSE, PositionSide.SHORT),
        ({"intent": "close_long", "side": "sell"}, Action.CLOSE, PositionSide.LONG),
    ],
    ids=str,
)
def test_the_route_says_intent_and_side_in_the_usual_words(
    mapped: dict[str, str], action: Action, side: PositionSide
) -> None:
    meant = leg(body(), route({"fake-in": {"symbol": "ADAUSDT.P", **mapped}}))
    assert (meant.action, meant.position_side) == (action, side)


@pytest.mark.parametrize(
    ("codes", "word"),
    [
        (None, Word.UNSUPPORTED),
        ({}, Word.UNSUPPORTED),
        ({"fake-in": "ADAUSDT"}, Word.UNSUPPORTED),
        ({"fake-in": {"symbol": "ADAUSDT"}}, Word.AMBIGUOUS),
        ({"fake-in": {"symbol": "ADAUSDT", "intent": "enter"}}, Word.AMBIGUOUS),
        ({"fake-in": {"symbol": "ADAUSDT", "intent": "enter_long", "side": "sell"}}, Word.AMBIGUOUS),
        ({"fake-in": {"symbol": "ADAUSDT", "intent": "exit_long", "side": "buy"}}, Word.AMBIGUOUS),
        ({"fake-in": {"symbol": "ADAUSDT", "intent": "wait"}}, Word.UNSUPPORTED),
        ({"fake-in": {"symbol": "ADAUSDT", "intent": 1}}, Word.UNSUPPORTED),
        ({"fake-in": {"symbol": "ADAUSDT", "intent": "sell"}}, Word.UNSUPPORTED),
        ({"fake-in": {"symbol": "ADAUSDT", "intent": "buy", "size": 1}}, Word.UNSUPPORTED),
        ({"fake-in": {"symbol": ["ADAUSDT"], "intent": "buy"}}, Word.UNSUPPORTED),
        ({"fake-in": {"intent": "buy"}}, Word.MISSING_SYMBOL),
    ],
    ids=str,
)
def test_a_route_that_does_not_say_one_thing_refuses(codes: Any, word: Word) -> None:
    refused = refusal(body(), route(codes))
    assert refused.word is word
    assert "fake" not in refused.reason


def test_a_configured_route_takes_such_a_map() -> None:
    entry = {
        "accounts": ["main"],
        "token_sha256": ["0" * 64],
        "format": "wundertrading",
        "options": {"code_map": CODES},
    }
    assert leg(body(), read_route("r", entry)).symbol == "ADAUSDT"


def test_the_code_is_the_token() -> None:
    assert FORM.token(ENTRY) == "fake-in"
    others: list[Any] = [*FOREIGN, {"code": ["x"]}]
    assert {FORM.token(value) for value in others} == {None}


def test_only_its_own_bodies_are_marked() -> None:
    assert FORM.marked(ENTRY)
    assert FORM.marked({"code": "x", "amountPerTrade": 1})
    foreign = [*FOREIGN, {"code": "x"}, {"orderType": "market", "ticker": "A"}, [ENTRY], "code orderType"]
    assert not any(FORM.marked(value) for value in foreign)


def test_no_odd_field_becomes_an_order_that_makes_no_sense() -> None:
    full = body(
        orderType="limit",
        price="0.4",
        leverage="2",
        takeProfits=[{"priceDeviation": "0.1", "portfolio": "1"}],
        stopLoss={"priceDeviation": "0.1"},
        reduceOnly=False,
        placeConditionalOrdersOnExchange=True,
    )
    targets = [{**full, "takeProfits": [odd]} for odd in odd_bodies({"priceDeviation": "0.1", "portfolio": "1"})]
    for odd in (*odd_bodies(full), *odd_bodies(body(code="fake-out")), *targets):
        assert sound(outcome(odd, ROUTE)), odd
