"""The worker over exact in-memory ports, the simulated exchanges and a virtual clock."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from email.utils import formatdate
from typing import Any

from order_relay.core.call import Request
from order_relay.core.outcome import Answer
from order_relay.core.ports import Conflict, Delivery, Entry, Item, Missing, NoAnswer, NotSent, Unavailable
from order_relay.core.record import public
from order_relay.exchanges import EXCHANGES
from order_relay.service.desk import Memory, World
from order_relay.service.intake import Intake, Post, Reply
from order_relay.service.later import Later
from order_relay.service.worker import Worker
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS, credentials
from tools.exchange_simulator.message import Drop, Hang, HttpRequest
from tools.exchange_simulator.registry import VENUES
from tools.exchange_simulator.venue import Venue

START_MS = 1_790_000_000_000
TOKEN = "fake-token"


@dataclass
class VirtualClock:
    """True time, which only moves when somebody waits; the host's wall clock may be wrong by `skew_ms`."""

    true_ms: int = START_MS
    skew_ms: int = 0

    def wall_ms(self) -> int:
        return self.true_ms + self.skew_ms

    def monotonic_ms(self) -> int:
        return self.true_ms - START_MS

    def sleep(self, seconds: float) -> None:
        self.true_ms += round(seconds * 1000)


@dataclass
class MemoryJournal:
    """Conditional writes by version and state; `broken` raises Unavailable before or after applying."""

    clock: VirtualClock
    items: dict[tuple[str, str], tuple[Item, int | None]] = field(default_factory=dict)
    broken: Callable[[str, str], str | None] = lambda operation, key: None

    def read(self, partition: str, key: str) -> Item | None:
        self._maybe("read", key, "before")
        item, ttl = self.items.get((partition, key), (None, None))
        return None if ttl is not None and ttl <= self.clock.wall_ms() // 1000 else item

    def write(
        self, partition: str, key: str, data: Mapping[str, Any], *, expect: Item | None, ttl_s: int | None = None
    ) -> Item:
        fate = self._maybe("write", key, "before")
        now = self.read(partition, key)
        seen = (now.version, now.data.get("state")) if now else None
        if seen != ((expect.version, expect.data.get("state")) if expect else None):
            raise Conflict(key)
        item = Item(key, json.loads(json.dumps(dict(data))), (expect.version if expect else 0) + 1)
        ttl = None if ttl_s is None else self.clock.wall_ms() // 1000 + ttl_s
        self.items[partition, key] = (item, ttl)
        if fate == "after":
            raise Unavailable("the answer was lost")
        return item

    def list(self, partition: str, prefix: str) -> list[Item]:
        assert prefix, "DynamoDB takes no empty prefix"
        self._maybe("list", prefix, "before")
        keys = sorted(key for part, key in self.items if part == partition and key.startswith(prefix))
        return [item for key in keys if (item := self.read(partition, key))]

    def everywhere(self, prefix: str) -> Iterator[tuple[str, Item]]:
        for partition, key in list(self.items):
            item = self.read(partition, key) if key.startswith(prefix) else None
            if item is not None:
                yield partition, item

    def _maybe(self, operation: str, key: str, when: str) -> str | None:
        fate = self.broken(operation, key)
        if fate == when:
            raise Unavailable("planned")
        return fate


@dataclass
class MemoryVault:
    """Secrets with a cache that only a fresh read renews."""

    secrets: dict[str, Any]
    route_secret: dict[str, Any] = field(default_factory=dict)
    cache: dict[str, Any] = field(default_factory=dict)
    fresh_reads: int = 0
    down: bool = False

    def routes(self, *, fresh: bool = False) -> Mapping[str, Any]:
        return self.route_secret

    def account(self, name: str, *, fresh: bool = False) -> Mapping[str, Any]:
        if self.down:
            raise Unavailable("planned")
        self.fresh_reads += fresh
        if fresh or name not in self.cache:
            if name not in self.secrets:
                raise Missing(f"there is no secret {name!a}")
            self.cache[name] = dict(self.secrets[name])
        secret: Mapping[str, Any] = self.cache[name]
        return secret


@dataclass
class Recorder:
    """Signals that remember what they were told."""

    lines: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    notices: list[tuple[str, str]] = field(default_factory=list)

    def log(self, event: str, **fields: object) -> None:
        self.lines.append((event, fields))

    def count(self, metric: str, value: int = 1, **dimensions: str) -> None:
        self.counts[metric] = self.counts.get(metric, 0) + value

    def notify(self, subject: str, text: str, *, throttle: str | None = None) -> None:
        self.notices.append((subject, text))


