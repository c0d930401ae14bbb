"""The audit at the end of a chaos run: it must be able to fail, or a clean run says nothing."""

from typing import Any

import pytest

from tests.chaos.alerts import Sent
from tests.chaos.audit import Audit, audit

Row = dict[str, Any]

PLACE = {"exchange": "coinex", "account": "coinex", "market": "spot", "symbol": "BTCUSDT"}


def record(number: int, state: str = "placed", **changes: Any) -> Row:
    told = {"order_id": f"ours-{number}", "alert_id": f"alert-{number}", "action": "buy", "ref": "dip", "side": "buy"}
    size = {"quantity": "0.01", "exchange_order_id": str(number), "accepted_at_ms": number, "reason": "told"}
    return {**PLACE, **told, **size, "state": state, **changes}


def cancel(number: int, **changes: Any) -> Row:
    return record(number, "cancelled", action="cancel", exchange_order_id=None, side=None, quantity=None, **changes)


def booked(number: int, state: str = "open", **changes: Any) -> tuple[str, Row]:
    row = {"order_id": str(number), "client_id": f"ours-{number}", "side": "buy", "quantity": "0.01", "state": state}
    row["filled"] = "0"
    return "coinex", {**row, **changes}


def audited(records: list[Row], books: list[tuple[str, Row]], alerts: int = 0, buried: tuple[str, ...] = ()) -> Audit:
    numbers = range(1, 1 + (alerts or len(records)))
    actions = {one["alert_id"]: one["action"] for one in records}
    sent = [Sent("coinex", {"id": number, "action": actions.get(f"alert-{number}", "buy")}) for number in numbers]
    for number, one in enumerate(sent, 1):
        one.alert_id = f"alert-{number}"
    return audit(sent, records, books, buried)


def test_orders_that_agree_with_the_book_are_well() -> None:
    found = audited([record(1), record(2, "cancelled"), cancel(3)], [booked(1, "filled"), booked(2, "cancelled")])
    assert (found.flaws, found.duplicates, found.good, found.others) == ([], 0, 3, [])


@pytest.mark.parametrize(
    ("records", "books", "told"),
    [
        ([record(1)], [booked(1), booked(7)], "has order 7, which no record names"),
        ([record(1)], [], "has no order 1 of the journal"),
        ([record(1), record(2, exchange_order_id="1")], [booked(1)], "two records name the same order"),
        ([record(1, "expired")], [booked(1)], "is open, the journal says expired"),
        ([record(1)], [booked(1, "cancelled")], "is cancelled, the journal says placed"),
        ([record(1), cancel(2)], [booked(1)], "is open, and its cancel is reported done"),
        ([record(1), cancel(2, ref="other")], [booked(1, "cancelled")], "the journal says placed"),
        ([record(1, "cancelled")], [booked(1, "cancelled")], "no cancel asked for that"),
        ([record(1), record(2, alert_id="alert-1")], [booked(1), booked(2)], "instead of one end"),
        ([record(1, "sending", exchange_order_id=None)], [], "instead of one end"),
        ([record(1, "parked", exchange_order_id=None, reason=None)], [], "without a reason"),
    ],
)
def test_whatever_differs_is_a_flaw(records: list[Row], books: list[tuple[str, Row]], told: str) -> None:
    assert any(told in flaw for flaw in audited(records, books).flaws)


def test_an_alert_without_a_record_is_a_flaw() -> None:
    assert "instead of one end" in audited([record(1)], [booked(1)], alerts=2).flaws[0]


def test_an_order_parked_in_doubt_explains_one_order_of_the_book_and_no_second() -> None:
    doubt = record(1, "parked", exchange_order_id=None)
    assert audited([doubt], [booked(7, client_id="ours-1")]).flaws == []
    assert audited([doubt], [booked(7, client_id="ours-1"), booked(8, client_id="ours-1")]).duplicates == 1


@pytest.mark.parametrize(
    ("changes", "explained"),
    [({}, True), ({"state": "open"}, False), ({"filled": "0.005"}, False), ({"client_id": "x"}, False)],
)
def test_an_order_cancelled_while_in_doubt_explains_its_own_cancelled_order_only(changes: Row, explained: bool) -> None:
    doubt = record(1, "cancelled", exchange_order_id=None)
    found = audited([doubt, cancel(2)], [booked(7, **{"client_id": "ours-1", "state": "cancelled", **changes})])
    assert (found.flaws == []) is explained


def test_an_alert_that_is_a_dead_letter_has_not_ended_well_and_is_no_flaw() -> None:
    found = audited([record(1, "sending", exchange_order_id=None)], [], buried=("alert-1",))
    assert (found.flaws, found.good, len(found.others)) == ([], 0, 1)
    assert audited([record(1, "sending", exchange_order_id=None)], [booked(1)], buried=("alert-1",)).duplicates == 1
