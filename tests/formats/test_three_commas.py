"""The 3Commas format: a signal bot's order, with the chain in `strategy_info`."""

from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.order import Action, Leg, PositionSide, Unit
from order_relay.core.refusal import Word
from order_relay.core.route import Route
from order_relay.core.symbol import Market
from order_relay.formats import FORMATS
from tests.formats.cases import leg, read, refusal
from tests.formats.odd_bodies import changed, odd_bodies, outcome, sound

ROUTE = Route("r", ("main",), format="3commas")
OWN = Route("r", ("main",), format="3commas", options={"bot_uuid": "fake-bot-1"})
FORM = FORMATS["3commas"]


def body(**changes: Any) -> dict[str, Any]:
    """A buy of 2 that takes the strategy from flat to long."""
    fields = {
        "secret": "fake-secret",
        "max_lag": "120",
        "timestamp": "2026-11-21T07:00:00Z",
        "trigger_price": "88.4",
        "tv_exchange": "BINANCE",
        "tv_instrument": "AVAXUSDT.P",
        "action": "buy",
        "bot_uuid": "fake-bot-1",
        "strategy_info": chain("flat", "0", "long", "2"),
        "order": {"amount": "2", "currency_type": "base"},
    }
    return changed(fields, **changes)


def chain(before: str, was: str, after: str, now: str) -> dict[str, str]:
    return {
        "market_position": after,
        "market_position_size": now,
        "prev_market_position": before,
        "prev_market_position_size": was,
    }


def order(amount: Any, currency_type: Any = "base") -> dict[str, Any]:
    return changed({}, amount=amount, currency_type=currency_type)


CLOSING = body(action="sell", strategy_info=chain("long", "2", "flat", "0"))
TURNING = body(action="sell", strategy_info=chain("long", "2", "short", "1"), order=order("3"))
REDUCING = body(action="buy", strategy_info=chain("short", "5", "short", "3"))


def test_an_entry_is_a_market_order_with_its_chain_and_its_greatest_age() -> None:
    assert leg(body(), ROUTE) == Leg(
        Action.BUY,
        "AVAXUSDT",
        Market.PERP,
        "AVAXUSDT.P",
        quantity=Decimal(2),
        prev_position=Decimal(0),
        next_position=Decimal(2),
        valid_for=120,
    )


def test_the_alert_tells_its_format_its_time_of_firing_and_what_is_not_read() -> None:
    alert = read(body(), ROUTE)
    assert (alert.format, alert.time_ms, alert.explicit_id) == ("3commas", 1_795_244_400_000, None)
    assert alert.notes == ("trigger_price is a reference only",)
    assert read(body(trigger_price="n/a"), ROUTE).legs == alert.legs


def test_an_amount_may_count_quote_currency() -> None:
    entry = leg(body(order=order("150", "quote")), ROUTE)
    assert (entry.quantity, entry.unit) == (Decimal(150), Unit.QUOTE)


@pytest.mark.parametrize("size", [order("2"), order("150", "quote"), {}, None])
def test_going_flat_closes_everything_on_that_side(size: Any) -> None:
    flat = leg({**CLOSING, "order": size}, ROUTE)
    assert (flat.action, flat.quantity, flat.position_side) == (Action.CLOSE, None, PositionSide.LONG)


def test_changing_sides_is_a_target() -> None:
    target = leg(TURNING, ROUTE)
    assert (target.action, target.quantity, target.unit) == (Action.TARGET, Decimal(-1), Unit.BASE)


def test_changing_sides_without_sizes_is_ambiguous() -> None:
    words = {"market_position": "short", "prev_market_position": "long"}
    assert refusal({**TURNING, "strategy_info": words}, ROUTE).word is Word.AMBIGUOUS


def test_a_part_of_a_position_is_taken_by_an_order_that_only_reduces() -> None:
    part = leg(REDUCING, ROUTE)
    assert (part.action, part.quantity, part.reduce_only) == (Action.BUY, Decimal(2), True)
    assert part.position_side is PositionSide.SHORT


