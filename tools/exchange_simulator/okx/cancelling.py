"""OKX: cancel orders by ordId or clOrdId, one or many (sheet section 5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.exchange_simulator.accounts import Account
from tools.exchange_simulator.okx import field
from tools.exchange_simulator.okx.shape import Row, done, failed, operations
from tools.exchange_simulator.order import Order, Refusal
from tools.exchange_simulator.venue import Call, Venue


def cancel(venue: Venue, call: Call) -> object:
    return operations(venue, [_attempt(venue, call.account, field.members(call.body))])


def cancel_batch(venue: Venue, call: Call) -> object:
    return operations(venue, [_attempt(venue, call.account, asked) for asked in field.elements(call.body)])


def _attempt(venue: Venue, account: Account, asked: object) -> Row:
    try:
        order = _find(venue, account, field.members(asked))
    except Refusal as refusal:
        return failed(venue, refusal, asked)
    row = done(venue, venue.matching.cancel(order))
    del row["tag"], row["subCode"]
    return row


def _find(venue: Venue, account: Account, body: Mapping[str, Any]) -> Order:
    """Find a live order; ordId wins over clOrdId. Filled, cancelled and unknown are all 51400."""
    market = field.instrument(venue, body)
    order_id, name = field.text(body, "ordId"), field.text(body, "clOrdId")
    if not order_id and not name:
        raise field.wrong("ordId")
    venue.note(name, order_id)
    for order in venue.current_orders(account):
        named = order.order_id == order_id if order_id else order.client_id == name
        if named and order.state == "open" and order.symbol == market.instrument.symbol:
            venue.note(order.client_id, order.order_id)
            return order
    raise venue.rejection("order_gone")
