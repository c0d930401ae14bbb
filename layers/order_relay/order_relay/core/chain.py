"""The position chain: the strategy's position before and after an order, and what that says of the order."""

from dataclasses import replace
from decimal import Decimal

from order_relay.core.money import floor_to, plain, product, ratio
from order_relay.core.order import Action, Leg, OrderType, PositionSide, TimeInForce, Unit
from order_relay.core.refusal import Refusal, Word
from order_relay.core.symbol import Market

_FINEST = Decimal("1e-12")
_ROUNDED = Decimal("0.01")
_BUILT = {Action.BUY: PositionSide.LONG, Action.SELL: PositionSide.SHORT}
_EXACT = frozenset({Unit.BASE, Unit.CONTRACTS})
_REDUCING = _EXACT | {Unit.PERCENT_POSITION}


def refuse_backwards(leg: Leg) -> None:
    """Refuse an order that does not lead from one position to the other; raises Refusal `ambiguous`."""
    before, after = leg.prev_position, leg.next_position
    sign = {Action.BUY: 1, Action.SELL: -1}.get(leg.action, 0)
    if before is not None and after is not None and sign and (after - before) * sign <= 0:
        told = f"from {plain(before)} to {plain(after)}"
        raise Refusal(Word.AMBIGUOUS, f"action is {leg.action.value} but the position goes {told}")


def refuse_contradiction(leg: Leg) -> None:
    """Refuse what the parts of one order cannot mean together; raises Refusal `ambiguous` or `unsupported`."""
    refuse_backwards(leg)
    after = leg.next_position
    if leg.action is Action.CLOSE and leg.quantity is None and after:
        told = f"closes everything, but afterwards the position is {plain(after)}"
        raise Refusal(Word.AMBIGUOUS, f"the close has no quantity and {told}")
    if (leg.reduce_only or leg.action is Action.CLOSE) and leg.quantity is not None and leg.unit not in _REDUCING:
        detail = f"a size in {leg.unit.value} does not say how much of the position goes"
        raise Refusal(Word.UNSUPPORTED, f"{detail}; send it in coins, contracts or percent_position")
    if leg.action is Action.ADD:
        _adding(leg)
    if leg.unit is Unit.COLLATERAL and leg.action is not Action.CLOSE:
        _margined(leg)
    if leg.reduce_only and leg.market is Market.SPOT and leg.action is Action.BUY:
        raise Refusal(Word.AMBIGUOUS, "reduce_only is true on a spot buy; a spot market has no position to reduce")
    if leg.market is Market.SPOT and leg.action is Action.TARGET and (leg.quantity or 0) < 0:
        raise Refusal(Word.UNSUPPORTED, "a spot market holds no short position; the target must be 0 or more")
    _protected(leg)


def _adding(leg: Leg) -> None:
    """An addition takes side, leverage and margin mode from the open position: it must need neither before that."""
    if leg.market is not Market.PERP:
        raise Refusal(Word.UNSUPPORTED, f"action add goes with a position, and {leg.market.value} has none; send buy")
    if leg.type is not OrderType.MARKET and leg.time_in_force not in (TimeInForce.IOC, TimeInForce.FOK):
        detail = f"the {leg.type.value} order may wait, and the position may be another one by then"
        raise Refusal(Word.UNSUPPORTED, f"action add trades at once: {detail}; use market, ioc or fok")
    if leg.unit is Unit.COLLATERAL:
        detail = "action add has the leverage of the position, so a size in collateral has no value"
        raise Refusal(Word.UNSUPPORTED, f"{detail}; send it in base or quote")
    if leg.protected:
        detail = "take_profit and stop_loss lie on sides that action add does not say"
        raise Refusal(Word.UNSUPPORTED, f"{detail}; send them with a buy or sell")
    if leg.reduce_only:
        raise Refusal(Word.AMBIGUOUS, "action add enlarges a position, but reduce_only is true")


def _margined(leg: Leg) -> None:
    if leg.market is Market.SPOT:
        raise Refusal(Word.UNSUPPORTED, "a size in collateral needs a margin account; a spot market has none")
    if leg.leverage is None:
        raise Refusal(Word.MISSING_SIZE, "a size in collateral needs a leverage, in the alert or the route's defaults")


