"""OKX stops (algo orders): stop orders and trailing orders, found and cancelled by calls of their own.

What reduces, and every spot stop, is a one-way stop order (`conditional`): only it documents reduceOnly and tgtCcy, and
OKX refuses it when the market is already past the trigger. What opens a swap position is a `trigger` order, which takes
a take-profit and a stop-loss along (docs order-book-trading-algo-trading-post-place-algo-order, 2026-07-22).
"""

from dataclasses import replace
from decimal import Decimal

from order_relay.core.call import Call, decimal, get, post
from order_relay.core.exchange import Ask, Found, Handle, Instrument, Profile, Sought, Status
from order_relay.core.order import OrderType, Plan, Side, TimeInForce, Unit
from order_relay.core.outcome import Op, Verdict
from order_relay.core.refusal import Refusal, Word
from order_relay.core.symbol import Market
from order_relay.exchanges.okx_codes import RULES
from order_relay.exchanges.okx_envelope import ALGO, Row, first, number, unreadable
from order_relay.exchanges.okx_orders import at, created_ms, details, direction, paged, protection, reduce_only, unsized

_PENDING = "/api/v5/trade/orders-algo-pending"
_KINDS = ("conditional,oco", "trigger", "move_order_stop")
"""What waiting stops are asked for by; only those two kinds may share a question (docs get-algo-order-list)."""

_STATUSES = {
    "live": Status.OPEN,
    "pause": Status.OPEN,
    "effective": Status.FILLED,
    "partially_effective": Status.FILLED,
    "canceled": Status.CANCELLED,
    "order_failed": Status.FAILED,
    "partially_failed": Status.FAILED,
}


def place(plan: Plan, instrument: Instrument, profile: Profile) -> Call:
    """Build a stop, by last price, at market or at its own price once triggered."""
    _check(plan, instrument)
    body = {
        **direction(plan, instrument, profile),
        "sz": plan.quantity,
        **_terms(plan),
        "reduceOnly": reduce_only(plan, profile),
        "algoClOrdId": plan.client_id,
    }
    return post(ALGO, body, op=Op.PLACE)


def _terms(plan: Plan) -> dict[str, object]:
    if plan.type is OrderType.TRAILING:
        return {"ordType": "move_order_stop", "callbackRatio": plan.trail, "activePx": plan.trigger_price}
    if not _reduces(plan) and plan.market is Market.PERP:
        trigger = {"triggerPx": plan.trigger_price, "triggerPxType": "last", "orderPx": plan.price or "-1"}
        return {"ordType": "trigger", **trigger, "attachAlgoOrds": protection(plan)}
    leg = "tp" if plan.above is not None and plan.above is (plan.side is Side.SELL) else "sl"
    return {"ordType": "conditional", "tgtCcy": _currency(plan), **at(leg, plan.trigger_price, plan.price)}


def _reduces(plan: Plan) -> bool:
    return plan.reduce_only or (plan.position_side is not None and plan.side is plan.position_side.closing)


def _currency(plan: Plan) -> str | None:
    """Say what the size of a spot market buy counts: the only stop whose size may be money."""
    if plan.market is not Market.SPOT or plan.side is Side.SELL or plan.price is not None:
        return None
    return "quote_ccy" if plan.unit is Unit.QUOTE else "base_ccy"


