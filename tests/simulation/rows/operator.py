"""Dead letters and their operator: rows 37, 38, 48, 55."""

from tests.simulation.books import order_of
from tests.simulation.rows.catalogue import row
from tests.simulation.scenario import close, limit_buy, market_buy
from tests.simulation.simulation import Simulation

RETRY = {"command": "retry", "apply": True}


def _kill(sim: Simulation, name: str, where: str, times: int) -> None:
    """Let the first message of the order lane die often enough to be quarantined."""
    sim.plan.arm(name, "process", "crash", f"orders-0 {where}", times=times, for_ms=1_500_000)


def _where(sim: Simulation) -> str:
    return sim.rng.choice(("send place", "left place", "answered place", "send", "write received"))


def _busy(sim: Simulation, seconds: float) -> None:
    """Let no worker of the order lane start for a while, so that what comes now lies in the queue together."""
    closed_ms = sim.s(seconds + sim.rng.uniform(1, 5))
    sim.at(seconds - 4, lambda: setattr(sim.lanes["orders"], "closed_until_ms", closed_ms))


@row("37")
def redriven_after_three_hours(sim: Simulation) -> None:
    """A dead letter is redriven three hours later."""
    _kill(sim, "37", _where(sim), 3)
    sim.sender.fire(sim.s(0), limit_buy(sim, valid_for="600"))
    sim.operate(10_800, RETRY)
    sim.sender.fire(sim.s(10_790), limit_buy(sim, valid_for="600"))


@row("38")
def redriven_twice_amid_traffic(sim: Simulation) -> None:
    """An operator redrives twice while new alerts arrive."""
    _kill(sim, "38", _where(sim), sim.rng.randint(3, 4))
    sim.sender.fire(sim.s(0), limit_buy(sim, valid_for="3600"))
    for wait_s in sorted(sim.rng.uniform(280, 600) for _ in range(3)):
        _busy(sim, wait_s)
        sim.operate(wait_s, {"command": "list"} if sim.rng.random() < 0.2 else RETRY)
        sim.sender.fire(sim.s(wait_s + sim.rng.uniform(-3, 2)), limit_buy(sim, valid_for="600"))


@row("48")
def parked_again_within_five_minutes(sim: Simulation) -> None:
    """A message is redriven and buried again within five minutes."""
    _kill(sim, "48", "send", 8)
    sim.sender.fire(sim.s(0), limit_buy(sim, valid_for="3600"))
    for wait_s in (285, 300, 400, 560):
        sim.operate(wait_s, RETRY)


@row("55", markets=("perp",))
def close_redriven_after_a_new_position(sim: Simulation) -> None:
    """A close dies, a new position is opened, the close is redriven."""
    sim.plan.arm("55", "process", "crash", "orders-0 send", times=3, for_ms=1_500_000)
    sim.sender.fire(sim.s(0), close(sim, valid_for="3600"))
    sim.sender.fire(sim.s(320), market_buy(sim, valid_for="300"))
    _busy(sim, 322)
    sim.operate(sim.rng.choice((322, 340)), RETRY)


def settle_parked(sim: Simulation, seconds: float) -> None:
    """Let an operator look at the exchange and settle every parked order the way it stands there."""
    sim.at(seconds, lambda: _settle(sim))


def _settle(sim: Simulation) -> None:
    there = {sent.intent for sent in sim.network.sent for order_id in sent.orders if _counts(sim, sent.venue, order_id)}
    for record in sim.store.data("order#"):
        if record["state"] == "parked" and record["type"] in ("market", "limit", "stop"):
            outcome = "placed" if record["order_id"] in there else "absent"
            command = {"command": "settle", "order_id": record["order_id"], "outcome": outcome, "apply": True}
            sim.plan.hits["settled"] += 1
            sim.operate(2_000 + sim.rng.random(), command)


def _counts(sim: Simulation, venue: str, order_id: str) -> bool:
    order = order_of(sim.network.venue(venue), order_id)
    return bool(order.filled) or order.state == "open"
