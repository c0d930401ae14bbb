"""Bitget's v2 API for Classic accounts: spot and futures calls, and how their answers read."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import partial
from itertools import chain

from order_relay.core.exchange import Ask, Call, Found, Handle, Instrument, Position, Profile, Sought, post
from order_relay.core.order import OrderType, Plan, PositionSide, Side
from order_relay.core.outcome import Op, Verdict
from order_relay.core.symbol import Market
from order_relay.exchanges.bitget_answers import (
    PAGE,
    Fields,
    Row,
    amount,
    created_ms,
    is_sought,
    only,
    pages,
    query,
    read_order,
    read_positions,
    rows,
    side_of,
    unreadable,
)
from order_relay.exchanges.bitget_generation import Generation

CREATED_BEFORE_SENT_MS = 60_000

_FIELDS = Fields()
_DETAIL = Fields(status="state")
_OPEN_SPOT = Fields(price="priceAvg", average="basePrice")
_PROBES = {"USDT": ("USDT-FUTURES", "BTCUSDT"), "USDC": ("USDC-FUTURES", "BTCPERP")}


def profile(ask: Ask, market: Market) -> Profile:
    """Read position and margin mode; the account call wants a symbol, so BTCUSDT stands for all USDT futures."""
    if market is Market.SPOT:
        return Profile(api="v2")
    account = only(ask(_account("USDT")).data)
    positions, margin = account.get("posMode"), account.get("marginMode")
    if positions not in ("one_way_mode", "hedge_mode") or margin not in ("crossed", "isolated"):
        raise unreadable("no position or margin mode")
    return Profile(hedge=positions == "hedge_mode", api="v2", trade_mode=margin)


def place(plan: Plan, instrument: Instrument, profile: Profile) -> Call:
    limit = plan.type is OrderType.LIMIT
    if instrument.market is Market.SPOT:
        return post("/api/v2/spot/trade/place-order", _spot_order(plan, limit), op=Op.PLACE)
    body = {
        "symbol": plan.symbol,
        "productType": instrument.product,
        "marginMode": plan.margin_mode or profile.trade_mode,
        "marginCoin": instrument.quote,
        "size": plan.quantity,
        "price": plan.price if limit else None,
        **_direction(plan),
        "orderType": plan.type,
        "force": plan.time_in_force if limit else None,
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
        "clientOid": plan.client_id,
    }


def _direction(plan: Plan) -> dict[str, str]:
    """Say which way to trade; in hedge mode `side` names the position and tradeSide what happens to it (sheet 4b)."""
    if plan.position_side is None:
        return {"side": plan.side} | ({"reduceOnly": "YES"} if plan.reduce_only else {})
    closes = plan.side is plan.position_side.closing
    names_long = plan.position_side is PositionSide.LONG
    return {"side": "buy" if names_long else "sell", "tradeSide": "close" if closes else "open"}


def cancel(handle: Handle, instrument: Instrument) -> Call:
    named = {"orderId": handle.order_id} if handle.order_id else {"clientOid": handle.client_id}
    if instrument.market is Market.SPOT:
        return post("/api/v2/spot/trade/cancel-order", {"symbol": instrument.symbol, **named}, op=Op.CANCEL)
    return post("/api/v2/mix/order/cancel-order", {**_contract(instrument), **named}, op=Op.CANCEL)


def cancel_many(order_ids: Sequence[str], instrument: Instrument) -> Call:
    named = [{"orderId": order_id} for order_id in order_ids]
    if instrument.market is Market.SPOT:
        body = {"symbol": instrument.symbol, "batchMode": "single", "orderList": named}
        return post("/api/v2/spot/trade/batch-cancel-order", body, op=Op.CANCEL)
    return post("/api/v2/mix/order/batch-cancel-orders", {**_contract(instrument), "orderIdList": named}, op=Op.CANCEL)


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
    everything = chain(direct, _spot_pages(ask, "unfilled-orders", instrument), _ended_since(ask, sought, instrument))
    row = next((row for row in everything if is_sought(row, sought)), None)
    return _read_spot(row) if row else None


def _ended_since(ask: Ask, sought: Sought, instrument: Instrument) -> Iterator[Row]:
    """Yield ended orders, newest first, up to the first that is older than the order sought can be."""
    for row in _spot_pages(ask, "history-orders", instrument):
        created = created_ms(row, _FIELDS)
        if created is not None and created < sought.sent_ms - CREATED_BEFORE_SENT_MS:
            return
        yield row


def open_orders(ask: Ask, instrument: Instrument) -> list[Found]:
    """List open orders; futures are asked twice, as without a status only `live` ones are documented to come."""
    if instrument.market is Market.SPOT:
        return [_read_spot(row) for row in _spot_pages(ask, "unfilled-orders", instrument)]
    listed = chain(_perp_pages(ask, instrument, None), _perp_pages(ask, instrument, "partially_filled"))
    return list({order.order_id: order for order in map(_read_perp, listed)}.values())


def positions(ask: Ask, instrument: Instrument) -> list[Position]:
    outcome = ask(query("/api/v2/mix/position/single-position", _contract(instrument)))
    return read_positions(rows(outcome.data), "holdSide")


def available(ask: Ask, asset: str, market: Market, profile: Profile) -> Decimal:
    """Read the free balance; for futures what can open positions in the account's margin mode."""
    if market is Market.SPOT:
        listed = rows(ask(query("/api/v2/spot/account/assets", {"coin": asset})).data)
        return next((amount(row, "available") for row in listed if str(row.get("coin")).upper() == asset), Decimal(0))
    account = only(ask(_account(asset)).data)
    usable = "isolatedMaxAvailable" if profile.trade_mode == "isolated" else "crossedMaxAvailable"
    return amount(account, usable if account.get(usable) else "available")


def _account(coin: str) -> Call:
    """Build the account call; where the coin tells no contract, the exchange itself refuses the question."""
    product, symbol = _PROBES.get(coin, _PROBES["USDT"])
    wanted = {"marginCoin": coin, "productType": product, "symbol": symbol}
    return query("/api/v2/mix/account/account", wanted)


def _contract(instrument: Instrument) -> dict[str, str]:
    return {"symbol": instrument.symbol, "productType": instrument.product, "marginCoin": instrument.quote}


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
    return read_order(row, _DETAIL if "state" in row else _FIELDS, Market.PERP, _traded(row))


def _traded(row: Row) -> Side:
    """Tell which way an order trades; in hedge mode its `side` names the position, so posSide and tradeSide decide."""
    held, trade = row.get("posSide"), str(row.get("tradeSide"))
    if held not in ("long", "short") or (trade != "open" and "close" not in trade):
        return side_of(row)
    closing = PositionSide(held).closing
    if trade != "open":
        return closing
    return Side.SELL if closing is Side.BUY else Side.BUY


V2 = Generation(
    profile=profile,
    place=place,
    cancel=cancel,
    cancel_many=cancel_many,
    find=find,
    open_orders=open_orders,
    positions=positions,
    available=available,
)
