"""From a leg to one concrete order: the exchange's instrument, the open position, and sizes rounded to its rules."""

from dataclasses import replace
from decimal import Decimal

from order_relay.core.exchange import Instrument, MarketStyle, Position, Profile
from order_relay.core.money import floor_to, plain, price_to, product, ratio
from order_relay.core.order import Action, Leg, OrderType, Plan, PositionSide, Side, TimeInForce, Unit
from order_relay.core.record import State
from order_relay.core.symbol import Market
from order_relay.service.desk import Desk
from order_relay.service.later import Ended

NOTHING_TO_CLOSE = "nothing to close"
_CENT = Decimal("0.01")


def plan(desk: Desk, leg: Leg, client_id: str, handled: frozenset[PositionSide] = frozenset()) -> Plan:
    """Make the order that the leg asks for now; raises Ended with a sentence when there is none to make.

    `handled` names position sides that earlier steps of the same close already dealt with.
    """
    instrument = tradable(desk, leg)
    profile = desk.profile(leg.market)
    if leg.action is not Action.CLOSE and not leg.reduce_only:
        draft = _opening(desk, leg, client_id, instrument, profile)
    elif leg.market is Market.SPOT:
        draft = _selling_out(desk, leg, client_id, instrument, profile)
    else:
        draft = _reducing(leg, client_id, instrument, _position(desk, leg, instrument, profile, handled), profile)
    return _styled(desk, leg, draft, instrument, profile)


def tradable(desk: Desk, leg: Leg) -> Instrument:
    """The instrument of a leg; raises Ended if the exchange has none or does not trade it now."""
    name = desk.exchange.name
    if leg.market not in desk.exchange.markets:
        raise Ended(State.REJECTED, f"unsupported: {name} has no {leg.market.value} market in this relay")
    instrument = desk.instrument(leg.symbol, leg.market)
    if instrument is None:
        raise Ended(State.REJECTED, f"unsupported: {name} has no {leg.market.value} symbol {leg.symbol}")
    sized_in_coins = leg.quantity is not None and leg.unit not in (Unit.CONTRACTS, Unit.PERCENT_POSITION)
    if instrument.inverse and sized_in_coins:
        raise Ended(State.REJECTED, f"unsupported: {instrument.symbol} is inverse; give its size in contracts")
    return instrument


def open_positions(desk: Desk, leg: Leg, instrument: Instrument, profile: Profile) -> list[Position]:
    """Positions that a reducing leg can reduce, the long one first."""
    wanted = {PositionSide.LONG: Side.SELL, PositionSide.SHORT: Side.BUY}
    side = None if leg.action is Action.CLOSE else Side(leg.action.value)
    found = [one for one in desk.exchange.positions(desk.ask, instrument, profile) if one.quantity > 0]
    return sorted((one for one in found if side in (None, wanted[one.side])), key=lambda one: one.side.value)


def _position(
    desk: Desk, leg: Leg, instrument: Instrument, profile: Profile, handled: frozenset[PositionSide]
) -> Position:
    for position in open_positions(desk, leg, instrument, profile):
        if position.side not in handled:
            return position
    raise Ended(State.REJECTED, f"{NOTHING_TO_CLOSE}: no open {instrument.symbol} position to reduce")


def _opening(desk: Desk, leg: Leg, client_id: str, instrument: Instrument, profile: Profile) -> Plan:
    side = Side.BUY if leg.action is Action.BUY else Side.SELL
    quantity, unit = _size(desk, leg, side, instrument, profile)
    hedge_side = PositionSide.LONG if side is Side.BUY else PositionSide.SHORT
    draft = Plan(
        client_id=client_id,
        symbol=instrument.symbol,
        market=leg.market,
        side=side,
        type=leg.type,
        quantity=quantity,
        unit=unit,
        price=price_to(leg.price, instrument.tick, buying=side is Side.BUY) if leg.price is not None else None,
        time_in_force=leg.time_in_force,
        position_side=hedge_side if profile.hedge and leg.market is Market.PERP else None,
    )
    _check(draft, instrument)
    if leg.reduces or (leg.max_quantity is None and leg.max_notional is None):
        return draft
    if leg.max_notional is not None or (leg.max_quantity is not None and unit is Unit.QUOTE):
        price = draft.price or _reference(desk, side, instrument, profile)
    else:
        price = None
    _affordable(leg, draft, instrument, price)
    return draft


def _selling_out(desk: Desk, leg: Leg, client_id: str, instrument: Instrument, profile: Profile) -> Plan:
    """Close on a spot market: sell what is freely held of the base coin, or the part asked for."""
    if leg.action is Action.BUY:
        raise Ended(State.REJECTED, "unsupported: a spot market has no position that a buy could reduce")
    held = desk.exchange.available(desk.ask, instrument.base, leg.market, profile)
    quantity = floor_to(min(held, _part(leg, held, instrument)), instrument.step)
    if quantity <= 0 or quantity < instrument.minimum:
        limit = f"{plain(held)} {instrument.base} free, minimum {plain(instrument.minimum)}"
        raise Ended(State.REJECTED, f"{NOTHING_TO_CLOSE}: {limit}")
    return Plan(
        client_id=client_id,
        symbol=instrument.symbol,
        market=leg.market,
        side=Side.SELL,
        type=leg.type,
        quantity=quantity,
        unit=instrument.unit,
        price=price_to(leg.price, instrument.tick, buying=False) if leg.price is not None else None,
        time_in_force=leg.time_in_force,
    )


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
        price=price_to(leg.price, instrument.tick, buying=side is Side.BUY) if leg.price is not None else None,
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
        return ratio(product(held, leg.quantity), Decimal(100))
    return _in_instrument_unit(leg, instrument)


