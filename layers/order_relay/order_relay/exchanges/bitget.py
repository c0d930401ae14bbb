"""Bitget as a value: one exchange over two API generations, chosen by the account that a key belongs to."""

import base64
from typing import Any
from urllib.parse import unquote

from order_relay.core.call import Call, Credentials, Request, decode
from order_relay.core.exchange import Ask, Exchange, Instrument, MarketStyle, Profile, Wanted
from order_relay.core.money import plain
from order_relay.core.order import OrderType, Plan, Side, TimeInForce, Unit
from order_relay.core.outcome import Answer, Failed, Op, Reading
from order_relay.core.refusal import Refusal, Word
from order_relay.core.signature import hmac_sha256
from order_relay.core.symbol import Market
from order_relay.exchanges.bitget_answers import Row, query, rows
from order_relay.exchanges.bitget_codes import RULES
from order_relay.exchanges.bitget_generation import Generation
from order_relay.exchanges.bitget_market import instrument, top
from order_relay.exchanges.bitget_v2 import V2
from order_relay.exchanges.bitget_v2_plans import MIX, SPOT, identified
from order_relay.exchanges.bitget_v3 import V3
from order_relay.exchanges.bitget_v3_stops import TRADE

SUCCESS = "00000"
NO_FAILURE = (None, "", SUCCESS)
CLASSIC_ACCOUNT = frozenset({"40084", "25245"})
GENERATIONS = {"v2": V2, "v3": V3}
STOPS = frozenset({f"{MIX}/place-plan-order", f"{SPOT}/place-plan-order", f"{TRADE}/place-strategy-order"})


def sign(call: Call, credentials: Credentials, stamp_ms: int, nonce: str) -> Request:
    """Sign timestamp, method, path, decoded query and body; the URL keeps its encoding (sheet 3)."""
    body = call.body.encode()
    if call.op is Op.PUBLIC:
        return Request(call.method, call.target, body, {"locale": "en-US"})
    text = f"{stamp_ms}{call.method}{unquote(call.target) if '%' in call.target else call.target}{call.body}"
    mac = hmac_sha256(credentials.secret, text)
    headers = {
        "ACCESS-KEY": credentials.key,
        "ACCESS-SIGN": base64.b64encode(mac).decode(),
        "ACCESS-TIMESTAMP": str(stamp_ms),
        "ACCESS-PASSPHRASE": credentials.passphrase,
        "locale": "en-US",
    }
    if call.method == "POST":
        headers["Content-Type"] = "application/json"
    if credentials.demo:
        headers["paptrading"] = "1"
    return Request(call.method, call.target, body, headers)


def read(call: Call, answer: Answer) -> Reading | None:
    """Open the envelope; code 00000 can hide that nothing of a placement or cancel was done."""
    envelope = decode(answer.body)
    code = envelope.get("code") if isinstance(envelope, dict) else None
    if isinstance(code, bool) or not isinstance(code, str | int):
        return None
    message, data = str(envelope.get("msg") or ""), envelope.get("data")
    if str(code) != SUCCESS:
        return Reading(str(code), message, data)
    if call.op is Op.PLACE:
        if not isinstance(data, dict) or (call.target in STOPS and not data.get("orderId")):
            return None
        data = identified(call, data)
    try:
        refused = _refused(data) if call.op in (Op.PLACE, Op.CANCEL) else None
    except Failed:
        return None
    return Reading(*refused, data) if refused else Reading(None, message, data)


def _refused(data: Any) -> tuple[str, str] | None:
    """Take code and words of the first failure where none of the orders named succeeded (sheet 5)."""
    if isinstance(data, dict) and data.get("result") not in (None, "success"):
        return str(data["result"]), ""
    done, failed = _divided(data)
    if done or not failed:
        return None
    words = str(failed[0].get("errorMsg") or failed[0].get("msg") or "")
    return str(failed[0].get("errorCode") or failed[0].get("code") or words or "failureList"), words


def _divided(data: Any) -> tuple[list[Row], list[Row]]:
    """Divide a list answer into done and failed orders: v2 gives two lists, v3 one whose failures carry a code."""
    if isinstance(data, dict) and "failureList" in data:
        return rows(data, "successList"), rows(data, "failureList")
    listed = rows(data, "list") if isinstance(data, dict) else rows(data)
    done = [row for row in listed if row.get("code") in NO_FAILURE]
    return done, [row for row in listed if row.get("code") not in NO_FAILURE]


def read_clock(answer: Answer, reading: Reading | None) -> tuple[int, int] | None:
    data = reading.data if reading else None
    text = str(data.get("serverTime")) if isinstance(data, dict) else ""
    return (int(text), 0) if text.isascii() and text.isdigit() else None


