"""From a leg to one concrete order: the exchange's instrument, the open position, and sizes rounded to its rules."""

from dataclasses import replace
from decimal import Decimal

from order_relay.core.exchange import Instrument, MarketStyle, Position, Profile
from order_relay.core.limits import Limits
from order_relay.core.money import floor_to, plain, price_to, product, ratio
from order_relay.core.order import Action, Leg, OrderType, Plan, PositionSide, Side, TimeInForce, Unit
from order_relay.core.record import State
from order_relay.core.symbol import Market, split
from order_relay.service.desk import Desk
from order_relay.service.later import Ended
from order_relay.service.protection import protect
from order_relay.service.sizing import counted, opening_size, reference, size, unit_name

NOTHING_TO_CLOSE = "nothing to close"
NOTHING_TO_DO = "nothing to do"
NOTHING_TO_ADD_TO = "nothing to add to"
_HUNDRED = Decimal(100)


def plan(desk: Desk, leg: Leg, client_id: str, limits: Limits) -> Plan:
    """Make the order that the leg asks for now; raises Ended with a sentence when there is none to make."""
    instrument = tradable(desk, leg)
    _not_short_on_spot(leg)
    profile = desk.profile(leg.market)
    if leg.action is Action.ADD:
        leg = _enlarging(desk, leg, instrument, profile)
    if leg.action is Action.TARGET:
        draft = _adjusting(desk, leg, client_id, instrument, profile, limits)
    elif leg.action is not Action.CLOSE and not leg.reduce_only and not leg.exits:
        draft = _opening(desk, leg, client_id, instrument, profile, limits)
    elif leg.market is Market.SPOT:
        draft = _selling_out(desk, leg, client_id, instrument, profile)
    else:
        if leg.type is OrderType.LIMIT and not desk.exchange.reduces:
            told = f"{desk.exchange.name} cannot be told to reduce only, and a resting close could open the other side"
            raise Ended(State.REJECTED, f"unsupported: {told}; close at market")
        position = _position(desk, leg, instrument, profile)
        draft = _triggered(desk, leg, _reducing(leg, client_id, instrument, position, profile), instrument, profile)
    return _styled(desk, draft, instrument, profile, limits)


def tradable(desk: Desk, leg: Leg) -> Instrument:
    """The instrument of a leg; raises Ended if the exchange has none or does not trade it now."""
    name = desk.exchange.name
    if leg.market not in desk.exchange.markets:
        raise Ended(State.REJECTED, f"unsupported: {name} has no {leg.market.value} market in this relay")
    instrument = desk.instrument(leg.symbol, leg.market)
    if instrument is None:
        told = f"{name} has no {leg.market.value} symbol {leg.symbol}"
        advice = "" if split(leg.symbol) else "; it names no quote currency: the route's defaults can ('quote')"
        raise Ended(State.REJECTED, f"unsupported: {told}{advice}")
    sized_in_coins = leg.quantity and leg.unit not in (Unit.CONTRACTS, Unit.PERCENT_POSITION)
    if instrument.inverse and sized_in_coins:
        raise Ended(State.REJECTED, f"unsupported: {instrument.symbol} is inverse; give its size in contracts")
    return instrument


def _not_short_on_spot(leg: Leg) -> None:
    """The part of a strategy that is short does not exist on a spot market: neither its sale nor its purchase."""
    before, after = leg.prev_position, leg.next_position
    if before is None or after is None or leg.market is not Market.SPOT:
        return
    if before <= 0 and after <= 0 and leg.action in (Action.BUY, Action.SELL):
        raise Ended(State.REJECTED, f"{NOTHING_TO_DO}: the strategy is short there, and a spot market holds no short")


def open_positions(desk: Desk, leg: Leg, instrument: Instrument, profile: Profile) -> list[Position]:
    """Positions that a reducing leg can reduce, the long one first."""
    side = Side(leg.action.value) if leg.action in (Action.BUY, Action.SELL) else None
    found = [one for one in desk.exchange.positions(desk.ask, instrument, profile) if one.quantity > 0]
    wanted = [one for one in found if side in (None, one.side.closing) and leg.position_side in (None, one.side)]
    return sorted(wanted, key=lambda one: one.side.value)


def _position(desk: Desk, leg: Leg, instrument: Instrument, profile: Profile) -> Position:
    for position in open_positions(desk, leg, instrument, profile):
        return position
    raise Ended(State.REJECTED, f"{NOTHING_TO_CLOSE}: no open {_named(leg, instrument)} to reduce")


def _named(leg: Leg, instrument: Instrument) -> str:
    """The position that a leg means."""
    side = f"{leg.position_side.value} " if leg.position_side else ""
    return f"{side}{instrument.symbol} position"


