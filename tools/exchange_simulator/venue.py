"""The exchange-independent part of an HTTP exchange: request in, answer out, no socket and no sleep."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from tools.exchange_simulator import ledger
from tools.exchange_simulator.accounts import ANONYMOUS, Account
from tools.exchange_simulator.faults import Fault, FaultScript
from tools.exchange_simulator.ledger import Ledger
from tools.exchange_simulator.message import Answer, HttpRequest, HttpResponse, read_json
from tools.exchange_simulator.order import Draft, Order, Refusal, Stop
from tools.exchange_simulator.world import World


@dataclass(frozen=True)
class Call:
    """An authenticated request; `account` is ANONYMOUS on public routes, `body` is decoded JSON or None."""

    request: HttpRequest
    op: str
    account: Account
    query: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Route:
    """What a (method, path) does; `op` is what faults name: place, cancel, query, time, instruments or another."""

    op: str
    run: Callable[[Call], object]
    public: bool = False
    host: str = ""  # only on this host, when a venue has several


class Venue(World):
    """One exchange. A subclass says what its documentation says; this class does what all exchanges do."""

    hosts: ClassVar[tuple[str, ...]]  # one local server each; EXCHANGE_URL_<HOST> names it
    key_header: ClassVar[str]  # lower case
    general: ClassVar[tuple[str, str]]  # code and message of a fault that names none

    def __init__(self, accounts: Mapping[str, Mapping[str, Any]], now_ms: Callable[[], int]) -> None:
        super().__init__(accounts, now_ms)
        self._routes = self.routes()

    # ---- what a subclass must write -------------------------------------------------------------

    @abstractmethod
    def routes(self) -> Mapping[tuple[str, str], Route]:
        """Map (METHOD, path) to what it does."""

    @abstractmethod
    def authenticate(self, request: HttpRequest) -> Account:
        """Check key, signature over the raw bytes and timestamp; raise Refusal."""

    @abstractmethod
    def success(self, call: Call, data: object) -> HttpResponse:
        """Wrap what a route returned; not called when the route returned an HttpResponse itself."""

    @abstractmethod
    def refuse(self, request: HttpRequest, op: str, refusal: Refusal) -> HttpResponse:
        """Render the native error envelope; `op` is the route's."""

    # ---- what a subclass may replace (besides World.new_id) -------------------------------------

    def read_body(self, request: HttpRequest) -> Any:
        """Decode the body; an undecodable one is refused as `malformed`."""
        try:
            return read_json(request.body) if request.body else None
        except ValueError as exc:
            raise self.rejection("malformed") from exc

    # ---- one request ----------------------------------------------------------------------------

    def handle(self, request: HttpRequest) -> Answer:
        """Answer one request, or say Drop or Hang; the fault script goes first."""
        with self.lock:
            op = self._op(request)
            fault = self.faults.take(op, request.path, self.now_ms())
            row = self.ledger.open(self.now_ms(), op, request, fault.kind if fault else None)
            answer = self.faults.strike(fault, _Delivery(self, request, fault, row))
            ledger.close(row, answer)
            return answer

    def perform(self, request: HttpRequest) -> HttpResponse:
        """Run a request for real, whatever the fault script says."""
        op = self._op(request)
        self.matching.advance()
        try:
            return self._run(request, op)
        except Refusal as refusal:
            return self.refuse(request, op, refusal)

    def _run(self, request: HttpRequest, op: str) -> HttpResponse:
        route = self._route(request)
        if route is None:
            raise self.rejection(self._lost(request))
        account = ANONYMOUS if route.public else self.authenticate(request)
        self.row["verified"] = not route.public
        call = Call(request, op, account, request.query(), self.read_body(request))
        result = route.run(call)
        return result if isinstance(result, HttpResponse) else self.success(call, result)

    def _route(self, request: HttpRequest) -> Route | None:
        route = self._routes.get((request.method, request.path))
        return None if route and route.host and request.host and route.host != request.host else route

    def _lost(self, request: HttpRequest) -> str:
        """Name why there is no route; a venue that knows `bad_method` tells a wrong verb from a wrong path."""
        known = any(path == request.path for _, path in self._routes)
        return "bad_method" if known and "bad_method" in self.rejections else "no_route"

    def _op(self, request: HttpRequest) -> str:
        route = self._route(request)
        return route.op if route else "other"

    # ---- for routes and drivers -----------------------------------------------------------------

    def submit(self, draft: Draft) -> Order:
        """Place a draft and note it in the ledger; refuses with the documented code."""
        self.note(draft.client_id, None)
        order = self.execute(draft)
        self.note(order.client_id, order.order_id)
        return order

    def submit_stop(self, draft: Draft, trigger_price: Decimal, closes_position: bool = False, group: str = "") -> Stop:
        """Store a stop and note it in the ledger; a draft that breaks an instrument rule is refused."""
        self.note(draft.client_id, None)
        flaw = None if closes_position else self.markets.of(draft).flaw(draft)
        if flaw:
            raise self.rejection(flaw, draft.product)
        stop = self.matching.place_stop(draft, trigger_price, closes_position, group)
        self.note(None, stop.stop_id)
        return stop

    def note(self, client_id: str | None, order_id: str | None) -> None:
        """Write the ids a request speaks of into its ledger row."""
        self.row["client_id"] = client_id or self.row["client_id"]
        self.row["order_id"] = order_id or self.row["order_id"]

    def reset(self) -> None:
        """Forget everything but the configured accounts; ids go on counting."""
        with self.lock:
            super().reset()
            self.faults = FaultScript()
            self.ledger = Ledger(self.name)
            self.fault: Fault | None = None  # the fault of the request that runs now
            self.row: ledger.Row = {}  # its ledger row

    def add_fault(self, **row: Any) -> None:
        """Append to the fault script: add_fault(op="place", kind="accept_then_drop")."""
        with self.lock:
            self.faults.add(row, self.now_ms())


@dataclass(frozen=True)
class _Delivery:
    """A request on its way through the fault script."""

    venue: Venue
    request: HttpRequest
    fault: Fault | None
    row: ledger.Row

    def execute(self) -> HttpResponse:
        venue = self.venue
        with venue.lock:
            venue.fault, venue.row = self.fault, self.row
            answer = venue.perform(self.request)
            venue.fault = None
            ledger.close(self.row, answer)
            return answer

    def pretend(self) -> HttpResponse:
        saved = self.venue.state.copy()
        answer = self.execute()
        self.venue.state.restore(saved)
        return answer

    def refuse(self, refusal: Refusal) -> HttpResponse:
        return self.venue.refuse(self.request, str(self.row["op"]), refusal)

    def general_refusal(self) -> Refusal:
        return Refusal(*self.venue.general)

    def key_shown(self) -> str:
        return self.request.header(self.venue.key_header)
