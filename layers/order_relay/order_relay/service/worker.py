"""The worker's use case: one queue message, its legs in order, each to its own end."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from order_relay.core.exchange import Exchange
from order_relay.core.message import Message, NewerSchema, Unreadable, decode
from order_relay.core.order import Action, Leg
from order_relay.core.ports import Delivery, HostClock, Inbox, Journal, Missing, Signals, Unavailable, Vault
from order_relay.core.record import UNKNOWN_OUTCOME, Record, State
from order_relay.service.book import Book, Firing
from order_relay.service.cancelling import cancel
from order_relay.service.circuits import Circuits
from order_relay.service.desk import Desk, World
from order_relay.service.job import Job
from order_relay.service.later import Later
from order_relay.service.placement import place
from order_relay.service.planning import NOTHING_TO_CLOSE, open_positions
from order_relay.service.receiving import identity, received
from order_relay.service.settling import GIVE_UP_MS

CRASHES_ALLOWED = 3


@dataclass(slots=True, kw_only=True)
class Worker:
    """Executes messages; `work` returns when a message is done with and raises Later when it must come back."""

    exchanges: Mapping[str, Exchange]
    journal: Journal
    vault: Vault
    inbox: Inbox
    clock: HostClock
    signals: Signals
    world: World
    jitter: Callable[[], float]

    def work(self, delivery: Delivery) -> None:
        """Bring every leg of the message to its end. Raises Later; anything else is a crash and counted as one."""
        try:
            message = decode(delivery.body)
        except NewerSchema as exc:
            raise Later(30, str(exc)) from exc
        except Unreadable as exc:
            self._bury(delivery, str(exc))
            return
        try:
            exchange, desk, trouble = self._desk(message)
        except Unavailable as exc:
            raise self._unanswered(exc) from exc
        book = Book.of(self.journal, exchange, message)
        try:
            self._work(_Run(self, message, book, desk, exchange, trouble), delivery)
        except Unavailable as exc:
            with suppress(Unavailable, Later):
                book.wait(delivery.message_id)
            raise self._unanswered(exc) from exc

    def _unanswered(self, exc: Unavailable) -> Later:
        return Later(2 + self.jitter(), f"storage does not answer: {exc}", planned=False)

    def _work(self, run: "_Run", delivery: Delivery) -> None:
        if delivery.receives > 1:
            crashes, run.waits = run.book.started(delivery.message_id)
            if crashes >= CRASHES_ALLOWED and not run.ended():
                run.quarantine()
                self._bury(delivery, f"quarantined: {crashes} runs ended without an outcome")
                return
        try:
            run.legs()
        except Later as later:
            if later.planned:
                run.book.wait(delivery.message_id)
            raise

    def _desk(self, message: Message) -> tuple[str, Desk | None, str]:
        """The name of the account's exchange, and its desk or why there is none."""
        name = "unknown"
        try:
            secret = self.vault.account(message.account)
            name = str(secret.get("exchange", ""))
            if name not in self.exchanges:
                known = ", ".join(self.exchanges)
                return "unknown", None, f"the secret of account {message.account!a} names no exchange of {known}"
            return name, Desk(self.exchanges[name], message.account, secret, self.world), ""
        except Missing as exc:
            return (name if name in self.exchanges else self._remembered(message)), None, str(exc)

    def _remembered(self, message: Message) -> str:
        """The exchange on which the message was worked before its account's secret was lost."""
        books = ((name, Book.of(self.journal, name, message)) for name in self.exchanges)
        return next((name for name, book in books if book.knows(message)), "unknown")

    def _bury(self, delivery: Delivery, reason: str) -> None:
        self.inbox.bury(delivery, reason, self.clock.wall_ms())
        self.signals.count("MessageBuried")
        self.signals.notify("a message went to the dead-letter queue", reason, throttle=reason[:60])


