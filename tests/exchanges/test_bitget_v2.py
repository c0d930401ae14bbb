"""Bitget v2 (Classic accounts): orders to the byte, and how they are found, listed and cancelled."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.exchange import Found, Handle, Instrument, Position, Profile, Status
from order_relay.core.order import MarginMode, OrderType, Plan, PositionSide, Side, TimeInForce, Unit
from order_relay.core.outcome import Failed, Op
from order_relay.core.symbol import Market
from order_relay.exchanges.bitget import EXCHANGE
from tests.exchanges.bitget_cases import (
    CLASSIC,
    CLASSIC_HEDGE,
    CLIENT_ID,
    PERP,
    PERP_LIMIT,
    PERP_MARKET,
    SOUGHT_PERP,
    SOUGHT_SPOT,
    SPOT,
    SPOT_LIMIT,
    SPOT_MARKET_SELL,
    STAMP_MS,
    USDC_PERP,
    script,
    sent,
)
from tests.exchanges.scripted import Step

SPOT_PLACE = "/api/v2/spot/trade/place-order"
PERP_PLACE = "/api/v2/mix/order/place-order"
DETAIL = f"/api/v2/mix/order/detail?clientOid={CLIENT_ID}&productType=USDT-FUTURES&symbol=BTCUSDT"
PENDING = "/api/v2/mix/order/orders-pending?limit=100&productType=USDT-FUTURES"
POSITION = "/api/v2/mix/position/single-position?marginCoin=USDT&productType=USDT-FUTURES&symbol=BTCUSDT"
INFO = f"/api/v2/spot/trade/orderInfo?clientOid={CLIENT_ID}"
UNFILLED = "/api/v2/spot/trade/unfilled-orders?"
HISTORY = "/api/v2/spot/trade/history-orders?"
NO_SPOT_STOPS: Step = ("GET", "/api/v2/spot/trade/current-plan-order?limit=100&symbol=BTCUSDT", {"orderList": []})
NO_STOPS: list[Step] = [
    ("GET", f"/api/v2/mix/order/orders-plan-pending?limit=100&planType={kind}&", {"entrustedList": None})
    for kind in ("normal_plan", "track_plan")
]

SPOT_ROW = {
    "symbol": "BTCUSDT",
    "orderId": "1001",
    "clientOid": CLIENT_ID,
    "price": "61000.5000000000000000",
    "size": "0.0100000000000000",
    "orderType": "limit",
    "side": "buy",
    "status": "filled",
    "priceAvg": "60999.1000000000000000",
    "baseVolume": "0.0100000000000000",
    "quoteVolume": "609.9910000000000000",
    "cancelReason": "",
    "cTime": "1700000000100",
}
PERP_ROW = {
    "symbol": "BTCUSDT",
    "orderId": "2001",
    "clientOid": CLIENT_ID,
    "price": "61000.5",
    "size": "0.01",
    "state": "partially_filled",
    "side": "buy",
    "posSide": "net",
    "tradeSide": "buy_single",
    "baseVolume": "0.004",
    "priceAvg": "61000",
    "orderType": "limit",
    "cTime": "1700000000100",
}


def spot_row(number: int, **changes: str) -> dict[str, Any]:
    return SPOT_ROW | {"orderId": str(number), "clientOid": f"other{number}"} | changes


def perp_page(*changed: dict[str, Any]) -> dict[str, Any]:
    return {"entrustedList": [PERP_ROW | changes for changes in changed] or None, "endId": None}


# Placing


@pytest.mark.parametrize(
    ("plan", "body"),
    [
        (
            SPOT_LIMIT,
            '{"symbol":"BTCUSDT","side":"buy","orderType":"limit","force":"gtc","price":"61000.5","size":"0.01",'
            f'"clientOid":"{CLIENT_ID}"}}',
        ),
        (
            replace(SPOT_LIMIT, side=Side.SELL, time_in_force=TimeInForce.POST_ONLY),
            '{"symbol":"BTCUSDT","side":"sell","orderType":"limit","force":"post_only","price":"61000.5",'
            f'"size":"0.01","clientOid":"{CLIENT_ID}"}}',
        ),
        (
            replace(SPOT_LIMIT, type=OrderType.MARKET, price=None, quantity=Decimal("100.50"), unit=Unit.QUOTE),
            '{"symbol":"BTCUSDT","side":"buy","orderType":"market","force":"gtc","size":"100.5",'
            f'"clientOid":"{CLIENT_ID}"}}',
        ),
        (
            SPOT_MARKET_SELL,
            '{"symbol":"BTCUSDT","side":"sell","orderType":"market","force":"gtc","size":"0.01",'
            f'"clientOid":"{CLIENT_ID}"}}',
        ),
    ],
    ids=["limit", "post_only", "market_buy_in_quote", "market_sell"],
)
def test_spot_orders_are_placed_to_the_byte(plan: Plan, body: str) -> None:
    call = EXCHANGE.place(plan, SPOT, CLASSIC)
    assert call.op is Op.PLACE
    assert sent(call) == ("POST", SPOT_PLACE, body)


def perp_body(margin: str, middle: str) -> str:
    return (
        f'{{"symbol":"BTCUSDT","productType":"USDT-FUTURES","marginMode":"{margin}","marginCoin":"USDT",'
        f'"size":"0.01",{middle},"clientOid":"{CLIENT_ID}"}}'
    )


@pytest.mark.parametrize(
    ("plan", "profile", "margin", "middle"),
    [
        (PERP_MARKET, CLASSIC, "crossed", '"side":"buy","orderType":"market"'),
        (
            replace(PERP_LIMIT, time_in_force=TimeInForce.IOC),
            CLASSIC,
            "crossed",
            '"price":"61000.5","side":"buy","orderType":"limit","force":"ioc"',
        ),
        (
            replace(PERP_MARKET, side=Side.SELL, reduce_only=True),
            CLASSIC,
            "crossed",
            '"side":"sell","reduceOnly":"YES","orderType":"market"',
        ),
        (
            replace(PERP_MARKET, margin_mode=MarginMode.ISOLATED),
            CLASSIC,
            "isolated",
            '"side":"buy","orderType":"market"',
        ),
        (
            replace(PERP_MARKET, position_side=PositionSide.LONG),
            CLASSIC_HEDGE,
            "isolated",
            '"side":"buy","tradeSide":"open","orderType":"market"',
        ),
        (
            replace(PERP_MARKET, side=Side.SELL, position_side=PositionSide.LONG, reduce_only=True),
            CLASSIC_HEDGE,
            "isolated",
            '"side":"buy","tradeSide":"close","orderType":"market"',
        ),
        (
            replace(PERP_MARKET, side=Side.SELL, position_side=PositionSide.SHORT),
            CLASSIC_HEDGE,
            "isolated",
            '"side":"sell","tradeSide":"open","orderType":"market"',
        ),
        (
            replace(PERP_MARKET, position_side=PositionSide.SHORT, reduce_only=True),
            CLASSIC_HEDGE,
            "isolated",
            '"side":"sell","tradeSide":"close","orderType":"market"',
        ),
    ],
    ids=[
        "market",
        "ioc",
        "reduce_only",
        "isolated_by_plan",
        "open_long",
        "close_long",
        "open_short",
        "close_short",
    ],
)
def test_futures_orders_are_placed_to_the_byte(plan: Plan, profile: Profile, margin: str, middle: str) -> None:
    assert sent(EXCHANGE.place(plan, PERP, profile)) == ("POST", PERP_PLACE, perp_body(margin, middle))


def test_a_usdc_contract_names_its_own_margin_coin() -> None:
    body = EXCHANGE.place(replace(PERP_MARKET, symbol="BTCPERP"), USDC_PERP, CLASSIC).body
    assert '"symbol":"BTCPERP","productType":"USDC-FUTURES","marginMode":"crossed","marginCoin":"USDC"' in body


# Cancelling


@pytest.mark.parametrize(
    ("instrument", "handle", "target", "body"),
    [
        (SPOT, Handle("7", "c1"), "/api/v2/spot/trade/cancel-order", '{"symbol":"BTCUSDT","orderId":"7"}'),
        (SPOT, Handle(None, "c1"), "/api/v2/spot/trade/cancel-order", '{"symbol":"BTCUSDT","clientOid":"c1"}'),
        (
            PERP,
            Handle(None, "c1"),
            "/api/v2/mix/order/cancel-order",
            '{"symbol":"BTCUSDT","productType":"USDT-FUTURES","marginCoin":"USDT","clientOid":"c1"}',
        ),
    ],
)
def test_one_order_is_cancelled_by_the_exchange_id_else_by_ours(
    instrument: Instrument, handle: Handle, target: str, body: str
) -> None:
    call = EXCHANGE.cancel(handle, instrument, CLASSIC)
    assert call.op is Op.CANCEL
    assert sent(call) == ("POST", target, body)


def test_many_orders_are_cancelled_by_id_in_one_call() -> None:
    assert EXCHANGE.cancel_many is not None
    assert sent(EXCHANGE.cancel_many(["1", "2"], SPOT, CLASSIC)) == (
        "POST",
        "/api/v2/spot/trade/batch-cancel-order",
        '{"symbol":"BTCUSDT","batchMode":"single","orderList":[{"orderId":"1"},{"orderId":"2"}]}',
    )
    assert sent(EXCHANGE.cancel_many(["1"], PERP, CLASSIC)) == (
        "POST",
        "/api/v2/mix/order/batch-cancel-orders",
        '{"symbol":"BTCUSDT","productType":"USDT-FUTURES","marginCoin":"USDT","orderIdList":[{"orderId":"1"}]}',
    )


# Finding spot orders


def test_a_spot_order_is_found_directly() -> None:
    assert EXCHANGE.find(script(("GET", INFO, [SPOT_ROW])), SOUGHT_SPOT, SPOT, CLASSIC) == Found(
        order_id="1001",
        status=Status.FILLED,
        side=Side.BUY,
        quantity=Decimal("0.01"),
        filled=Decimal("0.01"),
        client_id=CLIENT_ID,
        price=Decimal("61000.5"),
        average=Decimal("60999.1"),
        created_ms=1_700_000_000_100,
    )


def test_a_spot_market_buy_is_read_in_quote_coins() -> None:
    row = SPOT_ROW | {"orderType": "market", "price": "0", "size": "610"}
    found = EXCHANGE.find(script(("GET", INFO, [row])), SOUGHT_SPOT, SPOT, CLASSIC)
    assert found is not None
    assert (found.quantity, found.filled, found.price) == (Decimal(610), Decimal("609.991"), None)


def test_a_spot_order_is_asked_for_by_its_exchange_id_when_that_is_known() -> None:
    ask = script(("GET", "/api/v2/spot/trade/orderInfo?orderId=1001", [SPOT_ROW | {"clientOid": ""}]))
    found = EXCHANGE.find(ask, replace(SOUGHT_SPOT, order_id="1001"), SPOT, CLASSIC)
    assert found is not None
    assert (found.order_id, found.client_id) == ("1001", None)


def test_a_client_id_that_the_direct_look_up_has_forgotten_is_found_among_open_orders() -> None:
    row = {name: value for name, value in SPOT_ROW.items() if name != "price"}
    row |= {"status": "new", "priceAvg": "61000.5", "basePrice": "0", "baseVolume": "0", "quoteVolume": "0"}
    ask = script(("GET", INFO, []), ("GET", UNFILLED, [spot_row(5), row]))
    found = EXCHANGE.find(ask, SOUGHT_SPOT, SPOT, CLASSIC)
    assert found is not None
    assert (found.live, found.price, found.average) == (True, Decimal("61000.5"), None)
    assert ask.finished


def test_a_forgotten_client_id_is_found_on_a_later_page_of_ended_orders() -> None:
    full = [spot_row(number) for number in range(300, 200, -1)]
    ended = SPOT_ROW | {"status": "cancelled", "baseVolume": "0", "cancelReason": "stp_cancel"}
    ask = script(("GET", INFO, []), ("GET", UNFILLED, []), ("GET", HISTORY, full), ("GET", HISTORY, [ended]))
    found = EXCHANGE.find(ask, SOUGHT_SPOT, SPOT, CLASSIC)
    assert found is not None
    assert (found.status, found.filled, found.reason) == (Status.CANCELLED, Decimal(0), "stp_cancel")
    assert ask.targets[1:] == [
        UNFILLED + "limit=100&symbol=BTCUSDT",
        HISTORY + "limit=100&symbol=BTCUSDT",
        HISTORY + "idLessThan=201&limit=100&symbol=BTCUSDT",
    ]


@pytest.mark.parametrize("direct", [[], None, "43001"])
def test_a_spot_order_is_absent_once_everything_back_to_its_sending_was_read(direct: object) -> None:
    older = spot_row(5, cTime=str(STAMP_MS - 60_001))
    ask = script(("GET", INFO, direct), ("GET", UNFILLED, []), ("GET", HISTORY, [spot_row(6), older] + [SPOT_ROW] * 98))
    assert EXCHANGE.find(ask, SOUGHT_SPOT, SPOT, CLASSIC) is None
    assert ask.finished


def test_a_history_too_long_to_be_read_back_proves_nothing() -> None:
    full = [spot_row(number) for number in range(100)]
    ask = script(("GET", INFO, []), ("GET", UNFILLED, []), *[("GET", HISTORY, full)] * 10)
    with pytest.raises(Failed, match="more than 1000 orders"):
        EXCHANGE.find(ask, SOUGHT_SPOT, SPOT, CLASSIC)


@pytest.mark.parametrize(
    "answer",
    ["orders", {"orderId": "1001"}, [SPOT_ROW | {"status": "new_state"}], [SPOT_ROW | {"side": "hold"}], ["1001"]],
)
def test_an_undocumented_order_answer_is_never_taken_for_absence(answer: object) -> None:
    data = {"text": answer} if isinstance(answer, str) else answer
    with pytest.raises(Failed, match="not the documented one"):
        EXCHANGE.find(script(("GET", INFO, data)), SOUGHT_SPOT, SPOT, CLASSIC)


# Finding futures orders


def test_a_futures_order_is_found_directly() -> None:
    ask = script(("GET", DETAIL, PERP_ROW))
    assert EXCHANGE.find(ask, SOUGHT_PERP, PERP, CLASSIC) == Found(
        order_id="2001",
        status=Status.OPEN,
        side=Side.BUY,
        quantity=Decimal("0.01"),
        filled=Decimal("0.004"),
        client_id=CLIENT_ID,
        price=Decimal("61000.5"),
        average=Decimal(61000),
        created_ms=1_700_000_000_100,
    )
    assert ask.targets == [DETAIL]


@pytest.mark.parametrize("code", ["40109", "45057", "40768"])
def test_a_futures_order_is_absent_by_any_of_the_old_and_new_codes(code: str) -> None:
    assert EXCHANGE.find(script(("GET", DETAIL, code)), SOUGHT_PERP, PERP, CLASSIC) is None


def test_a_state_named_status_is_read_as_well() -> None:
    row = {name: value for name, value in PERP_ROW.items() if name != "state"} | {"status": "canceled"}
    found = EXCHANGE.find(script(("GET", DETAIL, row)), SOUGHT_PERP, PERP, CLASSIC)
    assert found is not None
    assert (found.status, found.filled) == (Status.CANCELLED, Decimal("0.004"))


@pytest.mark.parametrize(
    ("shown", "traded"),
    [
        ({"side": "buy", "posSide": "long", "tradeSide": "open"}, Side.BUY),
        ({"side": "buy", "posSide": "long", "tradeSide": "close"}, Side.SELL),
        ({"side": "sell", "posSide": "short", "tradeSide": "open"}, Side.SELL),
        ({"side": "sell", "posSide": "short", "tradeSide": "close"}, Side.BUY),
        ({"side": "sell", "posSide": "long", "tradeSide": "burst_close_long"}, Side.SELL),
        ({"side": "sell", "posSide": "net", "tradeSide": "sell_single"}, Side.SELL),
        ({"side": "buy", "posSide": "long", "tradeSide": ""}, Side.BUY),
    ],
)
def test_the_traded_side_is_read_out_of_the_position_side(shown: dict[str, str], traded: Side) -> None:
    found = EXCHANGE.find(script(("GET", DETAIL, PERP_ROW | shown)), SOUGHT_PERP, PERP, CLASSIC_HEDGE)
    assert found is not None
    assert found.side is traded


@pytest.mark.parametrize("data", [None, [], PERP_ROW | {"clientOid": "another"}, PERP_ROW | {"state": None}])
def test_a_futures_answer_that_is_not_the_order_is_never_taken_for_absence(data: object) -> None:
    with pytest.raises(Failed, match="not the documented one"):
        EXCHANGE.find(script(("GET", DETAIL, data)), SOUGHT_PERP, PERP, CLASSIC)


# Open orders


def test_all_pages_of_open_spot_orders_are_listed() -> None:
    first = [spot_row(number, status="live") for number in range(300, 200, -1)]
    second = [spot_row(200, status="partially_filled")]
    ask = script(NO_SPOT_STOPS, ("GET", UNFILLED, first), ("GET", UNFILLED, second))
    assert len(EXCHANGE.open_orders(ask, SPOT, CLASSIC)) == 101
    assert ask.targets[2] == UNFILLED + "idLessThan=201&limit=100&symbol=BTCUSDT"


def test_open_futures_orders_are_asked_for_live_and_partially_filled_and_listed_once() -> None:
    live, part = {"orderId": "1", "state": "live"}, {"orderId": "2", "state": "partially_filled"}
    ask = script(
        *NO_STOPS,
        ("GET", PENDING + "&symbol=BTCUSDT", perp_page(live, part)),
        ("GET", PENDING + "&status=partially_filled&symbol=BTCUSDT", perp_page(part)),
    )
    assert [order.order_id for order in EXCHANGE.open_orders(ask, PERP, CLASSIC)] == ["1", "2"]


def test_a_full_page_of_futures_orders_is_followed_by_its_end_id() -> None:
    full = perp_page(*[{"orderId": str(number)} for number in range(100)]) | {"endId": "99"}
    next_page = "/api/v2/mix/order/orders-pending?idLessThan=99&limit=100&productType=USDT-FUTURES"
    ask = script(*NO_STOPS, ("GET", PENDING, full), ("GET", next_page, perp_page()), ("GET", PENDING, perp_page()))
    assert len(EXCHANGE.open_orders(ask, PERP, CLASSIC)) == 100
    assert ask.finished


# Positions and balances


def held(side: str, total: str, margin: str = "crossed") -> dict[str, str]:
    return {"symbol": "BTCUSDT", "holdSide": side, "total": total, "available": "0", "marginMode": margin}


def test_positions_count_what_other_orders_have_locked() -> None:
    ask = script(("GET", POSITION, [held("short", "0.05", "isolated")]))
    assert EXCHANGE.positions(ask, PERP, CLASSIC) == [
        Position(PositionSide.SHORT, Decimal("0.05"), margin_mode=MarginMode.ISOLATED)
    ]


def test_a_hedge_account_shows_both_positions() -> None:
    ask = script(("GET", POSITION, [held("long", "0.05"), held("short", "0.02")]))
    sides = [(position.side, position.quantity) for position in EXCHANGE.positions(ask, PERP, CLASSIC_HEDGE)]
    assert sides == [(PositionSide.LONG, Decimal("0.05")), (PositionSide.SHORT, Decimal("0.02"))]


@pytest.mark.parametrize("data", [[], None, [held("long", "0")]])
def test_a_flat_account_has_no_positions(data: object) -> None:
    assert EXCHANGE.positions(script(("GET", POSITION, data)), PERP, CLASSIC) == []


@pytest.mark.parametrize("row", [held("net", "0.05"), held("long", ""), held("long", "-1")])
def test_a_position_that_cannot_be_read_is_not_flat(row: dict[str, str]) -> None:
    with pytest.raises(Failed, match="not the documented one"):
        EXCHANGE.positions(script(("GET", POSITION, [row])), PERP, CLASSIC)


def test_free_spot_balance_is_read_whatever_the_coin_is_spelled_like() -> None:
    assets = "/api/v2/spot/account/assets?coin=USDT"
    row = {"coin": "usdt", "available": "12.5", "frozen": "3"}
    assert EXCHANGE.available(script(("GET", assets, [row])), "USDT", Market.SPOT, CLASSIC) == Decimal("12.5")
    assert EXCHANGE.available(script(("GET", assets, [])), "USDT", Market.SPOT, CLASSIC) == 0


def test_usable_margin_follows_the_margin_mode() -> None:
    row = {"available": "10", "crossedMaxAvailable": "9", "isolatedMaxAvailable": "8"}
    target = "/api/v2/mix/account/account?marginCoin=USDC&productType=USDC-FUTURES&symbol=BTCPERP"
    for profile, answer, usable in (
        (CLASSIC, row, Decimal(9)),
        (CLASSIC_HEDGE, row, Decimal(8)),
        (CLASSIC, {"available": "10"}, Decimal(10)),
    ):
        assert EXCHANGE.available(script(("GET", target, answer)), "USDC", Market.PERP, profile) == usable
