"""Exact small models of what the intake talks to: secrets with a cache, queues that fail on cue, a clock, signals."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from order_relay.core.message import Message, decode
from order_relay.core.ports import Entry, Unavailable
from order_relay.service.intake import Intake, Post, Reply

NOW_MS = 1_795_244_400_000  # 2026-11-21T07:00:00Z
TOKEN = "fake-token"
SECRET = "fake-body-secret"
RUN_MS = 10_000


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def route(**changes: Any) -> dict[str, Any]:
    return {"token_sha256": [hashed(TOKEN)], "accounts": ["main"], **changes}


@dataclass
class VirtualClock:
    """Time that only moves when something takes it; the wall clock may be wrong by `skew_ms`."""

    passed_ms: int = 0
    skew_ms: int = 0

    def wall_ms(self) -> int:
        return NOW_MS + self.passed_ms + self.skew_ms

    def monotonic_ms(self) -> int:
        return 777_000 + self.passed_ms

    def sleep(self, seconds: float) -> None:
        self.passed_ms += round(seconds * 1000)


@dataclass
class MemoryVault:
    """The routes secret behind a cache that only a fresh read renews; `trouble` is raised instead of a (fresh) read."""

    clock: VirtualClock
    stored: dict[str, Any]
    cached: dict[str, Any] | None = None
    fresh_reads: int = 0
    trouble: Exception | None = None
    trouble_takes_ms: int = 0
    fresh_trouble: Exception | None = None
    takes_ms: int = 0

    def routes(self, *, fresh: bool = False) -> Mapping[str, Any]:
        self.fresh_reads += fresh
        trouble = self.trouble or (self.fresh_trouble if fresh else None)
        if trouble:
            self.clock.passed_ms += self.trouble_takes_ms
            raise trouble
        if fresh or self.cached is None:
            self.clock.passed_ms += self.takes_ms
            self.cached = json.loads(json.dumps(self.stored))
        return self.cached

    def account(self, name: str, *, fresh: bool = False) -> Mapping[str, Any]:
        raise AssertionError(f"the webhook read the keys of {name}")


@dataclass
class MemoryOutbox:
    """Queues that store what `fate` lets through; deduplication covers every id that was ever stored."""

    clock: VirtualClock
    takes_ms: int = 10
    fate: Callable[[int, Sequence[Entry]], Sequence[Entry]] = lambda call, entries: entries
    calls: list[list[Entry]] = field(default_factory=list)
    stored: dict[str, Entry] = field(default_factory=dict)

    def send(self, entries: Sequence[Entry]) -> list[Entry]:
        self.calls.append(list(entries))
        self.clock.passed_ms += self.takes_ms
        kept = self.fate(len(self.calls), entries)
        for entry in kept:
            self.stored.setdefault(entry.deduplication, entry)
        return [entry for entry in entries if entry not in kept]

    @property
    def messages(self) -> list[Message]:
        return [decode(entry.body) for entry in self.stored.values()]


@dataclass
class Recorder:
    """Signals that remember what they were told; telling a human takes its time."""

    clock: VirtualClock
    notice_takes_ms: int = 0
    lines: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    counts: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    notices: list[tuple[str, str, str | None]] = field(default_factory=list)

    def log(self, event: str, **fields: object) -> None:
        self.lines.append((event, fields))

    def count(self, metric: str, value: int = 1, **dimensions: str) -> None:
        self.counts.append((metric, dimensions))

    def notify(self, subject: str, text: str, *, throttle: str | None = None) -> None:
        self.clock.passed_ms += self.notice_takes_ms
        self.notices.append((subject, text, throttle))

    def counted(self, metric: str) -> list[dict[str, str]]:
        return [dimensions for name, dimensions in self.counts if name == metric]

    @property
    def everything(self) -> str:
        return repr((self.lines, self.counts, self.notices))


class Desk:
    """One intake with its ports; `post` sends a body to it the way the gateway would."""

    def __init__(self, networks: Sequence[str] = (), **routes: Any) -> None:
        self.clock = VirtualClock()
        self.vault = MemoryVault(self.clock, routes or {"r": route()})
        self.outbox = MemoryOutbox(self.clock)
        self.signals = Recorder(self.clock)
        self.intake = Intake(
            vault=self.vault, outbox=self.outbox, clock=self.clock, signals=self.signals, networks=networks
        )
        self.posts = 0

    def post(self, body: Any, *, name: str = "r", token: str | None = TOKEN, **changes: Any) -> Reply:
        """Post a body: bytes as they are, anything else as JSON; accepted now unless told otherwise."""
        self.posts += 1
        began_ms = self.clock.passed_ms
        fields = {
            "source": "192.0.2.10",
            "request_id": f"request-{self.posts}",
            "accepted_at_ms": NOW_MS + self.clock.passed_ms,
            "remaining_ms": lambda: RUN_MS - (self.clock.passed_ms - began_ms),
            **changes,
        }
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.intake.take(Post(route=name, token=token, body=raw, **fields))

    def seconds_pass(self, seconds: float) -> None:
        self.clock.sleep(seconds)


UNAVAILABLE = Unavailable("the secret cannot be read")


def nothing(call: int, entries: Sequence[Entry]) -> Sequence[Entry]:
    return ()


def only_first(call: int, entries: Sequence[Entry]) -> Sequence[Entry]:
    return entries[:1] if call == 1 else ()
