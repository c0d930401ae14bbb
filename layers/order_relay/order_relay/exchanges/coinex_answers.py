"""CoinEx's answers opened: lists, orders, positions, order books and trading rules, as the v2 docs describe them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from order_relay.core.call import decimal
from order_relay.core.exchange import Found, Instrument, Position, Status, Top
from order_relay.core.money import floor_to, ratio
from order_relay.core.order import MarginMode, PositionSide, Side, Unit
from order_relay.core.outcome import Failed, Outcome, Verdict
from order_relay.core.symbol import Market

Row = Mapping[str, Any]
PAGE = 100
STATUSES = {
    "open": Status.OPEN,
    "part_filled": Status.OPEN,
    "part_deal": Status.OPEN,
    "filled": Status.FILLED,
    "part_canceled": Status.CANCELLED,
    "canceled": Status.CANCELLED,
}
MARGIN_MODES = {"cross": MarginMode.CROSS, "isolated": MarginMode.ISOLATED}
WRONG = (KeyError, ValueError, TypeError, AttributeError, ArithmeticError)
"""What reading an answer of another shape than the documented one ends in."""


def read_page(outcome: Outcome) -> tuple[list[Row], bool]:
    """Return a list's rows and whether more follow; an empty list is at times written as null."""
    if outcome.verdict is Verdict.GONE:
        return [], False
    envelope = outcome.data if isinstance(outcome.data, dict) else {"data": outcome.data, "pagination": {}}
    try:
        rows, pagination = envelope["data"], envelope["pagination"]
        rows = [] if rows is None else rows
        more = bool(pagination.get("has_next", len(rows) >= PAGE))
    except WRONG:
        raise undocumented("list") from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise undocumented("list")
    return rows, more


def read_instrument(row: Row, market: Market) -> Instrument:
    """Read trading rules; the unit in which inverse contracts count is not documented, so it is not called base."""
    inverse = row.get("contract_type") == "inverse"
    try:
        return Instrument(
            symbol=row["market"],
            market=market,
            base=row["base_ccy"],
            quote=row["quote_ccy"],
            tick=number(row, "tick_size") if market is Market.PERP else _step(row, "quote_ccy_precision"),
            step=_step(row, "base_ccy_precision"),
            minimum=number(row, "min_amount"),
            unit=Unit.CONTRACTS if inverse else Unit.BASE,
            tradable=_tradable(row),
            inverse=inverse,
        )
    except WRONG:
        raise undocumented("market") from None


def _step(row: Row, key: str) -> Decimal:
    return Decimal(1).scaleb(-int(row[key]))


def _tradable(row: Row) -> bool:
    """False in a call auction (`bidding`, `counting_down`) or without API orders; absent fields forbid nothing."""
    flags = (row.get("is_api_trading_available", True), row.get("is_market_available", True))
    return all(flag is True for flag in flags) and row.get("status", "online") == "online"


def read_top(data: Any) -> Top:
    """Read best bid and ask; an empty side is priced at the last trade."""
    try:
        depth = data["depth"]
        bids, asks = ([Decimal(row[0]) for row in depth[side] if Decimal(row[1]) > 0] for side in ("bids", "asks"))
        last = number(depth, "last")
    except WRONG:
        raise undocumented("order book") from None
    return Top(max(bids, default=last), min(asks, default=last))


def read_position(row: Row) -> Position:
    try:
        side, quantity = PositionSide(row["side"]), number(row, "open_interest")
    except WRONG:
        raise undocumented("position") from None
    return Position(side, quantity, margin_mode=MARGIN_MODES.get(str(row.get("margin_mode"))))


def read_order(row: Any, instrument: Instrument, listed: Status | None = None) -> Found:
    """Read one order; lists give no status, so `listed` is what being on that list means."""
    try:
        in_quote = row["type"] == "market" and row.get("ccy") == instrument.quote
        return Found(
            order_id=str(row["order_id"]),
            status=_status(row, listed, in_quote),
            side=Side(row["side"]),
            quantity=number(row, "amount"),
            filled=number(row, "filled_value" if in_quote else "filled_amount"),
            client_id=row.get("client_id") or None,
            price=None if row["type"] == "market" else decimal(row.get("price")),
            average=_average(row, instrument),
            created_ms=whole(row, "created_at"),
        )
    except WRONG:
        raise undocumented("order") from None


def _status(row: Row, listed: Status | None, in_quote: bool) -> Status:
    """An ended order with coins left over was cancelled; of an amount of money what is left over is only dust."""
    if listed is None or "status" in row:
        return STATUSES[row["status"]]
    if listed is Status.FILLED and not in_quote and number(row, "unfilled_amount") > 0:
        return Status.CANCELLED
    return listed


def _average(row: Row, instrument: Instrument) -> Decimal | None:
    """Value by amount, to a ten-thousandth of a tick: `last_fill_price` is only the last of several fills."""
    amount, value = number(row, "filled_amount"), decimal(row.get("filled_value"))
    if not amount or value is None or instrument.inverse:
        return None
    return floor_to(ratio(value, amount), instrument.tick.scaleb(-4))


def number(row: Row, key: str) -> Decimal:
    """Read a number that must be there; raises ValueError."""
    value = decimal(row[key])
    if value is None:
        raise ValueError(key)
    return value


def whole(row: Row, key: str) -> int:
    return int(number(row, key))


def undocumented(what: str) -> Failed:
    return Failed(Outcome(Verdict.AMBIGUOUS, meaning=f"CoinEx answered with an undocumented {what}"))
