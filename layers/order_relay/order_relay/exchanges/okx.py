"""OKX v5: spot and perpetual swaps, one host per region, demo accounts by header."""

from collections.abc import Sequence
from decimal import Decimal

from order_relay.core.exchange import (
    Ask,
    Call,
    Credentials,
    Exchange,
    Found,
    Handle,
    Instrument,
    MarketStyle,
    Position,
    Profile,
    Sought,
    Status,
    Top,
    decimal,
    get,
    post,
)
from order_relay.core.money import product
from order_relay.core.order import OrderType, Plan, PositionSide, Side, TimeInForce, Unit
from order_relay.core.outcome import Op, Verdict
from order_relay.core.refusal import Refusal, Word
from order_relay.core.symbol import Market, split
from order_relay.exchanges.okx_codes import RULES
from order_relay.exchanges.okx_envelope import Row, first, listed, number, placed, read, read_clock, sign, unreadable

BATCH = 20
PAGE = 100
PAGES = 50
ORDER = "/api/v5/trade/order"

_ORDER_TYPES = {
    TimeInForce.GTC: "limit",
    TimeInForce.IOC: "ioc",
    TimeInForce.FOK: "fok",
    TimeInForce.POST_ONLY: "post_only",
}
_STATUSES = {
    "live": Status.OPEN,
    "partially_filled": Status.OPEN,
    "filled": Status.FILLED,
    "canceled": Status.CANCELLED,
    "mmp_canceled": Status.CANCELLED,
}
_TRADE_MODES = {"1": "cash", "2": "cash", "3": "cross", "4": "cross"}


def read_profile(ask: Ask, credentials: Credentials, market: Market) -> Profile:
    """Read position mode and account mode: spot is traded `cash` in modes 1 and 2, `cross` in 3 and 4 (sheet 4)."""
    row = first(ask(get("/api/v5/account/config")), "account configuration")
    mode, trade_mode = row.get("posMode"), _TRADE_MODES.get(str(row.get("acctLv")))
    if mode not in ("net_mode", "long_short_mode") or trade_mode is None:
        raise unreadable("a known position and account mode")
    return Profile(hedge=mode == "long_short_mode", trade_mode=trade_mode)


def read_instrument(ask: Ask, name: str, market: Market) -> Instrument | None:
    """Read trading rules; swaps count contracts of ctVal base coins, inverse ones of ctVal dollars (sheet 7)."""
    pair = split(name)
    if pair is None:
        return None
    spot = market is Market.SPOT
    symbol = "-".join(pair) if spot else f"{pair[0]}-{pair[1]}-SWAP"
    query = {"instType": "SPOT" if spot else "SWAP", "instId": symbol}
    outcome = ask(get("/api/v5/public/instruments", query, op=Op.PUBLIC))
    row = next((row for row in outcome.data or () if row.get("instId") == symbol), None)
    if row is None:
        return None
    return Instrument(
        symbol=symbol,
        market=market,
        base=pair[0],
        quote=pair[1],
        tick=number(row, "tickSz"),
        step=number(row, "lotSz"),
        minimum=number(row, "minSz"),
        unit=Unit.BASE if spot else Unit.CONTRACTS,
        contract=Decimal(1) if spot else product(number(row, "ctVal"), decimal(row.get("ctMult")) or Decimal(1)),
        maximum=decimal(row.get("maxLmtSz")),
        max_market=None if spot else decimal(row.get("maxMktSz")),
        tradable=row.get("state") == "live",
        inverse=row.get("ctType") == "inverse",
    )


def read_top(ask: Ask, instrument: Instrument, profile: Profile) -> Top:
    ticker = get("/api/v5/market/ticker", {"instId": instrument.symbol}, op=Op.PUBLIC)
    row = first(ask(ticker), "ticker")
    bid, offer = decimal(row.get("bidPx")), decimal(row.get("askPx"))
    if bid and offer:
        return Top(bid, offer)
    last = number(row, "last")
    return Top(last, last)


def read_positions(ask: Ask, instrument: Instrument, profile: Profile) -> list[Position]:
    query = {"instType": "SWAP", "instId": instrument.symbol}
    rows = listed(ask(get("/api/v5/account/positions", query)), "positions")
    return [_position(row) for row in rows if number(row, "pos")]


def _position(row: Row) -> Position:
    """Read one position: signed in net mode, with its side beside it in long/short mode (sheet 8)."""
    size, side = number(row, "pos"), row.get("posSide")
    if side == "net":
        side = "long" if size > 0 else "short"
    if side not in ("long", "short"):
        raise unreadable("a known position side")
    return Position(PositionSide(side), abs(size), margin_mode=row.get("mgnMode"))


def read_available(ask: Ask, asset: str, market: Market, profile: Profile) -> Decimal:
    """Read availBal, for swaps availEq (usable as margin); both from docs trading-account-rest-api-get-balance."""
    row = first(ask(get("/api/v5/account/balance", {"ccy": asset})), "balance")
    coin = next((coin for coin in row.get("details") or () if coin.get("ccy") == asset), None)
    if coin is None:
        return Decimal(0)
    return number(coin, "availBal" if market is Market.SPOT else "availEq")


