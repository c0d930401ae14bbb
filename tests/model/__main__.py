"""Print what the exhaustive model found: python -m tests.model."""

import sys
import time

from tests.model.explore import explore
from tests.model.state import Rules
from tests.model.variants import BROKEN, EXCHANGES


def main() -> int:
    """Show the protocol's states on every exchange, then the shortest way to harm of every broken variant."""
    flaws = 0
    for name, rules in EXCHANGES.items():
        started = time.monotonic()
        found = explore(rules)
        flaws += bool(found.violation) + bool(found.stuck)
        took = time.monotonic() - started
        print(f"{name}: {found.states} states, {found.stuck} without an end, {took:.1f} s", flush=True)
        if found.violation:
            print(found)
    for broken, promise in BROKEN.items():
        found = explore(Rules(vanishes=True, broken=broken), [promise])
        flaws += not found.violation
        print(f"\na variant that {broken}:\n{found}")
    return 1 if flaws else 0


if __name__ == "__main__":
    sys.exit(main())
