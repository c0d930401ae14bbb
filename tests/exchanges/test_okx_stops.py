"""OKX stops: placed to the byte, found with the order they became, listed and cancelled; attached exits."""

import json
from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.exchange import Found, Handle, Instrument, Profile, Sought, Status
from order_relay.core.order import MarginMode, OrderType, Plan, PositionSide, Side, TimeInForce, Unit
from order_relay.core.outcome import Failed, Op, Verdict
from order_relay.core.refusal import Refusal
from order_relay.core.symbol import Market
from order_relay.core.take_profits import Part
from order_relay.exchanges.okx import EXCHANGE
from tests.exchanges.okx_cases import (
    ALGO_ROW,
    CASH,
    CLIENT_ID,
    HEDGE,
    ORDER_ROW,
    SPOT,
    STAMP_MS,
    SWAP,
    judge,
    plan,
    script,
)

ALGO = "/api/v5/trade/order-algo"
PENDING = "/api/v5/trade/orders-algo-pending?ordType="
TRIGGER = Decimal(59000)
EXITS: dict[str, Any] = {"take_profit": Decimal(65000), "stop_loss": Decimal("58000.50")}
SPLIT: dict[str, Any] = {
    "take_profits": (Part(Decimal("65000.0"), Decimal("0.80")), Part(Decimal(66000), Decimal("1.2"))),
    "stop_loss": Decimal("58000.50"),
}
PARTS = (
    '{"tpTriggerPx":"65000","tpTriggerPxType":"last","tpOrdPx":"-1","sz":"0.8"},'
    '{"tpTriggerPx":"66000","tpTriggerPxType":"last","tpOrdPx":"-1","sz":"1.2"}'
)
GUARDED_PARTS = f'"attachAlgoOrds":[{PARTS},{{"slTriggerPx":"58000.5","slTriggerPxType":"last","slOrdPx":"-1"}}]'
BOTH = (
    '"attachAlgoOrds":[{"tpTriggerPx":"65000","tpTriggerPxType":"last","tpOrdPx":"-1",'
    '"slTriggerPx":"58000.5","slTriggerPxType":"last","slOrdPx":"-1"}]'
)


def stop(market: Market, side: Side, quantity: str = "2", **more: Any) -> Plan:
    return plan(market, side, OrderType.STOP, quantity, **{"trigger_price": TRIGGER, **more})


def trailing(market: Market, side: Side, **more: Any) -> Plan:
    return plan(market, side, OrderType.TRAILING, "2", **{"trail": Decimal("0.010"), **more})


