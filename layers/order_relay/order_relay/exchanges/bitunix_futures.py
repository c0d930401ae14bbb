"""Bitunix USDT futures (fapi): quantities in base coins, in hedge mode `side` names the position's direction."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from order_relay.core.call import Call, decimal, get, post
from order_relay.core.exchange import Ask, Found, Handle, Instrument, Profile, Sought, Status, Top
from order_relay.core.money import product, ratio
from order_relay.core.order import OrderType, Plan, PositionSide, Side, Unit
from order_relay.core.outcome import Failed, Op, Verdict
from order_relay.core.refusal import Refusal, Word
from order_relay.core.symbol import Market
from order_relay.exchanges.bitunix_envelope import FUTURES, Row, one, rows, step, text, unreadable

PAIRS = "/api/v1/futures/market/trading_pairs"
DEPTH = "/api/v1/futures/market/depth"
PLACE = "/api/v1/futures/trade/place_order"
CANCEL = "/api/v1/futures/trade/cancel_orders"
DETAIL = "/api/v1/futures/trade/get_order_detail"
PENDING = "/api/v1/futures/trade/get_pending_orders"
TRADES = "/api/v1/futures/trade/get_history_trades"

_PAGES, _PAGE_SIZE = 20, 100
_STATUS = {
    "INIT": Status.WAITING,
    "NEW": Status.OPEN,
    "PART_FILLED": Status.OPEN,
    "FILLED": Status.FILLED,
    "CANCELED": Status.CANCELLED,
    "PART_FILLED_CANCELED": Status.CANCELLED,
    "EXPIRED": Status.CANCELLED,
}


def place(plan: Plan, profile: Profile) -> Call:
    """Build an order; a hedge account's close carries the position's id (sheet 4a)."""
    _refuse_missing(plan)
    limit = plan.type is OrderType.LIMIT
    closes = profile.hedge and plan.reduce_only
    if closes and plan.position_id is None:
        raise Refusal(Word.UNSUPPORTED, "Bitunix closes a hedge position only by its id, and none is known")
    body: dict[str, object] = {
        "symbol": plan.symbol,
        "side": (_direction(plan) if profile.hedge else plan.side).value.upper(),
        "tradeSide": ("CLOSE" if closes else "OPEN") if profile.hedge else None,
        "positionId": plan.position_id if closes else None,
        "orderType": plan.type.value.upper(),
        "qty": plan.quantity,
        "price": plan.price if limit else None,
        "effect": plan.time_in_force.value.upper() if limit else None,
        "reduceOnly": plan.reduce_only,
        "clientId": plan.client_id,
    }
    if plan.take_profit is not None or plan.stop_loss is not None:
        body |= _attached("tp", plan.take_profit) | _attached("sl", plan.stop_loss)
    return post(PLACE, body, op=Op.PLACE, host=FUTURES)


def cancel(handle: Handle, symbol: str) -> Call:
    name, value = ("orderId", handle.order_id) if handle.order_id else ("clientId", handle.client_id)
    return _cancel([{name: value}], symbol)


def cancel_many(order_ids: Sequence[str], symbol: str) -> Call:
    return _cancel([{"orderId": order_id} for order_id in order_ids], symbol)


def find(ask: Ask, sought: Sought) -> Found | None:
    """Read the order by its id, else by our client id; naming the symbol as well is a parameter error (sheet 6)."""
    ids = {"orderId": sought.order_id} if sought.order_id else {"clientId": sought.plan.client_id}
    outcome = ask(get(DETAIL, ids, host=FUTURES))
    if outcome.verdict is Verdict.GONE or not outcome.data:
        return None
    row = one(outcome.data, "an order")
    found = _found(row)
    if found.filled and found.average is None:
        found = replace(found, average=_average(ask, found))
    return replace(found, side=sought.plan.side) if _side_is_moot(row, sought) else found


def open_orders(ask: Ask, symbol: str) -> list[Found]:
    found = [_found(row) for row in _pending(ask, symbol) if row.get("symbol") == symbol]
    return list({order.order_id: order for order in found}.values())


def instrument(ask: Ask, name: str) -> Instrument | None:
    outcome = ask(get(PAIRS, {"symbols": name}, op=Op.PUBLIC, host=FUTURES))
    pairs = [] if outcome.verdict is Verdict.GONE else rows(outcome.data, "trading pairs")
    row = next((row for row in pairs if row.get("symbol") == name), None)
    return _instrument(row, name) if row else None


def top(ask: Ask, symbol: str) -> Top:
    depth = one(ask(get(DEPTH, {"symbol": symbol, "limit": 1}, op=Op.PUBLIC, host=FUTURES)).data, "a depth")
    bid, ask_price = _best(depth.get("bids")), _best(depth.get("asks"))
    if not bid or not ask_price:
        raise unreadable("a depth")
    return Top(bid, ask_price)


def _refuse_missing(plan: Plan) -> None:
    if plan.type.triggered:
        why = "a take-profit or stop-loss comes with the entry order, or not at all"
        raise Refusal(Word.UNSUPPORTED, f"Bitunix futures have no {plan.type.value} orders: {why}")
    if plan.unit is not Unit.BASE:
        raise Refusal(Word.UNSUPPORTED, f"Bitunix futures count quantities in base coins, not {plan.unit.value}")
    if plan.reduce_only and (plan.take_profit is not None or plan.stop_loss is not None):
        raise Refusal(Word.UNSUPPORTED, "an order that reduces takes no take-profit or stop-loss")


def _attached(prefix: str, trigger_price: Decimal | None) -> dict[str, object]:
    """A take-profit or stop-loss that wakes up with the position and closes it at market (docs: trade/place_order)."""
    if trigger_price is None:
        return {}
    return {f"{prefix}Price": trigger_price, f"{prefix}StopType": "LAST_PRICE", f"{prefix}OrderType": "MARKET"}


def _direction(plan: Plan) -> Side:
    """Name the position's direction: BUY opens and closes a long, SELL opens and closes a short (sheet 4a)."""
    if plan.position_side is None:
        raise Refusal(Word.UNSUPPORTED, "an order of a hedge account must name its position")
    return Side.BUY if plan.position_side is PositionSide.LONG else Side.SELL


