"""What the service needs from the outside world; the adapters provide it, tests provide exact models of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from order_relay.core.call import Request
    from order_relay.core.outcome import Answer


class NotSent(Exception):
    """No byte of the request left this host (refused connection, DNS, TLS): trying again is safe."""


class NoAnswer(Exception):
    """The request may have arrived; nothing readable came back."""


class Conflict(Exception):
    """Another worker wrote the item first."""


class Unavailable(Exception):
    """The port cannot answer now (throttled, down, timed out); a write may or may not have been applied."""


class Missing(Exception):
    """There is no such secret, or it does not hold what it must; the text names the field, never a value."""


@dataclass(frozen=True, slots=True)
class Item:
    """A stored document and the version that a write must name."""

    key: str
    data: Mapping[str, Any]
    version: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One message to store: queue lane, body, FIFO group, and the id that covers only our own re-sending."""

    lane: str
    body: str
    group: str
    deduplication: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One received queue message; `receives` counts this one."""

    body: str
    receipt: str
    message_id: str
    group: str
    receives: int


class Wire(Protocol):
    def send(self, base_url: str, request: "Request") -> "Answer":
        """Send exactly these bytes once; raises NotSent or NoAnswer."""


class Journal(Protocol):
    def read(self, partition: str, key: str) -> Item | None:
        """Read consistently; items past their time to live are not there. Raises Unavailable."""

    def write(
        self, partition: str, key: str, data: Mapping[str, Any], *, expect: Item | None, ttl_s: int | None = None
    ) -> Item:
        """Put if the item still has the version and state of `expect` (None: absent). Raises Conflict, Unavailable."""

    def list(self, partition: str, prefix: str) -> list[Item]:
        """Every item whose key begins with the prefix, consistently, in key order. Raises Unavailable."""


class Register(Journal, Protocol):
    """The journal as an operator's tool sees it."""

    def everywhere(self, prefix: str) -> Iterator[tuple[str, Item]]:
        """Every item whose key begins so, with its partition; reads the whole table. Raises Unavailable."""


class Vault(Protocol):
    def routes(self, *, fresh: bool = False) -> Mapping[str, Any]:
        """The routes secret; `fresh` skips the cache. Raises Unavailable or Missing."""

    def account(self, name: str, *, fresh: bool = False) -> Mapping[str, Any]:
        """One account secret; `fresh` skips the cache. Raises Unavailable or Missing."""


class Outbox(Protocol):
    def send(self, entries: Sequence[Entry]) -> list[Entry]:
        """Store messages; returns those that are not known to be stored."""


class Inbox(Protocol):
    """The queue as the worker sees it."""

    def defer(self, receipt: str, seconds: float) -> None:
        """Hide a received message for that long, counted from now; failing is harmless (it comes back later)."""

    def requeue(self, delivery: Delivery, body: str) -> None:
        """Store a message anew at the tail of its group; the original stays to be deleted. Raises Unavailable."""

    def bury(self, delivery: Delivery, reason: str, at_ms: int) -> None:
        """Put a message and its reason into the dead-letter queue (service/envelope). Raises Unavailable."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter, hidden from others for a short while after it was received."""

    lane: str
    receipt: str
    message_id: str
    body: str
    group: str
    receives: int
    sent_ms: int


class DeadLetters(Protocol):
    """The dead-letter queues of both lanes, as an operator works on them."""

    def receive(self) -> list[Letter]:
        """Every letter that can be had now. Raises Unavailable."""

    def delete(self, letter: Letter) -> None:
        """Remove a letter that was dealt with. Raises Unavailable."""

    def release(self, letter: Letter) -> None:
        """Show a letter again at once; failing is harmless."""


class HostClock(Protocol):
    def wall_ms(self) -> int: ...

    def monotonic_ms(self) -> int: ...

    def sleep(self, seconds: float) -> None: ...


class Signals(Protocol):
    """Logs, metrics and notifications; never a secret, never fails."""

    def log(self, event: str, **fields: object) -> None: ...

    def count(self, metric: str, value: int = 1, **dimensions: str) -> None: ...

    def notify(self, subject: str, text: str, *, throttle: str | None = None) -> None:
        """Tell a human; at most one per `throttle` key in 5 minutes."""
