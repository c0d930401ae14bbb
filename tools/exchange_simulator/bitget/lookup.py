"""Finding orders and stops by id, and cutting lists into pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from tools.exchange_simulator.accounts import Account
from tools.exchange_simulator.order import Order, Refusal, Stop
from tools.exchange_simulator.venue import Venue

T = TypeVar("T", Order, Stop)


def id_of(item: Order | Stop) -> str:
    return item.order_id if isinstance(item, Order) else item.stop_id


def client_id_of(item: Order | Stop) -> str | None:
    return item.client_id if isinstance(item, Order) else item.draft.client_id


def pick(items: Iterable[T], order_id: str, client_id: str) -> T | None:
    """Find by order id, which wins over the client id; of several client ids the youngest."""
    if order_id:
        return next((item for item in items if id_of(item) == order_id), None)
    matching = [item for item in items if client_id_of(item) == client_id]
    return matching[-1] if matching else None


def page(items: Sequence[T], query: Mapping[str, str], before: str = "idLessThan") -> list[T]:
    """Cut one page, newest first: at most `limit` (100) older than `before`, between startTime and endTime."""
    first, last = _whole(query, "startTime", 0), _whole(query, "endTime", 10**15)
    border = _whole(query, before, 10**30)
    wanted = [item for item in reversed(items) if first <= item.created_ms <= last and int(id_of(item)) < border]
    return wanted[: min(_whole(query, "limit", 100), 100)]


def named(item: Order | Stop) -> dict[str, str]:
    """Answer with both ids; an order without a client id repeats its own."""
    return {"orderId": id_of(item), "clientOid": client_id_of(item) or id_of(item)}


def missing(order_id: str, client_id: str) -> dict[str, str]:
    """Answer for one order of a v2 batch that is not there to cancel."""
    return {"orderId": order_id, "clientOid": client_id, "errorMsg": "notExistend"}


def stops_of(venue: Venue, account: Account, product: str) -> list[Stop]:
    """List stops as cancels see them: without lag."""
    stops = venue.state.stops.values()
    return [stop for stop in stops if (stop.draft.account, stop.draft.product) == (account.name, product)]


def require_new(venue: Venue, account: Account, product: str, client_id: str | None) -> None:
    """Refuse a client id that a classic account has ever used for this product (sheet 4d)."""
    used = {order.client_id for order in venue.current_orders(account) if order.product == product}
    used |= {stop.draft.client_id for stop in stops_of(venue, account, product)}
    if client_id and client_id in used:
        venue.note(client_id, None)
        raise venue.rejection("duplicate", product)


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    value = query.get(name) or str(default)
    if not value.isdecimal():
        raise Refusal("40020", f"Parameter {name} error")
    return int(value)
