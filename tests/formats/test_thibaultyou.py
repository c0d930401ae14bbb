"""thibaultyou's alerts: a stub, a direction, dollars or percents, alone or in a list."""

from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.order import Action, Leg, PositionSide, Unit
from order_relay.core.refusal import Word
from order_relay.core.route import Route
from order_relay.core.symbol import Market
from order_relay.formats import FORMATS
from tests.formats.cases import leg, read, refusal
from tests.formats.odd_bodies import FOREIGN, changed, odd_bodies, outcome, sound

ROUTE = Route("r", ("main",), format="thibaultyou", market=Market.PERP, options={"account": "Desk"})
ANYBODY = Route("r", ("main",), format="thibaultyou", market=Market.PERP)
SPOT = Route("r", ("main",), format="thibaultyou", market=Market.SPOT)
FORM = FORMATS["thibaultyou"]
ORDER = {"stub": "desk", "direction": "long", "symbol": "LINK/USDT", "size": "80"}


def body(**changes: Any) -> dict[str, Any]:
    return changed(ORDER, **changes)


@pytest.mark.parametrize(("direction", "action"), [("long", Action.BUY), ("Short", Action.SELL)])
def test_a_plain_size_is_an_amount_of_money(direction: str, action: Action) -> None:
    opened = leg(body(direction=direction), ROUTE)
    assert opened == Leg(action, "LINKUSDT", Market.PERP, "LINK/USDT", quantity=Decimal(80), unit=Unit.QUOTE)


def test_a_percent_is_of_what_is_available() -> None:
    opened = leg(body(size="7.5%"), ROUTE)
    assert (opened.quantity, opened.unit) == (Decimal("7.5"), Unit.PERCENT_AVAILABLE)


def test_a_close_closes_everything_or_a_percent_of_the_position() -> None:
    everything = leg(body(direction="close", size=..., max="500"), ROUTE)
    assert everything == Leg(Action.CLOSE, "LINKUSDT", Market.PERP, "LINK/USDT")
    part = leg(body(direction="close", size="40%"), ROUTE)
    assert (part.quantity, part.unit) == (Decimal(40), Unit.PERCENT_POSITION)


def test_mode_reverse_closes_the_other_side_before_it_opens() -> None:
    first, second = read(body(direction="short", mode="reverse"), ROUTE).legs
    assert (first.action, first.position_side, first.quantity) == (Action.CLOSE, PositionSide.LONG, None)
    assert (second.action, second.quantity, second.unit) == (Action.SELL, Decimal(80), Unit.QUOTE)


def test_a_list_is_an_order_per_item_in_its_sequence() -> None:
    orders = [body(), body(symbol="DOTUSDT.P", direction="short", size="9%"), body(direction="close", size=...)]
    legs = read(orders, ROUTE).legs
    assert [(one.action.value, one.symbol) for one in legs] == [
        ("buy", "LINKUSDT"),
        ("sell", "DOTUSDT"),
        ("close", "LINKUSDT"),
    ]


def test_a_spot_market_is_bought_and_closed() -> None:
    assert leg(body(), SPOT).action is Action.BUY
    assert leg(body(direction="close", size="50%"), SPOT).action is Action.CLOSE
    assert refusal(body(direction="short"), SPOT).word is Word.UNSUPPORTED
    assert refusal(body(mode="reverse"), SPOT).word is Word.UNSUPPORTED


def test_the_stub_is_the_routes_account_whatever_its_case() -> None:
    assert leg(body(stub="DESK"), ROUTE).symbol == "LINKUSDT"
    for stubs in (body(stub="other"), [body(), body(stub="other")]):
        assert refusal(stubs, ROUTE).word is Word.AMBIGUOUS


def test_without_that_option_all_orders_must_at_least_name_the_same_stub() -> None:
    assert leg(body(stub="anything"), ANYBODY).symbol == "LINKUSDT"
    assert refusal([body(stub="one"), body(stub="two")], ANYBODY).word is Word.AMBIGUOUS


def test_the_routes_defaults_stand_in_for_a_size() -> None:
    defaults = {"quantity": "15", "unit": "percent_equity", "leverage": "2"}
    opened = leg(body(size=...), Route("r", ("main",), format="thibaultyou", market=Market.PERP, defaults=defaults))
    assert (opened.quantity, opened.unit, opened.leverage) == (Decimal(15), Unit.PERCENT_EQUITY, Decimal(2))


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"direction": ...}, Word.NOT_AN_ORDER),
        ({"direction": "buy"}, Word.UNSUPPORTED),
        ({"direction": ["long"]}, Word.UNSUPPORTED),
        ({"symbol": ...}, Word.MISSING_SYMBOL),
        ({"size": ...}, Word.MISSING_SIZE),
        ({"size": "0"}, Word.MISSING_SIZE),
        ({"size": "-80"}, Word.MISSING_SIZE),
        ({"size": "0%"}, Word.MISSING_SIZE),
        ({"size": "101%"}, Word.LIMIT),
        ({"size": "%"}, Word.INVALID_NUMBER),
        ({"size": "5%%"}, Word.INVALID_NUMBER),
        ({"size": "1e3"}, Word.INVALID_NUMBER),
        ({"size": {}}, Word.INVALID_NUMBER),
        ({"direction": "close", "size": "80"}, Word.AMBIGUOUS),
        ({"direction": "close", "size": "101%"}, Word.LIMIT),
        ({"max": "lots"}, Word.INVALID_NUMBER),
        ({"mode": "overflow"}, Word.UNSUPPORTED),
        ({"leverage": 3}, Word.UNSUPPORTED),
        ({"apiKey": "fake-canary"}, Word.CREDENTIALS_IN_BODY),
        ({"stub": ""}, Word.UNSUPPORTED),
    ],
    ids=str,
)
def test_what_cannot_be_one_order_is_refused(changes: dict[str, Any], word: Word) -> None:
    refused = refusal(body(**changes), ROUTE)
    assert refused.word is word
    assert refusal([body(), body(**changes)], ROUTE).word is word
    assert "fake" not in refused.reason


@pytest.mark.parametrize("value", [[], [[]], [None], "text", 7, None, [body(), 1]], ids=str)
def test_what_is_no_list_of_orders_is_no_order(value: Any) -> None:
    assert refusal(value, ROUTE).word is Word.NOT_AN_ORDER


def test_only_its_own_bodies_are_marked_and_none_carries_a_token() -> None:
    assert FORM.marked(ORDER)
    assert FORM.marked([ORDER, body(direction="close")])
    foreign = [*FOREIGN, {"stub": "desk"}, {"direction": "long"}, [ORDER, {}], [ORDER, None], "stub direction"]
    assert not any(FORM.marked(value) for value in foreign)
    assert {FORM.token(value) for value in (ORDER, *FOREIGN)} == {None}


def test_no_odd_field_becomes_an_order_that_makes_no_sense() -> None:
    for good in (body(), body(direction="close", size="50%"), body(mode="reverse"), body(max="9", size="5%")):
        for odd in odd_bodies(good):
            assert sound(outcome(odd, ROUTE)), odd
            assert sound(outcome([odd], ROUTE)), odd


def test_max_bounds_what_the_position_may_be_worth() -> None:
    assert leg(body(max="500"), ROUTE).max_exposure == 500
    assert leg(body(), ROUTE).max_exposure is None
