"""Five hundred seeds of the fault simulation, and what keeps the simulation itself honest."""

from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path

import pytest

from tests.simulation.mutants import MUTANTS, Mutant
from tests.simulation.rows import ROWS
from tests.simulation.run import REPLAY, run

SEEDS = 500
ROWS_OF_THE_TABLE = (
    {str(number) for number in range(1, 58)} | {f"F{number}" for number in range(1, 10)} | {"C1", "C2", "C3"}
)


def test_no_invariant_breaks_in_five_hundred_seeds() -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        verdicts = list(pool.map(run, range(SEEDS), chunksize=25))
    broken = {verdict.seed: verdict.violations for verdict in verdicts if verdict.violations}
    assert not broken, f"replay with: {REPLAY} --seed {min(broken)} --trace"


def test_a_seed_always_tells_the_same_story() -> None:
    assert run(7, traced=True) == run(7, traced=True)


def test_every_row_of_the_fault_table_has_an_injector() -> None:
    assert set(ROWS) == ROWS_OF_THE_TABLE


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_still_finds_its_snippet_exactly_once(mutant: Mutant) -> None:
    spec = find_spec(f"order_relay.{mutant.module}")
    assert spec is not None
    assert Path(spec.origin or "").read_text(encoding="utf-8").count(mutant.old) == 1
