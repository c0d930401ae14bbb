"""Orders in words, for the history of a record, the log and a dry run: what is asked for, and what is there."""

from collections.abc import Iterator
from decimal import Decimal

from order_relay.core.exchange import Found
from order_relay.core.money import plain, product
from order_relay.core.order import Plan, TimeInForce, Unit

_PERCENT = Decimal(100)
_COUNTED = {Unit.CONTRACTS: " contracts", Unit.QUOTE: " of quote currency"}


def describe(found: Found) -> str:
    """An order as the exchange shows it."""
    size = plain(found.quantity) if found.quantity is not None else "?"
    price = f" at {plain(found.price)}" if found.price is not None else ""
    return f"{found.side.value} {size}{price}, {found.status.value}, order {found.order_id}"


def describe_plan(plan: Plan) -> str:
    """An order as it is sent, with everything that it brings along."""
    price = plain(plan.price) if plan.price is not None else "market"
    size = f"{plain(plan.quantity)}{_COUNTED.get(plan.unit, '')}"
    return ", ".join([f"{plan.side.value} {size} at {price}", *_conditions(plan)])


def never_sent(attempts: int) -> str:
    """An order that was cancelled before its first attempt, or between two."""
    return f"cancelled by a later alert before it was sent{' again' if attempts else ''}"


def _conditions(plan: Plan) -> Iterator[str]:
    if plan.trail is not None:
        yield f"trailing by {plain(product(plan.trail, _PERCENT))}%"
    if plan.whole or plan.reduce_only:
        yield "the whole position" if plan.whole else "only to reduce"
    told = {
        "order": None if plan.time_in_force is TimeInForce.GTC else plan.time_in_force.value,
        "side": plan.position_side,
        "margin": plan.margin_mode,
    }
    yield from (f"{value} {name}" for name, value in told.items() if value is not None)
    levels = {"trigger": plan.trigger_price, "take-profit": plan.take_profit, "stop-loss": plan.stop_loss}
    yield from (f"{name} {plain(level)}" for name, level in levels.items() if level is not None)
    yield from (f"take-profit {plain(one.price)} for {plain(one.quantity)}" for one in plan.take_profits)
