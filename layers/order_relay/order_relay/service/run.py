"""One delivery of one message at work: its legs in order, each through its steps to its own end."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from order_relay.core.age import age_ms
from order_relay.core.message import Message
from order_relay.core.order import Action, Leg
from order_relay.core.ports import HostClock, Journal, Signals
from order_relay.core.record import UNKNOWN_OUTCOME, Key, Record, State
from order_relay.service.book import Book, Firing
from order_relay.service.cancelling import cancel
from order_relay.service.circuits import Circuits
from order_relay.service.desk import Desk
from order_relay.service.halts import Halts, of_route
from order_relay.service.intending import held_positions, looked
from order_relay.service.job import Job
from order_relay.service.later import Held, Later
from order_relay.service.partly import unfinished
from order_relay.service.placement import place
from order_relay.service.planning import NOTHING_TO_CLOSE
from order_relay.service.receiving import STEPS, identity, received
from order_relay.service.sequence import Turn, turn
from order_relay.service.settling import GIVE_UP_MS
from order_relay.service.steps import MAIN, OTHER, looks_first, needs_two, steps


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
    circuits: Circuits = field(init=False)

    def __post_init__(self) -> None:
        self.circuits = Circuits(self.journal, self.clock, self.jitter, self.exchange, self.message.account)

    def legs(self) -> None:
        """Work every leg; a cancel or close that is not done stops those after it. Raises Later or Held."""
        try:
            self._legs()
        except (Later, Held):
            self.circuits.release()
            raise

    def _legs(self) -> None:
        stopped = False
        for leg in self.message.legs:
            if leg.action.controls:
                self._control(leg)
            else:
                records = self._leg(leg, stopped=stopped)
                action = Action.CLOSE if leg.action is Action.TARGET and not leg.quantity else leg.action
                stopped = stopped or any(_stops_the_rest(action, record) for record in records)

    def ended(self) -> bool:
        """True if every leg has reached its end: a message that only comes again is no crash."""
        records = [record for leg in self.message.legs for record in self._known(leg)]
        legs = {record.leg for record in records}
        over = all(record.state.terminal and not record.unconfirmed for record in records)
        return over and legs >= {leg.index for leg in self.message.legs if not leg.action.controls}

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

    def _control(self, leg: Leg) -> None:
        """Flip the route's halt switch; the youngest alert has the word, however they are delivered."""
        firing = self.book.firing(self.message, leg.index)
        halts, route = Halts(self.journal), self.message.route
        late = age_ms(self.message.fired_ms, firing.ms, self.clock.wall_ms()) > leg.lives_s * 1000
        if firing.conflict or firing.late_repeat or (late and not leg.lasts):
            why = "it came too late" if late else "its id was used before"
            self.signals.notify(f"route {route}: {leg.action.value} was ignored", why)
            return
        key = Key(firing.ms, leg.index)
        if leg.action is Action.HALT:
            halts.halt(of_route(route), "an alert halted the route", key)
        else:
            halts.resume(of_route(route), key)
        self.signals.log("halt", alert_id=self.message.alert_id, route=route, action=leg.action.value)
        self.signals.notify(f"route {route}: {leg.action.value} by an alert", f"alert {self.message.alert_id}")

    def _leg(self, leg: Leg, *, stopped: bool) -> list[Record]:
        firing = self.book.firing(self.message, leg.index)
        main = dict(steps(leg, two=False))[MAIN] if leg.crosses else leg
        record = self._record(main, firing, MAIN)
        if firing.late_repeat and not firing.conflict:
            record = self._repeated(record)
        second = self.book.record(identity(self.message, leg, firing, OTHER))
        known = [record] if second is None else [record, second]
        if all(one.state.terminal and not one.unconfirmed for one in known):
            return known if firing.late_repeat else [self._resent(one, firing) for one in known]
        refusal = self._refusal(record, firing, stopped=stopped)
        if refusal or self.desk is None:
            return [one if one.state.terminal or not refusal else self._end(one, *refusal) for one in known]
        return self._steps(self.desk, leg, firing, known)

    def _steps(self, desk: Desk, leg: Leg, firing: Firing, known: list[Record]) -> list[Record]:
        """The orders of a leg, their number decided once; what opens goes only after what closes is done."""
        job = self._job(desk, leg, known[0], proved=False)
        if leg.action.cancels:
            return [cancel(job)]
        untouched = all(record.attempts == 0 for record in known)
        proved = self._in_turn(desk, leg, job, untouched=untouched)
        two = len(known) > 1
        if looks_first(leg) and not two and untouched:
            two = needs_two(leg, held_positions(job))
        parts = [(self._record(part, firing, step), part) for step, part in steps(leg, two=two)]
        done: list[Record] = []
        for record, part in parts:
            failed = part.action is not Action.CLOSE and any(_stops_the_rest(Action.CLOSE, one) for one in done)
            if failed and not record.state.terminal and not record.outstanding:
                done.append(self._end(record, State.REJECTED, "the order that closes the other side failed"))
            else:
                done.append(place(self._job(desk, part, record, proved=proved)))
        if leg.chained and untouched:
            self.book.touch(self.message.route, job.record.order_id, self.clock.wall_ms())
        return done

    def _in_turn(self, desk: Desk, leg: Leg, job: Job, *, untouched: bool) -> bool:
        """Hold a chained alert back while the chain says that another comes first; True if it proves this one."""
        if not leg.chained:
            return False
        if not untouched:
            link = self.book.chain(self.message.route)
            return link is not None and link.order_id == job.record.order_id and link.proved
        order_id = job.record.order_id
        verdict, why = looked(
            job,
            lambda: turn(self.book, desk, leg, self.message, order_id, self.clock.wall_ms()),
            (Turn.FREE, ""),
        )
        if verdict is Turn.WAIT:
            job.tell(why)
            raise Held(why)
        if verdict is Turn.GAP:
            job.note(why)
            self.signals.count("AlertGap")
            self.signals.notify(f"a gap in the alerts of {leg.symbol} on route {self.message.route}", why)
        return verdict is Turn.PROVED

    def _job(self, desk: Desk, leg: Leg, record: Record, *, proved: bool) -> Job:
        return Job(
            leg=leg,
            message=self.message,
            record=record,
            book=self.book,
            desk=desk,
            clock=self.clock,
            jitter=self.jitter,
            signals=self.signals,
            circuits=self.circuits,
            halts=Halts(self.journal),
            deferrals=self.waits,
            proved=proved,
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
        saved = self.book.save(record.moved(state, self.clock.wall_ms(), reason, outstanding=False))
        self.signals.count("OrderParked" if state is State.PARKED else "OrderRejected", exchange=self.exchange)
        self.signals.log("order", alert_id=record.alert_id, order_id=record.order_id, state=state, note=reason)
        self.signals.notify(f"{record.action} {record.symbol} on {record.account}: {state.value}", reason)
        return saved

    def _repeated(self, record: Record) -> Record:
        """An explicit id that fires again later is dropped, visibly: a constant id would silence a strategy."""
        note = "the alert came again under the same id and was ignored"
        self.signals.count("AlertRepeated")
        self.signals.notify(f"{record.action} {record.symbol}: ignored", note, throttle=f"repeat:{record.alert_id}")
        return self.book.save(record.moved(record.state, self.clock.wall_ms(), note, reason=record.reason))

    def _resent(self, record: Record, firing: Firing) -> Record:
        """Say that a later delivery was taken for a resend of the sender: it might have been meant as another order."""
        if firing.conflict or self.message.accepted_at_ms <= firing.ms:
            return record
        seconds = (self.message.accepted_at_ms - firing.ms) / 1000
        note = f"the same alert came again {seconds:.1f} s later: a resend, carried out once"
        self.signals.log("resend", alert_id=record.alert_id, order_id=record.order_id, note=note)
        return self.book.save(record.moved(record.state, self.clock.wall_ms(), note, reason=record.reason))


def _stops_the_rest(action: Action, record: Record) -> bool:
    """A cancel or close that is not done stops the legs after it; *nothing to close* is done."""
    if action.cancels:
        return record.state is not State.CANCELLED
    flat = (record.reason or "").startswith(NOTHING_TO_CLOSE)
    done = record.state is State.PLACED and not unfinished(record)
    return action is Action.CLOSE and not done and not flat
