"""Faults of the workers' processes and clocks: rows 10-14, 24, 25, 31, 35, 45, 54."""

from order_relay.exchanges import EXCHANGES
from tests.simulation.rows.catalogue import row
from tests.simulation.scenario import cancel, limit_buy, market_buy
from tests.simulation.simulation import Simulation


def _order(sim: Simulation) -> None:
    sim.sender.fire(sim.s(sim.rng.uniform(0, 40)), limit_buy(sim, valid_for="600"))


def _crash(sim: Simulation, name: str, where: str) -> None:
    sim.plan.arm(name, "process", "crash", f"orders {where}", times=sim.rng.randint(1, 2), rate=0.6)
    _order(sim)


@row("10")
def killed_before_intent(sim: Simulation) -> None:
    """A worker dies before it wrote `sending`."""
    _crash(sim, "10", sim.rng.choice(("write sending", "read newest", "send account", "write newest")))


@row("11")
def killed_after_intent(sim: Simulation) -> None:
    """A worker dies after it wrote `sending`, before it sent."""
    _crash(sim, "11", sim.rng.choice(("wrote sending", "read fence")))


@row("12")
def killed_while_sending(sim: Simulation) -> None:
    """A worker dies while sending; the bytes may have left."""
    _crash(sim, "12", sim.rng.choice(("send place", "left place")))


@row("13")
def killed_after_the_answer(sim: Simulation) -> None:
    """A worker dies after the answer, before it wrote it down."""
    _crash(sim, "13", sim.rng.choice(("answered place", "write placed")))


@row("14")
def killed_before_delete(sim: Simulation) -> None:
    """A worker dies after it wrote the outcome, before the message was deleted."""
    _crash(sim, "14", sim.rng.choice(("wrote placed", "delete")))


@row("24")
def host_clock_steps(sim: Simulation) -> None:
    """A host's wall clock steps by two minutes while it works."""
    step_ms = sim.rng.choice((-120_000, 120_000))
    where = sim.rng.choice(("", "send", "answered place", "read", "wrote sending"))
    sim.plan.arm("24", "process", "step", f"orders {where}", rate=0.2, times=2, delay_ms=step_ms)
    sim.plan.arm("24", "network", sim.rng.choice(("lose", "cut", "delay")), "place", times=1, delay_ms=4_000)
    _order(sim)


@row("25")
def frozen_for_forty_minutes(sim: Simulation) -> None:
    """A host freezes for 40 minutes and thaws; its monotonic clock did not move."""
    if sim.rng.random() < 0.5:
        sim.plan.arm("25", "process", "freeze", "orders", rate=0.04, delay_ms=2_400_000)
        return
    _order(sim)
    sim.at(2_500, lambda: _thaw(sim))
    sim.sender.fire(sim.s(2_501), market_buy(sim))


def _thaw(sim: Simulation) -> None:
    for lane in sim.lanes.values():
        for container in lane.idle:
            sim.plan.hits["25"] += 1
            container.process.clock.frozen_ms += 2_400_000


@row("31")
def cancel_overtakes(sim: Simulation) -> None:
    """A cancel overtakes the order that it names."""
    start_s = sim.rng.uniform(0, 20)
    sim.lanes["orders"].closed_until_ms = sim.s(start_s + sim.rng.uniform(5, 40))
    sim.sender.fire(sim.s(start_s), limit_buy(sim, ref="overtaken", valid_for="600"))
    sim.sender.fire(sim.s(start_s + sim.rng.uniform(0.2, 4)), cancel(sim, "overtaken"))
    never = "cancelled by a later alert before it was sent"
    sim.watch("31", lambda: any(one["reason"] == never for one in sim.store.data("order#")))


@row("35")
def one_message_always_kills(sim: Simulation) -> None:
    """One message kills every worker that takes it."""
    lane = sim.rng.choice(("orders", "orders", "cancels"))
    sim.plan.arm("35", "process", "crash", f"{lane}-0 {sim.rng.choice(('send', 'place', 'write'))}", times=1_000,
                 for_ms=1_800_000)  # fmt: skip
    _order(sim)


@row("45")
def workers_not_started(sim: Simulation) -> None:
    """Lambda starts no worker of the order lane for ten minutes."""
    start_s = sim.rng.uniform(0, 30)

    def close() -> None:
        sim.lanes["orders"].closed_until_ms = sim.s(start_s + 600)

    sim.at(start_s, close)
    sim.sender.fire(sim.s(start_s + 1), limit_buy(sim, valid_for="60"))
    sim.watch("45", lambda: any(one["state"] == "expired" for one in sim.store.data("order#")))


@row("54")
def slow_host_and_slow_network(sim: Simulation) -> None:
    """Hosts are a minute slow, a request is delayed, and the exchange may accept stamps of the future."""
    sim.host_skew_ms = sim.rng.choice((-60_000, 60_000, 75_000, 120_000))
    delay_ms = sim.rng.randint(3_500, EXCHANGES[sim.place.exchange].window_ms + 3_000)
    for wait_s in (46, 150):
        after_ms = wait_s * 1000
        sim.plan.arm("54", "network", "delay", "place", after_ms=after_ms, delay_ms=delay_ms)
        body = limit_buy(sim, valid_for="600") if sim.rng.random() < 0.5 else market_buy(sim, valid_for="600")
        sim.sender.fire(sim.s(wait_s + sim.rng.uniform(0, 3)), body)
