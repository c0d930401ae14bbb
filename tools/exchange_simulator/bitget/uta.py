"""Orders of unified trading accounts, spot and futures alike: /api/v3/trade (sheet sections 4c, 5, 6)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tools.exchange_simulator.bitget import field
from tools.exchange_simulator.bitget.lookup import named, page, pick
from tools.exchange_simulator.bitget.positions import close_position, current_positions, make_room
from tools.exchange_simulator.bitget.route import Routes
from tools.exchange_simulator.market import Market
from tools.exchange_simulator.number import plain
from tools.exchange_simulator.order import PERP, Draft, Order, Rejected
from tools.exchange_simulator.venue import Call, Venue

TRADE = "/api/v3/trade"
PRODUCTS = {"SPOT": "spot", "USDT-FUTURES": PERP}
CATEGORIES = {product: category for category, product in PRODUCTS.items()}
OTHER_CATEGORIES = ("MARGIN", "COIN-FUTURES", "USDC-FUTURES")
PROFIT = ("takeProfit", "tpLimitPrice")
LOSS = ("stopLoss", "slLimitPrice")


def place(venue: Venue, call: Call) -> object:
    """Place an order; one that pushes older reduce-only orders out is answered with a null id."""
    draft = _draft(venue, call)
    pending = [order for order in venue.current_orders(call.account) if order.state == "open"]
    venue.note(draft.client_id, None)
    if draft.client_id and pick(pending, "", draft.client_id):
        raise venue.rejection("duplicate", "uta")
    displaced = draft.position_side == "net" and make_room(venue, call.account, draft)
    order = _submit(venue, draft)
    return {**named(order), "orderId": None if displaced else order.order_id}


def cancel(venue: Venue, call: Call) -> object:
    order = pick(venue.current_orders(call.account), *field.order_ids(call.body))
    if order is None or order.state != "open":
        raise venue.rejection("gone", "uta")
    venue.note(order.client_id, order.order_id)
    return named(venue.matching.cancel(order))


def cancel_batch(venue: Venue, call: Call) -> object:
    """Cancel up to 20; the answer is an array in the order asked (docs: Cancel-Batch)."""
    answers = []
    for row in field.rows({"list": call.body}, "list", 20):
        order_id, client_id = field.order_ids(row)
        product = category(venue, row)
        symbol = venue.market(product, field.required(row, "symbol")).instrument.symbol
        order = pick(venue.current_orders(call.account), order_id, client_id)
        if order and order.state == "open" and (order.product, order.symbol) == (product, symbol):
            answers.append(named(venue.matching.cancel(order)))
        else:
            answers.append(
                {"orderId": order_id, "clientOid": client_id, "code": "25204", "msg": "Order does not exist"}
            )
    return answers


def cancel_symbol(venue: Venue, call: Call) -> object:
    product = category(venue, call.body)
    symbol = field.text(call.body, "symbol")
    wanted = [
        order
        for order in venue.current_orders(call.account)
        if order.state == "open" and order.product == product and symbol in {"", order.symbol}
    ]
    return {"list": [{**named(venue.matching.cancel(order)), "code": "00000", "msg": "success"} for order in wanted]}


def close_positions(venue: Venue, call: Call) -> object:
    category(venue, call.body)
    symbol, side = field.text(call.body, "symbol"), field.text(call.body, "posSide")
    held = [
        position
        for position in current_positions(venue, call.account)
        if symbol in {"", position.symbol} and side in {"", "long" if position.quantity > 0 else "short"}
    ]
    if not held:
        raise venue.rejection("no_position", "uta")
    closed = [close_position(venue, call.account, position) for position in held]
    return {"list": [{**named(order), "code": "00000", "msg": "success"} for order in closed]}


def order_info(venue: Venue, call: Call) -> object:
    order_id, client_id = field.order_ids(call.query)
    venue.note(client_id or None, order_id or None)
    found = pick(venue.orders(call.account), order_id, client_id)
    if found is None:
        raise venue.rejection("gone", "uta")
    return _row(found)


def unfilled(venue: Venue, call: Call) -> object:
    return _list(venue, call, is_open=True)


def history(venue: Venue, call: Call) -> object:
    field.required(call.query, "category")
    return _list(venue, call, is_open=False)


def category(venue: Venue, body: Any) -> str:
    """Read the category in either case and return its product; MARGIN and coin futures have no symbols here."""
    known = (*PRODUCTS, *OTHER_CATEGORIES)
    given = field.choice({"category": field.required(body, "category").upper()}, "category", known)
    if given in OTHER_CATEGORIES:
        raise venue.rejection("unknown_symbol", "uta")
    return PRODUCTS[given]


def market_of(venue: Venue, body: Any) -> Market:
    found = venue.markets.find(category(venue, body), field.required(body, "symbol"))
    if found is None:
        raise venue.rejection("unknown_symbol", "uta")
    return found


def _draft(venue: Venue, call: Call) -> Draft:
    body = call.body
    market = market_of(venue, body)
    product = market.instrument.product
    side = field.choice(body, "side", ("buy", "sell"))
    kind = field.choice(body, "orderType", ("limit", "market"))
    size = field.positive(body, "qty")
    tif = field.choice(body, "timeInForce", field.FORCES, "gtc")
    position_side, reduce_only = _position_side(venue, call) if product == PERP else ("net", False)
    quoted = (product, kind, side) == ("spot", "market", "buy")
    if quoted and size < market.instrument.minimum_value:
        raise venue.rejection("below_value", "uta")
    return Draft(
        account=call.account.name,
        product=product,
        symbol=market.instrument.symbol,
        side=side,
        kind=kind,
        quantity=venue.base_quantity(market, size) if quoted else size,
        price=field.positive(body, "price") if kind == "limit" else None,
        tif=tif if kind == "limit" else "gtc",
        client_id=field.client_oid(body, field.V3_CLIENT_ID, 32),
        position_side=position_side,
        reduce_only=reduce_only,
        attached=field.attached(body, side, PROFIT, LOSS),
        native={**body, "amount": plain(size) if quoted else "0"},
    )


def _position_side(venue: Venue, call: Call) -> tuple[str, bool]:
    """Read posSide, due in hedge mode only, and reduceOnly, meant for one-way mode only."""
    given = field.text(call.body, "posSide")
    hedge = call.account.position_mode == "hedge"
    if bool(given) != hedge or given not in {"", "long", "short"}:
        raise venue.rejection("position_side", "uta")
    reduce_only = field.choice(call.body, "reduceOnly", ("yes", "no"), "no") == "yes"
    return (given, False) if hedge else ("net", reduce_only)


def _submit(venue: Venue, draft: Draft) -> Order:
    """Place a draft; v3 has codes of its own for what the matching engine refuses."""
    try:
        order = venue.matching.place(draft)
    except Rejected as exc:
        raise venue.rejection(exc.reason, f"uta_{draft.product}") from exc
    venue.note(order.client_id, order.order_id)
    return order


def _list(venue: Venue, call: Call, is_open: bool) -> object:
    product = category(venue, call.query) if call.query.get("category") else ""
    symbol = call.query.get("symbol", "")
    wanted = [
        order
        for order in venue.orders(call.account)
        if (order.state == "open") == is_open and product in {"", order.product} and symbol in {"", order.symbol}
    ]
    rows = [_row(order) for order in page(wanted, call.query, before="cursor")]
    return {"list": rows, "cursor": rows[-1]["orderId"] if rows else None}


def status(order: Order) -> str:
    if order.state == "open":
        return "partially_filled" if order.filled else "new"
    return "filled" if order.state == "filled" else "cancelled"


def _row(order: Order) -> dict[str, Any]:
    futures = order.product == PERP
    hedge = order.position_side != "net"
    zero = Decimal(0)
    amount = order.native.get("amount", "0")
    return {
        **named(order),
        "category": CATEGORIES[order.product],
        "symbol": order.symbol,
        "orderType": order.kind,
        "side": order.side,
        "price": plain(order.price or zero),
        "qty": "0" if amount != "0" else plain(order.quantity),
        "amount": amount,
        "cumExecQty": plain(order.filled),
        "cumExecValue": plain(order.filled_value),
        "avgPrice": plain(order.average_price or zero),
        "timeInForce": order.tif,
        "orderStatus": status(order),
        "posSide": order.position_side if hedge else "",
        "holdMode": ("hedge_mode" if hedge else "one_way_mode") if futures else "",
        "tradeSide": "close" if futures and order.reduces else "open",
        "reduceOnly": "YES" if order.reduce_only else "NO",
        "feeDetail": [],
        "cancelReason": "normal_cancel" if order.state == "cancelled" else "",
        "execType": "normal",
        "createdTime": str(order.created_ms),
        "updatedTime": str(order.updated_ms),
    }


ROUTES: Routes = {
    f"POST {TRADE}/place-order": ("place", place),
    f"POST {TRADE}/cancel-order": ("cancel", cancel),
    f"POST {TRADE}/cancel-batch": ("cancel", cancel_batch),
    f"POST {TRADE}/cancel-symbol-order": ("cancel", cancel_symbol),
    f"POST {TRADE}/close-positions": ("place", close_positions),
    f"GET {TRADE}/order-info": ("query", order_info),
    f"GET {TRADE}/unfilled-orders": ("query", unfilled),
    f"GET {TRADE}/history-orders": ("query", history),
}
