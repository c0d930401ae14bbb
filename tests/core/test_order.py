"""What reduces risk, what cancels, and that legs and plans survive the way through the queue."""

from dataclasses import replace
from decimal import Decimal

import pytest

from order_relay.core.order import Action, Leg, MarginMode, OrderType, Plan, PositionSide, Side, TimeInForce, Unit
from order_relay.core.symbol import Market


def leg(action: Action, market: Market = Market.PERP, *, reduce_only: bool = False) -> Leg:
    return Leg(action, "BTCUSDT", market, "BTCUSDT", quantity=Decimal(1), reduce_only=reduce_only)


def chained(action: Action, before: int, after: int) -> Leg:
    return replace(leg(action), prev_position=Decimal(before), next_position=Decimal(after))


@pytest.mark.parametrize(
    ("one", "reduces"),
    [
        (leg(Action.BUY), False),
        (leg(Action.SELL), False),
        (leg(Action.BUY, Market.SPOT), False),
        (leg(Action.BUY, Market.OPTION), False),
        (leg(Action.SELL, Market.OPTION), False),
        (leg(Action.SELL, Market.SPOT), True),
        (leg(Action.BUY, reduce_only=True), True),
        (leg(Action.SELL, reduce_only=True), True),
        (leg(Action.CLOSE), True),
        (leg(Action.CLOSE, Market.SPOT), True),
        (leg(Action.CANCEL), True),
        (leg(Action.CANCEL_ALL), True),
        (leg(Action.TARGET), False),
        (leg(Action.TARGET, Market.SPOT), False),
        (leg(Action.HALT), False),
        (leg(Action.RESUME), False),
    ],
    ids=lambda value: f"{value.action}-{value.market}-{value.reduce_only}" if isinstance(value, Leg) else str(value),
)
def test_what_can_only_shrink_exposure_reduces(one: Leg, reduces: bool) -> None:
    assert one.reduces is reduces


def test_only_the_two_cancels_cancel() -> None:
    assert [action for action in Action if action.cancels] == [Action.CANCEL, Action.CANCEL_ALL]


def test_only_halt_and_resume_control_a_route() -> None:
    assert [action for action in Action if action.controls] == [Action.HALT, Action.RESUME]


def test_only_stops_and_trailing_orders_wait_for_a_trigger() -> None:
    assert [kind for kind in OrderType if kind.triggered] == [OrderType.STOP, OrderType.TRAILING]


def test_only_three_units_are_percents() -> None:
    assert [unit.value for unit in Unit if unit.percent] == ["percent_equity", "percent_available", "percent_position"]


@pytest.mark.parametrize(
    ("one", "seconds"),
    [
        (leg(Action.BUY), 30),
        (leg(Action.SELL), 30),
        (leg(Action.SELL, Market.SPOT), 900),
        (leg(Action.SELL, reduce_only=True), 900),
        (leg(Action.CLOSE), 900),
        (leg(Action.TARGET), 900),
        (chained(Action.SELL, 3, 1), 900),
        (chained(Action.SELL, 1, -1), 900),
        (chained(Action.SELL, -1, -3), 30),
        (chained(Action.BUY, 0, 1), 30),
    ],
    ids=lambda value: f"{value.action}-{value.prev_position}-{value.market}" if isinstance(value, Leg) else str(value),
)
def test_what_reduces_in_any_part_lives_as_long_as_an_exit(one: Leg, seconds: int) -> None:
    assert replace(one, valid_for=30, exit_valid_for=900).lives_s == seconds


def test_an_exit_never_lives_shorter_than_an_opening() -> None:
    assert replace(leg(Action.CLOSE), valid_for=1800, exit_valid_for=900).lives_s == 1800
    assert replace(leg(Action.BUY), valid_for=1800, exit_valid_for=900).lives_s == 1800


def test_a_leg_that_no_route_completed_has_the_documented_lives() -> None:
    assert (leg(Action.BUY).lives_s, leg(Action.CLOSE).lives_s) == (60, 900)


def test_a_long_position_is_closed_by_selling_and_a_short_one_by_buying() -> None:
    assert PositionSide.LONG.closing is Side.SELL
    assert PositionSide.SHORT.closing is Side.BUY


@pytest.mark.parametrize("side", PositionSide)
def test_a_position_is_opened_against_its_closing_side(side: PositionSide) -> None:
    assert side.opening is not side.closing
    assert side.opening is side.opposite.closing
    assert side.opposite.opposite is side


def test_a_full_plan_survives_storage() -> None:
    plan = Plan(
        client_id="r" * 32,
        symbol="BTC-USDT-SWAP",
        market=Market.PERP,
        side=Side.SELL,
        type=OrderType.LIMIT,
        quantity=Decimal("0.10"),
        unit=Unit.CONTRACTS,
        price=Decimal("61000.50"),
        time_in_force=TimeInForce.POST_ONLY,
        reduce_only=True,
        position_side=PositionSide.LONG,
        position_id="7",
        margin_mode=MarginMode.CROSS,
        whole=True,
        sweep=True,
        trigger_price=Decimal("60000.0"),
        above=False,
        trail=Decimal("0.010"),
        take_profit=Decimal(65000),
        stop_loss=Decimal(59000),
    )
    stored = plan.to_json()
    assert (stored["quantity"], stored["price"], stored["side"]) == ("0.1", "61000.5", "sell")
    assert (stored["trigger_price"], stored["trail"], stored["margin_mode"]) == ("60000", "0.01", "cross")
    assert Plan.from_json(stored) == plan


def test_a_plan_of_the_version_before_is_still_read() -> None:
    plan = Plan("r" * 32, "BTCUSDT", Market.PERP, Side.BUY, OrderType.MARKET, Decimal(1), margin_mode=MarginMode.CROSS)
    later = ("trigger_price", "above", "trail", "take_profit", "stop_loss")
    old = {name: value for name, value in plan.to_json().items() if name not in later}
    assert Plan.from_json(old) == plan


def test_a_small_plan_survives_storage() -> None:
    plan = Plan("r" * 32, "BTCUSDT", Market.SPOT, Side.BUY, OrderType.MARKET, Decimal("1E+2"))
    assert Plan.from_json(plan.to_json()) == plan
    assert plan.to_json()["quantity"] == "100"
