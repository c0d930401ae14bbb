"""OKX: account configuration, balance, positions, leverage and position mode (sheet section 8)."""

from __future__ import annotations

from decimal import Decimal

from tools.exchange_simulator.accounts import Account
from tools.exchange_simulator.number import plain
from tools.exchange_simulator.okx import field
from tools.exchange_simulator.okx.placing import read_position_side
from tools.exchange_simulator.okx.shape import Row
from tools.exchange_simulator.order import Draft, Position, Refusal
from tools.exchange_simulator.venue import Call, Venue

MODES = {"net_mode": "one_way", "long_short_mode": "hedge"}
WALLET = "trading"


def config(venue: Venue, call: Call) -> object:
    account = call.account
    mode = "long_short_mode" if account.position_mode == "hedge" else "net_mode"
    row: Row = {"acctLv": account.account_level, "posMode": mode, "perm": "read_only,trade", "ip": ""}
    return [row | {"uid": "44705892343619584", "mainUid": "44705892343619584", "label": account.name, "level": "Lv1"}]


def balance(venue: Venue, call: Call) -> object:
    wanted = set(call.query.get("ccy", "").split(",")) - {""}
    assets = [asset for asset in call.account.balances if not wanted or asset in wanted]
    stamp = str(venue.clock_ms())
    total = venue.funds.total(call.account.name, WALLET, "USDT")
    return [
        {"totalEq": plain(total), "uTime": stamp, "details": [_asset(venue, call.account, name) for name in assets]}
    ]


def positions(venue: Venue, call: Call) -> object:
    kind, names = call.query.get("instType", ""), set(call.query.get("instId", "").split(",")) - {""}
    held = venue.positions(call.account) if kind in {"", "SWAP"} else []
    return [_position(venue, call.account, item) for item in held if not names or item.symbol in names]


def set_leverage(venue: Venue, call: Call) -> object:
    """Set leverage; posSide belongs only to isolated in long_short_mode."""
    body = field.members(call.body)
    market = field.instrument(venue, body)
    mode = field.choice(body, "mgnMode", ("cross", "isolated"))
    leverage = field.positive(body, "lever")
    side = field.text(body, "posSide")
    if side and (mode, call.account.position_mode) != ("isolated", "hedge"):
        raise field.wrong("posSide")
    if mode == "isolated" and call.account.position_mode == "hedge":
        read_position_side(call.account, body)
    if leverage > market.instrument.max_leverage:
        raise Refusal("59102", "Leverage exceeds the maximum limit. Please lower the leverage.")
    call.account.leverage["perp", market.instrument.symbol] = leverage
    return [{"instId": market.instrument.symbol, "lever": body["lever"], "mgnMode": mode, "posSide": side}]


def leverage_info(venue: Venue, call: Call) -> object:
    market = field.instrument(venue, call.query)
    mode = field.choice(call.query, "mgnMode", ("cross", "isolated"))
    lever = plain(call.account.leverage_of("perp", market.instrument.symbol))
    sides = ("long", "short") if call.account.position_mode == "hedge" else ("net",)
    return [{"instId": market.instrument.symbol, "lever": lever, "mgnMode": mode, "posSide": side} for side in sides]


def set_position_mode(venue: Venue, call: Call) -> object:
    mode = field.choice(field.members(call.body), "posMode", MODES)
    busy = any(order.state == "open" for order in venue.current_orders(call.account))
    if busy or venue.positions(call.account):
        raise Refusal("59000", "Settings failed. Close any open positions or orders before modifying settings.")
    call.account.position_mode = MODES[mode]
    return [{"posMode": mode}]


def _asset(venue: Venue, account: Account, asset: str) -> Row:
    total = venue.funds.total(account.name, WALLET, asset)
    available = venue.funds.available(account.name, WALLET, asset)
    row: Row = {"ccy": asset, "eq": plain(total), "cashBal": plain(total), "availBal": plain(available)}
    row |= {"availEq": plain(available), "frozenBal": plain(total - available), "ordFrozen": plain(total - available)}
    return row | {"upl": "0", "uTime": str(venue.clock_ms())}


def _position(venue: Venue, account: Account, item: Position) -> Row:
    market = venue.market("perp", item.symbol)
    hedge = item.position_side != "net"
    quantity = abs(item.quantity) if hedge else item.quantity
    profit = item.quantity * (market.price - item.entry_price) * market.instrument.contract_size
    row: Row = {"instType": "SWAP", "instId": item.symbol, "posSide": item.position_side, "pos": plain(quantity)}
    row |= {"availPos": plain(_closable(venue, item)), "avgPx": plain(item.entry_price), "upl": plain(profit)}
    row |= {"mgnMode": account.margin_mode_of("perp", item.symbol), "liqPx": "", "markPx": plain(market.price)}
    row |= {"lever": plain(account.leverage_of("perp", item.symbol)), "margin": "", "ccy": "USDT"}
    row |= {"mmr": "0", "imr": plain(venue.funds.margin(item)), "posId": "1", "last": plain(market.price)}
    return row | {"cTime": str(item.created_ms), "uTime": str(item.updated_ms)}


def _closable(venue: Venue, item: Position) -> Decimal:
    draft = Draft(
        account=item.account,
        product="perp",
        symbol=item.symbol,
        side="sell" if item.quantity > 0 else "buy",
        kind="market",
        quantity=abs(item.quantity),
        position_side=item.position_side,
        reduce_only=True,
    )
    return venue.funds.closable(draft)
