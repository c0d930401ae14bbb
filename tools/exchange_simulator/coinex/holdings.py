"""CoinEx: balances, positions, leverage, position stop-loss and take-profit (sheet sections 8, 9)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from zlib import crc32

from tools.exchange_simulator.accounts import Account
from tools.exchange_simulator.coinex import field
from tools.exchange_simulator.coinex.shape import Row, page
from tools.exchange_simulator.message import HttpResponse
from tools.exchange_simulator.number import is_integer, plain
from tools.exchange_simulator.order import ZERO, Draft, Position, Refusal, Stop
from tools.exchange_simulator.venue import Call, Venue


def spot_balance(venue: Venue, call: Call) -> object:
    return [_balance(venue, call.account, "spot", asset) for asset in call.account.balances]


def futures_balance(venue: Venue, call: Call) -> object:
    """Show futures money as docs get-futures-balance defines it: `margin` holds the open profit of positions too."""
    return [_futures_row(venue, call.account, asset) for asset in call.account.balances]


def positions(venue: Venue, call: Call) -> HttpResponse:
    field.check_market_type(call.query, "perp")
    market = call.query.get("market")
    held = [item for item in venue.positions(call.account) if market in (None, item.symbol)]
    return page(call, [_position_row(venue, call.account, item) for item in held])


def adjust_leverage(venue: Venue, call: Call) -> object:
    """Set leverage (a JSON integer) and margin mode of one market."""
    body = field.members(call.body)
    field.check_market_type(body, "perp")
    market = venue.market("perp", body.get("market"))
    mode = field.choice(body, "margin_mode", ("cross", "isolated"))
    leverage = body.get("leverage")
    if not is_integer(leverage):
        raise field.invalid()
    if not 1 <= leverage <= market.instrument.max_leverage:
        raise Refusal("3113", "invalid leverage")
    key = ("perp", market.instrument.symbol)
    call.account.leverage[key] = Decimal(leverage)
    call.account.margin_mode[key] = mode
    return {"margin_mode": mode, "leverage": leverage}


def set_position_stop(venue: Venue, word: str, call: Call) -> object:
    """Attach a stop to the position; word is stop_loss or take_profit, a second one replaces the first."""
    body = field.members(call.body)
    held = _held(venue, call)
    field.choice(body, f"{word}_type", ("latest_price", "mark_price"))
    trigger_price = field.positive(body, f"{word}_price")
    _drop(venue, call.account, held.symbol, word)
    draft = Draft(
        account=call.account.name,
        product="perp",
        symbol=held.symbol,
        side="sell" if held.quantity > 0 else "buy",
        kind="market",
        tif="ioc",
        quantity=abs(held.quantity),
        reduce_only=True,
        native={"type": "market", "amount": plain(abs(held.quantity)), "tpsl": word},
    )
    whole = body.get(f"{word}_amount") is None
    if not whole:
        draft = _resized(draft, field.positive(body, f"{word}_amount"))
    venue.submit_stop(draft, trigger_price, closes_position=whole)
    return _position_row(venue, call.account, held)


def cancel_position_stop(venue: Venue, word: str, call: Call) -> object:
    held = _held(venue, call)
    _drop(venue, call.account, held.symbol, word)
    return _position_row(venue, call.account, held)


def _resized(draft: Draft, quantity: Decimal) -> Draft:
    return replace(draft, quantity=quantity, native={**draft.native, "amount": plain(quantity)})


def _held(venue: Venue, call: Call) -> Position:
    body = field.members(call.body)
    field.check_market_type(body, "perp")
    market = venue.market("perp", body.get("market"))
    held = venue.state.position((call.account.name, "perp", market.instrument.symbol, "net"))
    if not held.quantity:
        raise venue.rejection("no_position")
    return held


def _stops(venue: Venue, account: Account, symbol: str, word: str) -> list[Stop]:
    return [
        stop
        for stop in venue.state.stops.values()
        if stop.state == "waiting"
        and (stop.draft.account, stop.draft.symbol, stop.draft.native.get("tpsl")) == (account.name, symbol, word)
    ]


def _drop(venue: Venue, account: Account, symbol: str, word: str) -> None:
    for stop in _stops(venue, account, symbol, word):
        venue.matching.cancel_stop(stop)


def _available(venue: Venue, account: Account, asset: str) -> Decimal:
    return venue.funds.available(account.name, "perp", asset)


def _balance(venue: Venue, account: Account, wallet: str, asset: str) -> Row:
    available = venue.funds.available(account.name, wallet, asset)
    frozen = venue.funds.total(account.name, wallet, asset) - available
    return {"ccy": asset, "available": plain(available), "frozen": plain(frozen)}


def _futures_row(venue: Venue, account: Account, asset: str) -> Row:
    available = _available(venue, account, asset)
    held = [
        item
        for item in venue.state.positions.values()
        if item.account == account.name and venue.market("perp", item.symbol).instrument.quote == asset
    ]
    margin = sum((venue.funds.margin(item) for item in held), ZERO)
    profit = sum((_profit(venue, item) for item in held), ZERO)
    frozen = venue.funds.total(account.name, "perp", asset) - available - margin
    row: Row = {"ccy": asset, "available": plain(available), "frozen": plain(frozen)}
    return row | {"margin": plain(margin + profit), "unrealized_pnl": plain(profit), "transferrable": plain(available)}


def _profit(venue: Venue, position: Position) -> Decimal:
    return (venue.market("perp", position.symbol).price - position.entry_price) * position.quantity


def _position_row(venue: Venue, account: Account, position: Position) -> Row:
    symbol = position.symbol
    size = abs(position.quantity)
    side = "sell" if position.quantity > 0 else "buy"
    closing = Draft(
        account=account.name, product="perp", symbol=symbol, side=side, kind="market", quantity=size, reduce_only=True
    )
    price = venue.market("perp", symbol).price
    row: Row = {"position_id": crc32(f"{account.name}/{symbol}".encode()), "market": symbol, "market_type": "FUTURES"}
    row |= {"side": "long" if position.quantity > 0 else "short"}
    row |= {"margin_mode": account.margin_mode_of("perp", symbol)}
    row |= {"leverage": plain(account.leverage_of("perp", symbol))}
    row |= {"open_interest": plain(size), "close_avbl": plain(venue.funds.closable(closing))}
    row |= {"avg_entry_price": plain(position.entry_price), "settle_price": plain(price), "liq_price": "0"}
    row |= {"unrealized_pnl": plain(_profit(venue, position)), "realized_pnl": "0"}
    for word in ("take_profit", "stop_loss"):
        stop = next(iter(_stops(venue, account, symbol, word)), None)
        row |= {f"{word}_price": plain(stop.trigger_price) if stop else ""}
        row |= {f"{word}_type": "latest_price" if stop else ""}
    return row | {"created_at": position.created_ms, "updated_at": position.updated_ms}
