"""The TradersPost format: a signal's action, and the sentiment that says where the position should end."""

from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.order import Action, Leg, OrderType, PositionSide, TimeInForce, Unit
from order_relay.core.refusal import Word
from order_relay.core.route import Route
from order_relay.core.symbol import Market
from order_relay.formats import FORMATS
from tests.formats.cases import leg, read, refusal
from tests.formats.odd_bodies import changed, odd_bodies, outcome, sound

ROUTE = Route("r", ("main",), format="traderspost")
FORM = FORMATS["traderspost"]
PROTECTED = {"takeProfit": {"percent": 4}, "stopLoss": {"type": "stop", "percent": "1.5"}}


def body(**changes: Any) -> dict[str, Any]:
    return changed({"ticker": "SOLUSDT.P", "action": "buy", "quantity": "3"}, **changes)


def exiting(**changes: Any) -> dict[str, Any]:
    return body(**{"action": "exit", "quantity": ..., **changes})


def test_a_buy_is_a_market_order_in_coins() -> None:
    assert leg(body(), ROUTE) == Leg(Action.BUY, "SOLUSDT", Market.PERP, "SOLUSDT.P", quantity=Decimal(3))


def test_the_strategy_template_reads_whole() -> None:
    filled = body(sentiment="long", price="150.1", time="2026-11-21T07:00:00Z", interval="15", extras={"note": "x"})
    alert = read(filled, ROUTE)
    assert alert.legs == (leg(body(), ROUTE),)
    assert (alert.format, alert.time_ms, alert.explicit_id) == ("traderspost", 1_795_244_400_000, None)
    assert alert.notes == ("price is a reference only",)


@pytest.mark.parametrize("sentiment", [..., "short", "bearish", "BEARISH"])
def test_a_sell_is_an_order_whose_quantity_counts_any_exit_too(sentiment: Any) -> None:
    sell = leg(body(action="sell", sentiment=sentiment, quantity="6"), ROUTE)
    assert (sell.action, sell.quantity, sell.reduce_only) == (Action.SELL, Decimal(6), False)


@pytest.mark.parametrize(
    ("action", "sentiment", "side"), [("sell", "long", PositionSide.LONG), ("buy", "bearish", PositionSide.SHORT)]
)
def test_an_order_against_its_sentiment_only_takes_a_part(action: str, sentiment: str, side: PositionSide) -> None:
    part = leg(body(action=action, sentiment=sentiment), ROUTE)
    assert (part.action.value, part.quantity, part.reduce_only, part.position_side) == (action, Decimal(3), True, side)


@pytest.mark.parametrize(("action", "side"), [("sell", PositionSide.LONG), ("buy", PositionSide.SHORT)])
@pytest.mark.parametrize("quantity", ["3", "0", ...])
def test_sentiment_flat_closes_everything_on_that_side(action: str, side: PositionSide, quantity: Any) -> None:
    flat = leg(body(action=action, sentiment="flat", quantity=quantity), ROUTE)
    assert (flat.action, flat.quantity, flat.position_side) == (Action.CLOSE, None, side)


def test_a_quantity_beside_sentiment_flat_is_noted() -> None:
    assert read(body(action="sell", sentiment="flat"), ROUTE).notes == (
        "sentiment is flat: everything is closed, whatever quantity says",
    )


@pytest.mark.parametrize(
    ("action", "sentiment", "gone"),
    [("sell", "short", PositionSide.LONG), ("sell", "bearish", PositionSide.LONG), ("buy", "long", PositionSide.SHORT)],
)
@pytest.mark.parametrize("size", [{"quantityType": "dollar_amount"}, {"quantityType": "percent_of_equity"}, None])
def test_a_size_that_does_not_count_the_exit_is_that_of_an_entry_after_it(
    action: str, sentiment: str, gone: PositionSide, size: dict[str, Any] | None
) -> None:
    route = Route("r", ("main",), format="traderspost", defaults={"quantity": "3", "leverage": "2"})
    sized = {"quantity": ...} if size is None else size
    closing, opening = read(body(action=action, sentiment=sentiment, **sized, **PROTECTED), route).legs
    assert (closing.action, closing.quantity, closing.position_side) == (Action.CLOSE, None, gone)
    assert (closing.type, closing.protected, closing.leverage) == (OrderType.MARKET, False, None)
    assert (opening.action.value, opening.quantity, opening.reduces) == (action, Decimal(3), False)
    assert (opening.protected, opening.leverage) == (True, Decimal(2))


