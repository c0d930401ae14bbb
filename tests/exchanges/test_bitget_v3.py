"""Bitget v3 (Unified accounts): orders to the byte, and how they are found, listed and cancelled."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.exchange import Found, Handle, Instrument, Position, Profile, Sought, Status
from order_relay.core.order import MarginMode, OrderType, Plan, PositionSide, Side, TimeInForce, Unit
from order_relay.core.outcome import Failed, Op
from order_relay.core.symbol import Market
from order_relay.exchanges.bitget import EXCHANGE
from tests.exchanges.bitget_cases import (
    CLIENT_ID,
    PERP,
    PERP_LIMIT,
    PERP_MARKET,
    SOUGHT_PERP,
    SOUGHT_SPOT,
    SPOT,
    SPOT_LIMIT,
    SPOT_MARKET_SELL,
    UNIFIED,
    UNIFIED_HEDGE,
    script,
    sent,
)
from tests.exchanges.scripted import Step

INFO = f"/api/v3/trade/order-info?clientOid={CLIENT_ID}"
UNFILLED = "/api/v3/trade/unfilled-orders?category=USDT-FUTURES&"
POSITION = "/api/v3/position/current-position?category=USDT-FUTURES&symbol=BTCUSDT"
ASSETS = "/api/v3/account/assets"
NO_STOPS: Step = ("GET", "/api/v3/trade/unfilled-strategy-orders?category=USDT-FUTURES&type=tpsl", [])
ROW = {
    "orderId": "3001",
    "clientOid": CLIENT_ID,
    "category": "USDT-FUTURES",
    "symbol": "BTCUSDT",
    "orderType": "limit",
    "side": "sell",
    "price": "61000.5",
    "qty": "0.01",
    "amount": "0",
    "cumExecQty": "0.004",
    "cumExecValue": "244",
    "avgPrice": "61000",
    "orderStatus": "cancelled",
    "posSide": "long",
    "reduceOnly": "NO",
    "cancelReason": "normal_cancel",
    "createdTime": "1700000000100",
}


def body(instrument: Instrument, middle: str) -> str:
    return f'{{"category":"{instrument.product}","symbol":"BTCUSDT",{middle},"clientOid":"{CLIENT_ID}"}}'


@pytest.mark.parametrize(
    ("plan", "instrument", "profile", "middle"),
    [
        (
            SPOT_LIMIT,
            SPOT,
            UNIFIED,
            '"qty":"0.01","price":"61000.5","side":"buy","orderType":"limit","timeInForce":"gtc"',
        ),
        (
            replace(SPOT_LIMIT, type=OrderType.MARKET, price=None, quantity=Decimal(100), unit=Unit.QUOTE),
            SPOT,
            UNIFIED,
            '"qty":"100","side":"buy","orderType":"market"',
        ),
        (
            replace(SPOT_MARKET_SELL, reduce_only=True),
            SPOT,
            UNIFIED,
            '"qty":"0.01","side":"sell","orderType":"market"',
        ),
        (PERP_MARKET, PERP, UNIFIED, '"qty":"0.01","side":"buy","orderType":"market"'),
        (
            replace(PERP_LIMIT, time_in_force=TimeInForce.FOK),
            PERP,
            UNIFIED,
            '"qty":"0.01","price":"61000.5","side":"buy","orderType":"limit","timeInForce":"fok"',
        ),
        (
            replace(PERP_MARKET, side=Side.SELL, reduce_only=True),
            PERP,
            UNIFIED,
            '"qty":"0.01","side":"sell","orderType":"market","reduceOnly":"yes"',
        ),
        (
            replace(PERP_MARKET, position_side=PositionSide.LONG),
            PERP,
            UNIFIED_HEDGE,
            '"qty":"0.01","side":"buy","orderType":"market","posSide":"long"',
        ),
        (
            replace(PERP_MARKET, side=Side.SELL, position_side=PositionSide.LONG, reduce_only=True),
            PERP,
            UNIFIED_HEDGE,
            '"qty":"0.01","side":"sell","orderType":"market","posSide":"long"',
        ),
        (
            replace(PERP_MARKET, position_side=PositionSide.SHORT, reduce_only=True),
            PERP,
            UNIFIED_HEDGE,
            '"qty":"0.01","side":"buy","orderType":"market","posSide":"short"',
        ),
    ],
    ids=[
        "spot_limit",
        "spot_buy_in_quote",
        "spot_sell",
        "market",
        "fok",
        "reduce_only",
        "open_long",
        "close_long",
        "close_short",
    ],
)
def test_orders_are_placed_to_the_byte(plan: Plan, instrument: Instrument, profile: Profile, middle: str) -> None:
    call = EXCHANGE.place(plan, instrument, profile)
    assert call.op is Op.PLACE
    assert sent(call) == ("POST", "/api/v3/trade/place-order", body(instrument, middle))


def test_orders_are_cancelled_one_by_one_and_in_a_batch() -> None:
    assert EXCHANGE.cancel_many is not None
    one = EXCHANGE.cancel(Handle("7", "c1"), SPOT, UNIFIED)
    ours = EXCHANGE.cancel(Handle(None, "c1"), PERP, UNIFIED)
    many = EXCHANGE.cancel_many(["1", "2"], PERP, UNIFIED)
    assert sent(one) == ("POST", "/api/v3/trade/cancel-order", '{"orderId":"7","category":"SPOT"}')
    assert sent(ours) == ("POST", "/api/v3/trade/cancel-order", '{"clientOid":"c1","category":"USDT-FUTURES"}')
    assert sent(many) == (
        "POST",
        "/api/v3/trade/cancel-batch",
        '[{"orderId":"1","category":"USDT-FUTURES","symbol":"BTCUSDT"},'
        '{"orderId":"2","category":"USDT-FUTURES","symbol":"BTCUSDT"}]',
    )
    assert {one.op, ours.op, many.op} == {Op.CANCEL}


def test_an_order_is_found_directly() -> None:
    assert EXCHANGE.find(script(("GET", INFO, ROW)), SOUGHT_PERP, PERP, UNIFIED_HEDGE) == Found(
        order_id="3001",
        status=Status.CANCELLED,
        side=Side.SELL,
        quantity=Decimal("0.01"),
        filled=Decimal("0.004"),
        client_id=CLIENT_ID,
        price=Decimal("61000.5"),
        average=Decimal(61000),
        created_ms=1_700_000_000_100,
        reason="normal_cancel",
    )


def test_a_spot_market_buy_is_read_in_quote_coins() -> None:
    row = ROW | {"side": "buy", "orderType": "market", "price": "0", "qty": "0", "amount": "250", "posSide": ""}
    found = EXCHANGE.find(script(("GET", INFO, row)), SOUGHT_SPOT, SPOT, UNIFIED)
    assert found is not None
    assert (found.quantity, found.filled, found.price) == (Decimal(250), Decimal(244), None)


def test_an_order_is_asked_for_by_its_exchange_id_when_that_is_known() -> None:
    ask = script(("GET", "/api/v3/trade/order-info?orderId=3001", ROW))
    found = EXCHANGE.find(ask, Sought(PERP_LIMIT, 0, order_id="3001"), PERP, UNIFIED)
    assert found is not None
    assert found.order_id == "3001"


def test_an_order_that_does_not_exist_is_absent() -> None:
    assert EXCHANGE.find(script(("GET", INFO, "25204")), SOUGHT_PERP, PERP, UNIFIED) is None


@pytest.mark.parametrize("data", [None, [], ROW | {"clientOid": "x"}, ROW | {"orderStatus": "odd"}, {"orderId": "1"}])
def test_an_undocumented_answer_is_never_taken_for_absence(data: object) -> None:
    with pytest.raises(Failed, match="not the documented one"):
        EXCHANGE.find(script(("GET", INFO, data)), SOUGHT_PERP, PERP, UNIFIED)


def test_a_failed_look_up_is_passed_on() -> None:
    with pytest.raises(Failed, match="40725"):
        EXCHANGE.find(script(("GET", INFO, "40725")), SOUGHT_PERP, PERP, UNIFIED)


def test_all_pages_of_open_orders_are_listed() -> None:
    live = ROW | {"orderStatus": "live"}
    ask = script(
        NO_STOPS,
        ("GET", UNFILLED, {"list": [live] * 100, "cursor": "123"}),
        ("GET", UNFILLED, {"list": [live | {"orderStatus": "new"}], "cursor": "122"}),
    )
    assert len(EXCHANGE.open_orders(ask, PERP, UNIFIED)) == 101
    assert ask.targets[1:] == [
        UNFILLED + "limit=100&symbol=BTCUSDT",
        UNFILLED + "cursor=123&limit=100&symbol=BTCUSDT",
    ]


@pytest.mark.parametrize("data", [{"list": []}, {"list": None, "cursor": None}, None])
def test_no_open_orders_are_an_empty_list(data: dict[str, Any] | None) -> None:
    assert EXCHANGE.open_orders(script(NO_STOPS, ("GET", UNFILLED, data)), PERP, UNIFIED) == []


def test_positions_of_both_sides_are_read() -> None:
    held = {"posSide": "long", "total": "0.05", "available": "0.01", "marginMode": "crossed"}
    ask = script(("GET", POSITION, {"list": [held, held | {"posSide": "short", "total": "0"}]}))
    assert EXCHANGE.positions(ask, PERP, UNIFIED_HEDGE) == [
        Position(PositionSide.LONG, Decimal("0.05"), margin_mode=MarginMode.CROSS)
    ]
    assert EXCHANGE.positions(script(("GET", POSITION, {"list": None})), PERP, UNIFIED) == []


def test_the_free_balance_of_a_coin_is_its_own() -> None:
    data = {"assets": [{"coin": "BGB", "available": "1"}, {"coin": "USDT", "available": "6.5"}]}
    assert EXCHANGE.available(script(("GET", ASSETS, data)), "USDT", Market.PERP, UNIFIED) == Decimal("6.5")
    assert EXCHANGE.available(script(("GET", ASSETS, data)), "BTC", Market.SPOT, UNIFIED) == 0
