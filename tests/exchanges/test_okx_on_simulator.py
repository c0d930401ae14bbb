"""OKX's adapter on the simulated exchange: stops, attached exits, leverage and equity, there and back."""

from dataclasses import replace
from decimal import Decimal

import pytest

from order_relay.core.exchange import Found, Handle, Profile, Sought, Status, Wanted
from order_relay.core.order import MarginMode, OrderType, Plan, PositionSide, Side, Unit
from order_relay.core.outcome import Verdict
from order_relay.core.symbol import Market
from order_relay.core.take_profits import Part
from order_relay.exchanges.okx import EXCHANGE
from tests.exchanges.okx_cases import CASH, HEDGE, simulated
from tests.exchanges.simulated import Simulated

CLIENT_ID = "r0000000000000000000000000000001"
ENTRY = Plan("entry1", "BTCUSDT", Market.PERP, Side.BUY, OrderType.MARKET, Decimal(5), Unit.CONTRACTS)
EXIT = replace(
    ENTRY,
    client_id=CLIENT_ID,
    side=Side.SELL,
    type=OrderType.STOP,
    reduce_only=True,
    trigger_price=Decimal(59000),
    above=False,
)
BREAKOUT = replace(EXIT, side=Side.BUY, reduce_only=False, trigger_price=Decimal(61000), above=True)
TRAIL = replace(EXIT, type=OrderType.TRAILING, trigger_price=None, above=None, trail=Decimal("0.01"))
SPOT_BUY = replace(BREAKOUT, market=Market.SPOT, quantity=Decimal(610), unit=Unit.QUOTE, trigger_price=Decimal(61000))


@pytest.fixture
def relay() -> Simulated:
    return simulated()


def find(relay: Simulated, plan: Plan, order_id: str | None = None) -> Found | None:
    sought = Sought(plan, relay.clock.now, order_id)
    return EXCHANGE.find(relay.ask, sought, relay.instrument(plan.market, plan.symbol), relay.profile)


@pytest.mark.parametrize("plan", [EXIT, BREAKOUT, TRAIL, SPOT_BUY], ids=["exit", "entry", "trailing", "spot"])
def test_a_stop_waits_is_listed_and_is_cancelled(relay: Simulated, plan: Plan) -> None:
    relay.place(ENTRY)
    assert find(relay, plan) is None
    stop_id = relay.place(plan)
    instrument = relay.instrument(plan.market, plan.symbol)
    found = find(relay, plan)
    assert found is not None
    assert (found.order_id, found.status, found.stop) == (stop_id, Status.OPEN, True)
    assert (found.side, found.quantity, found.client_id) == (plan.side, plan.quantity, CLIENT_ID)
    assert EXCHANGE.open_orders(relay.ask, instrument, relay.profile) == [found]
    call = EXCHANGE.cancel(Handle(stop_id, None, stop=True), instrument, relay.profile)
    assert [relay.send(call).verdict for _ in range(2)] == [Verdict.ACCEPTED, Verdict.GONE]
    ended = find(relay, plan, stop_id)
    assert ended is not None
    assert (ended.status, ended.stop) == (Status.CANCELLED, False)


def test_a_stop_is_cancelled_by_our_id(relay: Simulated) -> None:
    relay.place(BREAKOUT)
    call = EXCHANGE.cancel(Handle(None, CLIENT_ID, stop=True), relay.instrument(Market.PERP), CASH)
    assert relay.send(call).verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("mode", ["one_way", "hedge"])
def test_a_triggered_exit_closes_the_position_and_shows_its_order(relay: Simulated, mode: str) -> None:
    relay.venue.accounts["okx"].change({"position_mode": mode})
    relay.profile = HEDGE if mode == "hedge" else CASH
    side = PositionSide.LONG if mode == "hedge" else None
    relay.place(replace(ENTRY, position_side=side))
    plan = replace(EXIT, position_side=side)
    stop_id = relay.place(plan)
    relay.venue.set_price("perp", "BTC-USDT-SWAP", "58900")
    found = find(relay, plan)
    assert found is not None
    assert (found.status, found.filled, found.average) == (Status.FILLED, Decimal(5), Decimal(58900))
    assert found.order_id != stop_id
    assert find(relay, plan, found.order_id) == found
    assert EXCHANGE.positions(relay.ask, relay.instrument(Market.PERP), relay.profile) == []


def test_a_triggered_stop_limit_rests_as_an_order(relay: Simulated) -> None:
    plan = replace(BREAKOUT, price=Decimal(60900))
    relay.place(plan)
    relay.venue.set_price("perp", "BTC-USDT-SWAP", "61000")
    found = find(relay, plan)
    assert found is not None
    assert (found.status, found.stop, found.price, found.client_id) == (
        Status.OPEN,
        False,
        Decimal(60900),
        CLIENT_ID,
    )
    assert EXCHANGE.open_orders(relay.ask, relay.instrument(Market.PERP), CASH) == [found]


