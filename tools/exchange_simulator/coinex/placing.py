"""CoinEx: place orders, batches and stop orders, close positions (sheet sections 4, 8, 9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tools.exchange_simulator.coinex import field
from tools.exchange_simulator.coinex.shape import Row, failed_item, item, order_row
from tools.exchange_simulator.market import Market
from tools.exchange_simulator.number import plain
from tools.exchange_simulator.order import Draft, Order, Refusal
from tools.exchange_simulator.venue import Call, Venue

TYPES: Mapping[str, tuple[str, str]] = {
    "limit": ("limit", "gtc"),
    "market": ("market", "ioc"),
    "maker_only": ("limit", "post_only"),
    "ioc": ("limit", "ioc"),
    "fok": ("limit", "fok"),
}
DEAD_ON_ARRIVAL: Mapping[str, tuple[str, str]] = {
    "maker_only": ("3622", "maker only order would be executed immediately, canceled"),
    "fok": ("3621", "fok order cannot be fully filled, canceled"),
}


def place(venue: Venue, product: str, call: Call) -> object:
    return _place(venue, product, call.account.name, call.body)


def place_batch(venue: Venue, product: str, call: Call) -> object:
    """Place each order on its own; every element carries its own code."""
    orders = field.members(call.body).get("orders")
    if not isinstance(orders, list) or not orders:
        raise field.invalid()
    return [_attempt(venue, product, call.account.name, body) for body in orders]


def place_stop(venue: Venue, product: str, call: Call) -> object:
    body = field.members(call.body)
    draft = _draft(venue, product, call.account.name, body)
    trigger_price = field.positive(body, "trigger_price")
    if product == "perp":
        kind = field.choice(body, "trigger_price_type", ("latest_price", "mark_price", "index_price"))
        draft = replace(draft, native={**draft.native, "trigger_price_type": kind})
    return {"stop_id": int(venue.submit_stop(draft, trigger_price).stop_id)}


def close_position(venue: Venue, call: Call) -> object:
    """Close at most the position; a missing or null amount means all of it."""
    body = field.members(call.body)
    field.check_market_type(body, "perp")
    market = _market(venue, "perp", body)
    held = venue.state.position((call.account.name, "perp", market.instrument.symbol, "net")).quantity
    if not held:
        raise venue.rejection("no_position")
    whole = body.get("amount") is None
    amount = plain(abs(held)) if whole else body["amount"]
    asked = {**body, "side": "sell" if held > 0 else "buy", "amount": amount}
    draft = replace(_draft(venue, "perp", call.account.name, asked), reduce_only=True)
    if whole:
        left = venue.funds.closable(draft)
        draft = replace(draft, quantity=left, native={**draft.native, "amount": plain(left)})
    return order_row(_live(venue, venue.submit(draft)))


def _attempt(venue: Venue, product: str, account: str, body: object) -> Row:
    try:
        return item(_place(venue, product, account, body))
    except Refusal as refusal:
        return failed_item(refusal.code, refusal.message)


def _place(venue: Venue, product: str, account: str, body: object) -> Row:
    draft = _draft(venue, product, account, field.members(body))
    return order_row(_live(venue, venue.submit(draft)))


def _live(venue: Venue, order: Order) -> Order:
    """Refuse what died at once; an IOC without a fill is answered as a success and simply vanishes."""
    code = DEAD_ON_ARRIVAL.get(order.native["type"])
    if code and order.state == "cancelled":
        venue.state.save_order(replace(order, native={**order.native, "refused": True}))
        raise Refusal(*code)
    return order


def _market(venue: Venue, product: str, body: Mapping[str, Any]) -> Market:
    symbol = body.get("market")
    found = venue.markets.find(product, symbol) if isinstance(symbol, str) else None
    if found is None:
        raise Refusal("3639", f"Invalid Parameter: market {symbol} not found")
    return found


def _draft(venue: Venue, product: str, account: str, body: Mapping[str, Any]) -> Draft:
    field.check_market_type(body, product)
    market = _market(venue, product, body)
    side = field.choice(body, "side", ("buy", "sell"))
    asked = field.choice(body, "type", TYPES)
    field.check_flags(body)
    kind, tif = TYPES[asked]
    amount = field.positive(body, "amount")
    ccy = _currency(market, product, body, asked, side)
    in_quote = ccy == market.instrument.quote
    return Draft(
        account=account,
        product=product,
        symbol=market.instrument.symbol,
        side=side,
        kind=kind,
        tif=tif,
        quantity=venue.base_quantity(market, amount) if in_quote else amount,
        price=None if kind == "market" else field.positive(body, "price"),
        client_id=field.client_id(body),
        native={"type": asked, "amount": plain(amount), "ccy": ccy, "in_quote": in_quote},
    )


def _currency(market: Market, product: str, body: Mapping[str, Any], asked: str, side: str) -> str:
    """Name the currency of `amount`: base, but a spot market buy without ccy counts in quote."""
    base, quote = market.instrument.base, market.instrument.quote
    if product != "spot" or asked != "market":
        return base
    return field.optional_choice(body, "ccy", (base, quote)) or (quote if side == "buy" else base)
