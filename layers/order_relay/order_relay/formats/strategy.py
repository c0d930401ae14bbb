"""Orders of a charting strategy, told with its position before and after them: what opens, shrinks, closes or turns."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from order_relay.core.chain import refuse_contradiction
from order_relay.core.money import plain, product
from order_relay.core.order import Action, Leg, MarginMode, PositionSide, Side, Unit
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.core.symbol import Market
from order_relay.formats import fields as of
from order_relay.formats.fields import Fields

Size = tuple[Decimal, Unit]
_SIDES = {"long": PositionSide.LONG, "short": PositionSide.SHORT, "flat": None}
_COUNTED = (Unit.BASE, Unit.CONTRACTS)
_ROUNDED = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Sizing:
    """How to read the size of an order, whether the alert itself states one, and what it calls the position's sizes."""

    stated: bool
    read: Callable[[], Size]
    chain: str = "market_position_size and prev_market_position_size"


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a strategy stands: on which side (None is flat), and its signed size if that is told."""

    side: PositionSide | None
    size: Decimal | None = None

    @classmethod
    def of(cls, size: Decimal) -> "Stand":
        return cls((PositionSide.LONG if size > 0 else PositionSide.SHORT) if size else None, size)

    @property
    def sign(self) -> int:
        return {None: 0, PositionSide.LONG: 1, PositionSide.SHORT: -1}[self.side]


def stand(fields: Fields, direction: str, amount: str) -> Stand | None:
    """Read where the strategy stands from a word (long, short, flat) and a size; None if there is no word."""
    size = of.position(fields, direction, amount)
    if size is not None:
        return Stand.of(size)
    side = of.word(fields, direction, _SIDES)
    return None if side is None else Stand(side)


def turns(before: Stand | None, after: Stand | None) -> bool:
    """True if the strategy goes from one side to the other."""
    return before is not None and after is not None and before.sign * after.sign < 0


def ordered(fields: Fields, name: str) -> Action:
    """The side of a strategy's order; a body that names none asks for no order."""
    side = of.choice(Side, fields, name)
    if side is None:
        raise Refusal(Word.NOT_AN_ORDER, f"{name} is missing; it says buy or sell")
    return Action(side.value)


def told(leg: Leg, before: Stand | None, after: Stand | None, sizing: Sizing, route: Route) -> Leg:
    """Make of a buy or sell what the strategy's position says of it: an order, a close of everything, or a target."""
    _consistent(leg, before, after)
    leg = replace(leg, prev_position=before.size if before else None, next_position=after.size if after else None)
    if after is not None and after.side is None:
        leg = replace(leg, action=Action.CLOSE, position_side=_built(leg).opposite)
    else:
        leg = configured(_sized(leg, before, after, sizing), route)
    refuse_contradiction(leg)
    return leg


def shrinking(leg: Leg, side: PositionSide | None) -> Leg:
    """An order that takes from a position and must not go through it; raises Refusal for sizes that only open."""
    if leg.unit not in _COUNTED:
        detail = f"this {leg.action.value} shrinks the position; a size in {leg.unit.value} is for entries"
        raise Refusal(Word.UNSUPPORTED, f"{detail}, send it in coins or contracts")
    return replace(leg, reduce_only=True, position_side=side)


def configured(leg: Leg, route: Route) -> Leg:
    """The route's default leverage and margin mode, for what opens on a perpetual market."""
    if leg.market is not Market.PERP or leg.reduces:
        return leg
    mode = of.choice(MarginMode, route.defaults, "margin_mode")
    return replace(leg, leverage=of.leverage({}, route), margin_mode=mode)


def refuse_short_on_spot(leg: Leg, side: PositionSide | None) -> None:
    """A spot market holds coins and nothing else: whatever means a short position there is not done."""
    if leg.market is Market.SPOT and side is PositionSide.SHORT:
        detail = "the alert means a short position, and a spot market holds none; route it to a perpetual market"
        raise Refusal(Word.UNSUPPORTED, detail)


def _built(leg: Leg) -> PositionSide:
    """The side towards which an order moves the position."""
    return PositionSide.LONG if leg.action is Action.BUY else PositionSide.SHORT


def _sized(leg: Leg, before: Stand | None, after: Stand | None, sizing: Sizing) -> Leg:
    shrinks = after is not None and after.side is not _built(leg)
    if leg.reduce_only and after is not None and not shrinks:
        raise Refusal(Word.AMBIGUOUS, "the order only reduces, but the position that it leads to lies on its own side")
    if (leg.reduce_only or shrinks or turns(before, after)) and not sizing.stated:
        detail = "the order takes from a position and states no size; a default size is for entries"
        raise Refusal(Word.MISSING_SIZE, f"{detail}, send the size of the strategy's order")
    quantity, unit = sizing.read()
    leg = replace(leg, quantity=quantity, unit=unit)
    if shrinks and after is not None:
        return shrinking(leg, after.side)
    return _turned(leg, sizing.chain) if turns(before, after) else leg


def _consistent(leg: Leg, before: Stand | None, after: Stand | None) -> None:
    """Refuse an order that does not lead from one position to the other."""
    for one in (before, after):
        refuse_short_on_spot(leg, one.side if one else None)
    if after is not None and after.side is None:
        refuse_short_on_spot(leg, _built(leg).opposite)
    moved = _moved(before, after)
    if moved is not None and moved * (1 if leg.action is Action.BUY else -1) <= 0:
        detail = f"the action is {leg.action.value}, but the position goes from {_words(before)} to {_words(after)}"
        raise Refusal(Word.AMBIGUOUS, f"{detail}; send the action and the positions of the same order")


def _moved(before: Stand | None, after: Stand | None) -> Decimal | None:
    """How the position moved, or only its sign; None if that is not told."""
    if before is None or after is None:
        return None
    if before.size is not None and after.size is not None:
        return after.size - before.size
    return Decimal(after.sign - before.sign) if before.sign != after.sign else None


def _words(one: Stand | None) -> str:
    if one is None or one.side is None:
        return "unknown" if one is None else "flat"
    return one.side.value if one.size is None else f"{one.side.value} {plain(abs(one.size))}"


def _turned(leg: Leg, chain: str) -> Leg:
    """Turn to the other side: to the size that is told, if the order's own size agrees.

    Without the sizes it is refused: sent as it is, it would leave the old side open on an account in hedge mode.
    """
    before, after, quantity = leg.prev_position, leg.next_position, leg.quantity or Decimal(0)
    if leg.unit not in _COUNTED:
        detail = f"the order turns the position, and a size in {leg.unit.value} does not say whether it counts the exit"
        raise Refusal(Word.AMBIGUOUS, f"{detail}; send it in coins, as the strategy's order has it")
    if before is None or after is None:
        detail = "the order turns the position, but how large it was and becomes is not told"
        raise Refusal(Word.AMBIGUOUS, f"{detail}; send {chain}, too")
    whole = abs(after - before)
    if leg.unit is not Unit.BASE or abs(quantity - whole) > product(whole, _ROUNDED):
        detail = f"the order counts {plain(quantity)} {leg.unit.value}, but the position goes from {plain(before)}"
        raise Refusal(Word.AMBIGUOUS, f"{detail} to {plain(after)}; send the strategy's own order size in coins")
    return replace(leg, action=Action.TARGET, quantity=after)
