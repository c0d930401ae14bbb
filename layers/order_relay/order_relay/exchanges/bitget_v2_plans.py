"""Bitget v2 stops (plan orders), spot and futures: found and cancelled by calls of their own.

A stop of a futures contract is known by its id alone if it is a trigger order (`normal_plan`), else with its plan type
before it (`track_plan:123`): the call that cancels it wants the type (contract/plan/Cancel-Plan-Order).
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import partial
from itertools import chain
from typing import Any

from order_relay.core.call import Call, post
from order_relay.core.exchange import Ask, Found, Handle, Instrument, Profile, Sought, Status
from order_relay.core.money import product
from order_relay.core.order import OrderType, Plan, Unit
from order_relay.core.outcome import Op
from order_relay.core.refusal import Refusal, Word
from order_relay.core.symbol import Market
from order_relay.exchanges import bitget_v2_orders as orders
from order_relay.exchanges.bitget_answers import (
    PAGE,
    Fields,
    Row,
    created_ms,
    is_sought,
    pages,
    positive,
    query,
    rows,
    side_of,
    since_sent,
    unreadable,
)

MIX = "/api/v2/mix/order"
SPOT = "/api/v2/spot/trade"
NORMAL, TRACK = "normal_plan", "track_plan"
WIDEST_PERCENT = 10

_FIELDS = Fields()
_STATUSES = {
    "live": Status.OPEN,
    "not_trigger": Status.OPEN,
    "executing": Status.OPEN,
    "executed": Status.FILLED,
    "fail_execute": Status.FAILED,
    "cancelled": Status.CANCELLED,
}


def place(plan: Plan, instrument: Instrument, profile: Profile) -> Call:
    """Build a stop, by last price, at market or at its own price once triggered."""
    _check(plan)
    if instrument.market is Market.SPOT:
        return post(f"{SPOT}/place-plan-order", _spot_plan(plan), op=Op.PLACE)
    trailing = plan.type is OrderType.TRAILING
    body = {
        "planType": TRACK if trailing else NORMAL,
        **orders.margin(plan, instrument, profile),
        "size": plan.quantity,
        "price": plan.price,
        "callbackRatio": _percent(plan.trail) if trailing and plan.trail else None,
        "triggerPrice": plan.trigger_price,
        "triggerType": "fill_price",
        **orders.direction(plan),
        "orderType": _order_type(plan),
        "stopSurplusTriggerPrice": plan.take_profit,
        "stopSurplusTriggerType": "fill_price" if plan.take_profit else None,
        "stopLossTriggerPrice": plan.stop_loss,
        "stopLossTriggerType": "fill_price" if plan.stop_loss else None,
        "clientOid": plan.client_id,
    }
    return post(f"{MIX}/place-plan-order", body, op=Op.PLACE)


def _spot_plan(plan: Plan) -> dict[str, object]:
    """Fill a spot stop, whose size counts what planType says (spot/plan/Place-Plan-Order)."""
    return {
        "symbol": plan.symbol,
        "side": plan.side,
        "triggerPrice": plan.trigger_price,
        "orderType": _order_type(plan),
        "executePrice": plan.price,
        "planType": "total" if plan.unit is Unit.QUOTE else "amount",
        "size": plan.quantity,
        "triggerType": "fill_price",
        "clientOid": plan.client_id,
    }


def _order_type(plan: Plan) -> str:
    return "market" if plan.price is None else "limit"


def _percent(fraction: Decimal) -> Decimal:
    return product(fraction, Decimal(100))


def _check(plan: Plan) -> None:
    """Refuse what these orders cannot say (contract/plan/Place-Plan-Order, spot/plan/Place-Plan-Order)."""
    if plan.type is OrderType.TRAILING:
        _check_trailing(plan)
    if (plan.take_profit or plan.stop_loss) and (plan.market is Market.SPOT or plan.type is OrderType.TRAILING):
        kind = "a spot stop" if plan.market is Market.SPOT else "a trailing order"
        raise Refusal(Word.UNSUPPORTED, f"Bitget attaches no take-profit or stop-loss price to {kind}")


def _check_trailing(plan: Plan) -> None:
    if plan.market is Market.SPOT:
        raise Refusal(Word.UNSUPPORTED, "Bitget has no trailing spot orders in this relay")
    if plan.trail is None or _percent(plan.trail) > WIDEST_PERCENT:
        raise Refusal(Word.UNSUPPORTED, f"a trailing order of Bitget follows by at most {WIDEST_PERCENT} %")
    if plan.trigger_price is None:
        raise Refusal(Word.UNSUPPORTED, "a trailing order of Bitget needs a trigger price, from which on it follows")
    if plan.price is not None:
        raise Refusal(Word.UNSUPPORTED, "a trailing order of Bitget trades at market")


def identified(call: Call, data: dict[str, Any]) -> dict[str, Any]:
    """Give an accepted trailing order the id by which this relay knows it."""
    trailing = call.target == f"{MIX}/place-plan-order" and f'"planType":"{TRACK}"' in call.body
    return {**data, "orderId": f"{TRACK}:{data['orderId']}"} if trailing else data


def _split(order_id: str) -> tuple[str, str]:
    """Take an id of this relay apart into plan type and Bitget's own id."""
    kind, _, bare = order_id.rpartition(":")
    return kind or NORMAL, bare