def _size(desk: Desk, leg: Leg, side: Side, instrument: Instrument, profile: Profile) -> tuple[Decimal, Unit]:
    """The quantity to send and what it counts."""
    if leg.quantity is None:
        raise Ended(State.REJECTED, "missing_size: the order has no quantity")
    if leg.unit is not Unit.QUOTE:
        return floor_to(_in_instrument_unit(leg, instrument), instrument.step), instrument.unit
    native = desk.exchange.style(leg.market, side, Unit.QUOTE) is MarketStyle.NATIVE
    if leg.type is OrderType.MARKET and leg.market is Market.SPOT and side is Side.BUY and native:
        return floor_to(leg.quantity, min(_CENT, instrument.tick)), Unit.QUOTE
    base = ratio(leg.quantity, leg.price or _reference(desk, side, instrument, profile))
    return floor_to(ratio(base, instrument.contract), instrument.step), instrument.unit


def _in_instrument_unit(leg: Leg, instrument: Instrument) -> Decimal:
    quantity = leg.quantity or Decimal(0)
    if leg.unit is Unit.CONTRACTS and instrument.unit is not Unit.CONTRACTS:
        raise Ended(State.REJECTED, f"unsupported: {instrument.symbol} is sized in {instrument.base}, not in contracts")
    if leg.unit is Unit.BASE and instrument.unit is Unit.CONTRACTS:
        return ratio(quantity, instrument.contract)
    if leg.unit not in (Unit.BASE, Unit.CONTRACTS):
        raise Ended(State.REJECTED, f"unsupported: a size in {leg.unit.value} does not fit this order")
    return quantity


def _reference(desk: Desk, side: Side, instrument: Instrument, profile: Profile) -> Decimal:
    top = desk.exchange.top(desk.ask, instrument, profile)
    return top.ask if side is Side.BUY else top.bid


def _styled(desk: Desk, leg: Leg, draft: Plan, instrument: Instrument, profile: Profile) -> Plan:
    """Turn a market order into a limit at the slippage bound where the exchange has no such market order."""
    style = desk.exchange.style(draft.market, draft.side, draft.unit)
    if not instrument.tradable:
        raise Ended(State.REJECTED, f"{desk.exchange.name} does not accept API orders for {instrument.symbol} now")
    if draft.type is not OrderType.MARKET or style is MarketStyle.NATIVE or draft.whole:
        return draft
    buying = draft.side is Side.BUY
    factor = 1 + leg.slippage if buying else 1 - leg.slippage
    bound = price_to(product(_reference(desk, draft.side, instrument, profile), factor), instrument.tick, buying=buying)
    swept = style is MarketStyle.SWEPT_LIMIT
    force = TimeInForce.GTC if swept else TimeInForce.IOC
    return replace(draft, type=OrderType.LIMIT, price=bound, time_in_force=force, sweep=swept)


def _check(draft: Plan, instrument: Instrument) -> None:
    """Refuse, with the numbers, what the exchange's own rules would refuse."""
    if draft.unit is Unit.QUOTE:
        value, minimum, maximum, unit = draft.quantity, instrument.min_notional, None, instrument.quote
    else:
        value, minimum, unit = draft.quantity, instrument.minimum, _unit_name(instrument)
        maximum = instrument.max_market if draft.type is OrderType.MARKET else instrument.maximum
    _within(value, minimum, maximum, unit)
    if draft.price is not None and draft.price <= 0:
        raise Ended(State.REJECTED, f"limit: the price is less than one tick of {plain(instrument.tick)}")
    if draft.price is not None and instrument.min_notional is not None and not instrument.inverse:
        worth = product(product(draft.quantity, instrument.contract), draft.price)
        _within(worth, instrument.min_notional, None, instrument.quote)


def _affordable(leg: Leg, draft: Plan, instrument: Instrument, price: Decimal | None) -> None:
    """Hold an opening against the route's greatest quantity (in coins) and notional, at its own or the best price."""
    base = product(draft.quantity, instrument.contract)
    worth = base if instrument.inverse else product(base, price) if price else None
    if draft.unit is Unit.QUOTE:
        worth, base = draft.quantity, ratio(draft.quantity, price) if price else base
    if leg.max_quantity is not None and not instrument.inverse and base > leg.max_quantity:
        detail = f"{plain(floor_to(base, instrument.step))} {instrument.base} is above the route's"
        raise Ended(State.REJECTED, f"limit: a quantity of {detail} {plain(leg.max_quantity)}")
    if leg.max_notional is not None and worth is not None and worth > leg.max_notional:
        detail = f"{plain(worth)} is above the route's {plain(leg.max_notional)}"
        raise Ended(State.REJECTED, f"limit: a notional of {detail}")


def _within(value: Decimal, minimum: Decimal | None, maximum: Decimal | None, unit: str) -> None:
    if value <= 0 or (minimum is not None and value < minimum):
        least = f"the minimum of {plain(minimum)} {unit}" if minimum else "one step"
        raise Ended(State.REJECTED, f"limit: {plain(value)} {unit} after rounding is below {least}")
    if maximum is not None and value > maximum:
        raise Ended(State.REJECTED, f"limit: {plain(value)} {unit} is above the maximum of {plain(maximum)} {unit}")


def _unit_name(instrument: Instrument) -> str:
    return "contracts" if instrument.unit is Unit.CONTRACTS else instrument.base
