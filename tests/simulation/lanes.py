"""The workers: one lane per queue, as many containers as its concurrency allows, warm while they live."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from order_relay.core.ports import Delivery
from order_relay.service.later import Later
from order_relay.service.worker import Worker
from tests.simulation.process import Process
from tests.simulation.queue import FifoQueue, Message, SimulatedInbox
from tests.simulation.scheduler import Scheduler

CRASH_PAUSE_S = 5


@dataclass(slots=True)
class Container:
    """A warm worker and the process it lives in."""

    process: Process
    worker: Worker


@dataclass(slots=True, kw_only=True)
class Lane:
    """Polls one queue the way an event source mapping does and hands each message to a container."""

    name: str
    queue: FifoQueue
    scheduler: Scheduler
    rng: random.Random
    concurrency: int
    cold: Callable[[str], Container]
    crashes: list[str]
    rewrite: Callable[[str], str] = lambda body: body
    closed_until_ms: int = 0
    idle: list[Container] = field(default_factory=list)
    busy: int = 0
    started: int = 0
    _polls_ms: set[int] = field(default_factory=set)

    def poll_soon(self) -> None:
        """Look at the queue when there may be something in it."""
        visible_ms = self.queue.next_visible_ms()
        if visible_ms is None or self.busy >= self.concurrency:
            return
        at_ms = max(self.scheduler.now_ms, visible_ms, self.closed_until_ms) + self.rng.randint(2, 40)
        if not any(known <= at_ms for known in self._polls_ms):
            self._polls_ms.add(at_ms)
            self.scheduler.at(at_ms, lambda: self._poll(at_ms))

    def _poll(self, at_ms: int) -> None:
        self._polls_ms.discard(at_ms)
        while self.busy < self.concurrency and self.scheduler.now_ms >= self.closed_until_ms:
            message = self.queue.receive()
            if message is None:
                break
            self._start(message)
        self.poll_soon()

    def _start(self, message: Message) -> None:
        if not self.idle:
            self.started += 1
            self.idle.append(self.cold(f"{self.name}-{self.started}"))
        container = self.idle.pop(self.rng.randrange(len(self.idle)))
        self.busy += 1
        delivery = Delivery(
            self.rewrite(message.body), message.receipt, message.message_id, message.group, message.receives
        )
        self._disturb_queue(container.process, message)
        self.scheduler.spawn(lambda: self._run(container, delivery))

    def _disturb_queue(self, process: Process, message: Message) -> None:
        fault = process.plan.take("queue", self.name, message.message_id)
        if fault:
            message.visible_ms = self.scheduler.now_ms + fault.delay_ms
            process.note(f"{message.message_id} will be delivered twice (row {fault.row})")

    def _run(self, container: Container, delivery: Delivery) -> None:
        process = container.process
        process.begin(message_id=delivery.message_id)
        process.note(f"received {delivery.message_id} ({delivery.receives})")
        try:
            if self._done(container, delivery):
                process.touch("delete")
                if not process.plan.take("inbox", process.name, "delete"):
                    self.queue.delete(delivery.receipt)
                    process.note(f"done with {delivery.message_id}")
        finally:
            self.busy -= 1
            if process.alive:
                self.idle.append(container)
            self.poll_soon()

    def _done(self, container: Container, delivery: Delivery) -> bool:
        """What functions/worker does around the use case."""
        inbox = container.worker.inbox
        assert isinstance(inbox, SimulatedInbox)
        try:
            container.worker.work(delivery)
        except Later as later:
            container.process.note(str(later))
            container.worker.signals.log("later", seconds=round(later.seconds, 1), why=later.why)
            inbox.defer(delivery.receipt, later.seconds)
            return False
        except Exception as exc:
            self.crashes.append(f"{type(exc).__name__}: {exc}")
            container.process.note(f"unexpected {type(exc).__name__}: {exc}")
            inbox.defer(delivery.receipt, CRASH_PAUSE_S)
            return False
        return True
