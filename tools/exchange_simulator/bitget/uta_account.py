"""Settings, assets, positions and position protection of unified accounts: /api/v3 (sheet sections 8 and 9)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tools.exchange_simulator.accounts import Account
from tools.exchange_simulator.bitget import field
from tools.exchange_simulator.bitget.lookup import named, page, pick, stops_of
from tools.exchange_simulator.bitget.positions import (
    MARGIN_MODES,
    POSITION_MODES,
    common_row,
    current_positions,
    holds_or_waits,
    trigger_flaw,
    unrealised,
)
from tools.exchange_simulator.bitget.route import Routes
from tools.exchange_simulator.bitget.uta import TRADE, category, market_of
from tools.exchange_simulator.number import plain
from tools.exchange_simulator.order import PERP, Draft, Position, Stop
from tools.exchange_simulator.venue import Call, Venue

ACCOUNT = "/api/v3/account"
STOP_STATUSES = {"waiting": "pending", "triggered": "success", "failed": "failed", "cancelled": "cancelled"}


def settings(venue: Venue, call: Call) -> object:
    """Answer modes and leverages; success tells a client that the key is unified."""
    account = call.account
    symbols = [market.instrument.symbol for market in venue.markets.all(PERP)]
    return {
        "uid": "1000000002",
        "accountMode": "unified",
        "assetMode": "multi_assets",
        "holdMode": POSITION_MODES[account.position_mode],
        "stpMode": "none",
        "symbolConfigList": [
            {
                "category": "USDT-FUTURES",
                "symbol": symbol,
                "marginMode": MARGIN_MODES[account.margin_mode_of(PERP, symbol)],
                "leverage": plain(account.leverage_of(PERP, symbol)),
            }
            for symbol in symbols
        ],
        "coinConfigList": [],
    }


def assets(venue: Venue, call: Call) -> object:
    """List every coin held; spot and futures share them."""
    rows = [_asset(venue, call.account, coin) for coin in sorted(call.account.balances)]
    tether = _asset(venue, call.account, "USDT")
    return {"accountEquity": tether["equity"], "usdtEquity": tether["equity"], "assets": rows}


def set_leverage(venue: Venue, call: Call) -> object:
    instrument = market_of(venue, call.body).instrument
    leverage = field.positive(call.body, "leverage")
    if leverage > instrument.max_leverage:
        raise venue.rejection("leverage_high", "uta")
    call.account.leverage[instrument.product, instrument.symbol] = leverage
    return "success"


def set_hold_mode(venue: Venue, call: Call) -> object:
    wanted = field.choice(call.body, "holdMode", tuple(POSITION_MODES.values()))
    if holds_or_waits(venue, call.account):
        raise venue.rejection("mode_locked", "uta")
    call.account.position_mode = next(mode for mode, word in POSITION_MODES.items() if word == wanted)
    return "success"


def positions(venue: Venue, call: Call) -> object:
    category(venue, call.query)
    symbol, side = call.query.get("symbol", ""), call.query.get("posSide", "")
    rows = [_row(venue, call.account, held) for held in venue.positions(call.account)]
    return {"list": [row for row in rows if symbol in {"", row["symbol"]} and side in {"", row["posSide"]}]}


def place_strategy(venue: Venue, call: Call) -> object:
    """Protect a position with one take-profit or stop-loss, for all of it or a given size."""
    body = call.body
    market = market_of(venue, body)
    is_profit = bool(field.text(body, "takeProfit"))
    trigger = field.positive(body, "takeProfit" if is_profit else "stopLoss")
    held = _held(venue, call, market.instrument.symbol)
    flaw = trigger_flaw(market.price, trigger, held.quantity > 0, is_profit)
    if flaw:
        raise venue.rejection(flaw, "uta")
    whole = field.choice(body, "tpslMode", ("full", "partial"), "full") == "full"
    price = field.optional_price(body, "tpLimitPrice" if is_profit else "slLimitPrice")
    draft = Draft(
        account=call.account.name,
        product=PERP,
        symbol=held.symbol,
        side="sell" if held.quantity > 0 else "buy",
        kind="market" if price is None else "limit",
        quantity=abs(held.quantity) if whole else field.positive(body, "qty"),
        price=price,
        client_id=field.client_oid(body, field.V3_CLIENT_ID, 32),
        position_side=held.position_side,
        reduce_only=held.position_side == "net",
        native=body,
    )
    return named(venue.submit_stop(draft, trigger, closes_position=whole))


def cancel_strategy(venue: Venue, call: Call) -> object:
    stop = pick(stops_of(venue, call.account, PERP), *field.order_ids(call.body))
    if stop is None or stop.state != "waiting":
        raise venue.rejection("stop_gone", "uta")
    venue.note(stop.draft.client_id, stop.stop_id)
    venue.matching.cancel_stop(stop)
    return None


def strategies(venue: Venue, call: Call) -> object:
    category(venue, call.query)
    return [_stop_row(stop) for stop in venue.stops(call.account) if stop.state == "waiting"]


def ended_strategies(venue: Venue, call: Call) -> object:
    category(venue, call.query)
    ended = [stop for stop in venue.stops(call.account) if stop.state != "waiting"]
    rows = [_stop_row(stop) for stop in page(ended, call.query, before="cursor")]
    return {"list": rows, "cursor": rows[-1]["orderId"] if rows else None}


def _held(venue: Venue, call: Call, symbol: str) -> Position:
    is_long = field.choice(call.body, "posSide", ("long", "short")) == "long"
    for held in current_positions(venue, call.account):
        if held.symbol == symbol and (held.quantity > 0) == is_long:
            return held
    raise venue.rejection("stop_no_position", "uta")


def _asset(venue: Venue, account: Account, coin: str) -> dict[str, str]:
    wallet = venue.wallets[PERP]
    free = venue.funds.available(account.name, wallet, coin)
    total = venue.funds.total(account.name, wallet, coin)
    return {
        "coin": coin,
        "equity": plain(total),
        "usdValue": plain(total),
        "balance": plain(total),
        "available": plain(free),
        "debt": "0",
        "locked": plain(total - free),
    }


def _row(venue: Venue, account: Account, held: Position) -> dict[str, Any]:
    figures = common_row(venue, account, held)
    market, total, frozen = figures["market"], figures["total"], figures["frozen"]
    return {
        "category": "USDT-FUTURES",
        "symbol": held.symbol,
        "marginCoin": market.instrument.quote,
        "holdMode": "one_way_mode" if held.position_side == "net" else "hedge_mode",
        "posSide": figures["side"],
        "marginMode": MARGIN_MODES[account.margin_mode_of(PERP, held.symbol)],
        "positionBalance": plain(venue.funds.margin(held)),
        "available": plain(total - frozen),
        "frozen": plain(frozen),
        "total": plain(total),
        "leverage": plain(account.leverage_of(PERP, held.symbol)),
        "curRealisedPnl": "0",
        "avgPrice": plain(held.entry_price),
        "positionStatus": "normal",
        "unrealisedPnl": plain(unrealised(market, held)),
        "liquidationPrice": "0",
        "markPrice": plain(market.price),
        "createdTime": str(held.created_ms),
        "updatedTime": str(held.updated_ms),
    }


def _stop_row(stop: Stop) -> dict[str, Any]:
    draft = stop.draft
    is_long = draft.side == "sell"
    is_profit = stop.rises == is_long
    limit: Decimal | None = draft.price
    return {
        **named(stop),
        "category": "USDT-FUTURES",
        "symbol": draft.symbol,
        "qty": plain(draft.quantity),
        "posSide": "long" if is_long else "short",
        "status": STOP_STATUSES[stop.state],
        "takeProfit": plain(stop.trigger_price) if is_profit else "",
        "stopLoss": "" if is_profit else plain(stop.trigger_price),
        "tpOrderType": draft.kind,
        "slOrderType": draft.kind,
        "tpLimitPrice": plain(limit) if limit and is_profit else "",
        "slLimitPrice": plain(limit) if limit and not is_profit else "",
        "createdTime": str(stop.created_ms),
        "updatedTime": str(stop.updated_ms),
    }


ROUTES: Routes = {
    f"GET {ACCOUNT}/settings": ("account", settings),
    f"GET {ACCOUNT}/assets": ("account", assets),
    f"POST {ACCOUNT}/set-leverage": ("account", set_leverage),
    f"POST {ACCOUNT}/set-hold-mode": ("account", set_hold_mode),
    "GET /api/v3/position/current-position": ("account", positions),
    f"POST {TRADE}/place-strategy-order": ("place", place_strategy),
    f"POST {TRADE}/cancel-strategy-order": ("cancel", cancel_strategy),
    f"GET {TRADE}/unfilled-strategy-orders": ("query", strategies),
    f"GET {TRADE}/history-strategy-orders": ("query", ended_strategies),
}
