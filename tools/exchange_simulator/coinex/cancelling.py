"""CoinEx: every way to cancel; ids must be JSON integers, gone orders are 3600 (sheet section 5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.exchange_simulator.accounts import Account
from tools.exchange_simulator.coinex import field
from tools.exchange_simulator.coinex.shape import Row, failed_item, item, order_row, stop_row
from tools.exchange_simulator.order import Order, Refusal, Stop
from tools.exchange_simulator.venue import Call, Venue


def cancel(venue: Venue, product: str, call: Call) -> object:
    body = _checked(call, product)
    return _cancel(venue, product, call.account, (body.get("market"), field.identifier(body.get("order_id"))))


def cancel_batch(venue: Venue, product: str, call: Call) -> object:
    body = field.members(call.body)
    if product == "perp":
        field.check_market_type(body, product)
    wanted = [(body.get("market"), order_id) for order_id in field.identifiers(body, "order_ids")]
    return [_attempt(venue, product, call.account, key) for key in wanted]


def cancel_by_client_id(venue: Venue, product: str, call: Call) -> object:
    """Cancel every open order of that name; none is an empty list."""
    body = _checked(call, product)
    name = field.client_id(body, required=True)
    venue.note(name, None)
    found = [order for order in _open(venue, product, call.account, body.get("market")) if order.client_id == name]
    return [item(order_row(venue.matching.cancel(order))) for order in found]


def cancel_all(venue: Venue, product: str, call: Call) -> object:
    body = _checked(call, product)
    venue.market(product, body.get("market"))
    side = field.optional_choice(body, "side", ("buy", "sell"))
    for order in _open(venue, product, call.account, body["market"]):
        if side in (None, order.side):
            venue.matching.cancel(order)
    return {}


def cancel_stop(venue: Venue, product: str, call: Call) -> object:
    body = _checked(call, product)
    return _cancel_stop(venue, product, call.account, (body.get("market"), field.identifier(body.get("stop_id"))))


def cancel_stop_batch(venue: Venue, product: str, call: Call) -> object:
    body = field.members(call.body)
    answers: list[Row] = []
    for stop_id in field.identifiers(body, "stop_ids"):
        try:
            answers.append(item(_cancel_stop(venue, product, call.account, (body.get("market"), stop_id))))
        except Refusal as refusal:
            answers.append(failed_item(refusal.code, refusal.message))
    return answers


def cancel_stop_by_client_id(venue: Venue, product: str, call: Call) -> object:
    body = _checked(call, product)
    name = field.client_id(body, required=True)
    venue.note(name, None)
    found = [stop for stop in _waiting(venue, product, call.account) if stop.draft.client_id == name]
    return [item(stop_row(venue.matching.cancel_stop(stop))) for stop in found]


def _checked(call: Call, product: str) -> Mapping[str, Any]:
    body = field.members(call.body)
    field.check_market_type(body, product)
    return body


def _cancel(venue: Venue, product: str, account: Account, key: tuple[object, str]) -> Row:
    market, order_id = key
    venue.note(None, order_id)
    order = venue.current_order(account, order_id)
    if order is None or order.state != "open" or (order.product, order.symbol) != (product, market):
        raise venue.rejection("order_gone")
    venue.note(order.client_id, None)
    return order_row(venue.matching.cancel(order))


def _attempt(venue: Venue, product: str, account: Account, key: tuple[object, str]) -> Row:
    try:
        return item(_cancel(venue, product, account, key))
    except Refusal as refusal:
        return failed_item(refusal.code, refusal.message)


def _cancel_stop(venue: Venue, product: str, account: Account, key: tuple[object, str]) -> Row:
    market, stop_id = key
    venue.note(None, stop_id)
    stop = venue.current_stop(account, stop_id)
    if stop is None or stop.state != "waiting" or (stop.draft.product, stop.draft.symbol) != (product, market):
        raise venue.rejection("order_gone")
    return stop_row(venue.matching.cancel_stop(stop))


def _open(venue: Venue, product: str, account: Account, market: object) -> list[Order]:
    return [
        order
        for order in venue.current_orders(account)
        if order.state == "open" and order.product == product and market in (None, order.symbol)
    ]


def _waiting(venue: Venue, product: str, account: Account) -> list[Stop]:
    stops = venue.state.stops.values()
    return [
        stop
        for stop in stops
        if stop.state == "waiting" and (stop.draft.account, stop.draft.product) == (account.name, product)
    ]
