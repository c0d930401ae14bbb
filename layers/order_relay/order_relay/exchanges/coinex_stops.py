"""CoinEx stop orders: lists and ids of their own; one that has triggered goes on as an ordinary order."""

from decimal import Decimal

from order_relay.core.call import Call, decimal, post
from order_relay.core.exchange import Ask, Found, Handle, Instrument, Sought, Status
from order_relay.core.order import OrderType, Plan, Side
from order_relay.core.outcome import Op
from order_relay.core.refusal import Refusal, Word
from order_relay.core.symbol import Market
from order_relay.exchanges.coinex_answers import WRONG, Row, number, undocumented, whole
from order_relay.exchanges.coinex_lists import by_client_id, finished, pages, pending, segment

PATH = "stop-order"


def refuse_missing(plan: Plan) -> None:
    """Refuse what CoinEx has no parameter for (docs: put-order, put-stop-order)."""
    if plan.take_profit is not None or plan.stop_loss is not None:
        raise Refusal(Word.UNSUPPORTED, "CoinEx takes no take-profit or stop-loss along with an order")
    if plan.type is OrderType.TRAILING:
        raise Refusal(Word.UNSUPPORTED, "CoinEx has no trailing orders in this relay")
    if plan.type is not OrderType.STOP:
        return
    if plan.trigger_price is None:
        raise Refusal(Word.UNSUPPORTED, "a stop order needs a trigger price")
    if plan.reduce_only and plan.market is Market.PERP:
        opposite = "it would open the opposite position if yours is gone by then"
        raise Refusal(Word.UNSUPPORTED, f"a CoinEx futures stop order cannot be reduce-only: {opposite}")


def trigger(plan: Plan) -> dict[str, object]:
    """What a stop order says besides what every order says; spot has no choice of trigger price (sheet section 9)."""
    kind = "latest_price" if plan.market is Market.PERP else None
    return {"trigger_price_type": kind, "trigger_price": plan.trigger_price}


def cancel(handle: Handle, instrument: Instrument) -> Call:
    product = segment(instrument.market)
    body: dict[str, object] = {"market": instrument.symbol, "market_type": product.upper()}
    if handle.order_id:
        return post(f"/v2/{product}/cancel-stop-order", body | {"stop_id": int(handle.order_id)}, op=Op.CANCEL)
    body["client_id"] = handle.client_id
    return post(f"/v2/{product}/cancel-stop-order-by-client-id", body, op=Op.CANCEL)


def find(ask: Ask, sought: Sought, instrument: Instrument) -> Found | None:
    """Scan waiting and then triggered stops, then the orders for the one that a triggered stop became.

    No answer links the two but our client id (that CoinEx passes it on is unconfirmed). An order that was seen before
    and is there no more was cancelled without a fill: such orders leave no trace, though their stop stays listed.
    """
    row = pending(ask, sought, instrument, "pending-stop-order")
    if row is not None:
        return _read(row, instrument, Status.OPEN)
    row = finished(ask, sought, instrument, "finished-stop-order")
    stop = None if row is None else _read(row, instrument, Status.FILLED)
    order = by_client_id(ask, sought, instrument) if stop or sought.order_id else None
    known_as_stop = stop is not None and sought.order_id in (None, stop.order_id)
    return order or (stop if known_as_stop else None)


def waiting(ask: Ask, instrument: Instrument) -> list[Found]:
    listed = pages(ask, instrument, "pending-stop-order")
    return [_read(row, instrument, Status.OPEN) for rows in listed for row in rows]


def _read(row: Row, instrument: Instrument, status: Status) -> Found:
    try:
        return Found(
            order_id=str(whole(row, "stop_id")),
            status=status,
            side=Side(row["side"]),
            quantity=number(row, "amount"),
            filled=Decimal(0),
            client_id=row.get("client_id") or None,
            price=None if row["type"] == "market" else decimal(row.get("price")),
            created_ms=whole(row, "created_at"),
            reason="" if status is Status.OPEN else "triggered; the order it became is not shown",
            stop=status is Status.OPEN,
        )
    except WRONG:
        raise undocumented("stop order") from None
