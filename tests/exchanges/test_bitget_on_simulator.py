"""Bitget's adapter on the simulated exchange, classic and unified: stops, attached exits, leverage and equity."""

from dataclasses import replace
from decimal import Decimal

import pytest

from order_relay.core.exchange import Found, Handle, Sought, Status, Wanted
from order_relay.core.order import MarginMode, OrderType, Plan, PositionSide, Side, Unit
from order_relay.core.outcome import Verdict
from order_relay.core.symbol import Market
from order_relay.exchanges.bitget import EXCHANGE
from tests.exchanges.bitget_cases import simulated
from tests.exchanges.simulated import Simulated

ENTRY = Plan("entry1", "BTCUSDT", Market.PERP, Side.BUY, OrderType.MARKET, Decimal("0.05"))
EXIT = replace(
    ENTRY,
    client_id="stop1",
    side=Side.SELL,
    type=OrderType.STOP,
    reduce_only=True,
    trigger_price=Decimal(59000),
    above=False,
)
BREAKOUT = replace(EXIT, side=Side.BUY, reduce_only=False, trigger_price=Decimal(61000), above=True)
TRAIL = replace(EXIT, type=OrderType.TRAILING, trigger_price=Decimal(60500), trail=Decimal("0.01"))
SPOT_SELL = replace(EXIT, market=Market.SPOT, reduce_only=False)
SPOT_BUY = replace(BREAKOUT, market=Market.SPOT, quantity=Decimal(610), unit=Unit.QUOTE)
SPOT_LIMIT = replace(SPOT_SELL, price=Decimal(58990))
CASES = [
    ("bitget", EXIT),
    ("bitget", BREAKOUT),
    ("bitget", TRAIL),
    ("bitget", SPOT_SELL),
    ("bitget", SPOT_BUY),
    ("bitget", SPOT_LIMIT),
    ("bitget_uta", EXIT),
]


def open_account(account: str, market: Market = Market.PERP, mode: str = "one_way") -> Simulated:
    """An account that holds a long position of 0.05 BTC."""
    relay = simulated(account, market)
    relay.venue.accounts[account].change({"position_mode": mode})
    relay.profile = replace(relay.profile, hedge=mode == "hedge")
    if market is Market.PERP:
        relay.place(replace(ENTRY, position_side=PositionSide.LONG if mode == "hedge" else None))
    return relay


def find(relay: Simulated, plan: Plan, order_id: str | None = None) -> Found | None:
    sought = Sought(plan, relay.clock.now, order_id)
    return EXCHANGE.find(relay.ask, sought, relay.instrument(plan.market), relay.profile)


@pytest.mark.parametrize(("account", "plan"), CASES)
def test_a_stop_waits_is_listed_and_is_cancelled(account: str, plan: Plan) -> None:
    relay = open_account(account, plan.market)
    assert find(relay, plan) is None
    stop_id = relay.place(plan)
    instrument = relay.instrument(plan.market)
    found = find(relay, plan)
    assert found is not None
    assert (found.order_id, found.status, found.stop) == (stop_id, Status.OPEN, True)
    assert (found.side, found.quantity, found.client_id) == (plan.side, plan.quantity, "stop1")
    assert (found.price, find(relay, plan, stop_id)) == (plan.price, found)
    assert EXCHANGE.open_orders(relay.ask, instrument, relay.profile) == [found]
    call = EXCHANGE.cancel(Handle(stop_id, None, stop=True), instrument, relay.profile)
    assert [relay.send(call).verdict for _ in range(2)] == [Verdict.ACCEPTED, Verdict.GONE]
    ended = find(relay, plan, stop_id)
    assert ended is not None
    assert (ended.status, ended.stop) == (Status.CANCELLED, False)


@pytest.mark.parametrize("account", ["bitget", "bitget_uta"])
@pytest.mark.parametrize("mode", ["one_way", "hedge"])
def test_a_triggered_exit_closes_the_position(account: str, mode: str) -> None:
    relay = open_account(account, mode=mode)
    plan = replace(EXIT, position_side=PositionSide.LONG if mode == "hedge" else None)
    stop_id = relay.place(plan)
    relay.venue.set_price("perp", "BTCUSDT", "58900")
    found = find(relay, plan)
    assert found is not None
    assert (found.status, found.filled, found.side) == (Status.FILLED, Decimal("0.05"), Side.SELL)
    assert (found.order_id != stop_id) == (account == "bitget")
    assert found.average == (Decimal(58900) if account == "bitget" else None)
    assert find(relay, plan, found.order_id) == found
    assert EXCHANGE.positions(relay.ask, relay.instrument(Market.PERP), relay.profile) == []


@pytest.mark.parametrize("plan", [SPOT_BUY, replace(SPOT_BUY, quantity=Decimal("0.01"), unit=Unit.BASE)])
def test_a_triggered_spot_stop_shows_its_order(plan: Plan) -> None:
    relay = open_account("bitget", Market.SPOT)
    stop_id = relay.place(plan)
    relay.venue.set_price("spot", "BTCUSDT", "61000")
    found = find(relay, plan)
    assert found is not None
    assert (found.status, found.order_id != stop_id) == (Status.FILLED, True)
    assert found.quantity == plan.quantity


