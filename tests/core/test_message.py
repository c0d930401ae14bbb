"""A message says everything the worker needs and survives the queue; what is no message is poison, never an order."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_relay.core.message import SCHEMA, Message, NewerSchema, Unreadable, decode
from order_relay.core.order import Action, Leg, OrderType, TimeInForce, Unit
from order_relay.core.symbol import Market
from tests.core.bounded import bounded

AMOUNTS = st.from_regex(r"[0-9]{0,19}\.[0-9]{0,19}[1-9]", fullmatch=True).map(Decimal)
TEXTS = st.text(min_size=1, max_size=20)
LEGS = st.builds(
    Leg,
    action=st.sampled_from(Action),
    symbol=st.from_regex(r"[A-Z0-9]{2,12}", fullmatch=True),
    market=st.sampled_from(Market),
    sent_symbol=TEXTS,
    type=st.sampled_from(OrderType),
    quantity=st.none() | AMOUNTS,
    unit=st.sampled_from(Unit),
    price=st.none() | AMOUNTS,
    time_in_force=st.sampled_from(TimeInForce),
    reduce_only=st.booleans(),
    ref=st.none() | TEXTS,
    order_id=st.none() | TEXTS,
    slippage=AMOUNTS,
    max_notional=st.none() | AMOUNTS,
    valid_for=st.integers(1, 3600),
    index=st.integers(0, 199),
)
MESSAGES = st.builds(
    Message,
    alert_id=st.from_regex(r"[0-9a-f]{32}", fullmatch=True),
    sha256=st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
    accepted_at_ms=st.integers(0, 2**45),
    fired_ms=st.integers(-(2**45), 2**45),
    once=st.booleans(),
    explicit=st.booleans(),
    route=TEXTS,
    account=TEXTS,
    legs=st.lists(LEGS, min_size=1, max_size=3).map(tuple),
)


def written(**changes: Any) -> dict[str, Any]:
    leg = Leg(Action.BUY, "BTCUSDT", Market.SPOT, "BTC/USDT", quantity=Decimal("0.01"))
    message = Message(
        alert_id="a" * 32,
        sha256="b" * 64,
        accepted_at_ms=1_795_244_400_000,
        fired_ms=1_795_244_399_000,
        once=True,
        explicit=False,
        route="r",
        account="main",
        legs=(leg,),
    )
    return {**json.loads(message.encode()), **changes}


def leg_with(**changes: Any) -> dict[str, Any]:
    return written(legs=[{**written()["legs"][0], **changes}])


@bounded
@given(MESSAGES)
def test_a_message_survives_the_queue_unchanged(message: Message) -> None:
    text = message.encode()
    assert text.isascii()
    assert decode(text) == message
    assert decode(text).encode() == text


def test_a_message_carries_its_schema_and_never_a_body_or_a_token() -> None:
    assert set(written()) == {
        "schema",
        "alert_id",
        "sha256",
        "accepted_at_ms",
        "fired_ms",
        "once",
        "explicit",
        "route",
        "account",
        "legs",
    }
    assert written()["schema"] == SCHEMA
    assert written()["legs"][0]["quantity"] == "0.01"


def test_a_message_is_for_the_cancel_lane_only_if_all_its_legs_cancel() -> None:
    cancels = leg_with(action="cancel_all", quantity=None)
    assert decode(json.dumps(cancels)).cancels_only
    mixed = written(legs=[*cancels["legs"], *written()["legs"]])
    assert not decode(json.dumps(mixed)).cancels_only


@pytest.mark.parametrize("schema", [SCHEMA + 1, 99])
def test_a_newer_message_waits_for_a_newer_worker(schema: int) -> None:
    with pytest.raises(NewerSchema):
        decode(json.dumps({"schema": schema, "unknown": True}))


POISON = [
    "",
    "null",
    "[]",
    "7",
    '"text"',
    "{}",
    "not json",
    "[" * 20_000,
    "9" * 5_000,
    '{"schema": 1}',
    '{"schema": ' + "9" * 5_000 + "}",
    json.dumps(written(schema=0)),
    json.dumps(written(schema=-1)),
    json.dumps(written(schema="1")),
    json.dumps(written(schema=None)),
    json.dumps(written(schema=1.5)),
    json.dumps(written(legs=[])),
    json.dumps(written(legs=None)),
    json.dumps(written(legs="legs")),
    json.dumps(written(legs=[None])),
    json.dumps(written(legs={"0": {}})),
    json.dumps(written(alert_id=7)),
    json.dumps(written(account=None)),
    json.dumps(written(route=["r"])),
    json.dumps(written(sha256=1)),
    json.dumps(written(accepted_at_ms="soon")),
    json.dumps(written(accepted_at_ms=None)),
    json.dumps(written(accepted_at_ms=True)),
    json.dumps(written(fired_ms=1.5)),
    json.dumps(written(fired_ms=float("inf"))),
    json.dumps(written(once="yes")),
    json.dumps({name: value for name, value in written().items() if name != "account"}),
    json.dumps(leg_with(action="target")),
    json.dumps(leg_with(market="futures")),
    json.dumps(leg_with(unit="lots")),
    json.dumps(leg_with(symbol=None)),
    json.dumps(leg_with(quantity="NaN")),
    json.dumps(leg_with(quantity="sNaN")),
    json.dumps(leg_with(quantity="Infinity")),
    json.dumps(leg_with(quantity="1e6000000")),
    json.dumps(leg_with(quantity="\u0661")),
    json.dumps(leg_with(quantity="1_000")),
    json.dumps(leg_with(quantity="0")),
    json.dumps(leg_with(quantity="-1")),
    json.dumps(leg_with(quantity=[0, [1], 0])),
    json.dumps(leg_with(quantity=0.1)),
    json.dumps(leg_with(price="0")),
    json.dumps(leg_with(price="-5")),
    json.dumps(leg_with(price="Infinity")),
    json.dumps(leg_with(slippage="NaN")),
    json.dumps(leg_with(slippage=None)),
    json.dumps(leg_with(max_notional="NaN")),
    json.dumps(leg_with(reduce_only="false")),
    json.dumps(leg_with(reduce_only=None)),
    json.dumps(leg_with(valid_for="60")),
    json.dumps(leg_with(index=None)),
]


@pytest.mark.parametrize("text", POISON, ids=lambda text: text[-60:])
def test_what_is_no_message_is_poison(text: str) -> None:
    with pytest.raises(Unreadable):
        decode(text)


def test_the_cause_of_poison_repeats_nothing_of_it() -> None:
    with pytest.raises(Unreadable) as caught:
        decode(json.dumps(leg_with(quantity="fake-canary")))
    assert "canary" not in str(caught.value)


_VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.lists(st.integers())


@bounded
@given(st.sampled_from(sorted(written())), _VALUES, st.sampled_from(sorted(leg_with()["legs"][0])), _VALUES)
def test_any_other_value_in_any_field_is_an_order_that_makes_sense_or_poison(
    field: str, value: object, leg_field: str, leg_value: object
) -> None:
    legs = leg_with(**{leg_field: leg_value})
    try:
        message = decode(json.dumps({**legs, field: value} if field != "legs" else legs))
    except (NewerSchema, Unreadable):
        return
    for leg in message.legs:
        assert leg.quantity is None or (leg.quantity.is_finite() and leg.quantity > 0)
        assert leg.price is None or (leg.price.is_finite() and leg.price > 0)
    assert decode(message.encode()) == message
