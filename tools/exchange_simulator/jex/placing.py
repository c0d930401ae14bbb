"""JEX: placing limit orders, stops and the market close; contract orders are only `entrusting` (sheet 4, 8 and 9)."""

from __future__ import annotations

from decimal import Decimal

from tools.exchange_simulator.jex import field
from tools.exchange_simulator.jex.shape import Row, fixed, spot_result
from tools.exchange_simulator.market import Market
from tools.exchange_simulator.order import PERP, ZERO, Draft
from tools.exchange_simulator.venue import Call, Venue

SIDES = {"BUY": "buy", "SELL": "sell"}
STOP_TYPES = ("stopLimit", "profitLimit")
TRIGGER_TYPES = ("lastPrice", "markPrice", "indexPrice")
RESPONSES = ("ACK", "RESULT")
MOST_ORDERS, MOST_STOPS = 200, 10


def place(venue: Venue, product: str, call: Call) -> object:
    """Place a spot or option limit order."""
    draft = read_draft(venue, product, call, ("LIMIT",))
    detailed = _wants_result(call)
    order = venue.submit(draft)
    row = spot_result(venue.markets.of(draft).instrument, order)
    return row if detailed else {name: row[name] for name in ("symbol", "orderId", "transactTime")}


def place_contract(venue: Venue, product: str, call: Call) -> object:
    """Place a contract order; the answer says `entrusting` whatever becomes of it."""
    draft = read_draft(venue, product, call, ("LIMIT", *STOP_TYPES))
    detailed = _wants_result(call)
    _require_room(venue, call, draft.symbol)
    order_id = _stop(venue, call, draft) if call.body["type"] in STOP_TYPES else venue.submit(draft).order_id
    return _entrusting(venue, draft, order_id) if detailed else {"symbol": draft.symbol, "orderId": order_id}


def check_order(venue: Venue, product: str, call: Call) -> object:
    """Check an order without submitting it."""
    read_draft(venue, product, call, ("LIMIT", *STOP_TYPES) if product == PERP else ("LIMIT",))
    return {}


def liquidate(venue: Venue, product: str, call: Call) -> object:
    """Close a whole position at market."""
    market = venue.market(product, field.required(call.body, "symbol"))
    symbol = market.instrument.symbol
    held = venue.state.position((call.account.name, PERP, symbol, "net")).quantity
    if not held:
        raise venue.rejection("no_position", PERP)
    draft = Draft(
        account=call.account.name,
        product=PERP,
        symbol=symbol,
        side="sell" if held > 0 else "buy",
        kind="market",
        quantity=abs(held),
    )
    row = _entrusting(venue, draft, venue.submit(draft).order_id)
    return {name: row[name] for name in ("symbol", "orderId", "side", "origQty", "status", "type")}


def read_draft(venue: Venue, product: str, call: Call, types: tuple[str, ...]) -> Draft:
    given = call.body
    market = venue.market(product, field.required(given, "symbol"))
    rules = market.instrument
    side = SIDES[field.choice(given, "side", tuple(SIDES), "-1117")]
    kind = field.choice(given, "type", types, "-1116")
    quantity, price = field.decimal(given, "quantity", rules.step), field.decimal(given, "price", rules.tick)
    if product == PERP and side == "sell":
        quantity = abs(quantity)  # whether a sell must be sent negative is unconfirmed: both are taken
    if quantity <= 0 or price <= 0:
        raise venue.rejection("zero", product)
    return Draft(
        account=call.account.name,
        product=product,
        symbol=rules.symbol,
        side=side,
        kind="limit",
        quantity=quantity,
        price=price,
        native={"type": kind, "triggerType": given.get("triggerType", "")},
    )


def _stop(venue: Venue, call: Call, draft: Draft) -> str:
    """Store a stop or take-profit, which needs a position and a trigger on the right side (sheet 9)."""
    field.choice(call.body, "triggerType", TRIGGER_TYPES)
    market = venue.markets.of(draft)
    trigger = field.decimal(call.body, "triggerPrice", market.instrument.tick)
    held = venue.state.position((draft.account, PERP, draft.symbol, "net")).quantity
    if held * draft.sign >= 0 or not _is_due(market, draft, trigger):
        raise venue.rejection("stop", PERP)
    return venue.submit_stop(draft, trigger).stop_id


def _is_due(market: Market, draft: Draft, trigger: Decimal) -> bool:
    """Tell whether the trigger lies where a stop, or a take-profit, belongs."""
    rises = (draft.side == "sell") == (draft.native["type"] == "profitLimit")
    return trigger > market.price if rises else trigger < market.price


def _require_room(venue: Venue, call: Call, symbol: str) -> None:
    """Hold the caps of open orders and stops per contract."""
    orders = [order for order in venue.current_orders(call.account) if (order.product, order.symbol) == (PERP, symbol)]
    stops = [stop for stop in venue.state.stops.values() if stop.draft.account == call.account.name]
    if call.body["type"] == "LIMIT" and sum(order.state == "open" for order in orders) >= MOST_ORDERS:
        raise venue.rejection("too_many_orders", PERP)
    waiting = sum(stop.draft.symbol == symbol and stop.state == "waiting" for stop in stops)
    if call.body["type"] != "LIMIT" and waiting >= MOST_STOPS:
        raise venue.rejection("too_many_stops", PERP)


def _wants_result(call: Call) -> bool:
    given = {"newOrderRespType": call.body.get("newOrderRespType", "ACK")}
    return field.choice(given, "newOrderRespType", RESPONSES) == "RESULT"


def _entrusting(venue: Venue, draft: Draft, order_id: str) -> Row:
    rules = venue.markets.of(draft).instrument
    return {
        "symbol": draft.symbol,
        "orderId": order_id,
        "side": draft.side,
        "origQty": fixed(draft.quantity * draft.sign, rules.step),
        "executedQty": "0",
        "price": fixed(draft.price or ZERO, rules.tick),
        "status": "entrusting",
        "type": str(draft.native.get("type", draft.kind)).lower(),
    }
