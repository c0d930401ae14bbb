"""A desk: one account at one exchange, with its keys, clock and wire; every call to an exchange passes here."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from order_relay.core.account import read_account
from order_relay.core.call import Call, Credentials, Request
from order_relay.core.clock import Offset, Sample, best
from order_relay.core.exchange import Exchange, Handle, Instrument, Profile, Wanted
from order_relay.core.order import Plan
from order_relay.core.outcome import Answer, Failed, Op, Outcome, Verdict, classify
from order_relay.core.ports import HostClock, Missing, NoAnswer, NotSent, Vault, Wire
from order_relay.core.refusal import Refusal, Word
from order_relay.core.retry import CALL_BUDGET_MS, quick
from order_relay.core.symbol import Market
from order_relay.service.later import Later

CLOCK_SAMPLES = 3
RULES_TTL_MS = 900_000
PROFILE_TTL_MS = 300_000
FORCED_FETCH_MS = 30_000
EVIDENCE_CHARACTERS = 1_500
_Key = tuple[str, str, str]
_Fact = TypeVar("_Fact")
_RETRIED = frozenset({Verdict.THROTTLED, Verdict.BUSY, Verdict.NOT_SENT, Verdict.AMBIGUOUS})


@dataclass(slots=True)
class Memory:
    """What a warm process remembers between messages: clock offsets, trading rules, account set-ups."""

    offsets: dict[str, Offset] = field(default_factory=dict)
    instruments: dict[tuple[str, str, str], tuple[int, Instrument | None]] = field(default_factory=dict)
    profiles: dict[tuple[str, str, str], tuple[int, Profile]] = field(default_factory=dict)
    forced: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The ports and settings that desks share."""

    wire: Wire
    vault: Vault
    clock: HostClock
    jitter: Callable[[], float]
    nonce: Callable[[], str]
    remaining_ms: Callable[[], int]
    base_urls: Mapping[str, str] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)