def _protected(leg: Leg) -> None:
    """Take-profits and the stop-loss belong to an entry, on the right sides of its price."""
    if leg.protected and leg.reduces:
        raise Refusal(Word.UNSUPPORTED, "take_profit and stop_loss go with an entry; this order only reduces")
    sells = leg.action is Action.SELL or (leg.action is Action.TARGET and (leg.quantity or 0) < 0)
    sign = -1 if sells else 1
    price, stop = leg.price or leg.trigger_price, leg.stop_loss
    steps = [(f"take_profit[{index}]", one.price) for index, one in enumerate(leg.take_profits)]
    for take, level in steps or [("take_profit", leg.take_profit)]:
        for name, first, second in (
            (f"{take} is not beyond the price", price, level),
            ("stop_loss is not before the price", stop, price),
            (f"{take} and stop_loss are on each other's side", stop, level),
        ):
            if first is not None and second is not None and (second - first) * sign <= 0:
                raise Refusal(Word.AMBIGUOUS, f"{name} of a {leg.action.value}")


def by_chain(leg: Leg, *, stated: bool = True) -> Leg:
    """What a buy or sell is beside the strategy's position: an entry, an exit of a size, or the close of a side.

    Where the strategy ends flat its side is closed whole, unless the order's own size is that of the chain.
    `stated` is False if the size is the route's default, which is for entries only.
    Raises Refusal `ambiguous`, `missing_size` or `unsupported` where a part of the position would have to be guessed.
    """
    after, built = leg.next_position, _BUILT.get(leg.action)
    if after is None or built is None or leg.market is Market.SPOT:
        return leg if after is None or built is None else _on_spot(leg, stated=stated)
    if leg.crosses:
        return _turned(leg, stated=stated)
    shrinks = after == 0 or (after > 0) is not (built is PositionSide.LONG)
    if not shrinks or (leg.prev_position == 0 and after != 0):
        return leg
    if after == 0:
        return leg if stated and (_as_told(leg) or leg.unit is Unit.CONTRACTS) else closed(leg, built.opposite)
    if not stated:
        raise Refusal(
            Word.MISSING_SIZE, "the order takes from a position and has no quantity; a default is for entries"
        )
    if leg.unit not in _EXACT:
        detail = f"the order only shrinks the position, and a size in {leg.unit.value} does not say by how much"
        raise Refusal(Word.UNSUPPORTED, f"{detail}; send it in coins or contracts")
    return replace(leg, reduce_only=True, position_side=built.opposite)


def closed(leg: Leg, side: PositionSide | None) -> Leg:
    """The close of a whole side in place of a sized order."""
    plain_close = replace(_bare(leg), action=Action.CLOSE, quantity=None, unit=Unit.BASE, reduce_only=False)
    return replace(plain_close, position_side=side, leverage=None, margin_mode=None)


def _bare(leg: Leg) -> Leg:
    """The leg without take-profits and stop-loss."""
    single = replace(leg, take_profit=None, stop_loss=None, take_profit_rate=None, stop_loss_rate=None)
    return replace(single, take_profits=())


def _on_spot(leg: Leg, *, stated: bool) -> Leg:
    """On spot a sale is cut to what is held; one to flat whose size is not the chain's sells what is held."""
    to_flat = leg.action is Action.SELL and leg.next_position == 0 and leg.prev_position != 0
    return closed(leg, None) if to_flat and not (stated and _as_told(leg)) else leg


def _turned(leg: Leg, *, stated: bool) -> Leg:
    if leg.unit in _EXACT and not (stated and _as_told(leg)):
        detail = "the order turns the position, and its quantity is not the strategy's own"
        raise Refusal(Word.AMBIGUOUS, f"{detail}; send the strategy's order size in coins, or action target")
    return leg


def _as_told(leg: Leg) -> bool:
    """True if the order's own size is the way from one position to the other (to one percent)."""
    before, after = leg.prev_position, leg.next_position
    if before is None or after is None or leg.unit is not Unit.BASE or leg.quantity is None:
        return False
    way = abs(after - before)
    return abs(leg.quantity - way) <= product(way, _ROUNDED)


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
    if leg.unit not in _EXACT:
        return closed(alone, side), replace(alone, position_side=side.opposite)
    reduced = replace(_bare(alone), quantity=closing, reduce_only=True)
    first = replace(reduced, position_side=side, leverage=None, margin_mode=None)
    return first, replace(alone, quantity=quantity - closing, position_side=side.opposite)
