"""A seed becomes a run: a place, a few rows of the fault table, ordinary trading, then the verdict."""

import random
from dataclasses import dataclass

from tests.simulation.invariants import violations
from tests.simulation.latency import watch_cancels
from tests.simulation.rows import fitting
from tests.simulation.rows.catalogue import PLACEMENTS_ONLY, Row
from tests.simulation.rows.exchange import HEDGED
from tests.simulation.rows.operator import settle_parked
from tests.simulation.scenario import trade
from tests.simulation.simulation import Place, Simulation
from tests.simulation.targets import CALM

REPLAY = "PYTHONPATH=layers/order_relay:. .venv/bin/python -m tests.simulation"
ACCOUNTS = ("coinex", "okx", "bitget", "bitget_uta", "bitunix", "jex")
MARKETS = ("spot", "perp")
WEIGHTS = {
    "16": 5,
    "24": 2,
    "32": 4,
    "9": 3,
    "37": 2,
    "38": 4,
    "54": 4,
    "53": 2,
    "55": 4,
    "22": 2,
    "17": 4,
    "F1": 4,
    "C1": 6,
    "C2": 4,
    "C3": 6,
}
"""Rows that need exact timing to hurt are drawn more often."""

QUIET = frozenset({"38", "48", "55", "C1", "C2", "C3"})
"""Rows about one dead letter or one chain, which ordinary trading would only make obsolete."""

ALONE = frozenset({"19", "27", "51", "56"})
"""Rows whose own checks count the calls or messages of one account."""

FANNED_OUT, HEDGED_RATE = 0.25, 0.2

CALM_S = 120
DRAINED_WITHIN_S = 7_200  # a cancel gives an order of unknown fate an hour, and the next of its group waits behind it


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one seed."""

    seed: int
    place: Place
    rows: tuple[str, ...]
    hits: dict[str, int]
    violations: tuple[str, ...]
    trace: str = ""


def run(seed: int, *, traced: bool = False) -> Verdict:
    """Play one seed to its end and judge it."""
    rng = random.Random(seed)
    place = Place(account=rng.choice(ACCOUNTS), market=rng.choice(MARKETS))
    rows = _rows(rng, place)
    names = {row.name for row in rows}
    sim = Simulation(seed, place, _second(rng, place, names))
    sim.rows = sorted(names)
    if place.market == "perp" and rng.random() < HEDGED_RATE:
        _hedge(sim)
    if not names & QUIET:
        trade(sim)
    for row in rows:
        row.arrange(sim)
    if names <= PLACEMENTS_ONLY and not _banned(names, place):
        watch_cancels(sim)
    elif rng.random() < 0.25:
        _roughen(sim)
    last_ms = max(firing.first_ms for firing in sim.sender.firings)
    if rng.random() < 0.3:
        settle_parked(sim, 2_000)
    sim.scheduler.run(max(last_ms, sim.s(CALM_S)) + DRAINED_WITHIN_S * 1000 + _extra_ms(names))
    for name, happened in sim.watched:
        sim.plan.hits[name] += bool(happened())
    found = [*violations(sim), *(told for check in sim.checks if (told := check()))]
    trace = sim.trace.text() if found or traced else ""
    return Verdict(seed, place, tuple(sorted(names)), dict(sim.plan.hits), tuple(found), trace)


def _hedge(sim: Simulation) -> None:
    """Let the accounts keep long and short apart where their exchange has such a mode."""
    for account in sim.accounts:
        if account in HEDGED:
            sim.venue_of(account).accounts[account].change({"position_mode": "hedge"})


def _second(rng: random.Random, place: Place, names: set[str]) -> str | None:
    """Now and then the route serves a second account, at the same exchange where there is one."""
    if names & ALONE or rng.random() > FANNED_OUT:
        return None
    family = {"bitget": "bitget_uta", "bitget_uta": "bitget"}
    others = [account for account in ACCOUNTS if account != place.account]
    return family.get(place.account) if rng.random() < 0.5 and place.account in family else rng.choice(others)


def _rows(rng: random.Random, place: Place) -> list[Row]:
    known = fitting(place)
    luck = rng.random()
    if luck < 0.2:
        mild = PLACEMENTS_ONLY if luck < 0.12 else CALM
        known = [row for row in known if row.name in mild]
    drawn = rng.choices(known, [WEIGHTS.get(row.name, 1) for row in known], k=rng.choice((1, 1, 2, 2, 3, 4)))
    return list({row.name: row for row in drawn}.values())


def _banned(names: set[str], place: Place) -> bool:
    """A JEX limit may ban the address, which stops cancels as well."""
    return place.exchange == "jex" and "20" in names


def _roughen(sim: Simulation) -> None:
    """Add what has no row of its own: crashes and pauses anywhere, secrets that cannot be read, a short-lived queue."""
    sim.plan.arm("noise", "vault", "down", times=4, rate=0.3)
    sim.plan.arm("noise", "process", "crash", times=2, rate=0.01)
    sim.plan.arm("noise", "inbox", "lost", "requeue", times=1, rate=0.5)
    sim.plan.arm("noise", "process", "stall", times=6, rate=0.03, delay_ms=sim.rng.randint(500, 12_000))
    if sim.rng.random() < 0.2:
        sim.queues["orders"].max_receives = sim.rng.randint(3, 8)
        sim.operate(sim.rng.uniform(200, 500), {"command": "retry", "apply": True})


def _extra_ms(names: set[str]) -> int:
    """Rows that go on for hours."""
    return 4_000_000 if names & {"25", "37"} else 0
