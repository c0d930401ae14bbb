"""Traps seen in real bodies: each is refused by its own word, and a 400 is found before any 422."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_relay.core.order import Leg
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from tests.core.bounded import bounded
from tests.core.traps import NOT_PLAIN
from tests.formats.cases import ROUTE, body, cancel, close, leg, limit, refusal, route, stop, target

CANARY = "fake-canary"
NUMBERS = [
    "quantity",
    "price",
    "trigger_price",
    "leverage",
    "take_profit",
    "stop_loss",
    "valid_for",
    "position_size",
    "prev_position_size",
]
WORDS = (
    *("action", "symbol", "market", "type", "unit", "time_in_force", "reduce_only", "ref", "order_id", "id", "time"),
    *("margin_mode", "position", "prev_position"),
)
TEXTS = [text for text in NOT_PLAIN if "\ud800" not in text]


@pytest.mark.parametrize("field", NUMBERS)
@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_a_number_that_is_no_plain_decimal_is_refused_in_every_field(field: str, text: str) -> None:
    refused = refusal(limit(**{field: text}))
    assert (refused.word, refused.status) == (Word.INVALID_NUMBER, 400)
    assert field in refused.reason


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (field, value)
        for field in NUMBERS
        for value in (True, False, [], [1], {}, {"value": 1})
        if field != "take_profit" or not isinstance(value, list)
    ],
    ids=str,
)
def test_a_number_is_never_another_kind_of_value(field: str, value: Any) -> None:
    assert refusal(limit(**{field: value})).word is Word.INVALID_NUMBER


@pytest.mark.parametrize(
    "number", ["1e5", "1E400", "-1e-7", "9" * 5_000, "0." + "1" * 39, "1" + "0" * 40], ids=lambda text: text[:12]
)
def test_a_json_number_is_held_to_the_same_rule(number: str) -> None:
    refused = refusal(b'{"action":"buy","symbol":"BTCUSDT","quantity":' + number.encode() + b"}")
    assert refused.word is Word.INVALID_NUMBER


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (Word.INVALID_NUMBER, {"quantity": "abc"}),
        (Word.INVALID_NUMBER, {"price": "1_000"}),
        (Word.INVALID_NUMBER, {"valid_for": "soon"}),
        (Word.INVALID_TIME, {"time": "yesterday"}),
        (Word.INVALID_TIME, {"time": True}),
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "understood",
    [
        {"action": "target", "type": "limit"},
        {"action": "halt"},
        {"action": ...},
        {"symbol": ...},
        {"symbol": "?"},
        {"symbol": "BTCUSDT.P", "market": "spot"},
        {"unit": "lots"},
        {"apiKey": CANARY},
        {"foo": 1},
        {"leverage": 5},
        {"trail": "0.1"},
        {"relay": 2},
    ],
    ids=str,
)
def test_what_cannot_be_read_is_said_before_what_is_not_wanted(
    kind: Word, fields: dict[str, Any], understood: dict[str, Any]
) -> None:
    assert refusal(body(**{**fields, **understood})).word is kind
    assert refusal([body(**understood), limit(**fields)]).word is kind
    assert refusal({"orders": [body(**understood), body(**fields)], "foo": 1}).word is kind


def test_exchange_keys_are_named_before_any_other_refusal_of_the_order() -> None:
    for value in (body(apiKey=CANARY, foo=1), body(secret=CANARY, action="x"), {"orders": [{"api_secret": CANARY}]}):
        refused = refusal(value)
        assert (refused.word, refused.status) == (Word.CREDENTIALS_IN_BODY, 422)
        assert CANARY not in refused.reason


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "\uff42\uff55\uff59"},
        {"action": "b\u0443y"},
        {"symbol": "\uff22\uff34\uff23USDT"},
        {"type": "MAR\u212aET"},
        {"unit": "BA\u017fE"},
        {"market": "\u017fpot"},
        {"time_in_force": "\uff49oc"},
    ],
    ids=ascii,
)
def test_letters_that_only_look_right_are_refused(fields: dict[str, Any]) -> None:
    refused = refusal(body(**fields))
    assert refused.word is Word.UNSUPPORTED
    assert refused.reason.isascii()


@pytest.mark.parametrize(
    "value",
    [
        body(quantity="-5", position_size="-5"),
        {"type": "buy", "symbol": "BTCUSDT", "quantity": "1"},
        body(action="buy", side="sell"),
        body(reduce_only="no"),
        limit(price="0"),
        body(type="limit", price=None),
        body(take_profit="0"),
        body(stop_loss="0"),
        body(take_profit="1", stop_loss="2"),
        body(symbol="BTCUSDT.P", leverage="0"),
        body(position="long", position_size="0"),
        target(quantity="0", position="long", position_size="7"),
        body(symbol="BINANCE_USDT_BTC"),
        "buy BTCUSDT",
    ],
    ids=str,
)
def test_traps_of_real_bodies_never_become_an_order(value: Any) -> None:
    assert refusal(value).status == 422


def test_a_signed_position_size_is_information_not_a_size() -> None:
    assert str(leg(body(position_size="-5", prev_position_size=-2.5)).quantity) == "0.01"


_TEXT = st.text(max_size=8) | st.sampled_from(
    ["buy", "sell", "target", "limit", "stop", "BTCUSDT", "quote", "true", "nan", "1", "0", "-1", "1e3", "long", "flat"]
)
_VALUE = st.none() | st.booleans() | st.integers(-5, 5) | _TEXT | st.lists(_TEXT, max_size=2)
_FIELDS = st.dictionaries(
    st.sampled_from([*NUMBERS, *WORDS]),
    _VALUE,
    max_size=3,
)


def read_or_refused(value: Any, on: Route = ROUTE) -> Leg | Refusal:
    try:
        return leg(value, on)
    except Refusal as refused:
        return refused


@bounded
@given(st.sampled_from([body, limit, close, cancel, stop, target]), _FIELDS, st.booleans())
def test_any_mixture_of_fields_is_an_order_that_makes_sense_or_a_named_refusal(
    make: Any, changes: dict[str, Any], control: bool
) -> None:
    made = read_or_refused(make(**changes), route(options={"control": control}))
    if isinstance(made, Refusal):
        assert made.status in (400, 422)
        assert made.reason.isascii()
        return
    action, kind = made.action.value, made.type.value
    signed = action == "target"
    assert made.quantity is None or (made.quantity.is_finite() and (signed or made.quantity > 0))
    for amount in (made.price, made.trigger_price, made.take_profit, made.stop_loss, made.leverage):
        assert amount is None or (amount.is_finite() and amount > 0)
    assert (made.price is not None) >= (kind == "limit")
    assert made.price is None or kind != "market"
    assert (made.trigger_price is not None) == (kind == "stop")
    assert made.quantity is not None or action in ("close", "cancel", "cancel_all", "halt", "resume")
    assert not made.action.controls or control
    assert made.leverage is None or made.leverage >= 1