def test_defaults_stand_in_for_the_size_of_an_entry_only() -> None:
    route = Route("r", ("main",), format="3commas", defaults={"quantity": "25", "unit": "quote"})
    assert leg(body(order=...), route).unit is Unit.QUOTE
    for alert in (TURNING, REDUCING):
        assert refusal(changed(alert, order=...), route).word is Word.MISSING_SIZE


def test_an_alert_without_the_chain_is_its_order_alone() -> None:
    only = leg(body(strategy_info=...), ROUTE)
    assert (only.action, only.quantity, only.chained) == (Action.BUY, Decimal(2), False)


def test_a_route_may_take_the_alerts_of_one_bot_only() -> None:
    assert leg(body(), OWN) == leg(body(), ROUTE)
    for bot in ("fake-bot-2", ["fake-bot-1"], ...):
        refused = refusal(body(bot_uuid=bot), OWN)
        assert (refused.word, "bot_uuid" in refused.detail) == (Word.UNSUPPORTED, True)


@pytest.mark.parametrize(
    ("alert", "word", "named"),
    [
        (body(action="sell"), Word.AMBIGUOUS, "sell"),
        ({**TURNING, "order": order("300", "quote")}, Word.AMBIGUOUS, "quote"),
        ({**TURNING, "order": order("0.03")}, Word.AMBIGUOUS, "0.03"),
        ({**REDUCING, "order": order("100", "quote")}, Word.UNSUPPORTED, "quote"),
        ({**TURNING, "tv_instrument": "AVAXUSDT"}, Word.UNSUPPORTED, "spot"),
        (body(action="enter_long"), Word.UNSUPPORTED, "action"),
        (body(action=...), Word.NOT_AN_ORDER, "action"),
        (body(tv_instrument=...), Word.MISSING_SYMBOL, "tv_instrument"),
        (body(order=...), Word.MISSING_SIZE, "amount"),
        (body(order=order(...)), Word.MISSING_SIZE, "amount"),
        (body(order=order("0")), Word.MISSING_SIZE, "amount"),
        (body(order=order("-2")), Word.MISSING_SIZE, "amount"),
        (body(order=order("two")), Word.INVALID_NUMBER, "amount"),
        (body(order=order("2", ...)), Word.AMBIGUOUS, "currency_type"),
        (body(order=order("2", "margin_percent")), Word.UNSUPPORTED, "currency_type"),
        (body(order={**order("2"), "price": "90"}), Word.UNSUPPORTED, "price"),
        (body(order=["2"]), Word.UNSUPPORTED, "order"),
        (body(strategy_info="long"), Word.UNSUPPORTED, "strategy_info"),
        (body(strategy_info=chain("flat", "0", "long", "x")), Word.INVALID_NUMBER, "market_position_size"),
        (body(strategy_info=chain("flat", "0", "up", "2")), Word.UNSUPPORTED, "market_position"),
        (body(max_lag="0"), Word.LIMIT, "max_lag"),
        (body(timestamp="now"), Word.INVALID_TIME, "timestamp"),
        (body(stop_loss={"price": "80"}), Word.UNSUPPORTED, "stop_loss"),
        (body(secretKey="fake"), Word.CREDENTIALS_IN_BODY, "secretKey"),
        (body(order={**order("2"), "secret": "fake"}), Word.CREDENTIALS_IN_BODY, "secret"),
    ],
    ids=str,
)
def test_a_refusal_names_its_field(alert: dict[str, Any], word: Word, named: str) -> None:
    refused = refusal(alert, ROUTE)
    assert (refused.word, named in refused.detail) == (word, True)


def test_only_its_own_bodies_are_marked() -> None:
    assert FORM.marked(body())
    for foreign in (body(secret=...), body(bot_uuid=...), [body()], "bot_uuid secret", None):
        assert not FORM.marked(foreign)


@pytest.mark.parametrize(("value", "token"), [("fake", "fake"), (None, None), (["fake"], None), (..., None)])
def test_the_secret_is_the_token(value: Any, token: str | None) -> None:
    assert FORM.token(body(secret=value)) == token


def test_odd_bodies_are_read_soundly_or_refused() -> None:
    for good in (body(), CLOSING, TURNING):
        assert [odd for odd in odd_bodies(good) if not sound(outcome(odd, ROUTE))] == []
