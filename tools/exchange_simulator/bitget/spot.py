"""Spot orders of classic accounts: /api/v2/spot (sheet sections 4a, 5, 6 and 9)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from tools.exchange_simulator.bitget import field
from tools.exchange_simulator.bitget.lookup import missing, named, page, pick, require_new, stops_of
from tools.exchange_simulator.bitget.route import Routes
from tools.exchange_simulator.number import plain
from tools.exchange_simulator.order import Draft, Order, Stop
from tools.exchange_simulator.venue import Call, Venue

SPOT = "spot"
TRADE = "/api/v2/spot/trade"
TWO_HOURS_MS = 7_200_000
PROFIT = ("presetTakeProfitPrice", "executeTakeProfitPrice")
LOSS = ("presetStopLossPrice", "executeStopLossPrice")
PLAN_STATUSES = {"waiting": "live", "triggered": "executed", "failed": "fail_execute", "cancelled": "cancelled"}


def place(venue: Venue, call: Call) -> object:
    field.check_window(call.body, venue.clock_ms())
    draft = _draft(venue, call, "price", quoted=_is_market_buy(call.body))
    tif = field.choice(call.body, "force", field.FORCES)
    order = venue.submit(
        replace(
            draft,
            tif="gtc" if draft.kind == "market" else tif,
            attached=field.attached(call.body, draft.side, PROFIT, LOSS),
        )
    )
    return named(order)


def cancel(venue: Venue, call: Call) -> object:
    field.required(call.body, "symbol")
    order = pick(_orders(venue, call), *field.order_ids(call.body))
    if order is None or order.state != "open":
        raise venue.rejection("gone", SPOT)
    venue.note(order.client_id, order.order_id)
    return named(venue.matching.cancel(order))


def cancel_batch(venue: Venue, call: Call) -> object:
    """Cancel up to 50; in a batch that mixes ids, those with a client id only fail (docs: Batch-Cancel-Orders)."""
    given = [field.order_ids(row) for row in field.rows(call.body, "orderList", 50)]
    mixed = any(order_id for order_id, _ in given)
    success, failure = [], []
    for order_id, client_id in given:
        order = None if mixed and not order_id else pick(_orders(venue, call), order_id, client_id)
        if order and order.state == "open":
            success.append(named(venue.matching.cancel(order)))
        else:
            failure.append(missing(order_id, client_id))
    return {"successList": success, "failureList": failure}


def cancel_symbol(venue: Venue, call: Call) -> object:
    symbol = field.required(call.body, "symbol")
    for order in _orders(venue, call):
        if order.symbol == symbol:
            venue.matching.cancel(order)
    return {"symbol": symbol}


def order_info(venue: Venue, call: Call) -> object:
    """Answer an array, empty for an unknown order; a client id reaches two hours back."""
    field.check_window(call.query, venue.clock_ms())
    order_id, client_id = field.order_ids(call.query)
    venue.note(client_id or None, order_id or None)
    orders = [order for order in venue.orders(call.account) if order.product == SPOT]
    if not order_id:
        oldest = venue.clock_ms() - TWO_HOURS_MS
        orders = [order for order in orders if order.created_ms >= oldest]
    found = pick(orders, order_id, client_id)
    return [_row(found)] if found else []


def unfilled(venue: Venue, call: Call) -> object:
    return [_unfilled_row(order) for order in _listed(venue, call, is_open=True)]


def history(venue: Venue, call: Call) -> object:
    return [_row(order) for order in _listed(venue, call, is_open=False)]


def place_plan(venue: Venue, call: Call) -> object:
    plan_type = field.choice(call.body, "planType", ("amount", "total"), "amount")
    draft = _draft(venue, call, "executePrice", quoted=plan_type == "total")
    field.choice(call.body, "triggerType", ("fill_price", "mark_price"))
    return named(venue.submit_stop(draft, field.positive(call.body, "triggerPrice")))


def cancel_plan(venue: Venue, call: Call) -> object:
    stop = pick(stops_of(venue, call.account, SPOT), *field.order_ids(call.body))
    if stop is None or stop.state != "waiting":
        raise venue.rejection("plan_gone", SPOT)
    venue.matching.cancel_stop(stop)
    return {"result": "success"}


def plans(venue: Venue, call: Call) -> object:
    return _plans(venue, call, ended=False)


def ended_plans(venue: Venue, call: Call) -> object:
    return _plans(venue, call, ended=True)


def sub_orders(venue: Venue, call: Call) -> object:
    """Answer with the order that a triggered plan became."""
    number = field.required(call.query, "planOrderId")
    stop = next((stop for stop in venue.stops(call.account) if stop.stop_id == number), None)
    if stop is None or stop.draft.product != SPOT:
        raise venue.rejection("plan_gone", SPOT)
    price = plain(stop.draft.price or Decimal(0))
    return [{"orderId": stop.order_id, "price": price, "type": stop.draft.kind, "status": "success"}] * bool(
        stop.order_id
    )


def _plans(venue: Venue, call: Call, ended: bool) -> object:
    wanted = [
        stop
        for stop in venue.stops(call.account)
        if (stop.state != "waiting") == ended and stop.draft.product == SPOT and _same_symbol(stop.draft.symbol, call)
    ]
    return {"nextFlag": False, "idLessThan": "", "orderList": [_plan_row(stop) for stop in page(wanted, call.query)]}


def assets(venue: Venue, call: Call) -> object:
    """List the coins held, or the one asked for."""
    wanted = call.query.get("coin", "").upper()
    coins = [wanted] if wanted else sorted(call.account.balances)
    return [_asset(venue, call, coin) for coin in coins]


def _asset(venue: Venue, call: Call, coin: str) -> dict[str, str]:
    wallet = venue.wallets[SPOT]
    free = venue.funds.available(call.account.name, wallet, coin)
    total = venue.funds.total(call.account.name, wallet, coin)
    return {
        "coin": coin,
        "available": plain(free),
        "frozen": plain(total - free),
        "locked": "0",
        "limitAvailable": "0",
        "uTime": str(venue.clock_ms()),
    }


def _draft(venue: Venue, call: Call, price_field: str, quoted: bool) -> Draft:
    """Read what ordinary and trigger orders share; `quoted` sizes count quote currency."""
    body = call.body
    market = venue.market(SPOT, field.required(body, "symbol"))
    side = field.choice(body, "side", ("buy", "sell"))
    kind = field.choice(body, "orderType", ("limit", "market"))
    size = field.positive(body, "size")
    client_id = field.client_oid(body, field.V2_CLIENT_ID, 50)
    require_new(venue, call.account, SPOT, client_id)
    if quoted and size < market.instrument.minimum_value:
        raise venue.rejection("below_value", SPOT)
    return Draft(
        account=call.account.name,
        product=SPOT,
        symbol=market.instrument.symbol,
        side=side,
        kind=kind,
        quantity=venue.base_quantity(market, size) if quoted else size,
        price=field.positive(body, price_field) if kind == "limit" else None,
        client_id=client_id,
        native={**body, "size": plain(size)},
    )


def _orders(venue: Venue, call: Call) -> list[Order]:
    return [order for order in venue.current_orders(call.account) if order.product == SPOT]


def _listed(venue: Venue, call: Call, is_open: bool) -> list[Order]:
    field.check_window(call.query, venue.clock_ms())
    order_id = call.query.get("orderId", "")
    orders = [
        order
        for order in venue.orders(call.account)
        if order.product == SPOT and _same_symbol(order.symbol, call) and order_id in {"", order.order_id}
    ]
    orders = [order for order in orders if (order.state == "open") == is_open]
    return page(orders, call.query)


def _is_market_buy(body: Any) -> bool:
    return field.text(body, "orderType") == "market" and field.text(body, "side") == "buy"


def _same_symbol(symbol: str, call: Call) -> bool:
    return call.query.get("symbol", symbol) == symbol


def status(order: Order) -> str:
    if order.state == "open":
        return "partially_filled" if order.filled else "live"
    return "filled" if order.state == "filled" else "cancelled"


def _row(order: Order) -> dict[str, Any]:
    return {
        "userId": "1000000001",
        "symbol": order.symbol,
        **named(order),
        "price": plain(order.price or Decimal(0)),
        "size": order.native.get("size", plain(order.quantity)),
        "orderType": order.kind,
        "side": order.side,
        "status": status(order),
        "priceAvg": plain(order.average_price or Decimal(0)),
        "baseVolume": plain(order.filled),
        "quoteVolume": plain(order.filled_value),
        "enterPointSource": "API",
        "feeDetail": "",
        "orderSource": "normal" if order.kind == "limit" else "market",
        "tpslType": "normal",
        "cancelReason": "normal_cancel" if order.state == "cancelled" else "",
        "cTime": str(order.created_ms),
        "uTime": str(order.updated_ms),
    }


def _unfilled_row(order: Order) -> dict[str, Any]:
    """Print an open order: here priceAvg is the order price and basePrice the average (docs: Get-Unfilled-Orders)."""
    row = _row(order)
    row["basePrice"], row["priceAvg"] = row["priceAvg"], row.pop("price")
    return row


def _plan_row(stop: Stop) -> dict[str, Any]:
    draft = stop.draft
    return {
        **named(stop),
        "symbol": draft.symbol,
        "size": draft.native.get("size", plain(draft.quantity)),
        "executePrice": plain(draft.price or Decimal(0)),
        "triggerPrice": plain(stop.trigger_price),
        "status": PLAN_STATUSES[stop.state],
        "orderType": draft.kind,
        "side": draft.side,
        "planType": draft.native.get("planType", "amount"),
        "triggerType": draft.native.get("triggerType", "fill_price"),
        "enterPointSource": "API",
        "cTime": str(stop.created_ms),
        "uTime": str(stop.updated_ms),
    }


ROUTES: Routes = {
    f"POST {TRADE}/place-order": ("place", place),
    f"POST {TRADE}/cancel-order": ("cancel", cancel),
    f"POST {TRADE}/batch-cancel-order": ("cancel", cancel_batch),
    f"POST {TRADE}/cancel-symbol-order": ("cancel", cancel_symbol),
    f"GET {TRADE}/orderInfo": ("query", order_info),
    f"GET {TRADE}/unfilled-orders": ("query", unfilled),
    f"GET {TRADE}/history-orders": ("query", history),
    f"POST {TRADE}/place-plan-order": ("place", place_plan),
    f"POST {TRADE}/cancel-plan-order": ("cancel", cancel_plan),
    f"GET {TRADE}/current-plan-order": ("query", plans),
    f"GET {TRADE}/history-plan-order": ("query", ended_plans),
    f"GET {TRADE}/plan-sub-order": ("query", sub_orders),
    "GET /api/v2/spot/account/assets": ("account", assets),
}
