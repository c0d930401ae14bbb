"""Bitunix's adapter on the simulated exchange: attached take-profit and stop-loss, leverage, equity."""

from dataclasses import replace
from decimal import Decimal

import pytest

from order_relay.core.exchange import Profile, Wanted
from order_relay.core.order import MarginMode, OrderType, Plan, PositionSide, Side
from order_relay.core.outcome import Failed, Op, Verdict
from order_relay.core.symbol import Market
from order_relay.exchanges.bitunix import EXCHANGE
from tests.exchanges.simulated import Simulated

MARKET = Plan(
    "r0000000000000000000000000000001",
    "BTCUSDT",
    Market.PERP,
    Side.BUY,
    OrderType.MARKET,
    Decimal("0.5"),
    take_profit=Decimal(65000),
    stop_loss=Decimal(59000),
)
LIMIT = replace(MARKET, type=OrderType.LIMIT, price=Decimal(60100))


@pytest.fixture
def relay() -> Simulated:
    return Simulated(EXCHANGE)


@pytest.mark.parametrize("plan", [LIMIT, MARKET])
@pytest.mark.parametrize("price", ["58900", "65100"])
@pytest.mark.parametrize("mode", ["one_way", "hedge"])
def test_an_attached_stop_closes_the_position_and_ends_its_rival(
    relay: Simulated, plan: Plan, price: str, mode: str
) -> None:
    relay.venue.accounts["bitunix"].change({"position_mode": mode})
    relay.profile = Profile(hedge=mode == "hedge")
    relay.place(replace(plan, position_side=PositionSide.LONG if relay.profile.hedge else None))
    instrument = relay.instrument(Market.PERP)
    assert len(EXCHANGE.positions(relay.ask, instrument, relay.profile)) == 1
    assert len(relay.venue.stops(relay.venue.accounts["bitunix"])) == 2
    relay.venue.set_price("perp", "BTCUSDT", price)
    assert EXCHANGE.positions(relay.ask, instrument, relay.profile) == []
    states = {stop.state for stop in relay.venue.stops(relay.venue.accounts["bitunix"])}
    assert states == {"triggered", "cancelled"}


def test_leverage_and_margin_mode_are_set_once(relay: Simulated) -> None:
    assert EXCHANGE.arrange is not None
    instrument, wanted = relay.instrument(Market.PERP), Wanted(Decimal(5), MarginMode.ISOLATED)
    calls = EXCHANGE.arrange(relay.ask, wanted, instrument, relay.profile)
    assert [relay.send(call).verdict for call in calls] == [Verdict.ACCEPTED, Verdict.ACCEPTED]
    assert EXCHANGE.arrange(relay.ask, wanted, instrument, relay.profile) == []


def test_leverage_is_locked_while_an_order_is_open(relay: Simulated) -> None:
    assert EXCHANGE.arrange is not None
    relay.place(replace(LIMIT, price=Decimal(50000)))
    instrument = relay.instrument(Market.PERP)
    (call,) = EXCHANGE.arrange(relay.ask, Wanted(Decimal(5)), instrument, relay.profile)
    assert call.op is Op.SET
    with pytest.raises(Failed, match="20006"):
        relay.ask(call)


def test_equity_does_not_shrink_by_orders_and_grows_by_open_profit(relay: Simulated) -> None:
    relay.place(MARKET)
    relay.venue.set_price("perp", "BTCUSDT", "60100")
    equities = [EXCHANGE.equity(relay.ask, "USDT", market, relay.profile) for market in (Market.SPOT, Market.PERP)]
    assert equities == [Decimal(1_000_000), Decimal(1_000_050)]
