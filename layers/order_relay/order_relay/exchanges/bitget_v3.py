"""Bitget's v3 API for Unified (UTA) accounts: one set of calls for spot and futures, and how their answers read."""

from collections.abc import Sequence
from decimal import Decimal

from order_relay.core.exchange import Ask, Call, Found, Handle, Instrument, Position, Profile, Sought, post
from order_relay.core.order import OrderType, Plan
from order_relay.core.outcome import Op, Verdict
from order_relay.core.symbol import Market
from order_relay.exchanges.bitget_answers import (
    PAGE,
    Fields,
    Row,
    amount,
    is_sought,
    only,
    pages,
    query,
    read_order,
    read_positions,
    rows,
    side_of,
    unreadable,
)
from order_relay.exchanges.bitget_generation import Generation

_FIELDS = Fields(
    status="orderStatus",
    quantity="qty",
    money="amount",
    filled="cumExecQty",
    spent="cumExecValue",
    average="avgPrice",
    created="createdTime",
)


def profile(ask: Ask, market: Market) -> Profile:
    """Read the position mode; margin mode is a setting of the account here, orders do not carry it (sheet 4c)."""
    mode = only(ask(query("/api/v3/account/settings", {})).data).get("holdMode")
    if mode not in ("one_way_mode", "hedge_mode"):
        raise unreadable("no position mode")
    return Profile(hedge=market is Market.PERP and mode == "hedge_mode", api="v3")


def place(plan: Plan, instrument: Instrument, profile: Profile) -> Call:
    limit = plan.type is OrderType.LIMIT
    body = {
        "category": instrument.product,
        "symbol": plan.symbol,
        "qty": plan.quantity,
        "price": plan.price if limit else None,
        "side": plan.side,
        "orderType": plan.type,
        "timeInForce": plan.time_in_force if limit else None,
        **(_direction(plan) if instrument.market is Market.PERP else {}),
        "clientOid": plan.client_id,
    }
    return post("/api/v3/trade/place-order", body, op=Op.PLACE)


def _direction(plan: Plan) -> dict[str, str]:
    """Name the position in hedge mode (`side` stays the traded one, unlike v2), else whether the order only reduces."""
    if plan.position_side is not None:
        return {"posSide": plan.position_side.value}
    return {"reduceOnly": "yes"} if plan.reduce_only else {}


def cancel(handle: Handle, instrument: Instrument) -> Call:
    named = {"orderId": handle.order_id} if handle.order_id else {"clientOid": handle.client_id}
    return post("/api/v3/trade/cancel-order", {**named, "category": instrument.product}, op=Op.CANCEL)


def cancel_many(order_ids: Sequence[str], instrument: Instrument) -> Call:
    listed = {"category": instrument.product, "symbol": instrument.symbol}
    body = [{"orderId": order_id, **listed} for order_id in order_ids]
    return post("/api/v3/trade/cancel-batch", body, op=Op.CANCEL)


def find(ask: Ask, sought: Sought, instrument: Instrument) -> Found | None:
    named = {"orderId": sought.order_id} if sought.order_id else {"clientOid": sought.plan.client_id}
    outcome = ask(query("/api/v3/trade/order-info", named))
    if outcome.verdict is Verdict.GONE:
        return None
    row = only(outcome.data)
    if not is_sought(row, sought):
        raise unreadable("another order than the one asked for")
    return _read(row, instrument)


def open_orders(ask: Ask, instrument: Instrument) -> list[Found]:
    wanted = {"category": instrument.product, "symbol": instrument.symbol, "limit": PAGE}
    listed = pages(ask, lambda before: query("/api/v3/trade/unfilled-orders", {**wanted, "cursor": before}), "list")
    return [_read(row, instrument) for row in listed]


def positions(ask: Ask, instrument: Instrument) -> list[Position]:
    wanted = {"category": instrument.product, "symbol": instrument.symbol}
    return read_positions(rows(ask(query("/api/v3/position/current-position", wanted)).data, "list"), "posSide")


def available(ask: Ask, asset: str, market: Market, profile: Profile) -> Decimal:
    """Read the coin's own free balance: what other coins would add as collateral is not counted."""
    listed = rows(ask(query("/api/v3/account/assets", {})).data, "assets")
    return next((amount(row, "available") for row in listed if row.get("coin") == asset), Decimal(0))


def _read(row: Row, instrument: Instrument) -> Found:
    return read_order(row, _FIELDS, instrument.market, side_of(row))


V3 = Generation(
    profile=profile,
    place=place,
    cancel=cancel,
    cancel_many=cancel_many,
    find=find,
    open_orders=open_orders,
    positions=positions,
    available=available,
)
