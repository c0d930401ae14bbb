"""One leg at work: everything its use case needs, and the few ways its record changes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from order_relay.core.age import age_ms
from order_relay.core.message import Message
from order_relay.core.order import Action, Leg
from order_relay.core.ports import HostClock, Signals
from order_relay.core.record import Record, State
from order_relay.service.book import Book
from order_relay.service.circuits import Circuits
from order_relay.service.desk import Desk
from order_relay.service.halts import Halts

_METRIC = {
    State.PLACED: "OrderAcked",
    State.REJECTED: "OrderRejected",
    State.EXPIRED: "OrderExpired",
    State.PARKED: "OrderParked",
    State.UNKNOWN: "OrderAmbiguous",
}
_TOLD = frozenset({State.REJECTED, State.EXPIRED, State.PARKED})


@dataclass(slots=True, kw_only=True)
class Job:
    """A leg, its current record, and the book, desk, clock and signals it works with.

    `deferrals`: planned waits of this message so far.
    `proved`: the position chain says that this order comes next, whatever younger alerts were sent already.
    """

    leg: Leg
    message: Message
    record: Record
    book: Book
    desk: Desk
    clock: HostClock
    jitter: Callable[[], float]
    signals: Signals
    circuits: Circuits
    halts: Halts
    deferrals: int = 0
    proved: bool = False

    @property
    def reducing(self) -> bool:
        return self.leg.reduces

    @property
    def by_position(self) -> bool:
        """True if the open position decides the order, so that it is planned anew before each attempt."""
        return self.reducing or self.leg.action in (Action.TARGET, Action.ADD)

    def age_ms(self) -> int:
        return age_ms(self.message.fired_ms, self.record.firing_ms, self.clock.wall_ms())

    def valid_for_ms(self) -> int:
        return self.leg.lives_s * 1000

    def halted(self) -> str | None:
        """Why nothing may be opened now, or None."""
        return self.book.halted() or self.halts.why(self.message.account, self.message.route)

    def move(self, state: State, note: str = "", **changes: Any) -> Record:
        """Write the next state; log, count and (when a human should know) notify it."""
        entered = state is not self.record.state
        self.record = self.book.save(self.record.moved(state, self.clock.wall_ms(), note, **changes))
        record = self.record
        self.signals.log(
            "order", alert_id=record.alert_id, order_id=record.order_id, account=record.account,
            exchange=record.exchange, symbol=record.symbol, action=record.action, state=state.value,
            attempt=record.attempts, exchange_order_id=record.exchange_order_id, note=note,
        )  # fmt: skip
        if entered and state in _METRIC:
            self.signals.count(_METRIC[state], exchange=record.exchange)
        if entered and state in _TOLD:
            self.signals.notify(f"{record.action} {record.symbol} on {record.account}: {state.value}", note)
        return record

    def keys_refused(self, why: str) -> None:
        """Count it, and call a human: nothing of this account works until somebody looks."""
        account = self.message.account
        self.signals.count("KeysRefused", exchange=self.desk.exchange.name)
        self.signals.notify(f"the keys of account {account} are refused", why, throttle=f"keys:{account}")

    def tell(self, why: str) -> None:
        """Write down why an order that has not ended is waiting, once per cause."""
        known = self.record.history[-1]["note"] if self.record.history else ""
        if not self.record.state.terminal and why not in known:
            self.note(why)

    def note(self, text: str, **changes: Any) -> Record:
        """Write a line of history without leaving the state."""
        return self.move(self.record.state, text, **changes)
