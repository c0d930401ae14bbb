"""The position chain at work: alerts of one bar that arrive swapped are sent in the order that their chain proves."""

from decimal import Decimal
from enum import StrEnum

from order_relay.core.exchange import Position
from order_relay.core.message import Message
from order_relay.core.money import plain, product
from order_relay.core.order import Leg, PositionSide
from order_relay.core.symbol import Market
from order_relay.service.book import Book, Link
from order_relay.service.desk import Desk

HOPS_AT_MOST = 10
HELD_AT_MOST_MS = 3_000
HOP_S = 0.25


class Turn(StrEnum):
    """PROVED: the chain says it is next. FREE: nothing is known. WAIT: an earlier one is missing. GAP: it stays so."""

    PROVED = "proved"
    FREE = "free"
    WAIT = "wait"
    GAP = "gap"


def turn(book: Book, desk: Desk, leg: Leg, message: Message, order_id: str, now_ms: int) -> tuple[Turn, str]:
    """Whose turn it is, by the position that the route's last alert left here; moves the chain on unless it is WAIT."""
    route = message.route
    tired, late = message.hops >= HOPS_AT_MOST, now_ms - message.accepted_at_ms >= HELD_AT_MOST_MS
    before, after = leg.prev_position or Decimal(0), leg.next_position or Decimal(0)
    link = book.chain(route)
    if link is not None and link.order_id == order_id:
        return (Turn.PROVED if link.proved else Turn.FREE), ""
    known = link.position if link is not None else _held(desk, leg)
    proved = known == before
    moving = link is not None and now_ms - link.at_ms < HELD_AT_MOST_MS
    if not proved and known is not None and not tired and (moving or not late or not message.hops):
        return Turn.WAIT, f"the alert continues from a position of {plain(before)}, the last one left {plain(known)}"
    book.link(route, Link(after, order_id, proved, now_ms))
    if proved or known is None:
        return (Turn.PROVED if proved else Turn.FREE), ""
    return Turn.GAP, f"an alert is missing or doubled: expected a position of {plain(before)}, found {plain(known)}"


def _held(desk: Desk, leg: Leg) -> Decimal | None:
    """The signed position in base coins where no alert has left one yet; None where that cannot be told."""
    if leg.market is not Market.PERP:
        return None
    instrument = desk.instrument(leg.symbol, leg.market)
    if instrument is None or instrument.inverse:
        return None
    found = desk.exchange.positions(desk.ask, instrument, desk.profile(leg.market))
    return sum((_signed(one, instrument.contract) for one in found), Decimal(0))


def _signed(position: Position, contract: Decimal) -> Decimal:
    size = product(position.quantity, contract)
    return size if position.side is PositionSide.LONG else -size
