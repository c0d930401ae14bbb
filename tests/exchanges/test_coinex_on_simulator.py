"""CoinEx's adapter on the simulated exchange: stops from placement to fill, leverage, equity."""

from dataclasses import replace
from decimal import Decimal

import pytest

from order_relay.core.exchange import Handle, Sought, Status, Wanted
from order_relay.core.order import MarginMode, OrderType, Plan, Side
from order_relay.core.outcome import Verdict
from order_relay.core.symbol import Market
from order_relay.exchanges.coinex import EXCHANGE
from tests.exchanges.simulated import Simulated

ID = "r0000000000000000000000000000001"
ENTRY = Plan(ID, "BTCUSDT", Market.PERP, Side.BUY, OrderType.MARKET, Decimal("0.5"))
STOP = replace(ENTRY, type=OrderType.STOP, side=Side.SELL, trigger_price=Decimal(59000), above=False)
MARKETS = [Market.SPOT, Market.PERP]


@pytest.fixture
def relay() -> Simulated:
    return Simulated(EXCHANGE)


def find(relay: Simulated, plan: Plan, order_id: str | None = None) -> tuple[str, Status, bool] | None:
    sought = Sought(plan, relay.clock.now, order_id)
    found = EXCHANGE.find(relay.ask, sought, relay.instrument(plan.market), relay.profile)
    return (found.order_id, found.status, found.stop) if found else None


@pytest.mark.parametrize("market", MARKETS)
def test_a_stop_waits_triggers_and_is_then_shown_as_its_order(relay: Simulated, market: Market) -> None:
    plan = replace(STOP, market=market)
    stop_id = relay.place(plan)
    assert find(relay, plan) == find(relay, plan, stop_id) == (stop_id, Status.OPEN, True)
    relay.venue.set_price(market.value, "BTCUSDT", "58900")
    shown = find(relay, plan, stop_id)
    assert shown is not None
    assert shown[0] != stop_id
    assert shown[1:] == (Status.FILLED, False)


@pytest.mark.parametrize("market", MARKETS)
def test_a_triggered_stop_limit_rests_and_is_cancelled_as_an_order(relay: Simulated, market: Market) -> None:
    plan, instrument = replace(STOP, market=market, price=Decimal(59500)), relay.instrument(market)
    stop_id = relay.place(plan)
    relay.venue.set_price(market.value, "BTCUSDT", "58900")
    shown = find(relay, plan, stop_id)
    assert shown is not None
    assert shown[1:] == (Status.OPEN, False)
    outcome = relay.send(EXCHANGE.cancel(Handle(shown[0], ID), instrument, relay.profile))
    assert outcome.verdict is Verdict.ACCEPTED
    assert find(relay, plan, shown[0]) is None


@pytest.mark.parametrize("market", MARKETS)
@pytest.mark.parametrize("by_id", [True, False])
def test_a_waiting_stop_is_listed_cancelled_and_leaves_no_trace(relay: Simulated, market: Market, by_id: bool) -> None:
    plan, instrument = replace(STOP, market=market), relay.instrument(market)
    stop_id = relay.place(plan)
    assert [one.order_id for one in EXCHANGE.open_orders(relay.ask, instrument, relay.profile)] == [stop_id]
    handle = Handle(stop_id if by_id else None, ID, stop=True)
    outcomes = [relay.send(EXCHANGE.cancel(handle, instrument, relay.profile)).verdict for _ in range(2)]
    assert outcomes == [Verdict.ACCEPTED, Verdict.GONE]
    assert find(relay, plan) is find(relay, plan, stop_id) is None
    assert EXCHANGE.open_orders(relay.ask, instrument, relay.profile) == []


def test_leverage_and_margin_mode_are_set_once(relay: Simulated) -> None:
    assert EXCHANGE.arrange is not None
    instrument, wanted = relay.instrument(Market.PERP), Wanted(Decimal(5), MarginMode.ISOLATED)
    for call in EXCHANGE.arrange(relay.ask, wanted, instrument, relay.profile):
        assert relay.send(call).verdict is Verdict.ACCEPTED
    account = relay.venue.accounts["coinex"]
    assert (account.leverage_of("perp", "BTCUSDT"), account.margin_mode_of("perp", "BTCUSDT")) == (
        Decimal(5),
        "isolated",
    )
    relay.place(ENTRY)
    assert EXCHANGE.arrange(relay.ask, wanted, instrument, relay.profile) == []
    assert len(EXCHANGE.arrange(relay.ask, Wanted(Decimal(6)), instrument, relay.profile)) == 1


def test_equity_does_not_shrink_by_orders_and_grows_by_open_profit(relay: Simulated) -> None:
    resting = replace(ENTRY, type=OrderType.LIMIT, price=Decimal(50000))
    for plan in (ENTRY, resting, replace(resting, market=Market.SPOT)):
        relay.place(plan)
    relay.venue.set_price("perp", "BTCUSDT", "60100")
    equities = [EXCHANGE.equity(relay.ask, "USDT", market, relay.profile) for market in MARKETS]
    assert equities == [Decimal(1_000_000), Decimal(1_000_050)]
    assert EXCHANGE.equity(relay.ask, "DOGE", Market.PERP, relay.profile) == 0
