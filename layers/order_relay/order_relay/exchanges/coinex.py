"""CoinEx API v2: spot and linear futures."""

from collections.abc import Sequence
from typing import Any

from order_relay.core.call import Call, Credentials, Request, decode, get, post
from order_relay.core.exchange import Ask, Exchange, Found, Handle, Instrument, MarketStyle, Profile, Sought, Top
from order_relay.core.order import OrderType, Plan, Side, TimeInForce, Unit
from order_relay.core.outcome import Answer, Hint, Op, Reading
from order_relay.core.refusal import Refusal, Word
from order_relay.core.signature import hmac_sha256
from order_relay.core.symbol import Market
from order_relay.exchanges import coinex_lists as lists
from order_relay.exchanges import coinex_stops as stops
from order_relay.exchanges.coinex_account import arrange, available, equity, positions
from order_relay.exchanges.coinex_answers import read_instrument, read_page, read_top
from order_relay.exchanges.coinex_codes import NOT_FOUND, RULES
from order_relay.exchanges.coinex_lists import by_client_id, by_order_id, segment

WINDOW_MS = 5_000
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
        "X-COINEX-SIGN": hmac_sha256(credentials.secret, prepared).hex(),
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
    if "data" not in envelope or (call.op is Op.PLACE and not _names_its_order(call, data)):
        return None
    if call.op is Op.CANCEL and isinstance(data, list):
        return _read_cancels(data, message)
    return Reading(None, message, envelope if "pagination" in envelope else data)


def _names_its_order(call: Call, data: Any) -> bool:
    name = "stop_id" if call.target.endswith(f"/{stops.PATH}") else "order_id"
    return isinstance(data, dict) and bool(data.get(name))


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
    rows, _ = read_page(ask(get(f"/v2/{segment(market)}/market", {"market": name}, op=Op.PUBLIC)))
    return next((read_instrument(row, market) for row in rows if row.get("market") == name), None)


def top(ask: Ask, instrument: Instrument, profile: Profile) -> Top:
    query = {"market": instrument.symbol, "limit": 5, "interval": "0"}
    return read_top(ask(get(f"/v2/{segment(instrument.market)}/depth", query, op=Op.PUBLIC)).data)


def place(plan: Plan, instrument: Instrument, profile: Profile) -> Call:
    """Build an order. A reducing futures order is a close-position call: it has no side, it closes what is there."""
    _refuse_impossible(plan, instrument)
    product, at_market = segment(plan.market), _at_market(plan)
    closing = plan.reduce_only and plan.market is Market.PERP
    body = {
        "market": plan.symbol,
        "market_type": product.upper(),
        "side": None if closing else plan.side.value,
        "type": "market" if at_market else TYPES[plan.time_in_force],
        "ccy": _currency(plan, instrument) if at_market and plan.market is Market.SPOT else None,
        "amount": plan.quantity,
        "price": None if at_market else plan.price,
        "client_id": plan.client_id,
    }
    if plan.type is OrderType.STOP:
        return post(f"/v2/{product}/{stops.PATH}", body | stops.trigger(plan), op=Op.PLACE)
    return post(f"/v2/{product}/{'close-position' if closing else 'order'}", body, op=Op.PLACE)


def _at_market(plan: Plan) -> bool:
    return plan.type is OrderType.MARKET or (plan.type is OrderType.STOP and plan.price is None)


def _currency(plan: Plan, instrument: Instrument) -> str:
    return instrument.quote if plan.unit is Unit.QUOTE else instrument.base


def _refuse_impossible(plan: Plan, instrument: Instrument) -> None:
    stops.refuse_missing(plan)
    if instrument.inverse and not plan.reduce_only:
        raise Refusal(Word.UNSUPPORTED, f"{plan.symbol} is inverse; CoinEx does not document what its amount counts")
    in_quote = plan.unit is Unit.QUOTE and plan.market is Market.SPOT and _at_market(plan)
    if plan.unit is not instrument.unit and not in_quote:
        raise Refusal(Word.UNSUPPORTED, f"CoinEx does not count this order in {plan.unit.value}")
    if _at_market(plan) and plan.time_in_force in (TimeInForce.FOK, TimeInForce.POST_ONLY):
        raise Refusal(Word.UNSUPPORTED, f"a CoinEx market order cannot be {plan.time_in_force.value}")


def placed(data: Any) -> str | None:
    """Return the id of an order or stop as text: a number in most answers, text in the docs of close-position."""
    order_id = data.get("stop_id") or data.get("order_id") if isinstance(data, dict) else None
    return str(order_id) if order_id else None


def cancel(handle: Handle, instrument: Instrument, profile: Profile) -> Call:
    if handle.order_id and not handle.order_id.isdecimal():
        raise Refusal(Word.UNSUPPORTED, f"CoinEx order ids are numbers, not {handle.order_id!a}")
    if handle.stop:
        return stops.cancel(handle, instrument)
    product = segment(instrument.market)
    body: dict[str, object] = {"market": instrument.symbol, "market_type": product.upper()}
    if handle.order_id:
        return post(f"/v2/{product}/cancel-order", body | {"order_id": int(handle.order_id)}, op=Op.CANCEL)
    return post(f"/v2/{product}/cancel-order-by-client-id", body | {"client_id": handle.client_id}, op=Op.CANCEL)


def cancel_many(order_ids: Sequence[str], instrument: Instrument, profile: Profile) -> Call:
    product = segment(instrument.market)
    body = {
        "market": instrument.symbol,
        "market_type": product.upper() if instrument.market is Market.PERP else None,
        "order_ids": [int(order_id) for order_id in order_ids],
    }
    return post(f"/v2/{product}/cancel-batch-order", body, op=Op.CANCEL)


def find(ask: Ask, sought: Sought, instrument: Instrument, profile: Profile) -> Found | None:
    """Ask by order id, else scan the lists for our client id; a stop has another id than the order it becomes."""
    if sought.plan.type.triggered:
        return stops.find(ask, sought, instrument)
    if sought.order_id:
        return by_order_id(ask, sought.order_id, instrument)
    return by_client_id(ask, sought, instrument)


def open_orders(ask: Ask, instrument: Instrument, profile: Profile) -> list[Found]:
    return lists.open_orders(ask, instrument) + stops.waiting(ask, instrument)


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
    equity=equity,
    arrange=arrange,
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
