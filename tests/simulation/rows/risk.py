"""A strategy that runs wild: row 42."""

from tests.simulation.rows.catalogue import row
from tests.simulation.rows.codes import THROTTLED
from tests.simulation.scenario import limit_buy, market_buy
from tests.simulation.simulation import Simulation


@row("42")
def storm(sim: Simulation) -> None:
    """A strategy bug: a hundred alerts in a minute at a route that allows a few orders, or little money a day."""
    kind = sim.rng.random()
    if kind < 0.7:
        sim.limit(orders_per_minute=sim.rng.randint(2, 8))
    if kind > 0.5:
        sim.limit(notional_per_day=str(sim.rng.randint(600, 6_000)))
    if sim.rng.random() < 0.5:
        code, status = THROTTLED[sim.place.account]
        said = {"code": code, "message": "Too many requests", "status": status}
        sim.venue.add_fault(op="place", kind="code", times=sim.rng.randint(1, 6), **said)
    start_s, spread_s = sim.rng.uniform(0, 10), sim.rng.choice((5, 60, 100))
    for _ in range(sim.rng.randint(60, 120)):
        make = limit_buy if sim.rng.random() < 0.8 else market_buy
        sim.sender.fire(sim.s(start_s + sim.rng.uniform(0, spread_s)), make(sim, valid_for="120"))
    sim.watch("42", lambda: sim.recorder.counts.get("RiskRefused"))
