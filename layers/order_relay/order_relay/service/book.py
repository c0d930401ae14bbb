"""One partition of the journal: an account's records for one symbol, its firings, tombstones, fence and newest key."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

from order_relay.core.age import FRESH_MS
from order_relay.core.message import Message
from order_relay.core.money import plain
from order_relay.core.order import Leg
from order_relay.core.ports import Conflict, Item, Journal, Unavailable
from order_relay.core.record import Key, Record, State
from order_relay.service.later import Later

KEPT_S = 30 * 86_400
CHAIN_KEPT_S = 365 * 86_400
FIRINGS_KEPT = 200
_KEPT_MS = KEPT_S * 1000
SYMBOL_HALT = "halt"
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Firing:
    """Which firing of its alert a delivery belongs to. `late_repeat`: an explicit id used again after the resends."""

    ms: int
    conflict: bool = False
    late_repeat: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """The position that the newest alert of the chain leaves, which order that is, if the chain proved it, and when."""

    position: Decimal
    order_id: str
    proved: bool
    at_ms: int


class Book:
    """Reads and conditionally writes one partition; remembers each item it read as the condition of its next write."""

    def __init__(self, journal: Journal, *, exchange: str, account: str, market: str, symbol: str) -> None:
        self.partition = f"{exchange}#{account}#{market}#{symbol}"
        self.journal = journal
        self._seen: dict[str, Item | None] = {}

    @classmethod
    def of(cls, journal: Journal, exchange: str, message: Message) -> "Book":
        """Open the partition that a message belongs to on an exchange."""
        first = message.legs[0]
        return cls(journal, exchange=exchange, account=message.account, market=first.market.value, symbol=first.symbol)

    @classmethod
    def at(cls, journal: Journal, partition: str) -> "Book":
        """Open a partition by its full name."""
        exchange, account, market, symbol = partition.split("#")
        return cls(journal, exchange=exchange, account=account, market=market, symbol=symbol)

    # Records

    def record(self, order_id: str) -> Record | None:
        return self._record(self._read(f"order#{order_id}"))

    def records(self) -> list[Record]:
        """Every record of the partition, oldest key first."""
        return self._records("order#")

    def named(self, ref: str) -> list[Record]:
        """Every record that carries the ref, oldest key first."""
        ids = [item.data["order_id"] for item in self.journal.list(self.partition, f"named#{ref}#")]
        found = [record for order_id in ids if (record := self.record(order_id)) is not None]
        return sorted(found, key=lambda record: record.key)

    def save(self, record: Record) -> Record:
        """Write the record if nobody else has since it was read; raises Later when somebody has.

        Only a closed one may be forgotten, after 30 days.
        """
        key = f"order#{record.order_id}"
        seen = self._seen.get(key)
        if (seen.version if seen else 0) != record.version:
            raise Later(1, "another worker holds this order")
        if record.ref and self._seen.get(key) is None:
            self._put(f"named#{record.ref}#{record.order_id}", {"order_id": record.order_id})
        item = self._write(key, record.to_json(), KEPT_S if record.closed else None)
        return Record.from_json(item.data, item.version)

    # Firings

    def firing(self, message: Message, leg: int) -> Firing:
        """Find or open the firing that this delivery belongs to (design: identity)."""
        key = f"alert#{message.alert_id}#{leg}"
        for _ in range(_TRIES):
            item = self._read(key)
            known = item.data["firings"] if item else []
            once = message.once or bool(item and item.data["once"])
            firing = _belongs(message, known, once=once)
            if firing:
                return firing
            recent = [one for one in known if one["ms"] > message.accepted_at_ms - _KEPT_MS]
            opened = [*recent[-FIRINGS_KEPT:], {"ms": message.accepted_at_ms, "sha256": message.sha256}]
            try:
                self._write(key, {"once": once, "firings": opened}, KEPT_S)
                return Firing(message.accepted_at_ms)
            except Later:
                continue
        raise Later(1, "another worker reads the same alert")

    def knows(self, message: Message) -> bool:
        """True if a delivery of the message was ever worked in this partition."""
        return self._read(f"alert#{message.alert_id}#{message.legs[0].index}") is not None

    def known_firing(self, message: Message, leg: int) -> Firing:
        """The firing that a delivery belongs to, without opening a new one."""
        item = self._read(f"alert#{message.alert_id}#{leg}")
        known = item.data["firings"] if item else []
        once = message.once or bool(item and item.data["once"])
        return _belongs(message, known, once=once) or Firing(message.accepted_at_ms)

    # Runs

    def started(self, message_id: str) -> tuple[int, int]:
        """Note that a message is worked again; returns how many runs of it crashed so far, and its planned waits.

        The first run leaves no note; it counts as crashed until a wait was noted for it.
        """
        starts, waits = self._runs(message_id)
        self._write(f"runs#{message_id}", {"starts": starts + 1, "waits": waits}, KEPT_S)
        return 1 + starts - waits, waits

    def wait(self, message_id: str) -> None:
        """Note that a run ended with a planned wait."""
        starts, waits = self._runs(message_id)
        self._write(f"runs#{message_id}", {"starts": starts, "waits": waits + 1}, KEPT_S)

    def _runs(self, message_id: str) -> tuple[int, int]:
        item = self._read(f"runs#{message_id}")
        return (int(item.data["starts"]), int(item.data["waits"])) if item else (0, 0)

    # Fences

    def newest(self) -> Key | None:
        """The greatest order key that ever reached `sending` here."""
        return _key(self._read("newest"))

    def sent(self, key: Key, at_ms: int) -> None:
        """Note that an order is being sent now, and its key if it is the greatest so far."""
        for _ in range(_TRIES):
            known = _key(self._read("newest"))
            newest = key if known is None else max(known, key)
            try:
                data = {"accepted_at_ms": newest.accepted_at_ms, "leg": newest.leg, "at_ms": at_ms}
                self._write("newest", data, KEPT_S)
                return
            except Later:
                continue
        raise Later(1, "another worker writes newest")

    def last_sent_ms(self) -> int | None:
        """When an order was last sent here, by the clock of the host that sent it."""
        item = self._read("newest")
        return item.data.get("at_ms", item.data["accepted_at_ms"]) if item else None

    def cancel_through(self, ref: str, key: Key) -> None:
        """Lay the tombstone: orders named so, with an older key, are never sent again."""
        self._raise(f"ref#{ref}", key)

    def fence(self, key: Key) -> None:
        """Cancel all: orders of the symbol with an older key are never sent again."""
        self._raise("fence", key)

    def cancelled(self, leg: Leg | Record, key: Key) -> bool:
        """True if a fence or a tombstone newer than the key stands; read after `sending` was written."""
        ref = leg.ref
        marks = [_key(self._read("fence")), _key(self._read(f"ref#{ref}")) if ref else None]
        return any(mark is not None and mark > key for mark in marks)

    # Chain

    def chain(self, route: str) -> Link | None:
        """The newest link of a route's position chain, or None before the first."""
        item = self._read(f"chain#{route}")
        return Link(**{**item.data, "position": Decimal(item.data["position"])}) if item else None

    def link(self, route: str, link: Link) -> None:
        """Move the chain on; raises Later if another worker just did."""
        data = {**asdict(link), "position": plain(link.position)}
        self._write(f"chain#{route}", data, CHAIN_KEPT_S)

    def touch(self, route: str, order_id: str, at_ms: int) -> None:
        """Note that the chain's newest order is done now, so that those behind it are given their time."""
        known = self.chain(route)
        if known is not None and known.order_id == order_id:
            self.link(route, replace(known, at_ms=at_ms))

    # Halt

    def halted(self) -> str | None:
        """Why openings of this symbol are halted, or None."""
        item = self._read(SYMBOL_HALT)
        return str(item.data["why"]) if item and item.data.get("why") else None

    def halt(self, why: str) -> None:
        self._put(SYMBOL_HALT, {"why": why})

    def lift(self) -> bool:
        """End the halt, unless another order of unknown outcome still stands; False if it does."""
        if any(record.state is State.PARKED and record.doubtful for record in self.records()):
            return False
        self._put(SYMBOL_HALT, {"why": ""})
        return True

    # Inside

    def _raise(self, name: str, key: Key) -> None:
        for _ in range(_TRIES):
            known = _key(self._read(name))
            if known is not None and known >= key:
                return
            try:
                self._write(name, {"accepted_at_ms": key.accepted_at_ms, "leg": key.leg}, KEPT_S)
                return
            except Later:
                continue
        raise Later(1, f"another worker writes {name}")

    def _put(self, name: str, data: Mapping[str, Any]) -> None:
        item = self._read(name)
        if item is None or item.data != data:
            self._write(name, data, KEPT_S)

    def _records(self, prefix: str) -> list[Record]:
        items = self.journal.list(self.partition, prefix)
        self._seen.update({item.key: item for item in items})
        return sorted((Record.from_json(item.data, item.version) for item in items), key=lambda record: record.key)

    def _record(self, item: Item | None) -> Record | None:
        return Record.from_json(item.data, item.version) if item else None

    def _read(self, key: str) -> Item | None:
        item = self._seen[key] = self.journal.read(self.partition, key)
        return item

    def _write(self, key: str, data: Mapping[str, Any], ttl_s: int | None) -> Item:
        seen = self._seen.get(key)
        try:
            item = self.journal.write(self.partition, key, data, expect=seen, ttl_s=ttl_s)
        except Conflict as exc:
            raise Later(1, "another worker holds this order") from exc
        except Unavailable:
            item = self._applied(key, data, seen)
        self._seen[key] = item
        return item

    def _applied(self, key: str, data: Mapping[str, Any], seen: Item | None) -> Item:
        """After a write without answer: it counts only if the item is there exactly as written, one version on."""
        stored = self.journal.read(self.partition, key)
        if stored and stored.version == (seen.version if seen else 0) + 1 and stored.data == data:
            return stored
        raise Unavailable(f"the journal did not confirm the write of {key.partition('#')[0]}")


def _belongs(message: Message, known: list[Mapping[str, Any]], *, once: bool) -> Firing | None:
    for one in known:
        apart = abs(message.accepted_at_ms - one["ms"])
        if one["ms"] == message.accepted_at_ms or apart <= FRESH_MS or once:
            conflict = one["sha256"] != message.sha256
            return Firing(one["ms"], conflict, once and apart > FRESH_MS)
    return None


def _key(item: Item | None) -> Key | None:
    return Key(item.data["accepted_at_ms"], item.data["leg"]) if item else None
