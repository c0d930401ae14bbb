"""`python -m tests.simulation.mutants`: break the protocol on purpose, once per mutant; the simulation must notice."""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType

SEEDS = 500


@dataclass(frozen=True, slots=True)
class Mutant:
    """One deliberate break: a snippet of a module's source, there exactly once, and what stands in its place."""

    name: str
    module: str
    old: str
    new: str


MUTANTS = (
    Mutant("re-stamp an attempt", "service.placement",
           "outcome = desk.send(call, stamp_ms)", "outcome = desk.send(call, desk.stamp_ms())"),
    Mutant("skip the intent write", "service.intending",
           "    job.move(\n        State.SENDING,",
           "    job.record = job.record.moved(\n        State.SENDING, job.clock.wall_ms(),"),
    Mutant("re-send without asking", "service.settling",
           "    plan = job.record.concrete\n", "    return True\n    plan = job.record.concrete\n"),
    Mutant("re-send before the window", "service.settling", "if exchange_ms <= fence_ms:", "if False:"),
    Mutant("open the fence on the local clock", "service.settling",
           "return found, desk.server_ms", "return found, job.clock.wall_ms()"),
    Mutant("stop a cancel at not-found", "service.chasing", "if record.outstanding:", "if False:"),
    Mutant("trust a cancel's code 0", "service.chasing",
           "found.stop))\n        found = _look(chased)", "found.stop))\n        found = None"),
    Mutant("ignore ref and fence", "service.placement", "if job.book.cancelled(record, record.key):", "if False:"),
    Mutant("the same id for two steps", "core.identity", "account, str(step)", 'account, "0"'),
    Mutant("duplicate-id = accepted", "service.placement",
           "return _duplicate(job, outcome)", "return _accepted(job, outcome)"),
    Mutant("3008 on a placement = retry", "core.outcome",
           "return Verdict.AMBIGUOUS if rule.verdict is", "return Verdict.THROTTLED if rule.verdict is"),
    Mutant("expire a `sending` record", "service.placement",
           "        if job.record.outstanding:\n", "        still_wanted(job)\n        if job.record.outstanding:\n"),
    Mutant("alert id as deduplication id", "service.dispatch",
           'deduplication_id("webhook", request_id,', 'deduplication_id("webhook", message.alert_id,'),
    Mutant("drop the state and version condition", "service.book",
           "expect=seen, ttl_s=ttl_s", "expect=self.journal.read(self.partition, key), ttl_s=ttl_s"),
    Mutant("a circuit that stops cancels", "service.circuits",
           "self._pass(self._items(), (ALL,))", "self._pass(self._items(), (PLACE, ALL))"),
    Mutant("a late close against a newer position", "service.intending",
           "if not job.proved and record.key.superseded(job.book.newest()):", "if False:"),
    Mutant("plan a target from the first reading", "service.intending",
           "    if rest_s > 0:", "    if job.leg.action is not Action.TARGET and rest_s > 0:"),
    Mutant("an addition that opens", "service.planning",
           "leg = _enlarging(desk, leg, instrument, profile)", "leg = replace(leg, action=Action.BUY)"),
    Mutant("add by the first reading", "service.intending",
           "leg.action in (Action.TARGET, Action.ADD) or leg.unit.percent",
           "leg.action is Action.TARGET or leg.unit.percent"),
    Mutant("open although the closing failed", "service.run",
           "failed = part.action is not Action.CLOSE and", "failed = False and"),
    Mutant("a held message loses its identity", "service.worker",
           "hops=message.hops + 1)", "hops=message.hops + 1, accepted_at_ms=self.clock.wall_ms())"),
    Mutant("count a record twice", "service.counters",
           ' and one["id"] != order_id]', "]"),
    Mutant("do not count", "service.counters", "if limits.orders_per_minute is not None:", "if False:"),
    Mutant("do not count the day", "service.counters",
           "if limits.notional_per_day is not None and worth is not None:", "if False:"),
    Mutant("send halted openings", "service.intending", "    if halted:", "    if False:"),
    Mutant("a chained exit may open", "core.order",
           "return min(before, Decimal(0)) <= after <= max(before, Decimal(0))", "return False"),
    Mutant("a late target may open", "service.intending",
           "if job.age_ms() > opening_s * 1000:", "if False:"),
    Mutant("the opening of a flip lives as long as its exit", "core.chain",
           "alone = replace(leg, prev_position=None, next_position=None)",
           "alone = replace(leg, prev_position=None, next_position=None, valid_for=leg.exit_valid_for)"),
    Mutant("nobody is held back", "service.sequence",
           "if not proved and known is not None and not tired and (moving or not late or not message.hops):",
           "if False:"),
)  # fmt: skip


