"""JEX: spot, perpetual contracts and options, by limit orders (and stops) that carry no client order id."""

from collections.abc import Sequence
from json import dumps
from typing import Any
from urllib.parse import unquote

from order_relay.core.call import Call, Credentials, Request, decimal, decode, get
from order_relay.core.exchange import Ask, Exchange, Handle, Instrument, MarketStyle, Profile, Top
from order_relay.core.order import OrderType, Plan, Side, TimeInForce, Unit
from order_relay.core.outcome import Answer, Hint, Op, Reading
from order_relay.core.refusal import Refusal, Word
from order_relay.core.signature import hmac_sha256
from order_relay.core.symbol import Market
from order_relay.exchanges import jex_stops as stops
from order_relay.exchanges.jex_account import arrange, available, equity, positions
from order_relay.exchanges.jex_answers import entries, error_code, one, read_id, read_instrument, undocumented
from order_relay.exchanges.jex_calls import SEGMENTS, WINDOW_MS, liquidates, named, path_of, signed
from order_relay.exchanges.jex_codes import RULES
from order_relay.exchanges.jex_lists import find, open_orders

BATCH = 10
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def sign(call: Call, credentials: Credentials, stamp_ms: int, nonce: str) -> Request:
    """Append timestamp and signature to the body, or to the query where there is none (rest-api.md, SIGNED).

    Signed is the percent-decoded text, query and body without anything between them.
    """
    if call.op is Op.PUBLIC:
        return Request(call.method, call.target, b"", {})
    stamp = f"&timestamp={stamp_ms}"
    path, _, query = call.target.partition("?")
    query, body = (query, call.body + stamp) if call.body else (query + stamp, "")
    text = unquote(query) + unquote(body)
    signature = "&signature=" + hmac_sha256(credentials.secret, text).hex()
    key = {"X-JEX-APIKEY": credentials.key}
    if body:
        return Request(call.method, call.target, (body + signature).encode(), key | FORM)
    return Request(call.method, f"{path}?{query}{signature}", b"", key)


def read(call: Call, answer: Answer) -> Reading | None:
    """Open an answer: errors are `{"code","msg"}`, success is the bare data; a limit counts even without a code."""
    data = decode(answer.body)
    code = error_code(data)
    if code:
        return Reading(code, str(data.get("msg") or ""), data)
    if answer.status in (418, 429):
        return Reading(str(answer.status), "", None)
    return Reading(None, "", data) if answer.status == 200 and _documented(call, data) else None


def read_clock(answer: Answer, reading: Reading | None) -> tuple[int, int] | None:
    """Read `/api/v1/time`, which tells milliseconds."""
    stamp = reading.data.get("serverTime") if reading and isinstance(reading.data, dict) else None
    return (stamp, 0) if isinstance(stamp, int) and not isinstance(stamp, bool) else None


def profile(ask: Ask, credentials: Credentials, market: Market) -> Profile:
    """Return the only set-up there is: one position per contract."""
    return Profile()


def instrument(ask: Ask, name: str, market: Market) -> Instrument | None:
    """Find a symbol among its market's list; the same name exists in several (rest-api.md, Exchange information)."""
    lists = one(ask(get("/api/v1/exchangeInfo", op=Op.PUBLIC)))
    symbols = entries(lists.get(f"{SEGMENTS[market]}Symbols"))
    return next((read_instrument(entry, market) for entry in symbols if entry.get("symbol") == name), None)


def top(ask: Ask, instrument: Instrument, profile: Profile) -> Top:
    """Read the best bid and ask, or the last price where one side of the book is empty."""
    book = one(ask(_ticker("bookTicker", instrument)))
    bid, offer = decimal(book.get("bidPrice")), decimal(book.get("askPrice"))
    if bid and offer:
        return Top(bid, offer)
    last = decimal(one(ask(_ticker("price", instrument))).get("price"))
    if not last:
        raise undocumented("price")
    return Top(last, last)


