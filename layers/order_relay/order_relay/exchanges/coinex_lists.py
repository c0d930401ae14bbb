"""CoinEx's lists of orders and stops: read page by page, and searched by our client id."""

from collections.abc import Iterator

from order_relay.core.call import get
from order_relay.core.exchange import Ask, Found, Instrument, Sought, Status
from order_relay.core.outcome import Failed, Outcome, Verdict
from order_relay.core.symbol import Market
from order_relay.exchanges.coinex_answers import PAGE, WRONG, Row, read_order, read_page, undocumented, whole

LOOK_BACK_MS = 60_000
PAGES = 10


def segment(market: Market) -> str:
    return "spot" if market is Market.SPOT else "futures"


def by_order_id(ask: Ask, order_id: str, instrument: Instrument) -> Found | None:
    query = {"market": instrument.symbol, "order_id": order_id}
    outcome = ask(get(f"/v2/{segment(instrument.market)}/order-status", query))
    return None if outcome.verdict is Verdict.GONE else read_order(outcome.data, instrument)


def by_client_id(ask: Ask, sought: Sought, instrument: Instrument) -> Found | None:
    """Scan open and then ended orders: one that fills meanwhile shows in the second."""
    row = pending(ask, sought, instrument, "pending-order")
    if row is not None:
        return read_order(row, instrument, Status.OPEN)
    row = finished(ask, sought, instrument, "finished-order")
    return None if row is None else read_order(row, instrument, Status.FILLED)


def open_orders(ask: Ask, instrument: Instrument) -> list[Found]:
    listed = pages(ask, instrument, "pending-order")
    return [read_order(row, instrument, Status.OPEN) for rows in listed for row in rows]


def pending(ask: Ask, sought: Sought, instrument: Instrument, name: str) -> Row | None:
    """Search a list of what is open, which CoinEx filters by client id (docs: list-pending-order, -stop-order)."""
    client_id = sought.plan.client_id
    rows = (row for listed in pages(ask, instrument, name, client_id) for row in listed)
    return next((row for row in rows if row.get("client_id") == client_id), None)


def finished(ask: Ask, sought: Sought, instrument: Instrument, name: str) -> Row | None:
    """Search a list of what has ended, back to a minute before the order was sent."""
    for rows in pages(ask, instrument, name):
        for row in rows:
            if row.get("client_id") == sought.plan.client_id:
                return row
        if any(_changed_ms(row) < sought.sent_ms - LOOK_BACK_MS for row in rows):
            return None
    return None


def pages(ask: Ask, instrument: Instrument, name: str, client_id: str | None = None) -> Iterator[list[Row]]:
    """Yield the instrument's rows page by page; a list that does not end proves nothing and raises Failed."""
    product = segment(instrument.market)
    query = {"market": instrument.symbol, "market_type": product.upper(), "client_id": client_id}
    for page in range(1, PAGES + 1):
        rows, more = read_page(ask(get(f"/v2/{product}/{name}", query | {"page": page, "limit": PAGE})))
        yield [row for row in rows if str(row.get("market")).strip() == instrument.symbol]
        if not more:
            return
    raise Failed(Outcome(Verdict.AMBIGUOUS, meaning=f"{name} has more than {PAGES} pages"))


def _changed_ms(row: Row) -> int:
    """The later of creation and last change: whichever of them sorts the list, nothing newer follows."""
    try:
        return max(whole(row, "created_at"), whole(row, "updated_at"))
    except WRONG:
        raise undocumented("order") from None
