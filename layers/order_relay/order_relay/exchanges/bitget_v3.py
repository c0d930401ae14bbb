"""Bitget's v3 API for Unified (UTA) accounts: one set of calls for spot and futures, and how their answers read."""

from collections.abc import Sequence
from decimal import Decimal

from order_relay.core.call import Call, decimal, post
from order_relay.core.exchange import Ask, Found, Handle, Instrument, Position, Profile, Sought, Wanted
from order_relay.core.order import MarginMode, OrderType, Plan, PositionSide
from order_relay.core.outcome import Op, Verdict
from order_relay.core.refusal import Refusal, Word
from order_relay.core.symbol import Market
from order_relay.exchanges import bitget_v3_stops as stops
from order_relay.exchanges.bitget_answers import (
    MARGIN_MODES,
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


SETTINGS = query("/api/v3/account/settings", {})


def profile(ask: Ask, market: Market) -> Profile:
    """Read the position mode; margin mode is a setting of the account here, orders do not carry it (sheet 4c)."""
    mode = only(ask(SETTINGS).data).get("holdMode")
    if mode not in ("one_way_mode", "hedge_mode"):
        raise unreadable("no position mode")
    return Profile(hedge=market is Market.PERP and mode == "hedge_mode", api="v3")


def place(plan: Plan, instrument: Instrument, profile: Profile) -> Call:
    if plan.type.triggered:
        return stops.place(plan, instrument)
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
        **_protection(plan),
        "clientOid": plan.client_id,
    }
    return post("/api/v3/trade/place-order", body, op=Op.PLACE)


def _direction(plan: Plan) -> dict[str, str]:
    """Name the position in hedge mode (`side` stays the traded one, unlike v2), else whether the order only reduces."""
    if plan.position_side is not None:
        return {"posSide": plan.position_side.value}
    return {"reduceOnly": "yes"} if plan.reduce_only else {}


def _protection(plan: Plan) -> dict[str, object]:
    """Attach take-profit and stop-loss at market, by last price: on futures (uta/trade/Place-Order)."""
    if plan.take_profit is None and plan.stop_loss is None:
        return {}
    if plan.market is Market.SPOT:
        raise Refusal(
            Word.UNSUPPORTED, "no take-profit or stop-loss comes with a spot order on a Bitget unified account"
        )
    levels = (("tp", "takeProfit", plan.take_profit), ("sl", "stopLoss", plan.stop_loss))
    body: dict[str, object] = {}
    for leg, name, price in levels:
        body |= {name: price, f"{leg}TriggerBy": "market", f"{leg}OrderType": "market"} if price else {}
    return body


def cancel(handle: Handle, instrument: Instrument) -> Call:
    if handle.stop:
        return stops.cancel(handle)
    named = {"orderId": handle.order_id} if handle.order_id else {"clientOid": handle.client_id}
    return post("/api/v3/trade/cancel-order", {**named, "category": instrument.product}, op=Op.CANCEL)


def cancel_many(order_ids: Sequence[str], instrument: Instrument) -> Call:
    listed = {"category": instrument.product, "symbol": instrument.symbol}
    body = [{"orderId": order_id, **listed} for order_id in order_ids]
    return post("/api/v3/trade/cancel-batch", body, op=Op.CANCEL)


def find(ask: Ask, sought: Sought, instrument: Instrument) -> Found | None:
    if sought.plan.type.triggered:
        return stops.find(ask, sought, instrument)
    named = {"orderId": sought.order_id} if sought.order_id else {"clientOid": sought.plan.client_id}
    outcome = ask(query("/api/v3/trade/order-info", named))
    if outcome.verdict is Verdict.GONE:
        return None
    row = only(outcome.data)
    if not is_sought(row, sought):
        raise unreadable("another order than the one asked for")
    return _read(row, instrument)


def open_orders(ask: Ask, instrument: Instrument) -> list[Found]:
    """List waiting stops, then orders: one that triggers in between is listed twice rather than not at all."""
    waiting = stops.waiting(ask, instrument) if instrument.market is Market.PERP else []
    wanted = {"category": instrument.product, "symbol": instrument.symbol, "limit": PAGE}
    listed = pages(ask, lambda before: query("/api/v3/trade/unfilled-orders", {**wanted, "cursor": before}), "list")
    return waiting + [_read(row, instrument) for row in listed]


def positions(ask: Ask, instrument: Instrument) -> list[Position]:
    wanted = {"category": instrument.product, "symbol": instrument.symbol}
    return read_positions(rows(ask(query("/api/v3/position/current-position", wanted)).data, "list"), "posSide")


def available(ask: Ask, asset: str, market: Market, profile: Profile) -> Decimal:
    """Read the coin's own free balance: what other coins would add as collateral is not counted."""
    return _coin(ask, asset, "available")


def equity(ask: Ask, asset: str, market: Market) -> Decimal:
    """Read all of a coin; `equity` has the open profit of futures in it, `balance` not (uta/account/Get-Account)."""
    return _coin(ask, asset, "balance" if market is Market.SPOT else "equity")


def _coin(ask: Ask, asset: str, field: str) -> Decimal:
    listed = rows(ask(query("/api/v3/account/assets", {})).data, "assets")
    return next((amount(row, field) for row in listed if row.get("coin") == asset), Decimal(0))


def arrange(ask: Ask, wanted: Wanted, instrument: Instrument) -> list[Call]:
    """Set the leverage where the contract has another; isolated margin wants the side (uta/account/Change-Leverage)."""
    settings = rows(ask(SETTINGS).data, "symbolConfigList")
    place = (instrument.product, instrument.symbol)
    present = next((row for row in settings if (str(row.get("category")).upper(), row.get("symbol")) == place), {})
    mode = MARGIN_MODES.get(str(present.get("marginMode")))
    if wanted.margin_mode not in (None, mode):
        told = mode or "unknown"
        raise Refusal(
            Word.UNSUPPORTED, f"the margin mode of a Bitget unified account, {told}, is not changed by orders"
        )
    if wanted.leverage is None or decimal(present.get("leverage")) == wanted.leverage:
        return []
    every: tuple[PositionSide | None, ...] = tuple(PositionSide) if mode is MarginMode.ISOLATED else (None,)
    sides = (wanted.position_side,) if mode is MarginMode.ISOLATED and wanted.position_side else every
    body = {"category": instrument.product, "symbol": instrument.symbol, "leverage": wanted.leverage}
    return [post("/api/v3/account/set-leverage", {**body, "posSide": side}, op=Op.SET) for side in sides]


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
    equity=equity,
    arrange=arrange,
)
