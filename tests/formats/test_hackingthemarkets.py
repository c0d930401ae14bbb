"""The Hacking the Markets format: a strategy's order, read with the position before and after it."""

import json
from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.order import Action, Leg, MarginMode, OrderType, PositionSide, Unit
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.core.symbol import Market
from order_relay.formats import FORMATS
from tests.formats.cases import leg, read, refusal
from tests.formats.odd_bodies import changed, odd_bodies, opened, outcome, sound

ROUTE = Route("r", ("main",), format="hackingthemarkets")
FORM = FORMATS["hackingthemarkets"]


def body(**changes: Any) -> dict[str, Any]:
    """A buy of 0.4 that takes the strategy from flat to long; changes go to `strategy`."""
    strategy = {
        "position_size": 0.4,
        "order_action": "buy",
        "order_contracts": 0.4,
        "order_price": 3010.5,
        "order_id": "Breakout",
        "comment": "upper band",
        "market_position": "long",
        "market_position_size": 0.4,
        "prev_market_position": "flat",
        "prev_market_position_size": 0,
    }
    return {
        "passphrase": "fake-passphrase",
        "time": "2026-11-21T07:00:00Z",
        "exchange": "BYBIT",
        "ticker": "ETHUSDT.P",
        "bar": {"time": "2026-11-21T06:00:00Z", "open": 3000, "close": 3010.5, "volume": 12},
        "strategy": changed(strategy, **changes),
    }


def chain(before: str, after: str, **changes: Any) -> dict[str, Any]:
    """The strategy's position before and after an order, as signed sizes."""
    words = {True: "long", False: "short"}
    stands = {
        prefix: (size, words[Decimal(size) > 0] if Decimal(size) else "flat")
        for prefix, size in (("prev_", before), ("", after))
    }
    fields = {f"{prefix}market_position": word for prefix, (_, word) in stands.items()}
    sizes = {f"{prefix}market_position_size": size.lstrip("-") for prefix, (size, _) in stands.items()}
    return body(**{**fields, **sizes, "position_size": after, **changes})


def test_an_entry_is_a_market_order_in_coins_with_its_chain() -> None:
    assert leg(body(), ROUTE) == Leg(
        Action.BUY,
        "ETHUSDT",
        Market.PERP,
        "ETHUSDT.P",
        quantity=Decimal("0.4"),
        prev_position=Decimal(0),
        next_position=Decimal("0.4"),
    )


def test_the_alert_tells_its_format_and_its_time_of_firing_and_no_id() -> None:
    alert = read(body(), ROUTE)
    assert (alert.format, alert.time_ms, alert.explicit_id) == ("hackingthemarkets", 1_795_244_400_000, None)
    assert alert.notes == ("strategy.order_price is a reference only",)


def test_a_body_inside_a_json_text_reads_the_same() -> None:
    quoted = opened(json.dumps(body()), "hackingthemarkets")
    assert FORM.read(quoted, ROUTE) == read(body(), ROUTE)
    assert FORM.marked(quoted)
    assert FORM.token(quoted) == "fake-passphrase"


def test_a_json_text_that_holds_no_json_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        opened("buy ETHUSDT", "hackingthemarkets")
    assert caught.value.word is Word.INVALID_JSON


def test_a_text_inside_a_text_is_no_order() -> None:
    assert isinstance(found := outcome(json.dumps(json.dumps(body())), ROUTE), Refusal)
    assert found.word is Word.NOT_AN_ORDER


def test_adding_to_a_short_is_a_sell_with_its_chain() -> None:
    more = leg(chain("-1", "-1.5", order_action="sell", order_contracts="0.5"), ROUTE)
    assert (more.action, more.quantity, more.reduce_only) == (Action.SELL, Decimal("0.5"), False)
    assert (more.prev_position, more.next_position) == (Decimal(-1), Decimal("-1.5"))


@pytest.mark.parametrize(
    ("before", "action", "side"), [("2", "sell", PositionSide.LONG), ("-2", "buy", PositionSide.SHORT)]
)
def test_going_flat_closes_everything_on_that_side(before: str, action: str, side: PositionSide) -> None:
    flat = leg(chain(before, "0", order_action=action, order_contracts="1.9"), ROUTE)
    assert (flat.action, flat.quantity, flat.position_side) == (Action.CLOSE, None, side)


def test_going_flat_needs_no_size() -> None:
    assert leg(chain("2", "0", order_action="sell", order_contracts=...), ROUTE).action is Action.CLOSE


