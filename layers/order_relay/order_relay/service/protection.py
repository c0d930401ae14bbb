"""What protects an entry: a stop-loss, and one take-profit or several that part the entry in whole steps."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import accumulate, pairwise

from order_relay.core.exchange import Instrument, Profile
from order_relay.core.money import floor_to, plain, price_to, product
from order_relay.core.order import Leg, Plan, Side
from order_relay.core.record import State
from order_relay.core.take_profits import Part, Share
from order_relay.service.desk import Desk
from order_relay.service.later import Ended
from order_relay.service.sizing import reference, unit_name

_ROUNDED = Decimal("5e-13")
"""What a part may lack of a whole step and still have it: a third is no decimal fraction."""


def protect(desk: Desk, leg: Leg, draft: Plan, instrument: Instrument, profile: Profile) -> Plan:
    """Attach take-profits and stop-loss; rates count from the entry's own price, else from the market's.

    Raises Ended where the exchange cannot part an entry, or would refuse a level or a part of it.
    """
    shares = leg.take_profits
    if shares and leg.market not in desk.exchange.splits:
        told = f"{desk.exchange.name} cannot part a {leg.market.value} entry among {len(shares)} take-profits"
        raise Ended(State.REJECTED, f"unsupported: {told}; state one at most, and close parts by alerts of their own")
    entry = _entry(desk, leg, draft, instrument, profile)
    gain = 1 if draft.side is Side.BUY else -1
    wanted = (
        _level(leg.take_profit, leg.take_profit_rate, entry, gain),
        _level(leg.stop_loss, leg.stop_loss_rate, entry, -gain),
        *(_level(one.price, one.rate, entry, gain) for one in shares),
    )
    take, stop, *levels = (_to_tick(price, draft, instrument) for price in wanted)
    prices = [price for price in levels if price is not None]
    _refuse_sides(draft.price or draft.trigger_price, [take] if take else prices, stop, gain, instrument)
    return replace(draft, take_profit=take, stop_loss=stop, take_profits=_parts(prices, shares, draft, instrument))


def _entry(desk: Desk, leg: Leg, draft: Plan, instrument: Instrument, profile: Profile) -> Decimal:
    """The price that rates count from; without rates there is none, and nobody is asked for it."""
    rates = (leg.take_profit_rate, leg.stop_loss_rate, *(one.rate for one in leg.take_profits))
    if all(rate is None for rate in rates):
        return Decimal(0)
    return leg.price or leg.trigger_price or reference(desk, draft.side, instrument, profile)


def _level(price: Decimal | None, rate: Decimal | None, entry: Decimal, way: int) -> Decimal | None:
    return price if price is not None or rate is None else product(entry, 1 + way * rate)


def _to_tick(price: Decimal | None, draft: Plan, instrument: Instrument) -> Decimal | None:
    """Round in the favour of what closes there: of an entry that buys, a sale."""
    if price is None:
        return None
    level = price_to(price, instrument.tick, buying=draft.side is Side.SELL)
    if level <= 0:
        raise Ended(State.REJECTED, f"limit: a trigger price is less than one tick of {plain(instrument.tick)}")
    return level


def _refuse_sides(
    entry: Decimal | None, takes: Sequence[Decimal], stop: Decimal | None, gain: int, instrument: Instrument
) -> None:
    """Levels within one tick of each other may fall on one price, or on each other's side."""
    nearest = min(takes, key=lambda level: level * gain) if takes else None
    in_order = [price for price in (stop, entry, nearest) if price is not None]
    if any((after - before) * gain <= 0 for before, after in pairwise(in_order)):
        told = " and ".join(plain(price) for price in in_order)
        raise Ended(
            State.REJECTED, f"limit: after rounding to the tick of {plain(instrument.tick)} {told} change sides"
        )


def _parts(prices: Sequence[Decimal], shares: Sequence[Share], draft: Plan, instrument: Instrument) -> tuple[Part, ...]:
    """Part the order in whole steps: each part ends at the step below the sum of the shares so far."""
    ends = [_steps_of(draft.quantity, share, instrument) for share in accumulate(one.share for one in shares[:-1])]
    ends += [draft.quantity] if shares else []
    sizes = [end - start for start, end in pairwise([Decimal(0), *ends])]
    parts = tuple(Part(price, size) for price, size in zip(prices, sizes, strict=True))
    least = max(instrument.step, instrument.minimum)
    for number, part in enumerate(parts, 1):
        where = f"take-profit {number} of {len(parts)}, at {plain(part.price)},"
        if part.quantity < least:
            told = f"would close {plain(part.quantity)} {unit_name(instrument)}, below the minimum of {plain(least)}"
            raise Ended(State.REJECTED, f"limit: {where} {told}")
        if prices.index(part.price) < number - 1:
            told = f"triggers where another one does, after rounding to the tick of {plain(instrument.tick)}"
            raise Ended(State.REJECTED, f"limit: {where} {told}")
    return parts


def _steps_of(quantity: Decimal, share: Decimal, instrument: Instrument) -> Decimal:
    return floor_to(product(quantity, share) + _ROUNDED, instrument.step)
