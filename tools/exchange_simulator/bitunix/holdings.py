"""Bitunix futures account: money, positions, closing them, leverage and modes (sheet section 8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tools.exchange_simulator.bitunix import position
from tools.exchange_simulator.bitunix.field import futures_fields
from tools.exchange_simulator.bitunix.position import MARGIN_MODES, POSITION_MODES
from tools.exchange_simulator.number import is_integer, plain
from tools.exchange_simulator.order import PERP, ZERO
from tools.exchange_simulator.venue import Call, Venue


def account(venue: Venue, call: Call) -> object:
    """Answer one object, as live clients see it; the docs' sample wraps it in a list."""
    coin = futures_fields(call.query).required("marginCoin")
    name = call.account.name
    free, total = venue.funds.available(name, PERP, coin), venue.funds.total(name, PERP, coin)
    held = venue.positions(call.account)
    margin = sum((venue.funds.margin(item) for item in held), ZERO)
    profit = sum(((venue.market(PERP, item.symbol).price - item.entry_price) * item.quantity for item in held), ZERO)
    return {
        "marginCoin": coin,
        "available": plain(free),
        "frozen": plain(total - free - margin),
        "margin": plain(margin),
        "transfer": plain(free),
        "positionMode": POSITION_MODES[call.account.position_mode],
        "crossUnrealizedPNL": plain(profit),
        "isolationUnrealizedPNL": "0",
        "bonus": "0",
    }


def positions(venue: Venue, call: Call) -> object:
    symbol, wanted = call.query.get("symbol", ""), call.query.get("positionId", "")
    rows = [position.row(venue, call.account, held) for held in venue.positions(call.account)]
    return [row for row in rows if symbol in {"", row["symbol"]} and wanted in {"", row["positionId"]}]


def flash_close(venue: Venue, call: Call) -> object:
    wanted = futures_fields(call.body).required("positionId")
    position.close_at_market(venue, call.account, position.find_position(venue, call.account, wanted))
    return {"positionId": wanted}


def close_all(venue: Venue, call: Call) -> object:
    symbol = futures_fields(call.body or {}).text("symbol")
    for held in position.current_positions(venue, call.account):
        if symbol in {"", held.symbol}:
            position.close_at_market(venue, call.account, held)
    return ""


def leverage_and_mode(venue: Venue, call: Call) -> object:
    fields = futures_fields(call.query)
    coin, symbol = fields.required("marginCoin"), venue.market(PERP, fields.required("symbol")).instrument.symbol
    return {
        "symbol": symbol,
        "marginCoin": coin,
        "leverage": int(call.account.leverage_of(PERP, symbol)),
        "marginMode": MARGIN_MODES[call.account.margin_mode_of(PERP, symbol)],
    }


def change_leverage(venue: Venue, call: Call) -> object:
    """Set the leverage, a JSON integer, while no order is open."""
    fields = futures_fields(call.body)
    instrument = venue.market(PERP, fields.required("symbol")).instrument
    coin, leverage = fields.required("marginCoin"), fields.body.get("leverage")
    if not is_integer(leverage):
        raise fields.wrong()
    if not 1 <= leverage <= instrument.max_leverage:
        raise venue.rejection("leverage", PERP)
    _require_no_orders(venue, call, instrument.symbol)
    call.account.leverage[PERP, instrument.symbol] = ZERO + leverage
    return [{"marginCoin": coin, "leverage": leverage, "symbol": instrument.symbol}]


def change_margin_mode(venue: Venue, call: Call) -> object:
    fields = futures_fields(call.body)
    symbol = venue.market(PERP, fields.required("symbol")).instrument.symbol
    coin, wanted = fields.required("marginCoin"), fields.choice("marginMode", tuple(MARGIN_MODES.values()))
    _require_no_orders(venue, call, symbol)
    call.account.margin_mode[PERP, symbol] = "cross" if wanted == "CROSS" else "isolated"
    return [{"marginMode": wanted, "symbol": symbol, "marginCoin": coin}]


def change_position_mode(venue: Venue, call: Call) -> object:
    wanted = futures_fields(call.body).choice("positionMode", tuple(POSITION_MODES.values()))
    if position.current_positions(venue, call.account):
        raise venue.rejection("mode_locked", PERP)
    call.account.position_mode = "hedge" if wanted == "HEDGE" else "one_way"
    return [{"positionMode": wanted}]


def position_mode(venue: Venue, call: Call) -> object:
    return {"positionMode": POSITION_MODES[call.account.position_mode]}


def _require_no_orders(venue: Venue, call: Call, symbol: str) -> None:
    orders = venue.current_orders(call.account)
    if any(order.state == "open" and (order.product, order.symbol) == (PERP, symbol) for order in orders):
        raise venue.rejection("open_orders", PERP)


ROUTES: Mapping[str, tuple[str, Callable[[Venue, Call], object]]] = {
    "GET /account": ("account", account),
    "GET /account/get_leverage_margin_mode": ("account", leverage_and_mode),
    "GET /account/position_mode": ("account", position_mode),
    "POST /account/change_leverage": ("account", change_leverage),
    "POST /account/change_margin_mode": ("account", change_margin_mode),
    "POST /account/change_position_mode": ("account", change_position_mode),
    "GET /position/get_pending_positions": ("account", positions),
    "POST /trade/flash_close_position": ("place", flash_close),
    "POST /trade/close_all_position": ("place", close_all),
}
