"""I8: while only placements are in trouble, an order that a cancel names is closed within seconds."""

import json
from typing import Any

from tests.simulation.books import live
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


def _judge(sim: Simulation, firing: Firing, named: set[tuple[str, str]]) -> None:
    left = [order_id for account, order_id in named if live(sim.venue_of(account), order_id)]
    accepted = firing.accepted is not None and firing.answers[0][1] is firing.accepted
    if left and accepted:
        sim.found.append(f"I8: {WITHIN_MS // 1000} s after {firing.body!r} still open: {', '.join(left)}")


def _open(sim: Simulation, body: dict[str, Any]) -> list[tuple[str, str]]:
    """Account and exchange id of each placed order that the cancel names and that is open now."""
    rows = sim.store.data("order#")
    return [
        (row["account"], str(row["exchange_order_id"]))
        for row in rows
        if row["state"] == "placed"
        and row["symbol"] == body["symbol"]
        and (body["action"] == "cancel_all" or row["ref"] == body.get("ref"))
        and live(sim.venue_of(row["account"]), row["exchange_order_id"])
    ]
