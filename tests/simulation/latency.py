"""I8: while only placements are in trouble, an order that a cancel names is closed within seconds."""

import json
from typing import Any

from tests.simulation.sender import Firing
from tests.simulation.simulation import Simulation

WITHIN_MS = 20_000


def watch_cancels(sim: Simulation) -> None:
    """Look at the exchange when a cancel is fired, and again when it should long be done."""
    for firing in sim.sender.firings:
        body = json.loads(firing.body)
        if isinstance(body, dict) and body.get("action") in ("cancel", "cancel_all"):
            _watch(sim, firing, body)


def _watch(sim: Simulation, firing: Firing, body: dict[str, Any]) -> None:
    sim.scheduler.at(firing.first_ms, lambda: _look(sim, firing, body))


def _look(sim: Simulation, firing: Firing, body: dict[str, Any]) -> None:
    named = set(_open(sim, body))
    sim.scheduler.at(sim.scheduler.now_ms + WITHIN_MS, lambda: _judge(sim, firing, named))


def _judge(sim: Simulation, firing: Firing, named: set[str]) -> None:
    left = [order_id for order_id in named if _is_open(sim, order_id)]
    accepted = firing.accepted is not None and firing.answers[0][1] is firing.accepted
    if left and accepted:
        sim.found.append(f"I8: {WITHIN_MS // 1000} s after {firing.body!r} still open: {', '.join(left)}")


def _open(sim: Simulation, body: dict[str, Any]) -> list[str]:
    """Exchange ids of placed orders that the cancel names and that are open now."""
    rows = sim.store.data("order#")
    return [
        str(row["exchange_order_id"])
        for row in rows
        if row["state"] == "placed"
        and row["symbol"] == body["symbol"]
        and (body["action"] == "cancel_all" or row["ref"] == body.get("ref"))
        and row["exchange_order_id"]
        and _is_open(sim, row["exchange_order_id"])
    ]


def _is_open(sim: Simulation, order_id: str) -> bool:
    order = sim.venue.state.orders.get(order_id)
    return order is not None and order.state in ("open", "entrusting")