SWAP_HEAD = '{"instId":"BTC-USDT-SWAP","tdMode":"cross",'
SPOT_HEAD = '{"instId":"BTC-USDT","tdMode":"cash",'
STOPS: list[tuple[str, Plan, Profile, str]] = [
    (
        "a stop-loss that only reduces",
        stop(Market.PERP, Side.SELL, reduce_only=True, above=False),
        CASH,
        SWAP_HEAD + '"side":"sell","sz":"2","ordType":"conditional","slTriggerPx":"59000","slTriggerPxType":"last",'
        f'"slOrdPx":"-1","reduceOnly":true,"algoClOrdId":"{CLIENT_ID}"}}',
    ),
    (
        "a take-profit that only reduces, at a limit, isolated",
        stop(
            Market.PERP,
            Side.BUY,
            reduce_only=True,
            above=False,
            price=Decimal("58990.0"),
            margin_mode=MarginMode.ISOLATED,
        ),
        CASH,
        '{"instId":"BTC-USDT-SWAP","tdMode":"isolated","side":"buy","sz":"2","ordType":"conditional",'
        '"tpTriggerPx":"59000","tpTriggerPxType":"last","tpOrdPx":"58990","reduceOnly":true,'
        f'"algoClOrdId":"{CLIENT_ID}"}}',
    ),
    (
        "a stop that closes a long in a hedge account",
        stop(Market.PERP, Side.SELL, reduce_only=True, position_side=PositionSide.LONG),
        HEDGE,
        SWAP_HEAD + '"side":"sell","posSide":"long","sz":"2","ordType":"conditional","slTriggerPx":"59000",'
        f'"slTriggerPxType":"last","slOrdPx":"-1","algoClOrdId":"{CLIENT_ID}"}}',
    ),
    (
        "a stop that opens, with both exits",
        stop(Market.PERP, Side.BUY, above=True, **EXITS),
        CASH,
        SWAP_HEAD + '"side":"buy","sz":"2","ordType":"trigger","triggerPx":"59000","triggerPxType":"last",'
        f'"orderPx":"-1",{BOTH},"algoClOrdId":"{CLIENT_ID}"}}',
    ),
    (
        "a stop that opens and is parted among several take-profits",
        stop(Market.PERP, Side.BUY, above=True, **SPLIT),
        CASH,
        SWAP_HEAD + '"side":"buy","sz":"2","ordType":"trigger","triggerPx":"59000","triggerPxType":"last",'
        f'"orderPx":"-1",{GUARDED_PARTS},"algoClOrdId":"{CLIENT_ID}"}}',
    ),
    (
        "a stop-limit that opens a short in a hedge account",
        stop(Market.PERP, Side.SELL, position_side=PositionSide.SHORT, price=Decimal(58990)),
        HEDGE,
        SWAP_HEAD + '"side":"sell","posSide":"short","sz":"2","ordType":"trigger","triggerPx":"59000",'
        f'"triggerPxType":"last","orderPx":"58990","algoClOrdId":"{CLIENT_ID}"}}',
    ),
    (
        "a spot stop-loss",
        stop(Market.SPOT, Side.SELL, "0.5", above=False),
        CASH,
        SPOT_HEAD + '"side":"sell","sz":"0.5","ordType":"conditional","slTriggerPx":"59000","slTriggerPxType":"last",'
        f'"slOrdPx":"-1","algoClOrdId":"{CLIENT_ID}"}}',
    ),
    (
        "a spot stop that buys for money",
        stop(Market.SPOT, Side.BUY, "100", above=True, unit=Unit.QUOTE),
        CASH,
        SPOT_HEAD + '"side":"buy","sz":"100","ordType":"conditional","tgtCcy":"quote_ccy","slTriggerPx":"59000",'
        f'"slTriggerPxType":"last","slOrdPx":"-1","algoClOrdId":"{CLIENT_ID}"}}',
    ),
    (
        "a spot stop that buys coins once the price has fallen, in a multi-currency account",
        stop(Market.SPOT, Side.BUY, "0.5", above=False),
        Profile(trade_mode="cross"),
        '{"instId":"BTC-USDT","tdMode":"cross","side":"buy","sz":"0.5","ordType":"conditional","tgtCcy":"base_ccy",'
        f'"tpTriggerPx":"59000","tpTriggerPxType":"last","tpOrdPx":"-1","algoClOrdId":"{CLIENT_ID}"}}',
    ),
    (
        "a trailing exit",
        trailing(Market.PERP, Side.SELL, reduce_only=True),
        CASH,
        SWAP_HEAD + '"side":"sell","sz":"2","ordType":"move_order_stop","callbackRatio":"0.01","reduceOnly":true,'
        f'"algoClOrdId":"{CLIENT_ID}"}}',
    ),
    (
        "a trailing entry that starts to follow at a price",
        trailing(Market.PERP, Side.BUY, trigger_price=TRIGGER),
        CASH,
        SWAP_HEAD + '"side":"buy","sz":"2","ordType":"move_order_stop","callbackRatio":"0.01","activePx":"59000",'
        f'"algoClOrdId":"{CLIENT_ID}"}}',
    ),
]


@pytest.mark.parametrize(("kind", "order", "profile", "body"), STOPS, ids=[case[0] for case in STOPS])
def test_a_stop_has_exactly_these_bytes(kind: str, order: Plan, profile: Profile, body: str) -> None:
    call = EXCHANGE.place(order, SPOT if order.market is Market.SPOT else SWAP, profile)
    assert (call.op, call.method, call.target, call.body) == (Op.PLACE, "POST", ALGO, body)


