"""Bitget v3 stops (strategy orders) of Unified accounts: only those that reduce a futures position.

They are take-profits and stop-losses over a part of the position (`tpsl`, `partial`): the only strategy orders to keep
our client id, so that they can be found again after doubt (uta/strategy/Place-Strategy-Order, state of 2026).
"""

from collections.abc import Iterator
from decimal import Decimal
from itertools import chain

from order_relay.core.call import Call, post
from order_relay.core.exchange import Ask, Found, Handle, Instrument, Sought, Status
from order_relay.core.order import MarginMode, OrderType, Plan, PositionSide, Side
from order_relay.core.outcome import Op
from order_relay.core.refusal import Refusal, Word
from order_relay.core.symbol import Market
from order_relay.exchanges.bitget_answers import (
    PAGE,
    Fields,
    Row,
    created_ms,
    is_sought,
    pages,
    positive,
    query,
    rows,
    since_sent,
    unreadable,
)

TRADE = "/api/v3/trade"

_FIELDS = Fields(created="createdTime")
_STATUSES = {
    "pending": Status.OPEN,
    "submitting": Status.OPEN,
    "success": Status.FILLED,
    "failed": Status.FAILED,
    "cancelled": Status.CANCELLED,
}


def place(plan: Plan, instrument: Instrument) -> Call:
    """Build a stop, by last price. marginMode is not in the documentation: without it the isolated ones are refused."""
    _check(plan)
    leg = "tp" if plan.above is not None and plan.above is (plan.side is Side.SELL) else "sl"
    body = {
        "category": instrument.product,
        "symbol": plan.symbol,
        "type": "tpsl",
        "tpslMode": "partial",
        "qty": plan.quantity,
        "posSide": _closed(plan.side),
        "takeProfit" if leg == "tp" else "stopLoss": plan.trigger_price,
        f"{leg}TriggerBy": "market",
        f"{leg}OrderType": "market" if plan.price is None else "limit",
        f"{leg}LimitPrice": plan.price,
        "marginMode": "isolated" if plan.margin_mode is MarginMode.ISOLATED else None,
        "clientOid": plan.client_id,
    }
    return post(f"{TRADE}/place-strategy-order", body, op=Op.PLACE)


def _closed(side: Side) -> PositionSide:
    return PositionSide.LONG if side is Side.SELL else PositionSide.SHORT


def _check(plan: Plan) -> None:
    account = "on a Bitget unified account"
    closes = plan.position_side is not None and plan.side is plan.position_side.closing
    if plan.market is Market.SPOT or plan.type is OrderType.TRAILING:
        kind = "spot stops" if plan.type is OrderType.STOP else "trailing orders"
        raise Refusal(Word.UNSUPPORTED, f"this relay has no {kind} {account}")
    if not (plan.reduce_only or closes):
        raise Refusal(Word.UNSUPPORTED, f"a stop that opens could not be found again after doubt {account}")
    if plan.take_profit or plan.stop_loss:
        raise Refusal(Word.UNSUPPORTED, f"nothing can be attached to a stop that reduces {account}")


def cancel(handle: Handle) -> Call:
    named = {"orderId": handle.order_id} if handle.order_id else {"clientOid": handle.client_id}
    return post(f"{TRADE}/cancel-strategy-order", named, op=Op.CANCEL)


def find(ask: Ask, sought: Sought, instrument: Instrument) -> Found | None:
    """Scan the waiting and then the ended stops, newest first; no answer names the order that a stop became."""
    everything = chain(_waiting(ask, instrument), _ended(ask, sought, instrument))
    return next((_read(row) for row in everything if is_sought(row, sought)), None)


def waiting(ask: Ask, instrument: Instrument) -> list[Found]:
    return [_read(row) for row in _waiting(ask, instrument)]


def _waiting(ask: Ask, instrument: Instrument) -> Iterator[Row]:
    listed = rows(ask(query(f"{TRADE}/unfilled-strategy-orders", _kind(instrument))).data)
    return ({"status": "pending", **row} for row in listed if row.get("symbol") == instrument.symbol)


def _ended(ask: Ask, sought: Sought, instrument: Instrument) -> Iterator[Row]:
    wanted, history = {**_kind(instrument), "limit": PAGE}, f"{TRADE}/history-strategy-orders"
    listed = pages(ask, lambda before: query(history, {**wanted, "cursor": before}), "list")
    return since_sent(listed, sought, _FIELDS)


def _kind(instrument: Instrument) -> dict[str, object]:
    return {"category": instrument.product, "type": "tpsl"}


def _read(row: Row) -> Found:
    status, held = _STATUSES.get(str(row.get("status"))), row.get("posSide")
    if status is None or held not in ("long", "short") or not row.get("orderId"):
        raise unreadable("no strategy order id, status or position side")
    size = positive(row.get("qty"))
    profit = positive(row.get("takeProfit")) is not None and positive(row.get("stopLoss")) is None
    limit = row.get("tpOrderType" if profit else "slOrderType") == "limit"
    return Found(
        order_id=str(row["orderId"]),
        status=status,
        side=PositionSide(held).closing,
        quantity=size,
        filled=size or Decimal(0) if status is Status.FILLED else Decimal(0),
        client_id=row.get("clientOid") or None,
        price=positive(row.get("tpLimitPrice" if profit else "slLimitPrice")) if limit else None,
        created_ms=created_ms(row, _FIELDS),
        reason="Bitget could not place the order once triggered" if status is Status.FAILED else "",
        stop=status is Status.OPEN,
    )