def test_a_spot_stop_spends_the_money_it_names(relay: Simulated) -> None:
    relay.place(SPOT_BUY)
    relay.venue.set_price("spot", "BTC-USDT", "61000")
    assert EXCHANGE.equity(relay.ask, "BTC", Market.SPOT, CASH) == Decimal("100.01")
    found = find(relay, SPOT_BUY)
    assert found is not None
    assert (found.status, found.quantity, found.filled) == (Status.FILLED, Decimal(610), Decimal(610))


def test_a_market_already_past_the_trigger_refuses_the_exit(relay: Simulated) -> None:
    relay.place(ENTRY)
    relay.venue.set_price("perp", "BTC-USDT-SWAP", "58000")
    outcome = relay.send(EXCHANGE.place(EXIT, relay.instrument(Market.PERP), CASH))
    assert (outcome.verdict, outcome.code) == (Verdict.REJECTED, "51280")
    assert find(relay, EXIT) is None


@pytest.mark.parametrize("entry", [ENTRY, replace(ENTRY, type=OrderType.LIMIT, price=Decimal(60500)), BREAKOUT])
@pytest.mark.parametrize(("price", "kept"), [("57900", 0), ("64000", 1), ("65100", 0)])
def test_attached_exits_guard_the_position(relay: Simulated, entry: Plan, price: str, kept: int) -> None:
    relay.place(replace(entry, take_profit=Decimal(65000), stop_loss=Decimal(58000)))
    relay.venue.set_price("perp", "BTC-USDT-SWAP", "61000")
    relay.venue.set_price("perp", "BTC-USDT-SWAP", price)
    instrument = relay.instrument(Market.PERP)
    assert len(EXCHANGE.positions(relay.ask, instrument, CASH)) == kept
    assert len(EXCHANGE.open_orders(relay.ask, instrument, CASH)) == 2 * kept


@pytest.mark.parametrize("entry", [ENTRY, replace(ENTRY, type=OrderType.LIMIT, price=Decimal(60500)), BREAKOUT])
@pytest.mark.parametrize(
    ("prices", "left", "waiting"),
    [(["64000"], 5, 3), (["65100"], 3, 2), (["65100", "66100"], 0, 0), (["57900"], 0, 0), (["65100", "57900"], 0, 0)],
)
def test_several_take_profits_close_their_parts(
    relay: Simulated, entry: Plan, prices: list[str], left: int, waiting: int
) -> None:
    parts = (Part(Decimal(65000), Decimal(2)), Part(Decimal(66000), Decimal(3)))
    relay.place(replace(entry, take_profits=parts, stop_loss=Decimal(58000)))
    for price in ("61000", *prices):
        relay.venue.set_price("perp", "BTC-USDT-SWAP", price)
    instrument = relay.instrument(Market.PERP)
    assert sum(one.quantity for one in EXCHANGE.positions(relay.ask, instrument, CASH)) == left
    assert len(EXCHANGE.open_orders(relay.ask, instrument, CASH)) == waiting


@pytest.mark.parametrize("mode", ["one_way", "hedge"])
@pytest.mark.parametrize("margin", MarginMode)
def test_leverage_is_set_once(relay: Simulated, mode: str, margin: MarginMode) -> None:
    relay.venue.accounts["okx"].change({"position_mode": mode})
    profile = Profile(hedge=mode == "hedge", trade_mode="cash")
    assert EXCHANGE.arrange is not None
    instrument = relay.instrument(Market.PERP)
    wanted = Wanted(Decimal(7), margin, PositionSide.SHORT if profile.hedge else None)
    calls = EXCHANGE.arrange(relay.ask, wanted, instrument, profile)
    assert [relay.ask(call).verdict for call in calls] == [Verdict.ACCEPTED]
    assert EXCHANGE.arrange(relay.ask, wanted, instrument, profile) == []


def test_equity_counts_what_orders_hold(relay: Simulated) -> None:
    resting = replace(ENTRY, market=Market.SPOT, type=OrderType.LIMIT, quantity=Decimal(1), unit=Unit.BASE)
    relay.place(replace(resting, price=Decimal(50000)))
    available = EXCHANGE.available(relay.ask, "USDT", Market.SPOT, CASH)
    assert (available, EXCHANGE.equity(relay.ask, "USDT", Market.SPOT, CASH)) == (Decimal(950000), Decimal(1000000))
    assert EXCHANGE.equity(relay.ask, "XRP", Market.PERP, CASH) == 0