@pytest.mark.parametrize(
    ("order", "instrument"),
    [
        (stop(Market.SPOT, Side.SELL, "100", unit=Unit.QUOTE), SPOT),
        (stop(Market.SPOT, Side.BUY, "100", unit=Unit.QUOTE, price=TRIGGER), SPOT),
        (trailing(Market.SPOT, Side.BUY, unit=Unit.QUOTE), SPOT),
        (trailing(Market.SPOT, Side.BUY), SPOT),
        (trailing(Market.PERP, Side.BUY, price=TRIGGER), SWAP),
        (trailing(Market.PERP, Side.BUY, trail=None), SWAP),
        (stop(Market.PERP, Side.BUY, "2", unit=Unit.BASE), SWAP),
        (stop(Market.PERP, Side.BUY, trigger_price=None), SWAP),
        (stop(Market.PERP, Side.BUY, price=TRIGGER, time_in_force=TimeInForce.IOC), SWAP),
        (stop(Market.PERP, Side.BUY, time_in_force=TimeInForce.FOK), SWAP),
        (stop(Market.SPOT, Side.BUY, "1", price=TRIGGER, **EXITS), SPOT),
        (stop(Market.PERP, Side.SELL, reduce_only=True, stop_loss=TRIGGER), SWAP),
        (trailing(Market.PERP, Side.BUY, take_profit=TRIGGER), SWAP),
        (trailing(Market.PERP, Side.BUY, take_profits=SPLIT["take_profits"]), SWAP),
        (stop(Market.PERP, Side.SELL, reduce_only=True, take_profits=SPLIT["take_profits"]), SWAP),
        (stop(Market.SPOT, Side.BUY, "1", price=TRIGGER, take_profits=SPLIT["take_profits"]), SPOT),
    ],
)
def test_what_a_stop_cannot_say_is_refused(order: Plan, instrument: Instrument) -> None:
    with pytest.raises(Refusal, match="unsupported: "):
        EXCHANGE.place(order, instrument, CASH)


@pytest.mark.parametrize(
    ("order", "attached"),
    [
        (plan(Market.PERP, Side.BUY, OrderType.MARKET, "1", **EXITS), BOTH),
        (plan(Market.PERP, Side.BUY, OrderType.LIMIT, "1", price=TRIGGER, **EXITS), BOTH),
        (plan(Market.SPOT, Side.BUY, OrderType.LIMIT, "1", price=TRIGGER, **EXITS), BOTH),
        (plan(Market.SPOT, Side.BUY, OrderType.MARKET, "100", unit=Unit.QUOTE, **EXITS), BOTH),
        (
            plan(Market.PERP, Side.SELL, OrderType.MARKET, "1", stop_loss=Decimal(65000)),
            '"attachAlgoOrds":[{"slTriggerPx":"65000","slTriggerPxType":"last","slOrdPx":"-1"}]',
        ),
        (plan(Market.PERP, Side.BUY, OrderType.MARKET, "2", **SPLIT), GUARDED_PARTS),
        (plan(Market.PERP, Side.BUY, OrderType.LIMIT, "2", price=TRIGGER, **SPLIT), GUARDED_PARTS),
        (
            plan(Market.PERP, Side.BUY, OrderType.LIMIT, "2", price=TRIGGER, time_in_force=TimeInForce.FOK, **SPLIT),
            GUARDED_PARTS,
        ),
        (
            plan(Market.PERP, Side.BUY, OrderType.MARKET, "2", take_profits=SPLIT["take_profits"]),
            f'"attachAlgoOrds":[{PARTS}]',
        ),
    ],
)
def test_exits_are_attached_to_an_entry(order: Plan, attached: str) -> None:
    call = EXCHANGE.place(order, SPOT if order.market is Market.SPOT else SWAP, CASH)
    assert call.target == "/api/v5/trade/order"
    assert f',{attached},"clOrdId"' in call.body


@pytest.mark.parametrize(("side", "unit"), [(Side.BUY, Unit.BASE), (Side.SELL, Unit.QUOTE)])
def test_exits_that_okx_does_not_attach_are_refused_by_name(side: Side, unit: Unit) -> None:
    order = plan(Market.SPOT, side, OrderType.MARKET, "1", unit=unit, **EXITS)
    with pytest.raises(Refusal, match=f"no take-profit or stop-loss to a spot market {side} sized in {unit} coins"):
        EXCHANGE.place(order, SPOT, CASH)


@pytest.mark.parametrize(
    ("order", "instrument", "told"),
    [
        (plan(Market.SPOT, Side.BUY, OrderType.LIMIT, "2", price=TRIGGER, **SPLIT), SPOT, "OKX parts no spot entry"),
        (plan(Market.SPOT, Side.BUY, OrderType.MARKET, "2", unit=Unit.QUOTE, **SPLIT), SPOT, "OKX parts no spot entry"),
        (
            plan(Market.PERP, Side.BUY, OrderType.LIMIT, "2", price=TRIGGER, time_in_force=TimeInForce.IOC, **SPLIT),
            SWAP,
            "send it as fok or gtc, or with one take-profit",
        ),
    ],
)
def test_an_entry_that_okx_does_not_part_is_refused_by_name(order: Plan, instrument: Instrument, told: str) -> None:
    with pytest.raises(Refusal, match=f"unsupported: .*{told}"):
        EXCHANGE.place(order, instrument, CASH)


