"""A message says everything the worker needs and survives the queue; what is no message is poison, never an order."""

import json
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_relay.core.limits import Limits
from order_relay.core.message import SCHEMA, Message, NewerSchema, Unreadable, decode
from order_relay.core.order import Action, Leg, MarginMode, OrderType, PositionSide, TimeInForce, Unit
from order_relay.core.symbol import Market
from order_relay.core.take_profits import Share
from tests.core.bounded import bounded
from tests.core.test_limits import AMOUNTS, LIMITS

SIGNED = st.just(Decimal(0)) | AMOUNTS | AMOUNTS.map(Decimal.copy_negate)
TEXTS = st.text(min_size=1, max_size=20)
SHARES = st.builds(Share, share=AMOUNTS, price=AMOUNTS) | st.builds(Share, share=AMOUNTS, rate=AMOUNTS)
LEGS = st.builds(
    Leg,
    action=st.sampled_from([action for action in Action if action is not Action.TARGET]),
    symbol=st.from_regex(r"[A-Z0-9]{2,12}", fullmatch=True),
    market=st.sampled_from(Market),
    sent_symbol=TEXTS,
    type=st.sampled_from(OrderType),
    quantity=st.none() | AMOUNTS,
    unit=st.sampled_from(Unit),
    price=st.none() | AMOUNTS,
    trigger_price=st.none() | AMOUNTS,
    trail=st.none() | AMOUNTS,
    time_in_force=st.sampled_from(TimeInForce),
    reduce_only=st.booleans(),
    position_side=st.none() | st.sampled_from(PositionSide),
    leverage=st.none() | AMOUNTS,
    margin_mode=st.none() | st.sampled_from(MarginMode),
    take_profit=st.none() | AMOUNTS,
    stop_loss=st.none() | AMOUNTS,
    take_profit_rate=st.none() | AMOUNTS,
    stop_loss_rate=st.none() | AMOUNTS,
    take_profits=st.lists(SHARES, max_size=3).map(tuple),
    prev_position=st.none() | SIGNED,
    next_position=st.none() | SIGNED,
    ref=st.none() | TEXTS,
    order_id=st.none() | TEXTS,
    valid_for=st.integers(1, 3600),
    exit_valid_for=st.none() | st.integers(1, 3600),
    index=st.integers(0, 199),
)
TARGETS = st.builds(
    lambda leg, quantity: replace(leg, action=Action.TARGET, quantity=quantity),
    LEGS,
    SIGNED,
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
    legs=st.lists(LEGS | TARGETS, min_size=1, max_size=3).map(tuple),
    limits=LIMITS,
    hops=st.integers(0, 10),
)
OLD: dict[str, Any] = {
    "schema": 1,
    "alert_id": "a" * 32,
    "sha256": "b" * 64,
    "accepted_at_ms": 1_795_244_400_000,
    "fired_ms": 1_795_244_399_000,
    "once": True,
    "explicit": False,
    "route": "r",
    "account": "main",
    "legs": [
        {
            "action": "buy",
            "symbol": "BTCUSDT",
            "market": "perp",
            "sent_symbol": "BTCUSDT.P",
            "type": "limit",
            "quantity": "0.01",
            "unit": "base",
            "price": "61000",
            "time_in_force": "post_only",
            "reduce_only": False,
            "ref": "dip",
            "order_id": None,
            "slippage": "0.002",
            "max_quantity": "0.5",
            "max_notional": None,
            "valid_for": 60,
            "index": 0,
        }
    ],
}
"""A message exactly as the version before this one wrote it."""


def written(**changes: Any) -> dict[str, Any]:
    leg = Leg(Action.BUY, "BTCUSDT", Market.SPOT, "BTC/USDT", quantity=Decimal("0.01"), valid_for=60)
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
        "limits",
        "hops",
    }
    assert written()["schema"] == 3
    assert written()["legs"][0]["quantity"] == "0.01"


def test_every_field_of_a_leg_travels() -> None:
    assert set(written()["legs"][0]) == {field.name for field in fields(Leg)}


@pytest.mark.parametrize("action", ["cancel", "cancel_all", "halt", "resume"])
def test_a_message_is_for_the_cancel_lane_only_if_none_of_its_legs_trades(action: str) -> None:
    cancels = leg_with(action=action, quantity=None)
    assert decode(json.dumps(cancels)).cancels_only
    mixed = written(legs=[*cancels["legs"], *written()["legs"]])
    assert not decode(json.dumps(mixed)).cancels_only


# What an older version wrote, and what a newer one writes


def test_a_message_of_the_version_before_is_still_read() -> None:
    message = decode(json.dumps(OLD))
    (leg,) = message.legs
    assert leg == Leg(
        Action.BUY,
        "BTCUSDT",
        Market.PERP,
        "BTCUSDT.P",
        type=OrderType.LIMIT,
        quantity=Decimal("0.01"),
        price=Decimal(61000),
        time_in_force=TimeInForce.POST_ONLY,
        ref="dip",
        valid_for=60,
    )
    assert message.limits == Limits(slippage=Decimal("0.002"), max_quantity=Decimal("0.5"))
    assert (message.alert_id, message.once, message.explicit, message.hops) == ("a" * 32, True, False, 0)


