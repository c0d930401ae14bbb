"""The position chain: what it says of an order, what it contradicts, and how a flip is parted."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_relay.core.chain import by_chain, refuse_contradiction, split
from order_relay.core.order import Action, Leg, MarginMode, OrderType, PositionSide, Unit
from order_relay.core.refusal import Refusal, Word
from order_relay.core.symbol import Market
from order_relay.core.take_profits import Share
from tests.core.bounded import bounded

SIZES = st.decimals("0.001", "1000", places=3)
SIGNED = st.decimals("-1000", "1000", places=3)


def leg(action: Action = Action.BUY, before: Any = None, after: Any = None, **changes: Any) -> Leg:
    chain = {name: None if value is None else Decimal(value) for name, value in (("b", before), ("a", after))}
    fields = {"quantity": Decimal(1), "market": Market.PERP, **changes}
    return Leg(
        action,
        "BTCUSDT",
        sent_symbol="BTCUSDT",
        prev_position=chain["b"],
        next_position=chain["a"],
        **fields,
    )


def contradiction(one: Leg) -> Refusal:
    with pytest.raises(Refusal) as caught:
        refuse_contradiction(one)
    return caught.value


# What the chain says


@pytest.mark.parametrize(
    ("action", "before", "after", "exits", "crosses"),
    [
        (Action.BUY, 0, 1, False, False),
        (Action.BUY, 1, 3, False, False),
        (Action.SELL, 0, -1, False, False),
        (Action.SELL, -1, -2, False, False),
        (Action.SELL, 3, 1, True, False),
        (Action.SELL, 3, 0, True, False),
        (Action.BUY, -3, -1, True, False),
        (Action.BUY, -3, 0, True, False),
        (Action.SELL, 1, -1, False, True),
        (Action.BUY, "-0.5", 2, False, True),
        (Action.BUY, None, 1, False, False),
        (Action.SELL, 1, None, False, False),
        (Action.SELL, None, None, False, False),
        (Action.CLOSE, 1, -1, False, False),
        (Action.TARGET, 1, -1, False, False),
    ],
)
def test_the_chain_tells_an_entry_from_an_exit_from_a_flip(
    action: Action, before: Any, after: Any, exits: bool, crosses: bool
) -> None:
    one = leg(action, before, after)
    refuse_contradiction(one)
    assert (one.exits, one.crosses) == (exits, crosses)
    assert one.chained is (before is not None and after is not None)


def test_an_exit_by_the_chain_reduces_and_a_flip_does_not() -> None:
    assert leg(Action.SELL, 3, 0).reduces
    assert not leg(Action.SELL, 3, -1).reduces
    assert not leg(Action.SELL, 3, 5).reduces


def test_an_order_that_only_reduces_never_flips() -> None:
    assert not leg(Action.SELL, 1, -1, reduce_only=True).crosses


def test_on_spot_the_chain_makes_no_order_an_exit_because_a_sale_is_one_anyway() -> None:
    assert not leg(Action.BUY, -1, 0, market=Market.SPOT).reduces
    assert leg(Action.SELL, 1, 0, market=Market.SPOT).reduces


# What contradicts itself


@pytest.mark.parametrize(
    ("action", "before", "after", "told"),
    [
        (Action.BUY, 1, 0, "from 1 to 0"),
        (Action.BUY, 0, -1, "from 0 to -1"),
        (Action.BUY, 1, "-0.50", "from 1 to -0.5"),
        (Action.SELL, 0, 1, "from 0 to 1"),
        (Action.SELL, -2, -1, "from -2 to -1"),
        (Action.SELL, -1, 1, "from -1 to 1"),
    ],
)
def test_an_order_against_its_own_chain_is_ambiguous(action: Action, before: Any, after: Any, told: str) -> None:
    refused = contradiction(leg(action, before, after))
    assert refused.word is Word.AMBIGUOUS
    assert action.value in refused.reason
    assert told in refused.reason


@bounded
@given(st.sampled_from([Action.BUY, Action.SELL]), SIGNED, SIGNED)
def test_every_chain_is_refused_exactly_when_it_runs_against_the_order(
    action: Action, before: Decimal, after: Decimal
) -> None:
    against = after <= before if action is Action.BUY else after >= before
    if against:
        assert contradiction(leg(action, before, after)).word is Word.AMBIGUOUS
    else:
        refuse_contradiction(leg(action, before, after))


def test_a_spot_buy_cannot_reduce() -> None:
    refused = contradiction(leg(market=Market.SPOT, reduce_only=True))
    assert refused.word is Word.AMBIGUOUS
    assert "reduce_only" in refused.reason
    refuse_contradiction(leg(Action.SELL, market=Market.SPOT, reduce_only=True))


def test_a_spot_target_cannot_be_short() -> None:
    refused = contradiction(leg(Action.TARGET, market=Market.SPOT, quantity=Decimal("-0.5")))
    assert refused.word is Word.UNSUPPORTED
    assert "target" in refused.reason
    for quantity in (Decimal(0), Decimal("0.5")):
        refuse_contradiction(leg(Action.TARGET, market=Market.SPOT, quantity=quantity))
    refuse_contradiction(leg(Action.TARGET, quantity=Decimal("-0.5")))


@pytest.mark.parametrize("action", [Action.BUY, Action.SELL, Action.TARGET])
def test_a_size_in_collateral_needs_a_leverage_and_a_margin_account(action: Action) -> None:
    refused = contradiction(leg(action, unit=Unit.COLLATERAL))
    assert refused.word is Word.MISSING_SIZE
    assert "leverage" in refused.reason
    refused = contradiction(leg(action, unit=Unit.COLLATERAL, market=Market.SPOT))
    assert refused.word is Word.UNSUPPORTED
    assert "collateral" in refused.reason
    refuse_contradiction(leg(action, unit=Unit.COLLATERAL, leverage=Decimal(1)))


@pytest.mark.parametrize("field", ["take_profit", "stop_loss", "take_profit_rate", "stop_loss_rate"])
@pytest.mark.parametrize(
    "reducing",
    [
        leg(Action.CLOSE),
        leg(Action.SELL, reduce_only=True),
        leg(Action.SELL, 3, 1),
        leg(Action.SELL, market=Market.SPOT),
    ],
    ids=["close", "reduce_only", "chain", "spot sell"],
)
def test_what_only_reduces_takes_no_protection(field: str, reducing: Leg) -> None:
    one = leg(
        reducing.action,
        reducing.prev_position,
        reducing.next_position,
        market=reducing.market,
        reduce_only=reducing.reduce_only,
        **{field: Decimal("0.5")},
    )
    refused = contradiction(one)
    assert refused.word is Word.UNSUPPORTED
    assert "take_profit" in refused.reason


def steps(*prices: int) -> tuple[Share, ...]:
    """Take-profits that part an entry evenly."""
    return tuple(Share(1 / Decimal(len(prices)), Decimal(price)) for price in prices)


RATED = (Share(Decimal("0.5"), rate=Decimal("0.1")), Share(Decimal("0.5"), rate=Decimal("0.2")))


@pytest.mark.parametrize("several", [steps(80, 90), RATED])
@pytest.mark.parametrize(
    "reducing",
    [
        {"action": Action.CLOSE},
        {"action": Action.SELL, "reduce_only": True},
        {"action": Action.SELL, "before": 3, "after": 1},
        {"action": Action.SELL, "market": Market.SPOT},
    ],
    ids=["close", "reduce_only", "chain", "spot sell"],
)
def test_what_only_reduces_takes_no_several_take_profits(several: tuple[Share, ...], reducing: dict[str, Any]) -> None:
    assert contradiction(leg(**reducing, take_profits=several)).word is Word.UNSUPPORTED


LIMIT = {"type": OrderType.LIMIT, "price": Decimal(100)}
STOP = {"type": OrderType.STOP, "trigger_price": Decimal(100)}
STOP_LIMIT = {"type": OrderType.STOP, "trigger_price": Decimal(90), "price": Decimal(100)}
WRONG_SIDES = [
    (Action.BUY, 100, None, "take_profit"),
    (Action.BUY, 99, None, "take_profit"),
    (Action.BUY, None, 100, "stop_loss"),
    (Action.BUY, None, 101, "stop_loss"),
    (Action.SELL, 100, None, "take_profit"),
    (Action.SELL, 101, None, "take_profit"),
    (Action.SELL, None, 100, "stop_loss"),
    (Action.SELL, None, 99, "stop_loss"),
]


@pytest.mark.parametrize(("action", "take", "stop", "field"), WRONG_SIDES)
@pytest.mark.parametrize("priced", [LIMIT, STOP, STOP_LIMIT], ids=["limit", "stop", "stop-limit"])
def test_protection_on_the_wrong_side_of_the_price_is_ambiguous(
    action: Action, take: int | None, stop: int | None, field: str, priced: dict[str, Any]
) -> None:
    levels = {name: Decimal(value) for name, value in (("take_profit", take), ("stop_loss", stop)) if value}
    refused = contradiction(leg(action, **priced, **levels))
    assert refused.word is Word.AMBIGUOUS
    assert field in refused.reason


@pytest.mark.parametrize("priced", [LIMIT, STOP, STOP_LIMIT], ids=["limit", "stop", "stop-limit"])
@pytest.mark.parametrize(
    ("action", "prices", "place"),
    [
        (Action.BUY, (110, 100), 1),
        (Action.BUY, (99, 110), 0),
        (Action.SELL, (90, 80, 101), 2),
        (Action.SELL, (100, 80), 0),
    ],
)
def test_every_take_profit_must_lie_beyond_the_price(
    action: Action, prices: tuple[int, ...], place: int, priced: dict[str, Any]
) -> None:
    refused = contradiction(leg(action, take_profits=steps(*prices), **priced))
    assert refused.reason == f"ambiguous: take_profit[{place}] is not beyond the price of a {action.value}"


@pytest.mark.parametrize(("action", "prices", "stop"), [(Action.BUY, (110, 90), 90), (Action.SELL, (90, 80, 111), 110)])
def test_every_take_profit_must_lie_beyond_the_stop_loss(action: Action, prices: tuple[int, ...], stop: int) -> None:
    refused = contradiction(leg(action, take_profits=steps(*prices), stop_loss=Decimal(stop)))
    assert refused.word is Word.AMBIGUOUS
    assert f"take_profit[{len(prices) - 1}] and stop_loss" in refused.reason


@pytest.mark.parametrize("priced", [{}, LIMIT, STOP, STOP_LIMIT], ids=["market", "limit", "stop", "stop-limit"])
@pytest.mark.parametrize(("action", "prices", "stop"), [(Action.BUY, (110, 105), 80), (Action.SELL, (80, 70), 110)])
def test_several_take_profits_on_the_right_sides_go_with_every_entry(
    priced: dict[str, Any], action: Action, prices: tuple[int, ...], stop: int
) -> None:
    refuse_contradiction(leg(action, take_profits=steps(*prices), stop_loss=Decimal(stop), **priced))
    refuse_contradiction(leg(action, take_profits=RATED, stop_loss=Decimal(stop), **priced))


def test_the_stop_loss_beside_several_take_profits_is_on_its_side_of_the_price_too() -> None:
    refused = contradiction(leg(Action.BUY, take_profits=RATED, stop_loss=Decimal(100), **LIMIT))
    assert refused.reason == "ambiguous: stop_loss is not before the price of a buy"


@pytest.mark.parametrize(
    ("action", "take", "stop"),
    [(Action.BUY, 100, 100), (Action.BUY, 90, 110), (Action.SELL, 100, 100), (Action.SELL, 110, 90)],
)
def test_even_without_a_price_the_two_must_not_be_swapped(action: Action, take: int, stop: int) -> None:
    refused = contradiction(leg(action, take_profit=Decimal(take), stop_loss=Decimal(stop)))
    assert refused.word is Word.AMBIGUOUS
    assert "take_profit" in refused.reason
    assert "stop_loss" in refused.reason


@pytest.mark.parametrize("priced", [{}, LIMIT, STOP, STOP_LIMIT], ids=["market", "limit", "stop", "stop-limit"])
@pytest.mark.parametrize(("action", "take", "stop"), [(Action.BUY, 110, 80), (Action.SELL, 80, 110)])
def test_protection_on_the_right_sides_goes_with_every_entry(
    priced: dict[str, Any], action: Action, take: int, stop: int
) -> None:
    refuse_contradiction(leg(action, take_profit=Decimal(take), stop_loss=Decimal(stop), **priced))


@pytest.mark.parametrize(("quantity", "take", "stop"), [(1, 110, 90), (-1, 90, 110)])
def test_the_protection_of_a_target_follows_its_side(quantity: int, take: int, stop: int) -> None:
    levels = {"take_profit": Decimal(take), "stop_loss": Decimal(stop)}
    refuse_contradiction(leg(Action.TARGET, quantity=Decimal(quantity), **levels))
    assert contradiction(leg(Action.TARGET, quantity=Decimal(-quantity), **levels)).word is Word.AMBIGUOUS


# How a flip is parted


def test_a_flip_closes_what_was_held_and_opens_the_rest() -> None:
    closing, opening = split(leg(Action.SELL, 2, -1, quantity=Decimal(3)))
    assert (closing.action, closing.quantity, closing.reduce_only) == (Action.SELL, Decimal(2), True)
    assert (opening.action, opening.quantity, opening.reduce_only) == (Action.SELL, Decimal(1), False)
    assert (closing.position_side, opening.position_side) == (PositionSide.LONG, PositionSide.SHORT)


def test_a_flip_from_short_to_long_closes_the_short() -> None:
    closing, opening = split(leg(Action.BUY, -1, 3, quantity=Decimal(4)))
    assert (closing.quantity, opening.quantity) == (Decimal(1), Decimal(3))
    assert (closing.position_side, opening.position_side) == (PositionSide.SHORT, PositionSide.LONG)


def test_an_order_that_is_a_part_of_the_strategys_size_is_parted_in_its_proportion() -> None:
    closing, opening = split(leg(Action.SELL, 2, -1, quantity=Decimal("0.3")))
    assert (closing.quantity, opening.quantity) == (Decimal("0.2"), Decimal("0.1"))


def test_leverage_margin_mode_and_protection_belong_to_the_part_that_opens() -> None:
    asked = {
        "leverage": Decimal(5),
        "margin_mode": MarginMode.ISOLATED,
        "take_profit": Decimal(90),
        "stop_loss": Decimal(110),
        "take_profit_rate": Decimal("0.1"),
        "stop_loss_rate": Decimal("0.2"),
    }
    closing, opening = split(leg(Action.SELL, 1, -1, quantity=Decimal(2), **asked))
    assert {name: getattr(opening, name) for name in asked} == asked
    assert {name: getattr(closing, name) for name in asked} == dict.fromkeys(asked)


@pytest.mark.parametrize("unit", [Unit.BASE, Unit.CONTRACTS, Unit.QUOTE, Unit.PERCENT_EQUITY])
def test_several_take_profits_belong_to_the_part_that_opens(unit: Unit) -> None:
    closing, opening = split(leg(Action.SELL, 1, -1, quantity=Decimal(2), unit=unit, take_profits=steps(90, 80)))
    assert (closing.take_profits, opening.take_profits) == ((), steps(90, 80))


def test_a_close_of_a_whole_side_takes_no_protection_along() -> None:
    guarded = {"take_profits": steps(90, 80), "stop_loss": Decimal(110), "stop_loss_rate": Decimal("0.1")}
    whole = by_chain(leg(Action.SELL, 1, 0, unit=Unit.QUOTE, **guarded))
    assert (whole.action, whole.quantity) == (Action.CLOSE, None)
    assert not whole.protected


def test_both_parts_keep_the_name_the_lives_and_the_place_of_the_order() -> None:
    kept = {
        "ref": "turn",
        "valid_for": 30,
        "exit_valid_for": 900,
        "index": 3,
        "type": OrderType.LIMIT,
        "price": Decimal(7),
        "unit": Unit.CONTRACTS,
        "sent_symbol": "BTCUSDT",
    }
    changes = {name: value for name, value in kept.items() if name != "sent_symbol"}
    for part in split(leg(Action.SELL, 1, -1, quantity=Decimal(2), **changes)):
        assert {name: getattr(part, name) for name in kept} == kept


def test_the_parts_of_a_flip_are_no_flips() -> None:
    for part in split(leg(Action.SELL, 1, -1, quantity=Decimal(2))):
        assert not part.chained
        assert not part.crosses
        refuse_contradiction(part)


@bounded
@given(SIZES, SIZES, SIZES, st.booleans())
def test_the_parts_of_any_flip_add_up_to_the_whole(
    before: Decimal, after: Decimal, quantity: Decimal, up: bool
) -> None:
    flip = leg(Action.BUY if up else Action.SELL, -before if up else before, after if up else -after, quantity=quantity)
    assert flip.crosses
    closing, opening = split(flip)
    assert closing.quantity is not None
    assert opening.quantity is not None
    assert closing.quantity + opening.quantity == quantity
    assert closing.quantity >= 0
    assert opening.quantity > 0
    assert abs(closing.quantity * (before + after) - quantity * before) <= Decimal("1e-8")
    assert closing.reduces
    assert not opening.reduces
