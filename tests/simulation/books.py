"""The exchanges' own books: every fill with what was held before and after it, and stops read as orders."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from decimal import Decimal

from tools.exchange_simulator.funds import position_key
from tools.exchange_simulator.order import PERP, Draft, Order, Stop
from tools.exchange_simulator.venue import Venue

_OF_A_STOP = {"waiting": "open", "cancelled": "cancelled", "failed": "failed", "triggered": "filled"}


@dataclass(frozen=True, slots=True)
class Fill:
    """One fill: what was held on the order's side of the book before and after, signed, in the book's own unit."""

    at_ms: int
    venue: str
    order: Order
    before: Decimal
    after: Decimal

    @property
    def opens(self) -> bool:
        """True if it made the holding larger, or turned it round."""
        return abs(self.after) > abs(self.before) or self.before * self.after < 0


class Watch:
    """Looks at one venue after everything that happens there, and notes the fills that came of it."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self._filled: dict[str, Decimal] = {}

    def look(self, now_ms: int) -> Iterator[Fill]:
        """The fills since the last look, in the order in which they happened."""
        fresh = [one for one in self._venue.state.orders.values() if one.filled != self._filled.get(one.order_id, 0)]
        later: dict[object, Decimal] = {}
        found = []
        for order in reversed(fresh):
            change = (order.filled - self._filled.get(order.order_id, Decimal(0))) * order.sign
            after = later.get(position_key(order), holding(self._venue, order))
            later[position_key(order)] = after - change
            found.append(Fill(now_ms, self._venue.name, order, after - change, after))
            self._filled[order.order_id] = order.filled
        yield from reversed(found)


def holding(venue: Venue, order: Draft) -> Decimal:
    """The position that an order changes; on spot the coins."""
    if order.product == PERP:
        return venue.state.position(position_key(order)).quantity
    wallet = venue.funds.wallet(order.product)
    return venue.state.balance((order.account, wallet, venue.markets.of(order).instrument.base))


def held(venue: Venue, account: str, market: str, symbol: str, at_ms: int | None = None) -> Decimal:
    """Everything held of a symbol, long minus short, in base coins; `symbol` is the exchange's own name."""
    instrument = venue.market(market, symbol).instrument
    if market != PERP:
        return venue.state.balances.get((account, venue.funds.wallet(market), instrument.base), at_ms) or Decimal(0)
    own = (account, market, symbol)
    positions = venue.state.positions.values(at_ms)
    mine = (one.quantity for one in positions if (one.account, one.product, one.symbol) == own)
    return sum(mine, Decimal(0)) * instrument.contract_size


def entries(venue: Venue) -> list[str]:
    """Ids of every order and every stop that a client placed, oldest first; a stop attached to an entry is its own."""
    orders = [one.order_id for one in venue.state.orders.values()]
    known = set(orders)
    return orders + [one.stop_id for one in venue.state.stops.values() if one.group not in known]


def order_of(venue: Venue, order_id: str) -> Order:
    """The order of an id, or the stop of it, read as an order that rests until it is triggered."""
    order = venue.state.orders.get(order_id)
    if order is not None:
        return order
    stop = venue.state.stops.get(order_id)
    assert stop is not None
    return _as_order(venue, stop)


def _as_order(venue: Venue, stop: Stop) -> Order:
    became = venue.state.orders.get(stop.order_id) if stop.order_id else None
    asked = {one.name: getattr(stop.draft, one.name) for one in fields(Draft)}
    return Order(
        **asked, order_id=stop.stop_id, accepted_at_ms=stop.accepted_at_ms, created_ms=stop.created_ms,
        updated_ms=stop.updated_ms, state=_OF_A_STOP[stop.state], filled=became.filled if became else Decimal(0),
    )  # fmt: skip


def live(venue: Venue, order_id: str | None) -> bool:
    """True if an order or stop of this id can still be filled."""
    known = order_id is not None and bool(venue.state.orders.get(order_id) or venue.state.stops.get(order_id))
    return known and order_of(venue, str(order_id)).state in ("open", "entrusting")


def native(account: str, market: str, symbol: str) -> str:
    """The exchange's own spelling of an alert's symbol."""
    pair = symbol.removesuffix(".P")
    if account != "okx":
        return pair
    return f"{pair[:3]}-{pair[3:]}" + ("-SWAP" if market == PERP else "")
