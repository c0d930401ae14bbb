"""OKX v5: spot and perpetual swaps, one host per region, demo accounts by header."""

from decimal import Decimal

from order_relay.core.call import Call, decimal, get
from order_relay.core.exchange import Ask, Exchange, Found, Handle, Instrument, MarketStyle, Profile, Sought, Top
from order_relay.core.money import product
from order_relay.core.order import Plan, Side, Unit
from order_relay.core.outcome import Op
from order_relay.core.symbol import Market, split
from order_relay.exchanges import okx_orders, okx_stops
from order_relay.exchanges.okx_account import arrange, read_available, read_equity, read_positions, read_profile
from order_relay.exchanges.okx_codes import RULES
from order_relay.exchanges.okx_envelope import first, number, placed, read, read_clock, sign

BATCH = 20


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


def place(plan: Plan, instrument: Instrument, profile: Profile) -> Call:
    build = okx_stops.place if plan.type.triggered else okx_orders.place
    return build(plan, instrument, profile)


def cancel(handle: Handle, instrument: Instrument, profile: Profile) -> Call:
    return okx_stops.cancel(handle, instrument) if handle.stop else okx_orders.cancel(handle, instrument)


def find(ask: Ask, sought: Sought, instrument: Instrument, profile: Profile) -> Found | None:
    look = okx_stops.find if sought.plan.type.triggered else okx_orders.find
    return look(ask, sought, instrument)


def open_orders(ask: Ask, instrument: Instrument, profile: Profile) -> list[Found]:
    """List waiting stops, then orders: one that triggers in between is listed twice rather than not at all."""
    return okx_stops.waiting(ask, instrument) + okx_orders.open_orders(ask, instrument)


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
    equity=read_equity,
    arrange=arrange,
    place=place,
    placed=placed,
    cancel=cancel,
    cancel_many=okx_orders.cancel_many,
    batch=BATCH,
    batch_markets=frozenset({Market.SPOT, Market.PERP}),
    splits=frozenset({Market.PERP}),
    find=find,
    open_orders=open_orders,
    style=style,
)
