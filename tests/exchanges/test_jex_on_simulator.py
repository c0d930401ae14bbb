"""JEX's adapter on the simulated exchange: stops from placement to fill, leverage, equity."""

from dataclasses import replace
from decimal import Decimal

import pytest

from order_relay.core.exchange import Found, Handle, Sought, Status, Wanted
from order_relay.core.order import OrderType, Plan, Side
from order_relay.core.outcome import Verdict
from order_relay.core.symbol import Market
from order_relay.exchanges.jex import EXCHANGE
from tests.exchanges.simulated import Simulated

LONG = Plan("c1", "BTCUSDT", Market.PERP, Side.BUY, OrderType.LIMIT, Decimal("0.5"), price=Decimal(60100))
STOP = Plan(
    "c2",
    "BTCUSDT",
    Market.PERP,
    Side.SELL,
    OrderType.STOP,
    Decimal("0.5"),
    price=Decimal(58000),
    reduce_only=True,
    trigger_price=Decimal(59000),
    above=False,
)


@pytest.fixture
def relay() -> Simulated:
    return Simulated(EXCHANGE)


def find(relay: Simulated, plan: Plan, order_id: str | None = None) -> Found | None:
    sought = Sought(plan, relay.clock.now, order_id)
    return EXCHANGE.find(relay.ask, sought, relay.instrument(plan.market), relay.profile)


@pytest.mark.parametrize(
    ("side", "above", "trigger", "price"),
    [
        (Side.SELL, False, 59000, 58000),
        (Side.SELL, True, 61000, 60500),
        (Side.BUY, True, 61000, 62000),
        (Side.BUY, False, 59000, 59500),
    ],
    ids=["stop of a long", "profit of a long", "stop of a short", "profit of a short"],
)
def test_a_stop_or_take_profit_waits_triggers_and_fills(
    relay: Simulated, side: Side, above: bool, trigger: int, price: int
) -> None:
    relay.place(LONG if side is Side.SELL else replace(LONG, side=Side.SELL, price=Decimal(59900)))
    plan = replace(STOP, side=side, above=above, trigger_price=Decimal(trigger), price=Decimal(price))
    stop_id = relay.place(plan)
    for known in (None, stop_id):
        found = find(relay, plan, known)
        assert found is not None
        assert (found.order_id, found.status, found.stop) == (stop_id, Status.OPEN, True)
    relay.venue.set_price("perp", "BTCUSDT", str(trigger))
    found = find(relay, plan, stop_id)
    assert found is not None
    assert (found.status, found.filled, found.stop) == (Status.FILLED, Decimal("0.5"), False)
    assert EXCHANGE.positions(relay.ask, relay.instrument(Market.PERP), relay.profile) == []


def test_a_stop_without_a_position_is_rejected(relay: Simulated) -> None:
    outcome = relay.send(EXCHANGE.place(STOP, relay.instrument(Market.PERP), relay.profile))
    assert outcome.verdict is Verdict.REJECTED


def test_a_waiting_stop_is_listed_and_cancelled(relay: Simulated) -> None:
    relay.place(LONG)
    stop_id, instrument = relay.place(STOP), relay.instrument(Market.PERP)
    listed = EXCHANGE.open_orders(relay.ask, instrument, relay.profile)
    assert [(one.order_id, one.stop) for one in listed] == [(stop_id, True)]
    call = EXCHANGE.cancel(Handle(stop_id, None, stop=True), instrument, relay.profile)
    assert [relay.send(call).verdict for _ in range(2)] == [Verdict.ACCEPTED, Verdict.GONE]
    found = find(relay, STOP, stop_id)
    assert found is not None
    assert (found.status, found.stop) == (Status.CANCELLED, False)
    assert EXCHANGE.open_orders(relay.ask, instrument, relay.profile) == []


def test_leverage_is_set_once(relay: Simulated) -> None:
    assert EXCHANGE.arrange is not None
    instrument, wanted = relay.instrument(Market.PERP), Wanted(Decimal(5))
    for call in EXCHANGE.arrange(relay.ask, wanted, instrument, relay.profile):
        assert relay.send(call).verdict is Verdict.ACCEPTED
    relay.place(LONG)
    assert EXCHANGE.arrange(relay.ask, wanted, instrument, relay.profile) == []


def test_equity_does_not_shrink_by_orders_and_positions(relay: Simulated) -> None:
    for plan in (LONG, replace(LONG, price=Decimal(50000)), replace(LONG, market=Market.SPOT, price=Decimal(50000))):
        relay.place(plan)
    for market in (Market.PERP, Market.SPOT):
        assert EXCHANGE.equity(relay.ask, "USDT", market, relay.profile) == 1_000_000