# Answers

PLACED = EXCHANGE.place(stop(Market.PERP, Side.SELL), SWAP, CASH)


def test_an_accepted_stop_tells_its_own_id() -> None:
    row = {
        "algoClOrdId": CLIENT_ID,
        "algoId": "1836487817828872192",
        "clOrdId": "",
        "sCode": "0",
        "sMsg": "",
        "tag": "",
    }
    outcome = judge(PLACED, {"code": "0", "data": [row], "msg": ""})
    assert outcome.verdict is Verdict.ACCEPTED
    assert EXCHANGE.placed(outcome.data) == "1836487817828872192"


@pytest.mark.parametrize("row", [{"algoId": ""}, {"ordId": "1"}, {}])
def test_a_stop_that_was_given_no_id_is_not_taken_for_placed(row: dict[str, str]) -> None:
    assert judge(PLACED, {"code": "0", "data": [{"sCode": "0", **row}], "msg": ""}).verdict is Verdict.AMBIGUOUS


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("51280", Verdict.REJECTED),
        ("51065", Verdict.DUPLICATE),
        ("51068", Verdict.DUPLICATE),
        ("50026", Verdict.AMBIGUOUS),
    ],
)
def test_a_refused_stop_says_why(code: str, verdict: Verdict) -> None:
    body = {"code": "1", "data": [{"algoId": "", "sCode": code, "sMsg": "no"}], "msg": "All operations failed"}
    assert judge(PLACED, body).verdict is verdict


# Finding


SOUGHT = Sought(stop(Market.PERP, Side.SELL, reduce_only=True), STAMP_MS)


def test_a_waiting_stop_is_found_by_our_id() -> None:
    ask = script(("GET", f"{ALGO}?algoClOrdId={CLIENT_ID}", [ALGO_ROW]))
    assert EXCHANGE.find(ask, SOUGHT, SWAP, CASH) == Found(
        order_id="1753184812254216192",
        status=Status.OPEN,
        side=Side.SELL,
        quantity=Decimal(2),
        filled=Decimal(0),
        client_id=CLIENT_ID,
        created_ms=1_700_000_000_500,
        stop=True,
    )
    assert ask.finished


def test_a_stop_that_okx_does_not_know_is_absent() -> None:
    assert EXCHANGE.find(script(("GET", ALGO, "51603")), SOUGHT, SWAP, CASH) is None


@pytest.mark.parametrize("answer", ["50013", "51000", [], [{**ALGO_ROW, "state": "new"}], [{**ALGO_ROW, "algoId": ""}]])
def test_nothing_else_proves_that_a_stop_is_absent(answer: object) -> None:
    with pytest.raises(Failed):
        EXCHANGE.find(script(("GET", ALGO, answer)), SOUGHT, SWAP, CASH)


@pytest.mark.parametrize("ids", [{"ordIdList": ["77"]}, {"ordId": "77"}, {"ordIdList": ["77"], "ordId": "78"}])
def test_a_triggered_stop_shows_the_order_that_it_became(ids: dict[str, Any]) -> None:
    became = {**ORDER_ROW, "ordId": "77", "clOrdId": "", "algoClOrdId": CLIENT_ID, "side": "sell", "state": "filled"}
    order = ("GET", "/api/v5/trade/order?instId=BTC-USDT-SWAP&ordId=77", [became])
    ask = script(("GET", ALGO, [{**ALGO_ROW, "state": "effective", **ids}]), order)
    found = EXCHANGE.find(ask, SOUGHT, SWAP, CASH)
    assert found is not None
    assert (found.order_id, found.status, found.stop) == ("77", Status.FILLED, False)
    assert (found.client_id, found.filled, found.average) == (CLIENT_ID, Decimal("0.005"), Decimal("61000.4"))


def test_a_triggered_stop_whose_order_left_no_trace_counts_as_filled() -> None:
    row = {**ALGO_ROW, "state": "effective", "ordIdList": ["77"]}
    ask = script(("GET", ALGO, [row]), ("GET", "/api/v5/trade/order", "51603"))
    found = EXCHANGE.find(ask, SOUGHT, SWAP, CASH)
    assert found is not None
    assert (found.order_id, found.status, found.filled) == (ALGO_ROW["algoId"], Status.FILLED, Decimal(2))


