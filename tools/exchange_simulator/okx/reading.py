"""OKX: order details, open orders and history with its retention rules (sheet section 6)."""

from __future__ import annotations

from tools.exchange_simulator.okx import field
from tools.exchange_simulator.okx.shape import Row, order_row, order_state, page
from tools.exchange_simulator.order import Order
from tools.exchange_simulator.venue import Call, Venue

HOUR_MS = 3_600_000
UNFILLED_KEPT_MS = 2 * HOUR_MS
HISTORY_MS = 7 * 24 * HOUR_MS
ARCHIVE_MS = 90 * 24 * HOUR_MS


def details(venue: Venue, call: Call) -> object:
    """Return one order; ordId wins, a clOrdId that fits several means the latest."""
    market = field.instrument(venue, call.query)
    order_id, name = call.query.get("ordId"), call.query.get("clOrdId")
    if not order_id and not name:
        raise field.missing("ordId")
    venue.note(name, order_id)
    found = [
        order
        for order in venue.orders(call.account)
        if (order.order_id == order_id if order_id else order.client_id == name)
        and order.symbol == market.instrument.symbol
        and _kept(venue, order)
    ]
    if not found:
        raise venue.rejection("not_found")
    return [order_row(venue, found[-1])]


def pending(venue: Venue, call: Call) -> object:
    return page(call, [order_row(venue, order) for order in _listed(venue, call) if order.state == "open"])


def history(venue: Venue, call: Call) -> object:
    """List seven days; what was cancelled without a fill disappears after two hours."""
    return page(call, _ended(venue, call, HISTORY_MS))


def archive(venue: Venue, call: Call) -> object:
    """List three months, never what was cancelled without a fill."""
    return page(call, [row for row in _ended(venue, call, ARCHIVE_MS) if row["accFillSz"] != "0"])


def _ended(venue: Venue, call: Call, age_ms: int) -> list[Row]:
    if not call.query.get("instType"):
        raise field.missing("instType")
    oldest = venue.clock_ms() - age_ms
    return [
        order_row(venue, order)
        for order in _listed(venue, call)
        if order.state != "open" and order.updated_ms >= oldest and _kept(venue, order)
    ]


def _kept(venue: Venue, order: Order) -> bool:
    unfilled = order.state == "cancelled" and not order.filled
    return not unfilled or venue.clock_ms() - order.updated_ms <= UNFILLED_KEPT_MS


def _listed(venue: Venue, call: Call) -> list[Order]:
    query = call.query
    if query.get("instType"):
        field.choice(query, "instType", (*field.INST_TYPE.values(), "MARGIN", "FUTURES", "OPTION"))
    types = set(query.get("ordType", "").split(",")) - {""}
    return [
        order
        for order in venue.orders(call.account)
        if query.get("instType") in (None, "", field.INST_TYPE[order.product])
        and query.get("instId") in (None, "", order.symbol)
        and query.get("state") in (None, "", order_state(order))
        and (not types or order.native["ordType"] in types)
    ]
