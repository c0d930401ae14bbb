"""How JEX prints orders: spot and option in upper case with numbers, contracts with signed quantities (sheet 4-6)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tools.exchange_simulator.number import decimals
from tools.exchange_simulator.order import ZERO, Instrument, Order, Stop
from tools.exchange_simulator.venue import Venue

Row = dict[str, Any]
CONTRACT_STATES = {"open": "ENTRUSTED", "filled": "FILLED", "cancelled": "CANCEL", "failed": "FAIL"}


def fixed(value: Decimal, step: Decimal) -> str:
    """Print with all decimal places of the step."""
    return f"{value:.{decimals(step)}f}"


def spot_status(order: Order) -> str:
    """Name the state; a cancel after a partial fill is CANCLEFILLED (their spelling)."""
    if order.state == "open":
        return "PARTIALLY_FILLED" if order.filled else "NEW"
    if order.state == "cancelled":
        return "CANCLEFILLED" if order.filled else "CANCELED"
    return "FILLED" if order.state == "filled" else "FAIL"


def spot_result(instrument: Instrument, order: Order) -> Row:
    """Print what POST (RESULT) and DELETE answer: the id is a JSON number."""
    return {
        "symbol": order.symbol,
        "orderId": int(order.order_id),
        "transactTime": order.updated_ms,
        "price": fixed(order.price or ZERO, instrument.tick),
        "origQty": fixed(order.quantity, instrument.step),
        "executedQty": fixed(order.filled, instrument.step),
        "cummulativeQuoteQty": f"{order.filled_value:.8f}",
        "status": spot_status(order),
        "timeInForce": "GTC",
        "type": "LIMIT",
        "side": order.side.upper(),
    }


def spot_row(instrument: Instrument, order: Order) -> Row:
    """Print what queries answer: the id is a string, and there are two times."""
    row = spot_result(instrument, order) | {"orderId": order.order_id}
    del row["transactTime"]
    return row | {"time": order.created_ms, "updateTime": order.updated_ms, "working": True}


def contract_status(order: Order) -> str:
    return "PARTFILLED" if order.state == "open" and order.filled else CONTRACT_STATES[order.state]


def contract_row(instrument: Instrument, order: Order) -> Row:
    """Print a contract order; a sell carries negative quantities (sheet 4)."""
    average = order.average_price
    price = order.price if order.price is not None else average or ZERO
    return {
        "symbol": order.symbol,
        "orderId": order.order_id,
        "updateTime": order.updated_ms,
        "side": order.side.upper(),
        "origQty": fixed(order.quantity * order.sign, instrument.step),
        "executedQty": fixed(order.filled * order.sign if order.filled else ZERO, instrument.step),
        "price": fixed(price, instrument.tick),
        "executedPrice": None if average is None else fixed(average, instrument.tick),
        "status": contract_status(order),
        "time": order.created_ms,
        "reject": "margin not enough" if order.state == "failed" else None,
        "type": order.kind.upper(),
    }


def stop_row(venue: Venue, stop: Stop) -> Row:
    """Print a stopLimit or profitLimit order; once triggered it shows what became of its limit order."""
    draft, instrument = stop.draft, venue.markets.of(stop.draft).instrument
    child = venue.state.orders.get(stop.order_id) if stop.order_id else None
    words = {"waiting": "ENTRUSTED", "cancelled": "CANCEL", "failed": "FAIL"}
    return {
        "symbol": draft.symbol,
        "orderId": stop.stop_id,
        "updateTime": stop.updated_ms,
        "side": draft.side.upper(),
        "origQty": fixed(draft.quantity * draft.sign, instrument.step),
        "executedQty": fixed(child.filled * child.sign if child and child.filled else ZERO, instrument.step),
        "price": fixed(draft.price or ZERO, instrument.tick),
        "executedPrice": None,
        "status": contract_status(child) if child else words[stop.state],
        "time": stop.created_ms,
        "reject": None,
        "type": draft.native["type"],
        "triggerType": draft.native["triggerType"],
        "triggerPrice": fixed(stop.trigger_price, instrument.tick),
    }


def lower(row: Row) -> Row:
    """Spell the words of a contract order in lower case, as some answers do."""
    return row | {name: str(row[name]).lower() for name in ("side", "status", "type")}