class Desk:
    """Signs, sends and classifies for one account; reads are retried here, placements never are."""

    def __init__(self, exchange: Exchange, account: str, secret: Mapping[str, object], world: World) -> None:
        self.exchange = exchange
        self.account = account
        self.evidence = ""
        self.server_ms: int | None = None
        self._world = world
        self._open(secret)

    def _open(self, secret: Mapping[str, object]) -> None:
        self._credentials = read_account(self.account, secret, needs_passphrase=self.exchange.passphrase)
        if self._credentials.demo and not self.exchange.demo:
            raise Missing(f"account {self.account!a} says demo, but {self.exchange.name} has no demo environment")
        self._where = f"{self.exchange.name}@{self._credentials.region}@{self._credentials.environment}"
        self._digest = digest(secret)
        self._instruments: dict[tuple[str, Market], Instrument] = {}
        self._profiles: dict[Market, Profile] = {}

    @property
    def environment(self) -> str:
        """Live or demo: an order of unknown fate in one of them cannot be looked for in the other."""
        return self._credentials.environment

    # Time

    def stamp_ms(self) -> int:
        """Exchange time now, from a cached or freshly measured offset; raises Later when it cannot be measured."""
        clock, memory = self._world.clock, self._world.memory
        offset = memory.offsets.get(self._where)
        if offset is None or not offset.fresh(clock.wall_ms(), clock.monotonic_ms()):
            offset = memory.offsets[self._where] = self._measure()
        return offset.stamp_ms(clock.wall_ms())

    def forget_time(self) -> None:
        """Drop the offset: the exchange said that a stamp was wrong."""
        self._world.memory.offsets.pop(self._where, None)

    def _measure(self) -> Offset:
        samples: list[Sample] = []
        trouble = "its answer cannot be read"
        for _ in range(CLOCK_SAMPLES):
            self._in_time()
            try:
                sample = take_sample(self.exchange, self._credentials, self._world)
                samples += [sample] if sample else []
            except (NotSent, NoAnswer) as exc:
                trouble = str(exc)
        if not samples:
            raise Later(2, f"{self.exchange.name} does not tell its time: {trouble}")
        return best(samples, self._world.clock.wall_ms(), self._world.clock.monotonic_ms())

    # Calls

    def send(self, call: Call, stamp_ms: int) -> Outcome:
        """Sign with the stamp, send once, classify. Never retried here."""
        try:
            answer = self._send(call, stamp_ms)
        except NotSent as exc:
            return self._witness(
                call, None, Outcome(Verdict.NOT_SENT, meaning="the exchange could not be reached", message=str(exc))
            )
        except NoAnswer as exc:
            return self._witness(
                call, None, Outcome(Verdict.AMBIGUOUS, meaning="no answer came back", message=str(exc))
            )
        outcome = classify(self.exchange.rules, call.op, answer, self.exchange.read(call, answer))
        told = replace(outcome, message=self._redact(outcome.message), hints=self.exchange.hints(answer))
        return self._witness(call, answer, told)

    def ask(self, call: Call) -> Outcome:
        """Send a read until it is answered; raises Failed (or Later when time runs out).

        Remembers the earliest exchange time told by the answers since `begin`.
        """
        healed = False
        for attempt in range(3):
            outcome = self.send(call, self.stamp_ms() if call.op is not Op.PUBLIC else 0)
            if outcome.server_ms is not None:
                self.server_ms = min(outcome.server_ms, self.server_ms or outcome.server_ms)
            if outcome.verdict in (Verdict.ACCEPTED, Verdict.GONE):
                return outcome
            if outcome.verdict is Verdict.SKEWED:
                self.forget_time()
            elif outcome.verdict is Verdict.DENIED and not healed and self.heal():
                healed = True
            elif outcome.verdict in _RETRIED and not outcome.retry_after_ms:
                self._pause(attempt, outcome)
            else:
                break
        raise Failed(outcome)

    def told_ms(self) -> int:
        """Exchange time as the answers since `begin` told it (a lower bound), else as our own clock has it."""
        return self.server_ms if self.server_ms is not None else self.stamp_ms()

    def begin(self) -> None:
        """Start a new question to the exchange: forget the exchange time of earlier answers."""
        self.server_ms = None

    def heal(self) -> bool:
        """Fetch the account secret afresh (at most every 30 s); True if its keys have changed."""
        now, forced = self._world.clock.wall_ms(), self._world.memory.forced
        if 0 <= now - forced.get(self.account, -FORCED_FETCH_MS) < FORCED_FETCH_MS:
            return False
        forced[self.account] = now
        try:
            secret = self._world.vault.account(self.account, fresh=True)
            if digest(secret) == self._digest:
                return False
            self._open(secret)
        except Missing:
            return False
        return True

    # Slow facts, remembered

    def instrument(self, name: str, market: Market) -> Instrument | None:
        known = self._instruments.get((name, market))
        if known is None:
            memory, key = self._world.memory.instruments, (self._where, market, name)
            known = self._fresh(memory, key, RULES_TTL_MS, lambda: self.exchange.instrument(self.ask, name, market))
        if known is None:
            del self._world.memory.instruments[self._where, market, name]
            return None
        self._instruments[name, market] = known
        return known

    def profile(self, market: Market) -> Profile:
        known = self._profiles.get(market)
        if known is None:
            memory, key = self._world.memory.profiles, (self._where, self._digest, market)
            read = self.exchange.profile
            known = self._fresh(memory, key, PROFILE_TTL_MS, lambda: read(self.ask, self._credentials, market))
            self._profiles[market] = known
        return known

    def _fresh(self, memory: dict[_Key, tuple[int, _Fact]], key: _Key, ttl_ms: int, read: Callable[[], _Fact]) -> _Fact:
        """A fact from the process's memory, or read anew when it is too old; a desk itself keeps what it once saw."""
        now = self._world.clock.wall_ms()
        known = memory.get(key)
        if known is None or not 0 <= now - known[0] < ttl_ms:
            known = memory[key] = (now, read())
        return known[1]

    def rules(self, name: str, market: Market) -> tuple[Instrument, Profile]:
        """Instrument and profile of a symbol that was traded before."""
        instrument = self.instrument(name, market)
        if instrument is None:
            raise Later(2, f"{self.exchange.name} does not list {name} any more")
        return instrument, self.profile(market)

    def arrange(self, wanted: Wanted, name: str, market: Market) -> None:
        """Set leverage and margin mode where they differ; raises Refusal or Failed."""
        arrange = self.exchange.arrange
        if arrange is None:
            raise Refusal(Word.UNSUPPORTED, f"{self.exchange.name} has no leverage that this relay could set")
        for call in arrange(self.ask, wanted, *self.rules(name, market)):
            self.ask(call)
            self._profiles.pop(market, None)
            self._world.memory.profiles.pop((self._where, self._digest, market), None)

    # Orders

    def placement(self, order: Plan, name: str) -> Call:
        """Build the call that places an order; raises Refusal for what the exchange cannot do."""
        return self.exchange.place(order, *self.rules(name, order.market))

    def cancel(self, handle: Handle, name: str, market: Market) -> Outcome:
        """Ask once for one order to be cancelled; the answer proves nothing, the order must be read again."""
        return self.send(self.exchange.cancel(handle, *self.rules(name, market)), self.stamp_ms())

    def remaining_ms(self) -> int:
        return self._world.remaining_ms()

    # Inside

    def _send(self, call: Call, stamp_ms: int) -> Answer:
        self._in_time()
        return transmit(self.exchange, self._credentials, self._world, call, stamp_ms)

    def _in_time(self) -> None:
        if self._world.remaining_ms() < CALL_BUDGET_MS:
            raise Later(1, "too little time left in this run for another call")

    def _pause(self, attempt: int, outcome: Outcome) -> None:
        seconds = quick(attempt, self._world.jitter())
        if seconds is None or self._world.remaining_ms() < CALL_BUDGET_MS + seconds * 1000:
            raise Failed(outcome)
        self._world.clock.sleep(seconds)

    def _witness(self, call: Call, answer: Answer | None, outcome: Outcome) -> Outcome:
        """Keep the newest order or cancel with its answer, redacted: what an exchange's support asks for."""
        if call.op in (Op.PLACE, Op.CANCEL):
            body = answer.body.decode("utf-8", "replace") if answer else outcome.reason
            said = f"HTTP {answer.status} {self._shown(body)}" if answer else self._shown(body)
            self.evidence = f"{call.method} {self._shown(call.target)} {self._shown(call.body)} -> {said}"
        return outcome

    def _shown(self, text: str) -> str:
        """Redact first, then cut: half a key at the end would not be recognised."""
        return self._redact(text)[:EVIDENCE_CHARACTERS]

    def _redact(self, text: str) -> str:
        keys: Credentials = self._credentials
        for secret in (keys.key, keys.secret, keys.passphrase):
            text = text.replace(secret, "***") if secret else text
        return text


