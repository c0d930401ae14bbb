"""How long to wait: two quick tries in the process, then the queue waits; jitter is a parameter."""

QUICK = ((0.1, 0.4), (0.8, 1.5))
_LADDER = (1, 2, 4, 8, 15)
_EXITS = (30, 60)
_OPENING_RUNGS = 8
CALL_BUDGET_MS = 5_000
"""No call starts with less time left: 1 s to connect, 3 s to read, 1 s to write down what came of it."""


def quick(attempt: int, jitter: float) -> float | None:
    """Seconds before the in-process try number `attempt` (0-based), None when the queue should wait instead."""
    if attempt >= len(QUICK):
        return None
    low, high = QUICK[attempt]
    return low + (high - low) * jitter


def ladder(deferrals: int, jitter: float, *, reducing: bool) -> float:
    """Seconds for the queue to wait: 1, 2, 4, 8, 15, 15...; what reduces risk goes on with 30, 60, 60..."""
    if reducing and deferrals >= _OPENING_RUNGS:
        base = _EXITS[min(deferrals - _OPENING_RUNGS, len(_EXITS) - 1)]
    else:
        base = _LADDER[min(deferrals, len(_LADDER) - 1)]
    return base + jitter


def soon(jitter: float) -> float:
    """Seconds between two looks at a cancel or an order in flight (CoinEx FAQ Q3: retry after 1-2 s)."""
    return 1 + jitter
