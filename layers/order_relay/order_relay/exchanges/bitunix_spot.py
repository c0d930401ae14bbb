"""Bitunix spot (openapi): sides and types are numbers, client order ids are kept but no key, null means nothing."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from order_relay.core.call import Call, decimal, get, post
from order_relay.core.exchange import Ask, Found, Handle, Instrument, Sought, Status, Top
from order_relay.core.order import OrderType, Plan, Side, TimeInForce, Unit
from order_relay.core.outcome import Op
from order_relay.core.refusal import Refusal, Word
from order_relay.core.symbol import Market
from order_relay.exchanges.bitunix_envelope import Row, one, rows, step, text, total, unreadable

PAIRS = "/api/spot/v1/common/coin_pair/list"
LAST_PRICE = "/api/spot/v1/market/last_price"
ACCOUNT = "/api/spot/v1/user/account"
PLACE = "/api/spot/v1/order/place_order"
CANCEL = "/api/spot/v1/order/cancel"
DETAIL = "/api/spot/v1/order/detail"
PENDING = "/api/spot/v1/order/pending/list"
HISTORY = "/api/spot/v1/order/history/page"

_PAGES, _PAGE_SIZE, _EARLIER_MS = 10, 100, 60_000
_SIDES = {Side.SELL: 1, Side.BUY: 2}
_LIMIT, _MARKET = 1, 2
_STATUS = {
    "1": Status.OPEN,
    "2": Status.FILLED,
    "3": Status.OPEN,
    "4": Status.CANCELLED,
    "7": Status.CANCELLED,
}


def place(plan: Plan) -> Call:
    """Build an order; `volume` counts base coins, but quote coins in a market buy (sheet 4b)."""
    _refuse_missing(plan)
    market = plan.type is OrderType.MARKET
    body = {
        "side": _SIDES[plan.side],
        "type": _MARKET if market else _LIMIT,
        "volume": plan.quantity,
        "price": "0" if market else plan.price,
        "symbol": plan.symbol,
        "clientId": plan.client_id,
    }
    return post(PLACE, body, op=Op.PLACE)


def cancel(handle: Handle, symbol: str) -> Call:
    """Build a cancel by order id: by client id it would answer success, do nothing and stall the order (sheet 5)."""
    if handle.order_id is None:
        raise Refusal(Word.UNSUPPORTED, "Bitunix spot cancels only by the exchange's order id, look the order up first")
    return cancel_many([handle.order_id], symbol)


def cancel_many(order_ids: Sequence[str], symbol: str) -> Call:
    return post(CANCEL, {"orderIdList": [{"orderId": one_id, "symbol": symbol} for one_id in order_ids]}, op=Op.CANCEL)


def find(ask: Ask, sought: Sought, symbol: str) -> Found | None:
    """Read the order by its id, else search the open and then the ended orders for either id."""
    if sought.order_id is not None:
        detail = ask(get(DETAIL, {"orderId": sought.order_id})).data
        if detail:
            return _found(one(detail, "an order"))
    listed = _listed(ask, symbol, sought.sent_ms - _EARLIER_MS)
    return next((_found(row) for row in listed if _is_sought(row, sought)), None)


def open_orders(ask: Ask, symbol: str) -> list[Found]:
    return [_found(row) for row in _pending(ask, symbol) if str(row.get("symbol")).upper() == symbol]


def instrument(ask: Ask, name: str) -> Instrument | None:
    """Read the pair's rules; `minPrice` is the minimum order value, `precisions` starts with the finest price step."""
    pairs = rows(ask(get(PAIRS, op=Op.PUBLIC)).data, "trading pairs")
    row = next((row for row in pairs if f"{row.get('base')}{row.get('quote')}".upper() == name), None)
    return _instrument(row, name) if row else None


def top(ask: Ask, symbol: str) -> Top:
    """Take the last price twice: the depth call needs a price step that is not known here."""
    price = decimal(ask(get(LAST_PRICE, {"symbol": symbol}, op=Op.PUBLIC)).data)
    if not price:
        raise unreadable("a last price")
    return Top(price, price)


def available(ask: Ask, asset: str) -> Decimal:
    """Read the free balance; `balance` leaves out what `balanceLocked` counts (unconfirmed)."""
    return _held(ask, asset, ("balance",))


def equity(ask: Ask, asset: str) -> Decimal:
    """Add what open orders lock to the free balance."""
    return _held(ask, asset, ("balance", "balanceLocked"))


def _held(ask: Ask, asset: str, parts: Sequence[str]) -> Decimal:
    balances = rows(ask(get(ACCOUNT)).data, "balances")
    row = next((row for row in balances if str(row.get("coin")).upper() == asset), None)
    return Decimal(0) if row is None else total(row, parts, "a balance")


