"""USDT futures orders of classic accounts: /api/v2/mix/order (sheet sections 4b, 5, 6 and 8)."""

from __future__ import annotations

from typing import Any

from tools.exchange_simulator.accounts import Account
from tools.exchange_simulator.bitget import field
from tools.exchange_simulator.bitget.lookup import missing, named, page, pick, require_new
from tools.exchange_simulator.bitget.positions import close_position, current_positions, make_room
from tools.exchange_simulator.bitget.route import Routes
from tools.exchange_simulator.market import Market
from tools.exchange_simulator.number import plain
from tools.exchange_simulator.order import PERP, Draft, Order
from tools.exchange_simulator.venue import Call, Venue

ORDER = "/api/v2/mix/order"
USDT_FUTURES = "USDT-FUTURES"
PROFIT = ("presetStopSurplusPrice", "presetStopSurplusExecutePrice")
LOSS = ("presetStopLossPrice", "presetStopLossExecutePrice")


def place(venue: Venue, call: Call) -> object:
    """Place an order; one that pushes older reduce-only orders out is answered without its id."""
    draft = order_draft(venue, call, "price")
    require_new(venue, call.account, PERP, draft.client_id)
    displaced = make_room(venue, call.account, draft)
    answer = named(venue.submit(draft))
    if displaced:
        del answer["orderId"]
    return answer


def cancel(venue: Venue, call: Call) -> object:
    require_product(call.body)
    symbol = field.required(call.body, "symbol")
    order = pick(_orders(venue, call), *field.order_ids(call.body))
    if order is None or order.state != "open" or order.symbol != symbol:
        raise venue.rejection("gone", PERP)
    venue.note(order.client_id, order.order_id)
    return named(venue.matching.cancel(order))


def cancel_batch(venue: Venue, call: Call) -> object:
    """Cancel up to 50 named orders, or all of a symbol when none is named."""
    require_product(call.body)
    if call.body.get("orderIdList") is None:
        return _cancel_every(venue, call, field.text(call.body, "symbol"))
    symbol = field.required(call.body, "symbol")
    success, failure = [], []
    for row in field.rows(call.body, "orderIdList", 50):
        order_id, client_id = field.order_ids(row)
        order = pick(_orders(venue, call), order_id, client_id)
        if order and order.state == "open" and order.symbol == symbol:
            success.append(named(venue.matching.cancel(order)))
        else:
            failure.append(missing(order_id, client_id))
    return {"successList": success, "failureList": failure}


def cancel_all(venue: Venue, call: Call) -> object:
    require_product(call.body)
    field.check_window(call.body, venue.clock_ms())
    return _cancel_every(venue, call, "")


def close_positions(venue: Venue, call: Call) -> object:
    """Close at market: one symbol or all, in hedge mode one side or both."""
    require_product(call.body)
    symbol = field.text(call.body, "symbol")
    hold_side = field.choice(call.body, "holdSide", ("long", "short")) if _names_side(call) else ""
    held = [
        position
        for position in current_positions(venue, call.account)
        if symbol in {"", position.symbol} and hold_side in {"", position.position_side}
    ]
    if not held:
        raise venue.rejection("no_position", PERP)
    closed = [close_position(venue, call.account, position) for position in held]
    return {"successList": [{**named(order), "symbol": order.symbol} for order in closed], "failureList": []}


def detail(venue: Venue, call: Call) -> object:
    require_product(call.query)
    symbol = field.required(call.query, "symbol")
    order_id, client_id = field.order_ids(call.query)
    venue.note(client_id or None, order_id or None)
    found = pick(_seen(venue, call), order_id, client_id)
    if found is None or found.symbol != symbol:
        raise venue.rejection("not_found", PERP)
    row = _row(venue, call.account, found)
    row["state"] = row.pop("status")  # the sample answer's spelling; lists say `status`
    return row


def pending(venue: Venue, call: Call) -> object:
    return _list(venue, call, is_open=True)


def history(venue: Venue, call: Call) -> object:
    return _list(venue, call, is_open=False)


def _cancel_every(venue: Venue, call: Call, symbol: str) -> object:
    wanted = [item for item in _orders(venue, call) if item.state == "open" and symbol in {"", item.symbol}]
    return {"successList": [named(venue.matching.cancel(order)) for order in wanted], "failureList": []}


def _list(venue: Venue, call: Call, is_open: bool) -> object:
    require_product(call.query)
    symbol, order_id, client_id = (call.query.get(name, "") for name in ("symbol", "orderId", "clientOid"))
    wanted = [
        order
        for order in _seen(venue, call)
        if (order.state == "open") == is_open
        and symbol in {"", order.symbol}
        and order_id in {"", order.order_id}
        and (order_id or client_id in {"", order.client_id})
    ]
    rows = [_row(venue, call.account, order) for order in page(wanted, call.query)]
    return {"entrustedList": rows or None, "endId": rows[-1]["orderId"] if rows else None}


def _orders(venue: Venue, call: Call) -> list[Order]:
    return [order for order in venue.current_orders(call.account) if order.product == PERP]


