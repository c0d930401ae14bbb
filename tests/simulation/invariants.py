"""What must hold at the end of every run: I1 to I8, judged by the exchanges' books and not by what the relay says."""

from collections import defaultdict
from collections.abc import Iterator

from order_relay.core.record import SPREAD_MS
from tests.simulation.bookkeeping import lost, mismatched, renewed, unclosed, untold
from tests.simulation.cancels import overkilled, uncancelled
from tests.simulation.counting import counted_twice, overrun
from tests.simulation.evidence import Evidence, Row, named, shown
from tests.simulation.exits import opened_by_exits, stale, turned_by_additions, unclosed_first
from tests.simulation.halting import sent_while_halted, unheeded
from tests.simulation.sender import NEW_TOKEN, TOKEN
from tests.simulation.simulation import Simulation
from tests.simulation.targets import missed
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.order import Order


def violations(sim: Simulation) -> list[str]:
    """Every invariant that does not hold, in words; empty when all is well."""
    evidence = Evidence(sim)
    return [*(told for check in CHECKS for told in check(evidence)), *sim.found]


def _duplicates(evidence: Evidence) -> Iterator[str]:
    """I2: at most one order per leg and step and true firing that is open or has a fill."""
    firings: dict[str, int] = defaultdict(int)
    for firing in evidence.sim.sender.firings:
        firings[firing.digest] += firing.again is None
    counted: dict[tuple[str, int, int, str], list[Order]] = defaultdict(list)
    for order_id, record in evidence.records.items():
        live = [order for _, order in evidence.alive(order_id)]
        if len(live) > 1:
            yield f"I2: {named(record)} is {len(live)} orders: {'; '.join(map(shown, live))}"
        counted[record["sha256"], record["leg"], record["step"], record["account"]] += live
    for (digest, leg, _, _), orders in counted.items():
        if len(orders) > max(1, firings[digest]):
            yield f"I2: leg {leg} fired {firings[digest]} times and is {'; '.join(map(shown, orders))}"


def _disorder(evidence: Evidence) -> Iterator[str]:
    """I4: within a symbol orders are accepted as they were fired, up to how far webhooks side by side differ.

    The position chain may put an older one behind, where it proves that one to be next.
    """
    proved = _proved(evidence)
    newest: dict[str, tuple[int, int]] = {}
    for sent in evidence.sim.network.sent:
        record = evidence.records.get(sent.intent or "")
        if record is None or not sent.orders:
            continue
        group, key = f"{record['account']} {record['market']} {record['symbol']}", (record["firing_ms"], record["leg"])
        if newest.get(group, key)[0] - key[0] > SPREAD_MS and _place(record) not in proved:
            yield f"I4: {named(record)} was sent after a newer order"
        newest[group] = max(key, newest.get(group, key))


def _proved(evidence: Evidence) -> set[tuple[object, ...]]:
    """Legs that a position chain proved to be next when they were sent."""
    links = [one.data for one in evidence.sim.store.kept if one.key.startswith("chain#") and one.data["proved"]]
    return {_place(record) for link in links if (record := evidence.records.get(link["order_id"]))}


def _place(record: Row) -> tuple[object, ...]:
    return record["sha256"], record["firing_ms"], record["leg"], record["account"]


def _secrets(evidence: Evidence) -> Iterator[str]:
    """I5: no key, secret, passphrase or token in anything that was stored, sent, logged or answered."""
    sim = evidence.sim
    stored = [item.data for item, _ in sim.store.items.values()]
    queued = [body for queue in sim.queues.values() for one in (queue, queue.dead) if one for body in one.everything]
    replies = [reply for firing in sim.sender.firings for _, reply in firing.answers]
    told = repr((stored, queued, replies, sim.recorder.lines, sim.recorder.notices, sim.told, sim.crashes))
    canaries = [TOKEN, NEW_TOKEN]
    for row in (*DEFAULT_ACCOUNTS.values(), *(value for name, value in sim.secrets.items() if name != "routes")):
        canaries += [row[name] for name in ("key", "secret", "passphrase") if len(row.get(name, "")) > 6]
    yield from (f"I5: {canary!r} was told" for canary in dict.fromkeys(canaries) if canary in told)


def _undrained(evidence: Evidence) -> Iterator[str]:
    """I7: once faults stop, the queues drain. Also: no use case ever raises what it does not document."""
    sim = evidence.sim
    left = [message.message_id for queue in sim.queues.values() for message in queue.messages]
    if left or sim.scheduler.overdue:
        yield f"I7: not drained in time, left are {left or 'running processes'}"
    yield from (f"I7: a worker crashed by itself: {crash}" for crash in sim.crashes)


CHECKS = (
    lost, untold, mismatched, unclosed, renewed, missed, _duplicates, unclosed_first, stale, opened_by_exits,
    turned_by_additions, sent_while_halted, unheeded, overrun, counted_twice, _disorder, _secrets, uncancelled,
    overkilled, _undrained,
)  # fmt: skip
