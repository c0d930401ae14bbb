"""One run: the relay's real use cases between simulated ports, a route of one or two accounts, and a plan of faults."""

import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

from order_relay.core.ports import Unavailable
from order_relay.exchanges import EXCHANGES
from order_relay.service.desk import Memory, World
from order_relay.service.intake import Intake
from order_relay.service.later import Later
from order_relay.service.redriving import Redrive
from order_relay.service.switching import BadCommand
from order_relay.service.worker import Worker
from tests.service.bench import Recorder
from tests.simulation.books import held, native
from tests.simulation.clock import HostClock
from tests.simulation.exchange import Network, SimulatedWire
from tests.simulation.faults import Plan
from tests.simulation.journal import SimulatedJournal, Store
from tests.simulation.lanes import Container, Lane
from tests.simulation.process import Process
from tests.simulation.queue import FifoQueue, SimulatedInbox, SimulatedLetters, SimulatedOutbox
from tests.simulation.scheduler import Scheduler
from tests.simulation.sender import TOKEN, Door, Sender
from tests.simulation.trace import START_MS, Trace
from tests.simulation.vault import SimulatedVault
from tools.exchange_simulator.accounts import credentials
from tools.exchange_simulator.venue import Venue

HOSTS = ("coinex", "okx", "bitget", "bitunix", "bitunix_futures", "jex")
CONCURRENCY = {"orders": 3, "cancels": 2}
OPERATOR_MS = 60_000
USUAL_SKEW_MS = 300


@dataclass(slots=True, kw_only=True)
class Place:
    """Where a run trades."""

    account: str
    market: str

    @property
    def exchange(self) -> str:
        return self.account.partition("_")[0]

    @property
    def symbol(self) -> str:
        return "BTCUSDT.P" if self.market == "perp" else "BTCUSDT"

    @property
    def native(self) -> str:
        """The exchange's own spelling of the symbol."""
        return native(self.account, self.market, self.symbol)


