"""Bitget v3 stops (Unified accounts): those that reduce a position, and exits that come with an entry."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.exchange import Found, Handle, Instrument, Profile, Status
from order_relay.core.order import MarginMode, OrderType, Plan, PositionSide, Side, TimeInForce
from order_relay.core.outcome import Failed, Op, Verdict
from order_relay.core.refusal import Refusal
from order_relay.exchanges.bitget import EXCHANGE
from tests.exchanges.bitget_cases import (
    CLIENT_ID,
    PERP,
    PERP_LIMIT,
    PERP_MARKET,
    SOUGHT_PERP,
    SPOT,
    SPOT_LIMIT,
    STAMP_MS,
    UNIFIED,
    UNIFIED_HEDGE,
    done,
    judge,
    script,
    sent,
)

TRADE = "/api/v3/trade"
WAITING = f"{TRADE}/unfilled-strategy-orders?category=USDT-FUTURES&type=tpsl"
ENDED = f"{TRADE}/history-strategy-orders?"
TRIGGER = Decimal(59000)
EXIT = replace(PERP_MARKET, side=Side.SELL, type=OrderType.STOP, reduce_only=True, trigger_price=TRIGGER, above=False)
SPOT_STOP = replace(SPOT_LIMIT, side=Side.SELL, type=OrderType.STOP, price=None, trigger_price=TRIGGER)
EXITS: dict[str, Any] = {"take_profit": Decimal(65000), "stop_loss": Decimal("58000.50")}
ROW: dict[str, Any] = {
    "orderId": "7001",
    "clientOid": CLIENT_ID,
    "category": "USDT-FUTURES",
    "symbol": "BTCUSDT",
    "qty": "0.01",
    "posSide": "long",
    "takeProfit": "",
    "stopLoss": "59000",
    "tpOrderType": "market",
    "slOrderType": "market",
    "tpLimitPrice": "",
    "slLimitPrice": "",
    "createdTime": "1700000000100",
}
SOUGHT = replace(SOUGHT_PERP, plan=EXIT)


def body(middle: str) -> str:
    head = '"category":"USDT-FUTURES","symbol":"BTCUSDT","type":"tpsl","tpslMode":"partial","qty":"0.01"'
    return f'{{{head},{middle},"clientOid":"{CLIENT_ID}"}}'


LOSS = '"stopLoss":"59000","slTriggerBy":"market","slOrderType":"market"'
PROFIT = '"takeProfit":"59000","tpTriggerBy":"market","tpOrderType":"limit","tpLimitPrice":"59010"'


@pytest.mark.parametrize(
    ("plan", "profile", "middle"),
    [
        (EXIT, UNIFIED, f'"posSide":"long",{LOSS}'),
        (replace(EXIT, above=None), UNIFIED, f'"posSide":"long",{LOSS}'),
        (replace(EXIT, side=Side.BUY, above=True), UNIFIED, f'"posSide":"short",{LOSS}'),
        (replace(EXIT, above=True, price=Decimal(59010)), UNIFIED, f'"posSide":"long",{PROFIT}'),
        (
            replace(EXIT, side=Side.BUY, price=Decimal(59010), position_side=PositionSide.SHORT, reduce_only=False),
            UNIFIED_HEDGE,
            f'"posSide":"short",{PROFIT}',
        ),
        (
            replace(EXIT, margin_mode=MarginMode.ISOLATED),
            UNIFIED,
            f'"posSide":"long",{LOSS},"marginMode":"isolated"',
        ),
        (replace(EXIT, margin_mode=MarginMode.CROSS), UNIFIED, f'"posSide":"long",{LOSS}'),
    ],
)
def test_an_exit_has_exactly_these_bytes(plan: Plan, profile: Profile, middle: str) -> None:
    call = EXCHANGE.place(plan, PERP, profile)
    assert call.op is Op.PLACE
    assert sent(call) == ("POST", f"{TRADE}/place-strategy-order", body(middle))


@pytest.mark.parametrize(
    ("plan", "instrument", "words"),
    [
        (replace(EXIT, reduce_only=False), PERP, "a stop that opens could not be found again after doubt"),
        (SPOT_STOP, SPOT, "no spot stops on a Bitget unified account"),
        (replace(EXIT, type=OrderType.TRAILING, trail=Decimal("0.01")), PERP, "no trailing orders"),
        (replace(EXIT, trigger_price=None), PERP, "needs a trigger price"),
        (replace(EXIT, stop_loss=TRIGGER), PERP, "nothing can be attached"),
        (replace(EXIT, time_in_force=TimeInForce.FOK), PERP, "no stop that is fok"),
        (replace(SPOT_LIMIT, **EXITS), SPOT, "comes with a spot order"),
    ],
)
def test_what_a_unified_account_cannot_do_is_refused_by_name(plan: Plan, instrument: Instrument, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        EXCHANGE.place(plan, instrument, UNIFIED)


@pytest.mark.parametrize("plan", [replace(PERP_MARKET, **EXITS), replace(PERP_LIMIT, **EXITS)])
def test_exits_are_attached_to_an_entry(plan: Plan) -> None:
    attached = (
        '"takeProfit":"65000","tpTriggerBy":"market","tpOrderType":"market",'
        '"stopLoss":"58000.5","slTriggerBy":"market","slOrderType":"market","clientOid"'
    )
    assert attached in EXCHANGE.place(plan, PERP, UNIFIED).body
    only = EXCHANGE.place(replace(plan, take_profit=None), PERP, UNIFIED).body
    assert "takeProfit" not in only
    assert '"stopLoss":"58000.5"' in only


def test_an_accepted_exit_tells_its_id() -> None:
    call = EXCHANGE.place(EXIT, PERP, UNIFIED)
    outcome = judge(call, done({"orderId": "7001", "clientOid": CLIENT_ID}))
    assert (outcome.verdict, EXCHANGE.placed(outcome.data)) == (Verdict.ACCEPTED, "7001")
    assert judge(call, done({"clientOid": CLIENT_ID})).verdict is Verdict.AMBIGUOUS


@pytest.mark.parametrize(
    ("code", "verdict"), [("25586", Verdict.REJECTED), ("25595", Verdict.REJECTED), ("25601", Verdict.FLAT)]
)
def test_a_refused_exit_says_why(code: str, verdict: Verdict) -> None:
    call = EXCHANGE.place(EXIT, PERP, UNIFIED)
    assert judge(call, {"code": code, "msg": "no", "data": None}, 400).verdict is verdict


# Finding


def test_a_waiting_exit_is_found_by_our_id() -> None:
    other = ROW | {"orderId": "1", "clientOid": "x"}
    foreign = ROW | {"orderId": "2", "symbol": "ETHUSDT"}
    ask = script(("GET", WAITING, [other, foreign, ROW | {"status": "pending"}]))
    assert EXCHANGE.find(ask, SOUGHT, PERP, UNIFIED) == Found(
        order_id="7001",
        status=Status.OPEN,
        side=Side.SELL,
        quantity=Decimal("0.01"),
        filled=Decimal(0),
        client_id=CLIENT_ID,
        created_ms=1_700_000_000_100,
        stop=True,
    )


@pytest.mark.parametrize(
    ("shown", "status", "filled"),
    [("success", Status.FILLED, "0.01"), ("failed", Status.FAILED, "0"), ("cancelled", Status.CANCELLED, "0")],
)
def test_an_ended_exit_is_found_in_the_history(shown: str, status: Status, filled: str) -> None:
    newer = ROW | {"orderId": "9", "clientOid": "x", "status": "success"}
    ended = ROW | {"status": shown}
    ask = script(
        ("GET", WAITING, []),
        ("GET", f"{ENDED}category=USDT-FUTURES&limit=100&type=tpsl", {"list": [newer] * 100, "cursor": "8"}),
        ("GET", f"{ENDED}category=USDT-FUTURES&cursor=8&limit=100&type=tpsl", {"list": [ended], "cursor": None}),
    )
    found = EXCHANGE.find(ask, SOUGHT, PERP, UNIFIED)
    assert found is not None
    assert (found.status, found.filled, found.stop) == (status, Decimal(filled), False)


@pytest.mark.parametrize("history", [{"list": []}, None])
def test_an_exit_is_absent_once_both_lists_were_read(history: object) -> None:
    assert EXCHANGE.find(script(("GET", WAITING, None), ("GET", ENDED, history)), SOUGHT, PERP, UNIFIED) is None


def test_the_history_is_read_back_to_the_sending_only() -> None:
    older = ROW | {"clientOid": "x", "createdTime": str(STAMP_MS - 60_001), "status": "success"}
    ask = script(("GET", WAITING, []), ("GET", ENDED, {"list": [older] + [ROW] * 99, "cursor": "8"}))
    assert EXCHANGE.find(ask, SOUGHT, PERP, UNIFIED) is None
    assert ask.finished


@pytest.mark.parametrize("change", [{}, {"status": "odd"}, {"status": "success", "posSide": ""}])
def test_an_ended_exit_without_a_known_status_is_not_guessed(change: dict[str, str]) -> None:
    ask = script(("GET", WAITING, []), ("GET", ENDED, {"list": [ROW | change]}))
    with pytest.raises(Failed, match="not the documented one"):
        EXCHANGE.find(ask, SOUGHT, PERP, UNIFIED)


def test_the_price_of_a_take_profit_to_come_is_read() -> None:
    row = ROW | {"takeProfit": "65000", "stopLoss": "", "tpOrderType": "limit", "tpLimitPrice": "64990"}
    found = EXCHANGE.find(script(("GET", WAITING, [row])), SOUGHT, PERP, UNIFIED)
    assert found is not None
    assert found.price == Decimal(64990)


# Listing and cancelling


def test_waiting_exits_are_listed_before_the_orders() -> None:
    ask = script(("GET", WAITING, [ROW]), ("GET", f"{TRADE}/unfilled-orders", {"list": []}))
    assert [(one.order_id, one.stop) for one in EXCHANGE.open_orders(ask, PERP, UNIFIED)] == [("7001", True)]
    spot = script(("GET", f"{TRADE}/unfilled-orders?category=SPOT", {"list": []}))
    assert EXCHANGE.open_orders(spot, SPOT, UNIFIED) == []


def test_an_exit_is_cancelled_by_its_own_call() -> None:
    call = EXCHANGE.cancel(Handle("7001", CLIENT_ID, stop=True), PERP, UNIFIED)
    ours = EXCHANGE.cancel(Handle(None, CLIENT_ID, stop=True), PERP, UNIFIED)
    assert sent(call) == ("POST", f"{TRADE}/cancel-strategy-order", '{"orderId":"7001"}')
    assert sent(ours) == ("POST", f"{TRADE}/cancel-strategy-order", f'{{"clientOid":"{CLIENT_ID}"}}')
    assert judge(call, done(None)).verdict is Verdict.ACCEPTED
    assert judge(call, {"code": "25597", "msg": "", "data": None}, 400).verdict is Verdict.GONE
