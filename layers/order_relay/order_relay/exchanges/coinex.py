"""CoinEx API v2: spot and linear futures."""

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from order_relay.core.exchange import (
    Ask,
    Call,
    Credentials,
    Exchange,
    Found,
    Handle,
    Instrument,
    MarketStyle,
    Position,
    Profile,
    Request,
    Sought,
    Status,
    Top,
    decode,
    get,
    post,
)
from order_relay.core.order import OrderType, Plan, Side, TimeInForce, Unit
from order_relay.core.outcome import Answer, Failed, Hint, Op, Outcome, Reading, Verdict
from order_relay.core.refusal import Refusal, Word
from order_relay.core.symbol import Market
from order_relay.exchanges.coinex_answers import (
    PAGE,
    WRONG,
    Row,
    number,
    read_instrument,
    read_order,
    read_page,
    read_position,
    read_top,
    undocumented,
    whole,
)
from order_relay.exchanges.coinex_codes import NOT_FOUND, RULES

WINDOW_MS = 5_000
LOOK_BACK_MS = 60_000
PAGES = 10
BATCH = 10
TYPES = {
    TimeInForce.GTC: "limit",
    TimeInForce.IOC: "ioc",
    TimeInForce.FOK: "fok",
    TimeInForce.POST_ONLY: "maker_only",
}


def sign(call: Call, credentials: Credentials, stamp_ms: int, nonce: str) -> Request:
    """Seal a call with HMAC-SHA256 over method, target, body and stamp (docs: api/v2/authorization)."""
    body = call.body.encode()
    if call.op is Op.PUBLIC:
        return Request(call.method, call.target, body, {})
    prepared = f"{call.method}{call.target}{call.body}{stamp_ms}"
    headers = {
        "X-COINEX-KEY": credentials.key,
        "X-COINEX-SIGN": hmac.new(credentials.secret.encode(), prepared.encode(), hashlib.sha256).hexdigest(),
        "X-COINEX-TIMESTAMP": str(stamp_ms),
        "X-COINEX-WINDOWTIME": str(WINDOW_MS),
    }
    if body:
        headers["Content-Type"] = "application/json; charset=utf-8"
    return Request(call.method, call.target, body, headers)


def read(call: Call, answer: Answer) -> Reading | None:
    """Open `{code, data, message}`, which comes with HTTP 200 (docs: api/v2/error), or 429 for a limit (unconfirmed).

    Lists keep their `pagination`.
    A placement without an order id is no success, and a list of cancels has failed when all its items have.
    """
    envelope: Any = decode(answer.body) if answer.status in (200, 429) else None
    if not _coded(envelope):
        return None
    message, data = str(envelope.get("message") or "").strip(), envelope.get("data")
    if envelope["code"] != 0:
        return Reading(str(envelope["code"]), message, data)
    if answer.status != 200:
        return None
    if "data" not in envelope or (call.op is Op.PLACE and placed(data) is None):
        return None
    if call.op is Op.CANCEL and isinstance(data, list):
        return _read_cancels(data, message)
    return Reading(None, message, envelope if "pagination" in envelope else data)


def _read_cancels(items: list[Any], message: str) -> Reading | None:
    if not items:
        return Reading(NOT_FOUND, "no open order carries this id", items)
    if not all(_coded(item) for item in items):
        return None
    if any(item["code"] == 0 for item in items):
        return Reading(None, message, items)
    return Reading(str(items[0]["code"]), str(items[0].get("message") or "").strip(), items)


def _coded(value: Any) -> bool:
    return isinstance(value, dict) and type(value.get("code")) is int


def read_clock(answer: Answer, reading: Reading | None) -> tuple[int, int] | None:
    data = reading.data if reading else None
    stamp = data.get("timestamp") if isinstance(data, dict) else None
    return (stamp, 0) if type(stamp) is int else None


def profile(ask: Ask, credentials: Credentials, market: Market) -> Profile:
    """Positions are always net. There is only the live environment: an account that says *demo* must not reach it."""
    if credentials.demo:
        raise Refusal(Word.UNSUPPORTED, "CoinEx has no demo environment")
    return Profile()