class Simulation:
    """Everything of one run; rows of the fault table arrange what will happen in it.

    Most of them trouble the exchange of the place; a second account only trades the same alerts.
    """

    def __init__(self, seed: int, place: Place, second: str | None = None) -> None:
        self.rng = random.Random(seed)
        self.place = place
        self.accounts = [place.account, *([second] if second else [])]
        self.limits: dict[str, object] = {}
        self.trace = Trace()
        self.scheduler = Scheduler()
        self.plan = Plan(lambda: self.scheduler.now_ms, random.Random(seed + 1))
        self.store = Store()
        self.recorder = Recorder()
        self.crashes: list[str] = []
        self.told: list[str] = []
        self.rows: list[str] = []
        self.number = 0
        self.host_skew_ms = 0
        self.watched: list[tuple[str, Callable[[], object]]] = []
        self.checks: list[Callable[[], str | None]] = []
        self.found: list[str] = []
        self.secrets: dict[str, Any] = {f"accounts/{name}": secret for name, secret in credentials().items()}
        self.secrets["routes"] = {"main": self.route(TOKEN)}
        self.queues = {name: self._queue(name) for name in CONCURRENCY}
        self.network = Network(self.scheduler, self.plan, self.rng)
        self.venue: Venue = self.network.venue(place.exchange)
        self.lanes = {name: self._lane(name, number) for name, number in CONCURRENCY.items()}
        self.sender = Sender(scheduler=self.scheduler, cold=self._door, accounts=len(self.accounts))

    # For the rows

    def route(self, *tokens: str) -> dict[str, Any]:
        hashes = [sha256(token.encode()).hexdigest() for token in tokens]
        options = {"control": True}
        rest = {"accounts": self.accounts, "format": "native", "limits": self.limits, "options": options}
        return {"token_sha256": hashes, **rest}

    def limit(self, **limits: object) -> None:
        """Bound what the route may send."""
        self.limits |= limits

    def venue_of(self, account: str) -> Venue:
        return self.network.venue(account.partition("_")[0])

    def held(self, account: str, symbol: str, at_ms: int | None = None) -> Decimal:
        """What an account holds of an alert's symbol, signed, in base coins, by the exchange's book."""
        market = "perp" if symbol.endswith(".P") else "spot"
        return held(self.venue_of(account), account, market, native(account, market, symbol), at_ms)

    @property
    def partition(self) -> str:
        return f"{self.place.exchange}#{self.place.account}#{self.place.market}#BTCUSDT"

    def s(self, seconds: float) -> int:
        """A virtual moment, so many seconds after the start."""
        return START_MS + round(seconds * 1000)

    def at(self, seconds: float, event: Callable[[], None]) -> None:
        self.scheduler.at(self.s(seconds), event)

    def watch(self, row: str, happened: Callable[[], object]) -> None:
        """Count a row as met if this holds at the end."""
        self.watched.append((row, happened))

    def next_number(self) -> int:
        self.number += 1
        return self.number

    def operate(self, seconds: float, command: Mapping[str, Any]) -> None:
        """Let an operator run the redrive function."""
        self.at(seconds, lambda: self.scheduler.spawn(lambda: self._operate(command)))

    def operator(self, seconds: float, act: Callable[[SimulatedJournal], None]) -> None:
        """Let an operator write to the journal."""
        self.at(seconds, lambda: self.scheduler.spawn(lambda: self._act(act)))

    def _act(self, act: Callable[[SimulatedJournal], None]) -> None:
        process = self.process("operator")
        process.begin(OPERATOR_MS)
        with suppress(Unavailable, Later):
            act(SimulatedJournal(process, self.store))

    # Processes

    def process(self, name: str) -> Process:
        skew_ms = self.host_skew_ms + self.rng.randint(-USUAL_SKEW_MS, USUAL_SKEW_MS)
        clock = HostClock(self.scheduler, skew_ms)
        rng = random.Random(self.rng.getrandbits(64))
        return Process(name=name, scheduler=self.scheduler, clock=clock, plan=self.plan, trace=self.trace, rng=rng)

    def world(self, process: Process) -> World:
        """What a fresh process knows of the world outside."""
        return World(
            wire=SimulatedWire(process, self.network), vault=SimulatedVault(process, self.secrets),
            clock=process.clock, jitter=process.rng.random, nonce=lambda: f"{process.rng.getrandbits(128):032x}",
            remaining_ms=process.remaining_ms, base_urls={host: f"sim://{host}" for host in HOSTS}, memory=Memory(),
        )  # fmt: skip

    def _container(self, name: str) -> Container:
        process = self.process(name)
        world = self.world(process)
        worker = Worker(
            exchanges=EXCHANGES, journal=SimulatedJournal(process, self.store), vault=world.vault,
            inbox=SimulatedInbox(process, self.queues[name.partition("-")[0]]), clock=process.clock,
            signals=self.recorder, world=world, jitter=process.rng.random,
        )  # fmt: skip
        return Container(process, worker)

    def _door(self, name: str) -> Door:
        process = self.process(name)
        process.clock.skew_ms = 0
        outbox = SimulatedOutbox(process, self.queues)
        vault = SimulatedVault(process, self.secrets)
        return Door(process, Intake(vault=vault, outbox=outbox, clock=process.clock, signals=self.recorder))

    def _operate(self, command: Mapping[str, Any]) -> None:
        process = self.process("operator")
        process.begin(OPERATOR_MS)
        redrive = Redrive(
            journal=SimulatedJournal(process, self.store), exchanges=EXCHANGES,
            routes=SimulatedVault(process, self.secrets).routes,
            letters=SimulatedLetters(process, self.queues), outbox=SimulatedOutbox(process, self.queues),
            clock=process.clock, signals=self.recorder,
        )  # fmt: skip
        try:
            answer = repr(redrive.run(command))
        except (BadCommand, Unavailable) as exc:
            answer = str(exc)
        except Exception as exc:
            answer = f"{type(exc).__name__}: {exc}"
            self.crashes.append(f"the operator's command {dict(command)} raised {answer}")
        self.told.append(answer)
        process.note(f"{dict(command)} -> {answer[:300]}")

    def _queue(self, name: str) -> FifoQueue:
        dead = FifoQueue(f"{name}-dlq", lambda: self.scheduler.now_ms, self.rng)
        return FifoQueue(name, lambda: self.scheduler.now_ms, self.rng, dead)

    def _lane(self, name: str, concurrency: int) -> Lane:
        queue = self.queues[name]
        lane = Lane(
            name=name, queue=queue, scheduler=self.scheduler, rng=random.Random(self.rng.getrandbits(64)),
            concurrency=concurrency, cold=self._container, crashes=self.crashes,
        )  # fmt: skip
        queue.changed = lane.poll_soon
        return lane
