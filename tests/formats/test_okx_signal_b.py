"""OKX signal, section B: enter or exit a long or a short position."""

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

ROUTE = Route("r", ("main",), format="okx_signal_b")
LEVERED = Route("r", ("main",), format="okx_signal_b", defaults={"leverage": "4", "margin_mode": "cross"})
FORM = FORMATS["okx_signal_b"]


def body(**changes: Any) -> dict[str, Any]:
    fields = {
        "action": "ENTER_LONG",
        "instrument": "XRP-USDT-SWAP",
        "signalToken": "fake-token",
        "timestamp": "2026-11-21T07:00:00Z",
        "maxLag": "45",
        "orderType": "market",
        "orderPriceOffset": "",
        "investmentType": "contract",
        "amount": "12",
    }
    return changed(fields, **changes)


def exiting(**changes: Any) -> dict[str, Any]:
    return body(**{"action": "EXIT_LONG", "investmentType": "percentage_position", "amount": "25", **changes})


def bare_exit(**changes: Any) -> dict[str, Any]:
    return exiting(investmentType=..., amount=..., orderType=..., orderPriceOffset=..., maxLag=..., **changes)


@pytest.mark.parametrize(
    ("said", "action", "side"),
    [("ENTER_LONG", Action.BUY, PositionSide.LONG), ("ENTER_SHORT", Action.SELL, PositionSide.SHORT)],
)
def test_an_entry_is_a_market_order_on_its_side(said: str, action: Action, side: PositionSide) -> None:
    assert leg(body(action=said), ROUTE) == Leg(
        action,
        "XRPUSDT",
        Market.PERP,
        "XRP-USDT-SWAP",
        quantity=Decimal(12),
        unit=Unit.CONTRACTS,
        position_side=side,
        valid_for=45,
    )


def test_the_alert_tells_its_format_and_its_time_of_firing() -> None:
    alert = read(body(), ROUTE)
    assert (alert.format, alert.time_ms, alert.explicit_id) == ("okx_signal_b", 1_795_244_400_000, None)


@pytest.mark.parametrize(("said", "side"), [("EXIT_LONG", PositionSide.LONG), ("EXIT_SHORT", PositionSide.SHORT)])
def test_an_exit_closes_its_side_whole_or_in_part(said: str, side: PositionSide) -> None:
    part = leg(exiting(action=said), ROUTE)
    assert (part.action, part.quantity, part.unit) == (Action.CLOSE, Decimal(25), Unit.PERCENT_POSITION)
    whole = leg(bare_exit(action=said), ROUTE)
    assert (whole.action, whole.quantity, whole.position_side) == (Action.CLOSE, None, side)


def test_a_default_size_never_makes_an_exit_partial() -> None:
    route = Route("r", ("main",), format="okx_signal_b", defaults={"quantity": "25", "unit": "quote"})
    assert leg(bare_exit(), route).quantity is None
    assert leg(body(investmentType=..., amount=...), route).unit is Unit.QUOTE


@pytest.mark.parametrize(
    ("kind", "quantity", "unit"),
    [("base", 12, Unit.BASE), ("margin", 12, Unit.COLLATERAL), ("percentage_balance", 48, Unit.PERCENT_AVAILABLE)],
)
def test_leverage_multiplies_what_counts_margin(kind: str, quantity: int, unit: Unit) -> None:
    entry = leg(body(investmentType=kind), LEVERED)
    assert (entry.quantity, entry.unit, entry.leverage) == (Decimal(quantity), unit, Decimal(4))


def test_without_a_leverage_a_percent_of_the_balance_is_the_orders_value() -> None:
    entry = leg(body(investmentType="percentage_balance"), ROUTE)
    assert (entry.quantity, entry.unit, entry.leverage) == (Decimal(12), Unit.PERCENT_AVAILABLE, None)


def test_leverage_is_for_entries() -> None:
    assert leg(exiting(), LEVERED).leverage is None


@pytest.mark.parametrize("offset", ["", "0", 0, "0.00", None, ...])
def test_a_market_order_has_no_offset(offset: Any) -> None:
    assert leg(body(orderPriceOffset=offset), ROUTE) == leg(body(), ROUTE)