def test_an_exit_of_the_version_before_lives_as_long_as_it_was_given() -> None:
    old = {**OLD, "legs": [{**OLD["legs"][0], "action": "close", "quantity": None, "valid_for": 1800}]}
    (leg,) = decode(json.dumps(old)).legs
    assert leg.lives_s == 1800


def test_a_message_of_the_version_before_is_passed_on_in_this_ones_words() -> None:
    message = decode(json.dumps(OLD))
    assert json.loads(message.encode())["schema"] == written()["schema"]
    assert decode(message.encode()) == message


def test_a_message_says_the_least_schema_that_knows_its_words() -> None:
    legs = [{**written()["legs"][0], "action": "add"}]
    assert json.loads(decode(json.dumps(written(schema=SCHEMA, legs=legs))).encode())["schema"] == SCHEMA


def test_a_message_from_before_there_were_several_take_profits_is_read() -> None:
    leg = {name: value for name, value in written()["legs"][0].items() if name != "take_profits"}
    assert decode(json.dumps(written(schema=2, legs=[leg]))) == decode(json.dumps(written()))


def test_a_message_that_was_put_back_counts_its_hops() -> None:
    message = decode(json.dumps(written(hops=3)))
    assert message.hops == 3
    assert decode(replace(message, hops=message.hops + 1).encode()).hops == 4


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
    json.dumps(leg_with(action="flip")),
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
    json.dumps(leg_with(reduce_only="false")),
    json.dumps(leg_with(reduce_only=None)),
    json.dumps(leg_with(valid_for="60")),
    json.dumps(leg_with(index=None)),
]


@pytest.mark.parametrize("text", POISON, ids=lambda text: text[-60:])
def test_what_is_no_message_is_poison(text: str) -> None:
    with pytest.raises(Unreadable):
        decode(text)


POSITIVE = ("trigger_price", "leverage", "take_profit", "stop_loss", "take_profit_rate", "stop_loss_rate", "trail")
NO_TAKE_PROFITS: list[Any] = [None, "", {}, "price", 7, ["price"], [None], [[]], [{}]]
POISONED_LEGS: list[dict[str, Any]] = [
    {"action": "target", "quantity": None},
    {"action": "target", "quantity": "NaN"},
    {"action": "target", "quantity": 1},
    *[{field: value} for field in POSITIVE for value in ("0", "-1", "NaN", 1, True)],
    *[
        {field: value}
        for field in ("prev_position", "next_position")
        for value in ("NaN", "Infinity", "1e3", "long", 1)
    ],
    *[{field: value} for field in ("margin_mode", "position_side", "type", "time_in_force") for value in ("up", 1)],
    *[{field: None} for field in ("action", "market", "type", "unit", "time_in_force")],
    {"price": "1" * 91},
    *[{"exit_valid_for": value} for value in ("900", True, 1.5, [900])],
    *[{"take_profits": value} for value in NO_TAKE_PROFITS],
    *[{"take_profits": [{"share": "0.5", "rate": None, "price": value}]} for value in (None, "0", "-1", "NaN", 1)],
    *[{"take_profits": [{"share": value, "rate": None, "price": "65000"}]} for value in (None, "0", "-1", "NaN", 1)],
]


@pytest.mark.parametrize("changes", POISONED_LEGS, ids=str)
def test_a_leg_with_a_value_that_no_order_can_have_is_poison(changes: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        decode(json.dumps(leg_with(**changes)))


@pytest.mark.parametrize("wrong", [{"max_quantity": "NaN"}, {"slippage": None}, {"dry_run": "1"}], ids=str)
def test_an_order_is_never_held_against_limits_that_are_none(wrong: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        decode(json.dumps(written(limits={**Limits().to_json(), **wrong})))


@pytest.mark.parametrize("limits", [None, [], "", 0, False, 7, "none"], ids=repr)
def test_a_message_without_its_limits_is_poison_and_not_without_bounds(limits: Any) -> None:
    with pytest.raises(Unreadable):
        decode(json.dumps(written(limits=limits)))


def test_a_message_that_lost_its_limits_is_poison() -> None:
    with pytest.raises(Unreadable):
        decode(json.dumps({name: value for name, value in written().items() if name != "limits"}))


@pytest.mark.parametrize("wrong", [{"slippage": "NaN"}, {"slippage": None}, {"max_notional": "NaN"}], ids=str)
def test_limits_of_the_version_before_are_held_to_the_same_rule(wrong: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        decode(json.dumps({**OLD, "legs": [{**OLD["legs"][0], **wrong}]}))


@pytest.mark.parametrize("hops", [None, "0", True, 1.5], ids=repr)
def test_hops_are_a_count(hops: Any) -> None:
    with pytest.raises(Unreadable):
        decode(json.dumps(written(hops=hops)))


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
        for amount in (leg.price, leg.trigger_price, leg.leverage, leg.take_profit, leg.stop_loss, leg.trail):
            assert amount is None or (amount.is_finite() and amount > 0)
        assert type(leg.lives_s) is int
    assert decode(message.encode()) == message