def cancel(handle: Handle, instrument: Instrument) -> Call:
    kind, bare = _split(handle.order_id or "")
    named = {"orderId": bare} if bare else {"clientOid": handle.client_id}
    if instrument.market is Market.SPOT:
        return post(f"{SPOT}/cancel-plan-order", named, op=Op.CANCEL)
    body = {**orders.contract(instrument), "planType": kind, "orderIdList": [named]}
    return post(f"{MIX}/cancel-plan-order", body, op=Op.CANCEL)


def find(ask: Ask, sought: Sought, instrument: Instrument) -> Found | None:
    """Look a stop up among the waiting and then the ended ones, and the order that it became.

    The id that is known may be that of the order which the stop became.
    """
    bare = _split(sought.order_id)[1] if sought.order_id else None
    wanted = replace(sought, order_id=bare)
    listed = (
        _spot_stops(ask, wanted, instrument)
        if instrument.market is Market.SPOT
        else _mix_stops(ask, wanted, instrument)
    )
    row = next((row for row in listed if is_sought(row, wanted)), None)
    if row is None:
        return orders.find(ask, wanted, instrument) if bare else None
    stop = _read(row, instrument.market)
    became = _became(ask, row, instrument.market) if stop.status is Status.FILLED else None
    order = orders.find(ask, replace(sought, order_id=became), instrument) if became else None
    return stop if order is None else replace(order, client_id=stop.client_id)


def _mix_stops(ask: Ask, sought: Sought, instrument: Instrument) -> Iterator[Row]:
    kind = TRACK if sought.plan.type is OrderType.TRAILING else NORMAL
    named = {"orderId": sought.order_id} if sought.order_id else {"clientOid": sought.plan.client_id}
    waiting = _mix_pages(ask, "orders-plan-pending", instrument, {"planType": kind, **named})
    return chain(waiting, _mix_pages(ask, "orders-plan-history", instrument, {"planType": kind, **named}))


def _spot_stops(ask: Ask, sought: Sought, instrument: Instrument) -> Iterator[Row]:
    """Yield a pair's stops: their lists cannot be asked for one client id (spot/plan/Get-Current-Plan-Order)."""
    ended = _spot_pages(ask, "history-plan-order", instrument)
    return chain(_spot_pages(ask, "current-plan-order", instrument), since_sent(ended, sought, _FIELDS))


def _became(ask: Ask, row: Row, market: Market) -> str | None:
    """Take the id of the order that a stop became; spot has a call for it (spot/plan/Get-Plan-Sub-Order)."""
    if market is Market.PERP:
        return row.get("executeOrderId") or None
    listed = rows(ask(query(f"{SPOT}/plan-sub-order", {"planOrderId": row["orderId"]})).data)
    return next((str(one["orderId"]) for one in listed if one.get("orderId")), None)


def waiting(ask: Ask, instrument: Instrument) -> list[Found]:
    """List waiting stops, without the take-profits and stop-losses of a position, which end with it."""
    if instrument.market is Market.SPOT:
        listed = _spot_pages(ask, "current-plan-order", instrument)
    else:
        pending = partial(_mix_pages, ask, "orders-plan-pending", instrument)
        listed = chain(pending({"planType": NORMAL}), pending({"planType": TRACK}))
    return [_read(row, instrument.market) for row in listed]


def _mix_pages(ask: Ask, listed: str, instrument: Instrument, which: dict[str, str]) -> Iterator[Row]:
    wanted = {"symbol": instrument.symbol, "productType": instrument.product, "limit": PAGE, **which}
    return pages(ask, lambda before: query(f"{MIX}/{listed}", {**wanted, "idLessThan": before}), "entrustedList")


def _spot_pages(ask: Ask, listed: str, instrument: Instrument) -> Iterator[Row]:
    wanted = {"symbol": instrument.symbol, "limit": PAGE}
    return pages(ask, lambda before: query(f"{SPOT}/{listed}", {**wanted, "idLessThan": before}), "orderList")


def _read(row: Row, market: Market) -> Found:
    perp = market is Market.PERP
    status = _STATUSES.get(str(row.get("planStatus" if perp else "status")))
    size = positive(row.get("size"))
    if status is None or not row.get("orderId") or size is None:
        raise unreadable("no stop id, state or size")
    kind = row.get("planType")
    limit = row.get("orderType") == "limit"
    return Found(
        order_id=f"{TRACK}:{row['orderId']}" if perp and kind == TRACK else str(row["orderId"]),
        status=status,
        side=orders.traded(row) if perp else side_of(row),
        quantity=size,
        filled=size if status is Status.FILLED else Decimal(0),
        client_id=row.get("clientOid") or None,
        price=positive(row.get("executePrice")) if limit else None,
        created_ms=created_ms(row, _FIELDS),
        reason="Bitget could not place the order once triggered" if status is Status.FAILED else "",
        stop=status is Status.OPEN,
    )
