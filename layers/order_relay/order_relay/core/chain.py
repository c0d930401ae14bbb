"""The position chain: the strategy's position before and after an order, and what that says of the order."""

from dataclasses import replace
from decimal import Decimal

from order_relay.core.money import floor_to, plain, product, ratio
from order_relay.core.order import Action, Leg, PositionSide, Unit
from order_relay.core.refusal import Refusal, Word
from order_relay.core.symbol import Market

_FINEST = Decimal("1e-12")
_EXACT = frozenset({Unit.BASE, Unit.CONTRACTS})
_REDUCING = _EXACT | {Unit.PERCENT_POSITION}


def refuse_contradiction(leg: Leg) -> None:
    """Refuse what the parts of one order cannot mean together; raises Refusal `ambiguous` or `unsupported`."""
    before, after = leg.prev_position, leg.next_position
    sign = {Action.BUY: 1, Action.SELL: -1}.get(leg.action, 0)
    if before is not None and after is not None and sign and (after - before) * sign <= 0:
        told = f"from {plain(before)} to {plain(after)}"
        raise Refusal(Word.AMBIGUOUS, f"action is {leg.action.value} but the position goes {told}")
    if (leg.reduce_only or leg.action is Action.CLOSE) and leg.quantity is not None and leg.unit not in _REDUCING:
        detail = f"a size in {leg.unit.value} does not say how much of the position goes"
        raise Refusal(Word.UNSUPPORTED, f"{detail}; send it in coins, contracts or percent_position")
    if leg.unit is Unit.COLLATERAL and leg.action is not Action.CLOSE:
        _margined(leg)
    if leg.reduce_only and leg.market is Market.SPOT and leg.action is Action.BUY:
        raise Refusal(Word.AMBIGUOUS, "reduce_only is true on a spot buy; a spot market has no position to reduce")
    if leg.market is Market.SPOT and leg.action is Action.TARGET and (leg.quantity or 0) < 0:
        raise Refusal(Word.UNSUPPORTED, "a spot market holds no short position; the target must be 0 or more")
    _protected(leg)


def _margined(leg: Leg) -> None:
    if leg.market is Market.SPOT:
        raise Refusal(Word.UNSUPPORTED, "a size in collateral needs a margin account; a spot market has none")
    if leg.leverage is None:
        raise Refusal(Word.MISSING_SIZE, "a size in collateral needs a leverage, in the alert or the route's defaults")


def _protected(leg: Leg) -> None:
    """Take-profit and stop-loss belong to an entry, on the right sides of its price."""
    take, stop = leg.take_profit, leg.stop_loss
    if leg.protected and leg.reduces:
        raise Refusal(Word.UNSUPPORTED, "take_profit and stop_loss go with an entry; this order only reduces")
    sells = leg.action is Action.SELL or (leg.action is Action.TARGET and (leg.quantity or 0) < 0)
    sign = -1 if sells else 1
    price = leg.price or leg.trigger_price
    for name, first, second in (
        ("take_profit is not beyond the price", price, take),
        ("stop_loss is not before the price", stop, price),
        ("take_profit and stop_loss are on each other's side", stop, take),
    ):
        if first is not None and second is not None and (second - first) * sign <= 0:
            raise Refusal(Word.AMBIGUOUS, f"{name} of a {leg.action.value}")


def by_chain(leg: Leg) -> Leg:
    """What a sized order is beside its chain: to flat in money or percents closes that side whole.

    Raises Refusal `unsupported` where such a size would have to shrink a position by a part.
    """
    if not leg.exits or leg.action not in (Action.BUY, Action.SELL) or leg.unit in _EXACT:
        return leg
    if leg.next_position:
        detail = f"the order only shrinks the position, and a size in {leg.unit.value} does not say by how much"
        raise Refusal(Word.UNSUPPORTED, f"{detail}; send it in coins or contracts")
    side = PositionSide.LONG if leg.action is Action.SELL else PositionSide.SHORT
    bare = replace(leg, take_profit=None, stop_loss=None, take_profit_rate=None, stop_loss_rate=None)
    return replace(bare, action=Action.CLOSE, quantity=None, unit=Unit.BASE, position_side=side)


def split(leg: Leg) -> tuple[Leg, Leg]:
    """Part a flip into the order that closes and the one that opens, in the proportion that the chain states.

    A size in money or percents is that of the opening; then the other side is closed whole.
    """
    before, after = leg.prev_position or Decimal(0), leg.next_position or Decimal(0)
    quantity = leg.quantity or Decimal(0)
    exact = ratio(product(quantity, abs(before)), abs(after - before))
    closing = floor_to(exact + _FINEST / 2, _FINEST)
    side = PositionSide.LONG if before > 0 else PositionSide.SHORT
    alone = replace(leg, prev_position=None, next_position=None)
    bare = replace(alone, take_profit=None, stop_loss=None, take_profit_rate=None, stop_loss_rate=None)
    if leg.unit not in _EXACT:
        whole = replace(bare, action=Action.CLOSE, quantity=None, unit=Unit.BASE, position_side=side)
        return replace(whole, leverage=None, margin_mode=None), replace(alone, position_side=side.opposite)
    first = replace(bare, quantity=closing, reduce_only=True, position_side=side, leverage=None, margin_mode=None)
    return first, replace(alone, quantity=quantity - closing, position_side=side.opposite)
