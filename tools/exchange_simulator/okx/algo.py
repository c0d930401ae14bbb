"""OKX: trigger, conditional and oco algo orders (sheet section 9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from tools.exchange_simulator.accounts import Account
from tools.exchange_simulator.number import plain
from tools.exchange_simulator.okx import field
from tools.exchange_simulator.okx.attached import TRIGGER_KINDS, read_order_price
from tools.exchange_simulator.okx.placing import read_position_side, read_trade_mode
from tools.exchange_simulator.okx.shape import Row, algo_id, algo_row, failed, operations, page
from tools.exchange_simulator.order import Draft, Refusal, Stop
from tools.exchange_simulator.venue import Call, Venue

LEGS: Mapping[str, tuple[str, ...]] = {"trigger": ("",), "conditional": ("tp", "sl"), "oco": ("tp", "sl")}
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
    prices = _prices(body, kind)
    if any(trigger_price == market.price for trigger_price, _ in prices.values()):
        raise Refusal("51046", "The trigger price must differ from the last price")
    whole = field.choice(body, "closeFraction", ("", "1")) == "1"
    shared = venue.new_id(_draft(venue, account, body, prices)) if len(prices) > 1 else ""
    stops = [
        venue.submit_stop(_draft(venue, account, body, {leg: pair}, shared), pair[0], whole, shared)
        for leg, pair in prices.items()
    ]
    return algo_id(stops[0])


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
    return Draft(
        account=account.name,
        product=market.instrument.product,
        symbol=market.instrument.symbol,
        side=field.choice(body, "side", ("buy", "sell")),
        kind=kind,
        quantity=market.instrument.minimum if body.get("closeFraction") else field.positive(body, "sz"),
        price=price,
        client_id=field.client_id(body, "algoClOrdId"),
        position_side=read_position_side(account, body) if perp else "net",
        reduce_only=perp and field.flag(body, "reduceOnly") and account.position_mode == "one_way",
        native={**native, "tag": field.tag(body), "algo": shared},
    )


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
    number = field.text(body, "algoId")
    market = field.instrument(venue, body)
    venue.note(None, number)
    stops = [
        stop
        for stop in venue.state.stops.values()
        if algo_id(stop) == number
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
