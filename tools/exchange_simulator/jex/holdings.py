"""JEX: balances, contract positions, leverage, and options held (sheet section 8)."""

from __future__ import annotations

from decimal import Decimal

from tools.exchange_simulator.jex import field
from tools.exchange_simulator.jex.shape import Row, fixed
from tools.exchange_simulator.number import plain, read_decimal
from tools.exchange_simulator.order import PERP, Position
from tools.exchange_simulator.venue import Call, Venue

OPTION = "option"


def account(venue: Venue, product: str, call: Call) -> object:
    """List what is free and locked; contract assets are spelled in lower case, as in the docs' sample."""
    options = [market.instrument.symbol for market in venue.markets.all(OPTION)]
    coins = [coin for coin in sorted(call.account.balances) if coin not in options]
    contract = _balance(venue, call, PERP, "USDT")
    return {
        "updateTime": venue.clock_ms(),
        "contractBalances": [contract | {"asset": "usdt"}],
        "optionBalances": [_balance(venue, call, OPTION, symbol) for symbol in options],
        "spotBalances": [_balance(venue, call, "spot", coin) for coin in coins],
    }


def positions(venue: Venue, product: str, call: Call) -> object:
    """List contract positions; a short carries a negative quantity, like every contract sell."""
    symbol = call.body.get("symbol", "")
    if symbol:
        venue.market(PERP, symbol)
    return [_row(venue, call, held) for held in venue.positions(call.account) if symbol in {"", held.symbol}]


def set_leverage(venue: Venue, product: str, call: Call) -> object:
    symbol = venue.market(PERP, field.required(call.body, "symbol")).instrument.symbol
    leverage = read_decimal(field.required(call.body, "leverage"))
    if leverage is None:
        raise venue.rejection("leverage", PERP)
    if leverage > 100:
        raise venue.rejection("leverage_high", PERP)
    if leverage < 1:
        raise venue.rejection("leverage_low", PERP)
    call.account.leverage[PERP, symbol] = leverage
    return {}


def options(venue: Venue, product: str, call: Call) -> object:
    wanted = call.body.get("symbol", "")
    rows = []
    for market in venue.markets.all(OPTION):
        symbol = market.instrument.symbol
        free = venue.funds.available(call.account.name, venue.wallets[OPTION], symbol)
        total = venue.funds.total(call.account.name, venue.wallets[OPTION], symbol)
        if wanted in {"", symbol} and total:
            rows.append({"name": symbol, "amount": plain(total), "availAmount": plain(free), "type": "CALL"})
    return rows


def _balance(venue: Venue, call: Call, product: str, asset: str) -> Row:
    wallet = venue.wallets[product]
    free = venue.funds.available(call.account.name, wallet, asset)
    total = venue.funds.total(call.account.name, wallet, asset)
    flags = {"canDeposit": False, "canTrade": True, "canWithdraw": False}
    return {"asset": asset, **flags, "free": plain(free), "locked": plain(total - free)}


def _row(venue: Venue, call: Call, held: Position) -> Row:
    market = venue.market(PERP, held.symbol)
    four = Decimal("0.0001")
    cost = abs(held.quantity) * held.entry_price
    return {
        "symbol": held.symbol,
        "direction": "longs" if held.quantity > 0 else "shorts",
        "leverage": fixed(call.account.leverage_of(PERP, held.symbol), Decimal("0.01")),
        "currentQuantity": fixed(held.quantity, market.instrument.step),
        "positionMargin": fixed(venue.funds.margin(held), four),
        "positionCost": fixed(cost, four),
        "costPrice": fixed(held.entry_price, four),
        "liquidationPrice": "0.0000",
        "profit": fixed((market.price - held.entry_price) * held.quantity, four),
        "risk": None,
        "position": None,
    }