def instrument(ask: Ask, name: str, market: Market) -> Instrument | None:
    rows, _ = read_page(ask(get(f"/v2/{_segment(market)}/market", {"market": name}, op=Op.PUBLIC)))
    return next((read_instrument(row, market) for row in rows if row.get("market") == name), None)


def top(ask: Ask, instrument: Instrument, profile: Profile) -> Top:
    query = {"market": instrument.symbol, "limit": 5, "interval": "0"}
    return read_top(ask(get(f"/v2/{_segment(instrument.market)}/depth", query, op=Op.PUBLIC)).data)


def positions(ask: Ask, instrument: Instrument, profile: Profile) -> list[Position]:
    if instrument.market is not Market.PERP:
        return []
    return [read_position(row) for rows in _pages(ask, instrument, "pending-position") for row in rows]


def available(ask: Ask, asset: str, market: Market, profile: Profile) -> Decimal:
    """Free balance; on futures what is left of it for margin. A currency that was never held has no row."""
    rows, _ = read_page(ask(get(f"/v2/assets/{_segment(market)}/balance")))
    try:
        return next((number(row, "available") for row in rows if row.get("ccy") == asset), Decimal(0))
    except WRONG:
        raise undocumented("balance") from None


def place(plan: Plan, instrument: Instrument, profile: Profile) -> Call:
    """Build an order. A reducing futures order is a close-position call: it has no side, it closes what is there."""
    _refuse_impossible(plan, instrument)
    segment, native = _segment(plan.market), plan.type is OrderType.MARKET
    closing = plan.reduce_only and plan.market is Market.PERP
    body = {
        "market": plan.symbol,
        "market_type": segment.upper(),
        "side": None if closing else plan.side.value,
        "type": "market" if native else TYPES[plan.time_in_force],
        "ccy": _currency(plan, instrument) if native and plan.market is Market.SPOT else None,
        "amount": plan.quantity,
        "price": None if native else plan.price,
        "client_id": plan.client_id,
    }
    return post(f"/v2/{segment}/{'close-position' if closing else 'order'}", body, op=Op.PLACE)


def _currency(plan: Plan, instrument: Instrument) -> str:
    return instrument.quote if plan.unit is Unit.QUOTE else instrument.base


def _refuse_impossible(plan: Plan, instrument: Instrument) -> None:
    if instrument.inverse and not plan.reduce_only:
        raise Refusal(Word.UNSUPPORTED, f"{plan.symbol} is inverse; CoinEx does not document what its amount counts")
    in_quote = plan.unit is Unit.QUOTE and plan.market is Market.SPOT and plan.type is OrderType.MARKET
    if plan.unit is not instrument.unit and not in_quote:
        raise Refusal(Word.UNSUPPORTED, f"CoinEx does not count this order in {plan.unit.value}")
    if plan.type is OrderType.MARKET and plan.time_in_force in (TimeInForce.FOK, TimeInForce.POST_ONLY):
        raise Refusal(Word.UNSUPPORTED, f"a CoinEx market order cannot be {plan.time_in_force.value}")


def placed(data: Any) -> str | None:
    """Return the order id as text: a number in most answers, text in the docs of close-position."""
    order_id = data.get("order_id") if isinstance(data, dict) else None
    return str(order_id) if order_id else None


def cancel(handle: Handle, instrument: Instrument, profile: Profile) -> Call:
    segment = _segment(instrument.market)
    body: dict[str, object] = {"market": instrument.symbol, "market_type": segment.upper()}
    if handle.order_id and not handle.order_id.isdecimal():
        raise Refusal(Word.UNSUPPORTED, f"CoinEx order ids are numbers, not {handle.order_id!a}")
    if handle.order_id:
        return post(f"/v2/{segment}/cancel-order", body | {"order_id": int(handle.order_id)}, op=Op.CANCEL)
    return post(f"/v2/{segment}/cancel-order-by-client-id", body | {"client_id": handle.client_id}, op=Op.CANCEL)


