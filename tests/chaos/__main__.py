"""Real processes, killed at random: python -m tests.chaos --alerts 200 --seed 1."""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos.alerts import Author, Sent, send
from tests.chaos.audit import Audit, audit, books, unfinished
from tests.chaos.report import report
from tests.chaos.rig import Rig, rigged
from tests.chaos.storms import Storms
from tools.local_relay import views
from tools.local_relay.table import Screen

LOOK_EVERY_S = 2.0


def main() -> int:
    options = _options()
    screen = Screen()
    started_s = time.monotonic()
    with tempfile.TemporaryDirectory() as place, rigged(options.logs or Path(place), options.visibility) as rig:
        storms = Storms(rig.crew, rig.simulator, random.Random(options.seed + 1))
        alerts = _flow(screen, rig, storms, Author(options.seed, random.Random(options.seed)), options)
        found = audit(alerts, views.orders(rig.cloud), books(rig.simulator), _buried(rig))
        _queues(found, rig)
    return report(screen, alerts, found, storms.struck(), time.monotonic() - started_s)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="chaos", description="alerts through worker processes that are killed")
    parser.add_argument("--alerts", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=4.0, help="alerts per second")
    parser.add_argument("--visibility", type=int, default=5, help="seconds until a killed worker's message comes back")
    parser.add_argument("--within", type=float, default=150.0, help="seconds for the rest to end once faults stop")
    parser.add_argument("--logs", type=Path, help="a directory to keep the workers' logs in")
    return parser.parse_args()


def _flow(screen: Screen, rig: Rig, storms: Storms, author: Author, options: argparse.Namespace) -> list[Sent]:
    """Send the alerts through the storms, then let the rest come to its end in peace."""
    alerts: list[Sent] = []
    storms.begin()
    for _ in range(options.alerts):
        alerts.append(author.write())
        send(rig.client, alerts[-1], author.rng)
        screen.progress(f"{len(alerts)} alerts sent, {storms.counts['kills']} workers killed")
        time.sleep(author.rng.expovariate(options.rate))
    storms.end()
    _settle(screen, rig, alerts, time.monotonic() + options.within)
    return alerts


def _settle(screen: Screen, rig: Rig, alerts: list[Sent], until_s: float) -> None:
    while time.monotonic() < until_s:
        left, waiting = unfinished(alerts, views.orders(rig.cloud), _buried(rig)), rig.waiting()
        screen.progress(f"{len(alerts) - left} of {len(alerts)} alerts have ended, {waiting} messages wait")
        if not left and not waiting:
            return
        time.sleep(LOOK_EVERY_S)


def _buried(rig: Rig) -> set[str]:
    return {str(letter["alert_id"]) for letter in views.dead_letters(rig.cloud)}


def _queues(found: Audit, rig: Rig) -> None:
    waiting = rig.waiting()
    if waiting:
        found.flaws.append(f"{waiting} messages are still in the queues")
    found.others += [f"dead letter: {letter['reason']}" for letter in views.dead_letters(rig.cloud)]


if __name__ == "__main__":
    sys.exit(main())