def profile(ask: Ask, credentials: Credentials, market: Market) -> Profile:
    """Find out which API the key belongs to, unless the account secret says so, and how the account is set up."""
    if credentials.api in GENERATIONS:
        told = credentials.api
        return Profile(api=told) if market is Market.SPOT else GENERATIONS[told].profile(ask, market)
    try:
        return V3.profile(ask, market)
    except Failed as exc:
        if exc.outcome.code not in CLASSIC_ACCOUNT:
            raise
    return V2.profile(ask, market)


def place(plan: Plan, instrument: Instrument, profile: Profile) -> Call:
    """Build a placement, or refuse a quantity it cannot count: only a spot market buy, and it always, counts quote."""
    units = _countable(plan)
    if plan.unit not in units:
        market_buy = units == {Unit.QUOTE}
        orders, coins = "spot market buys" if market_buy else "these orders", "quote" if market_buy else "base"
        raise Refusal(Word.UNSUPPORTED, f"Bitget counts {orders} in {coins} coins, not in {plan.unit.value}")
    if plan.type.triggered:
        _check_stop(plan)
    return _generation(profile).place(plan, instrument, profile)


def _check_stop(plan: Plan) -> None:
    """Refuse what no stop of either API says: none has a time in force (contract, spot, uta: Place-...-Order)."""
    natural = (TimeInForce.GTC, TimeInForce.IOC) if plan.price is None else (TimeInForce.GTC,)
    if plan.time_in_force not in natural:
        raise Refusal(Word.UNSUPPORTED, f"Bitget has no stop that is {plan.time_in_force}")
    if plan.type is OrderType.STOP and plan.trigger_price is None:
        raise Refusal(Word.UNSUPPORTED, "a stop needs a trigger price")


def _countable(plan: Plan) -> set[Unit]:
    """Tell what the quantity may count; a spot stop that buys at market says which (spot/plan/Place-Plan-Order)."""
    if plan.market is Market.SPOT and plan.side is Side.BUY:
        if plan.type is OrderType.MARKET:
            return {Unit.QUOTE}
        if plan.type is OrderType.STOP and plan.price is None:
            return {Unit.BASE, Unit.QUOTE}
    return {Unit.BASE}


def placed(data: Any) -> str | None:
    """Take the order id; it is missing where a reduce-only order pushed older ones out (sheet 4b)."""
    return data.get("orderId") or None if isinstance(data, dict) else None


def arrange(ask: Ask, wanted: Wanted, instrument: Instrument, profile: Profile) -> list[Call]:
    if instrument.market is Market.SPOT:
        raise Refusal(Word.UNSUPPORTED, "spot has no leverage and no margin mode")
    if wanted.leverage is not None and wanted.leverage % 1:
        raise Refusal(Word.UNSUPPORTED, f"Bitget takes whole numbers as leverage, not {plain(wanted.leverage)}")
    return _generation(profile).arrange(ask, wanted, instrument)


def style(market: Market, side: Side, unit: Unit) -> MarketStyle:
    """Spot market buys count quote coins only (sheet 4a), so one in base coins is a limit order instead."""
    buys_base = market is Market.SPOT and side is Side.BUY and unit is Unit.BASE
    return MarketStyle.IOC_LIMIT if buys_base else MarketStyle.NATIVE


def _generation(profile: Profile) -> Generation:
    return GENERATIONS[profile.api]


EXCHANGE = Exchange(
    name="bitget",
    demo=True,
    hosts={"main": "https://api.bitget.com"},
    markets=frozenset({Market.SPOT, Market.PERP}),
    rules=RULES,
    window_ms=30_000,
    unique_ids=frozenset({Market.SPOT, Market.PERP}),
    keeps_unfilled=True,
    finds_orders=frozenset({Market.SPOT, Market.PERP}),
    passphrase=True,
    sign=sign,
    read=read,
    clock=query("/api/v2/public/time", {}, Op.PUBLIC),
    read_clock=read_clock,
    profile=profile,
    instrument=instrument,
    top=top,
    positions=lambda ask, instrument, profile: _generation(profile).positions(ask, instrument),
    available=lambda ask, asset, market, profile: _generation(profile).available(ask, asset, market, profile),
    equity=lambda ask, asset, market, profile: _generation(profile).equity(ask, asset, market),
    arrange=arrange,
    place=place,
    placed=placed,
    cancel=lambda handle, instrument, profile: _generation(profile).cancel(handle, instrument),
    cancel_many=lambda order_ids, instrument, profile: _generation(profile).cancel_many(order_ids, instrument),
    batch=20,
    find=lambda ask, sought, instrument, profile: _generation(profile).find(ask, sought, instrument),
    open_orders=lambda ask, instrument, profile: _generation(profile).open_orders(ask, instrument),
    style=style,
)
