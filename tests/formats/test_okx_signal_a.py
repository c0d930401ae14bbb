"""OKX signal, section A: a Pine strategy's order, with the strategy's position after and before it."""

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

ROUTE = Route("r", ("main",), format="okx_signal_a")
LEVERED = Route("r", ("main",), format="okx_signal_a", defaults={"leverage": "4"})
FORM = FORMATS["okx_signal_a"]


def body(**changes: Any) -> dict[str, Any]:
    """A buy of 5 LTC that takes the strategy from flat to long."""
    fields = {
        "id": "Long",
        "action": "buy",
        "marketPosition": "long",
        "prevMarketPosition": "flat",
        "marketPositionSize": "5",
        "prevMarketPositionSize": "0",
        "instrument": "LTC-USDT-SWAP",
        "signalToken": "fake-token",
        "timestamp": "2026-11-21T07:00:00Z",
        "maxLag": "90",
        "investmentType": "base",
        "amount": "5",
    }
    return changed(fields, **changes)


def turning(**changes: Any) -> dict[str, Any]:
    """A sell of 8 that turns the strategy from long 5 to short 3."""
    turn = {
        "action": "sell", "marketPosition": "short", "prevMarketPosition": "long", "marketPositionSize": "3",
        "prevMarketPositionSize": "5", "amount": "8",
    }  # fmt: skip
    return body(**{**turn, **changes})


def closing(**changes: Any) -> dict[str, Any]:
    flat = {"action": "sell", "marketPosition": "flat", "prevMarketPosition": "long", "marketPositionSize": "0"}
    return body(**{**flat, "prevMarketPositionSize": "5", **changes})


def unsized(alert: dict[str, Any]) -> dict[str, Any]:
    return changed(alert, marketPositionSize=..., prevMarketPositionSize=...)


def test_an_entry_is_a_market_order_with_its_chain_and_its_greatest_age() -> None:
    assert leg(body(), ROUTE) == Leg(
        Action.BUY,
        "LTCUSDT",
        Market.PERP,
        "LTC-USDT-SWAP",
        quantity=Decimal(5),
        prev_position=Decimal(0),
        next_position=Decimal(5),
        valid_for=90,
    )


def test_the_scripts_order_id_is_no_id_of_a_firing() -> None:
    alert = read(body(), ROUTE)
    assert (alert.format, alert.time_ms, alert.explicit_id) == ("okx_signal_a", 1_795_244_400_000, None)
    assert leg(body(maxLag=...), ROUTE).valid_for is None


@pytest.mark.parametrize(
    "alert", [closing(), unsized(closing()), closing(amount=...), closing(investmentType="margin")]
)
def test_going_flat_closes_that_side_whatever_the_amount_counts(alert: dict[str, Any]) -> None:
    flat = leg(alert, ROUTE)
    assert (flat.action, flat.quantity, flat.position_side) == (Action.CLOSE, None, PositionSide.LONG)


def test_changing_sides_is_a_target_when_the_sizes_are_told() -> None:
    target = leg(turning(), ROUTE)
    assert (target.action, target.quantity, target.unit) == (Action.TARGET, Decimal(-3), Unit.BASE)
    assert read(turning(), ROUTE).notes == ()


@pytest.mark.parametrize("untold", ["marketPositionSize", "prevMarketPositionSize"])
def test_changing_sides_without_sizes_is_ambiguous_and_says_what_to_send(untold: str) -> None:
    for alert in (unsized(turning()), turning(**{untold: ...})):
        refused = refusal(alert, ROUTE)
        assert (refused.word, "prevMarketPositionSize" in refused.detail) == (Word.AMBIGUOUS, True)


@pytest.mark.parametrize("kind", ["margin", "percentage_balance"])
@pytest.mark.parametrize("alert", [turning(), unsized(turning())])
def test_changing_sides_by_margin_may_or_may_not_count_the_exit(alert: dict[str, Any], kind: str) -> None:
    assert refusal({**alert, "investmentType": kind}, ROUTE).word is Word.AMBIGUOUS


@pytest.mark.parametrize("changes", [{"amount": "0.08"}, {"investmentType": "contract"}], ids=str)
def test_changing_sides_by_another_size_than_the_chain_tells_is_ambiguous(changes: dict[str, Any]) -> None:
    assert refusal(turning(**changes), ROUTE).word is Word.AMBIGUOUS


def test_a_part_of_a_position_is_taken_by_an_order_that_only_reduces() -> None:
    part = body(action="sell", prevMarketPosition="long", prevMarketPositionSize="7", amount="2")
    for alert in (part, unsized(part)):
        taken = leg(alert, ROUTE)
        assert (taken.action, taken.quantity, taken.reduce_only) == (Action.SELL, Decimal(2), True)
        assert taken.position_side is PositionSide.LONG
    assert refusal({**part, "investmentType": "margin"}, ROUTE).word is Word.UNSUPPORTED
    assert refusal(changed(part, amount=...), ROUTE).word is Word.MISSING_SIZE


