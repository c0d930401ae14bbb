"""At the end: every alert in one terminal state, and the exchanges' own books equal to the journal."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.alerts import Sent
from tools.exchange_simulator.server import Simulator

ENDS = ("placed", "cancelled", "rejected", "expired", "parked")
CANCELS = ("cancel", "cancel_all")
OPEN = ("open", "entrusting")
Row = Mapping[str, Any]
Booked = tuple[str, Row]


@dataclass
class Audit:
    """What was found. `ends`: how many orders and cancels of an exchange ended how. `others`: who did not end well."""

    ends: Counter[tuple[str, str]] = field(default_factory=Counter)
    good: int = 0
    others: list[str] = field(default_factory=list)
    orders: Counter[str] = field(default_factory=Counter)
    duplicates: int = 0
    flaws: list[str] = field(default_factory=list)


def books(simulator: Simulator) -> list[Booked]:
    """Every order that an exchange ever accepted, with the name of the exchange."""
    return [(venue.name, row) for venue in simulator.venues.values() for row in venue.accepted_orders()]


def audit(
    alerts: Sequence[Sent], records: Sequence[Row], booked: Sequence[Booked], buried: Collection[str] = ()
) -> Audit:
    """Compare what was asked, what the journal says and what the exchanges' books hold.

    `buried` are alerts that lie in a dead-letter queue: a human decides about what of them was never sent.
    """
    found = Audit()
    for sent in alerts:
        own = [record for record in records if record["alert_id"] == sent.alert_id]
        if sent.alert_id in buried and [record["state"] in ENDS for record in own] != [True]:
            found.others.append(f"{sent.alert['id']} on {sent.route}: a dead letter")
        else:
            _alert(found, sent, own)
    _compare(found, records, booked)
    cancels = [record for record in records if record["action"] in CANCELS]
    for order in (record for record in records if record["action"] not in CANCELS):
        _cancelled(found, order, [cancel for cancel in cancels if _covers(cancel, order)], booked)
    return found


def _cancelled(found: Audit, order: Row, cancels: Sequence[Row], booked: Sequence[Booked]) -> None:
    """Cancelled means that a cancel asked for it, and a cancel that is done means that nothing is open."""
    if order["state"] == "cancelled" and not cancels:
        found.flaws.append(f"order {order['order_id']} was cancelled, and no cancel asked for that")
    done = any(cancel["state"] == "cancelled" for cancel in cancels)
    open_ids = {(exchange, str(row["order_id"])) for exchange, row in booked if row["state"] in OPEN}
    if done and _name(order) in open_ids:
        found.flaws.append(f"order {order['order_id']} is open, and its cancel is reported done")


def _compare(found: Audit, records: Sequence[Row], booked: Sequence[Booked]) -> None:
    """The exchanges' books against the journal, order by order."""
    named = [record for record in records if record["exchange_order_id"]]
    known = {_name(record): record for record in named}
    if len(known) != len(named):
        found.flaws.append("two records name the same order")
    doubtful = [one for one in records if one["state"] in ("parked", "cancelled") and not one["exchange_order_id"]]
    for exchange, row in booked:
        found.orders[exchange] += 1
        _order(found, exchange, row, known.pop((exchange, str(row["order_id"])), None), doubtful)
    found.flaws += [f"{exchange} has no order {order_id} of the journal" for exchange, order_id in known]


def _name(record: Row) -> tuple[str, str]:
    return record["exchange"], str(record["exchange_order_id"])


def _covers(cancel: Row, record: Row) -> bool:
    """True if the cancel was meant to end the order."""
    same = all(cancel[field] == record[field] for field in ("exchange", "account", "market", "symbol"))
    older = same and record["accepted_at_ms"] < cancel["accepted_at_ms"] and record["action"] not in CANCELS
    return older and (cancel["action"] == "cancel_all" or cancel["ref"] == record["ref"])


def unfinished(alerts: Sequence[Sent], records: Sequence[Row], buried: Collection[str]) -> int:
    """How many alerts have no record in a terminal state yet, and are no dead letter."""
    ended = {record["alert_id"] for record in records if record["state"] in ENDS} | {*buried}
    return sum(sent.alert_id not in ended for sent in alerts)


def _alert(found: Audit, sent: Sent, records: Sequence[Row]) -> None:
    if [record["state"] in ENDS for record in records] != [True]:
        states = [record["state"] for record in records]
        found.flaws.append(f"{sent.alert['id']} on {sent.route} has the states {states} instead of one end")
        return
    (record,) = records
    state = str(record["state"])
    found.ends[sent.route, "done" if sent.cancels and state == "cancelled" else state] += 1
    if state in ("placed", "cancelled"):
        found.good += 1
    else:
        found.others.append(f"{sent.alert['id']} {record['action']} on {sent.route}: {state}, {record['reason']}")
    if state != "placed" and not record["reason"]:
        found.flaws.append(f"{sent.alert['id']} ended {state} without a reason")


def _order(found: Audit, exchange: str, row: Row, record: Row | None, doubtful: list[Row]) -> None:
    """An order of the exchange must be one record's, and open only if that record says so."""
    if record is None:
        parked = next((one for one in doubtful if _may_be(one, exchange, row)), None)
        if parked is None:
            found.duplicates += 1
            found.flaws.append(f"{exchange} has order {row['order_id']}, which no record names")
        else:
            doubtful.remove(parked)
        return
    is_open, placed = row["state"] in OPEN, record["state"] == "placed"
    if is_open and not placed:
        found.flaws.append(f"{exchange} order {row['order_id']} is open, the journal says {record['state']}")
    if placed and row["state"] not in ("open", "filled"):
        found.flaws.append(f"{exchange} order {row['order_id']} is {row['state']}, the journal says placed")


def _may_be(record: Row, exchange: str, row: Row) -> bool:
    """True if the order may be what a record does not name: parked in doubt, or cancelled while in doubt."""
    if record["state"] == "cancelled" and (row["state"], row["filled"]) != ("cancelled", "0"):
        return False
    same = (exchange, row["side"], row["quantity"]) == (record["exchange"], record["side"], record["quantity"])
    return same and row["client_id"] in (None, "", record["order_id"])
