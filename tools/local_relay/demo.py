"""The demo: boot the relay, send the sample alerts of all five exchanges, show what became of every one."""

import time
from collections.abc import Sequence
from contextlib import redirect_stdout

from tools.local_relay.client import Client
from tools.local_relay.config import SAMPLE, read_config
from tools.local_relay.front import Front
from tools.local_relay.log import Log
from tools.local_relay.relay import Relay, running
from tools.local_relay.report import audit, failures, show, summary, unfinished
from tools.local_relay.samples import REFUSED, Sample, read_samples, send
from tools.local_relay.table import Screen

LOOK_EVERY_S = 0.3
ROUND_WITHIN_S = 22.0
LATENCY = (
    "Latency is from the alert's arrival to its end; all alerts came at once, and three workers shared their orders."
)


def demo(screen: Screen) -> int:
    """Run the demo; 0 when everything ended as it should."""
    log = Log()
    started_s = time.monotonic()
    screen.progress("starting queues, table, secrets, five exchanges and the relay's functions ...")
    with redirect_stdout(log), running(read_config(SAMPLE), Front(0)) as relay:
        screen.say(f"The whole relay runs at {relay.url} after {time.monotonic() - started_s:.1f} s.\n")
        flaws = _run(screen, relay)
    for flaw in flaws:
        screen.say(f"WRONG: {flaw}", "red")
    if flaws:
        screen.say("\nThe last lines that the functions logged:", "dim")
        screen.say("\n".join(log.last), "dim")
        return 1
    screen.say(f"Everything ended as expected, in {time.monotonic() - started_s:.1f} s.", "green")
    return 0


def _run(screen: Screen, relay: Relay) -> list[str]:
    client = Client(relay.port)
    first, then = read_samples()
    sent = send(client, first)
    _wait(screen, client, sent)
    sent += send(client, then)
    _wait(screen, client, sent)
    orders = client.orders()
    show(screen, sent, orders)
    screen.say(LATENCY, "dim")
    screen.say()
    for sample in sent:
        if not sample.accepted and sample.ends == REFUSED:
            screen.say(f"#{sample.number} was refused with {sample.reply.status}: {sample.reply.data['reason']}")
    screen.say(summary(sent, orders))
    flaws = failures(sent, orders)
    flaws += [f"dead letter in {letter['queue']}: {letter['reason']}" for letter in client.dead_letters()]
    if relay.simulator:
        line, mismatches = audit(relay.simulator, orders)
        screen.say(line)
        flaws += mismatches
    return flaws


def _wait(screen: Screen, client: Client, sent: Sequence[Sample]) -> None:
    """Wait until every accepted alert has ended, but not for ever."""
    until = time.monotonic() + ROUND_WITHIN_S
    total = sum(sample.wanted_orders for sample in sent if sample.accepted)
    while time.monotonic() < until:
        left = unfinished(sent, client.orders())
        screen.progress(f"{len(sent)} alerts sent; {total - left} of {total} orders have reached their end")
        if left <= 0:
            return
        time.sleep(LOOK_EVERY_S)
