"""JEX: stop and take-profit orders of a contract, leverage, and all of an asset."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.exchange import Handle, Instrument, Sought, Status, Wanted
from order_relay.core.order import MarginMode, OrderType, Plan, Side, TimeInForce, Unit
from order_relay.core.outcome import Failed, Op, Verdict, classify
from order_relay.core.refusal import Refusal
from order_relay.core.symbol import Market
from order_relay.exchanges.jex import EXCHANGE
from tests.exchanges.jex_cases import (
    OPTION,
    OPTION_PLAN,
    PERP,
    PERP_PLAN,
    PROFILE,
    SENT_MS,
    SPOT,
    SPOT_PLAN,
    answer,
    contract_order,
    script,
)
from tests.exchanges.scripted import Script

STOP = replace(
    PERP_PLAN,
    type=OrderType.STOP,
    side=Side.SELL,
    price=Decimal("3650.0"),
    trigger_price=Decimal(3700),
    above=False,
    reduce_only=True,
)
ID = "4613019726031880200"
OPEN, ENDED = "/api/v1/contract/openOrders?symbol=BTCUSDT&", "/api/v1/contract/historyOrders?symbol=BTCUSDT&"


def stop(**changes: Any) -> dict[str, Any]:
    """A waiting stop as the contract lists show it."""
    shown = {"type": "stopLimit", "side": "sell", "origQty": "-1.0000", "price": "3650", "triggerPrice": "3700"}
    return contract_order(**(shown | changes))


# Placing


@pytest.mark.parametrize(
    ("side", "above", "kind"),
    [
        (Side.SELL, False, "stopLimit"),
        (Side.SELL, True, "profitLimit"),
        (Side.BUY, True, "stopLimit"),
        (Side.BUY, False, "profitLimit"),
    ],
)
def test_the_side_of_the_market_tells_a_stop_from_a_take_profit(side: Side, above: bool, kind: str) -> None:
    call = EXCHANGE.place(replace(STOP, side=side, above=above), PERP, PROFILE)
    assert (call.op, call.method, call.target) == (Op.PLACE, "POST", "/api/v1/contract/order")
    assert call.body == (
        f"symbol=BTCUSDT&side={side.value.upper()}&type={kind}&quantity=1&price=3650"
        "&triggerType=lastPrice&triggerPrice=3700&newOrderRespType=RESULT&recvWindow=5000"
    )


def test_a_stop_never_turns_into_a_close_at_market() -> None:
    assert "triggerPrice=3700" in EXCHANGE.place(replace(STOP, whole=True, sweep=True), PERP, PROFILE).body


@pytest.mark.parametrize(
    ("plan", "instrument", "why"),
    [
        (replace(STOP, reduce_only=False), PERP, "only ever reduces"),
        (replace(STOP, price=None), PERP, "needs a price"),
        (replace(STOP, above=None), PERP, "known side of the market"),
        (replace(STOP, trigger_price=None), PERP, "needs a trigger price"),
        (replace(STOP, time_in_force=TimeInForce.IOC), PERP, "no ioc orders"),
        (replace(STOP, unit=Unit.QUOTE), PERP, "in the base asset"),
        (replace(STOP, market=Market.SPOT), SPOT, "contracts only, not for spot"),
        (replace(STOP, market=Market.OPTION), OPTION, "contracts only, not for option"),
        (replace(STOP, type=OrderType.TRAILING, trail=Decimal("0.01")), PERP, "no trailing orders"),
        (replace(SPOT_PLAN, type=OrderType.TRAILING, trail=Decimal("0.01")), SPOT, "no trailing orders"),
        (replace(PERP_PLAN, take_profit=Decimal(4000)), PERP, "no take-profit or stop-loss"),
        (replace(SPOT_PLAN, stop_loss=Decimal(1)), SPOT, "no take-profit or stop-loss"),
        (replace(OPTION_PLAN, stop_loss=Decimal(1)), OPTION, "no take-profit or stop-loss"),
        (replace(STOP, stop_loss=Decimal(3000)), PERP, "no take-profit or stop-loss"),
    ],
)
def test_what_jex_does_not_have_is_refused_before_anything_is_sent(
    plan: Plan, instrument: Instrument, why: str
) -> None:
    with pytest.raises(Refusal, match=f"unsupported: .*{why}"):
        EXCHANGE.place(plan, instrument, PROFILE)


def test_a_stop_without_its_id_is_no_success() -> None:
    call = EXCHANGE.place(STOP, PERP, PROFILE)
    for body in ({"symbol": "BTCUSDT"}, {"orderId": ""}, {}):
        said = answer(body)
        assert classify(EXCHANGE.rules, call.op, said, EXCHANGE.read(call, said)).verdict is Verdict.AMBIGUOUS
    said = answer({"symbol": "BTCUSDT", "orderId": ID, "status": "entrusting", "type": "stoplimit"})
    reading = EXCHANGE.read(call, said)
    assert reading is not None
    assert EXCHANGE.placed(reading.data) == ID


def test_a_stop_is_cancelled_as_any_order_by_its_id() -> None:
    waiting, resting = (EXCHANGE.cancel(Handle(ID, None, stop), PERP, PROFILE) for stop in (True, False))
    assert waiting == resting
    with pytest.raises(Refusal):
        EXCHANGE.cancel(Handle(None, "c1", stop=True), PERP, PROFILE)


# Finding


@pytest.mark.parametrize(
    ("changes", "status", "waits"),
    [
        ({}, Status.OPEN, True),
        ({"type": "STOPLIMIT"}, Status.OPEN, True),
        ({"type": "profitLimit"}, Status.OPEN, True),
        ({"status": "PARTFILLED", "executedQty": "-0.5"}, Status.OPEN, False),
        ({"status": "FILLED", "executedQty": "-1"}, Status.FILLED, False),
        ({"status": "CANCEL"}, Status.CANCELLED, False),
        ({"status": "FAIL", "reject": "margin"}, Status.FAILED, False),
    ],
)
def test_a_stop_is_one_only_while_it_waits(changes: dict[str, Any], status: Status, waits: bool) -> None:
    ask = script(("GET", f"/api/v1/contract/order?symbol=BTCUSDT&orderId={ID}", stop(**changes)))
    found = EXCHANGE.find(ask, Sought(STOP, SENT_MS, ID), PERP, PROFILE)
    assert found is not None
    assert (found.order_id, found.status, found.stop) == (ID, status, waits)
    assert (found.side, found.quantity, found.price) == (Side.SELL, Decimal(1), Decimal(3650))


def test_a_limit_order_is_no_stop() -> None:
    found = EXCHANGE.find(script(("GET", "/api", contract_order())), Sought(PERP_PLAN, SENT_MS, ID), PERP, PROFILE)
    assert found is not None
    assert not found.stop


NOT_OURS = [
    stop(orderId="1", type="profitLimit"),
    stop(orderId="2", type="LIMIT"),
    stop(orderId="3", triggerPrice="3701"),
    stop(orderId="4", price="3651"),
    stop(orderId="5", origQty="-2"),
    stop(orderId="6", side="buy"),
    stop(orderId="7", time=SENT_MS - 2_001),
    stop(orderId="8"),
]


@pytest.mark.parametrize("ours", [stop(orderId="9"), stop(orderId="9", type="STOPLIMIT", triggerPrice=None)])
def test_a_stop_of_unknown_id_is_found_by_its_attributes(ours: dict[str, Any]) -> None:
    ask = script(("GET", OPEN, NOT_OURS), ("GET", ENDED, [ours]))
    found = EXCHANGE.find(ask, Sought(STOP, SENT_MS, taken=frozenset({"8"})), PERP, PROFILE)
    assert found is not None
    assert found.order_id == "9"


def test_a_plain_limit_order_is_never_taken_for_a_stop_of_the_same_price() -> None:
    limit = replace(STOP, type=OrderType.LIMIT, trigger_price=None, above=None)
    ask = script(("GET", OPEN, [stop()]), ("GET", ENDED, []))
    assert EXCHANGE.find(ask, Sought(limit, SENT_MS), PERP, PROFILE) is None


def test_open_orders_tell_stops_from_orders() -> None:
    listed = EXCHANGE.open_orders(
        script(("GET", OPEN, [contract_order(orderId="1"), stop(orderId="2")])), PERP, PROFILE
    )
    assert [(found.order_id, found.stop) for found in listed] == [("1", False), ("2", True)]


# Leverage

POSITION = {"symbol": "btcusdt", "direction": "longs", "currentQuantity": "1.0000", "leverage": "10.00"}
POSITIONS = "/api/v1/contract/position?symbol=BTCUSDT&recvWindow=5000"


def arranged(ask: Script, wanted: Wanted, instrument: Instrument = PERP) -> list[str]:
    assert EXCHANGE.arrange is not None
    calls = EXCHANGE.arrange(ask, wanted, instrument, PROFILE)
    assert ask.finished
    target = "/api/v1/contract/position/leverage"
    assert all((call.op, call.method, call.target) == (Op.SET, "POST", target) for call in calls)
    return [call.body for call in calls]


@pytest.mark.parametrize(
    ("told", "asked", "bodies"),
    [
        ([POSITION], 10, []),
        ([POSITION], 5, ["symbol=BTCUSDT&leverage=5&recvWindow=5000"]),
        ([POSITION | {"symbol": "EOSUSDT"}], 10, ["symbol=BTCUSDT&leverage=10&recvWindow=5000"]),
        ([], 10, ["symbol=BTCUSDT&leverage=10&recvWindow=5000"]),
        ("-7020", 10, ["symbol=BTCUSDT&leverage=10&recvWindow=5000"]),
    ],
)
def test_leverage_is_set_unless_the_position_has_it(told: Any, asked: int, bodies: list[str]) -> None:
    assert arranged(script(("GET", POSITIONS, told)), Wanted(Decimal(asked))) == bodies


def test_the_empty_answer_to_a_setting_is_a_success() -> None:
    assert EXCHANGE.arrange is not None
    (call,) = EXCHANGE.arrange(script(("GET", POSITIONS, [])), Wanted(Decimal(5)), PERP, PROFILE)
    said = answer({})
    assert classify(EXCHANGE.rules, call.op, said, EXCHANGE.read(call, said)).verdict is Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("wanted", "instrument", "why"),
    [
        (Wanted(None, MarginMode.CROSS), PERP, "no margin mode"),
        (Wanted(Decimal(5), MarginMode.ISOLATED), PERP, "no margin mode"),
        (Wanted(Decimal("2.5")), PERP, "whole numbers"),
        (Wanted(Decimal(0)), PERP, "whole numbers"),
        (Wanted(Decimal(5)), SPOT, "no leverage for spot"),
        (Wanted(Decimal(5)), OPTION, "no leverage for option"),
    ],
)
def test_what_cannot_be_set_is_refused(wanted: Wanted, instrument: Instrument, why: str) -> None:
    with pytest.raises(Refusal, match=f"unsupported: .*{why}"):
        arranged(script(), wanted, instrument)


def test_nothing_wanted_asks_nothing() -> None:
    assert arranged(script(), Wanted()) == arranged(script(), Wanted(), SPOT) == []


def test_a_leverage_that_cannot_be_read_is_not_guessed() -> None:
    with pytest.raises(Failed):
        arranged(script(("GET", POSITIONS, [POSITION | {"leverage": None}])), Wanted(Decimal(5)))


# Equity

ACCOUNT = {
    "contractBalances": [{"asset": "usdt", "free": "8144.0412", "locked": "1855.3288"}],
    "optionBalances": [{"asset": "BTCCALLM", "free": "7", "locked": "2"}],
    "spotBalances": [{"asset": "USDT", "free": "12.5", "locked": "0.7"}],
}


@pytest.mark.parametrize(
    ("asset", "market", "all_of_it"),
    [
        ("USDT", Market.PERP, "9999.37"),
        ("USDT", Market.SPOT, "13.2"),
        ("BTCCALLM", Market.OPTION, "9"),
        ("USDT", Market.OPTION, "13.2"),
        ("BTC", Market.SPOT, "0"),
    ],
)
def test_equity_counts_what_orders_and_positions_lock(asset: str, market: Market, all_of_it: str) -> None:
    ask = script(("GET", "/api/v1/account?recvWindow=5000", ACCOUNT))
    assert EXCHANGE.equity(ask, asset, market, PROFILE) == Decimal(all_of_it)


def test_an_equity_that_cannot_be_read_is_not_taken_for_less() -> None:
    account = ACCOUNT | {"spotBalances": [{"asset": "USDT", "free": "12.5"}]}
    with pytest.raises(Failed):
        EXCHANGE.equity(script(("GET", "/api/v1/account", account)), "USDT", Market.SPOT, PROFILE)
