"""The way to the exchanges: real simulated venues behind a network that loses, delays and cuts."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate

from order_relay.core.call import Request
from order_relay.core.outcome import Answer
from order_relay.core.ports import NoAnswer, NotSent
from tests.simulation.books import Fill, Watch, entries
from tests.simulation.faults import Plan
from tests.simulation.process import Process
from tests.simulation.scheduler import Scheduler
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.faults import Fault, FaultScript
from tools.exchange_simulator.message import Answer as VenueAnswer
from tools.exchange_simulator.message import Drop, Hang, HttpRequest, HttpResponse
from tools.exchange_simulator.registry import VENUES
from tools.exchange_simulator.venue import Venue

TIMEOUT_MS = 3_000
SLOWEST_HOP_MS = 60


@dataclass(slots=True, kw_only=True)
class Sent:
    """One placement that was handed to the network, and the orders and stops an exchange made of it."""

    intent: str | None
    venue: str
    at_ms: int
    skew_ms: int
    orders: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Journey:
    """One request on its way; `answer` is there once the exchange has spoken."""

    venue: Venue
    http: HttpRequest
    sent: Sent | None
    answer: VenueAnswer | None = None
    answered_ms: int = 0
    date_ms: int = 0


class CountingScript(FaultScript):
    """A venue's fault script that tells the plan which row struck."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self._plan = plan

    def take(self, op: str, path: str, now_ms: int) -> Fault | None:
        found = super().take(op, path, now_ms)
        if found and "row" in found.details:
            self._plan.hits[found.details["row"]] += 1
        return found


@dataclass(slots=True)
class Network:
    """All venues of a run, every placement ever sent to them, and every fill."""

    scheduler: Scheduler
    plan: Plan
    rng: random.Random
    venues: dict[str, Venue] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    calls: list[tuple[int, str, str]] = field(default_factory=list)
    _ops: dict[str, Mapping[tuple[str, str], str]] = field(default_factory=dict)
    _watches: dict[str, Watch] = field(default_factory=dict)

    def venue(self, name: str) -> Venue:
        if name not in self.venues:
            venue = self.venues[name] = VENUES[name](DEFAULT_ACCOUNTS, lambda: self.scheduler.now_ms)
            venue.faults = CountingScript(self.plan)
            self._watches[name] = Watch(venue)
            self._ops[name] = {key: route.op for key, route in venue.routes().items()}
        return self.venues[name]

    def op(self, venue: Venue, request: Request) -> str:
        return self._ops[venue.name].get((request.method, request.target.partition("?")[0]), "other")

    def deliver(self, journey: Journey) -> None:
        """Let the exchange work a request now, and note which orders and fills came of it."""
        known = set(entries(journey.venue)) if journey.sent else set()
        self.ripen(journey.venue)
        answer = journey.venue.handle(journey.http)
        if isinstance(answer, Hang) and answer.resume:
            answer = answer.resume()
        journey.answer, journey.answered_ms = answer, self.scheduler.now_ms
        journey.date_ms = journey.venue.clock_ms()
        self.fills += self._watches[journey.venue.name].look(self.scheduler.now_ms)
        if journey.sent:
            journey.sent.orders += [order_id for order_id in entries(journey.venue) if order_id not in known]

    def ripen(self, venue: Venue) -> None:
        """Let what is only entrusted become real where it is due, and note its fills."""
        venue.matching.advance()
        self.fills += self._watches[venue.name].look(self.scheduler.now_ms)


@dataclass(slots=True)
class SimulatedWire:
    """The network as one process uses it: one request at a time, 3 s of patience."""

    process: Process
    network: Network

    def send(self, base_url: str, request: Request) -> Answer:
        host = base_url.removeprefix("sim://")
        venue = self.network.venue(host.partition("_")[0])
        op = self.network.op(venue, request)
        self.process.touch(f"send {op}")
        fault = self.network.plan.take("network", f"{self.process.name} {host}", op)
        if fault and fault.kind == "refuse":
            self.process.note(f"{op} to {host}: connection refused (row {fault.row})")
            raise NotSent("NewConnectionError")
        http = HttpRequest(request.method, request.target, _lower(request.headers), request.body, host)
        journey = Journey(venue, http, self._witness(venue, op))
        sent_ms, started_ms = self.process.clock.wall_ms(), self.network.scheduler.now_ms
        if not fault or fault.kind != "lose":
            out_ms = self._hop() + (fault.delay_ms if fault and fault.kind == "delay" else 0)
            self.network.scheduler.at(started_ms + out_ms, lambda: self.network.deliver(journey))
        if op in ("place", "cancel"):
            cause = f" ({fault.kind}, row {fault.row})" if fault else ""
            self.process.note(f"{op} to {host}{cause}")
        self.process.mark(f"left {op}")
        answer = self._await(journey, started_ms, cut=fault is not None and fault.kind == "cut")
        if op in ("place", "cancel"):
            self.process.note(f"{op} answered HTTP {answer.status} {answer.body[:120]!r}")
        self.process.mark(f"answered {op}")
        date = formatdate(journey.date_ms // 1000, usegmt=True)
        headers = {"date": date, **_lower(answer.headers)}
        return Answer(answer.status, headers, answer.body, sent_ms, self.process.clock.wall_ms())

    def _await(self, journey: Journey, started_ms: int, *, cut: bool) -> HttpResponse:
        """Wait for the answer and its way back; what is not here after 3 s never comes."""
        scheduler, back_ms = self.network.scheduler, self._hop()
        scheduler.wait(SLOWEST_HOP_MS)
        if journey.answer is None:
            scheduler.wait(TIMEOUT_MS - SLOWEST_HOP_MS)
            raise NoAnswer("ReadTimeout")
        scheduler.wait(max(0, journey.answered_ms + back_ms - scheduler.now_ms))
        if isinstance(journey.answer, Drop) or cut:
            self.process.note("connection reset, no answer")
            raise NoAnswer("ConnectionResetError")
        if isinstance(journey.answer, Hang):
            scheduler.wait(max(0, started_ms + TIMEOUT_MS - scheduler.now_ms))
            self.process.note("read timed out, no answer")
            raise NoAnswer("ReadTimeout")
        return journey.answer

    def _hop(self) -> int:
        return self.network.rng.randint(5, SLOWEST_HOP_MS)

    def _witness(self, venue: Venue, op: str) -> Sent | None:
        now = self.network.scheduler.now_ms
        self.network.calls.append((now, venue.name, op))
        if op != "place":
            return None
        sent = Sent(intent=self.process.intent, venue=venue.name, at_ms=now, skew_ms=self.process.lowest_skew_ms)
        self.network.sent.append(sent)
        return sent


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