@pytest.mark.parametrize(("before", "after", "action"), [("1", "-2", "sell"), ("-1", "2", "buy")])
def test_changing_sides_is_a_target(before: str, after: str, action: str) -> None:
    target = leg(chain(before, after, order_action=action, order_contracts="3"), ROUTE)
    assert (target.action, target.quantity, target.unit) == (Action.TARGET, Decimal(after), Unit.BASE)
    assert (target.prev_position, target.next_position) == (Decimal(before), Decimal(after))


@pytest.mark.parametrize("contracts", ["2", "0.003", "6"])
def test_changing_sides_by_another_size_than_the_chain_tells_is_ambiguous(contracts: str) -> None:
    assert refusal(chain("1", "-2", order_action="sell", order_contracts=contracts), ROUTE).word is Word.AMBIGUOUS


def test_changing_sides_without_sizes_is_ambiguous() -> None:
    sizes = dict.fromkeys(("position_size", "market_position_size", "prev_market_position_size"), ...)
    refused = refusal(chain("1", "-2", order_action="sell", order_contracts="3", **sizes), ROUTE)
    assert (refused.word, "market_position_size" in refused.detail) == (Word.AMBIGUOUS, True)


def test_a_rounding_of_the_order_does_not_stop_a_change_of_sides() -> None:
    assert leg(chain("1", "-2", order_action="sell", order_contracts="2.999"), ROUTE).action is Action.TARGET


@pytest.mark.parametrize(
    ("before", "after", "action", "side"),
    [("2", "1", "sell", PositionSide.LONG), ("-2", "-1", "buy", PositionSide.SHORT)],
)
def test_a_part_of_a_position_is_taken_by_an_order_that_only_reduces(
    before: str, after: str, action: str, side: PositionSide
) -> None:
    part = leg(chain(before, after, order_action=action, order_contracts=1), ROUTE)
    assert (part.action.value, part.quantity, part.reduce_only, part.position_side) == (action, Decimal(1), True, side)


@pytest.mark.parametrize(
    ("before", "after", "action"),
    [
        ("0", "1", "sell"),
        ("1", "0", "buy"),
        ("-1", "1", "sell"),
        ("1", "2", "sell"),
        ("1", "1", "buy"),
        ("0", "0", "buy"),
    ],
)
def test_an_order_that_does_not_lead_to_its_position_is_ambiguous(before: str, after: str, action: str) -> None:
    refused = refusal(chain(before, after, order_action=action, order_contracts="1"), ROUTE)
    assert refused.word is Word.AMBIGUOUS
    assert action in refused.reason


@pytest.mark.parametrize(
    "changes",
    [{"position_size": "-0.4"}, {"position_size": "0.5"}, {"market_position": "short"}, {"market_position": "flat"}],
    ids=str,
)
def test_two_different_positions_in_one_alert_are_ambiguous(changes: dict[str, Any]) -> None:
    assert refusal(body(**changes), ROUTE).word is Word.AMBIGUOUS


def test_the_signed_position_size_stands_in_for_the_words() -> None:
    closing = body(position_size="0", market_position=..., market_position_size=..., order_action="sell",
                   prev_market_position="long", prev_market_position_size="0.4")  # fmt: skip
    assert leg(closing, ROUTE).action is Action.CLOSE


def test_an_alert_without_positions_is_its_order_alone() -> None:
    plain = {"passphrase": "fake", "ticker": "ETHUSDT.P", "strategy": {"order_action": "sell", "order_contracts": "2"}}
    only = leg(plain, ROUTE)
    assert (only.action, only.quantity, only.reduce_only, only.chained) == (Action.SELL, Decimal(2), False, False)


@pytest.mark.parametrize(
    ("before", "after", "action"), [("0", "-1", "sell"), ("-1", "0", "buy"), ("1", "-1", "sell"), ("-2", "-1", "buy")]
)
def test_a_spot_market_has_no_short_position(before: str, after: str, action: str) -> None:
    alert = {**chain(before, after, order_action=action, order_contracts="2"), "ticker": "ETHUSDT"}
    assert refusal(alert, ROUTE).word is Word.UNSUPPORTED


def test_a_buy_never_sells_the_coins_of_a_spot_account() -> None:
    closing = body(order_action="buy", market_position="flat", market_position_size=0, position_size=...,
                   prev_market_position=..., prev_market_position_size=...)  # fmt: skip
    assert refusal({**closing, "ticker": "ETHUSDT"}, ROUTE).word is Word.UNSUPPORTED


