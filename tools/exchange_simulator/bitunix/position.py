"""Bitunix futures positions: their ids, finding and closing them."""

from __future__ import annotations

from typing import Any

from tools.exchange_simulator.accounts import Account
from tools.exchange_simulator.number import plain
from tools.exchange_simulator.order import PERP, Draft, Order, Position
from tools.exchange_simulator.venue import Venue

POSITION_MODES = {"one_way": "ONE_WAY", "hedge": "HEDGE"}
MARGIN_MODES = {"cross": "CROSS", "isolated": "ISOLATION"}
SIDE_DIGITS = {"net": "0", "long": "1", "short": "2"}


def position_id(venue: Venue, position: Position) -> str:
    """Derive an id that lives as long as the position does."""
    symbols = [market.instrument.symbol for market in venue.markets.all(PERP)]
    return f"{position.created_ms}{symbols.index(position.symbol)}{SIDE_DIGITS[position.position_side]}"


def current_positions(venue: Venue, account: Account) -> list[Position]:
    """List positions as orders see them: without lag."""
    return [held for held in venue.state.positions.values() if held.account == account.name and held.quantity]


def find_position(venue: Venue, account: Account, wanted: str) -> Position:
    """Find a position by its id, or refuse with 30004."""
    for held in current_positions(venue, account):
        if position_id(venue, held) == wanted:
            return held
    raise venue.rejection("position_gone", PERP)


def closing_position(venue: Venue, account: Account, wanted: str, side: str) -> Position:
    """Find the position that a CLOSE order names; its side must be the order's."""
    held = find_position(venue, account, wanted)
    if held.position_side != side:
        raise venue.rejection("position_gone", PERP)
    return held


def close_at_market(venue: Venue, account: Account, held: Position) -> Order:
    """Trade a whole position away; resting orders that would close it are cancelled first."""
    draft = Draft(
        account=account.name,
        product=PERP,
        symbol=held.symbol,
        side="sell" if held.quantity > 0 else "buy",
        kind="market",
        quantity=abs(held.quantity),
        position_side=held.position_side,
        reduce_only=held.position_side == "net",
    )
    for order in venue.current_orders(account):
        rivals = (order.symbol, order.position_side, order.reduces) == (draft.symbol, draft.position_side, True)
        if order.state == "open" and order.product == PERP and rivals:
            venue.matching.cancel(order)
    return venue.submit(draft)


def row(venue: Venue, account: Account, held: Position) -> dict[str, Any]:
    market = venue.market(PERP, held.symbol)
    return {
        "positionId": position_id(venue, held),
        "symbol": held.symbol,
        "marginCoin": market.instrument.quote,
        "qty": plain(abs(held.quantity)),
        "entryValue": plain(abs(held.quantity) * held.entry_price),
        "side": "LONG" if held.quantity > 0 else "SHORT",
        "marginMode": MARGIN_MODES[account.margin_mode_of(PERP, held.symbol)],
        "positionMode": "ONE_WAY" if held.position_side == "net" else "HEDGE",
        "leverage": int(account.leverage_of(PERP, held.symbol)),
        "fee": "0",
        "funding": "0",
        "realizedPNL": "0",
        "margin": plain(venue.funds.margin(held)),
        "unrealizedPNL": plain((market.price - held.entry_price) * held.quantity),
        "liqPrice": "0",
        "avgOpenPrice": plain(held.entry_price),
        "marginRate": "0",
        "ctime": held.created_ms,
        "mtime": held.updated_ms,
    }