def digest(secret: Mapping[str, object]) -> str:
    """Tell one version of a secret from another without keeping its values."""
    return hashlib.sha256(json.dumps(secret, sort_keys=True, default=str).encode()).hexdigest()


def transmit(exchange: Exchange, credentials: Credentials, world: World, call: Call, stamp_ms: int) -> Answer:
    """Sign one call and send it once to the host it belongs to."""
    request = seal(exchange, credentials, world, call, stamp_ms)
    return world.wire.send(_base_url(exchange, credentials, world.base_urls, call.host), request)


def seal(exchange: Exchange, credentials: Credentials, world: World, call: Call, stamp_ms: int) -> Request:
    """Sign one call."""
    return exchange.sign(call, credentials, stamp_ms, world.nonce() if exchange.nonce else "")


def _base_url(exchange: Exchange, credentials: Credentials, base_urls: Mapping[str, str], host: str) -> str:
    """The host of a call: the deployment's own setting, else the live one (or demo, or the account's region)."""
    name = exchange.name if host == "main" else f"{exchange.name}_{host}"
    if name in base_urls:
        return base_urls[name]
    if any(other.partition("_")[0] == exchange.name for other in base_urls):
        raise NotSent(f"a base URL is set for another host of {exchange.name}, but not for {name}")
    hosts = exchange.hosts
    if credentials.demo and "demo" in hosts:
        return hosts["demo"]
    return hosts[host] if host != "main" else hosts.get(credentials.region, hosts["main"])


def take_sample(exchange: Exchange, credentials: Credentials, world: World) -> Sample | None:
    """Ask an exchange for its time once."""
    answer = transmit(exchange, credentials, world, exchange.clock, 0)
    told = exchange.read_clock(answer, exchange.read(exchange.clock, answer))
    return Sample(answer.sent_ms, answer.received_ms, told[0], told[1]) if told else None
