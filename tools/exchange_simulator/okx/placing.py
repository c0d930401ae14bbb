"""OKX: place orders, one or many, and close positions (sheet sections 4 and 8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tools.exchange_simulator.accounts import Account
from tools.exchange_simulator.market import Market
from tools.exchange_simulator.number import is_digits, round_down
from tools.exchange_simulator.okx import field
from tools.exchange_simulator.okx.attached import read_attached
from tools.exchange_simulator.okx.shape import Row, done, failed, operations
from tools.exchange_simulator.order import Draft, Refusal
from tools.exchange_simulator.venue import Call, Venue

TYPES: Mapping[str, tuple[str, str]] = {
    "market": ("market", "ioc"),
    "limit": ("limit", "gtc"),
    "post_only": ("limit", "post_only"),
    "fok": ("limit", "fok"),
    "ioc": ("limit", "ioc"),
    "optimal_limit_ioc": ("market", "ioc"),
}


def place(venue: Venue, call: Call) -> object:
    check_expiry(venue, call)
    return operations(venue, [_attempt(venue, call.account, field.members(call.body))])


def place_batch(venue: Venue, call: Call) -> object:
    check_expiry(venue, call)
    return operations(venue, [_attempt(venue, call.account, asked) for asked in field.elements(call.body)])


def check_expiry(venue: Venue, call: Call) -> None:
    """Drop a request whose expTime header has passed on arrival."""
    limit = call.request.header("exptime")
    if limit and (not is_digits(limit) or int(limit) <= venue.clock_ms()):
        raise Refusal("50036", "The expTime can't be earlier than the current system time. Please adjust the expTime.")


def close_position(venue: Venue, call: Call) -> object:
    """Close one side at market; with autoCxl its resting close orders go first."""
    body = field.members(call.body)
    market = field.instrument(venue, body)
    mode = field.choice(body, "mgnMode", ("cross", "isolated"))
    side = read_position_side(call.account, body)
    held = venue.state.position((call.account.name, "perp", market.instrument.symbol, side)).quantity
    if not held:
        raise venue.rejection("close_nothing")
    draft = Draft(
        account=call.account.name,
        product="perp",
        symbol=market.instrument.symbol,
        side="sell" if held > 0 else "buy",
        kind="market",
        tif="ioc",
        quantity=abs(held),
        client_id=field.client_id(body),
        position_side=side,
        reduce_only=True,
        native={"ordType": "market", "tdMode": mode, "tag": field.tag(body)},
    )
    _clear_way(venue, call.account, draft, field.flag(body, "autoCxl"))
    order = venue.submit(draft)
    row = {"clOrdId": order.client_id or "", "instId": order.symbol, "posSide": side, "tag": order.native["tag"]}
    return [row]


def read_position_side(account: Account, body: Mapping[str, Any]) -> str:
    """Insist on long or short in long_short_mode; in net_mode only net, or nothing, fits."""
    allowed = ("long", "short") if account.position_mode == "hedge" else ("net",)
    return field.choice(body, "posSide", allowed, default="" if account.position_mode == "hedge" else "net")


def read_trade_mode(account: Account, market: Market, body: Mapping[str, Any]) -> str:
    """Check tdMode against product and account level."""
    if market.instrument.product == "spot":
        fits = "cash" if account.account_level in {"1", "2"} else "cross"
        return field.choice(body, "tdMode", (fits,))
    if account.account_level == "1":
        raise Refusal("51010", "You can't complete this request under your current account mode.")
    mode = field.choice(body, "tdMode", ("cross", "isolated"))
    if mode == "isolated" and account.account_level in {"3", "4"}:
        raise Refusal("50072", "Isolated margin is not supported in the current account mode.")
    return mode


def _attempt(venue: Venue, account: Account, asked: object) -> Row:
    try:
        return _place(venue, account, field.members(asked))
    except Refusal as refusal:
        return failed(venue, refusal, asked)


def _place(venue: Venue, account: Account, body: Mapping[str, Any]) -> Row:
    draft = _draft(venue, account, body)
    venue.note(draft.client_id, None)
    rivals = (order for order in venue.current_orders(account) if order.state == "open")
    if draft.client_id and any(order.client_id == draft.client_id for order in rivals):
        raise Refusal("51016", "Client order ID already exists.")
    if draft.product == "perp":
        _check_direction(venue, draft)
    order = venue.submit(draft)
    if draft.product == "perp":
        account.margin_mode["perp", draft.symbol] = draft.native["tdMode"]
    return done(venue, order)


def _check_direction(venue: Venue, draft: Draft) -> None:
    held = venue.state.position((draft.account, "perp", draft.symbol, draft.position_side)).quantity
    if draft.reduce_only and held * draft.sign > 0:
        raise Refusal("51170", "Failed to place the reduce-only order, its direction is the same as the position's.")


def _draft(venue: Venue, account: Account, body: Mapping[str, Any]) -> Draft:
    market = field.instrument(venue, body)
    spot = market.instrument.product == "spot"
    mode = read_trade_mode(account, market, body)
    asked = field.choice(body, "ordType", TYPES)
    kind, tif = TYPES[asked]
    draft = Draft(
        account=account.name,
        product=market.instrument.product,
        symbol=market.instrument.symbol,
        side=field.choice(body, "side", ("buy", "sell")),
        kind=kind,
        tif=tif,
        quantity=field.positive(body, "sz"),
        price=None if kind == "market" else _price(body),
        client_id=field.client_id(body),
        position_side=_no_position_side(body) if spot else read_position_side(account, body),
        reduce_only=_reduce_only(account, body, spot),
        native={"ordType": asked, "tdMode": mode, "tag": field.tag(body), "sz": body["sz"]},
    )
    if spot and asked == "optimal_limit_ioc":
        raise field.wrong("ordType")
    if spot and kind == "market":
        draft = _spot_market(venue, market, draft, body)
    return _with_attached(venue, draft, body)


def _price(body: Mapping[str, Any]) -> Decimal:
    if not body.get("px"):
        raise Refusal("51204", "The price for the limit order cannot be empty.")
    return field.positive(body, "px")


def _no_position_side(body: Mapping[str, Any]) -> str:
    if field.text(body, "posSide"):
        raise field.wrong("posSide")
    return "net"


def _reduce_only(account: Account, body: Mapping[str, Any], spot: bool) -> bool:
    """Read reduceOnly, which only net mode knows; closing orders of long_short_mode reduce anyway."""
    asked = field.flag(body, "reduceOnly")
    if asked and spot:
        raise field.wrong("reduceOnly")
    return asked and account.position_mode == "one_way"


def _spot_market(venue: Venue, market: Market, draft: Draft, body: Mapping[str, Any]) -> Draft:
    """Count sz in tgtCcy (default: quote for a buy, base for a sell), shrink to the balance unless banAmend."""
    default = "quote_ccy" if draft.side == "buy" else "base_ccy"
    target = field.choice(body, "tgtCcy", ("base_ccy", "quote_ccy"), default)
    quantity = venue.base_quantity(market, draft.quantity) if target == "quote_ccy" else draft.quantity
    if not field.flag(body, "banAmend"):
        quantity = _affordable(venue, market, draft, quantity)
    return replace(draft, quantity=quantity, native={**draft.native, "tgtCcy": target})


def _affordable(venue: Venue, market: Market, draft: Draft, quantity: Decimal) -> Decimal:
    rules = market.instrument
    asset = rules.quote if draft.side == "buy" else rules.base
    money = venue.funds.available(draft.account, venue.funds.wallet("spot"), asset)
    most = round_down(money / market.price if draft.side == "buy" else money, rules.step)
    return most if rules.minimum <= most < quantity else quantity


def _with_attached(venue: Venue, draft: Draft, body: Mapping[str, Any]) -> Draft:
    attached, echo = read_attached(venue, draft, body)
    return replace(draft, attached=attached, native={**draft.native, "attachAlgoOrds": echo}) if attached else draft


def _clear_way(venue: Venue, account: Account, draft: Draft, cancel: bool) -> None:
    rivals = [
        order
        for order in venue.current_orders(account)
        if order.state == "open" and order.reduces and (order.symbol, order.side) == (draft.symbol, draft.side)
    ]
    if rivals and not cancel:
        raise Refusal("51115", "Cancel all pending close orders before liquidation.")
    for order in rivals:
        venue.matching.cancel(order)
