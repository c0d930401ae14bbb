"""Trigger, trailing, take-profit and stop-loss orders of classic futures: /api/v2/mix/order/*plan* (sheet 9)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from tools.exchange_simulator.bitget import field
from tools.exchange_simulator.bitget.lookup import missing, named, page, pick, require_new, stops_of
from tools.exchange_simulator.bitget.mix import ORDER, order_draft, require_market, require_product
from tools.exchange_simulator.bitget.positions import current_positions, trigger_flaw
from tools.exchange_simulator.bitget.route import Routes
from tools.exchange_simulator.number import plain, read_decimal
from tools.exchange_simulator.order import PERP, Draft, Position, Refusal, Stop
from tools.exchange_simulator.venue import Call, Venue

PROFIT_PLANS = ("profit_plan", "pos_profit")
TPSL_PLANS = (*PROFIT_PLANS, "loss_plan", "pos_loss")
TRIGGER_TYPES = ("mark_price", "fill_price")
ORDER_PLANS = ("normal_plan", "track_plan")
PROFIT = ("stopSurplusTriggerPrice", "stopSurplusExecutePrice")
LOSS = ("stopLossTriggerPrice", "stopLossExecutePrice")
STATUSES = {"waiting": "live", "triggered": "executed", "failed": "fail_execute", "cancelled": "cancelled"}
HOLD_SIDES = {"long": "long", "short": "short", "buy": "long", "sell": "short"}


def place(venue: Venue, call: Call) -> object:
    """Store a trigger order, or a trailing one, which this simulator does not let follow the price."""
    trails = field.choice(call.body, "planType", ORDER_PLANS) == "track_plan"
    field.choice(call.body, "triggerType", TRIGGER_TYPES)
    draft = order_draft(venue, call, "price")
    trigger = field.positive(call.body, "triggerPrice")
    if trails:
        trigger = _trail(call, draft, trigger)
    attached = () if trails else field.attached(call.body, draft.side, PROFIT, LOSS)
    return _store(venue, call, replace(draft, attached=attached), trigger)


def _trail(call: Call, draft: Draft, activation: Decimal) -> Decimal:
    """Return where a trailing order stands at first: callbackRatio percent, at most 10, behind its activation."""
    ratio = field.positive(call.body, "callbackRatio")
    if ratio > 10:
        raise Refusal("40020", "Parameter callbackRatio error")
    field.choice(call.body, "orderType", ("market",))
    distance = activation * ratio / 100
    return activation - distance if draft.side == "sell" else activation + distance


def place_tpsl(venue: Venue, call: Call) -> object:
    """Protect a position: pos_* plans close all of it, the others a given size."""
    body = call.body
    plan = field.choice(body, "planType", TPSL_PLANS)
    market = require_market(venue, body)
    held = _held(venue, call, market.instrument.symbol)
    whole = plan.startswith("pos_")
    execution = read_decimal(field.text(body, "executePrice") or "0")
    draft = Draft(
        account=call.account.name,
        product=PERP,
        symbol=held.symbol,
        side="sell" if held.quantity > 0 else "buy",
        kind="limit" if execution else "market",
        quantity=abs(held.quantity) if whole else field.positive(body, "size"),
        price=execution or None,
        client_id=field.client_oid(body, field.V2_CLIENT_ID, 50),
        position_side=held.position_side,
        reduce_only=held.position_side == "net",
        native={**body, "planType": plan},
    )
    trigger = field.positive(body, "triggerPrice")
    flaw = trigger_flaw(market.price, trigger, held.quantity > 0, plan in PROFIT_PLANS)
    if flaw:
        raise venue.rejection(flaw, PERP)
    return _store(venue, call, draft, trigger)


def cancel(venue: Venue, call: Call) -> object:
    """Cancel the named orders of one symbol and plan type, or all of them when none is named."""
    require_product(call.body)
    symbol, plan = field.text(call.body, "symbol"), field.text(call.body, "planType") or "normal_plan"
    alike = [stop for stop in _stops(venue, call) if symbol in {"", stop.draft.symbol} and _plan_type(stop) == plan]
    waiting = [stop for stop in alike if stop.state == "waiting"]
    if call.body.get("orderIdList") is None:
        return {"successList": [_end(venue, stop) for stop in waiting], "failureList": []}
    success, failure = [], []
    for row in field.rows(call.body, "orderIdList", 50):
        order_id, client_id = field.order_ids(row)
        found = pick(waiting, order_id, client_id)
        if found:
            success.append(_end(venue, found))
        else:
            failure.append(missing(order_id, client_id))
    return {"successList": success, "failureList": failure}


def pending(venue: Venue, call: Call) -> object:
    return _list(venue, call, ended=False)


def history(venue: Venue, call: Call) -> object:
    return _list(venue, call, ended=True)


def _list(venue: Venue, call: Call, ended: bool) -> object:
    require_product(call.query)
    kind = field.choice(call.query, "planType", ("normal_plan", "track_plan", "profit_loss"))
    symbol, order_id, client_id = (call.query.get(name, "") for name in ("symbol", "orderId", "clientOid"))
    wanted = [
        stop
        for stop in venue.stops(call.account)
        if (stop.state != "waiting") == ended
        and stop.draft.product == PERP
        and _kind(stop) == kind
        and symbol in {"", stop.draft.symbol}
        and order_id in {"", stop.stop_id}
        and (order_id or client_id in {"", stop.draft.client_id})
    ]
    rows = [_row(stop) for stop in page(wanted, call.query)]
    return {"entrustedList": rows or None, "endId": rows[-1]["orderId"] if rows else None}


def _store(venue: Venue, call: Call, draft: Draft, trigger: Decimal) -> dict[str, str]:
    require_new(venue, call.account, PERP, draft.client_id)
    whole = str(draft.native["planType"]).startswith("pos_")
    return named(venue.submit_stop(draft, trigger, closes_position=whole))


def _held(venue: Venue, call: Call, symbol: str) -> Position:
    """Find the position a holdSide names: long/short in hedge mode, buy/sell in one-way mode."""
    words = ("long", "short") if call.account.position_mode == "hedge" else ("buy", "sell")
    side = HOLD_SIDES[field.choice(call.body, "holdSide", words)]
    for held in current_positions(venue, call.account):
        if held.symbol == symbol and (held.quantity > 0) == (side == "long"):
            return held
    raise venue.rejection("stop_no_position", PERP)


def _stops(venue: Venue, call: Call) -> list[Stop]:
    return stops_of(venue, call.account, PERP)


def _end(venue: Venue, stop: Stop) -> dict[str, str]:
    return named(venue.matching.cancel_stop(stop))


def _plan_type(stop: Stop) -> str:
    """Repeat the plan type; presets of an order have none and are told apart by their direction."""
    preset = "profit_plan" if stop.rises == (stop.draft.side == "sell") else "loss_plan"
    return str(stop.draft.native.get("planType", preset))


def _kind(stop: Stop) -> str:
    return _plan_type(stop) if _plan_type(stop) in ORDER_PLANS else "profit_loss"


def _row(stop: Stop) -> dict[str, Any]:
    draft = stop.draft
    hedge = draft.position_side != "net"
    return {
        "planType": _plan_type(stop),
        "symbol": draft.symbol,
        "size": plain(draft.quantity),
        **named(stop),
        "price": "" if draft.price is None else plain(draft.price),
        "executePrice": "0" if draft.price is None else plain(draft.price),
        "callbackRatio": draft.native.get("callbackRatio", ""),
        "triggerPrice": plain(stop.trigger_price),
        "triggerType": draft.native.get("triggerType", "fill_price"),
        "planStatus": STATUSES[stop.state],
        "executeOrderId": stop.order_id or "",
        "side": {"net": draft.side, "long": "buy", "short": "sell"}[draft.position_side],
        "posSide": draft.position_side,
        "marginCoin": draft.native.get("marginCoin", "USDT"),
        "marginMode": draft.native.get("marginMode", "crossed"),
        "tradeSide": ("close" if draft.reduces else "open") if hedge else "",
        "posMode": "hedge_mode" if hedge else "one_way_mode",
        "orderType": draft.kind,
        "orderSource": "normal",
        "cTime": str(stop.created_ms),
        "uTime": str(stop.updated_ms),
    }


ROUTES: Routes = {
    f"POST {ORDER}/place-plan-order": ("place", place),
    f"POST {ORDER}/place-tpsl-order": ("place", place_tpsl),
    f"POST {ORDER}/cancel-plan-order": ("cancel", cancel),
    f"GET {ORDER}/orders-plan-pending": ("query", pending),
    f"GET {ORDER}/orders-plan-history": ("query", history),
}