@pytest.mark.parametrize("changes", [{"sentiment": ...}, {"ticker": "SOLUSDT"}, {"quantityType": "fixed_quantity"}])
def test_an_order_that_needs_no_close_before_it_has_none(changes: dict[str, Any]) -> None:
    alert = body(**{"sentiment": "long", "quantityType": "dollar_amount", **changes})
    assert leg(alert, ROUTE).action is Action.BUY


def test_cancel_close_and_entry_follow_each_other() -> None:
    flip = body(action="sell", sentiment="short", quantityType="dollar_amount", cancel=True)
    assert [one.action for one in read(flip, ROUTE).legs] == [Action.CANCEL_ALL, Action.CLOSE, Action.SELL]


@pytest.mark.parametrize(
    "waiting", [{"orderType": "stop", "stopPrice": 140}, {"orderType": "trailing_stop", "trailPercent": 2}], ids=str
)
def test_an_order_that_waits_cannot_close_the_other_side_at_once(waiting: dict[str, Any]) -> None:
    flip = body(action="sell", sentiment="short", quantityType="dollar_amount", **waiting)
    assert refusal(flip, ROUTE).word is Word.AMBIGUOUS
    assert leg(changed(flip, sentiment=...), ROUTE).action is Action.SELL


def test_an_exit_closes_either_side_whole_or_in_part() -> None:
    whole = leg(exiting(), ROUTE)
    assert (whole.action, whole.quantity, whole.position_side) == (Action.CLOSE, None, None)
    assert leg(exiting(sentiment="flat"), ROUTE) == whole
    part = leg(exiting(quantity=2), ROUTE)
    assert (part.action, part.quantity, part.unit) == (Action.CLOSE, Decimal(2), Unit.BASE)


def test_a_default_size_never_makes_an_exit_partial() -> None:
    route = Route("r", ("main",), format="traderspost", defaults={"quantity": "25", "unit": "quote"})
    assert leg(exiting(), route).quantity is None
    assert leg(body(quantity=...), route).unit is Unit.QUOTE
    assert refusal(body(action="sell", sentiment="long", quantity=...), route).word is Word.MISSING_SIZE


@pytest.mark.parametrize(
    ("sentiment", "side"), [(..., None), ("bullish", PositionSide.LONG), ("short", PositionSide.SHORT)]
)
def test_an_addition_takes_the_side_of_the_position_and_nothing_that_needs_one(
    sentiment: Any, side: PositionSide | None
) -> None:
    route = Route("r", ("main",), format="traderspost", defaults={"leverage": "3", "margin_mode": "isolated"})
    added = leg(body(action="ADD", sentiment=sentiment, quantityType="dollar_amount"), route)
    assert added == Leg(
        Action.ADD, "SOLUSDT", Market.PERP, "SOLUSDT.P", quantity=Decimal(3), unit=Unit.QUOTE, position_side=side
    )
    assert [one.action for one in read(body(action="add", cancel=True), route).legs] == [Action.CANCEL_ALL, Action.ADD]


@pytest.mark.parametrize(
    ("kind", "unit"),
    [("fixed_quantity", Unit.BASE), ("dollar_amount", Unit.QUOTE), ("percent_of_equity", Unit.PERCENT_EQUITY)],
)
def test_the_quantity_type_says_what_the_quantity_counts(kind: str, unit: Unit) -> None:
    sized = leg(body(quantityType=kind), ROUTE)
    assert (sized.action, sized.quantity, sized.unit) == (Action.BUY, Decimal(3), unit)


