"""Bitunix futures orders in and out: placing and cancelling (sheet sections 4a and 5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tools.exchange_simulator.accounts import Account
from tools.exchange_simulator.bitunix.field import Fields, futures_fields
from tools.exchange_simulator.bitunix.position import closing_position
from tools.exchange_simulator.bitunix.reading import pick
from tools.exchange_simulator.order import PERP, Attached, Draft, Order, Refusal
from tools.exchange_simulator.venue import Call, Venue

EFFECTS = {"GTC": "gtc", "IOC": "ioc", "FOK": "fok", "POST_ONLY": "post_only"}
BATCH_LIMIT = 5


def place(venue: Venue, call: Call) -> object:
    return _ids(_place(venue, call, futures_fields(call.body)))


def place_batch(venue: Venue, call: Call) -> object:
    """Place up to five orders of one symbol; failures sit beside successes."""
    fields = futures_fields(call.body)
    rows = fields.rows("orderList")
    if len(rows) > BATCH_LIMIT:
        raise venue.rejection("batch_too_large", PERP)
    success: list[dict[str, Any]] = []
    failure: list[dict[str, Any]] = []
    for row in rows:
        whole = futures_fields({**row.body, "symbol": fields.required("symbol")})
        try:
            order = _place(venue, call, whole)
            success.append({"id": order.order_id, "clientId": order.client_id or ""})
        except Refusal as exc:
            failure.append({"clientId": row.text("clientId"), "errorMsg": exc.message, "errorCode": int(exc.code)})
    return {"successList": success, "failureList": failure}


def cancel(venue: Venue, call: Call) -> object:
    """Cancel by order id or client id; what cannot be cancelled sits in failureList of a success."""
    fields = futures_fields(call.body)
    symbol = venue.market(PERP, fields.required("symbol")).instrument.symbol
    success, failure = [], []
    for row in fields.rows("orderList"):
        order_id, client_id = row.text("orderId"), row.text("clientId")
        venue.note(client_id or None, order_id or None)
        order = pick(_current(venue, call), order_id, client_id)
        if order and order.state == "open" and order.symbol == symbol:
            success.append(_ids(venue.matching.cancel(order)))
            continue
        refusal = venue.rejection("order_status" if order else "order_gone", PERP)
        ids = {"orderId": order_id, "clientId": client_id}
        failure.append({**ids, "errorMsg": refusal.message, "errorCode": int(refusal.code)})
    return {"successList": success, "failureList": failure}


def cancel_all(venue: Venue, call: Call) -> object:
    symbol = futures_fields(call.body or {}).text("symbol")
    wanted = [order for order in _current(venue, call) if order.state == "open" and symbol in {"", order.symbol}]
    return {"successList": [_ids(venue.matching.cancel(order)) for order in wanted], "failureList": []}


def _place(venue: Venue, call: Call, fields: Fields) -> Order:
    draft = _draft(venue, call, fields)
    used = {order.client_id for order in _current(venue, call)}
    if draft.client_id and draft.client_id in used:
        venue.note(draft.client_id, None)
        raise venue.rejection("duplicate", PERP)
    return venue.submit(draft)


def _draft(venue: Venue, call: Call, fields: Fields) -> Draft:
    market = venue.market(PERP, fields.required("symbol"))
    kind = fields.choice("orderType", ("LIMIT", "MARKET")).lower()
    side, position_side, reduce_only = _direction(venue, call.account, fields)
    effect = fields.choice("effect", tuple(EFFECTS), "GTC")
    return Draft(
        account=call.account.name,
        product=PERP,
        symbol=market.instrument.symbol,
        side=side,
        kind=kind,
        quantity=fields.positive("qty"),
        price=fields.positive("price") if kind == "limit" else None,
        tif=EFFECTS[effect] if kind == "limit" else "gtc",
        client_id=fields.text("clientId") or None,
        position_side=position_side,
        reduce_only=reduce_only,
        attached=_attached(fields, side),
        native=fields.body,
    )


def _direction(venue: Venue, account: Account, fields: Fields) -> tuple[str, str, bool]:
    """Return traded side, position side and reduce-only; in hedge mode `side` names the position (sheet 4a)."""
    side = fields.choice("side", ("BUY", "SELL")).lower()
    reduce_only = fields.flag("reduceOnly")
    if account.position_mode == "one_way":
        if reduce_only:
            _require_opposite(venue, account, fields.required("symbol"), side)
        return side, "net", reduce_only
    opens = fields.choice("tradeSide", ("OPEN", "CLOSE")) == "OPEN"
    position_side = "long" if side == "buy" else "short"
    if opens:
        return side, position_side, False
    closing_position(venue, account, fields.required("positionId"), position_side)
    return "sell" if side == "buy" else "buy", position_side, False


def _require_opposite(venue: Venue, account: Account, symbol: str, side: str) -> None:
    held = venue.state.position((account.name, PERP, symbol, "net")).quantity
    if not held:
        raise venue.rejection("no_position", PERP)
    if (held > 0) == (side == "buy"):
        raise venue.rejection("same_direction", PERP)


def _attached(fields: Fields, side: str) -> tuple[Attached, ...]:
    """Read the take-profit and stop-loss that ride on an order."""
    stops = []
    for prefix, with_side in (("tp", True), ("sl", False)):
        trigger = fields.optional_positive(f"{prefix}Price")
        if trigger is None:
            continue
        limit = fields.choice(f"{prefix}OrderType", ("LIMIT", "MARKET"), "MARKET") == "LIMIT"
        price = fields.positive(f"{prefix}OrderPrice") if limit else None
        stops.append(Attached(trigger_price=trigger, rises=(side == "buy") == with_side, price=price))
    return tuple(stops)


def _ids(order: Order) -> dict[str, str]:
    return {"orderId": order.order_id, "clientId": order.client_id or ""}


def _current(venue: Venue, call: Call) -> list[Order]:
    return [order for order in venue.current_orders(call.account) if order.product == PERP]


ROUTES: Mapping[str, tuple[str, Callable[[Venue, Call], object]]] = {
    "POST /trade/place_order": ("place", place),
    "POST /trade/batch_order": ("place", place_batch),
    "POST /trade/cancel_orders": ("cancel", cancel),
    "POST /trade/cancel_all_orders": ("cancel", cancel_all),
}
