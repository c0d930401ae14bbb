"""What a run leaves behind: the journal's records, the orders an exchange made of each, and the dead letters."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from order_relay.core.message import Message, NewerSchema, Unreadable, decode
from tests.simulation.books import Fill, order_of
from tests.simulation.exchange import Sent
from tests.simulation.simulation import Simulation
from tools.exchange_simulator.order import Order

ENDS = frozenset({"placed", "rejected", "expired", "cancelled", "parked"})
CANCELS = frozenset({"cancel", "cancel_all"})

Row = Mapping[str, Any]


class Evidence:
    """The journal's records and the orders that the exchange made of each."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.records: dict[str, Row] = {row["order_id"]: row for row in sim.store.data("order#")}
        self.made: dict[str, list[tuple[Sent, Order]]] = {order_id: [] for order_id in self.records}
        for sent in sim.network.sent:
            venue = sim.network.venue(sent.venue)
            sim.network.ripen(venue)
            for order_id in sent.orders:
                self.made.setdefault(sent.intent or "nobody", []).append((sent, order_of(venue, order_id)))
        self.makers = {(sent.venue, order_id): sent.intent for sent in sim.network.sent for order_id in sent.orders}
        self.dead = list(_dead(sim))
        self.buried = {message.sha256 for body in _letters(sim) if (message := _inside(body))}

    def maker(self, fill: Fill) -> Row | None:
        """The record that a fill belongs to; None for what was traded by hand."""
        return self.records.get(self.makers.get((fill.venue, fill.order.order_id)) or "")

    def alive(self, order_id: str) -> list[tuple[Sent, Order]]:
        """Orders of a record that are open or have a fill."""
        return [one for one in self.made[order_id] if one[1].state in ("open", "entrusting") or one[1].filled]


def _dead(sim: Simulation) -> Iterator[tuple[str, str]]:
    """(alert id, sha256) of every message that lies in a dead-letter queue."""
    for queue in sim.queues.values():
        for letter in queue.dead.messages if queue.dead else ():
            message = _inside(letter.body)
            if message:
                yield message.alert_id, message.sha256


def _letters(sim: Simulation) -> Iterator[str]:
    """Every dead letter that there ever was."""
    for queue in sim.queues.values():
        yield from queue.dead.everything if queue.dead else ()


def _inside(letter: str) -> Message | None:
    """The message that a dead letter holds; a poison letter speaks of no alert."""
    try:
        body = json.loads(letter)
        return decode(body["message"] if isinstance(body, dict) and "message" in body else letter)
    except (ValueError, Unreadable, NewerSchema):
        return None


def leg_of(evidence: Evidence, record: Row) -> Row:
    """What the alert said about this order."""
    body = next((one.body for one in evidence.sim.sender.firings if one.digest == record["sha256"]), b"{}")
    parsed = json.loads(body)
    leg: Row = parsed[record["leg"]] if isinstance(parsed, list) else parsed
    return leg


def concerns(cancel: Row, record: Row) -> bool:
    same = all(cancel[name] == record[name] for name in ("account", "market", "symbol"))
    older = (record["firing_ms"], record["leg"]) < (cancel["firing_ms"], cancel["leg"])
    named = cancel["action"] == "cancel_all" or (cancel["ref"] is not None and cancel["ref"] == record["ref"])
    return bool(same and older and named and record["action"] not in CANCELS)


def named(record: Row) -> str:
    return f"{record['action']} {record['order_id'][:8]} ({record['state']}: {record['reason']})"


def ended_ms(record: Row) -> int:
    """When the record came to its state; notes on later resends may follow."""
    return min(int(line["at_ms"]) for line in record["history"] if line["state"] == record["state"])


def shown(order: Order) -> str:
    return f"{order.side} {order.quantity} at {order.price} {order.state}, order {order.order_id}"