def _cancel(orders: Sequence[Mapping[str, str | None]], symbol: str) -> Call:
    return post(CANCEL, {"symbol": symbol, "orderList": orders}, op=Op.CANCEL, host=FUTURES)


def _pending(ask: Ask, symbol: str) -> Iterator[Row]:
    seen = 0
    for _ in range(_PAGES):
        query = {"symbol": symbol, "skip": seen, "limit": _PAGE_SIZE}
        page = one(ask(get(PENDING, query, host=FUTURES)).data or {}, "open orders")
        batch, total = rows(page.get("orderList"), "open orders"), decimal(page.get("total"))
        yield from batch
        seen += len(batch)
        if not batch or (total is not None and seen >= total):
            return
    raise unreadable(f"more than {_PAGES} pages of open orders")


def _side_is_moot(row: Row, sought: Sought) -> bool:
    """Tell a hedge close: its side is the direction where it is placed, but the trade where it is read (one client)."""
    return row.get("positionMode") == "HEDGE" and sought.plan.reduce_only


def _average(ask: Ask, found: Found) -> Decimal | None:
    """Average the order's trades, which the detail does not do; None while they do not add up to what is filled."""
    try:
        page = one(ask(get(TRADES, {"orderId": found.order_id, "limit": _PAGE_SIZE}, host=FUTURES)).data, "trades")
        fills = [_fill(row) for row in rows(page.get("tradeList"), "trades")]
    except Failed:
        return None
    value = sum((product(quantity, price) for quantity, price in fills), Decimal(0))
    return ratio(value, found.filled) if sum(quantity for quantity, _ in fills) == found.filled else None


def _fill(row: Row) -> tuple[Decimal, Decimal]:
    quantity, price = decimal(row.get("qty")), decimal(row.get("price"))
    if quantity is None or price is None:
        raise unreadable("a trade")
    return quantity, price


def _found(row: Row) -> Found:
    order_id = text(row, "orderId")
    status = _STATUS.get(str(row.get("status")).rstrip("_"))
    side = {"BUY": Side.BUY, "SELL": Side.SELL}.get(str(row.get("side")).rstrip("_"))
    if order_id is None or status is None or side is None:
        raise unreadable("an order")
    return Found(
        order_id=order_id,
        status=status,
        side=side,
        quantity=decimal(row.get("qty")),
        filled=decimal(row.get("tradeQty")) or Decimal(0),
        client_id=text(row, "clientId"),
        price=decimal(row.get("price")) or None,
        average=decimal(row.get("avgPrice")) or None,
        created_ms=_milliseconds(row.get("ctime")),
    )


def _instrument(row: Row, name: str) -> Instrument:
    lot, tick = step(row.get("basePrecision")), step(row.get("quotePrecision"))
    return Instrument(
        symbol=name,
        market=Market.PERP,
        base=str(row.get("base")),
        quote=str(row.get("quote")),
        tick=tick,
        step=lot,
        minimum=decimal(row.get("minTradeVolume")) or lot,
        maximum=decimal(row.get("maxLimitOrderVolume")),
        max_market=decimal(row.get("maxMarketOrderVolume")),
        tradable=row.get("symbolStatus") == "OPEN" and row.get("isApiSupported") is not False,
    )


def _best(levels: Any) -> Decimal | None:
    """Read the first price of `[[price, amount], ...]`."""
    level = levels[0] if isinstance(levels, list) and levels else None
    return decimal(level[0]) if isinstance(level, list) and level else None


def _milliseconds(value: object) -> int | None:
    stamp = decimal(value)
    return None if stamp is None else int(stamp)