def _enlarging(desk: Desk, leg: Leg, instrument: Instrument, profile: Profile) -> Leg:
    """An addition as the buy or sell that enlarges the open position, in its margin mode."""
    held = open_positions(desk, leg, instrument, profile)
    if not held:
        raise Ended(State.REJECTED, f"{NOTHING_TO_ADD_TO}: no open {_named(leg, instrument)}")
    if len(held) > 1:
        told = f"{len(held)} positions of {instrument.symbol} are open; send buy or sell"
        raise Ended(State.REJECTED, f"ambiguous: {told}")
    [position] = held
    return replace(leg, action=Action(position.side.opening.value), margin_mode=position.margin_mode)


def _opening(desk: Desk, leg: Leg, client_id: str, instrument: Instrument, profile: Profile, limits: Limits) -> Plan:
    side = Side.BUY if leg.action is Action.BUY else Side.SELL
    held = PositionSide.LONG if side is Side.BUY else PositionSide.SHORT
    if leg.position_side not in (None, held):
        raise Ended(State.REJECTED, f"ambiguous: a {side.value} cannot open a {leg.position_side} position")
    quantity, unit = opening_size(desk, leg, side, instrument, profile, limits.slippage)
    draft = Plan(
        client_id=client_id,
        symbol=instrument.symbol,
        market=leg.market,
        side=side,
        type=leg.type,
        quantity=quantity,
        unit=unit,
        price=_to_tick(leg.price, instrument, side),
        time_in_force=leg.time_in_force,
        position_side=held if profile.hedge and leg.market is Market.PERP else None,
        margin_mode=leg.margin_mode,
    )
    if leg.type.triggered:
        draft = _triggered(desk, leg, draft, instrument, profile)
    _check(draft, instrument)
    return protect(desk, leg, draft, instrument, profile) if leg.protected else draft


def _adjusting(desk: Desk, leg: Leg, client_id: str, instrument: Instrument, profile: Profile, limits: Limits) -> Plan:
    """Bring the position to the size wanted, by what is missing or too much of it now."""
    target = leg.quantity or Decimal(0)
    held_side = PositionSide.SHORT if target < 0 else PositionSide.LONG
    position = _held(desk, leg, held_side, instrument, profile)
    sized = replace(leg, action=Action(held_side.opening.value), quantity=abs(target))
    wanted = Decimal(0) if not target else size(desk, sized, held_side.opening, instrument, profile, limits.slippage)
    missing = floor_to(abs(wanted - position.quantity), instrument.step)
    if missing < max(instrument.step, instrument.minimum):
        told = f"{plain(position.quantity)} {unit_name(instrument)} held, {plain(wanted)} wanted"
        raise Ended(State.REJECTED, f"{NOTHING_TO_DO}: {told}")
    exact = Unit.CONTRACTS if instrument.unit is Unit.CONTRACTS else Unit.BASE
    change = replace(sized, quantity=missing, unit=exact)
    if wanted > position.quantity:
        return _opening(desk, change, client_id, instrument, profile, limits)
    change = replace(change, action=Action(held_side.closing.value))
    if leg.market is Market.SPOT:
        return _selling_out(desk, change, client_id, instrument, profile)
    return _reducing(change, client_id, instrument, position, profile)


def _held(desk: Desk, leg: Leg, side: PositionSide, instrument: Instrument, profile: Profile) -> Position:
    """What is held on the target's side; on spot all of the coin, what orders hold too."""
    if leg.market is Market.SPOT:
        return Position(side, desk.exchange.equity(desk.ask, instrument.base, leg.market, profile))
    found = desk.exchange.positions(desk.ask, instrument, profile)
    return next((one for one in found if one.side is side), Position(side, Decimal(0)))


def _triggered(desk: Desk, leg: Leg, draft: Plan, instrument: Instrument, profile: Profile) -> Plan:
    if not leg.type.triggered:
        return draft
    trigger = _to_tick(leg.trigger_price, instrument, draft.side)
    if trigger is None:
        return replace(draft, trail=leg.trail)
    if trigger <= 0:
        raise Ended(State.REJECTED, f"limit: the trigger price is less than one tick of {plain(instrument.tick)}")
    above = trigger > reference(desk, draft.side, instrument, profile)
    return replace(draft, trigger_price=trigger, above=above, trail=leg.trail)