@dataclass
class SimulatedWire:
    """Hands signed requests to the simulated exchanges; each hop takes 20 ms of virtual time."""

    clock: VirtualClock
    venues: Mapping[str, Venue]
    down: set[str] = field(default_factory=set)

    def send(self, base_url: str, request: Request) -> Answer:
        host = base_url.removeprefix("sim://")
        if host in self.down:
            raise NotSent("NewConnectionError")
        venue = next(one for one in self.venues.values() if host in one.hosts)
        sent_ms = self.clock.wall_ms()
        self.clock.true_ms += 20
        headers = {name.lower(): value for name, value in request.headers.items()}
        answer = venue.handle(HttpRequest(request.method, request.target, headers, request.body, host))
        if isinstance(answer, Drop):
            raise NoAnswer("RemoteDisconnected")
        if isinstance(answer, Hang):
            self.clock.true_ms += 3_000
            raise NoAnswer("ReadTimeout")
        self.clock.true_ms += 20
        date = formatdate(venue.clock_ms() // 1000, usegmt=True)
        told = {"date": date, **{name.lower(): value for name, value in answer.headers.items()}}
        return Answer(answer.status, told, answer.body, sent_ms, self.clock.wall_ms())


class Bench:
    """Everything between an alert's body and the exchange's ledger, in one process and virtual time."""

    def __init__(self, *, skew_ms: int = 0) -> None:
        self.clock = VirtualClock(skew_ms=skew_ms)
        self.venues = {name: venue(DEFAULT_ACCOUNTS, lambda: self.clock.true_ms) for name, venue in VENUES.items()}
        self.journal = MemoryJournal(self.clock)
        self.vault = MemoryVault(credentials(), {"main": self._route()})
        self.signals = Recorder()
        self.buried: list[tuple[Delivery, str]] = []
        self.queue: list[Entry] = []
        self.wire = SimulatedWire(self.clock, self.venues)
        self.hosts = {host: f"sim://{host}" for venue in self.venues.values() for host in venue.hosts}
        self.requests = 0
        self.renew()

    def renew(self) -> None:
        """A new container: nothing remembered."""
        world = World(
            wire=self.wire, vault=self.vault, clock=self.clock, jitter=lambda: 0.5, nonce=lambda: "0" * 32,
            remaining_ms=lambda: 15_000, base_urls=self.hosts, memory=Memory(),
        )  # fmt: skip
        self.worker = Worker(
            exchanges=EXCHANGES, journal=self.journal, vault=self.vault, inbox=self, clock=self.clock,
            signals=self.signals, world=world, jitter=lambda: 0.5,
        )  # fmt: skip
        self.intake = Intake(vault=self.vault, outbox=self, clock=self.clock, signals=self.signals)

    @staticmethod
    def _route() -> dict[str, Any]:
        from hashlib import sha256

        return {"token_sha256": [sha256(TOKEN.encode()).hexdigest()], "accounts": ["coinex"], "format": "native"}

    def route(self, **changes: Any) -> None:
        """Change the route that alerts are posted to."""
        self.vault.route_secret["main"] = {**self.vault.route_secret["main"], **changes}

    # Outbox and inbox

    def send(self, entries: Any) -> list[Entry]:
        self.queue += entries
        return []

    def defer(self, receipt: str, seconds: float) -> None:
        raise AssertionError("the worker's use case does not touch visibility itself")

    def requeue(self, delivery: Delivery, body: str) -> None:
        self.queue.append(Entry("orders", body, delivery.group, f"hold-{len(self.queue)}"))

    def bury(self, delivery: Delivery, reason: str, at_ms: int) -> None:
        self.buried.append((delivery, reason))

    # Driving

    def post(self, body: Mapping[str, Any] | list[Any] | bytes) -> Reply:
        """Deliver a body to the webhook now."""
        return self.post_to("main", body)

    def post_to(self, route: str, body: Mapping[str, Any] | list[Any] | bytes) -> Reply:
        """Deliver a body to another route."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.requests += 1
        return self.intake.take(
            Post(route, TOKEN, raw, "192.0.2.1", f"request-{self.requests}", self.clock.wall_ms(), lambda: 10_000)
        )

    def step(self, entry: Entry, receives: int = 1, message_id: str = "message-1") -> Later | None:
        """Let the worker receive one message once."""
        try:
            self.worker.work(Delivery(entry.body, "receipt", message_id, entry.group, receives))
        except Later as later:
            return later
        return None

    def drain(self, *, within_s: float = 900) -> list[float]:
        """Work the queue to its end, waiting as asked; returns the waits."""
        waits: list[float] = []
        until = self.clock.true_ms + within_s * 1000
        while self.queue:
            entry = self.queue.pop(0)
            message_id, receives = f"message-{id(entry)}", 1
            while (later := self.step(entry, receives, message_id)) is not None:
                waits.append(later.seconds)
                self.clock.sleep(later.seconds)
                receives += 1
                assert self.clock.true_ms < until, f"not done within {within_s} s: {later}"
        return waits

    def run(self, body: Mapping[str, Any] | list[Any], **route: Any) -> dict[str, Any]:
        """Post an alert, drain the queue and return its only order."""
        if route:
            self.route(**route)
        before = len(self.orders())
        reply = self.post(body)
        assert reply.status == 202, reply
        self.drain()
        orders = self.orders()
        assert len(orders) == before + 1, orders
        return orders[-1]

    # Looking

    def orders(self) -> list[dict[str, Any]]:
        """What GET /orders shows, oldest first."""
        stored = [item.data for (_, key), (item, _) in self.journal.items.items() if key.startswith("order#")]
        return sorted((public(data) for data in stored), key=lambda order: order["history"][0]["at_ms"])

    def position(self, account: str, symbol: str = "BTCUSDT") -> Decimal:
        """The signed position of a contract in base coins, as the exchange has it."""
        venue = self.venues[account.partition("_")[0]]
        held = venue.positions(venue.accounts[account], "perp")
        names = {symbol, f"{symbol[:3]}-{symbol[3:]}-SWAP"}
        own = [one for one in held if one.symbol in names]
        sizes = (one.quantity * venue.market("perp", one.symbol).instrument.contract_size for one in own)
        return sum(sizes, Decimal(0))

    def ledger(self, exchange: str) -> list[Any]:
        """Orders that the exchange accepted."""
        return self.venues[exchange].accepted_orders()