class _Broken(SourceFileLoader):
    """Loads one module with the mutant's snippet replaced; the file stays as it is."""

    mutant: Mutant

    def get_code(self, fullname: str) -> CodeType:
        source = self.get_source(fullname) or ""
        if source.count(self.mutant.old) != 1:
            raise SystemExit(
                f"{self.mutant.name}: the snippet is not there exactly once in {fullname}; adapt the mutant"
            )
        return compile(source.replace(self.mutant.old, self.mutant.new), self.path, "exec")


class Saboteur(MetaPathFinder):
    """Finds the mutant's module and hands it to the breaking loader."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != f"order_relay.{self._mutant.module}":
            return None
        spec = PathFinder.find_spec(fullname, path)
        assert spec is not None
        assert spec.origin is not None
        loader = _Broken(fullname, spec.origin)
        loader.mutant = self._mutant
        spec.loader = loader
        return spec


def hunt(mutant: Mutant, seeds: range) -> tuple[int, str] | None:
    """Play seeds on the broken code until an invariant breaks: the seed and what it broke."""
    sys.meta_path.insert(0, Saboteur(mutant))
    from tests.simulation.run import run

    for seed in seeds:
        found = run(seed).violations
        if found:
            return seed, found[0]
    return None


def main() -> int:
    options = _options()
    if options.number is not None:
        print(json.dumps(hunt(MUTANTS[options.number], range(options.first, options.seeds))))
        return 0
    survived = 0
    with ThreadPoolExecutor(options.jobs) as pool:
        hunts = pool.map(partial(_caught, seeds=options.seeds), range(len(MUTANTS)))
        for mutant, caught in zip(MUTANTS, hunts, strict=True):
            told = f"seed {caught[0]:>3}  {caught[1][:140]}" if caught else "SURVIVED"
            print(f"{mutant.name:<40} {told}", flush=True)
            survived += caught is None
    print(f"{len(MUTANTS) - survived} of {len(MUTANTS)} mutants caught within {options.seeds} seeds")
    return 1 if survived else 0


def _caught(number: int, seeds: int) -> tuple[int, str] | None:
    """Hunt one mutant; what the healthy code would break at that seed as well does not count."""
    first = 0
    while first < seeds:
        told = _play("mutants", "--number", str(number), "--first", str(first), "--seeds", str(seeds))
        found: tuple[int, str] | None = json.loads(told.stdout.splitlines()[-1]) if told.returncode == 0 else None
        if told.returncode:
            raise SystemExit(told.stdout)
        if found is None or _play("__main__", "--seed", str(found[0])).returncode == 0:
            return found
        first = found[0] + 1
    return None


def _play(module: str, *options: str) -> "subprocess.CompletedProcess[str]":
    """Every mutant needs an interpreter of its own, in which nothing is imported yet."""
    command = [sys.executable, "-m", f"tests.simulation.{module}", *options]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.simulation.mutants", description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many seeds a mutant may survive")
    parser.add_argument("--first", type=int, default=0, help="with --number: the first seed")
    parser.add_argument("--jobs", type=int, default=2, help="mutants hunted at once")
    parser.add_argument("--number", type=int, help="hunt only this mutant, in this process")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
