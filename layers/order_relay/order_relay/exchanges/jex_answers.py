"""JEX's answers opened: envelopes, lists, orders, positions and trading rules, as the documentation describes them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from order_relay.core.call import decimal
from order_relay.core.exchange import Found, Instrument, Position, Status
from order_relay.core.order import PositionSide, Side
from order_relay.core.outcome import Failed, Outcome, Verdict
from order_relay.core.symbol import Market
from order_relay.exchanges.jex_codes import DIRECTIONS, STATUSES
from order_relay.exchanges.jex_stops import KINDS

Entry = Mapping[str, Any]


def one(outcome: Outcome) -> Entry:
    if outcome.verdict is not Verdict.ACCEPTED:
        raise Failed(outcome)
    if not isinstance(outcome.data, dict):
        raise undocumented("object")
    return outcome.data


def many(outcome: Outcome) -> list[Entry]:
    if outcome.verdict is not Verdict.ACCEPTED:
        raise Failed(outcome)
    return entries(outcome.data)


def entries(data: object) -> list[Entry]:
    if not isinstance(data, list) or not all(isinstance(entry, dict) for entry in data):
        raise undocumented("list")
    return data


def error_code(data: Any) -> str | None:
    code = data.get("code") if isinstance(data, dict) else None
    known = isinstance(code, int | str) and not isinstance(code, bool)
    return str(code) if known and str(code) != "0" else None


def read_id(value: object) -> str | None:
    return str(value) if isinstance(value, int | str) and not isinstance(value, bool) and value else None


def amount(value: object, what: str) -> Decimal:
    number = decimal(value)
    if number is None:
        raise undocumented(what)
    return number


def undocumented(what: str) -> Failed:
    return Failed(Outcome(Verdict.AMBIGUOUS, message=f"JEX answered with an undocumented {what}"))


def names(symbol: object, instrument: Instrument) -> bool:
    return str(symbol).upper() == instrument.symbol


def read_order(entry: Entry, instrument: Instrument, otherwise: Status | None = None) -> Found:
    """Read one order, `otherwise` being its status if the word for it is unknown.

    Quantities of contract sells are negative (rest-api.md, Other instructions).
    """
    order_id, created = read_id(entry.get("orderId")), entry.get("time")
    status = STATUSES[instrument.market].get(str(entry.get("status") or "").upper(), otherwise)
    side = str(entry.get("side")).lower()
    if not order_id or not status or side not in list(Side) or not isinstance(created, int):
        raise undocumented("order")
    filled = abs(amount(entry.get("executedQty"), "order"))
    return Found(
        order_id=order_id,
        status=status,
        side=Side(side),
        quantity=abs(amount(entry.get("origQty"), "order")),
        filled=filled,
        price=decimal(entry.get("price")),
        average=_average(entry, filled),
        created_ms=created,
        reason=str(entry.get("reject") or ""),
        stop=_waits(entry, status) and not filled,
    )


def read_position(entry: Entry, instrument: Instrument) -> Position | None:
    """Read one position, None if it is another symbol's or empty; an option can only be held."""
    if instrument.market is Market.OPTION:
        held = amount(entry.get("amount"), "position")
        return Position(PositionSide.LONG, held) if held and names(entry.get("name"), instrument) else None
    if not names(entry.get("symbol"), instrument):
        return None
    quantity = abs(amount(entry.get("currentQuantity"), "position"))
    side = DIRECTIONS.get(str(entry.get("direction")).lower())
    if quantity and not side:
        raise undocumented("position")
    return Position(side, quantity) if quantity and side else None


def read_instrument(entry: Entry, market: Market) -> Instrument:
    """Read trading rules: decimals of price and quantity come as precisions, the filters only bound them."""
    limits = {name: value for rule in entries(entry.get("filters")) for name, value in rule.items()}
    step = _unit(entry.get("baseAssetPrecision"))
    symbol = str(entry["symbol"])
    return Instrument(
        symbol=symbol,
        market=market,
        base=symbol if market is Market.OPTION else str(entry.get("baseAsset")).upper(),
        quote=str(entry.get("quoteAsset")).upper(),
        tick=_unit(entry.get("quotePrecision")),
        step=step,
        minimum=max(step, decimal(limits.get("minQty")) or step),
        maximum=decimal(limits.get("maxQty")) or None,
        tradable=entry.get("status") == "TRADING" and "LIMIT" in (entry.get("orderTypes") or ()),
    )


def _waits(entry: Entry, status: Status) -> bool:
    return str(entry.get("type")).lower() in KINDS and status in (Status.WAITING, Status.OPEN)


def _average(entry: Entry, filled: Decimal) -> Decimal | None:
    if not filled:
        return None
    paid = decimal(entry.get("cummulativeQuoteQty"))
    return decimal(entry.get("executedPrice")) if paid is None else abs(paid) / filled


def _unit(precision: object) -> Decimal:
    if not isinstance(precision, int) or not 0 <= precision <= 30:
        raise undocumented("precision")
    return Decimal(1).scaleb(-precision)
