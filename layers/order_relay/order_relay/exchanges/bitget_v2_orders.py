"""Bitget v2 orders, spot and futures: placed, cancelled, found and listed, and how their rows read."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain

from order_relay.core.call import Call, post
from order_relay.core.exchange import Ask, Found, Handle, Instrument, Profile, Sought
from order_relay.core.order import OrderType, Plan, PositionSide, Side
from order_relay.core.outcome import Op, Verdict
from order_relay.core.symbol import Market
from order_relay.exchanges.bitget_answers import (
    MARGIN_WORDS,
    PAGE,
    Fields,
    Row,
    is_sought,
    only,
    pages,
    query,
    read_order,
    rows,
    side_of,
    since_sent,
    unreadable,
)

_FIELDS = Fields()
_DETAIL = Fields(status="state")
_OPEN_SPOT = Fields(price="priceAvg", average="basePrice")


def place(plan: Plan, instrument: Instrument, profile: Profile) -> Call:
    limit = plan.type is OrderType.LIMIT
    if instrument.market is Market.SPOT:
        return post("/api/v2/spot/trade/place-order", _spot_order(plan, limit), op=Op.PLACE)
    body = {
        **margin(plan, instrument, profile),
        "size": plan.quantity,
        "price": plan.price if limit else None,
        **direction(plan),
        "orderType": plan.type,
        "force": plan.time_in_force if limit else None,
        "presetStopSurplusPrice": plan.take_profit,
        "presetStopLossPrice": plan.stop_loss,
        "clientOid": plan.client_id,
    }
    return post("/api/v2/mix/order/place-order", body, op=Op.PLACE)


def _spot_order(plan: Plan, limit: bool) -> dict[str, object]:
    """Fill a spot order; `force` is required even where a market order ignores it (sheet 4a)."""
    return {
        "symbol": plan.symbol,
        "side": plan.side,
        "orderType": plan.type,
        "force": plan.time_in_force if limit else "gtc",
        "price": plan.price if limit else None,
        "size": plan.quantity,
        "presetTakeProfitPrice": plan.take_profit,
        "presetStopLossPrice": plan.stop_loss,
        "clientOid": plan.client_id,
    }


def margin(plan: Plan, instrument: Instrument, profile: Profile) -> dict[str, object]:
    return {
        "symbol": plan.symbol,
        "productType": instrument.product,
        "marginMode": MARGIN_WORDS[plan.margin_mode] if plan.margin_mode else profile.trade_mode,
        "marginCoin": instrument.quote,
    }


def direction(plan: Plan) -> dict[str, str]:
    """Say which way to trade; in hedge mode `side` names the position and tradeSide what happens to it (sheet 4b)."""
    if plan.position_side is None:
        return {"side": plan.side} | ({"reduceOnly": "YES"} if plan.reduce_only else {})
    closes = plan.side is plan.position_side.closing
    names_long = plan.position_side is PositionSide.LONG
    return {"side": "buy" if names_long else "sell", "tradeSide": "close" if closes else "open"}


def contract(instrument: Instrument) -> dict[str, str]:
    return {"symbol": instrument.symbol, "productType": instrument.product, "marginCoin": instrument.quote}


def cancel(handle: Handle, instrument: Instrument) -> Call:
    named = {"orderId": handle.order_id} if handle.order_id else {"clientOid": handle.client_id}
    if instrument.market is Market.SPOT:
        return post("/api/v2/spot/trade/cancel-order", {"symbol": instrument.symbol, **named}, op=Op.CANCEL)
    return post("/api/v2/mix/order/cancel-order", {**contract(instrument), **named}, op=Op.CANCEL)


def cancel_many(order_ids: Sequence[str], instrument: Instrument) -> Call:
    named = [{"orderId": order_id} for order_id in order_ids]
    if instrument.market is Market.SPOT:
        body = {"symbol": instrument.symbol, "batchMode": "single", "orderList": named}
        return post("/api/v2/spot/trade/batch-cancel-order", body, op=Op.CANCEL)
    return post("/api/v2/mix/order/batch-cancel-orders", {**contract(instrument), "orderIdList": named}, op=Op.CANCEL)


def find(ask: Ask, sought: Sought, instrument: Instrument) -> Found | None:
    named = {"orderId": sought.order_id} if sought.order_id else {"clientOid": sought.plan.client_id}
    if instrument.market is Market.SPOT:
        return _find_spot(ask, sought, instrument, named)
    wanted = {"symbol": instrument.symbol, "productType": instrument.product, **named}
    outcome = ask(query("/api/v2/mix/order/detail", wanted))
    if outcome.verdict is Verdict.GONE:
        return None
    row = only(outcome.data)
    if not is_sought(row, sought):
        raise unreadable("another order than the one asked for")
    return _read_perp(row)


def _find_spot(ask: Ask, sought: Sought, instrument: Instrument, named: dict[str, str]) -> Found | None:
    """Ask directly, which shows a client id for 2 h only, then scan open and ended orders (sheet 6)."""
    direct = rows(ask(query("/api/v2/spot/trade/orderInfo", named)).data)
    ended = since_sent(_spot_pages(ask, "history-orders", instrument), sought, _FIELDS)
    everything = chain(direct, _spot_pages(ask, "unfilled-orders", instrument), ended)
    row = next((row for row in everything if is_sought(row, sought)), None)
    return _read_spot(row) if row else None


def open_orders(ask: Ask, instrument: Instrument) -> list[Found]:
    """List open orders; futures are asked twice, as without a status only `live` ones are documented to come."""
    if instrument.market is Market.SPOT:
        return [_read_spot(row) for row in _spot_pages(ask, "unfilled-orders", instrument)]
    listed = chain(_perp_pages(ask, instrument, None), _perp_pages(ask, instrument, "partially_filled"))
    return list({order.order_id: order for order in map(_read_perp, listed)}.values())


def _spot_pages(ask: Ask, name: str, instrument: Instrument) -> Iterator[Row]:
    wanted = {"symbol": instrument.symbol, "limit": PAGE}
    return pages(ask, lambda before: query(f"/api/v2/spot/trade/{name}", {**wanted, "idLessThan": before}))


def _perp_pages(ask: Ask, instrument: Instrument, status: str | None) -> Iterator[Row]:
    wanted = {"symbol": instrument.symbol, "productType": instrument.product, "status": status, "limit": PAGE}
    pending = partial(query, "/api/v2/mix/order/orders-pending")
    return pages(ask, lambda before: pending({**wanted, "idLessThan": before}), "entrustedList")


def _read_spot(row: Row) -> Found:
    """Read a spot order; the list of open ones names its price priceAvg (spot/trade/Get-Unfilled-Orders)."""
    return read_order(row, _FIELDS if "price" in row else _OPEN_SPOT, Market.SPOT, side_of(row))


def _read_perp(row: Row) -> Found:
    """Read a futures order; its state is named `state` in one answer and `status` in others (sheet 6)."""
    return read_order(row, _DETAIL if "state" in row else _FIELDS, Market.PERP, traded(row))


def traded(row: Row) -> Side:
    """Tell which way an order trades; in hedge mode its `side` names the position, so posSide and tradeSide decide."""
    held, trade = row.get("posSide"), str(row.get("tradeSide"))
    if held not in ("long", "short") or (trade != "open" and "close" not in trade):
        return side_of(row)
    position = PositionSide(held)
    return position.opening if trade == "open" else position.closing
