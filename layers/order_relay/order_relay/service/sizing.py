"""How much an opening order trades: every unit of an alert becomes the exchange's own, rounded down to its step."""

from decimal import Decimal

from order_relay.core.exchange import Instrument, MarketStyle, Profile
from order_relay.core.money import floor_to, product, ratio
from order_relay.core.order import Leg, OrderType, Side, Unit
from order_relay.core.record import State
from order_relay.core.symbol import Market
from order_relay.service.desk import Desk
from order_relay.service.later import Ended

_CENT = Decimal("0.01")
_HUNDRED = Decimal(100)
_COUNTED = frozenset({Unit.BASE, Unit.CONTRACTS})


def opening_size(
    desk: Desk, leg: Leg, side: Side, instrument: Instrument, profile: Profile, slippage: Decimal
) -> tuple[Decimal, Unit]:
    """The quantity to send and what it counts; raises Ended for a unit that does not fit the order."""
    if leg.unit in _COUNTED:
        return size(desk, leg, side, instrument, profile, slippage), instrument.unit
    bought_at_market = leg.type is OrderType.MARKET and leg.market is Market.SPOT and side is Side.BUY
    native = desk.exchange.style(leg.market, side, Unit.QUOTE) is MarketStyle.NATIVE
    if bought_at_market and native:
        return floor_to(_value(desk, leg, instrument, profile), min(_CENT, instrument.tick)), Unit.QUOTE
    return size(desk, leg, side, instrument, profile, slippage), instrument.unit


def size(desk: Desk, leg: Leg, side: Side, instrument: Instrument, profile: Profile, slippage: Decimal) -> Decimal:
    """The size in the unit that the instrument counts."""
    if leg.quantity is None:
        raise Ended(State.REJECTED, "missing_size: the order has no quantity")
    if leg.unit in _COUNTED:
        return floor_to(counted(leg, instrument), instrument.step)
    if leg.unit is Unit.PERCENT_AVAILABLE and leg.market is Market.SPOT and side is Side.SELL:
        free = desk.exchange.available(desk.ask, instrument.base, leg.market, profile)
        return floor_to(_percent(free, leg), instrument.step)
    value = _value(desk, leg, instrument, profile)
    price = leg.price or leg.trigger_price or reference(desk, side, instrument, profile)
    if leg.type is OrderType.LIMIT and side is Side.SELL:
        price = max(price, reference(desk, side, instrument, profile))  # a sale below the market trades at the market
    if leg.unit is Unit.PERCENT_AVAILABLE and leg.price is None and side is Side.BUY:
        price = product(price, 1 + slippage)  # what a market order may cost must be there
    return floor_to(ratio(ratio(value, price), instrument.contract), instrument.step)


def counted(leg: Leg, instrument: Instrument) -> Decimal:
    """A size in coins or contracts, in the unit that the instrument counts."""
    quantity = leg.quantity or Decimal(0)
    if leg.unit is Unit.CONTRACTS and instrument.unit is not Unit.CONTRACTS:
        raise Ended(State.REJECTED, f"unsupported: {instrument.symbol} is sized in {instrument.base}, not in contracts")
    if leg.unit is Unit.BASE and instrument.unit is Unit.CONTRACTS:
        return ratio(quantity, instrument.contract)
    if leg.unit not in _COUNTED:
        raise Ended(State.REJECTED, f"unsupported: a size in {leg.unit.value} does not fit this order")
    return quantity


def reference(desk: Desk, side: Side, instrument: Instrument, profile: Profile) -> Decimal:
    """The price that a market order would trade at now."""
    top = desk.exchange.top(desk.ask, instrument, profile)
    return top.ask if side is Side.BUY else top.bid


def unit_name(instrument: Instrument) -> str:
    return "contracts" if instrument.unit is Unit.CONTRACTS else instrument.base


def _value(desk: Desk, leg: Leg, instrument: Instrument, profile: Profile) -> Decimal:
    """What the order is to be worth, in the quote currency."""
    quantity, exchange = leg.quantity or Decimal(0), desk.exchange
    if leg.unit is Unit.QUOTE:
        return quantity
    if leg.unit is Unit.COLLATERAL:
        if leg.leverage is None:
            raise Ended(State.REJECTED, "missing_size: a size in collateral needs a leverage, and none is stated")
        return product(quantity, leg.leverage)
    if leg.unit is Unit.PERCENT_AVAILABLE:
        return _percent(exchange.available(desk.ask, instrument.quote, leg.market, profile), leg)
    if leg.unit is Unit.PERCENT_EQUITY:
        return _percent(_equity(desk, leg.market, instrument, profile), leg)
    raise Ended(State.REJECTED, f"unsupported: a size in {leg.unit.value} does not fit this order")


def _equity(desk: Desk, market: Market, instrument: Instrument, profile: Profile) -> Decimal:
    """Equity of the margin account; on spot the quote coins and what the symbol's coins are worth."""
    equity = desk.exchange.equity
    total = equity(desk.ask, instrument.quote, market, profile)
    if market is not Market.SPOT:
        return total
    coins = equity(desk.ask, instrument.base, market, profile)
    return total + (product(coins, reference(desk, Side.SELL, instrument, profile)) if coins else 0)


def _percent(whole: Decimal, leg: Leg) -> Decimal:
    return ratio(product(whole, leg.quantity or Decimal(0)), _HUNDRED)
