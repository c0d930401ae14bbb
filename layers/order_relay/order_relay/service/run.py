"""One delivery of one message at work: its legs in order, each through its steps to its own end."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from order_relay.core.message import Message
from order_relay.core.order import Action, Leg, PositionSide
from order_relay.core.ports import HostClock, Journal, Signals
from order_relay.core.record import UNKNOWN_OUTCOME, Record, State
from order_relay.core.symbol import Market
from order_relay.service.book import Book, Firing
from order_relay.service.cancelling import cancel
from order_relay.service.circuits import Circuits
from order_relay.service.desk import Desk
from order_relay.service.job import Job
from order_relay.service.later import Later
from order_relay.service.placement import both_sides_open, place
from order_relay.service.planning import NOTHING_TO_CLOSE
from order_relay.service.receiving import STEPS, identity, received
from order_relay.service.settling import GIVE_UP_MS

_LONG, _SHORT = frozenset({PositionSide.LONG}), frozenset({PositionSide.SHORT})


@dataclass(slots=True, kw_only=True)
class Run:
    """The message, the book and desk of its account (or what is wrong with that), and its planned waits so far."""

    journal: Journal
    clock: HostClock
    jitter: Callable[[], float]
    signals: Signals
    message: Message
    book: Book
    desk: Desk | None
    exchange: str
    trouble: str
    waits: int = 0

    def legs(self) -> None:
        """Work every leg; a cancel or close that is not done stops those after it."""
        stopped = False
        for leg in self.message.legs:
            records = self._leg(leg, stopped=stopped)
            stopped = stopped or any(_stops_the_rest(leg, record) for record in records)

    def ended(self) -> bool:
        """True if every leg has reached its end: a message that only comes again is no crash."""
        records = [record for leg in self.message.legs for record in self._known(leg)]
        legs = {record.leg for record in records}
        over = all(record.state.terminal and not record.unconfirmed for record in records)
        return over and legs >= {leg.index for leg in self.message.legs}

    def quarantine(self) -> None:
        """Park what may have reached an exchange; what was never sent stays as it is, beside its dead letter."""
        for record in [record for leg in self.message.legs for record in self._known(leg)]:
            if record.unconfirmed:
                self.signals.notify(f"order {record.order_id} was accepted but not followed to its end", "look")
            if record.outstanding:
                self._doubt(record, "quarantined with an attempt outstanding")

    def _known(self, leg: Leg) -> Iterator[Record]:
        firing = self.book.known_firing(self.message, leg.index)
        for step in STEPS:
            record = self.book.record(identity(self.message, leg, firing, step))
            if record is not None:
                yield record

    def _leg(self, leg: Leg, *, stopped: bool) -> list[Record]:
        firing = self.book.firing(self.message, leg.index)
        record = self._record(leg, firing, 0)
        if firing.late_repeat and not firing.conflict:
            record = self._repeated(record)
        second = self.book.record(identity(self.message, leg, firing, 1)) if leg.action is Action.CLOSE else None
        records = [record] if second is None else [record, second]
        if all(one.state.terminal and not one.unconfirmed for one in records):
            return records
        refusal = self._refusal(record, firing, stopped=stopped)
        if refusal or self.desk is None:
            return [one if one.state.terminal or not refusal else self._end(one, *refusal) for one in records]
        return self._steps(self.desk, leg, firing, records)

    def _steps(self, desk: Desk, leg: Leg, firing: Firing, records: list[Record]) -> list[Record]:
        """A close of an account that holds both sides is two orders, decided once, before the first is sent."""
        job = self._job(desk, leg, records[0])
        if leg.action.cancels:
            return [cancel(job)]
        perp_close = leg.action is Action.CLOSE and leg.market is Market.PERP
        if perp_close and len(records) == 1 and records[0].attempts == 0 and both_sides_open(job):
            records.append(self._record(leg, firing, 1))
        if len(records) == 1:
            return [place(job)]
        job.handled = _SHORT
        other = self._job(desk, leg, records[1])
        other.handled = _LONG
        return [place(job), place(other)]

    def _job(self, desk: Desk, leg: Leg, record: Record) -> Job:
        return Job(
            leg=leg,
            message=self.message,
            record=record,
            book=self.book,
            desk=desk,
            clock=self.clock,
            jitter=self.jitter,
            signals=self.signals,
            circuits=Circuits(self.journal, self.clock, self.jitter, self.exchange, self.message.account),
            deferrals=self.waits,
        )

    def _record(self, leg: Leg, firing: Firing, step: int) -> Record:
        order_id = identity(self.message, leg, firing, step)
        known = self.book.record(order_id)
        if known is not None:
            return known
        fresh = received(self.message, leg, firing, step, self.exchange)
        return self.book.save(fresh.moved(State.RECEIVED, self.clock.wall_ms(), "received"))

    def _refusal(self, record: Record, firing: Firing, *, stopped: bool) -> tuple[State, str] | None:
        """Why this leg ends before its use case is even asked, or None."""
        if firing.conflict:
            return State.PARKED, f"conflict: alert id {self.message.alert_id} was used before with another body"
        if self.trouble and record.outstanding:
            if self.clock.wall_ms() - self.message.accepted_at_ms < GIVE_UP_MS:
                raise Later(30, self.trouble)
            self._doubt(record, self.trouble)
        if self.trouble:
            return State.REJECTED, self.trouble
        if stopped:
            return State.REJECTED, "an earlier leg failed"
        return None

    def _doubt(self, record: Record, why: str) -> Record:
        """Nobody can say whether the order is live: a human must look, and the symbol opens nothing until then."""
        self.book.halt(f"order {record.order_id} has an unknown outcome")
        return self._end(record, State.PARKED, f"{UNKNOWN_OUTCOME}: {why}")

    def _end(self, record: Record, state: State, reason: str) -> Record:
        moved = record.moved(state, self.clock.wall_ms(), reason, outstanding=False)
        self.signals.count("OrderParked" if state is State.PARKED else "OrderRejected", exchange=self.exchange)
        self.signals.log("order", alert_id=record.alert_id, order_id=record.order_id, state=state, note=reason)
        self.signals.notify(f"{record.action} {record.symbol} on {record.account}: {state.value}", reason)
        return self.book.save(moved)

    def _repeated(self, record: Record) -> Record:
        """An explicit id that fires again later is dropped, visibly: a constant id would silence a strategy."""
        note = "the alert came again under the same id and was ignored"
        self.signals.count("AlertRepeated")
        self.signals.notify(f"{record.action} {record.symbol}: ignored", note, throttle=f"repeat:{record.alert_id}")
        return self.book.save(record.moved(record.state, self.clock.wall_ms(), note, reason=record.reason))


def _stops_the_rest(leg: Leg, record: Record) -> bool:
    """A cancel or close that is not done stops the legs after it; *nothing to close* is done."""
    if leg.action.cancels:
        return record.state is not State.CANCELLED
    flat = (record.reason or "").startswith(NOTHING_TO_CLOSE)
    return leg.action is Action.CLOSE and record.state is not State.PLACED and not flat