@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        ({"state": "pause"}, Status.OPEN, ""),
        ({"state": "canceled"}, Status.CANCELLED, ""),
        ({"state": "order_failed", "failCode": "51008"}, Status.FAILED, "51008 balance or margin is not enough"),
        ({"state": "partially_failed", "failCode": "59999"}, Status.FAILED, "59999"),
    ],
)
def test_every_documented_state_has_its_status(change: dict[str, str], status: Status, reason: str) -> None:
    found = EXCHANGE.find(script(("GET", ALGO, [{**ALGO_ROW, **change}])), SOUGHT, SWAP, CASH)
    assert found is not None
    assert (found.status, found.stop) == (status, status is Status.OPEN)
    assert found.reason.endswith(reason)


def test_an_id_that_is_no_stop_is_looked_for_among_the_orders() -> None:
    order = ("GET", "/api/v5/trade/order?instId=BTC-USDT-SWAP&ordId=77", [{**ORDER_ROW, "ordId": "77"}])
    ask = script(("GET", f"{ALGO}?algoId=77", "51603"), order)
    found = EXCHANGE.find(ask, Sought(SOUGHT.plan, STAMP_MS, "77"), SWAP, CASH)
    assert found is not None
    assert found.order_id == "77"
    gone = script(("GET", f"{ALGO}?algoId=77", "51603"), ("GET", "/api/v5/trade/order", "51603"))
    assert EXCHANGE.find(gone, Sought(SOUGHT.plan, STAMP_MS, "77"), SWAP, CASH) is None


@pytest.mark.parametrize(
    ("prices", "limit"),
    [
        ({"slOrdPx": "-1"}, None),
        ({"slOrdPx": "58990"}, Decimal(58990)),
        ({"slOrdPx": "", "ordPx": "58990"}, Decimal(58990)),
        ({"slOrdPx": "58990", "tpOrdPx": "65000"}, None),
    ],
)
def test_the_price_of_the_order_to_come_is_read(prices: dict[str, str], limit: Decimal | None) -> None:
    found = EXCHANGE.find(script(("GET", ALGO, [{**ALGO_ROW, **prices}])), SOUGHT, SWAP, CASH)
    assert found is not None
    assert found.price == limit


# Listing and cancelling


def test_waiting_stops_of_every_kind_are_listed_before_the_orders() -> None:
    oco = {**ALGO_ROW, "ordType": "oco", "algoId": "9", "sz": "", "algoClOrdId": "", "tpOrdPx": "-1"}
    page = [{**ALGO_ROW, "algoId": str(number)} for number in range(400, 300, -1)]
    ask = script(
        ("GET", f"{PENDING}conditional%2Coco&instId=BTC-USDT-SWAP&limit=100", page),
        ("GET", f"{PENDING}conditional%2Coco&instId=BTC-USDT-SWAP&limit=100&after=301", [oco]),
        ("GET", f"{PENDING}trigger&", []),
        ("GET", f"{PENDING}move_order_stop&", [{**ALGO_ROW, "ordType": "move_order_stop", "algoId": "8"}]),
        ("GET", "/api/v5/trade/orders-pending", [ORDER_ROW]),
    )
    listed = EXCHANGE.open_orders(ask, SWAP, CASH)
    assert [found.order_id for found in listed[99:]] == ["301", "9", "8", ORDER_ROW["ordId"]]
    assert [found.stop for found in listed[99:]] == [True, True, True, False]
    assert ask.finished


@pytest.mark.parametrize("code", ["50011", "51603"])
def test_stops_that_cannot_be_listed_are_not_none(code: str) -> None:
    with pytest.raises(Failed):
        EXCHANGE.open_orders(script(("GET", PENDING, code)), SPOT, CASH)


@pytest.mark.parametrize(
    ("handle", "named"),
    [
        (Handle("7", CLIENT_ID, stop=True), {"algoId": "7"}),
        (Handle(None, CLIENT_ID, stop=True), {"algoClOrdId": CLIENT_ID}),
    ],
)
def test_a_stop_is_cancelled_by_its_own_call(handle: Handle, named: dict[str, str]) -> None:
    call = EXCHANGE.cancel(handle, SWAP, CASH)
    assert (call.op, call.target) == (Op.CANCEL, "/api/v5/trade/cancel-algos")
    assert json.loads(call.body) == [{"instId": "BTC-USDT-SWAP", **named}]


def test_a_stop_that_is_gone_cannot_be_cancelled_again() -> None:
    call = EXCHANGE.cancel(Handle("7", None, stop=True), SWAP, CASH)
    body = {"code": "1", "data": [{"algoId": "7", "sCode": "51400", "sMsg": ""}], "msg": ""}
    assert judge(call, body).verdict is Verdict.GONE