def _seen(venue: Venue, call: Call) -> list[Order]:
    return [order for order in venue.orders(call.account) if order.product == PERP]


def order_draft(venue: Venue, call: Call, price_field: str) -> Draft:
    """Read what ordinary and trigger orders share (sheet 4b)."""
    body = call.body
    market = require_market(venue, body)
    margin_mode = field.choice(body, "marginMode", ("crossed", "isolated"))
    side, position_side, reduce_only = direction(venue, call.account, body)
    kind = field.choice(body, "orderType", ("limit", "market"))
    tif = field.choice(body, "force", field.FORCES, "gtc")
    return Draft(
        account=call.account.name,
        product=PERP,
        symbol=market.instrument.symbol,
        side=side,
        kind=kind,
        quantity=field.positive(body, "size"),
        price=field.positive(body, price_field) if kind == "limit" else None,
        tif=tif if kind == "limit" else "gtc",
        client_id=field.client_oid(body, field.V2_CLIENT_ID, 50),
        position_side=position_side,
        reduce_only=reduce_only,
        attached=field.attached(body, side, PROFIT, LOSS),
        native={**body, "marginMode": margin_mode},
    )


def direction(venue: Venue, account: Account, body: Any) -> tuple[str, str, bool]:
    """Return traded side, position side and reduce-only; in hedge mode `side` names the position."""
    side = field.choice(body, "side", ("buy", "sell"))
    trade_side = field.text(body, "tradeSide")
    if bool(trade_side) != (account.position_mode == "hedge"):
        raise venue.rejection("position_mode", PERP)
    if not trade_side:
        return side, "net", field.choice(body, "reduceOnly", ("YES", "NO", "yes", "no"), "NO").upper() == "YES"
    opens = field.choice(body, "tradeSide", ("open", "close")) == "open"
    traded = side if opens else {"buy": "sell", "sell": "buy"}[side]
    return traded, "long" if side == "buy" else "short", False


def require_product(body: Any) -> None:
    """Accept the product type in either case; only USDT futures exist here."""
    allowed = (USDT_FUTURES, USDT_FUTURES.lower())
    field.choice(body, "productType", allowed)


def require_market(venue: Venue, body: Any) -> Market:
    """Read product type, symbol and margin coin."""
    require_product(body)
    market = venue.market(PERP, field.required(body, "symbol"))
    if field.required(body, "marginCoin") != market.instrument.quote:
        raise venue.rejection("margin_coin", PERP)
    return market


def _names_side(call: Call) -> bool:
    """In one-way mode holdSide is ignored."""
    return call.account.position_mode == "hedge" and bool(field.text(call.body, "holdSide"))


def status(order: Order) -> str:
    if order.state == "open":
        return "partially_filled" if order.filled else "live"
    return "filled" if order.state == "filled" else "canceled"


def _side_shown(order: Order) -> str:
    """Print the side as it was sent: in hedge mode it names the position."""
    return {"net": order.side, "long": "buy", "short": "sell"}[order.position_side]


def _row(venue: Venue, account: Account, order: Order) -> dict[str, Any]:
    native = order.native
    average = order.average_price
    return {
        "symbol": order.symbol,
        "size": plain(order.quantity),
        **named(order),
        "baseVolume": plain(order.filled),
        "fee": "0" if order.filled else "",
        "price": "" if order.price is None else plain(order.price),
        "priceAvg": "" if average is None else plain(average),
        "status": status(order),
        "side": _side_shown(order),
        "force": order.tif,
        "totalProfits": "0",
        "posSide": order.position_side,
        "marginCoin": venue.market(PERP, order.symbol).instrument.quote,
        "quoteVolume": plain(order.filled_value),
        "leverage": plain(account.leverage_of(PERP, order.symbol)),
        "marginMode": native.get("marginMode", "crossed"),
        "reduceOnly": "YES" if order.reduce_only else "NO",
        "enterPointSource": "API",
        "tradeSide": "" if order.position_side == "net" else "close" if order.reduces else "open",
        "posMode": "one_way_mode" if order.position_side == "net" else "hedge_mode",
        "orderType": order.kind,
        "orderSource": "normal" if order.kind == "limit" else "market",
        "cancelReason": "normal_cancel" if order.state == "cancelled" else "",
        "cTime": str(order.created_ms),
        "uTime": str(order.updated_ms),
        "presetStopSurplusPrice": native.get("presetStopSurplusPrice", ""),
        "presetStopLossPrice": native.get("presetStopLossPrice", ""),
    }


ROUTES: Routes = {
    f"POST {ORDER}/place-order": ("place", place),
    f"POST {ORDER}/cancel-order": ("cancel", cancel),
    f"POST {ORDER}/batch-cancel-orders": ("cancel", cancel_batch),
    f"POST {ORDER}/cancel-all-orders": ("cancel", cancel_all),
    f"POST {ORDER}/close-positions": ("place", close_positions),
    f"GET {ORDER}/detail": ("query", detail),
    f"GET {ORDER}/orders-pending": ("query", pending),
    f"GET {ORDER}/orders-history": ("query", history),
}
