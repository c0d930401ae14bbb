"""What the exchange witnessed: every request and every accepted order as plain dictionaries, free of secrets."""

from __future__ import annotations

from typing import Any

from tools.exchange_simulator.message import Answer, Drop, Hang, HttpRequest
from tools.exchange_simulator.number import plain
from tools.exchange_simulator.order import Order, Stop
from tools.exchange_simulator.state import State

Row = dict[str, Any]


class Ledger:
    """The requests, oldest first; bodies, headers and queries are never kept."""

    def __init__(self, exchange: str) -> None:
        self._exchange = exchange
        self.requests: list[Row] = []

    def open(self, at_ms: int, op: str, request: HttpRequest, fault: str | None) -> Row:
        """Note an arrival; `close` completes it."""
        row: Row = {"at_ms": at_ms, "exchange": self._exchange, "op": op, "method": request.method}
        row |= {"path": request.path, "status": None, "verified": False}
        row |= {"client_id": None, "order_id": None, "fault": fault}
        self.requests.append(row)
        return row


def close(row: Row, answer: Answer) -> None:
    """Write down what the client gets to see: a status, `drop` or `hang`."""
    if isinstance(answer, Drop):
        row["status"] = "drop"
    elif isinstance(answer, Hang):
        row["status"] = "hang"
    else:
        row["status"] = answer.status


def accepted_orders(state: State) -> list[Row]:
    """Every order and stop that was ever accepted, oldest first, as it stands now; not what died as it was refused."""
    rows = [_order_row(order) for order in state.orders.values() if not order.native.get("refused")]
    rows += [_stop_row(stop) for stop in state.stops.values()]
    return sorted(rows, key=lambda row: int(row["accepted_at_ms"]))


def _order_row(order: Order) -> Row:
    average = order.average_price
    return {
        "order_id": order.order_id,
        "client_id": order.client_id,
        "account": order.account,
        "product": order.product,
        "symbol": order.symbol,
        "side": order.side,
        "type": order.kind,
        "tif": order.tif,
        "quantity": plain(order.quantity),
        "price": None if order.price is None else plain(order.price),
        "trigger_price": None,
        "position_side": order.position_side,
        "reduce_only": order.reduces,
        "accepted_at_ms": order.accepted_at_ms,
        "state": order.state,
        "filled": plain(order.filled),
        "average_price": None if average is None else plain(average),
    }


def _stop_row(stop: Stop) -> Row:
    draft = stop.draft
    return {
        "order_id": stop.stop_id,
        "client_id": draft.client_id,
        "account": draft.account,
        "product": draft.product,
        "symbol": draft.symbol,
        "side": draft.side,
        "type": "stop",
        "tif": draft.tif,
        "quantity": plain(draft.quantity),
        "price": None if draft.price is None else plain(draft.price),
        "trigger_price": plain(stop.trigger_price),
        "position_side": draft.position_side,
        "reduce_only": draft.reduces,
        "accepted_at_ms": stop.accepted_at_ms,
        "state": stop.state,
        "filled": "0",
        "average_price": None,
    }
