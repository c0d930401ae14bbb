"""CoinEx: look orders and stops up; what was cancelled without a fill is in no answer (sheet section 6)."""

from __future__ import annotations

from tools.exchange_simulator.coinex import field
from tools.exchange_simulator.coinex.shape import Row, failed_item, item, order_row, page, status, stop_row
from tools.exchange_simulator.message import HttpResponse
from tools.exchange_simulator.number import is_digits
from tools.exchange_simulator.order import Order, Refusal
from tools.exchange_simulator.venue import Call, Venue


def order_status(venue: Venue, product: str, call: Call) -> object:
    return _find(venue, product, call, call.query.get("order_id", ""))


def batch_order_status(venue: Venue, product: str, call: Call) -> object:
    answers: list[Row] = []
    for order_id in call.query.get("order_ids", "").split(","):
        try:
            answers.append(item(_find(venue, product, call, order_id)))
        except Refusal as refusal:
            answers.append(failed_item(refusal.code, refusal.message))
    return answers


def pending(venue: Venue, product: str, call: Call) -> HttpResponse:
    """List open orders; client_id filters here."""
    name = call.query.get("client_id")
    orders = [order for order in _listed(venue, product, call) if order.state == "open"]
    venue.note(name, None)
    return page(call, [order_row(order) for order in orders if name in (None, order.client_id)])


def finished(venue: Venue, product: str, call: Call) -> HttpResponse:
    """List ended orders that traded; client_id does NOT filter here (the parameter is not documented)."""
    venue.note(call.query.get("client_id"), None)
    return page(call, [order_row(order) for order in _listed(venue, product, call) if order.state != "open"])


def pending_stops(venue: Venue, product: str, call: Call) -> HttpResponse:
    name = call.query.get("client_id")
    return page(call, [row for row in _stops(venue, product, call, "waiting") if name in (None, row["client_id"])])


def finished_stops(venue: Venue, product: str, call: Call) -> HttpResponse:
    return page(call, _stops(venue, product, call, "triggered"))


def _find(venue: Venue, product: str, call: Call, order_id: str) -> Row:
    if not is_digits(order_id):
        raise field.invalid()
    venue.note(None, order_id)
    key = (product, call.query.get("market"), order_id)
    for order in venue.orders(call.account):
        if (order.product, order.symbol, order.order_id) == key and _stored(order):
            return order_row(order) | {"status": status(order)}
    raise venue.rejection("order_gone")


def _stored(order: Order) -> bool:
    return order.state != "cancelled" or bool(order.filled)


def _listed(venue: Venue, product: str, call: Call) -> list[Order]:
    field.check_market_type(call.query, product)
    market, side = call.query.get("market"), call.query.get("side")
    return [
        order
        for order in venue.orders(call.account)
        if order.product == product and market in (None, order.symbol) and side in (None, order.side) and _stored(order)
    ]


def _stops(venue: Venue, product: str, call: Call, state: str) -> list[Row]:
    field.check_market_type(call.query, product)
    market = call.query.get("market")
    return [
        stop_row(stop)
        for stop in venue.stops(call.account)
        if (stop.draft.product, stop.state) == (product, state)
        and market in (None, stop.draft.symbol)
        and "tpsl" not in stop.draft.native
    ]