@pytest.mark.parametrize("said", ["ENTER_SHORT", "EXIT_SHORT"])
def test_a_spot_market_has_no_short_position(said: str) -> None:
    assert refusal(bare_exit(action=said, instrument="XRP-USDT"), ROUTE).word is Word.UNSUPPORTED


def test_a_spot_market_is_entered_and_left_on_the_long_side() -> None:
    assert leg(body(instrument="XRP-USDT", investmentType="base"), ROUTE).action is Action.BUY
    assert leg(bare_exit(instrument="XRP-USDT"), ROUTE).action is Action.CLOSE


@pytest.mark.parametrize(
    ("alert", "word", "named"),
    [
        (body(action="enter_long"), Word.UNSUPPORTED, "action"),
        (body(action="buy"), Word.UNSUPPORTED, "action"),
        (body(action={}), Word.UNSUPPORTED, "action"),
        (body(action=...), Word.NOT_AN_ORDER, "action"),
        (body(instrument=...), Word.MISSING_SYMBOL, "instrument"),
        (body(orderType="limit", orderPriceOffset="0.5"), Word.UNSUPPORTED, "orderType"),
        (body(orderPriceOffset="0.5"), Word.AMBIGUOUS, "orderPriceOffset"),
        (body(orderPriceOffset="half"), Word.INVALID_NUMBER, "orderPriceOffset"),
        (body(amount=...), Word.MISSING_SIZE, "amount"),
        (body(amount=..., investmentType=...), Word.MISSING_SIZE, "amount"),
        (body(amount="0"), Word.MISSING_SIZE, "amount"),
        (body(amount="-1"), Word.MISSING_SIZE, "amount"),
        (body(amount="1e2"), Word.INVALID_NUMBER, "amount"),
        (body(investmentType=...), Word.AMBIGUOUS, "investmentType"),
        (body(investmentType="percentage_investment"), Word.UNSUPPORTED, "percentage_investment"),
        (body(investmentType="percentage_position"), Word.UNSUPPORTED, "percentage_position"),
        (body(investmentType="percentage_balance", amount="100.5"), Word.LIMIT, "amount"),
        (body(investmentType="shares"), Word.UNSUPPORTED, "investmentType"),
        (exiting(investmentType="base"), Word.UNSUPPORTED, "percentage_position"),
        (exiting(investmentType=...), Word.UNSUPPORTED, "percentage_position"),
        (exiting(amount=...), Word.MISSING_SIZE, "amount"),
        (exiting(amount="100.1"), Word.LIMIT, "amount"),
        (exiting(amount="0"), Word.MISSING_SIZE, "amount"),
        (body(maxLag="1.5"), Word.LIMIT, "maxLag"),
        (body(maxLag="soon"), Word.INVALID_NUMBER, "maxLag"),
        (body(timestamp="{}"), Word.INVALID_TIME, "timestamp"),
        (body(leverage="5"), Word.UNSUPPORTED, "leverage"),
        (body(marketPosition="long"), Word.UNSUPPORTED, "marketPosition"),
        (body(apiSecret="fake"), Word.CREDENTIALS_IN_BODY, "apiSecret"),
    ],
    ids=str,
)
def test_a_refusal_names_its_field(alert: dict[str, Any], word: Word, named: str) -> None:
    refused = refusal(alert, ROUTE)
    assert (refused.word, named in refused.detail) == (word, True)


def test_only_its_own_bodies_are_marked() -> None:
    assert FORM.marked(body())
    for foreign in (body(signalToken=...), body(action="buy"), body(action=["ENTER_LONG"]), [body()], 3):
        assert not FORM.marked(foreign)


@pytest.mark.parametrize(("value", "token"), [("fake", "fake"), (None, None), (["fake"], None), (..., None)])
def test_the_signal_token_is_the_token(value: Any, token: str | None) -> None:
    assert FORM.token(body(signalToken=value)) == token


def test_odd_bodies_are_read_soundly_or_refused() -> None:
    for good in (body(), exiting()):
        assert [odd for odd in odd_bodies(good) if not sound(outcome(odd, ROUTE))] == []
