"""The matching engine: fills, positions, profit, deferred orders and stops."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.simulator.drafts import perp
from tests.simulator.signing import Client, Clock
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.coinex import CoinEx
from tools.exchange_simulator.order import Rejected


@pytest.fixture
def venue(clock: Clock) -> CoinEx:
    return CoinEx(DEFAULT_ACCOUNTS, clock)


def test_a_resting_order_fills_at_its_own_price_when_the_price_comes(venue: CoinEx) -> None:
    order = venue.matching.place(perp("buy", "1", price=Decimal(59_000)))
    venue.set_price("perp", "BTCUSDT", "59000.5")
    assert venue.state.orders.get(order.order_id) == order
    venue.set_price("perp", "BTCUSDT", "58000")
    filled = venue.state.orders.get(order.order_id)
    assert filled is not None
    assert (filled.state, filled.average_price) == ("filled", Decimal(59_000))


@pytest.mark.parametrize(
    ("side", "price", "state"),
    [("buy", "60000.5", "filled"), ("buy", "60000", "open"), ("sell", "59999.5", "filled"), ("sell", "60000", "open")],
)
def test_a_new_limit_crosses_at_the_best_price_of_the_other_side(
    venue: CoinEx, side: str, price: str, state: str
) -> None:
    assert venue.matching.place(perp(side, "1", price=Decimal(price))).state == state


def test_scripted_liquidity_fills_piece_by_piece(venue: CoinEx) -> None:
    venue.set_liquidity("perp", "BTCUSDT", "0.4")
    order = venue.matching.place(perp("buy", "1", price=Decimal(61_000)))
    assert (order.state, order.filled) == ("open", Decimal("0.4"))
    venue.set_price("perp", "BTCUSDT", "60500")
    venue.set_price("perp", "BTCUSDT", "60500")
    order = venue.state.orders.values()[0]
    assert (order.state, order.filled, order.average_price) == ("filled", Decimal(1), Decimal(60_600))


def test_a_market_order_never_rests(venue: CoinEx) -> None:
    venue.set_liquidity("perp", "BTCUSDT", "0.4")
    order = venue.matching.place(perp("buy", "1", tif="ioc"))
    assert (order.state, order.filled) == ("cancelled", Decimal("0.4"))


def test_profit_is_paid_when_a_position_closes(venue: CoinEx) -> None:
    venue.matching.place(perp("buy", "2"))
    venue.set_price("perp", "BTCUSDT", "61000")
    venue.matching.place(perp("sell", "3"))
    position = venue.positions(venue.accounts["coinex"])[0]
    assert (position.quantity, position.entry_price) == (Decimal(-1), Decimal(61_000))
    assert venue.funds.total("coinex", "perp", "USDT") == Decimal(1_002_000)


def test_adding_to_a_position_averages_its_entry(venue: CoinEx) -> None:
    venue.matching.place(perp("sell", "1"))
    venue.set_price("perp", "BTCUSDT", "62000")
    venue.matching.place(perp("sell", "1"))
    position = venue.positions(venue.accounts["coinex"])[0]
    assert (position.quantity, position.entry_price) == (Decimal(-2), Decimal(61_000))


def test_two_reducing_orders_cannot_close_the_same_position(venue: CoinEx) -> None:
    venue.matching.place(perp("buy", "1"))
    venue.matching.place(perp("sell", "0.7", price=Decimal(70_000), reduce_only=True))
    with pytest.raises(Rejected, match="position_too_small"):
        venue.matching.place(perp("sell", "0.4", reduce_only=True))


def test_a_resting_reducing_order_dies_with_its_position(venue: CoinEx) -> None:
    venue.matching.place(perp("buy", "1"))
    order = venue.matching.place(perp("sell", "1", price=Decimal(70_000), reduce_only=True))
    venue.matching.place(perp("sell", "1"))
    venue.set_price("perp", "BTCUSDT", "71000")
    dead = venue.state.orders.get(order.order_id)
    assert dead is not None
    assert dead.state == "cancelled"
    assert venue.positions(venue.accounts["coinex"]) == []


@pytest.mark.parametrize(("fails", "state"), [(False, "filled"), (True, "failed")])
def test_an_entrusted_order_becomes_real_or_fails_later(venue: CoinEx, clock: Clock, fails: bool, state: str) -> None:
    venue.matching.defer(perp("buy", "1"), wait_ms=2_000, fails=fails)
    clock.now += 1_999
    assert venue.accepted_orders()[0]["state"] == "entrusting"
    clock.now += 1
    assert venue.accepted_orders()[0]["state"] == state


def test_an_entrusted_order_is_real_for_the_next_request(venue: CoinEx, client: Client, clock: Clock) -> None:
    venue.matching.defer(perp("buy", "1"), wait_ms=2_000, fails=False)
    clock.now += 2_000
    assert client.get("/v2/futures/pending-position?market_type=FUTURES")["data"][0]["open_interest"] == "1"


def test_a_stop_that_has_nothing_to_close_fails(venue: CoinEx) -> None:
    venue.matching.place_stop(perp("sell", "1", reduce_only=True), Decimal(59_000))
    venue.set_price("perp", "BTCUSDT", "58000")
    assert [row["state"] for row in venue.accepted_orders()] == ["failed"]
