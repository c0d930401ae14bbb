"""What an operator does with dead letters and parked orders: every letter is decided again, none is moved blindly."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from order_relay.core.age import age_ms
from order_relay.core.identity import deduplication_id
from order_relay.core.message import Message, NewerSchema, Unreadable, decode
from order_relay.core.order import Leg
from order_relay.core.ports import DeadLetters, Entry, HostClock, Letter, Outbox, Register, Signals
from order_relay.core.record import Record, State, public
from order_relay.service.book import Book
from order_relay.service.envelope import Opened, opened
from order_relay.service.later import Later
from order_relay.service.receiving import STEPS, identity, received
from order_relay.service.switching import BadCommand, Routes, switch


class Decision(StrEnum):
    """OFFER it to the worker again, RECORD the end of what is too late, or KEEP it for a human."""

    OFFER = "offer"
    RECORD = "record"
    KEEP = "keep"


@dataclass(slots=True, kw_only=True)
class Redrive:
    """Lists, shows, retries and drops dead letters, and settles parked orders; changes nothing unless told to apply."""

    journal: Register
    exchanges: Collection[str]
    routes: Routes
    letters: DeadLetters
    outbox: Outbox
    clock: HostClock
    signals: Signals

    def run(self, command: Mapping[str, Any]) -> dict[str, Any]:
        """Carry out {"command": list|show|retry|drop|settle|halts|halt|resume, ..., "apply"?}; see docs/runbook.md."""
        try:
            return self._run(command)
        except Later as later:
            raise BadCommand(f"try again: {later.why}") from None

    def _run(self, command: Mapping[str, Any]) -> dict[str, Any]:
        name, apply = command.get("command"), command.get("apply") is True
        if name in ("halts", "halt", "resume"):
            return switch(self.journal, self.exchanges, self.routes, command, self.clock.wall_ms(), apply=apply)
        if name == "settle":
            return self._settle(_named(command, "order_id"), command.get("outcome"), apply=apply)
        if name not in ("list", "show", "retry", "drop"):
            raise BadCommand("command must be list, show, retry, drop, settle, halts, halt or resume")
        wanted = command.get("message_id") if name in ("list", "retry") else _named(command, "message_id")
        found = [letter for letter in self.letters.receive() if wanted in (None, letter.message_id)]
        if wanted is not None and not found:
            raise BadCommand(f"there is no dead letter {wanted!a} to be had now; try again in a minute")
        return {"applied": apply, "letters": [self._letter(str(name), letter, apply=apply) for letter in found]}

    def _letter(self, name: str, letter: Letter, *, apply: bool) -> dict[str, Any]:
        content = opened(letter)
        try:
            message = decode(content.message)
        except (Unreadable, NewerSchema) as exc:
            return self._unread(name, letter, content, str(exc), apply=apply)
        book = self._book(message)
        decision, why = self._decide(book, message)
        told = {**content.told, "decision": decision.value, "why": why, "alert_id": message.alert_id}
        told["order_id"] = self._order_id(book, message, message.legs[0])
        if name == "show":
            told["orders"] = [public(record.to_json()) for record in self._records(book, message)]
        if name == "retry" and apply:
            self._retry(letter, content, book, message, decision)
        elif name == "drop" and apply:
            self._drop(letter, book, message)
        else:
            self.letters.release(letter)
        return told

    def _unread(self, name: str, letter: Letter, content: Opened, why: str, *, apply: bool) -> dict[str, Any]:
        if name == "drop" and apply:
            self.letters.delete(letter)
            self.signals.log("letter_dropped", message_id=letter.message_id, reason=why)
        else:
            self.letters.release(letter)
        return {**content.told, "decision": Decision.KEEP.value, "why": why, "alert_id": None, "order_id": None}

    # Deciding

    def _decide(self, book: Book, message: Message) -> tuple[Decision, str]:
        """By journal state, age and newer alerts: the same rules the worker goes by."""
        of_legs = ((leg, record) for leg in message.legs for record in self._of(book, message, leg))
        verdicts = [self._order(book, message, leg, record) for leg, record in of_legs]
        if any(leg.action.controls for leg in message.legs):
            verdicts.append((Decision.OFFER, "the switch is flipped unless somebody younger has spoken"))
        for wanted in (Decision.KEEP, Decision.OFFER):
            for verdict in verdicts:
                if verdict[0] is wanted:
                    return verdict
        return verdicts[0]

    def _order(self, book: Book, message: Message, leg: Leg, record: Record) -> tuple[Decision, str]:
        if record.state is State.PARKED:
            return Decision.KEEP, "the order is parked: settle it first"
        if record.state.terminal and not record.unconfirmed:
            return Decision.RECORD, f"the order already ended: {record.state.value}"
        if leg.action.cancels or record.outstanding or record.unconfirmed:
            return Decision.OFFER, "the worker will ask the exchange what is there"
        age = age_ms(message.fired_ms, record.firing_ms, self.clock.wall_ms())
        if age > leg.lives_s * 1000:
            return Decision.RECORD, f"{age // 1000} s old, valid for {leg.lives_s} s"
        if record.key.superseded(book.newest()):
            return Decision.RECORD, "superseded by a later alert"
        return Decision.OFFER, "still valid"

    # Doing

    def _retry(self, letter: Letter, content: Opened, book: Book, message: Message, decision: Decision) -> None:
        if decision is Decision.KEEP:
            self.letters.release(letter)
            return
        if decision is Decision.OFFER:
            again = deduplication_id("redrive", letter.message_id, str(letter.receives))
            if self.outbox.send([Entry(letter.lane, content.message, letter.group, again)]):
                self.letters.release(letter)
                raise BadCommand("the queue did not take the message; nothing was changed, try again")
        else:
            self._expire(book, message)
        self.letters.delete(letter)
        self.signals.log("letter_retried", message_id=letter.message_id, decision=decision.value)

    def _drop(self, letter: Letter, book: Book, message: Message) -> None:
        if any(record.outstanding for record in self._records(book, message)):
            self.letters.release(letter)
            raise BadCommand("an attempt of this message may be live at the exchange: retry it or settle the order")
        self._expire(book, message, "dropped by an operator")
        self.letters.delete(letter)
        self.signals.log("letter_dropped", message_id=letter.message_id)

    def _expire(self, book: Book, message: Message, reason: str = "") -> None:
        for leg in message.legs:
            for record in self._of(book, message, leg):
                if not record.state.terminal:
                    why = reason or f"dead letter: {self._order(book, message, leg, record)[1]}"
                    book.save(record.moved(State.EXPIRED, self.clock.wall_ms(), why, outstanding=False))

    def _settle(self, order_id: str, outcome: object, *, apply: bool) -> dict[str, Any]:
        if outcome not in ("placed", "absent"):
            raise BadCommand("outcome must be placed or absent")
        partition = next((partition for partition, _ in self.journal.everywhere(f"order#{order_id}")), None)
        book = Book.at(self.journal, partition) if partition else None
        record = book.record(order_id) if book else None
        if book is None or record is None:
            raise BadCommand(f"there is no order {order_id!a}")
        if record.state is not State.PARKED:
            raise BadCommand(f"order {order_id} is {record.state.value}; only parked orders are settled")
        state = State.PLACED if outcome == "placed" else State.EXPIRED
        if apply:
            at_ms = self.clock.wall_ms()
            book.save(record.moved(state, at_ms, f"settled by an operator as {outcome}"))
            book.lift()
        return {"applied": apply, "order_id": order_id, "state": state.value}

    # Looking

    def _book(self, message: Message) -> Book:
        """The partition that knows the message or its symbol; without keys, an account's exchange is not known."""
        books = [Book.of(self.journal, name, message) for name in (*self.exchanges, "unknown")]
        worked = [book for book in books if book.knows(message)] or [book for book in books if book.newest()]
        return worked[0] if worked else books[-1]

    def _order_id(self, book: Book, message: Message, leg: Leg) -> str:
        return identity(message, leg, book.known_firing(message, leg.index), 0)

    def _of(self, book: Book, message: Message, leg: Leg) -> list[Record]:
        if leg.action.controls:
            return []
        """The records of a leg; where there is none yet, the one that a worker would write."""
        firing = book.known_firing(message, leg.index)
        found = (book.record(identity(message, leg, firing, step)) for step in STEPS)
        known = [record for record in found if record is not None]
        fresh = received(message, leg, firing, 0, book.partition.partition("#")[0])
        return known or [fresh.moved(State.RECEIVED, self.clock.wall_ms(), "received")]

    def _records(self, book: Book, message: Message) -> list[Record]:
        return [record for leg in message.legs for record in self._of(book, message, leg)]


def _named(command: Mapping[str, Any], field: str) -> str:
    value = command.get(field)
    if not isinstance(value, str) or not value:
        raise BadCommand(f"{field} is missing")
    return value
