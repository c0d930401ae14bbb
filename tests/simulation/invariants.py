"""What must hold at the end of every run: I1 to I8, judged by the exchanges' books and not by what the relay says."""

from collections import defaultdict
from collections.abc import Iterator

from order_relay.core.record import SPREAD_MS
from order_relay.exchanges import EXCHANGES
from tests.simulation.bookkeeping import lost, mismatched, unclosed, untold
from tests.simulation.cancels import overkilled, uncancelled
from tests.simulation.evidence import Evidence, Row, leg_of, named, shown
from tests.simulation.sender import NEW_TOKEN, TOKEN
from tests.simulation.simulation import Simulation
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.order import Order

CLOCK_ERROR_MS = 1_500


def violations(sim: Simulation) -> list[str]:
    """Every invariant that does not hold, in words; empty when all is well."""
    evidence = Evidence(sim)
    checks = (
        lost,
        untold,
        mismatched,
        unclosed,
        _duplicates,
        _stale,
        _disorder,
        _secrets,
        uncancelled,
        overkilled,
        _undrained,
    )
    return [*(told for check in checks for told in check(evidence)), *sim.found]


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


def _stale(evidence: Evidence) -> Iterator[str]:
    """I3: no opening order is accepted after its validity and the receive window, by the sending host's own clock."""
    for order_id, made in evidence.made.items():
        record = evidence.records.get(order_id)
        leg = leg_of(evidence, record) if record else {}
        if record is None or not made or _reduces(record, leg):
            continue
        window_ms = EXCHANGES[record["exchange"]].window_ms
        expires_ms = record["firing_ms"] + int(leg.get("valid_for", 60)) * 1000
        for sent, order in made:
            late_ms = order.accepted_at_ms + sent.skew_ms - expires_ms - window_ms - CLOCK_ERROR_MS
            if late_ms > 0:
                yield f"I3: {named(record)} was accepted {late_ms} ms too late"


def _disorder(evidence: Evidence) -> Iterator[str]:
    """I4: within a symbol orders are accepted as they were fired, up to how far webhooks side by side differ."""
    newest: dict[str, tuple[int, int]] = {}
    for sent in evidence.sim.network.sent:
        record = evidence.records.get(sent.intent or "")
        if record is None or not sent.orders:
            continue
        group, key = f"{record['account']} {record['market']} {record['symbol']}", (record["firing_ms"], record["leg"])
        if newest.get(group, key)[0] - key[0] > SPREAD_MS:
            yield f"I4: {named(record)} was sent after a newer order"
        newest[group] = max(key, newest.get(group, key))


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


def _reduces(record: Row, leg: Row) -> bool:
    spot_sell = record["market"] == "spot" and record["action"] == "sell"
    return record["action"] == "close" or spot_sell or leg.get("reduce_only") is True


CHECKS = (
    lost, untold, mismatched, unclosed, _duplicates, _stale, _disorder, _secrets, uncancelled, overkilled,
    _undrained,
)  # fmt: skip
