"""Chains and flips: alerts of one bar that arrive in another order than they were fired, and half a flip: C1 to C3."""

from decimal import Decimal
from itertools import pairwise

from tests.simulation.rows.catalogue import row
from tests.simulation.simulation import Simulation
from tests.simulation.strategies import SPOT_HELD, chained, named
from tests.simulation.targets import CALM

WAITING = frozenset({"4", "31", "49"})
"""Rows that let alerts wait before a worker sees them, which uses up the time for which one is held back."""

REFUSED = {
    "coinex": "3109", "okx": "51008", "bitget": "43012", "bitget_uta": "43012", "bitunix": "20003", "jex": "-7008",
}  # fmt: skip


def _sizes(sim: Simulation) -> list[str]:
    """The positions that a strategy takes one after the other, none of them twice."""
    perp = sim.place.market == "perp"
    known = ["-0.03", "-0.02", "-0.01", "0.01", "0.02", "0.03", "0.04"] if perp else ["0.01", "0.02", "0.03", "0.04"]
    return ["0", *sim.rng.sample(known, sim.rng.randint(2, 4))]


def _walk(sim: Simulation) -> None:
    """Fire one alert per step of a strategy's position, shuffled, within a second or a few."""
    walk, spread_s = _sizes(sim), sim.rng.choice((0.3, 1, 1, 2, 4))
    bodies = [chained(sim, before, after, valid_for="300") for before, after in pairwise(walk)]
    anonymous = sim.rng.random() < 0.4
    by_target = sim.place.market == "perp" and sim.rng.random() < 0.5
    ref = f"walk-{sim.next_number()}"
    for body in bodies:
        body["ref"] = ref
        for name in (*(("id",) if anonymous else ()), *(("quantity",) if by_target else ())):
            del body[name]
        body["action"] = "target" if by_target else body["action"]
    sim.rng.shuffle(bodies)
    start_s, fired = sim.rng.uniform(0, 30), set()
    for body in bodies:
        resends = (sim.rng.randint(200, 20_000),) if sim.rng.random() < 0.2 else ()
        moment = sim.s(start_s + sim.rng.uniform(0, spread_s))
        fired.add(sim.sender.fire(moment, body, resends_ms=resends).digest)
    paused = _hinder(sim, start_s)
    sim.checks.append(lambda: _astray(sim, Decimal(walk[-1]), fired))
    if spread_s <= 1 and not paused and sim.place.market == "perp":
        sim.checks.append(lambda: _gap(sim, fired))


def _hinder(sim: Simulation, start_s: float) -> bool:
    """Let reads lag, or the alerts lie in the queue for longer than any resend takes; True if they did."""
    luck = sim.rng.random()
    if luck < 0.3:
        sim.venue.read_lag_ms = 2_000
        sim.at(120, lambda: setattr(sim.venue, "read_lag_ms", 0))
    elif luck < 0.5:
        sim.lanes["orders"].closed_until_ms = sim.s(start_s + sim.rng.uniform(35, 60))
    return luck < 0.5


def _astray(sim: Simulation, last: Decimal, fired: set[str]) -> str | None:
    """Where every alert became its order and no gap was met, each account holds what the last one says."""
    rows = sim.store.data("order#")
    whole = all(one["state"] == "placed" and not one["reason"] for one in rows)
    if not whole or sim.recorder.counts.get("AlertGap") or {one["sha256"] for one in rows} != fired:
        return None
    wanted = last + (SPOT_HELD if sim.place.market == "spot" else 0)
    held = {account: sim.held(account, sim.place.symbol) for account in sim.accounts}
    wrong = [f"{account} holds {size}" for account, size in held.items() if size != wanted]
    return f"I4: the chain ends at {wanted}, but {', '.join(wrong)}" if wrong else None


def _gap(sim: Simulation, fired: set[str]) -> str | None:
    """Alerts that all arrived within a second leave no gap, unless something else went wrong."""
    calm = {*sim.rows, *(name for name, count in sim.plan.hits.items() if count)} <= CALM - WAITING
    calm = calm and {one["sha256"] for one in sim.store.data("order#")} == fired
    return "I4: a gap was seen where every alert had arrived" if calm and sim.recorder.counts.get("AlertGap") else None


def _held_back(sim: Simulation) -> bool:
    return any("put" in what and "at the tail" in what for _, _, what in sim.trace.lines)


@row("C1")
def shuffled(sim: Simulation) -> None:
    """A strategy's chained alerts arrive shuffled."""
    _walk(sim)
    sim.watch("C1", lambda: _held_back(sim))


@row("C2")
def killed_while_putting_back(sim: Simulation) -> None:
    """A worker dies between putting a held message back and deleting it, or the queue does not say that it took it."""
    _walk(sim)
    kind = sim.rng.random()
    if kind < 0.5:
        where = sim.rng.choice(("requeue", "requeued", "delete"))
        sim.plan.arm("C2", "process", "crash", f"orders {where}", times=sim.rng.randint(1, 2), rate=0.6)
    else:
        fate = sim.rng.choice(("lost", "refused"))
        sim.plan.arm("C2", "inbox", fate, "requeue", times=sim.rng.randint(1, 3), rate=0.6)
    if sim.rng.random() < 0.4:
        sim.plan.arm("C2", "inbox", "failed", "orders delete", times=2, rate=0.4)


@row("C3", markets=("perp",))
def half_a_flip(sim: Simulation) -> None:
    """The order that closes one side is refused, lost or cut short: the other side is not opened before it."""
    start_s, size = sim.rng.uniform(46, 50), sim.rng.choice(("0.01", "0.02"))
    short = sim.rng.random() < 0.5
    before, after = (f"-{size}", "0.03") if short else (size, "-0.03")
    flat = chained(sim, "0", before)
    sim.sender.fire(sim.s(start_s), flat)
    by_target = sim.rng.random() < 0.5
    flip = named(sim, "target", quantity=after) if by_target else chained(sim, before, after)
    sim.sender.fire(sim.s(start_s + 8), {**flip, "valid_for": "300"})
    sim.at(start_s + 7.5, lambda: _strike(sim))


def _strike(sim: Simulation) -> None:
    luck = sim.rng.random()
    if luck < 0.5:
        code = REFUSED[sim.place.account]
        sim.venue.add_fault(row="C3", op="place", kind="code", code=code, times=sim.rng.choice((1, 1, 2)))
    elif luck < 0.75:
        kind = sim.rng.choice(("accept_then_drop", "drop_before_accept"))
        sim.venue.add_fault(row="C3", op="place", kind=kind, times=sim.rng.choice((1, 2)))
    else:
        where = sim.rng.choice(("wrote sending", "left place", "answered place", "wrote placed"))
        sim.plan.arm("C3", "process", "crash", f"orders {where}", times=sim.rng.randint(1, 2), rate=0.7)
