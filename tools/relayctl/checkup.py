"""Doctor's look at one account: the relay's own desk asks the exchange, and every answer becomes a finding."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from order_relay.core.account import read_account
from order_relay.core.call import Credentials, Request
from order_relay.core.clock import Sample, best
from order_relay.core.exchange import Exchange, Profile
from order_relay.core.money import plain
from order_relay.core.outcome import Answer, Failed
from order_relay.core.ports import Missing, NoAnswer, NotSent, Unavailable, Wire
from order_relay.core.refusal import Refusal
from order_relay.core.symbol import Market
from order_relay.exchanges import EXCHANGES
from order_relay.service.desk import CLOCK_SAMPLES, Desk, World, take_sample
from order_relay.service.later import Later
from order_relay.service.timekeeping import SKEW_WORTH_A_LOOK_MS
from tools.relayctl.advice import Check
from tools.relayctl.findings import Finding, fine, note, problem, refused
from tools.relayctl.standing import standing

SYMBOL = "BTCUSDT"
ASSET = "USDT"
SLOW_MS = 1_000
_USED = (Market.SPOT, Market.PERP)


class Stopwatch:
    """A wire that remembers how long each call took."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self.took_ms: list[int] = []

    def send(self, base_url: str, request: Request) -> Answer:
        answer = self._wire.send(base_url, request)
        self.took_ms.append(answer.received_ms - answer.sent_ms)
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """One account; `aws_clock` is the witness when this machine and the exchange disagree about the time."""

    account: str
    world: World
    stopwatch: Stopwatch
    aws_clock: Callable[[], Sample | None]

    def findings(self) -> Iterator[Finding]:
        """Every finding in the order of the checks; ends where nothing more can be asked."""
        try:
            exchange, secret = self._secret()
            desk = Desk(exchange, self.account, secret, self.world)
            keys = read_account(self.account, secret, needs_passphrase=exchange.passphrase)
        except (Missing, Unavailable) as exc:
            yield problem(Check.SECRET, f"{str(exc)[:1].upper()}{str(exc)[1:]}.", "Write it with `relayctl init`.")
            return
        fields = ", ".join(sorted(secret))
        yield fine(Check.SECRET, f"The secret is complete ({fields}): {exchange.name}, {keys.environment}.")
        samples = self._samples(exchange, keys)
        if isinstance(samples, Finding):
            yield samples
            return
        yield self._clock(exchange, samples)
        yield from self._asked(desk, keys, min(max(0, sample.round_trip_ms) for sample in samples))
        yield from _instruments(desk)

    def _secret(self) -> tuple[Exchange, Mapping[str, Any]]:
        secret = self.world.vault.account(self.account, fresh=True)
        exchange = EXCHANGES.get(str(secret.get("exchange")))
        if exchange is None:
            raise Missing(f"'exchange' of account {self.account!a} must be one of {', '.join(EXCHANGES)}")
        return exchange, secret

    # Time

    def _samples(self, exchange: Exchange, keys: Credentials) -> list[Sample] | Finding:
        try:
            told = [take_sample(exchange, keys, self.world) for _ in range(CLOCK_SAMPLES)]
        except (NotSent, NoAnswer) as exc:
            says = f"{exchange.name} cannot be reached from this machine ({exc})."
            return problem(Check.LATENCY, says, "Check the network, and the EXCHANGE_URL_* settings if there are any.")
        samples = [sample for sample in told if sample]
        if samples:
            return samples
        return problem(Check.CLOCK, f"{exchange.name} does not tell its time.", "Look at the exchange's status page.")

    def _clock(self, exchange: Exchange, samples: list[Sample]) -> Finding:
        offset = best(samples, samples[-1].received_ms, 0)
        if abs(offset.value_ms) <= SKEW_WORTH_A_LOOK_MS + offset.error_ms:
            return fine(Check.CLOCK, f"The clocks agree: {exchange.name} is {_signed(offset.value_ms)} ms from here.")
        apart = f"{abs(offset.value_ms) / 1000:.1f} s {'ahead of' if offset.value_ms > 0 else 'behind'}"
        says = f"The clock of {exchange.name} is {apart} this machine's"
        witness = self.aws_clock()
        if witness is None:
            return problem(Check.CLOCK, f"{says}; nobody else tells the time.", "Compare this machine's clock.")
        if abs(witness.offset_ms) <= SKEW_WORTH_A_LOOK_MS + witness.error_ms:
            advice = "The relay signs by the exchange's clock, so orders work. Look at the exchange's status page."
            return problem(Check.CLOCK, f"{says}, and AWS agrees with this machine: the exchange is wrong.", advice)
        advice = "Switch on time synchronisation here. The functions on AWS have clocks of their own."
        return problem(Check.CLOCK, f"{says}, and AWS disagrees with this machine too: this clock is wrong.", advice)

    # Keys

    def _asked(self, desk: Desk, keys: Credentials, public_ms: int) -> Iterator[Finding]:
        """Signed reads of every market; one refused key says all there is to say."""
        with suppress(Later):  # measured now, so that only signed calls are timed from here on
            desk.stamp_ms()
        self.stopwatch.took_ms.clear()
        profiles: dict[Market, Profile] = {}
        for market in [market for market in _USED if market in desk.exchange.markets]:
            found = _read(desk, market)
            if isinstance(found, Finding):
                yield found
                if not profiles:
                    return
            else:
                profiles[market] = found
        if not profiles:
            return
        yield fine(Check.KEY, "The key works: signed calls were answered.")
        yield from standing(desk, keys, profiles)
        yield _latency(desk.exchange.name, public_ms, max(0, min(self.stopwatch.took_ms)))


def _read(desk: Desk, market: Market) -> Profile | Finding:
    what = f"a signed {market.value} call"
    try:
        profile = desk.profile(market)
        desk.exchange.available(desk.ask, ASSET, market, profile)
        return profile
    except Failed as exc:
        return refused(desk.exchange, exc.outcome, what)
    except (Later, Refusal) as exc:
        return problem(Check.KEY, f"{desk.exchange.name} could not be asked {what}: {exc}.", "Run doctor again.")


def _instruments(desk: Desk) -> Iterator[Finding]:
    for market in [market for market in _USED if market in desk.exchange.markets]:
        what = f"{SYMBOL} {market.value}"
        try:
            found = desk.instrument(SYMBOL, market)
        except Failed as exc:
            yield refused(desk.exchange, exc.outcome, f"for the rules of {what}")
        except Later as exc:
            yield problem(Check.INSTRUMENTS, f"The rules of {what} could not be read: {exc}.", "Run doctor again.")
        else:
            if found is None or not found.tradable:
                state = "lists no" if found is None else "does not trade"
                yield note(Check.INSTRUMENTS, f"{desk.exchange.name} {state} {what}.", "Look at its announcements.")
            else:
                sizes = {"tick": found.tick, "step": found.step, "minimum": found.minimum}
                rules = ", ".join(f"{name} {plain(size)}" for name, size in sizes.items())
                yield fine(Check.INSTRUMENTS, f"The rules of {what} can be read: {rules} {found.unit.value}.")


def _latency(name: str, public_ms: int, signed_ms: int) -> Finding:
    says = f"{name} answers a public call in {public_ms} ms and a signed one in {signed_ms} ms from this machine."
    if max(public_ms, signed_ms) < SLOW_MS:
        return fine(Check.LATENCY, says)
    return note(
        Check.LATENCY, says, "The worker gives up after 1 s to connect and 3 s to read: choose a nearer region."
    )


def _signed(value_ms: int) -> str:
    return f"{value_ms:+d}" if value_ms else "0"
