"""Bitunix spot orders: refusals and missing orders hide behind success (sheet sections 4b, 5 and 6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tools.exchange_simulator.bitunix.field import Fields, spot_fields
from tools.exchange_simulator.number import plain
from tools.exchange_simulator.order import ZERO, Draft, Order, Refusal
from tools.exchange_simulator.venue import Call, Venue

SPOT = "spot"
SIDES = {1: "sell", 2: "buy"}
KINDS = {1: "limit", 2: "market"}
INSUFFICIENT = "10034"


def place(venue: Venue, call: Call) -> object:
    return _place(venue, call, spot_fields(call.body))


def place_batch(venue: Venue, call: Call) -> object:
    return [_place(venue, call, row) for row in spot_fields(call.body).rows("orderList")]


def cancel(venue: Venue, call: Call) -> object:
    """Cancel by order id; an unknown id, or a client id alone, changes nothing and is a success all the same."""
    for row in spot_fields(call.body).rows("orderIdList"):
        row.required("symbol")
        order_id = row.text("orderId")
        venue.note(row.text("clientId") or None, order_id or None)
        order = venue.current_order(call.account, order_id)
        if order and order.product == SPOT:
            venue.matching.cancel(order)
    return None


def detail(venue: Venue, call: Call) -> object:
    """Answer one order, or null for an id nobody knows."""
    order_id = spot_fields(call.query).required("orderId")
    venue.note(None, order_id)
    found = [order for order in _seen(venue, call) if order.order_id == order_id]
    return _row(venue, found[0]) if found else None


def pending(venue: Venue, call: Call) -> object:
    symbol = _symbol(venue, spot_fields(call.body))
    wanted = [order for order in _seen(venue, call) if order.symbol == symbol and order.state == "open"]
    return [_row(venue, order) for order in reversed(wanted)]


def history(venue: Venue, call: Call) -> object:
    """Answer a page of ended orders, newest first, filtered by status, side, type and creation time."""
    fields = spot_fields(call.body)
    symbol = _symbol(venue, fields)
    first, last = _instant(fields, "startTime", 0), _instant(fields, "endTime", 10**15)
    rows = [
        _row(venue, order)
        for order in reversed(_seen(venue, call))
        if order.symbol == symbol and order.state != "open" and first <= order.created_ms <= last
    ]
    for name in ("status", "side", "type"):
        wanted = fields.text(name)
        rows = [row for row in rows if wanted in {"", row[name]}]
    number, size = fields.count("page", 1), fields.count("pageSize", 10)
    page = rows[(number - 1) * size : number * size]
    return {"total": len(rows), "pageNum": number, "pageSize": size, "data": page}


def deals(venue: Venue, call: Call) -> object:
    """Answer an order's fills; the simulator keeps one average fill per order."""
    fields = spot_fields(call.body)
    symbol, order_id = _symbol(venue, fields), fields.required("orderId")
    found = [order for order in _seen(venue, call) if (order.order_id, order.symbol) == (order_id, symbol)]
    return [
        {
            "volume": plain(order.filled),
            "price": plain(order.average_price or ZERO),
            "fee": "0",
            "feeCoin": "USDT",
            "role": "2",
            "ctime": _iso(order.updated_ms),
            "id": f"{order.order_id}1",
        }
        for order in found
        if order.filled
    ]


def account(venue: Venue, call: Call) -> object:
    """List the coins held: what is free and what open orders lock."""
    rows = []
    for coin in sorted(call.account.balances):
        free = venue.funds.available(call.account.name, SPOT, coin)
        total = venue.funds.total(call.account.name, SPOT, coin)
        rows.append({"coin": coin, "balance": plain(free), "balanceLocked": plain(total - free)})
    return rows


