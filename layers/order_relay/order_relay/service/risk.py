"""The risk gate: an opening order is held against its route's limits each time before it is sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from order_relay.core.exchange import Instrument
from order_relay.core.limits import Limits
from order_relay.core.money import floor_to, plain, product, ratio
from order_relay.core.order import OrderType, Plan, Side, Unit
from order_relay.core.record import State
from order_relay.core.symbol import Market
from order_relay.service.counters import Counters
from order_relay.service.job import Job
from order_relay.service.later import Ended
from order_relay.service.sizing import reference


def opens(order: Plan) -> bool:
    """True if the order can make an exposure larger."""
    return not order.reduce_only and not (order.market is Market.SPOT and order.side is Side.SELL)


def hold(job: Job, order: Plan) -> Decimal | None:
    """Let the order pass and tell what it is worth, or raise Ended naming the limit and the value."""
    with _told(job):
        return _checked(job, order, job.message.limits)


def count(job: Job, worth: Decimal | None) -> None:
    """Count an order that is about to be sent, once; raises Ended when a limit leaves no room for it."""
    with _told(job):
        counters = Counters(job.book.journal, job.clock, job.message.route)
        counters.count(job.record.order_id, worth, job.message.limits)


@contextmanager
def _told(job: Job) -> Iterator[None]:
    try:
        yield
    except Ended:
        job.signals.count("RiskRefused", route=job.message.route)
        raise


def _checked(job: Job, order: Plan, limits: Limits) -> Decimal | None:
    instrument, profile = job.desk.rules(job.leg.symbol, job.leg.market)
    if limits.max_leverage is not None and (job.leg.leverage or 0) > limits.max_leverage:
        told = (
            f"a leverage of {plain(job.leg.leverage or Decimal(0))} is above the route's {plain(limits.max_leverage)}"
        )
        raise Ended(State.REJECTED, f"limit: {told}")
    own = order.price or order.trigger_price if job.leg.type is not OrderType.MARKET else None
    sells = own is not None and order.side is Side.SELL and order.type is OrderType.LIMIT
    needed = _needs_price(order, limits) or job.leg.max_exposure is not None
    priced = limits.collar is not None or ((own is None or sells) and needed)
    market = reference(job.desk, order.side, instrument, profile) if priced else None
    for price in (order.price, order.trigger_price) if own is not None else ():
        if price is not None and market is not None and limits.collar is not None:
            _within_collar(price, market, limits.collar)
    traded = max(own, market) if sells and own is not None and market is not None else own or market
    base, worth = _measured(order, instrument, traded)
    if limits.max_quantity is not None and base is not None and base > limits.max_quantity:
        told = f"{plain(floor_to(base, instrument.step))} {instrument.base}"
        raise Ended(State.REJECTED, f"limit: a quantity of {told} is above the route's {plain(limits.max_quantity)}")
    if limits.max_notional is not None and worth is not None and worth > limits.max_notional:
        told = f"{plain(worth)} is above the route's {plain(limits.max_notional)}"
        raise Ended(State.REJECTED, f"limit: a notional of {told}")
    _within_exposure(job, order, base, worth)
    return worth


def _within_exposure(job: Job, order: Plan, base: Decimal | None, worth: Decimal | None) -> None:
    """Hold the position that the order leaves against the alert's own bound, at the order's price."""
    most = job.leg.max_exposure
    if most is None:
        return
    if not base or worth is None or order.market is not Market.PERP:
        raise Ended(State.REJECTED, "unsupported: a bound on the position's worth is for linear perpetuals")
    instrument, profile = job.desk.rules(job.leg.symbol, job.leg.market)
    held = job.desk.exchange.positions(job.desk.ask, instrument, profile)
    same = sum((one.quantity for one in held if one.side.opening is order.side), Decimal(0))
    total = product(product(same, instrument.contract) + base, ratio(worth, base))
    if total > most:
        told = f"{plain(floor_to(total, Decimal('0.01')))} with this order"
        raise Ended(State.REJECTED, f"limit: a position worth {told} is above the alert's {plain(most)}")


def _needs_price(order: Plan, limits: Limits) -> bool:
    counts_money = limits.max_notional is not None or limits.notional_per_day is not None
    return counts_money or (limits.max_quantity is not None and order.unit is Unit.QUOTE)


def _measured(order: Plan, instrument: Instrument, price: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
    """The order in base coins and in quote currency, as far as either can be told; inverse contracts are dollars."""
    if order.unit is Unit.QUOTE:
        return (ratio(order.quantity, price) if price else None), order.quantity
    size = product(order.quantity, instrument.contract)
    if instrument.inverse:
        return None, size
    return size, product(size, price) if price else None


def _within_collar(price: Decimal, market: Decimal, collar: Decimal) -> None:
    away = abs(price - market)
    if away > product(market, collar):
        told = f"a price of {plain(price)} is {plain(floor_to(ratio(away * 100, market), Decimal('0.01')))} % away"
        raise Ended(
            State.REJECTED, f"limit: {told} from {plain(market)}; the route's collar is {plain(collar * 100)} %"
        )
