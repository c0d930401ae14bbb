"""Bitget's v2 API for Classic accounts: set-up, balances and leverage, and its orders and stops put together."""

from decimal import Decimal

from order_relay.core.call import Call, decimal, post
from order_relay.core.exchange import Ask, Found, Handle, Instrument, Position, Profile, Sought, Wanted
from order_relay.core.order import MarginMode, Plan, PositionSide
from order_relay.core.outcome import Op
from order_relay.core.symbol import Market
from order_relay.exchanges import bitget_v2_orders as orders
from order_relay.exchanges import bitget_v2_plans as plans
from order_relay.exchanges.bitget_answers import (
    MARGIN_MODES,
    MARGIN_WORDS,
    Row,
    amount,
    only,
    query,
    read_positions,
    rows,
    unreadable,
)
from order_relay.exchanges.bitget_generation import Generation

_ACCOUNT = "/api/v2/mix/account"
_PROBES = {"USDT": ("USDT-FUTURES", "BTCUSDT"), "USDC": ("USDC-FUTURES", "BTCPERP")}
_ISOLATED = {PositionSide.LONG: "isolatedLongLever", PositionSide.SHORT: "isolatedShortLever"}


def profile(ask: Ask, market: Market) -> Profile:
    """Read position and margin mode; the account call wants a symbol, so BTCUSDT stands for all USDT futures."""
    if market is Market.SPOT:
        return Profile(api="v2")
    account = only(ask(_account("USDT")).data)
    positions, margin = account.get("posMode"), account.get("marginMode")
    if positions not in ("one_way_mode", "hedge_mode") or margin not in ("crossed", "isolated"):
        raise unreadable("no position or margin mode")
    return Profile(hedge=positions == "hedge_mode", api="v2", trade_mode=margin)


def positions(ask: Ask, instrument: Instrument) -> list[Position]:
    outcome = ask(query("/api/v2/mix/position/single-position", orders.contract(instrument)))
    return read_positions(rows(outcome.data), "holdSide")


def available(ask: Ask, asset: str, market: Market, profile: Profile) -> Decimal:
    """Read the free balance; for futures what can open positions in the account's margin mode."""
    if market is Market.SPOT:
        return _coin(ask, asset, "available")
    account = only(ask(_account(asset)).data)
    usable = "isolatedMaxAvailable" if profile.trade_mode == "isolated" else "crossedMaxAvailable"
    return amount(account, usable if account.get(usable) else "available")


def equity(ask: Ask, asset: str, market: Market) -> Decimal:
    """Read all of a coin, what orders hold too; for futures the account's equity with open profit."""
    if market is Market.SPOT:
        return _coin(ask, asset, "available", "frozen", "locked")
    return amount(only(ask(_account(asset)).data), "accountEquity")


def _coin(ask: Ask, asset: str, *parts: str) -> Decimal:
    listed = rows(ask(query("/api/v2/spot/account/assets", {"coin": asset})).data)
    row = next((row for row in listed if str(row.get("coin")).upper() == asset), None)
    return Decimal(0) if row is None else sum((amount(row, part) for part in parts), Decimal(0))


def _account(coin: str) -> Call:
    """Build the account call; where the coin tells no contract, the exchange itself refuses the question."""
    product, symbol = _PROBES.get(coin, _PROBES["USDT"])
    wanted = {"marginCoin": coin, "productType": product, "symbol": symbol}
    return query(f"{_ACCOUNT}/account", wanted)


def arrange(ask: Ask, wanted: Wanted, instrument: Instrument) -> list[Call]:
    """Set margin mode, then leverage, where the contract has others (contract/account/Change-Leverage)."""
    account = only(ask(query(f"{_ACCOUNT}/account", orders.contract(instrument))).data)
    present = MARGIN_MODES.get(str(account.get("marginMode")))
    if present is None:
        raise unreadable("no margin mode")
    mode, calls = wanted.margin_mode or present, []
    if mode is not present:
        body = {**orders.contract(instrument), "marginMode": MARGIN_WORDS[mode]}
        calls.append(post(f"{_ACCOUNT}/set-margin-mode", body, op=Op.SET))
    if wanted.leverage is not None:
        calls += _leverage(account, wanted, mode, instrument)
    return calls


def _leverage(account: Row, wanted: Wanted, mode: MarginMode, instrument: Instrument) -> list[Call]:
    """Set what differs; only isolated margin in hedge mode keeps the sides apart."""
    told: dict[PositionSide | None, tuple[str, ...]] = {None: ("crossedMarginLeverage",)}
    if mode is MarginMode.ISOLATED:
        hedge = account.get("posMode") == "hedge_mode"
        sides = tuple(PositionSide) if wanted.position_side is None else (wanted.position_side,)
        told = {side: (_ISOLATED[side],) for side in sides} if hedge else {None: tuple(_ISOLATED.values())}
    body = {**orders.contract(instrument), "leverage": wanted.leverage}
    return [
        post(f"{_ACCOUNT}/set-leverage", {**body, "holdSide": side}, op=Op.SET)
        for side, fields in told.items()
        if any(decimal(account.get(field)) != wanted.leverage for field in fields)
    ]


def place(plan: Plan, instrument: Instrument, profile: Profile) -> Call:
    build = plans.place if plan.type.triggered else orders.place
    return build(plan, instrument, profile)


def cancel(handle: Handle, instrument: Instrument) -> Call:
    return plans.cancel(handle, instrument) if handle.stop else orders.cancel(handle, instrument)


def find(ask: Ask, sought: Sought, instrument: Instrument) -> Found | None:
    look = plans.find if sought.plan.type.triggered else orders.find
    return look(ask, sought, instrument)


def open_orders(ask: Ask, instrument: Instrument) -> list[Found]:
    """List waiting stops, then orders: one that triggers in between is listed twice rather than not at all."""
    return plans.waiting(ask, instrument) + orders.open_orders(ask, instrument)


V2 = Generation(
    profile=profile,
    place=place,
    cancel=cancel,
    cancel_many=orders.cancel_many,
    find=find,
    open_orders=open_orders,
    positions=positions,
    available=available,
    equity=equity,
    arrange=arrange,
)