def _place(venue: Venue, call: Call, fields: Fields) -> dict[str, Any]:
    """Place one order; too little balance is answered inside a success (sheet 4b)."""
    draft = _draft(venue, call, fields)
    echo = {name: fields.body[name] for name in ("side", "type", "volume", "price", "symbol")}
    try:
        order = venue.submit(draft)
    except Refusal as refusal:
        if refusal.code != INSUFFICIENT:
            raise
        reason = {"placeCode": refusal.code, "placeMsg": refusal.message}
        return {"orderId": None, **echo, "placeStatus": 0, **reason}
    return {"orderId": order.order_id, **echo, "placeStatus": 1}


def _draft(venue: Venue, call: Call, fields: Fields) -> Draft:
    """Read an order; a market buy counts quote currency, everything else base."""
    market = venue.market(SPOT, _symbol(venue, fields))
    side, kind = SIDES[fields.number("side", (1, 2))], KINDS[fields.number("type", (1, 2))]
    volume = fields.positive("volume")
    quoted = (side, kind) == ("buy", "market")
    if kind == "market":
        fields.required("price")
    return Draft(
        account=call.account.name,
        product=SPOT,
        symbol=market.instrument.symbol,
        side=side,
        kind=kind,
        quantity=venue.base_quantity(market, volume) if quoted else volume,
        price=fields.positive("price") if kind == "limit" else None,
        client_id=fields.text("clientId") or None,
        native={"amount": plain(volume)} if quoted else {},
    )


def _symbol(venue: Venue, fields: Fields) -> str:
    """Read a mandatory symbol, in any case."""
    return venue.market(SPOT, fields.required("symbol").upper()).instrument.symbol


def _seen(venue: Venue, call: Call) -> list[Order]:
    return [order for order in venue.orders(call.account) if order.product == SPOT]


def _status(order: Order) -> str:
    if order.state == "open":
        return "3" if order.filled else "1"
    if order.state == "filled":
        return "2"
    return "7" if order.filled else "4"


def _row(venue: Venue, order: Order) -> dict[str, Any]:
    instrument = venue.market(SPOT, order.symbol).instrument
    price = order.price or ZERO
    amount = Decimal(str(order.native.get("amount", order.quantity * price)))
    kind = "1" if order.kind == "limit" else "2"
    return {
        "orderId": order.order_id,
        "userId": "1000000003",
        "clientId": order.client_id,
        "orderType": kind,
        "amount": plain(amount),
        "dealAmount": plain(order.filled_value),
        "leftAmount": plain(max(ZERO, amount - order.filled_value)),
        "volume": plain(order.quantity),
        "dealVolume": plain(order.filled),
        "leftVolume": plain(order.remaining),
        "status": _status(order),
        "type": kind,
        "side": "2" if order.side == "buy" else "1",
        "price": plain(price),
        "avgPrice": plain(order.average_price or ZERO),
        "progress": plain(order.filled / order.quantity * 100),
        "ctime": _iso(order.created_ms),
        "utime": _iso(order.updated_ms),
        "base": instrument.base,
        "quote": instrument.quote,
        "symbol": order.symbol,
        "fee": "0",
        "feeCoin": instrument.quote,
    }


def _iso(at_ms: int) -> str:
    text = datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _instant(fields: Fields, name: str, default: int) -> int:
    """Read an ISO-8601 instant as milliseconds."""
    given = fields.text(name)
    if not given:
        return default
    try:
        return int(datetime.fromisoformat(given).timestamp() * 1000)
    except ValueError as exc:
        raise fields.wrong() from exc


ROUTES: Mapping[str, tuple[str, Callable[[Venue, Call], object]]] = {
    "POST /order/place_order": ("place", place),
    "POST /order/place_order/batch": ("place", place_batch),
    "POST /order/cancel": ("cancel", cancel),
    "GET /order/detail": ("query", detail),
    "POST /order/pending/list": ("query", pending),
    "POST /order/history/page": ("query", history),
    "POST /order/deal/list": ("query", deals),
    "GET /user/account": ("account", account),
}
