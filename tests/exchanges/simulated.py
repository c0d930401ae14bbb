"""An adapter at work on a simulated exchange: every call is signed, handed over and its answer classified."""

from dataclasses import dataclass, field

from order_relay.core.call import Call, Credentials
from order_relay.core.exchange import Exchange, Instrument, Profile
from order_relay.core.order import Plan
from order_relay.core.outcome import Answer, Failed, Op, Outcome, Verdict, classify
from order_relay.core.symbol import Market
from tests.simulator.signing import Clock
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS, credentials
from tools.exchange_simulator.message import HttpRequest, HttpResponse
from tools.exchange_simulator.registry import VENUES
from tools.exchange_simulator.venue import Venue


@dataclass
class Simulated:
    """One exchange, its simulated twin and the twin's default account."""

    exchange: Exchange
    profile: Profile = field(default_factory=Profile)
    clock: Clock = field(default_factory=Clock)
    requests: int = 0
    venue: Venue = field(init=False)

    def __post_init__(self) -> None:
        self.venue = VENUES[self.exchange.name](DEFAULT_ACCOUNTS, self.clock)

    def send(self, call: Call) -> Outcome:
        """Sign one call, hand it over, and say what the answer means."""
        self.requests += 1
        row = credentials()[self.exchange.name]
        keys = Credentials(row["exchange"], row["key"], row["secret"])
        request = self.exchange.sign(call, keys, self.clock.now, f"{self.requests:032d}")
        host = self.exchange.name if call.host == "main" else f"{self.exchange.name}_{call.host}"
        headers = {name.lower(): value for name, value in request.headers.items()}
        said = self.venue.handle(HttpRequest(request.method, request.target, headers, request.body, host))
        assert isinstance(said, HttpResponse), said
        answer = Answer(said.status, {name.lower(): value for name, value in said.headers.items()}, said.body)
        return classify(self.exchange.rules, call.op, answer, self.exchange.read(call, answer))

    def ask(self, call: Call) -> Outcome:
        """Send what is no order; raises Failed unless it is answered."""
        assert call.op in (Op.READ, Op.PUBLIC, Op.SET), call
        outcome = self.send(call)
        if outcome.verdict not in (Verdict.ACCEPTED, Verdict.GONE):
            raise Failed(outcome)
        return outcome

    def instrument(self, market: Market, name: str = "BTCUSDT") -> Instrument:
        found = self.exchange.instrument(self.ask, name, market)
        assert found is not None
        return found

    def place(self, plan: Plan) -> str:
        """Place an order that must be accepted; returns the exchange's id."""
        outcome = self.send(self.exchange.place(plan, self.instrument(plan.market, plan.symbol), self.profile))
        assert outcome.verdict is Verdict.ACCEPTED, outcome
        order_id = self.exchange.placed(outcome.data)
        assert order_id is not None
        return order_id
