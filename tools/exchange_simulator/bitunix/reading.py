"""Bitunix futures orders as queries see them (sheet section 6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tools.exchange_simulator.accounts import Account
from tools.exchange_simulator.bitunix.field import futures_fields
from tools.exchange_simulator.bitunix.position import MARGIN_MODES
from tools.exchange_simulator.number import plain
from tools.exchange_simulator.order import PERP, ZERO, Order
from tools.exchange_simulator.venue import Call, Venue

DAY_MS = 86_400_000


def detail(venue: Venue, call: Call) -> object:
    """Find by order id or client id; a symbol is a parameter error (sheet 6)."""
    fields = futures_fields(call.query)
    order_id, client_id = fields.text("orderId"), fields.text("clientId")
    if not (order_id or client_id) or "symbol" in call.query:
        raise fields.wrong()
    venue.note(client_id or None, order_id or None)
    found = pick(_seen(venue, call), order_id, client_id)
    if found is None:
        raise venue.rejection("order_gone", PERP)
    return order_row(found, call.account)


def pending(venue: Venue, call: Call) -> object:
    return _page(call, [order for order in _filtered(venue, call) if order.state == "open"])


def history(venue: Venue, call: Call) -> object:
    """List ended orders of 90 days without the cancelled, or with queryCanceled only those, three days back."""
    cancelled = call.query.get("queryCanceled") == "true"
    oldest = venue.clock_ms() - (3 if cancelled else 90) * DAY_MS
    wanted = [
        order
        for order in _filtered(venue, call)
        if order.state != "open" and order.created_ms >= oldest and (status(order) == "CANCELED") == cancelled
    ]
    return _page(call, wanted)


def trades(venue: Venue, call: Call) -> object:
    """List fills; the simulator keeps one average fill per order."""
    filled = [order for order in _filtered(venue, call) if order.filled]
    rows = [
        {
            "tradeId": f"{order.order_id}1",
            "orderId": order.order_id,
            "symbol": order.symbol,
            "qty": plain(order.filled),
            "price": plain(order.average_price or ZERO),
            "side": order.side.upper(),
            "clientId": order.client_id or "",
            "fee": "0",
            "realizedPNL": "0",
            "ctime": order.updated_ms,
            "roleType": "TAKER",
        }
        for order in filled
    ]
    return {"tradeList": rows, "total": len(rows)}


def status(order: Order) -> str:
    if order.state == "open":
        return "PART_FILLED" if order.filled else "NEW"
    if order.state == "filled":
        return "FILLED"
    return "PART_FILLED_CANCELED" if order.filled else "CANCELED"


def order_row(order: Order, account: Account) -> dict[str, Any]:
    """Print an order; there is no average price, fills are a query of their own (sheet 6)."""
    return {
        "orderId": order.order_id,
        "symbol": order.symbol,
        "qty": plain(order.quantity),
        "tradeQty": plain(order.filled),
        "positionMode": "ONE_WAY" if order.position_side == "net" else "HEDGE",
        "marginMode": MARGIN_MODES[account.margin_mode_of(PERP, order.symbol)],
        "leverage": int(account.leverage_of(PERP, order.symbol)),
        "price": "" if order.price is None else plain(order.price),
        "side": _side_shown(order),
        "orderType": order.kind.upper(),
        "effect": order.tif.upper(),
        "clientId": order.client_id or "",
        "reduceOnly": order.reduces,
        "status": status(order),
        "fee": "0",
        "realizedPNL": "0",
        **{name: order.native.get(name) for name in ("tpPrice", "tpStopType", "slPrice", "slStopType")},
        "ctime": order.created_ms,
        "mtime": order.updated_ms,
    }


def pick(orders: list[Order], order_id: str, client_id: str) -> Order | None:
    """Find by order id, which wins, else by client id."""
    return next(
        (order for order in orders if (order.order_id == order_id if order_id else order.client_id == client_id)), None
    )


def _side_shown(order: Order) -> str:
    return {"net": order.side.upper(), "long": "BUY", "short": "SELL"}[order.position_side]


def _seen(venue: Venue, call: Call) -> list[Order]:
    return [order for order in venue.orders(call.account) if order.product == PERP]


def _filtered(venue: Venue, call: Call) -> list[Order]:
    """Apply the filters that pending, history and trades share; newest first."""
    fields = futures_fields(call.query)
    symbol, order_id, client_id = (fields.text(name) for name in ("symbol", "orderId", "clientId"))
    first, last = fields.count("startTime", 0), fields.count("endTime", 10**15)
    wanted = fields.text("status")
    return [
        order
        for order in reversed(_seen(venue, call))
        if symbol in {"", order.symbol}
        and order_id in {"", order.order_id}
        and client_id in {"", order.client_id}
        and wanted in {"", status(order)}
        and first <= order.created_ms <= last
    ]


def _page(call: Call, orders: list[Order]) -> dict[str, Any]:
    fields = futures_fields(call.query)
    skip, limit = fields.count("skip", 0), min(fields.count("limit", 10), 100)
    rows = [order_row(order, call.account) for order in orders[skip : skip + limit]]
    return {"orderList": rows, "total": len(orders)}


ROUTES: Mapping[str, tuple[str, Callable[[Venue, Call], object]]] = {
    "GET /trade/get_order_detail": ("query", detail),
    "GET /trade/get_pending_orders": ("query", pending),
    "GET /trade/get_history_orders": ("query", history),
    "GET /trade/get_history_trades": ("query", trades),
}
