"""JEX: cancelling and querying orders; an `entrusting` contract order is nowhere to be seen (sheet 5 and 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.exchange_simulator.accounts import Account
from tools.exchange_simulator.jex import field
from tools.exchange_simulator.jex.shape import Row, contract_row, fixed, lower, spot_result, spot_row, stop_row
from tools.exchange_simulator.order import PERP, Order, Stop
from tools.exchange_simulator.venue import Call, Venue

MOST_LISTED = 500
PRE_CANCEL_PLACES = 20  # the sample answer of a contract cancel prints quantities this long


def cancel(venue: Venue, product: str, call: Call) -> object:
    """Cancel a spot or option order; what has ended is -2011, what never was is -2013."""
    order = _cancellable(venue, product, call.account, (_symbol(venue, product, call), _order_id(venue, call)))
    return spot_result(venue.markets.of(order).instrument, venue.matching.cancel(order))


def cancel_contract(venue: Venue, product: str, call: Call) -> object:
    """Accept the cancel of a contract order and show it as it was: `entrusted`."""
    return _cancel_contract(venue, call.account, (_symbol(venue, product, call), _order_id(venue, call)))


def cancel_batch(venue: Venue, product: str, call: Call) -> object:
    return [_attempt_cancel(venue, call.account, row) for row in field.orders_array(call.body, 10)]


def order(venue: Venue, product: str, call: Call) -> object:
    symbol, order_id = _symbol(venue, product, call), _order_id(venue, call)
    found = _find(venue, product, call.account, order_id)
    if found is None or found["symbol"] != symbol:
        raise venue.rejection("not_found", product)
    return found


def batch(venue: Venue, product: str, call: Call) -> object:
    """Answer up to 100 contract orders by id, in lower case, symbols optional."""
    return [_attempt_read(venue, call.account, row) for row in field.orders_array(call.body, 100)]


def open_orders(venue: Venue, product: str, call: Call) -> object:
    return _list(venue, product, call, is_open=True)


def history(venue: Venue, product: str, call: Call) -> object:
    return _list(venue, product, call, is_open=False)


def trades(venue: Venue, product: str, call: Call) -> object:
    """List contract fills, newest first, sells negative; the simulator keeps one average fill per order."""
    symbol = _symbol(venue, product, call)
    rules = venue.market(product, symbol).instrument
    filled = [item for item in venue.orders(call.account) if (item.product, item.symbol) == (product, symbol)]
    rows = [
        {
            "id": int(item.order_id) % 10**9,
            "orderId": item.order_id,
            "price": fixed(item.average_price, rules.tick),
            "qty": fixed(item.filled * item.sign, rules.step),
            "time": item.updated_ms,
            "feeRate": "0.00000",
            "buyerMaker": False,
        }
        for item in reversed(filled)
        if item.average_price is not None
    ]
    return rows[: min(field.whole(call.body, "limit", 1000), 1000)]


def visible(orders: list[Order], product: str) -> list[Order]:
    return [item for item in orders if item.product == product and item.state != "entrusting"]


def _list(venue: Venue, product: str, call: Call, is_open: bool) -> list[Row]:
    """List oldest first: after an order id the next ones, without one the latest."""
    given, symbol = call.body, _symbol(venue, product, call)
    first, last = field.whole(given, "startTime", 0), field.whole(given, "endTime", 10**15)
    limit = min(field.whole(given, "limit", MOST_LISTED), MOST_LISTED)
    after = field.whole(given, "orderId", 0)
    rows = [
        row
        for row, live in _rows(venue, product, call.account)
        if row["symbol"] == symbol and live == is_open and first <= row["time"] <= last and int(row["orderId"]) > after
    ]
    rows.sort(key=lambda row: int(row["orderId"]))
    return rows[:limit] if after else rows[-limit:]


def _rows(venue: Venue, product: str, account: Account) -> list[tuple[Row, bool]]:
    """Print every visible order and stop, and tell which are open."""
    orders = visible(venue.orders(account), product)
    rows = [(_row(venue, item), item.state == "open") for item in orders]
    stops = [item for item in venue.stops(account) if item.draft.product == product]
    return rows + [(stop_row(venue, item), item.state == "waiting") for item in stops]


def _row(venue: Venue, item: Order) -> Row:
    rules = venue.markets.of(item).instrument
    return contract_row(rules, item) if item.product == PERP else spot_row(rules, item)


def _find(venue: Venue, product: str, account: Account, order_id: str) -> Row | None:
    return next((row for row, _ in _rows(venue, product, account) if row["orderId"] == order_id), None)


def _cancellable(venue: Venue, product: str, account: Account, key: tuple[str, str]) -> Order:
    symbol, order_id = key
    found = venue.current_order(account, order_id)
    if found is None or (found.product, found.symbol) != (product, symbol) or found.state == "entrusting":
        raise venue.rejection("not_found", product)
    if found.state != "open":
        raise venue.rejection("ended", product)
    return found


def _cancel_contract(venue: Venue, account: Account, key: tuple[str, str]) -> Row:
    stop = venue.current_stop(account, key[1])
    if stop and stop.draft.symbol == key[0]:
        return _cancel_stop(venue, stop)
    found = _cancellable(venue, PERP, account, key)
    before = lower(contract_row(venue.markets.of(found).instrument, found)) | {"status": "entrusted"}
    venue.matching.cancel(found)
    quantities = {"origQty": found.quantity * found.sign, "executedQty": found.filled * found.sign}
    return before | {name: f"{value:.{PRE_CANCEL_PLACES}f}" for name, value in quantities.items()}


def _cancel_stop(venue: Venue, stop: Stop) -> Row:
    if stop.state != "waiting":
        raise venue.rejection("ended", PERP)
    before = lower(stop_row(venue, stop))
    venue.matching.cancel_stop(stop)
    return before


def _attempt_cancel(venue: Venue, account: Account, row: Mapping[str, Any]) -> Row:
    """Cancel one of a batch; any failure is the same -2013 element (sheet 5)."""
    key = (str(row.get("symbol", "")).upper(), str(row.get("orderId", "")))
    found = venue.current_order(account, key[1])
    live = found and found.state == "open" and (found.product, found.symbol) == (PERP, key[0])
    stop = venue.current_stop(account, key[1])
    waits = stop and stop.state == "waiting" and stop.draft.symbol == key[0]
    return _cancel_contract(venue, account, key) if live or waits else _missing(venue)


def _attempt_read(venue: Venue, account: Account, row: Mapping[str, Any]) -> Row:
    found = _find(venue, PERP, account, str(row.get("orderId", "")))
    symbol = str(row.get("symbol", "")).upper()
    if found is None or symbol not in {"", found["symbol"]}:
        return _missing(venue)
    return lower(found)


def _missing(venue: Venue) -> Row:
    refusal = venue.rejection("not_found", PERP)
    return {"msg": refusal.message, "code": int(refusal.code)}


def _symbol(venue: Venue, product: str, call: Call) -> str:
    return venue.market(product, field.required(call.body, "symbol")).instrument.symbol


def _order_id(venue: Venue, call: Call) -> str:
    order_id = field.required(call.body, "orderId")
    field.whole(call.body, "orderId", 0)
    venue.note(None, order_id)
    return order_id
