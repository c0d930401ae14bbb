"""`python -m tests.simulation --seeds N`: play seeds, print violations with their command, count the rows."""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing import get_context

from tests.simulation.rows import ROWS
from tests.simulation.run import REPLAY, Verdict, run


def main() -> int:
    options = _options()
    if options.seed is not None:
        return _one(options.seed)
    started = time.perf_counter()
    hits: Counter[str] = Counter()
    bad = 0
    for verdict in _play(range(options.first, options.first + options.seeds), options.jobs):
        hits.update(name for name, count in verdict.hits.items() if count)
        if verdict.violations:
            bad += 1
            _tell(verdict, whole=bad <= options.traces)
    spent_s = time.perf_counter() - started
    _table(hits)
    print(f"{options.seeds} seeds, {bad} with violations, {spent_s:.1f} s ({options.seeds / spent_s:.0f} seeds/s)")
    return 1 if bad else 0


def _play(seeds: range, jobs: int) -> Iterator[Verdict]:
    if jobs == 1:
        yield from map(run, seeds)
        return
    with get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap(run, seeds, chunksize=20)


def _one(seed: int) -> int:
    verdict = run(seed, traced=True)
    _tell(verdict, whole=True)
    return 1 if verdict.violations else 0


def _tell(verdict: Verdict, *, whole: bool) -> None:
    where = f"{verdict.place.account} {verdict.place.market}, rows {', '.join(verdict.rows)}"
    print(f"seed {verdict.seed} ({where}):", *(verdict.violations or ("all invariants hold",)), sep="\n    ")
    if whole:
        print(verdict.trace)
    print(f"    replay: {REPLAY} --seed {verdict.seed} --trace")


def _table(hits: Counter[str]) -> None:
    print("row   runs  fault")
    for name, row in sorted(ROWS.items(), key=lambda item: (not item[0].isdigit(), item[0].zfill(3))):
        print(f"{name:>3} {hits[name]:7}  {row.what}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many seeds to play")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--seed", type=int, help="play only this one")
    parser.add_argument("--trace", action="store_true", help="with --seed: kept for the replay command")
    parser.add_argument("--traces", type=int, default=1, help="show the traces of so many failing seeds")
    parser.add_argument("--jobs", type=int, default=2, help="processes to play in")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
