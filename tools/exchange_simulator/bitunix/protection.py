"""Bitunix take-profit and stop-loss orders on positions: /api/v1/futures/tpsl (sheet section 9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from tools.exchange_simulator.bitunix.field import Fields, futures_fields
from tools.exchange_simulator.bitunix.position import find_position, position_id
from tools.exchange_simulator.number import plain
from tools.exchange_simulator.order import PERP, Draft, Position, Stop
from tools.exchange_simulator.venue import Call, Venue

STOP_TYPES = ("MARK_PRICE", "LAST_PRICE")


def place(venue: Venue, call: Call) -> object:
    """Protect part of a position: one stop per price given, each with its quantity."""
    fields = futures_fields(call.body)
    held = _held(venue, call, fields)
    return [{"orderId": _store(venue, held, fields, prefix).stop_id} for prefix in _given(venue, fields)]


def place_for_position(venue: Venue, call: Call) -> object:
    """Protect all of a position at market; an order type is refused (sheet 9)."""
    fields = futures_fields(call.body)
    if any(name in fields.body for name in ("tpOrderType", "slOrderType")):
        raise fields.wrong()
    held = _held(venue, call, fields)
    stops = [_store(venue, held, fields, prefix, whole=True) for prefix in _given(venue, fields)]
    return {"orderId": stops[0].stop_id}


def cancel(venue: Venue, call: Call) -> object:
    fields = futures_fields(call.body)
    symbol, stop_id = fields.required("symbol"), fields.required("orderId")
    venue.note(None, stop_id)
    stop = venue.current_stop(call.account, stop_id)
    if stop is None or stop.state != "waiting" or stop.draft.symbol != symbol:
        raise venue.rejection("order_gone", PERP)
    venue.matching.cancel_stop(stop)
    return {"orderId": stop_id}


def pending(venue: Venue, call: Call) -> object:
    symbol, wanted = call.query.get("symbol", ""), call.query.get("positionId", "")
    rows = [_row(venue, stop) for stop in venue.stops(call.account) if stop.state == "waiting"]
    return [row for row in rows if symbol in {"", row["symbol"]} and wanted in {"", row["positionId"]}]


def _held(venue: Venue, call: Call, fields: Fields) -> Position:
    held = find_position(venue, call.account, fields.required("positionId"))
    if held.symbol != fields.required("symbol"):
        raise venue.rejection("position_gone", PERP)
    return held


def _given(venue: Venue, fields: Fields) -> list[str]:
    given = [prefix for prefix in ("tp", "sl") if fields.optional_positive(f"{prefix}Price") is not None]
    if not given:
        raise venue.rejection("no_trigger", PERP)
    return given


def _store(venue: Venue, held: Position, fields: Fields, prefix: str, whole: bool = False) -> Stop:
    trigger = fields.positive(f"{prefix}Price")
    fields.choice(f"{prefix}StopType", STOP_TYPES, "LAST_PRICE")
    _check_side(venue, held, trigger, prefix)
    limit = fields.choice(f"{prefix}OrderType", ("LIMIT", "MARKET"), "MARKET") == "LIMIT"
    quantity = abs(held.quantity) if whole else fields.positive(f"{prefix}Qty")
    if quantity > abs(held.quantity):
        raise venue.rejection("stop_too_large", PERP)
    draft = Draft(
        account=held.account,
        product=PERP,
        symbol=held.symbol,
        side="sell" if held.quantity > 0 else "buy",
        kind="limit" if limit else "market",
        quantity=quantity,
        price=fields.positive(f"{prefix}OrderPrice") if limit else None,
        position_side=held.position_side,
        reduce_only=held.position_side == "net",
        native={"prefix": prefix, "positionId": position_id(venue, held)},
    )
    return venue.submit_stop(draft, trigger, closes_position=whole, group=position_id(venue, held) if whole else "")


def _check_side(venue: Venue, held: Position, trigger: Decimal, prefix: str) -> None:
    """Refuse a trigger on the wrong side of the last price."""
    price = venue.market(PERP, held.symbol).price
    should_rise = (held.quantity > 0) == (prefix == "tp")
    if not (trigger > price if should_rise else trigger < price):
        raise venue.rejection(f"{prefix}_{'above' if should_rise else 'below'}", PERP)


def _row(venue: Venue, stop: Stop) -> dict[str, Any]:
    draft = stop.draft
    prefix = draft.native.get("prefix", "tp" if stop.rises == (draft.side == "sell") else "sl")
    instrument = venue.market(PERP, draft.symbol).instrument
    row: dict[str, Any] = {
        "id": stop.stop_id,
        "positionId": draft.native.get("positionId", ""),
        "symbol": draft.symbol,
        "base": instrument.base,
        "quote": instrument.quote,
    }
    for name in ("tp", "sl"):
        own = name == prefix
        row |= {
            f"{name}Price": plain(stop.trigger_price) if own else None,
            f"{name}StopType": "LAST_PRICE" if own else None,
            f"{name}OrderType": draft.kind.upper() if own else None,
            f"{name}OrderPrice": plain(draft.price) if own and draft.price is not None else None,
            f"{name}Qty": plain(draft.quantity) if own else None,
        }
    return row


ROUTES: Mapping[str, tuple[str, Callable[[Venue, Call], object]]] = {
    "POST /tpsl/place_order": ("place", place),
    "POST /tpsl/position/place_order": ("place", place_for_position),
    "POST /tpsl/cancel_order": ("cancel", cancel),
    "GET /tpsl/get_pending_orders": ("query", pending),
}