def cancel_many(order_ids: Sequence[str], instrument: Instrument, profile: Profile) -> Call:
    segment = _segment(instrument.market)
    body = {
        "market": instrument.symbol,
        "market_type": segment.upper() if instrument.market is Market.PERP else None,
        "order_ids": [int(order_id) for order_id in order_ids],
    }
    return post(f"/v2/{segment}/cancel-batch-order", body, op=Op.CANCEL)


def find(ask: Ask, sought: Sought, instrument: Instrument, profile: Profile) -> Found | None:
    """Ask by order id, else scan open and then ended orders: one that fills meanwhile shows in the second."""
    if sought.order_id:
        query = {"market": instrument.symbol, "order_id": sought.order_id}
        outcome = ask(get(f"/v2/{_segment(instrument.market)}/order-status", query))
        return None if outcome.verdict is Verdict.GONE else read_order(outcome.data, instrument)
    client_id = sought.plan.client_id
    for rows in _pages(ask, instrument, "pending-order", client_id):
        for row in rows:
            if row.get("client_id") == client_id:
                return read_order(row, instrument, Status.OPEN)
    return _find_ended(ask, sought, instrument)


def _find_ended(ask: Ask, sought: Sought, instrument: Instrument) -> Found | None:
    for rows in _pages(ask, instrument, "finished-order"):
        for row in rows:
            if row.get("client_id") == sought.plan.client_id:
                return read_order(row, instrument, Status.FILLED)
        if any(_changed_ms(row) < sought.sent_ms - LOOK_BACK_MS for row in rows):
            return None
    return None


def _changed_ms(row: Row) -> int:
    """The later of creation and last change: whichever of them sorts the list, nothing newer follows."""
    try:
        return max(whole(row, "created_at"), whole(row, "updated_at"))
    except WRONG:
        raise undocumented("order") from None


def open_orders(ask: Ask, instrument: Instrument, profile: Profile) -> list[Found]:
    pages = _pages(ask, instrument, "pending-order")
    return [read_order(row, instrument, Status.OPEN) for rows in pages for row in rows]


def _pages(ask: Ask, instrument: Instrument, name: str, client_id: str | None = None) -> Iterator[list[Row]]:
    """Yield the instrument's rows page by page; a list that does not end proves nothing and raises Failed."""
    segment = _segment(instrument.market)
    query = {"market": instrument.symbol, "market_type": segment.upper(), "client_id": client_id}
    for page in range(1, PAGES + 1):
        rows, more = read_page(ask(get(f"/v2/{segment}/{name}", query | {"page": page, "limit": PAGE})))
        yield [row for row in rows if str(row.get("market")).strip() == instrument.symbol]
        if not more:
            return
    raise Failed(Outcome(Verdict.AMBIGUOUS, meaning=f"{name} has more than {PAGES} pages"))


def _segment(market: Market) -> str:
    return "spot" if market is Market.SPOT else "futures"


def hints(answer: Answer) -> frozenset[Hint]:
    """A long-period header means low-speed mode: one request a second for all but cancels (FAQ Q5)."""
    paced = any(name.startswith("x-ratelimit-longperiod-") for name in answer.headers)
    return frozenset({Hint.PACED}) if paced else frozenset()


def style(market: Market, side: Side, unit: Unit) -> MarketStyle:
    return MarketStyle.NATIVE


EXCHANGE = Exchange(
    name="coinex",
    hosts={"main": "https://api.coinex.com"},
    markets=frozenset({Market.SPOT, Market.PERP}),
    rules=RULES,
    window_ms=WINDOW_MS,
    unique_ids=frozenset(),
    keeps_unfilled=False,
    finds_orders=frozenset({Market.SPOT, Market.PERP}),
    passphrase=False,
    sign=sign,
    read=read,
    clock=get("/v2/time", op=Op.PUBLIC),
    read_clock=read_clock,
    profile=profile,
    instrument=instrument,
    top=top,
    positions=positions,
    available=available,
    place=place,
    placed=placed,
    cancel=cancel,
    cancel_many=cancel_many,
    batch=BATCH,
    find=find,
    open_orders=open_orders,
    style=style,
    confirms=False,
    hints=hints,
)
