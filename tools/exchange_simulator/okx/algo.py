"""OKX: trigger, conditional, oco and trailing algo orders (sheet section 9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tools.exchange_simulator.accounts import Account
from tools.exchange_simulator.market import Market
from tools.exchange_simulator.number import plain, round_down
from tools.exchange_simulator.okx import field
from tools.exchange_simulator.okx.attached import TRIGGER_KINDS, read_attached, read_order_price
from tools.exchange_simulator.okx.placing import read_position_side, read_trade_mode
from tools.exchange_simulator.okx.shape import Row, algo_id, algo_row, failed, operations, page
from tools.exchange_simulator.order import Draft, Refusal, Stop
from tools.exchange_simulator.venue import Call, Venue

TRAILING = "move_order_stop"
LEGS: Mapping[str, tuple[str, ...]] = {
    "trigger": ("",),
    "conditional": ("tp", "sl"),
    "oco": ("tp", "sl"),
    TRAILING: ("",),
}
PASSED: Mapping[tuple[str, str], tuple[str, str]] = {
    ("tp", "buy"): ("51277", "TP trigger price can not be higher than the last price."),
    ("sl", "buy"): ("51278", "SL trigger price can not be lower than the last price."),
    ("tp", "sell"): ("51279", "TP trigger price can not be lower than the last price."),
    ("sl", "sell"): ("51280", "SL trigger price can not be higher than the last price."),
}
Prices = Mapping[str, tuple[Decimal, Decimal | None]]  # leg -> trigger price, order price (None = market)


def place(venue: Venue, call: Call) -> object:
    return operations(venue, [_attempt(venue, call.account, field.members(call.body))])


def cancel(venue: Venue, call: Call) -> object:
    return operations(venue, [_attempt_cancel(venue, call.account, asked) for asked in field.elements(call.body, 10)])


def details(venue: Venue, call: Call) -> object:
    """Return one algo order by algoId or algoClOrdId, or 51603."""
    number, name = call.query.get("algoId"), call.query.get("algoClOrdId")
    if not number and not name:
        raise field.missing("algoId")
    stops = venue.stops(call.account)
    found = [stop for stop in stops if (algo_id(stop) == number if number else stop.draft.client_id == name)]
    if not found:
        raise venue.rejection("not_found")
    return _rows(found)[-1:]


def pending(venue: Venue, call: Call) -> object:
    return page(call, _rows(stop for stop in _listed(venue, call) if stop.state == "waiting"), "algoId")


def history(venue: Venue, call: Call) -> object:
    return page(call, _rows(stop for stop in _listed(venue, call) if stop.state != "waiting"), "algoId")


def _attempt(venue: Venue, account: Account, body: Mapping[str, Any]) -> Row:
    try:
        return {"algoId": _place(venue, account, body), "algoClOrdId": body.get("algoClOrdId", "")} | _OK
    except Refusal as refusal:
        row = failed(venue, refusal, body)
        return {"algoId": "", "algoClOrdId": body.get("algoClOrdId", ""), "sCode": row["sCode"], "sMsg": row["sMsg"]}


_OK: Row = {"sCode": "0", "sMsg": ""}


def _place(venue: Venue, account: Account, body: Mapping[str, Any]) -> str:
    market = field.instrument(venue, body)
    kind = field.choice(body, "ordType", LEGS)
    name = field.client_id(body, "algoClOrdId")
    waiting = (stop for stop in venue.state.stops.values() if stop.state == "waiting")
    if name and any((stop.draft.account, stop.draft.client_id) == (account.name, name) for stop in waiting):
        raise Refusal("51065", "algoClOrdId already exists.")
    prices = {"": (_trail(market, body), None)} if kind == TRAILING else _prices(body, kind)
    _check_triggers(market, body, prices)
    whole = field.choice(body, "closeFraction", ("", "1")) == "1"
    shared = venue.new_id(_draft(venue, account, body, prices)) if len(prices) > 1 else ""
    stops = [
        venue.submit_stop(_draft(venue, account, body, {leg: pair}, shared), pair[0], whole, shared)
        for leg, pair in prices.items()
    ]
    return algo_id(stops[0])


def _trail(market: Market, body: Mapping[str, Any]) -> Decimal:
    """Return where a trailing order stands at first; this simulator does not let it follow the price."""
    distance = market.price * field.positive(body, "callbackRatio")
    return market.price - distance if body.get("side") == "sell" else market.price + distance


def _check_triggers(market: Market, body: Mapping[str, Any], prices: Prices) -> None:
    """Refuse a trigger that the last price has reached, or that a take-profit or stop-loss has on its wrong side."""
    for leg, (trigger_price, _) in prices.items():
        side = field.choice(body, "side", ("buy", "sell"))
        if leg and (trigger_price > market.price) != ((leg, side) in {("tp", "sell"), ("sl", "buy")}):
            raise Refusal(*PASSED[leg, side])
        if trigger_price == market.price:
            raise Refusal("51046", "The trigger price must differ from the last price")


def _prices(body: Mapping[str, Any], kind: str) -> Prices:
    """Read trigger and order price of each leg that is asked for; a conditional with both keeps the stop loss."""
    names = {"": ("triggerPx", "orderPx"), "tp": ("tpTriggerPx", "tpOrdPx"), "sl": ("slTriggerPx", "slOrdPx")}
    asked = [leg for leg in LEGS[kind] if body.get(names[leg][0])]
    if not asked or (kind == "oco" and len(asked) < 2):
        raise field.wrong(names[LEGS[kind][0]][0])
    for leg in asked:
        field.choice(body, f"{names[leg][0]}Type", TRIGGER_KINDS, "last")
    kept = asked[-1:] if kind == "conditional" else asked
    return {leg: (field.positive(body, names[leg][0]), read_order_price(body, names[leg][1])) for leg in kept}


def _draft(venue: Venue, account: Account, body: Mapping[str, Any], prices: Prices, shared: str = "") -> Draft:
    market = field.instrument(venue, body)
    perp = market.instrument.product == "perp"
    leg, (trigger_price, price) = next(iter(prices.items()))
    kind = "market" if price is None else "limit"
    order_price = "-1" if price is None else plain(price)
    native: Row = {"ordType": kind, "tdMode": read_trade_mode(account, market, body), "algoType": body["ordType"]}
    native |= {"prices": {_trigger_name(leg): plain(trigger_price), f"{leg}{'OrdPx' if leg else 'ordPx'}": order_price}}
    target = _target(market, body, kind)
    if body["ordType"] == TRAILING:
        native |= {"prices": {"callbackRatio": body["callbackRatio"], "activePx": field.text(body, "activePx")}}
    draft = Draft(
        account=account.name,
        product=market.instrument.product,
        symbol=market.instrument.symbol,
        side=field.choice(body, "side", ("buy", "sell")),
        kind=kind,
        quantity=market.instrument.minimum if body.get("closeFraction") else _size(market, body, target, trigger_price),
        price=price,
        client_id=field.client_id(body, "algoClOrdId"),
        position_side=read_position_side(account, body) if perp else "net",
        reduce_only=perp and field.flag(body, "reduceOnly") and account.position_mode == "one_way",
        native={**native, "tag": field.tag(body), "algo": shared, "sz": field.text(body, "sz"), "tgtCcy": target},
    )
    reference = replace(draft, price=price or trigger_price)
    attached, _ = read_attached(venue, reference, body) if body["ordType"] == "trigger" else ((), [])
    return replace(draft, attached=attached)


def _target(market: Market, body: Mapping[str, Any], kind: str) -> str:
    """Read what sz counts: of a conditional spot market buy tgtCcy says it, quote currency by default."""
    if (market.instrument.product, body["ordType"], kind, body.get("side")) == ("spot", "conditional", "market", "buy"):
        return field.choice(body, "tgtCcy", ("base_ccy", "quote_ccy"), "quote_ccy")
    if body.get("tgtCcy"):
        raise Refusal("51281", "Trigger order does not support the tgtCcy parameter.")
    return ""


def _size(market: Market, body: Mapping[str, Any], target: str, trigger_price: Decimal) -> Decimal:
    """Read sz; an amount of money becomes a quantity at the trigger price."""
    size = field.positive(body, "sz")
    return round_down(size / trigger_price, market.instrument.step) if target == "quote_ccy" else size


def _trigger_name(leg: str) -> str:
    return f"{leg}TriggerPx" if leg else "triggerPx"


def _attempt_cancel(venue: Venue, account: Account, asked: object) -> Row:
    number = str(asked.get("algoId", "")) if isinstance(asked, dict) else ""
    try:
        _cancel(venue, account, field.members(asked))
    except Refusal as refusal:
        return {"algoId": number, "sCode": refusal.code, "sMsg": refusal.message}
    return {"algoId": number} | _OK


def _cancel(venue: Venue, account: Account, body: Mapping[str, Any]) -> None:
    """Cancel by algoId, which wins, or by algoClOrdId."""
    number, name = field.text(body, "algoId"), field.text(body, "algoClOrdId")
    market = field.instrument(venue, body)
    venue.note(name or None, number or None)
    stops = [
        stop
        for stop in venue.state.stops.values()
        if (algo_id(stop) == number if number else name != "" and stop.draft.client_id == name)
        and stop.state == "waiting"
        and (stop.draft.account, stop.draft.symbol) == (account.name, market.instrument.symbol)
    ]
    if not stops:
        raise venue.rejection("order_gone")
    for stop in stops:
        venue.matching.cancel_stop(stop)


def _listed(venue: Venue, call: Call) -> list[Stop]:
    if not call.query.get("ordType"):
        raise field.missing("ordType")
    types, query = call.query["ordType"].split(","), call.query
    return [
        stop
        for stop in venue.stops(call.account)
        if stop.draft.native["algoType"] in types
        and query.get("instId") in (None, "", stop.draft.symbol)
        and query.get("algoId") in (None, "", algo_id(stop))
    ]


def _rows(stops: Iterable[Stop]) -> list[Row]:
    """Print each algo order once: both legs of an oco are one row."""
    rows: dict[str, Row] = {}
    for stop in stops:
        row = rows.setdefault(algo_id(stop), algo_row(stop))
        row |= stop.draft.native["prices"]
        if stop.order_id:
            row |= {"state": "effective", "ordId": stop.order_id, "ordIdList": [stop.order_id]}
    return list(rows.values())
