"""Interleaved sampling, so that whatever else the machine does falls on every candidate alike."""

import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import TypeVar

Sample = TypeVar("Sample")


def interleaved(candidates: Mapping[str, Callable[[], Sample]], rounds: int) -> dict[str, list[Sample]]:
    """Take one sample of each candidate per round; a first round, which fills caches, is thrown away."""
    samples: dict[str, list[Sample]] = {name: [] for name in candidates}
    for number in range(rounds + 1):
        for name, take in candidates.items():
            sample = take()
            if number:
                samples[name].append(sample)
    return samples


def per_call_us(call: Callable[[], object], calls: int) -> Callable[[], float]:
    """Make a candidate of a short call: the median over a block of calls."""

    def take() -> float:
        return median(_timed_us(call) for _ in range(calls))

    return take


def _timed_us(call: Callable[[], object]) -> float:
    start = time.perf_counter_ns()
    call()
    return (time.perf_counter_ns() - start) / 1000