def test_a_triggered_stop_limit_rests_as_an_order() -> None:
    relay = open_account("bitget")
    plan = replace(BREAKOUT, price=Decimal(60900))
    relay.place(plan)
    relay.venue.set_price("perp", "BTCUSDT", "61000")
    found = find(relay, plan)
    assert found is not None
    assert (found.status, found.stop, found.price) == (Status.OPEN, False, Decimal(60900))
    assert EXCHANGE.open_orders(relay.ask, relay.instrument(Market.PERP), relay.profile) == [found]


def test_a_unified_exit_needs_a_position() -> None:
    relay = simulated("bitget_uta", Market.PERP)
    outcome = relay.send(EXCHANGE.place(EXIT, relay.instrument(Market.PERP), relay.profile))
    assert (outcome.verdict, outcome.code) == (Verdict.FLAT, "25601")


@pytest.mark.parametrize(
    ("account", "entry"),
    [
        ("bitget", ENTRY),
        ("bitget", replace(ENTRY, type=OrderType.LIMIT, price=Decimal(60500))),
        ("bitget", BREAKOUT),
        ("bitget_uta", ENTRY),
        ("bitget_uta", replace(ENTRY, type=OrderType.LIMIT, price=Decimal(60500))),
    ],
)
@pytest.mark.parametrize(("price", "kept"), [("57900", 0), ("64000", 1), ("65100", 0)])
def test_attached_exits_guard_the_position(account: str, entry: Plan, price: str, kept: int) -> None:
    relay = simulated(account, Market.PERP)
    relay.place(replace(entry, take_profit=Decimal(65000), stop_loss=Decimal(58000)))
    relay.venue.set_price("perp", "BTCUSDT", "61000")
    relay.venue.set_price("perp", "BTCUSDT", price)
    assert len(EXCHANGE.positions(relay.ask, relay.instrument(Market.PERP), relay.profile)) == kept


def test_attached_exits_sell_what_a_spot_entry_bought() -> None:
    relay = simulated("bitget", Market.SPOT)
    entry = replace(ENTRY, market=Market.SPOT, type=OrderType.LIMIT, price=Decimal(60500))
    relay.place(replace(entry, take_profit=Decimal(65000), stop_loss=Decimal(58000)))
    assert EXCHANGE.equity(relay.ask, "BTC", Market.SPOT, relay.profile) == Decimal("100.05")
    relay.venue.set_price("spot", "BTCUSDT", "57900")
    assert EXCHANGE.equity(relay.ask, "BTC", Market.SPOT, relay.profile) == 100


@pytest.mark.parametrize("mode", ["one_way", "hedge"])
@pytest.mark.parametrize("margin", MarginMode)
def test_margin_mode_and_leverage_of_a_classic_account_are_set_once(mode: str, margin: MarginMode) -> None:
    relay = simulated("bitget", Market.PERP)
    relay.venue.accounts["bitget"].change({"position_mode": mode})
    assert EXCHANGE.arrange is not None
    instrument = relay.instrument(Market.PERP)
    wanted = Wanted(Decimal(7), margin, PositionSide.SHORT if mode == "hedge" else None)
    calls = EXCHANGE.arrange(relay.ask, wanted, instrument, relay.profile)
    assert [relay.ask(call).verdict for call in calls] == [Verdict.ACCEPTED] * (1 + (margin is MarginMode.ISOLATED))
    assert [relay.ask(call).verdict for call in calls[-1:]] == [Verdict.GONE]
    assert EXCHANGE.arrange(relay.ask, wanted, instrument, relay.profile) == []


def test_the_leverage_of_a_unified_account_is_set_once() -> None:
    relay = simulated("bitget_uta", Market.PERP)
    assert EXCHANGE.arrange is not None
    instrument, wanted = relay.instrument(Market.PERP), Wanted(Decimal(7))
    calls = EXCHANGE.arrange(relay.ask, wanted, instrument, relay.profile)
    assert [relay.ask(call).verdict for call in calls] == [Verdict.ACCEPTED]
    assert EXCHANGE.arrange(relay.ask, wanted, instrument, relay.profile) == []


@pytest.mark.parametrize("account", ["bitget", "bitget_uta"])
def test_equity_counts_what_orders_hold(account: str) -> None:
    relay = simulated(account, Market.SPOT)
    resting = replace(ENTRY, market=Market.SPOT, type=OrderType.LIMIT, quantity=Decimal(1), price=Decimal(50000))
    relay.place(resting)
    profile = relay.profile
    assert EXCHANGE.available(relay.ask, "USDT", Market.SPOT, profile) == Decimal(950000)
    assert EXCHANGE.equity(relay.ask, "USDT", Market.SPOT, profile) == Decimal(1000000)
    assert EXCHANGE.equity(relay.ask, "USDT", Market.PERP, profile) == Decimal(1000000)