def test_the_routes_leverage_and_margin_mode_go_with_what_opens() -> None:
    route = Route("r", ("main",), format="hackingthemarkets", defaults={"leverage": "3", "margin_mode": "isolated"})
    opening = leg(body(), route)
    assert (opening.leverage, opening.margin_mode) == (Decimal(3), MarginMode.ISOLATED)
    assert leg(chain("2", "1", order_action="sell", order_contracts=1), route).leverage is None
    assert leg({**body(), "ticker": "ETHUSDT"}, route).leverage is None


def test_a_default_size_is_for_entries_only() -> None:
    route = Route("r", ("main",), format="hackingthemarkets", defaults={"quantity": "25", "unit": "quote"})
    entry = leg(body(order_contracts=...), route)
    assert (entry.quantity, entry.unit, entry.type) == (Decimal(25), Unit.QUOTE, OrderType.MARKET)
    assert leg(body(), route).unit is Unit.BASE
    for before, after in (("2", "1"), ("1", "-1")):
        turned = chain(before, after, order_action="sell", order_contracts=...)
        assert refusal(turned, route).word is Word.MISSING_SIZE


@pytest.mark.parametrize(
    ("alert", "word", "named"),
    [
        (body(order_contracts="0"), Word.MISSING_SIZE, "order_contracts"),
        (body(order_contracts="-0.4"), Word.MISSING_SIZE, "order_contracts"),
        (body(order_contracts=...), Word.MISSING_SIZE, "order_contracts"),
        (body(order_contracts="1e3"), Word.INVALID_NUMBER, "order_contracts"),
        (body(market_position_size="NaN"), Word.INVALID_NUMBER, "market_position_size"),
        (body(order_action=...), Word.NOT_AN_ORDER, "order_action"),
        (body(order_action="long"), Word.UNSUPPORTED, "order_action"),
        (body(market_position="up"), Word.UNSUPPORTED, "market_position"),
        (body(reduceOnly=True), Word.UNSUPPORTED, "reduceOnly"),
        (body(Order_Contracts=1), Word.UNSUPPORTED, "Order_Contracts"),
        (changed(body(), ticker=...), Word.MISSING_SYMBOL, "ticker"),
        (changed(body(), ticker="?"), Word.UNSUPPORTED, "symbol"),
        (changed(body(), time="today"), Word.INVALID_TIME, "time"),
        (changed(body(), leverage=5), Word.UNSUPPORTED, "leverage"),
        (changed(body(), apiKey="fake"), Word.CREDENTIALS_IN_BODY, "apiKey"),
        (changed(body(), strategy="breakout"), Word.NOT_AN_ORDER, "strategy"),
        ({"ticker": "ETHUSDT", "close": 3000}, Word.NOT_AN_ORDER, "strategy"),
    ],
    ids=str,
)  # fmt: skip
def test_a_refusal_names_its_field(alert: dict[str, Any], word: Word, named: str) -> None:
    refused = refusal(alert, ROUTE)
    assert (refused.word, named in refused.detail) == (word, True)


def test_a_field_that_is_there_twice_is_refused() -> None:
    twice = json.dumps(body()).replace('"order_action": "buy"', '"order_action": "buy", "order_action": "sell"')
    for raw in (twice.encode(), json.dumps(twice).encode()):
        with pytest.raises(Refusal) as caught:
            FORM.opened(raw)
        assert caught.value.word is Word.INVALID_JSON


def test_only_its_own_bodies_are_marked() -> None:
    assert FORM.marked(opened(body(), "hackingthemarkets"))
    for foreign in (changed(body(), passphrase=...), body(order_action=...), changed(body(), strategy="x"), [body()]):
        assert not FORM.marked(foreign)


@pytest.mark.parametrize(
    ("passphrase", "token"), [("fake", "fake"), ("", ""), (None, None), (["fake"], None), (..., None)]
)
def test_the_passphrase_is_the_token(passphrase: Any, token: str | None) -> None:
    assert FORM.token(changed(body(), passphrase=passphrase)) == token


def test_odd_bodies_are_read_soundly_or_refused() -> None:
    for good in (body(), chain("1", "-2", order_action="sell", order_contracts="3")):
        assert [odd for odd in odd_bodies(good) if not sound(outcome(odd, ROUTE))] == []