def _check(plan: Plan, instrument: Instrument) -> None:
    """Refuse what these orders cannot say (docs as above; 51281: only `conditional` takes tgtCcy)."""
    trailing, spot = plan.type is OrderType.TRAILING, plan.market is Market.SPOT
    market_buy = spot and plan.side is Side.BUY and plan.price is None
    if plan.unit is not instrument.unit and not (market_buy and plan.unit is Unit.QUOTE and not trailing):
        raise unsized(plan)
    if trailing and market_buy:
        raise Refusal(Word.UNSUPPORTED, "OKX does not tell what the size of a trailing spot buy counts")
    if trailing and (plan.price is not None or plan.trail is None):
        raise Refusal(Word.UNSUPPORTED, "a trailing order of OKX needs a trail and trades at market")
    if not trailing and plan.trigger_price is None:
        raise Refusal(Word.UNSUPPORTED, "a stop needs a trigger price")
    natural = (TimeInForce.GTC, TimeInForce.IOC) if plan.price is None else (TimeInForce.GTC,)
    if plan.time_in_force not in natural:
        raise Refusal(Word.UNSUPPORTED, f"OKX has no stop that is {plan.time_in_force} in this relay")
    if (plan.take_profit or plan.take_profits or plan.stop_loss) and (trailing or spot or _reduces(plan)):
        kind = "a trailing order" if trailing else "a spot stop" if spot else "a stop that reduces"
        raise Refusal(Word.UNSUPPORTED, f"OKX attaches no take-profit or stop-loss to {kind}")


def cancel(handle: Handle, instrument: Instrument) -> Call:
    named = {"algoId": handle.order_id} if handle.order_id else {"algoClOrdId": handle.client_id}
    return post("/api/v5/trade/cancel-algos", [{"instId": instrument.symbol, **named}], op=Op.CANCEL)


def find(ask: Ask, sought: Sought, instrument: Instrument) -> Found | None:
    """Ask for one stop, waiting or ended; 51603 where there is none (docs get-algo-order-details).

    The id that is known may be that of the order which the stop became.
    """
    named = {"algoId": sought.order_id} if sought.order_id else {"algoClOrdId": sought.plan.client_id}
    outcome = ask(get(ALGO, named))
    if outcome.verdict is Verdict.GONE:
        return details(ask, instrument, order_id=sought.order_id) if sought.order_id else None
    row = first(outcome, "stop")
    stop = _found(row)
    became = _became(row)
    order = details(ask, instrument, order_id=became) if became and not stop.live else None
    return stop if order is None else replace(order, client_id=stop.client_id)


def waiting(ask: Ask, instrument: Instrument) -> list[Found]:
    """List the waiting stops of the instrument, attached take-profits and stop-losses of filled orders too."""
    rows = [
        row for kind in _KINDS for row in paged(ask, _PENDING, {"ordType": kind, "instId": instrument.symbol}, "algoId")
    ]
    return [_found(row) for row in rows]


def _became(row: Row) -> str | None:
    """Take the id of the order that a triggered stop became (ordId is going to be dropped, ordIdList stays)."""
    listed = row.get("ordIdList") or [row.get("ordId")]
    return str(listed[0]) if listed[0] else None


def _found(row: Row) -> Found:
    status, side = _STATUSES.get(str(row.get("state"))), row.get("side")
    if status is None or side not in ("buy", "sell") or not row.get("algoId"):
        raise unreadable("a stop's id and a known state and side")
    return Found(
        order_id=str(row["algoId"]),
        status=status,
        side=Side(side),
        quantity=decimal(row.get("sz")),
        filled=number(row, "sz") if status is Status.FILLED and row.get("sz") else Decimal(0),
        client_id=row.get("algoClOrdId") or None,
        price=_limit(row),
        created_ms=created_ms(row),
        reason=_failure(row) if status is Status.FAILED else "",
        stop=status is Status.OPEN,
    )


def _limit(row: Row) -> Decimal | None:
    """Read the price of the order to come where there is one; -1 means market."""
    prices = {decimal(row.get(name)) for name in ("ordPx", "tpOrdPx", "slOrdPx")} - {None, Decimal(-1)}
    return prices.pop() if len(prices) == 1 else None


def _failure(row: Row) -> str:
    """Say why no order came of it: failCode is a code of the error table (docs get-algo-order-details)."""
    code = str(row.get("failCode") or "")
    rule = RULES.get(code)
    return f"OKX could not place the order once triggered: {code}{f' {rule.meaning}' if rule else ''}"