def place(plan: Plan, instrument: Instrument, profile: Profile) -> Call:
    """Build a limit order, a stop, or the call that closes a whole contract position at market."""
    _refuse_missing(plan)
    if liquidates(plan):
        return signed(Op.PLACE, "POST", path_of(instrument, "liquidation"), {"symbol": plan.symbol})
    stop = plan.type is OrderType.STOP
    order = {
        "symbol": plan.symbol,
        "side": plan.side.value.upper(),
        "type": stops.kind(plan) if stop else "LIMIT",
        "quantity": plan.quantity,
        "price": plan.price,
        "triggerType": "lastPrice" if stop else None,
        "triggerPrice": plan.trigger_price if stop else None,
        "newOrderRespType": "RESULT",
    }
    return signed(Op.PLACE, "POST", path_of(instrument, "order"), order)


def _refuse_missing(plan: Plan) -> None:
    stops.refuse_missing(plan)
    if liquidates(plan):
        return
    if plan.type is OrderType.MARKET or plan.price is None:
        raise Refusal(Word.UNSUPPORTED, "JEX takes limit orders with a price only")
    if plan.time_in_force is not TimeInForce.GTC:
        raise Refusal(Word.UNSUPPORTED, f"JEX has no {plan.time_in_force.value} orders, only gtc")
    if plan.unit is not Unit.BASE:
        raise Refusal(Word.UNSUPPORTED, "JEX counts every quantity in the base asset")


def placed(data: Any) -> str | None:
    """Read the order id of a placement as text: contract ids are beyond 2^53."""
    return read_id(data.get("orderId")) if isinstance(data, dict) else None


def cancel(handle: Handle, instrument: Instrument, profile: Profile) -> Call:
    """Build a cancel, of a stop as of any order; the answer to a contract (`entrusted`) says accepted, not done."""
    if not handle.order_id:
        raise Refusal(Word.UNSUPPORTED, "JEX cancels orders by the exchange's order id only")
    return signed(Op.CANCEL, "DELETE", path_of(instrument, "order"), named(instrument, handle.order_id))


def cancel_many(order_ids: Sequence[str], instrument: Instrument, profile: Profile) -> Call:
    """Build a cancel of several contract orders, at most one such call per second (rest-api.md, cancel all orders)."""
    if instrument.market is not Market.PERP:
        raise Refusal(Word.UNSUPPORTED, "JEX cancels spot and option orders one by one")
    orders = [named(instrument, order_id) for order_id in order_ids]
    query = {"ordersJsonArray": dumps(orders, separators=(",", ":"))}
    return signed(Op.CANCEL, "DELETE", path_of(instrument, "batchOrder"), query)


def hints(answer: Answer) -> frozenset[Hint]:
    """HTTP 418 is a ban of the address (rest-api.md, LIMITS)."""
    return frozenset({Hint.IP_BAN}) if answer.status == 418 else frozenset()


def style(market: Market, side: Side, unit: Unit) -> MarketStyle:
    """There are no market orders and no IOC."""
    return MarketStyle.SWEPT_LIMIT


def _ticker(name: str, instrument: Instrument) -> Call:
    return get(path_of(instrument, f"ticker/{name}"), {"symbol": instrument.symbol}, op=Op.PUBLIC)


def _documented(call: Call, data: Any) -> bool:
    if call.op in (Op.READ, Op.PUBLIC, Op.SET):
        return isinstance(data, dict | list)
    return placed(data) is not None or (isinstance(data, list) and "/batchOrder" in call.target)


EXCHANGE = Exchange(
    name="jex",
    demo=True,
    hosts={"main": "https://www.jex.com", "demo": "https://testnet.jex.com"},
    markets=frozenset(SEGMENTS),
    rules=RULES,
    window_ms=WINDOW_MS,
    unique_ids=frozenset(),
    keeps_unfilled=True,
    finds_orders=frozenset({Market.SPOT, Market.OPTION}),
    passphrase=False,
    sign=sign,
    read=read,
    clock=get("/api/v1/time", op=Op.PUBLIC),
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
    batch_markets=frozenset({Market.PERP}),
    hints=hints,
    find=find,
    open_orders=open_orders,
    style=style,
    confirms=True,
    reduces=False,
)