def place(plan: Plan, instrument: Instrument, profile: Profile) -> Call:
    """Build an order (sheet 4); posSide only in long/short mode, where closing orders reduce without being told.

    A spot market order is refused rather than shrunk to the balance (`banAmend`).
    """
    perp, currency = plan.market is Market.PERP, _size_currency(plan, instrument)
    body = {
        "instId": instrument.symbol,
        "tdMode": (plan.margin_mode or "cross") if perp else (profile.trade_mode or "cash"),
        "side": plan.side,
        "posSide": plan.position_side if perp and profile.hedge else None,
        "ordType": _order_type(plan),
        "px": plan.price if plan.type is OrderType.LIMIT else None,
        "sz": plan.quantity,
        "tgtCcy": currency,
        "banAmend": True if currency else None,
        "reduceOnly": True if perp and plan.reduce_only and not profile.hedge else None,
        "clOrdId": plan.client_id,
    }
    return post(ORDER, body, op=Op.PLACE)


def _order_type(plan: Plan) -> str:
    if plan.type is OrderType.LIMIT:
        return _ORDER_TYPES[plan.time_in_force]
    if plan.time_in_force in (TimeInForce.FOK, TimeInForce.POST_ONLY):
        raise Refusal(Word.UNSUPPORTED, f"OKX has no market order that is {plan.time_in_force}")
    return "market"


def _size_currency(plan: Plan, instrument: Instrument) -> str | None:
    """Say what a spot market order's size counts, for OKX's default differs between buys and sells (sheet 4)."""
    spot_market = plan.market is Market.SPOT and plan.type is OrderType.MARKET
    if plan.unit is not instrument.unit and not (spot_market and plan.unit is Unit.QUOTE):
        raise Refusal(Word.UNSUPPORTED, f"OKX cannot size this {plan.market.value} order in {plan.unit.value}")
    if not spot_market:
        return None
    return "quote_ccy" if plan.unit is Unit.QUOTE else "base_ccy"


def cancel(handle: Handle, instrument: Instrument, profile: Profile) -> Call:
    client_id = None if handle.order_id else handle.client_id
    body = {"instId": instrument.symbol, "ordId": handle.order_id, "clOrdId": client_id}
    return post("/api/v5/trade/cancel-order", body, op=Op.CANCEL)


def cancel_many(order_ids: Sequence[str], instrument: Instrument, profile: Profile) -> Call:
    body = [{"instId": instrument.symbol, "ordId": order_id} for order_id in order_ids]
    return post("/api/v5/trade/cancel-batch-orders", body, op=Op.CANCEL)


def find(ask: Ask, sought: Sought, instrument: Instrument, profile: Profile) -> Found | None:
    """Ask for one order, open or ended, by its id or else by ours; 51603 where there is none (sheet 6)."""
    client_id = None if sought.order_id else sought.plan.client_id
    outcome = ask(get(ORDER, {"instId": instrument.symbol, "ordId": sought.order_id, "clOrdId": client_id}))
    return None if outcome.verdict is Verdict.GONE else _found(first(outcome, "order"))


def open_orders(ask: Ask, instrument: Instrument, profile: Profile) -> list[Found]:
    """List every open order of the instrument, whatever its instType (cross spot orders may count as margin)."""
    orders: list[Found] = []
    for _ in range(PAGES):
        after = orders[-1].order_id if orders else None
        query = {"instId": instrument.symbol, "limit": PAGE, "after": after}
        page = listed(ask(get("/api/v5/trade/orders-pending", query)), "open orders")
        orders += [_found(row) for row in page]
        if len(page) < PAGE:
            return orders
    raise unreadable("an end of the open orders")


def _found(row: Row) -> Found:
    """Read an order. accFillSz counts base coins even where sz counts quote coins (docs get-order-details)."""
    status, side = _STATUSES.get(str(row.get("state"))), row.get("side")
    if status is None or side not in ("buy", "sell") or not row.get("ordId"):
        raise unreadable("an order id and a known state and side")
    filled, created = number(row, "accFillSz"), decimal(row.get("cTime"))
    if filled and row.get("tgtCcy") == "quote_ccy":
        filled = product(filled, number(row, "avgPx"))
    return Found(
        order_id=str(row["ordId"]),
        status=status,
        side=Side(side),
        quantity=decimal(row.get("sz")),
        filled=filled,
        client_id=row.get("clOrdId") or None,
        price=decimal(row.get("px")),
        average=decimal(row.get("avgPx")) or None,
        created_ms=int(created) if created else None,
        reason=row.get("cancelSourceReason") or "",
    )


def style(market: Market, side: Side, unit: Unit) -> MarketStyle:
    return MarketStyle.NATIVE


EXCHANGE = Exchange(
    name="okx",
    demo=True,
    hosts={
        "main": "https://openapi.okx.com",
        "eea": "https://eea.okx.com",
        "us": "https://us.okx.com",
        "tr": "https://tr.okx.com",
    },
    markets=frozenset({Market.SPOT, Market.PERP}),
    rules=RULES,
    window_ms=30_000,
    unique_ids=frozenset({Market.SPOT, Market.PERP}),
    keeps_unfilled=True,
    finds_orders=frozenset({Market.SPOT, Market.PERP}),
    passphrase=True,
    sign=sign,
    read=read,
    clock=get("/api/v5/public/time", op=Op.PUBLIC),
    read_clock=read_clock,
    profile=read_profile,
    instrument=read_instrument,
    top=read_top,
    positions=read_positions,
    available=read_available,
    place=place,
    placed=placed,
    cancel=cancel,
    cancel_many=cancel_many,
    batch=BATCH,
    batch_markets=frozenset({Market.SPOT, Market.PERP}),
    find=find,
    open_orders=open_orders,
    style=style,
)
