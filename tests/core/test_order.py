"""What reduces risk, what cancels, and that legs and plans survive the way through the queue."""

from decimal import Decimal

import pytest

from order_relay.core.order import Action, Leg, OrderType, Plan, PositionSide, Side, TimeInForce, Unit
from order_relay.core.symbol import Market


def leg(action: Action, market: Market = Market.PERP, *, reduce_only: bool = False) -> Leg:
    return Leg(action, "BTCUSDT", market, "BTCUSDT", quantity=Decimal(1), reduce_only=reduce_only)


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
    ],
    ids=lambda value: f"{value.action}-{value.market}-{value.reduce_only}" if isinstance(value, Leg) else str(value),
)
def test_what_can_only_shrink_exposure_reduces(one: Leg, reduces: bool) -> None:
    assert one.reduces is reduces


def test_only_the_two_cancels_cancel() -> None:
    assert [action for action in Action if action.cancels] == [Action.CANCEL, Action.CANCEL_ALL]


def test_a_long_position_is_closed_by_selling_and_a_short_one_by_buying() -> None:
    assert PositionSide.LONG.closing is Side.SELL
    assert PositionSide.SHORT.closing is Side.BUY


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
        margin_mode="cross",
        whole=True,
        sweep=True,
    )
    stored = plan.to_json()
    assert (stored["quantity"], stored["price"], stored["side"]) == ("0.1", "61000.5", "sell")
    assert Plan.from_json(stored) == plan


def test_a_small_plan_survives_storage() -> None:
    plan = Plan("r" * 32, "BTCUSDT", Market.SPOT, Side.BUY, OrderType.MARKET, Decimal("1E+2"))
    assert Plan.from_json(plan.to_json()) == plan
    assert plan.to_json()["quantity"] == "100"
