"""How CoinEx prints orders, stops, positions and lists."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tools.exchange_simulator.coinex.field import MARKET_TYPE, positive_integer
from tools.exchange_simulator.message import HttpResponse, json_response
from tools.exchange_simulator.number import plain
from tools.exchange_simulator.order import ZERO, Order, Stop
from tools.exchange_simulator.venue import Call

Row = dict[str, Any]
FEE_RATE = "0.002"


def order_row(order: Order) -> Row:
    """Print an order as placing and cancelling answer it: without a status."""
    row: Row = {"order_id": int(order.order_id), "market": order.symbol, "market_type": MARKET_TYPE[order.product]}
    if order.product == "spot":
        row["ccy"] = order.native["ccy"]
    row |= {"side": order.side, "type": order.native["type"], "amount": order.native["amount"]}
    row |= {"price": _price(order.price), "unfilled_amount": plain(_unfilled(order))}
    row |= {"filled_amount": plain(order.filled), "filled_value": plain(order.filled_value)}
    row |= {"client_id": order.client_id or ""} | _fees(order)
    row |= {"maker_fee_rate": FEE_RATE, "taker_fee_rate": FEE_RATE} | _last_fill(order)
    return row | {"created_at": order.created_ms, "updated_at": order.updated_ms}


def status(order: Order) -> str:
    if order.state == "open":
        return "part_filled" if order.filled else "open"
    if order.state == "cancelled":
        return "part_canceled" if order.filled else "canceled"
    return "filled"


def stop_row(stop: Stop) -> Row:
    draft = stop.draft
    row: Row = {"stop_id": int(stop.stop_id), "market": draft.symbol, "market_type": MARKET_TYPE[draft.product]}
    if draft.product == "spot":
        row["ccy"] = draft.native["ccy"]
    row |= {"side": draft.side, "type": draft.native["type"], "amount": draft.native["amount"]}
    row |= {"price": _price(draft.price), "client_id": draft.client_id or ""}
    row |= {"trigger_price": plain(stop.trigger_price), "trigger_direction": "higher" if stop.rises else "lower"}
    row |= {"trigger_price_type": draft.native.get("trigger_price_type", "latest_price")}
    return row | {"created_at": stop.created_ms, "updated_at": stop.updated_ms}


def item(data: object) -> Row:
    """Wrap one element of a batch answer."""
    return {"code": 0, "data": data, "message": "OK"}


def failed_item(code: str, message: str) -> Row:
    return {"code": int(code), "data": None, "message": message}


def page(call: Call, rows: list[Row]) -> HttpResponse:
    """Answer one page, newest first, with the pagination beside the data."""
    number, limit = positive_integer(call.query, "page", 1), positive_integer(call.query, "limit", 10)
    start, end = (number - 1) * limit, number * limit
    newest = list(reversed(rows))
    pagination = {"total": len(rows), "has_next": end < len(rows)}
    return json_response({"code": 0, "data": newest[start:end], "pagination": pagination, "message": "OK"})


def _price(price: Decimal | None) -> str:
    return "0" if price is None else plain(price)


def _unfilled(order: Order) -> Decimal:
    """Count in the currency the amount was given in."""
    if order.native.get("in_quote"):
        return max(ZERO, Decimal(order.native["amount"]) - order.filled_value)
    return order.remaining


def _fees(order: Order) -> dict[str, str]:
    if order.product == "spot":
        return {"base_fee": "0", "quote_fee": "0", "discount_fee": "0"}
    return {"fee": "0", "fee_ccy": "USDT", "realized_pnl": "0"}


def _last_fill(order: Order) -> dict[str, str]:
    """Spell spot the way the live exchange was seen to (last_fill_*), futures the way the docs do."""
    price = order.average_price or ZERO
    stem = "last_fill" if order.product == "spot" else "last_filled"
    return {f"{stem}_amount": plain(order.filled), f"{stem}_price": plain(price)}
