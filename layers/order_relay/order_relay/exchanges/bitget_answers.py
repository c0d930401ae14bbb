"""Reading Bitget's answers, strictly: lists, pages, numbers and orders of both API generations."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from order_relay.core.call import Call, decimal, get
from order_relay.core.exchange import Ask, Found, Position, Sought, Status
from order_relay.core.order import MarginMode, PositionSide, Side
from order_relay.core.outcome import Failed, Op, Outcome, Verdict
from order_relay.core.symbol import Market

PAGE = 100
PAGES = 10
CREATED_BEFORE_SENT_MS = 60_000

Row = dict[str, Any]

MARGIN_MODES = {"crossed": MarginMode.CROSS, "isolated": MarginMode.ISOLATED}
MARGIN_WORDS = {mode: word for word, mode in MARGIN_MODES.items()}

_STATUS = {
    "live": Status.OPEN,
    "new": Status.OPEN,
    "init": Status.OPEN,
    "partially_filled": Status.OPEN,
    "filled": Status.FILLED,
    "cancelled": Status.CANCELLED,
    "canceled": Status.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Fields:
    """How a call names the parts of an order; `money` and `spent` count quote coins. The defaults are v2's names."""

    status: str = "status"
    quantity: str = "size"
    money: str = "size"
    filled: str = "baseVolume"
    spent: str = "quoteVolume"
    price: str = "price"
    average: str = "priceAvg"
    created: str = "cTime"


def query(path: str, parameters: Mapping[str, object], op: Op = Op.READ) -> Call:
    """Build a GET with its keys sorted, because that is the order in which Bitget signs them (sheet 3)."""
    return get(path, dict(sorted(parameters.items())), op=op)


def unreadable(what: str) -> Failed:
    return Failed(Outcome(Verdict.AMBIGUOUS, meaning=f"Bitget's answer is not the documented one: {what}"))


def rows(data: Any, name: str = "") -> list[Row]:
    """Take the list that the answer is, or that its field `name` holds; Bitget also writes an empty list as null."""
    listed = only(data).get(name) if name and data is not None else data
    if listed is None:
        return []
    if not isinstance(listed, list) or not all(isinstance(row, dict) for row in listed):
        raise unreadable("no list of objects")
    return listed


def only(data: Any) -> Row:
    """Take the one object that the answer must be."""
    if not isinstance(data, dict):
        raise unreadable("no object")
    return data


def amount(row: Row, name: str) -> Decimal:
    value = decimal(row.get(name))
    if value is None:
        raise unreadable(f"no number {name}")
    return value


def positive(value: object) -> Decimal | None:
    """Read a number where Bitget writes 0 or nothing when there is none."""
    number = decimal(value)
    return number if number is not None and number > 0 else None


def pages(ask: Ask, call: Callable[[str | None], Call], name: str = "") -> Iterator[Row]:
    """Yield the rows of every page; a list that is not read to its end raises and never looks like a short one."""
    before: str | None = None
    for _ in range(PAGES):
        data = ask(call(before)).data
        page = rows(data, name)
        yield from page
        before = _next_cursor(data, page)
        if len(page) < PAGE or not before:
            return
    raise Failed(Outcome(Verdict.AMBIGUOUS, meaning=f"the list has more than {PAGE * PAGES} orders"))


def _next_cursor(data: Any, page: list[Row]) -> str | None:
    if isinstance(data, dict):
        return data.get("endId") or data.get("cursor") or data.get("idLessThan")
    return page[-1].get("orderId") if page else None


def since_sent(ended: Iterator[Row], sought: Sought, fields: Fields) -> Iterator[Row]:
    """Yield ended orders, newest first, up to the first that is older than the order sought can be."""
    for row in ended:
        created = created_ms(row, fields)
        if created is not None and created < sought.sent_ms - CREATED_BEFORE_SENT_MS:
            return
        yield row


def is_sought(row: Row, sought: Sought) -> bool:
    """Tell whether a row is the order itself, by the exchange's id or by ours."""
    by_id = sought.order_id is not None and str(row.get("orderId")) == sought.order_id
    return by_id or row.get("clientOid") == sought.plan.client_id


def side_of(row: Row) -> Side:
    side = row.get("side")
    if side not in ("buy", "sell"):
        raise unreadable("no order side")
    return Side(side)


def created_ms(row: Row, fields: Fields) -> int | None:
    text = str(row.get(fields.created))
    return int(text) if text.isascii() and text.isdigit() else None


def read_order(row: Row, fields: Fields, market: Market, side: Side) -> Found:
    """Read one order; a spot market buy counts quote coins, every other order base coins (sheet 4a, 4c)."""
    counts_money = market is Market.SPOT and side is Side.BUY and row.get("orderType") == "market"
    filled = fields.spent if counts_money else fields.filled
    status, order_id = _STATUS.get(str(row.get(fields.status))), row.get("orderId")
    if status is None or not order_id or filled not in row:
        raise unreadable("no order id, state or filled quantity")
    return Found(
        order_id=str(order_id),
        status=status,
        side=side,
        quantity=positive(row.get(fields.money if counts_money else fields.quantity)),
        filled=decimal(row[filled]) or Decimal(0),
        client_id=row.get("clientOid") or None,
        price=positive(row.get(fields.price)),
        average=positive(row.get(fields.average)),
        created_ms=created_ms(row, fields),
        reason=row.get("cancelReason") or "",
    )


def read_positions(listed: list[Row], side_name: str) -> list[Position]:
    """Read what is open: the whole position, including what other orders have locked."""
    positions = []
    for row in listed:
        quantity, side = amount(row, "total"), row.get(side_name)
        if quantity == 0:
            continue
        if quantity < 0 or side not in ("long", "short"):
            raise unreadable("no position side")
        positions.append(
            Position(PositionSide(side), quantity, margin_mode=MARGIN_MODES.get(str(row.get("marginMode"))))
        )
    return positions
