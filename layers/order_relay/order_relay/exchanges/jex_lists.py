"""Finding JEX orders: by id where it is known, else by their attributes among open and ended orders."""

from collections.abc import Iterator

from order_relay.core.call import decimal
from order_relay.core.exchange import Ask, Found, Instrument, Profile, Sought, Status
from order_relay.core.order import OrderType
from order_relay.core.outcome import Failed, Op, Outcome, Verdict
from order_relay.exchanges.jex_answers import Entry, many, names, one, read_id, read_order
from order_relay.exchanges.jex_calls import liquidates, named, path_of, signed
from order_relay.exchanges.jex_stops import kind

SLACK_MS = 2_000
LOOK_BACK_MS = 60_000
PAGE = 500
PAGES = 10
Listed = tuple[Entry, Found]


def find(ask: Ask, sought: Sought, instrument: Instrument, profile: Profile) -> Found | None:
    """Look an order up by its id, else by its attributes among open and then ended orders.

    A contract order that still waits is looked for in the lists too: its own answer may tell no status at all.
    """
    direct = _by_id(ask, sought.order_id, instrument) if sought.order_id else None
    if direct and direct.status is not Status.WAITING:
        return direct
    listed = [*_open(ask, instrument), *_ended(ask, instrument, sought.sent_ms - LOOK_BACK_MS)]
    if sought.order_id:
        return next((order for _, order in listed if order.order_id == sought.order_id), direct)
    candidates = [order for entry, order in listed if _is_sought(entry, order, sought)]
    return min(candidates, key=lambda order: order.created_ms or 0, default=None)


def open_orders(ask: Ask, instrument: Instrument, profile: Profile) -> list[Found]:
    """List every open order of the symbol once; pages may overlap."""
    listed = {order.order_id: order for _, order in _open(ask, instrument)}
    return [order for order in listed.values() if order.live]


def _by_id(ask: Ask, order_id: str, instrument: Instrument) -> Found | None:
    outcome = ask(signed(Op.READ, "GET", path_of(instrument, "order"), named(instrument, order_id)))
    return None if outcome.verdict is Verdict.GONE else read_order(one(outcome), instrument)


def _open(ask: Ask, instrument: Instrument) -> Iterator[Listed]:
    """Read the open orders; being listed here says open even where the status is a word nobody documented."""
    for entry in _pages(ask, instrument, "openOrders", None):
        yield entry, read_order(entry, instrument, Status.OPEN)


def _ended(ask: Ask, instrument: Instrument, since_ms: int) -> Iterator[Listed]:
    for entry in _pages(ask, instrument, "historyOrders", since_ms):
        yield entry, read_order(entry, instrument)


def _pages(ask: Ask, instrument: Instrument, name: str, since_ms: int | None) -> Iterator[Entry]:
    """Read a whole list.

    Without a cursor the newest 500 are shown (rest-api_CN.md); where that is not all, read on from the very first.
    """
    cursor: str | None = None
    for _ in range(PAGES):
        query = {"symbol": instrument.symbol, "orderId": cursor, "startTime": since_ms, "limit": PAGE}
        page = many(ask(signed(Op.READ, "GET", path_of(instrument, name), query)))
        yield from (entry for entry in page if names(entry.get("symbol"), instrument))
        if len(page) < PAGE:
            return
        cursor = read_id(page[-1].get("orderId")) if cursor else "0"
    raise Failed(Outcome(Verdict.AMBIGUOUS, message=f"JEX lists more orders than {PAGES} pages hold"))


def _is_sought(entry: Entry, order: Found, sought: Sought) -> bool:
    plan, shown = sought.plan, str(entry.get("type")).lower()
    early = (order.created_ms or 0) < sought.sent_ms - SLACK_MS
    if early or order.order_id in sought.taken or order.side is not plan.side:
        return False
    if liquidates(plan):
        return shown == "market"
    if plan.type is OrderType.STOP:
        same = shown == kind(plan).lower() and decimal(entry.get("triggerPrice")) in (None, plan.trigger_price)
    else:
        same = shown == "limit"
    return same and order.price == plan.price and order.quantity == plan.quantity
