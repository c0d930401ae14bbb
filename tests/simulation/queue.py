"""SQS FIFO queues to the letter: group lock, deduplication that outlives deletion, visibility, receive counts."""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from order_relay.core.identity import deduplication_id
from order_relay.core.ports import Delivery, Entry, Letter, Unavailable
from tests.simulation.process import Process

DEDUPLICATION_MS = 300_000
VISIBILITY_MS = 90_000
HIDDEN_LETTER_MS = 30_000


@dataclass(slots=True)
class Message:
    """One stored message; `receipt` is the newest one and only counts while the message is hidden."""

    message_id: str
    body: str
    group: str
    sent_ms: int
    visible_ms: int
    receives: int = 0
    receipt: str = ""


@dataclass(slots=True)
class FifoQueue:
    """One queue; `dead` receives what was received too often."""

    name: str
    now_ms: Callable[[], int]
    rng: random.Random
    dead: "FifoQueue | None" = None
    max_receives: int = 1000
    changed: Callable[[], None] = lambda: None
    messages: list[Message] = field(default_factory=list)
    everything: list[str] = field(default_factory=list)
    _known: dict[str, int] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=count)

    def send(self, body: str, group: str, deduplication: str) -> bool:
        """Store a message; False if an equal deduplication id was taken within five minutes (which SQS never tells)."""
        now = self.now_ms()
        if now - self._known.get(deduplication, now - DEDUPLICATION_MS) < DEDUPLICATION_MS:
            return False
        self._known[deduplication] = now
        self._store(Message(f"{self.name}-{next(self._numbers)}", body, group, now, now))
        return True

    def receive(self, hidden_ms: int = VISIBILITY_MS) -> Message | None:
        """Hand out the head of a group of which nothing is hidden, and hide it."""
        now = self.now_ms()
        heads = [message for message in self._heads() if message.visible_ms <= now]
        while heads:
            message = heads.pop(self.rng.randrange(len(heads)))
            if message.receives >= self.max_receives and self.dead is not None:
                self.messages.remove(message)
                self.dead._store(Message(message.message_id, message.body, message.group, message.sent_ms, now))
                continue
            message.receives += 1
            message.receipt = f"{message.message_id}/{message.receives}"
            message.visible_ms = now + hidden_ms
            return message
        return None

    def hide(self, receipt: str, milliseconds: int) -> None:
        """Change the visibility of a message that is still hidden under this receipt."""
        message = self._held(receipt)
        if message:
            message.visible_ms = self.now_ms() + milliseconds
            self.changed()

    def delete(self, receipt: str) -> bool:
        """Delete a message that is still hidden under this receipt; a FIFO queue refuses an expired receipt."""
        message = self._held(receipt)
        if message:
            self.messages.remove(message)
            self.changed()
        return message is not None

    def next_visible_ms(self) -> int | None:
        """When there may be something to receive."""
        return min((message.visible_ms for message in self._heads()), default=None)

    def _store(self, message: Message) -> None:
        self.messages.append(message)
        self.everything.append(message.body)
        self.changed()

    def _heads(self) -> list[Message]:
        heads: dict[str, Message] = {}
        for message in self.messages:
            heads.setdefault(message.group, message)
        return list(heads.values())

    def _held(self, receipt: str) -> Message | None:
        now = self.now_ms()
        return next((one for one in self.messages if one.receipt == receipt and one.visible_ms > now), None)


@dataclass(slots=True)
class SimulatedOutbox:
    """The webhook's (and the operator's) side: SendMessageBatch, of which any part may fail or lose its answer."""

    process: Process
    queues: Mapping[str, FifoQueue]

    def send(self, entries: Sequence[Entry]) -> list[Entry]:
        self.process.touch("enqueue", 40)
        missing = []
        for number, entry in enumerate(entries):
            fault = self.process.plan.take("outbox", self.process.name, f"entry {number + 1} of {len(entries)}")
            if fault is None or fault.kind == "lost":
                fresh = self.queues[entry.lane].send(entry.body, entry.group, entry.deduplication)
                self.process.note(f"enqueued to {entry.lane}" + ("" if fresh else " (deduplicated)"))
            if fault:
                self.process.note(f"SendMessage {fault.kind} (row {fault.row})")
                missing.append(entry)
        self.process.mark("enqueued")
        return missing


@dataclass(slots=True)
class SimulatedInbox:
    """The worker's side of one lane."""

    process: Process
    queue: FifoQueue

    def defer(self, receipt: str, seconds: float) -> None:
        self.process.touch("defer")
        fault = self.process.plan.take("inbox", self.process.name, "defer")
        if fault:
            self.process.note(f"ChangeMessageVisibility failed (row {fault.row})")
            return
        self.queue.hide(receipt, max(1, -int(-seconds // 1)) * 1000)

    def requeue(self, delivery: Delivery, body: str) -> None:
        self.process.touch("requeue")
        fault = self.process.plan.take("inbox", self.process.name, "requeue")
        if fault is None or fault.kind == "lost":
            held = deduplication_id("hold", delivery.message_id, str(delivery.receives))
            self.queue.send(body, delivery.group, held)
            self.process.note(f"put {delivery.message_id} back at the tail")
        if fault:
            raise Unavailable("queue: timed out")
        self.process.mark("requeued")

    def bury(self, delivery: Delivery, reason: str, at_ms: int) -> None:
        self.process.touch("bury")
        envelope = {"message": delivery.body, "reason": reason, "at_ms": at_ms, "receives": delivery.receives}
        fault = self.process.plan.take("inbox", self.process.name, "bury")
        assert self.queue.dead is not None
        if fault is None or fault.kind == "lost":
            parked = deduplication_id("park", delivery.message_id, str(delivery.receives))
            self.queue.dead.send(json.dumps(envelope), delivery.group, parked)
            self.process.note(f"buried {delivery.message_id}: {reason}")
        if fault:
            raise Unavailable("dead-letter queue: timed out")
        self.process.mark("buried")


@dataclass(slots=True)
class SimulatedLetters:
    """The dead-letter queues as the operator's function reaches them."""

    process: Process
    queues: Mapping[str, FifoQueue]

    def receive(self) -> list[Letter]:
        found = []
        for lane, queue in self.queues.items():
            self.process.touch("receive letters")
            dead = queue.dead
            while dead and (one := dead.receive(HIDDEN_LETTER_MS)):
                found.append(Letter(lane, one.receipt, one.message_id, one.body, one.group, one.receives, one.sent_ms))
        return found

    def delete(self, letter: Letter) -> None:
        self.process.touch("delete letter")
        dead = self.queues[letter.lane].dead
        assert dead is not None
        dead.delete(letter.receipt)

    def release(self, letter: Letter) -> None:
        self.process.touch("release letter")
        dead = self.queues[letter.lane].dead
        assert dead is not None
        dead.hide(letter.receipt, 0)
