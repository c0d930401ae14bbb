"""Bitunix: spot (openapi) and USDT futures (fapi) behind one name; the market chooses host and dialect."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from order_relay.core.call import Call, Credentials, get
from order_relay.core.exchange import (
    Ask,
    Exchange,
    Found,
    Handle,
    Instrument,
    MarketStyle,
    Position,
    Profile,
    Sought,
    Top,
    Wanted,
)
from order_relay.core.order import Plan, Side, Unit
from order_relay.core.outcome import Op
from order_relay.core.symbol import Market
from order_relay.exchanges import bitunix_account as account
from order_relay.exchanges import bitunix_futures as futures
from order_relay.exchanges import bitunix_spot as spot
from order_relay.exchanges.bitunix_codes import RULES
from order_relay.exchanges.bitunix_envelope import FUTURES, read, read_clock, sign


def _place(plan: Plan, instrument: Instrument, profile: Profile) -> Call:
    return futures.place(plan, profile) if plan.market is Market.PERP else spot.place(plan)


def _placed(data: Any) -> str | None:
    order_id = data.get("orderId") if isinstance(data, dict) else None
    return None if order_id in (None, "") else str(order_id)


def _cancel(handle: Handle, instrument: Instrument, profile: Profile) -> Call:
    build = futures.cancel if instrument.market is Market.PERP else spot.cancel
    return build(handle, instrument.symbol)


def _cancel_many(order_ids: Sequence[str], instrument: Instrument, profile: Profile) -> Call:
    build = futures.cancel_many if instrument.market is Market.PERP else spot.cancel_many
    return build(order_ids, instrument.symbol)


def _find(ask: Ask, sought: Sought, instrument: Instrument, profile: Profile) -> Found | None:
    if instrument.market is Market.PERP:
        return futures.find(ask, sought)
    return spot.find(ask, sought, instrument.symbol)


def _open_orders(ask: Ask, instrument: Instrument, profile: Profile) -> list[Found]:
    read_all = futures.open_orders if instrument.market is Market.PERP else spot.open_orders
    return read_all(ask, instrument.symbol)


def _profile(ask: Ask, credentials: Credentials, market: Market) -> Profile:
    return account.profile(ask) if market is Market.PERP else Profile()


def _instrument(ask: Ask, name: str, market: Market) -> Instrument | None:
    return futures.instrument(ask, name) if market is Market.PERP else spot.instrument(ask, name)


def _top(ask: Ask, instrument: Instrument, profile: Profile) -> Top:
    read_top = futures.top if instrument.market is Market.PERP else spot.top
    return read_top(ask, instrument.symbol)


def _positions(ask: Ask, instrument: Instrument, profile: Profile) -> list[Position]:
    return account.positions(ask, instrument.symbol) if instrument.market is Market.PERP else []


def _available(ask: Ask, asset: str, market: Market, profile: Profile) -> Decimal:
    return account.available(ask, asset) if market is Market.PERP else spot.available(ask, asset)


def _equity(ask: Ask, asset: str, market: Market, profile: Profile) -> Decimal:
    return account.equity(ask, asset) if market is Market.PERP else spot.equity(ask, asset)


def _arrange(ask: Ask, wanted: Wanted, instrument: Instrument, profile: Profile) -> list[Call]:
    return account.arrange(ask, wanted, instrument)


def _style(market: Market, side: Side, unit: Unit) -> MarketStyle:
    """A spot market buy is native for an amount of money only; spot has no IOC to stand in for it (sheet 4b)."""
    swept = market is Market.SPOT and side is Side.BUY and unit is Unit.BASE
    return MarketStyle.SWEPT_LIMIT if swept else MarketStyle.NATIVE


EXCHANGE = Exchange(
    name="bitunix",
    nonce=True,
    hosts={"main": "https://openapi.bitunix.com", FUTURES: "https://fapi.bitunix.com"},
    markets=frozenset({Market.SPOT, Market.PERP}),
    rules=RULES,
    window_ms=60_000,
    unique_ids=frozenset({Market.PERP}),
    keeps_unfilled=True,
    finds_orders=frozenset({Market.SPOT, Market.PERP}),
    passphrase=False,
    sign=sign,
    read=read,
    clock=get(spot.LAST_PRICE, {"symbol": "BTCUSDT"}, op=Op.PUBLIC),
    read_clock=read_clock,
    profile=_profile,
    instrument=_instrument,
    top=_top,
    positions=_positions,
    available=_available,
    equity=_equity,
    arrange=_arrange,
    place=_place,
    placed=_placed,
    cancel=_cancel,
    cancel_many=_cancel_many,
    batch=5,
    find=_find,
    open_orders=_open_orders,
    style=_style,
    confirms=True,
)