def _selling_out(desk: Desk, leg: Leg, client_id: str, instrument: Instrument, profile: Profile) -> Plan:
    """Close on a spot market: sell what is freely held of the base coin, or the part asked for."""
    if leg.action is Action.BUY:
        raise Ended(State.REJECTED, "unsupported: a spot market has no position that a buy could reduce")
    held = desk.exchange.available(desk.ask, instrument.base, leg.market, profile)
    quantity = floor_to(min(held, _part(leg, held, instrument)), instrument.step)
    if quantity <= 0 or quantity < instrument.minimum:
        limit = f"{plain(held)} {instrument.base} free, minimum {plain(instrument.minimum)}"
        raise Ended(State.REJECTED, f"{NOTHING_TO_CLOSE}: {limit}")
    draft = Plan(
        client_id=client_id,
        symbol=instrument.symbol,
        market=leg.market,
        side=Side.SELL,
        type=leg.type,
        quantity=quantity,
        unit=instrument.unit,
        price=_to_tick(leg.price, instrument, Side.SELL),
        time_in_force=leg.time_in_force,
    )
    return _triggered(desk, leg, draft, instrument, profile)


def _reducing(leg: Leg, client_id: str, instrument: Instrument, position: Position, profile: Profile) -> Plan:
    side = position.side.closing
    part = min(position.quantity, _part(leg, position.quantity, instrument))
    whole = part == position.quantity
    quantity = part if whole else floor_to(part, instrument.step)
    if quantity <= 0:
        raise Ended(State.REJECTED, f"limit: {plain(part)} is less than one step of {plain(instrument.step)}")
    return Plan(
        client_id=client_id,
        symbol=instrument.symbol,
        market=leg.market,
        side=side,
        type=leg.type,
        quantity=quantity,
        unit=instrument.unit,
        price=_to_tick(leg.price, instrument, side),
        time_in_force=leg.time_in_force,
        reduce_only=True,
        position_side=position.side if profile.hedge else None,
        position_id=position.position_id,
        margin_mode=position.margin_mode,
        whole=whole and leg.type is OrderType.MARKET and leg.market is Market.PERP,
    )


def _part(leg: Leg, held: Decimal, instrument: Instrument) -> Decimal:
    if leg.quantity is None:
        return held
    if leg.unit is Unit.PERCENT_POSITION:
        return ratio(product(held, leg.quantity), _HUNDRED)
    return counted(leg, instrument)


def _to_tick(price: Decimal | None, instrument: Instrument, side: Side) -> Decimal | None:
    return None if price is None else price_to(price, instrument.tick, buying=side is Side.BUY)


def _styled(desk: Desk, draft: Plan, instrument: Instrument, profile: Profile, limits: Limits) -> Plan:
    """Turn a market order into a limit at the slippage bound where the exchange has no such market order."""
    if not instrument.tradable:
        raise Ended(State.REJECTED, f"{desk.exchange.name} does not accept API orders for {instrument.symbol} now")
    if draft.type is OrderType.LIMIT:
        return draft
    style, buying = desk.exchange.style(draft.market, draft.side, draft.unit), draft.side is Side.BUY
    factor = 1 + limits.slippage if buying else 1 - limits.slippage
    swept = style is MarketStyle.SWEPT_LIMIT
    if draft.type is OrderType.STOP and swept and draft.price is None and draft.trigger_price is not None:
        return replace(draft, price=_to_tick(product(draft.trigger_price, factor), instrument, draft.side))
    if draft.type is not OrderType.MARKET or style is MarketStyle.NATIVE or draft.whole:
        return draft
    market = reference(desk, draft.side, instrument, profile)
    bound = price_to(product(market, factor), instrument.tick, buying=buying)
    force = TimeInForce.GTC if swept else TimeInForce.IOC
    return replace(draft, type=OrderType.LIMIT, price=bound, time_in_force=force, sweep=swept)


def _check(draft: Plan, instrument: Instrument) -> None:
    """Refuse, with the numbers, what the exchange's own rules would refuse."""
    if draft.unit is Unit.QUOTE:
        value, minimum, maximum, unit = draft.quantity, instrument.min_notional, None, instrument.quote
    else:
        value, minimum, unit = draft.quantity, instrument.minimum, unit_name(instrument)
        maximum = instrument.max_market if draft.type is OrderType.MARKET else instrument.maximum
    _within(value, minimum, maximum, unit)
    price = draft.price
    if price is not None and price <= 0:
        raise Ended(State.REJECTED, f"limit: the price is less than one tick of {plain(instrument.tick)}")
    if price is not None and instrument.min_notional is not None and not instrument.inverse:
        worth = product(product(draft.quantity, instrument.contract), price)
        _within(worth, instrument.min_notional, None, instrument.quote)


def _within(value: Decimal, minimum: Decimal | None, maximum: Decimal | None, unit: str) -> None:
    if value <= 0 or (minimum is not None and value < minimum):
        least = f"the minimum of {plain(minimum)} {unit}" if minimum else "one step"
        raise Ended(State.REJECTED, f"limit: {plain(value)} {unit} after rounding is below {least}")
    if maximum is not None and value > maximum:
        raise Ended(State.REJECTED, f"limit: {plain(value)} {unit} is above the maximum of {plain(maximum)} {unit}")
