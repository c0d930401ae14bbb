"""Futures account, modes, leverage and positions of classic accounts: /api/v2/mix (sheet section 8)."""

from __future__ import annotations

from typing import Any

from tools.exchange_simulator.accounts import Account
from tools.exchange_simulator.bitget import field
from tools.exchange_simulator.bitget.mix import require_market, require_product
from tools.exchange_simulator.bitget.positions import (
    MARGIN_MODES,
    POSITION_MODES,
    common_row,
    holds_or_waits,
    unrealised,
)
from tools.exchange_simulator.bitget.route import Routes
from tools.exchange_simulator.number import plain
from tools.exchange_simulator.order import PERP, ZERO, Position
from tools.exchange_simulator.venue import Call, Venue

ACCOUNT = "/api/v2/mix/account"
POSITION = "/api/v2/mix/position"


def account(venue: Venue, call: Call) -> object:
    market = require_market(venue, {**call.query, "marginCoin": call.query.get("marginCoin", "").upper()})
    symbol, coin, account = market.instrument.symbol, market.instrument.quote, call.account
    wallet = venue.wallets[PERP]
    free = venue.funds.available(account.name, wallet, coin)
    total = venue.funds.total(account.name, wallet, coin)
    profit = sum((unrealised(venue.market(PERP, p.symbol), p) for p in venue.positions(account)), ZERO)
    leverage = plain(account.leverage_of(PERP, symbol))
    return {
        "marginCoin": coin,
        "locked": plain(total - free),
        "available": plain(free),
        "crossedMaxAvailable": plain(free),
        "isolatedMaxAvailable": plain(free),
        "maxTransferOut": plain(free),
        "accountEquity": plain(total + profit),
        "usdtEquity": plain(total + profit),
        "crossedMarginLeverage": leverage,
        "isolatedLongLever": leverage,
        "isolatedShortLever": leverage,
        "marginMode": MARGIN_MODES[account.margin_mode_of(PERP, symbol)],
        "posMode": POSITION_MODES[account.position_mode],
        "unrealizedPL": plain(profit),
        "assetMode": "single",
    }


def set_position_mode(venue: Venue, call: Call) -> object:
    require_product(call.body)
    wanted = field.choice(call.body, "posMode", tuple(POSITION_MODES.values()))
    if holds_or_waits(venue, call.account):
        raise venue.rejection("mode_locked", PERP)
    call.account.position_mode = next(mode for mode, word in POSITION_MODES.items() if word == wanted)
    return {"posMode": wanted}


def set_margin_mode(venue: Venue, call: Call) -> object:
    symbol = require_market(venue, call.body).instrument.symbol
    wanted = field.choice(call.body, "marginMode", tuple(MARGIN_MODES.values()))
    if holds_or_waits(venue, call.account, symbol):
        raise venue.rejection("margin_locked", PERP)
    call.account.margin_mode[PERP, symbol] = "cross" if wanted == "crossed" else "isolated"
    return _leverage_row(venue, call.account, symbol)


def set_leverage(venue: Venue, call: Call) -> object:
    """Set one leverage per symbol; isolated hedge mode wants to know the side."""
    instrument = require_market(venue, call.body).instrument
    account, symbol = call.account, instrument.symbol
    sided = account.position_mode == "hedge" and account.margin_mode_of(PERP, symbol) == "isolated"
    if sided and not field.text(call.body, "holdSide"):
        raise venue.rejection("leverage_side", PERP)
    leverage = field.positive(call.body, "leverage")
    if leverage > instrument.max_leverage:
        raise venue.rejection("leverage_high", PERP)
    if leverage == account.leverage_of(PERP, symbol):
        raise venue.rejection("leverage_same", PERP)
    account.leverage[PERP, symbol] = leverage
    return _leverage_row(venue, account, symbol)


def single_position(venue: Venue, call: Call) -> object:
    symbol = require_market(venue, call.query).instrument.symbol
    return [_row(venue, call.account, held) for held in venue.positions(call.account) if held.symbol == symbol]


def all_positions(venue: Venue, call: Call) -> object:
    require_product(call.query)
    return [_row(venue, call.account, held) for held in venue.positions(call.account)]


def _leverage_row(venue: Venue, account: Account, symbol: str) -> dict[str, str]:
    leverage = plain(account.leverage_of(PERP, symbol))
    return {
        "symbol": symbol,
        "marginCoin": venue.market(PERP, symbol).instrument.quote,
        "longLeverage": leverage,
        "shortLeverage": leverage,
        "crossMarginLeverage": leverage,
        "marginMode": MARGIN_MODES[account.margin_mode_of(PERP, symbol)],
    }


def _row(venue: Venue, account: Account, held: Position) -> dict[str, Any]:
    figures = common_row(venue, account, held)
    market, total, frozen = figures["market"], figures["total"], figures["frozen"]
    return {
        "marginCoin": market.instrument.quote,
        "symbol": held.symbol,
        "holdSide": figures["side"],
        "openDelegateSize": "0",
        "marginSize": plain(venue.funds.margin(held)),
        "available": plain(total - frozen),
        "locked": plain(frozen),
        "total": plain(total),
        "leverage": plain(account.leverage_of(PERP, held.symbol)),
        "achievedProfits": "0",
        "openPriceAvg": plain(held.entry_price),
        "marginMode": MARGIN_MODES[account.margin_mode_of(PERP, held.symbol)],
        "posMode": "one_way_mode" if held.position_side == "net" else "hedge_mode",
        "unrealizedPL": plain(unrealised(market, held)),
        "liquidationPrice": "0",
        "markPrice": plain(market.price),
        "cTime": str(held.created_ms),
        "uTime": str(held.updated_ms),
    }


ROUTES: Routes = {
    f"GET {ACCOUNT}/account": ("account", account),
    f"POST {ACCOUNT}/set-position-mode": ("account", set_position_mode),
    f"POST {ACCOUNT}/set-margin-mode": ("account", set_margin_mode),
    f"POST {ACCOUNT}/set-leverage": ("account", set_leverage),
    f"GET {POSITION}/single-position": ("account", single_position),
    f"GET {POSITION}/all-position": ("account", all_positions),
}
