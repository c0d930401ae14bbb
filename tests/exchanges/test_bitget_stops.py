"""Bitget v2 stops (Classic accounts): placed to the byte, found with the order they became, listed and cancelled."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.exchange import Found, Handle, Instrument, Profile, Status
from order_relay.core.order import MarginMode, OrderType, Plan, PositionSide, Side, TimeInForce, Unit
from order_relay.core.outcome import Failed, Op, Verdict
from order_relay.core.refusal import Refusal
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
    STAMP_MS,
    done,
    judge,
    script,
    sent,
)

MIX = "/api/v2/mix/order"
TRADE = "/api/v2/spot/trade"
TRIGGER = Decimal("59000.0")
STOP = replace(PERP_MARKET, type=OrderType.STOP, trigger_price=TRIGGER)
EXIT = replace(STOP, side=Side.SELL, reduce_only=True)
TRAIL = replace(EXIT, type=OrderType.TRAILING, trail=Decimal("0.015"))
SPOT_STOP = replace(SPOT_LIMIT, type=OrderType.STOP, side=Side.SELL, price=None, trigger_price=TRIGGER)
SPOT_BUY = replace(SPOT_STOP, side=Side.BUY)
EXITS: dict[str, Any] = {"take_profit": Decimal(65000), "stop_loss": Decimal("58000.50")}

MIX_ROW: dict[str, Any] = {
    "planType": "normal_plan",
    "symbol": "btcusdt",
    "size": "0.01",
    "orderId": "5001",
    "clientOid": CLIENT_ID,
    "executePrice": "0",
    "triggerPrice": "59000",
    "planStatus": "live",
    "side": "sell",
    "posSide": "net",
    "tradeSide": "",
    "orderType": "market",
    "cTime": "1700000000100",
}
SPOT_ROW: dict[str, Any] = {
    "orderId": "6001",
    "clientOid": CLIENT_ID,
    "symbol": "BTCUSDT",
    "size": "0.01",
    "executePrice": "58990",
    "triggerPrice": "59000",
    "status": "not_trigger",
    "orderType": "limit",
    "side": "sell",
    "planType": "amount",
    "cTime": "1700000000100",
}


def listed(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"entrustedList": list(rows) or None, "endId": None}


def stops(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"nextFlag": False, "idLessThan": "1", "orderList": list(rows)}


# Placing


def mix_body(kind: str, margin: str, middle: str) -> str:
    return (
        f'{{"planType":"{kind}","symbol":"BTCUSDT","productType":"USDT-FUTURES","marginMode":"{margin}",'
        f'"marginCoin":"USDT","size":"0.01",{middle},"clientOid":"{CLIENT_ID}"}}'
    )


AT = '"triggerPrice":"59000","triggerType":"fill_price"'
FUTURES: list[tuple[str, Plan, Profile, str]] = [
    (
        "an exit in one-way mode",
        EXIT,
        CLASSIC,
        mix_body("normal_plan", "crossed", f'{AT},"side":"sell","reduceOnly":"YES","orderType":"market"'),
    ),
    (
        "an isolated exit of a long in hedge mode, at a limit",
        replace(EXIT, position_side=PositionSide.LONG, price=Decimal(58990), margin_mode=MarginMode.ISOLATED),
        CLASSIC_HEDGE,
        mix_body(
            "normal_plan",
            "isolated",
            f'"price":"58990",{AT},"side":"buy","tradeSide":"close","orderType":"limit"',
        ),
    ),
    (
        "an entry with both exits",
        replace(STOP, **EXITS),
        CLASSIC,
        mix_body(
            "normal_plan",
            "crossed",
            f'{AT},"side":"buy","orderType":"market","stopSurplusTriggerPrice":"65000",'
            '"stopSurplusTriggerType":"fill_price","stopLossTriggerPrice":"58000.5","stopLossTriggerType":"fill_price"',
        ),
    ),
    (
        "a trailing exit",
        TRAIL,
        CLASSIC,
        mix_body(
            "track_plan",
            "crossed",
            f'"callbackRatio":"1.5",{AT},"side":"sell","reduceOnly":"YES","orderType":"market"',
        ),
    ),
]


@pytest.mark.parametrize(("kind", "plan", "profile", "body"), FUTURES, ids=[case[0] for case in FUTURES])
def test_a_futures_stop_has_exactly_these_bytes(kind: str, plan: Plan, profile: Profile, body: str) -> None:
    call = EXCHANGE.place(plan, PERP, profile)
    assert call.op is Op.PLACE
    assert sent(call) == ("POST", f"{MIX}/place-plan-order", body)


@pytest.mark.parametrize(
    ("plan", "middle"),
    [
        (SPOT_STOP, '"side":"sell","triggerPrice":"59000","orderType":"market","planType":"amount","size":"0.01"'),
        (
            replace(SPOT_STOP, price=Decimal(58990)),
            '"side":"sell","triggerPrice":"59000","orderType":"limit","executePrice":"58990","planType":"amount",'
            '"size":"0.01"',
        ),
        (
            replace(SPOT_BUY, quantity=Decimal(100), unit=Unit.QUOTE),
            '"side":"buy","triggerPrice":"59000","orderType":"market","planType":"total","size":"100"',
        ),
        (SPOT_BUY, '"side":"buy","triggerPrice":"59000","orderType":"market","planType":"amount","size":"0.01"'),
    ],
)
def test_a_spot_stop_has_exactly_these_bytes(plan: Plan, middle: str) -> None:
    body = f'{{"symbol":"BTCUSDT",{middle},"triggerType":"fill_price","clientOid":"{CLIENT_ID}"}}'
    assert sent(EXCHANGE.place(plan, SPOT, CLASSIC)) == ("POST", f"{TRADE}/place-plan-order", body)


@pytest.mark.parametrize(
    ("plan", "instrument", "words"),
    [
        (replace(STOP, trigger_price=None), PERP, "needs a trigger price"),
        (replace(STOP, price=TRIGGER, time_in_force=TimeInForce.IOC), PERP, "no stop that is ioc"),
        (replace(SPOT_BUY, time_in_force=TimeInForce.POST_ONLY), SPOT, "no stop that is post_only"),
        (replace(SPOT_BUY, stop_loss=TRIGGER), SPOT, "no take-profit or stop-loss price to a spot stop"),
        (replace(TRAIL, take_profit=TRIGGER), PERP, "no take-profit or stop-loss price to a trailing order"),
        (replace(TRAIL, trigger_price=None), PERP, "needs a trigger price, from which on it follows"),
        (replace(TRAIL, trail=Decimal("0.101")), PERP, "by at most 10 %"),
        (replace(TRAIL, trail=None), PERP, "by at most 10 %"),
        (replace(TRAIL, price=TRIGGER), PERP, "trades at market"),
        (replace(SPOT_STOP, type=OrderType.TRAILING, trail=Decimal("0.01")), SPOT, "no trailing spot orders"),
        (replace(SPOT_STOP, unit=Unit.QUOTE), SPOT, "base coins, not in quote"),
        (replace(SPOT_BUY, price=TRIGGER, unit=Unit.QUOTE), SPOT, "base coins, not in quote"),
        (replace(STOP, unit=Unit.CONTRACTS), PERP, "base coins, not in contracts"),
    ],
)
def test_what_a_stop_cannot_say_is_refused(plan: Plan, instrument: Instrument, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        EXCHANGE.place(plan, instrument, CLASSIC)


@pytest.mark.parametrize(
    ("plan", "instrument", "attached"),
    [
        (
            replace(PERP_MARKET, **EXITS),
            PERP,
            '"orderType":"market","presetStopSurplusPrice":"65000","presetStopLossPrice":"58000.5","clientOid"',
        ),
        (replace(PERP_LIMIT, take_profit=Decimal(65000)), PERP, '"force":"gtc","presetStopSurplusPrice":"65000","cl'),
        (
            replace(SPOT_LIMIT, **EXITS),
            SPOT,
            '"size":"0.01","presetTakeProfitPrice":"65000","presetStopLossPrice":"58000.5","clientOid"',
        ),
    ],
)
def test_exits_are_attached_to_an_entry(plan: Plan, instrument: Instrument, attached: str) -> None:
    assert attached in EXCHANGE.place(plan, instrument, CLASSIC).body


# Answers


@pytest.mark.parametrize(
    ("plan", "instrument", "order_id"),
    [(EXIT, PERP, "77"), (TRAIL, PERP, "track_plan:77"), (SPOT_STOP, SPOT, "77")],
)
def test_an_accepted_stop_tells_the_id_it_is_known_by(plan: Plan, instrument: Instrument, order_id: str) -> None:
    call = EXCHANGE.place(plan, instrument, CLASSIC)
    outcome = judge(call, done({"orderId": "77", "clientOid": CLIENT_ID}))
    assert outcome.verdict is Verdict.ACCEPTED
    assert EXCHANGE.placed(outcome.data) == order_id


@pytest.mark.parametrize("data", [{"orderId": None, "clientOid": CLIENT_ID}, {}, None])
@pytest.mark.parametrize(("plan", "instrument"), [(EXIT, PERP), (TRAIL, PERP), (SPOT_STOP, SPOT)])
def test_a_stop_that_was_given_no_id_is_not_taken_for_placed(plan: Plan, instrument: Instrument, data: object) -> None:
    assert judge(EXCHANGE.place(plan, instrument, CLASSIC), done(data)).verdict is Verdict.AMBIGUOUS


@pytest.mark.parametrize(
    ("code", "verdict"),
    [("22042", Verdict.REJECTED), ("40834", Verdict.REJECTED), ("45034", Verdict.DUPLICATE), ("40837", Verdict.FLAT)],
)
def test_a_refused_stop_says_why(code: str, verdict: Verdict) -> None:
    call = EXCHANGE.place(EXIT, PERP, CLASSIC)
    assert judge(call, {"code": code, "msg": "no", "data": None}, 400).verdict is verdict


# Finding futures stops

SOUGHT = replace(SOUGHT_PERP, plan=EXIT)
NAMED = f"?clientOid={CLIENT_ID}&limit=100&planType=normal_plan&productType=USDT-FUTURES&symbol=BTCUSDT"
WAITING, ENDED = f"{MIX}/orders-plan-pending", f"{MIX}/orders-plan-history"


def test_a_waiting_futures_stop_is_found_by_our_id() -> None:
    ask = script(("GET", WAITING + NAMED, listed(MIX_ROW)))
    assert EXCHANGE.find(ask, SOUGHT, PERP, CLASSIC) == Found(
        order_id="5001",
        status=Status.OPEN,
        side=Side.SELL,
        quantity=Decimal("0.01"),
        filled=Decimal(0),
        client_id=CLIENT_ID,
        created_ms=1_700_000_000_100,
        stop=True,
    )


def test_a_futures_stop_is_absent_once_both_lists_were_read() -> None:
    other = MIX_ROW | {"orderId": "1", "clientOid": "other"}
    ask = script(("GET", WAITING + NAMED, listed()), ("GET", ENDED + NAMED, listed(other)))
    assert EXCHANGE.find(ask, SOUGHT, PERP, CLASSIC) is None
    assert ask.finished


def test_a_triggered_futures_stop_shows_the_order_that_it_became() -> None:
    executed = MIX_ROW | {"planStatus": "executed", "executeOrderId": "88"}
    became = MIX_ROW | {"orderId": "88", "clientOid": "x", "state": "filled", "baseVolume": "0.01", "priceAvg": "58999"}
    ask = script(
        ("GET", WAITING, listed()),
        ("GET", ENDED, listed(executed)),
        ("GET", f"{MIX}/detail?orderId=88&productType=USDT-FUTURES&symbol=BTCUSDT", became),
    )
    found = EXCHANGE.find(ask, SOUGHT, PERP, CLASSIC)
    assert found is not None
    assert (found.order_id, found.status, found.stop, found.client_id) == ("88", Status.FILLED, False, CLIENT_ID)
    assert (found.filled, found.average) == (Decimal("0.01"), Decimal(58999))


@pytest.mark.parametrize("became", [{}, {"executeOrderId": ""}, {"executeOrderId": "88"}])
def test_a_triggered_stop_whose_order_is_not_shown_counts_as_filled(became: dict[str, str]) -> None:
    steps = [("GET", f"{MIX}/detail", "40109")] if became.get("executeOrderId") else []
    executed = MIX_ROW | {"planStatus": "executed", **became}
    ask = script(("GET", WAITING, listed()), ("GET", ENDED, listed(executed)), *steps)
    found = EXCHANGE.find(ask, SOUGHT, PERP, CLASSIC)
    assert found is not None
    assert (found.order_id, found.status, found.filled) == ("5001", Status.FILLED, Decimal("0.01"))
    assert ask.finished


@pytest.mark.parametrize(
    ("shown", "status"),
    [("cancelled", Status.CANCELLED), ("fail_execute", Status.FAILED), ("not_trigger", Status.OPEN)],
)
def test_every_documented_state_has_its_status(shown: str, status: Status) -> None:
    ask = script(("GET", WAITING, listed()), ("GET", ENDED, listed(MIX_ROW | {"planStatus": shown})))
    found = EXCHANGE.find(ask, SOUGHT, PERP, CLASSIC)
    assert found is not None
    assert (found.status, bool(found.reason)) == (status, status is Status.FAILED)


@pytest.mark.parametrize("change", [{"planStatus": "odd"}, {"orderId": ""}, {"size": "0"}, {"side": "hold"}])
def test_a_stop_that_cannot_be_read_is_never_taken_for_absent(change: dict[str, str]) -> None:
    with pytest.raises(Failed, match="not the documented one"):
        EXCHANGE.find(script(("GET", WAITING, listed(MIX_ROW | change))), SOUGHT, PERP, CLASSIC)


def test_a_trailing_order_is_looked_for_among_its_kind_and_keeps_its_id() -> None:
    sought = replace(SOUGHT, plan=TRAIL, order_id="track_plan:5001")
    asked = "?limit=100&orderId=5001&planType=track_plan&productType=USDT-FUTURES&symbol=BTCUSDT"
    ask = script(("GET", WAITING + asked, listed(MIX_ROW | {"planType": "track_plan", "clientOid": ""})))
    found = EXCHANGE.find(ask, sought, PERP, CLASSIC)
    assert found is not None
    assert (found.order_id, found.stop) == ("track_plan:5001", True)


def test_an_id_that_is_no_stop_is_looked_for_among_the_orders() -> None:
    sought = replace(SOUGHT, order_id="88")
    order = MIX_ROW | {"orderId": "88", "clientOid": "x", "state": "live", "baseVolume": "0", "priceAvg": ""}
    ask = script(("GET", WAITING, listed()), ("GET", ENDED, listed()), ("GET", f"{MIX}/detail?orderId=88&", order))
    found = EXCHANGE.find(ask, sought, PERP, CLASSIC)
    assert found is not None
    assert (found.order_id, found.status, found.stop) == ("88", Status.OPEN, False)


# Finding spot stops

SOUGHT_STOP = replace(SOUGHT_SPOT, plan=SPOT_STOP)
CURRENT, HISTORY = f"{TRADE}/current-plan-order", f"{TRADE}/history-plan-order"


def test_a_spot_stop_is_scanned_for_among_all_of_the_pair() -> None:
    full = [SPOT_ROW | {"orderId": str(number), "clientOid": f"other{number}"} for number in range(300, 200, -1)]
    ask = script(("GET", CURRENT, stops(*full) | {"idLessThan": "201"}), ("GET", CURRENT, stops(SPOT_ROW)))
    found = EXCHANGE.find(ask, SOUGHT_STOP, SPOT, CLASSIC)
    assert found is not None
    assert (found.order_id, found.status, found.price, found.stop) == ("6001", Status.OPEN, Decimal(58990), True)
    assert ask.targets == [
        f"{CURRENT}?limit=100&symbol=BTCUSDT",
        f"{CURRENT}?idLessThan=201&limit=100&symbol=BTCUSDT",
    ]


def test_a_spot_stop_is_absent_once_everything_back_to_its_sending_was_read() -> None:
    older = SPOT_ROW | {"orderId": "5", "clientOid": "older", "cTime": str(STAMP_MS - 60_001)}
    ask = script(("GET", CURRENT, stops()), ("GET", HISTORY, stops(older, *[SPOT_ROW] * 99)))
    assert EXCHANGE.find(ask, SOUGHT_STOP, SPOT, CLASSIC) is None
    assert ask.finished


@pytest.mark.parametrize(("subs", "order_id"), [([{"orderId": "99"}], "99"), ([], "6001"), (None, "6001")])
def test_a_triggered_spot_stop_shows_the_order_that_it_became(subs: object, order_id: str) -> None:
    executed = SPOT_ROW | {"status": "executed"}
    became = SPOT_ROW | {
        "orderId": "99",
        "clientOid": "6001",
        "status": "filled",
        "price": "58990",
        "priceAvg": "58991",
    }
    steps = [("GET", f"{TRADE}/orderInfo?orderId=99", [became | {"baseVolume": "0.01"}])] if subs else []
    ask = script(
        ("GET", CURRENT, stops()),
        ("GET", HISTORY, stops(executed)),
        ("GET", f"{TRADE}/plan-sub-order?planOrderId=6001", subs),
        *steps,
    )
    found = EXCHANGE.find(ask, SOUGHT_STOP, SPOT, CLASSIC)
    assert found is not None
    assert (found.order_id, found.status, found.filled) == (order_id, Status.FILLED, Decimal("0.01"))
    assert found.client_id == CLIENT_ID


# Listing and cancelling


def test_waiting_futures_stops_are_listed_before_the_orders() -> None:
    track = MIX_ROW | {
        "planType": "track_plan",
        "orderId": "5002",
        "side": "buy",
        "posSide": "long",
        "tradeSide": "close",
    }
    ask = script(
        ("GET", f"{WAITING}?limit=100&planType=normal_plan&", listed(MIX_ROW)),
        ("GET", f"{WAITING}?limit=100&planType=track_plan&", listed(track)),
        *[("GET", f"{MIX}/orders-pending", listed())] * 2,
    )
    found = EXCHANGE.open_orders(ask, PERP, CLASSIC_HEDGE)
    assert [(one.order_id, one.side, one.stop) for one in found] == [
        ("5001", Side.SELL, True),
        ("track_plan:5002", Side.SELL, True),
    ]


def test_waiting_spot_stops_are_listed() -> None:
    ask = script(("GET", CURRENT, stops(SPOT_ROW)), ("GET", f"{TRADE}/unfilled-orders", []))
    assert [(one.order_id, one.stop) for one in EXCHANGE.open_orders(ask, SPOT, CLASSIC)] == [("6001", True)]


CONTRACT = '"symbol":"BTCUSDT","productType":"USDT-FUTURES","marginCoin":"USDT"'


@pytest.mark.parametrize(
    ("handle", "kind", "named"),
    [
        (Handle("7", CLIENT_ID, stop=True), "normal_plan", '"orderId":"7"'),
        (Handle("track_plan:7", CLIENT_ID, stop=True), "track_plan", '"orderId":"7"'),
        (Handle(None, CLIENT_ID, stop=True), "normal_plan", f'"clientOid":"{CLIENT_ID}"'),
    ],
)
def test_a_futures_stop_is_cancelled_by_its_own_call_and_kind(handle: Handle, kind: str, named: str) -> None:
    call = EXCHANGE.cancel(handle, PERP, CLASSIC)
    assert call.op is Op.CANCEL
    body = f'{{{CONTRACT},"planType":"{kind}","orderIdList":[{{{named}}}]}}'
    assert sent(call) == ("POST", f"{MIX}/cancel-plan-order", body)


def test_a_spot_stop_is_cancelled_by_its_own_call() -> None:
    call = EXCHANGE.cancel(Handle("7", None, stop=True), SPOT, CLASSIC)
    assert sent(call) == ("POST", f"{TRADE}/cancel-plan-order", '{"orderId":"7"}')
    assert judge(call, done({"result": "success"})).verdict is Verdict.ACCEPTED
    assert judge(call, done({"result": "failure"})).verdict is Verdict.AMBIGUOUS
    assert judge(call, {"code": "43025", "msg": "", "data": None}, 400).verdict is Verdict.GONE


def test_a_futures_stop_that_is_gone_cannot_be_cancelled_again() -> None:
    call = EXCHANGE.cancel(Handle("7", None, stop=True), PERP, CLASSIC)
    failure = {"orderId": "7", "clientOid": "", "errorMsg": "notExistend"}
    assert judge(call, done({"successList": [], "failureList": [failure]})).verdict is Verdict.GONE