@dataclass(slots=True)
class _Run:
    """One delivery of one message at work."""

    worker: Worker
    message: Message
    book: Book
    desk: Desk | None
    exchange: str
    trouble: str
    waits: int = 0

    def legs(self) -> None:
        stopped = False
        for leg in self.message.legs:
            record = self._leg(leg, stopped=stopped)
            stopped = stopped or _stops_the_rest(leg, record)

    def ended(self) -> bool:
        """True if every leg has reached its end: a message that only comes again is no crash."""
        ids = (identity(self.message, leg, self.book.known_firing(self.message, leg.index), 0) for leg in
               self.message.legs)  # fmt: skip
        records = [self.book.record(order_id) for order_id in ids]
        return all(record is not None and record.state.terminal and not record.unconfirmed for record in records)

    def quarantine(self) -> None:
        """Park what may have reached an exchange; what was never sent stays as it is, beside its dead letter."""
        for leg in self.message.legs:
            firing = self.book.firing(self.message, leg.index)
            record = self.book.record(identity(self.message, leg, firing, 0))
            if record is not None and record.unconfirmed:
                self.worker.signals.notify(f"order {record.order_id} was accepted but not followed to its end", "look")
            if record is not None and record.outstanding:
                self._end(record, State.PARKED, f"{UNKNOWN_OUTCOME}: quarantined with an attempt outstanding")

    def _leg(self, leg: Leg, *, stopped: bool) -> Record:
        firing = self.book.firing(self.message, leg.index)
        record = self._record(leg, firing, 0)
        if firing.late_repeat and not firing.conflict:
            record = self._repeated(record)
        if record.state.terminal and not record.unconfirmed and leg.action is not Action.CLOSE:
            return record
        refusal = self._refusal(record, firing, stopped=stopped)
        if refusal:
            return record if record.state.terminal else self._end(record, *refusal)
        return self._steps(leg, firing, record)

    def _steps(self, leg: Leg, firing: Firing, record: Record) -> Record:
        """Run the leg; a close of an account that holds both sides is a second order of its own."""
        if self.desk is None:
            return record
        job = self._job(self.desk, leg, record)
        first = cancel(job) if leg.action.cancels else place(job)
        order = first.concrete
        if leg.action is not Action.CLOSE or first.state is not State.PLACED or not order or not order.position_side:
            return first
        second = self.book.record(identity(self.message, leg, firing, 1))
        instrument, profile = self.desk.rules(leg.symbol, leg.market)
        handled = frozenset({order.position_side})
        if second is None and all(one.side in handled for one in open_positions(self.desk, leg, instrument, profile)):
            return first
        other = self._job(self.desk, leg, self._record(leg, firing, 1))
        other.handled = handled
        return place(other)

    def _job(self, desk: Desk, leg: Leg, record: Record) -> Job:
        worker = self.worker
        return Job(
            leg=leg,
            message=self.message,
            record=record,
            book=self.book,
            desk=desk,
            clock=worker.clock,
            jitter=worker.jitter,
            signals=worker.signals,
            circuits=Circuits(worker.journal, worker.clock, worker.jitter, self.exchange, self.message.account),
            deferrals=self.waits,
        )

    def _record(self, leg: Leg, firing: Firing, step: int) -> Record:
        order_id = identity(self.message, leg, firing, step)
        known = self.book.record(order_id)
        if known is not None:
            return known
        fresh = received(self.message, leg, firing, step, self.exchange)
        return self.book.save(fresh.moved(State.RECEIVED, self.worker.clock.wall_ms(), "received"))

    def _refusal(self, record: Record, firing: Firing, *, stopped: bool) -> tuple[State, str] | None:
        """Why this leg ends before its use case is even asked, or None."""
        if firing.conflict:
            return State.PARKED, f"conflict: alert id {self.message.alert_id} was used before with another body"
        if self.trouble and record.outstanding:
            if self.worker.clock.wall_ms() - self.message.accepted_at_ms < GIVE_UP_MS:
                raise Later(30, self.trouble)
            return State.PARKED, f"{UNKNOWN_OUTCOME}: {self.trouble}"
        if self.trouble:
            return State.REJECTED, self.trouble
        if stopped:
            return State.REJECTED, "an earlier leg failed"
        return None

    def _end(self, record: Record, state: State, reason: str) -> Record:
        moved = record.moved(state, self.worker.clock.wall_ms(), reason, outstanding=False)
        self.worker.signals.count("OrderParked" if state is State.PARKED else "OrderRejected", exchange=self.exchange)
        self.worker.signals.log("order", alert_id=record.alert_id, order_id=record.order_id, state=state, note=reason)
        self.worker.signals.notify(f"{record.action} {record.symbol} on {record.account}: {state.value}", reason)
        return self.book.save(moved)

    def _repeated(self, record: Record) -> Record:
        self.worker.signals.count("AlertRepeated")
        at_ms = self.worker.clock.wall_ms()
        again = record.moved(record.state, at_ms, "the alert came again under the same id and was ignored",
                             reason=record.reason)  # fmt: skip
        return self.book.save(again)


def _stops_the_rest(leg: Leg, record: Record) -> bool:
    """A cancel or close that is not done stops the legs after it; *nothing to close* is done."""
    if leg.action.cancels:
        return record.state is not State.CANCELLED
    flat = (record.reason or "").startswith(NOTHING_TO_CLOSE)
    return leg.action is Action.CLOSE and record.state is not State.PLACED and not flat