def _refuse_missing(plan: Plan) -> None:
    market = plan.type is OrderType.MARKET
    if plan.type.triggered or plan.take_profit is not None or plan.stop_loss is not None:
        raise Refusal(Word.UNSUPPORTED, "Bitunix spot has no trigger orders: no stop, trail, take-profit or stop-loss")
    if plan.reduce_only:
        raise Refusal(Word.UNSUPPORTED, "Bitunix spot has no reduce-only orders")
    if plan.time_in_force not in (TimeInForce.GTC, TimeInForce.IOC if market else TimeInForce.GTC):
        raise Refusal(Word.UNSUPPORTED, f"Bitunix spot has no {plan.time_in_force.value} {plan.type.value} orders")
    unit = Unit.QUOTE if market and plan.side is Side.BUY else Unit.BASE
    if plan.unit is not unit:
        raise Refusal(Word.UNSUPPORTED, f"Bitunix spot counts a {plan.type.value} {plan.side.value} in {unit.value}")


def _is_sought(row: Row, sought: Sought) -> bool:
    known = sought.order_id is not None and text(row, "orderId") == sought.order_id
    return known or text(row, "clientId") == sought.plan.client_id


def _listed(ask: Ask, symbol: str, oldest_ms: int) -> Iterator[Row]:
    """Yield open orders, then ended ones page by page until older ones come; the newest-first order is not assumed."""
    yield from _pending(ask, symbol)
    seen = 0
    for page in range(1, _PAGES + 1):
        body = {"symbol": symbol, "page": page, "pageSize": _PAGE_SIZE}
        answer = one(ask(post(HISTORY, body, op=Op.READ)).data or {}, "ended orders")
        batch, total = rows(answer.get("data"), "ended orders"), decimal(answer.get("total"))
        yield from batch
        seen += len(batch)
        if not batch or (total is not None and seen >= total) or _ends_before(batch, oldest_ms):
            return
    raise unreadable(f"more than {_PAGES} pages of ended orders")


def _pending(ask: Ask, symbol: str) -> list[Row]:
    return rows(ask(post(PENDING, {"symbol": symbol}, op=Op.READ)).data, "open orders")


def _ends_before(batch: list[Row], oldest_ms: int) -> bool:
    times = [created for row in batch if (created := _created_ms(row)) is not None]
    return len(times) == len(batch) and times == sorted(times, reverse=True) and times[-1] < oldest_ms


def _found(row: Row) -> Found:
    order_id, status = text(row, "orderId"), _STATUS.get(str(row.get("status")))
    side = next((side for side, number in _SIDES.items() if str(number) == str(row.get("side"))), None)
    if order_id is None or status is None or side is None:
        raise unreadable("an order")
    quantity, filled = _sizes(row, status, side)
    return Found(
        order_id=order_id,
        status=status,
        side=side,
        quantity=quantity,
        filled=filled,
        client_id=text(row, "clientId"),
        price=decimal(row.get("price")) or None,
        average=decimal(row.get("avgPrice")) or None,
        created_ms=_created_ms(row),
    )


def _sizes(row: Row, status: Status, side: Side) -> tuple[Decimal | None, Decimal]:
    """Return quantity and fill: quote coins for a market buy, else base coins (sheet 6).

    Open and filled orders add up what is dealt and left; for a cancelled one nothing says that `leftVolume` stays.
    """
    if side is Side.BUY and str(row.get("type") or row.get("orderType")) == str(_MARKET):
        return decimal(row.get("amount")), decimal(row.get("dealAmount")) or Decimal(0)
    filled, left = decimal(row.get("dealVolume")) or Decimal(0), decimal(row.get("leftVolume"))
    if status is Status.CANCELLED or left is None:
        return decimal(row.get("volume")), filled
    return filled + left, filled


def _created_ms(row: Row) -> int | None:
    """Read milliseconds or ISO-8601 with a zone; the docs promise neither."""
    value = str(row.get("ctime") or "")
    if value.isascii() and value.isdigit():
        return int(value)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return int(moment.timestamp() * 1000) if moment.tzinfo else None


def _instrument(row: Row, name: str) -> Instrument:
    lot, tick = step(row.get("basePrecision")), step(row.get("quotePrecision"))
    finest = decimal(next(iter(row.get("precisions") or ()), None)) or tick
    return Instrument(
        symbol=name,
        market=Market.SPOT,
        base=str(row["base"]).upper(),
        quote=str(row["quote"]).upper(),
        tick=max(tick, finest),
        step=lot,
        minimum=decimal(row.get("minVolume")) or lot,
        min_notional=decimal(row.get("minPrice")),
        tradable=str(row.get("isOpen")) == "1",
    )