@pytest.mark.parametrize(
    ("changes", "side"),
    [
        ({"action": "exit"}, None),
        ({"action": "sell"}, PositionSide.LONG),
        ({"action": "sell", "sentiment": "long"}, PositionSide.LONG),
        ({"action": "buy"}, PositionSide.SHORT),
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", ["percent_of_position", "PERCENT_OF_POSITION"])
def test_a_percent_of_the_position_closes_that_part(
    changes: dict[str, Any], side: PositionSide | None, kind: str
) -> None:
    part = leg(body(**changes, quantityType=kind, quantity="40"), ROUTE)
    assert (part.action, part.quantity, part.unit) == (Action.CLOSE, Decimal(40), Unit.PERCENT_POSITION)
    assert part.position_side is side


@pytest.mark.parametrize(
    ("changes", "kind", "price", "trigger", "trail"),
    [
        ({"orderType": "market"}, OrderType.MARKET, None, None, None),
        ({"orderType": "limit", "limitPrice": "150.5"}, OrderType.LIMIT, "150.5", None, None),
        ({"orderType": "stop", "stopPrice": 160}, OrderType.STOP, None, "160", None),
        ({"orderType": "stop_limit", "stopPrice": 160, "limitPrice": 161}, OrderType.STOP, "161", "160", None),
        ({"orderType": "trailing_stop", "trailPercent": "2.5"}, OrderType.TRAILING, None, None, "0.025"),
    ],
    ids=str,
)
def test_each_order_type_comes_with_its_prices(
    changes: dict[str, Any], kind: OrderType, price: str | None, trigger: str | None, trail: str | None
) -> None:
    for typed in (leg(body(**changes), ROUTE), leg(exiting(**changes), ROUTE)):
        prices = (typed.price, typed.trigger_price, typed.trail)
        assert typed.type is kind
        assert prices == tuple(Decimal(one) if one else None for one in (price, trigger, trail))


@pytest.mark.parametrize("force", ["gtc", "ioc", "fok"])
def test_a_limit_order_keeps_its_time_in_force(force: str) -> None:
    limit = leg(body(orderType="limit", limitPrice=150, timeInForce=force), ROUTE)
    assert limit.time_in_force is TimeInForce(force)


def test_take_profit_and_stop_loss_go_with_the_entry() -> None:
    rates = leg(body(**PROTECTED), ROUTE)
    assert (rates.take_profit_rate, rates.stop_loss_rate) == (Decimal("0.04"), Decimal("0.015"))
    prices = leg(body(takeProfit={"limitPrice": "160"}, stopLoss={"stopPrice": 140}), ROUTE)
    assert (prices.take_profit, prices.stop_loss) == (Decimal(160), Decimal(140))


@pytest.mark.parametrize(
    "exit_",
    [
        exiting(),
        body(action="sell", sentiment="flat"),
        body(action="sell", sentiment="long"),
        body(action="sell", ticker="SOLUSDT"),
    ],
    ids=str,
)
def test_one_template_for_entries_and_exits_loses_no_exit(exit_: dict[str, Any]) -> None:
    alert = read({**exit_, **PROTECTED}, ROUTE)
    assert alert.legs == read(exit_, ROUTE).legs
    assert any("stopLoss" in note for note in alert.notes)


def test_cancel_cancels_all_of_the_ticker() -> None:
    assert leg(body(action="cancel", quantity=..., price="1"), ROUTE) == Leg(
        Action.CANCEL_ALL, "SOLUSDT", Market.PERP, "SOLUSDT.P"
    )


@pytest.mark.parametrize("flag", [True, "true"])
def test_the_cancel_field_cancels_first(flag: Any) -> None:
    legs = read(exiting(cancel=flag), ROUTE).legs
    assert [one.action for one in legs] == [Action.CANCEL_ALL, Action.CLOSE]
    assert read(exiting(cancel=False), ROUTE).legs == legs[1:]


@pytest.mark.parametrize(
    "changes",
    [{"sentiment": "short"}, {"action": "buy", "sentiment": "flat"}, {"action": "buy", "sentiment": "short"}],
    ids=str,
)
def test_a_spot_market_has_no_short_position(changes: dict[str, Any]) -> None:
    assert refusal(body(**{"action": "sell", "ticker": "SOLUSDT", **changes}), ROUTE).word is Word.UNSUPPORTED


@pytest.mark.parametrize(
    ("alert", "word", "named"),
    [
        (body(action=""), Word.UNSUPPORTED, "action"),
        (body(action="add", ticker="SOLUSDT"), Word.UNSUPPORTED, "add"),
        (body(action="add", sentiment="flat"), Word.AMBIGUOUS, "sentiment"),
        (body(action="add", quantity=...), Word.MISSING_SIZE, "quantity"),
        (body(action="add", quantityType="percent_of_position"), Word.UNSUPPORTED, "quantityType"),
        (body(action="add", orderType="stop", stopPrice=150), Word.UNSUPPORTED, "stop order"),
        (body(action="add", orderType="limit", limitPrice=150), Word.UNSUPPORTED, "limit order"),
        (body(action="add", stopLoss={"percent": 2}), Word.UNSUPPORTED, "stopLoss"),
        (body(action="add", takeProfit={"limitPrice": 200}), Word.UNSUPPORTED, "takeProfit"),
        (body(action="reverse"), Word.UNSUPPORTED, "action"),
        (body(action=...), Word.NOT_AN_ORDER, "action"),
        (body(action=["buy"]), Word.UNSUPPORTED, "action"),
        (body(ticker=...), Word.MISSING_SYMBOL, "ticker"),
        (body(ticker="MNQ1!"), Word.UNSUPPORTED, "symbol"),
        (body(sentiment="up"), Word.UNSUPPORTED, "sentiment"),
        (body(quantity=...), Word.MISSING_SIZE, "quantity"),
        (body(quantity="-3"), Word.MISSING_SIZE, "quantity"),
        (body(quantity="3,0"), Word.INVALID_NUMBER, "quantity"),
        (body(quantity=..., quantityType="dollar_amount"), Word.MISSING_SIZE, "quantityType"),
        (exiting(quantityType="percent_of_position"), Word.MISSING_SIZE, "quantityType"),
        (exiting(quantity=101, quantityType="percent_of_position"), Word.LIMIT, "quantity"),
        (exiting(quantity=50, quantityType="dollar_amount"), Word.UNSUPPORTED, "quantityType"),
        (body(action="sell", sentiment="long", quantityType="dollar_amount"), Word.UNSUPPORTED, "quote"),
        (body(action="sell", sentiment="short", quantityType="percent_of_position"), Word.AMBIGUOUS, "sentiment"),
        (exiting(sentiment="long"), Word.AMBIGUOUS, "sentiment"),
        (body(quantityType="risk_percent"), Word.UNSUPPORTED, "quantityType"),
        (body(orderType="limit"), Word.AMBIGUOUS, "limitPrice"),
        (body(limitPrice=150), Word.AMBIGUOUS, "limitPrice"),
        (body(orderType="stop", stopPrice=1, limitPrice=1), Word.AMBIGUOUS, "limitPrice"),
        (body(orderType="limit", limitPrice=0), Word.AMBIGUOUS, "limitPrice"),
        (body(orderType="limit", limitPrice="1.5e2"), Word.INVALID_NUMBER, "limitPrice"),
        (body(orderType="trailing_stop", trailPercent=100), Word.AMBIGUOUS, "trailPercent"),
        (body(orderType="trailing_stop", trailAmount=2), Word.UNSUPPORTED, "trailAmount"),
        (body(orderType="iceberg"), Word.UNSUPPORTED, "orderType"),
        (body(timeInForce="day"), Word.UNSUPPORTED, "timeInForce"),
        (body(timeInForce="fok"), Word.AMBIGUOUS, "timeInForce"),
        (body(takeProfit={"amount": 5}), Word.UNSUPPORTED, "takeProfit.amount"),
        (body(takeProfit={"percent": 5, "limitPrice": 200}), Word.AMBIGUOUS, "takeProfit"),
        (body(takeProfit={}), Word.AMBIGUOUS, "takeProfit"),
        (body(takeProfit=[{"percent": 5}]), Word.UNSUPPORTED, "takeProfit"),
        (body(stopLoss={"percent": "x"}), Word.INVALID_NUMBER, "stopLoss.percent"),
        (body(stopLoss={"type": "trailing_stop", "trailPercent": 1}), Word.UNSUPPORTED, "stopLoss.type"),
        (body(orderType="limit", limitPrice=150, stopLoss={"stopPrice": 151}), Word.AMBIGUOUS, "stop_loss"),
        (body(cancel="yes"), Word.UNSUPPORTED, "cancel"),
        (body(action="cancel"), Word.UNSUPPORTED, "quantity"),
        (body(delay=60), Word.UNSUPPORTED, "delay"),
        (body(expiration="+1 month"), Word.UNSUPPORTED, "expiration"),
        (body(qty=1), Word.UNSUPPORTED, "qty"),
        (body(time="2026-11-21"), Word.INVALID_TIME, "time"),
        (body(secret="fake"), Word.CREDENTIALS_IN_BODY, "secret"),
        (body(extras={"api_key": "fake"}), Word.CREDENTIALS_IN_BODY, "api_key"),
    ],
    ids=str,
)
def test_a_refusal_names_its_field(alert: dict[str, Any], word: Word, named: str) -> None:
    refused = refusal(alert, ROUTE)
    assert (refused.word, named in refused.detail) == (word, True)


@pytest.mark.parametrize("price", ["", "n/a", None, "NaN", [1]])
def test_a_reference_price_is_never_read(price: Any) -> None:
    assert leg(body(price=price, signalPrice=price), ROUTE) == leg(body(), ROUTE)


def test_only_its_own_bodies_are_marked_and_none_carries_a_token() -> None:
    assert all(FORM.marked(body(action=action)) for action in ("buy", "sell", "exit", "cancel", "add"))
    for foreign in (body(ticker=...), body(action="ENTER_LONG"), body(strategy={}), body(action=["buy"]), [body()], 7):
        assert not FORM.marked(foreign)
    assert FORM.token(body(password="fake")) is None


def test_odd_bodies_are_read_soundly_or_refused() -> None:
    full = body(sentiment="long", orderType="limit", limitPrice=150, timeInForce="gtc", cancel=True, **PROTECTED)
    for good in (full, exiting(quantity=50, quantityType="percent_of_position", time="2026-11-21T07:00:00Z")):
        assert [odd for odd in odd_bodies(good) if not sound(outcome(odd, ROUTE))] == []