@pytest.mark.parametrize(
    ("kind", "quantity", "unit"),
    [
        ("base", 5, Unit.BASE),
        ("contract", 5, Unit.CONTRACTS),
        ("margin", 5, Unit.COLLATERAL),
        ("percentage_balance", 20, Unit.PERCENT_AVAILABLE),
    ],
)
def test_the_investment_type_says_what_the_amount_counts(kind: str, quantity: int, unit: Unit) -> None:
    entry = leg(body(investmentType=kind), LEVERED)
    assert (entry.quantity, entry.unit, entry.leverage) == (Decimal(quantity), unit, Decimal(4))


def test_margin_on_spot_is_money() -> None:
    spot = leg(body(instrument="LTC-USDT", investmentType="margin"), LEVERED)
    assert (spot.quantity, spot.unit, spot.leverage) == (Decimal(5), Unit.QUOTE, None)
    balance = leg(body(instrument="LTC-USDT", investmentType="percentage_balance"), LEVERED)
    assert (balance.quantity, balance.unit) == (Decimal(5), Unit.PERCENT_AVAILABLE)


def test_defaults_stand_in_for_the_whole_size_of_an_entry() -> None:
    route = Route("r", ("main",), format="okx_signal_a", defaults={"quantity": "30", "unit": "percent_available"})
    entry = leg(body(amount=..., investmentType=...), route)
    assert (entry.quantity, entry.unit) == (Decimal(30), Unit.PERCENT_AVAILABLE)


@pytest.mark.parametrize(
    ("alert", "word", "named"),
    [
        (body(action="sell"), Word.AMBIGUOUS, "sell"),
        (unsized(body(action="sell")), Word.AMBIGUOUS, "flat to long"),
        (body(marketPosition=..., marketPositionSize=...), Word.AMBIGUOUS, "marketPosition"),
        (body(marketPosition="flat"), Word.AMBIGUOUS, "marketPosition"),
        (body(action=...), Word.NOT_AN_ORDER, "action"),
        (body(action="ENTER_LONG"), Word.UNSUPPORTED, "action"),
        (body(instrument=...), Word.MISSING_SYMBOL, "instrument"),
        (body(amount=...), Word.MISSING_SIZE, "amount"),
        (body(amount="0"), Word.MISSING_SIZE, "amount"),
        (body(amount="-5"), Word.MISSING_SIZE, "amount"),
        (body(amount="5 LTC"), Word.INVALID_NUMBER, "amount"),
        (body(investmentType=...), Word.AMBIGUOUS, "investmentType"),
        (body(investmentType="percentage_investment"), Word.UNSUPPORTED, "percentage_investment"),
        (body(investmentType="percentage_position"), Word.UNSUPPORTED, "percentage_position"),
        (body(investmentType="percentage_balance", amount="101"), Word.LIMIT, "amount"),
        (body(maxLag="0"), Word.LIMIT, "maxLag"),
        (body(maxLag="3601"), Word.LIMIT, "maxLag"),
        (body(timestamp="07:00"), Word.INVALID_TIME, "timestamp"),
        (body(orderType="limit"), Word.UNSUPPORTED, "orderType"),
        (body(marketposition="long"), Word.UNSUPPORTED, "marketposition"),
        (body(passphrase="fake", secretKey="fake"), Word.CREDENTIALS_IN_BODY, "secretKey"),
        (turning(instrument="LTC-USDT"), Word.UNSUPPORTED, "spot"),
        (closing(instrument="LTC-USDT", action="buy", prevMarketPosition="short"), Word.UNSUPPORTED, "spot"),
    ],
    ids=str,
)
def test_a_refusal_names_its_field(alert: dict[str, Any], word: Word, named: str) -> None:
    refused = refusal(alert, ROUTE)
    assert (refused.word, named in refused.detail) == (word, True)


def test_only_its_own_bodies_are_marked() -> None:
    assert FORM.marked(body())
    for foreign in (body(signalToken=...), body(marketPosition=...), [body()], "signalToken marketPosition", None):
        assert not FORM.marked(foreign)


@pytest.mark.parametrize(("value", "token"), [("fake", "fake"), ("", ""), (None, None), ({}, None), (..., None)])
def test_the_signal_token_is_the_token(value: Any, token: str | None) -> None:
    assert FORM.token(body(signalToken=value)) == token


def test_odd_bodies_are_read_soundly_or_refused() -> None:
    for good in (body(), turning(), closing()):
        assert [odd for odd in odd_bodies(good) if not sound(outcome(odd, ROUTE))] == []
