"""Faults of the queues, the journal and the secrets behind the workers: rows 9, 28-30, 34, 36, 41."""

from order_relay.core.identity import group_id
from order_relay.core.ports import Journal
from order_relay.core.record import Key
from order_relay.service.book import Book
from order_relay.service.halts import EVERYTHING, Halts, of_account, of_route
from tests.simulation.rows.catalogue import row
from tests.simulation.scenario import limit_buy, market_buy
from tests.simulation.simulation import Simulation


@row("9")
def delivered_twice_at_once(sim: Simulation) -> None:
    """SQS delivers a message twice at once, or a worker outlives its message's visibility."""
    lane = sim.rng.choice(("orders", "orders", "cancels"))
    sim.plan.arm("9", "queue", "double", lane, times=4, rate=0.7, delay_ms=sim.rng.randint(50, 4_000))
    sim.plan.arm("9", "process", "freeze", lane, times=1, rate=0.02, delay_ms=sim.rng.randint(91_000, 120_000))


@row("28")
def journal_throttled(sim: Simulation) -> None:
    """DynamoDB throttles before anything is applied."""
    sim.plan.arm("28", "journal", "throttled", times=12, rate=0.15, for_ms=60_000)


@row("29")
def journal_answer_lost(sim: Simulation) -> None:
    """A journal write is applied and its answer lost."""
    sim.plan.arm("29", "journal", "lost", "write", times=sim.rng.randint(1, 6), rate=0.2)


@row("30")
def journal_down(sim: Simulation) -> None:
    """DynamoDB is down for longer than an order is valid."""
    after_ms = sim.rng.randint(0, 30_000)
    sim.plan.arm("30", "journal", "down", times=10_000, after_ms=after_ms, for_ms=sim.rng.randint(70_000, 200_000))
    sim.sender.fire(sim.s(after_ms / 1000), limit_buy(sim, valid_for="60"))


@row("34")
def poison(sim: Simulation) -> None:
    """A body that nobody can read is at the head of its group."""
    group = group_id(sim.place.account, sim.place.market, "BTCUSDT")
    text = sim.rng.choice(("nonsense", '{"schema":1}', '{"schema":1,"legs":[{}]}', "[]"))
    start_s = sim.rng.uniform(0, 30)
    sim.at(start_s, lambda: _put(sim, text, group))
    sim.sender.fire(sim.s(start_s + 0.1), market_buy(sim))


def _put(sim: Simulation, text: str, group: str) -> None:
    sim.plan.hits["34"] += 1
    sim.queues["orders"].send(text, group, f"poison-{sim.next_number()}")


@row("36")
def visibility_cannot_be_changed(sim: Simulation) -> None:
    """ChangeMessageVisibility fails, as does the delete now and then."""
    sim.plan.arm("36", "inbox", "failed", "defer", times=8, rate=0.6)
    sim.plan.arm("36", "inbox", "failed", "delete", times=2, rate=0.3)
    sim.plan.arm("36", "network", "lose", "place", times=1)


@row("41")
def halted(sim: Simulation) -> None:
    """Everything, an account, a route or a symbol is halted while orders are queued."""
    start_s = sim.rng.uniform(2, 30)
    scope = sim.rng.choice((EVERYTHING, of_account(sim.place.account), of_route("main"), ""))

    def halt(journal: Journal) -> None:
        if scope:
            Halts(journal).halt(scope, "an operator said so", Key(sim.scheduler.now_ms, 1_000))
        else:
            Book.at(journal, sim.partition).halt("an operator said so")

    sim.operator(start_s, halt)
    sim.sender.fire(sim.s(start_s + 1), limit_buy(sim))
    sim.watch("41", lambda: any("halted" in (one["reason"] or "") for one in sim.store.data("order#")))
