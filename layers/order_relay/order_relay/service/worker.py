"""The worker's use case: one queue message, its legs in order, each to its own end."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from order_relay.core.exchange import Exchange
from order_relay.core.message import Message, NewerSchema, Unreadable, decode
from order_relay.core.ports import Conflict, Delivery, HostClock, Inbox, Journal, Missing, Signals, Unavailable, Vault
from order_relay.service.book import Book
from order_relay.service.desk import Desk, World
from order_relay.service.later import Held, Later
from order_relay.service.run import Run
from order_relay.service.sequence import HOP_S

CRASHES_ALLOWED = 3
ACCOUNTS = "accounts"


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
    homes: dict[str, str] = field(default_factory=dict)

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
            run = self._run(message, delivery)
        except Unavailable as exc:
            raise self._unanswered(exc) from exc
        try:
            self._work(run, delivery)
        except Unavailable as exc:
            with suppress(Unavailable, Later):
                run.book.wait(delivery.message_id)
            raise self._unanswered(exc) from exc

    def _run(self, message: Message, delivery: Delivery) -> Run:
        exchange, desk, trouble = self._desk(message)
        again = delivery.receives > 1 or self._moved(message.account, exchange)
        known = self._remembered(message) if again else exchange
        if known not in (exchange, "unknown"):
            trouble = f"account {message.account!a} was at {known} when this alert was first worked"
            exchange, desk = known, None
        return Run(
            journal=self.journal,
            clock=self.clock,
            jitter=self.jitter,
            signals=self.signals,
            message=message,
            book=Book.of(self.journal, exchange, message),
            desk=desk,
            exchange=exchange,
            trouble=trouble,
        )

    def _unanswered(self, exc: Unavailable) -> Later:
        return Later(2 + self.jitter(), f"storage does not answer: {exc}", planned=False)

    def _work(self, run: Run, delivery: Delivery) -> None:
        if delivery.receives > 1:
            crashes, run.waits = run.book.started(delivery.message_id)
            if crashes >= CRASHES_ALLOWED and not run.ended():
                run.quarantine()
                self._bury(delivery, f"quarantined: {crashes} runs ended without an outcome")
                return
        try:
            run.legs()
        except Held:
            self._behind(run.message, delivery)
        except Later as later:
            if later.planned:
                run.book.wait(delivery.message_id)
            raise

    def _behind(self, message: Message, delivery: Delivery) -> None:
        """Put a message back at the tail of its group, so that the one it waits for can be worked first."""
        self.clock.sleep(HOP_S)
        again = replace(message, hops=message.hops + 1).encode()
        self.inbox.requeue(delivery, again)

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

    def _moved(self, account: str, exchange: str) -> bool:
        """True if the account was at another exchange when it was first traded; asked once per warm process."""
        if exchange == "unknown" or self.homes.get(account) == exchange:
            return False
        item = self.journal.read(ACCOUNTS, account)
        if item is None:
            with suppress(Conflict):
                self.journal.write(ACCOUNTS, account, {"exchange": exchange}, expect=None)
        elif item.data["exchange"] != exchange:
            return True
        self.homes[account] = exchange
        return False

    def _remembered(self, message: Message) -> str:
        """The exchange on which the message was worked before its account's secret was lost or changed."""
        books = ((name, Book.of(self.journal, name, message)) for name in self.exchanges)
        return next((name for name, book in books if book.knows(message)), "unknown")

    def _bury(self, delivery: Delivery, reason: str) -> None:
        self.inbox.bury(delivery, reason, self.clock.wall_ms())
        self.signals.count("MessageBuried")
        self.signals.log("message_buried", message_id=delivery.message_id, reason=reason)
        told = f"message {delivery.message_id}: {reason}"
        self.signals.notify("a message went to the dead-letter queue", told, throttle=f"buried:{reason[:60]}")
