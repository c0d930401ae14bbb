"""The record of an order says in words what was sent, with everything that went along."""

from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.order import MarginMode, OrderType, Plan, PositionSide, Side, TimeInForce, Unit
from order_relay.core.symbol import Market
from order_relay.core.take_profits import Part
from order_relay.service.describing import describe_plan
from tests.service.bench import Bench
from tests.service.cases import market_buy


def plan(**more: Any) -> Plan:
    sized = {"quantity": Decimal("5.0"), "type": OrderType.MARKET, **more}
    return Plan("id", "BTC-USDT-SWAP", Market.PERP, Side.BUY, **sized)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, "buy 5 at market"),
        ({"unit": Unit.CONTRACTS, "price": Decimal("61000.10")}, "buy 5 contracts at 61000.1"),
        ({"unit": Unit.QUOTE}, "buy 5 of quote currency at market"),
        ({"reduce_only": True}, "buy 5 at market, only to reduce"),
        ({"reduce_only": True, "whole": True}, "buy 5 at market, the whole position"),
        ({"time_in_force": TimeInForce.POST_ONLY, "price": Decimal(1)}, "buy 5 at 1, post_only order"),
        ({"trigger_price": Decimal(61000)}, "buy 5 at market, trigger 61000"),
        ({"trail": Decimal("0.015")}, "buy 5 at market, trailing by 1.5%"),
        (
            {"position_side": PositionSide.LONG, "margin_mode": MarginMode.ISOLATED},
            "buy 5 at market, long side, isolated margin",
        ),
        (
            {"take_profit": Decimal(65000), "stop_loss": Decimal(58000)},
            "buy 5 at market, take-profit 65000, stop-loss 58000",
        ),
        (
            {"take_profits": (Part(Decimal(65000), Decimal(3)), Part(Decimal(66000), Decimal(2)))},
            "buy 5 at market, take-profit 65000 for 3, take-profit 66000 for 2",
        ),
    ],
    ids=str,
)
def test_an_order_is_told_with_its_conditions(more: dict[str, Any], told: str) -> None:
    assert describe_plan(plan(**more)) == told


def test_the_history_tells_what_was_sent_and_a_dry_run_what_would_have_been(bench: Bench) -> None:
    body = market_buy("BTCUSDT.P", take_profit="65000", stop_loss="58000")
    order = bench.run(body, accounts=["okx"])
    told = "buy 1 contracts at market, take-profit 65000, stop-loss 58000"
    assert f"attempt 1: {told}" in [entry["note"] for entry in order["history"]]
    dry = bench.run({**body, "id": "2"}, limits={"dry_run": True})
    assert dry["reason"] == f"dry run: {told} was not sent"
