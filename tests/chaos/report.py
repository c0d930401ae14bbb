"""What a run tells: a table by exchange, what went wrong on purpose, and every flaw."""

from collections import Counter
from collections.abc import Sequence

from tests.chaos.alerts import Sent
from tests.chaos.audit import Audit
from tools.local_relay.table import Screen

HEAD = ("exchange", "alerts", "placed", "cancelled", "cancels done", "rejected", "expired", "parked", "in its book")
_ENDS = ("placed", "cancelled", "done", "rejected", "expired", "parked")
GOOD_AT_LEAST = 0.975


def report(screen: Screen, alerts: Sequence[Sent], found: Audit, counts: Counter[str], took_s: float) -> int:
    """Print everything; 0 if every promise was kept."""
    routes = sorted({sent.route for sent in alerts})
    screen.table(HEAD, [_row(route, alerts, found) for route in routes], 0)
    screen.say("\nfaults: " + ", ".join(f"{number} {name}" for name, number in sorted(counts.items())))
    ended = sum(found.ends.values())
    sends = sum(sent.sends for sent in alerts)
    screen.say(
        f"{ended} of {len(alerts)} alerts ({sends} deliveries) in exactly one terminal state, {found.good} placed or "
        f"cancelled as asked, {found.duplicates} duplicates, {took_s:.0f} s"
    )
    for line in found.others:
        screen.say(f"  {line}")
    flaws = list(found.flaws)
    if found.good < GOOD_AT_LEAST * len(alerts):
        flaws.append(f"only {found.good} of {len(alerts)} alerts ended well")
    for flaw in flaws:
        screen.say(f"WRONG: {flaw}", "red")
    return 1 if flaws else 0


def _row(route: str, alerts: Sequence[Sent], found: Audit) -> tuple[str, ...]:
    mine = sum(sent.route == route for sent in alerts)
    ends = (found.ends[route, end] for end in _ENDS)
    return (route, str(mine), *map(str, ends), str(found.orders[route]))
