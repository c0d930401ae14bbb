"""The steps of a leg: one exchange order each, decided once, before the first of them is sent."""

from dataclasses import replace

from order_relay.core.chain import split
from order_relay.core.exchange import Position
from order_relay.core.order import Action, Leg, PositionSide
from order_relay.core.symbol import Market

MAIN, OTHER = 0, 1
Step = tuple[int, Leg]


def needs_two(leg: Leg, held: list[Position]) -> bool:
    """True if the positions that are open now make two orders of the leg: both sides held, or the wrong one."""
    sides = {one.side for one in held if one.quantity > 0}
    if leg.position_side is not None:
        return False
    if leg.action is Action.CLOSE or not leg.quantity:
        return len(sides) > 1
    return side_of(leg).opposite in sides


def looks_first(leg: Leg) -> bool:
    """True if how many orders the leg is depends on the open positions."""
    return leg.action in (Action.CLOSE, Action.TARGET) and leg.market is Market.PERP


def side_of(leg: Leg) -> PositionSide:
    return PositionSide.SHORT if leg.quantity is not None and leg.quantity < 0 else PositionSide.LONG


def steps(leg: Leg, *, two: bool) -> list[Step]:
    """The leg's orders as they are sent: what closes goes before what opens."""
    if leg.action is Action.TARGET and leg.quantity == 0:
        leg = replace(leg, action=Action.CLOSE, quantity=None)
    if leg.crosses:
        closing, opening = split(leg)
        if leg.market is Market.SPOT:
            return [(MAIN, opening if leg.action is Action.BUY else closing)]
        return [(OTHER, closing), (MAIN, opening)]
    if not two:
        return [(MAIN, leg)]
    if leg.action is Action.TARGET:
        wrong = replace(leg, action=Action.CLOSE, quantity=None, position_side=side_of(leg).opposite)
        return [(OTHER, wrong), (MAIN, leg)]
    return [
        (MAIN, replace(leg, position_side=PositionSide.LONG)),
        (OTHER, replace(leg, position_side=PositionSide.SHORT)),
    ]
