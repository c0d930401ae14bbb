"""What v2 and v3 do to positions alike: close at market, displace reduce-only orders, judge trigger prices."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tools.exchange_simulator.accounts import Account
from tools.exchange_simulator.funds import position_key
from tools.exchange_simulator.market import Market
from tools.exchange_simulator.order import PERP, ZERO, Draft, Order, Position
from tools.exchange_simulator.venue import Venue

POSITION_MODES = {"one_way": "one_way_mode", "hedge": "hedge_mode"}
MARGIN_MODES = {"cross": "crossed", "isolated": "isolated"}


def close_position(venue: Venue, account: Account, position: Position) -> Order:
    """Sell or buy back a whole position; resting orders that would close it give way."""
    draft = Draft(
        account=account.name,
        product=PERP,
        symbol=position.symbol,
        side="sell" if position.quantity > 0 else "buy",
        kind="market",
        quantity=abs(position.quantity),
        position_side=position.position_side,
        reduce_only=position.position_side == "net",
    )
    make_room(venue, account, draft)
    return venue.submit(draft)


def make_room(venue: Venue, account: Account, draft: Draft) -> bool:
    """Cancel older reduce-only orders, oldest first, until the position covers the new one (sheet 4b)."""
    if not draft.reduces or draft.quantity > venue.funds.reducible(draft):
        return False
    displaced = False
    for rival in venue.current_orders(account):
        if draft.quantity <= venue.funds.closable(draft):
            break
        if rival.state == "open" and rival.reduces and position_key(rival) == position_key(draft):
            venue.matching.cancel(rival)
            displaced = True
    return displaced


def trigger_flaw(price: Decimal, trigger: Decimal, is_long: bool, is_profit: bool) -> str | None:
    """Name the refusal for a take-profit or stop-loss on the wrong side of the price."""
    should_rise = is_long == is_profit
    if trigger > price if should_rise else trigger < price:
        return None
    return f"{'long' if is_long else 'short'}_{'profit' if is_profit else 'loss'}"


def holds_or_waits(venue: Venue, account: Account, symbol: str = "") -> bool:
    """Tell whether futures positions or open orders exist, on one symbol or any."""
    orders = venue.current_orders(account)
    waits = any(o.state == "open" and o.product == PERP and symbol in {"", o.symbol} for o in orders)
    return waits or any(symbol in {"", held.symbol} for held in current_positions(venue, account))


def current_positions(venue: Venue, account: Account) -> list[Position]:
    """List positions as orders see them: without lag."""
    return [held for held in venue.state.positions.values() if held.account == account.name and held.quantity]


def unrealised(market: Market, position: Position) -> Decimal:
    return (market.price - position.entry_price) * position.quantity


def common_row(venue: Venue, account: Account, position: Position) -> Mapping[str, Any]:
    """Return the figures both generations print, by neutral names."""
    market = venue.market(PERP, position.symbol)
    frozen = sum(
        (
            order.remaining
            for order in venue.orders(account)
            if order.state == "open" and order.reduces and position_key(order) == _key(position)
        ),
        ZERO,
    )
    side = "long" if position.quantity > 0 else "short"
    total = abs(position.quantity)
    return {"market": market, "side": side, "total": total, "frozen": min(frozen, total)}


def _key(position: Position) -> tuple[str, str, str, str]:
    return position.account, position.product, position.symbol, position.position_side
