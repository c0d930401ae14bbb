"""Bitunix: take-profit and stop-loss ride on an entry, other stops are refused; leverage, margin mode, equity."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.exchange import Instrument, Profile, Wanted
from order_relay.core.order import MarginMode, OrderType, Plan, PositionSide, Side
from order_relay.core.outcome import Failed, Op
from order_relay.core.refusal import Refusal
from order_relay.core.symbol import Market
from order_relay.exchanges.bitunix import EXCHANGE
from tests.exchanges.bitunix_cases import CLIENT_ID, HEDGE, ONE_WAY, PERP, PERP_BUY, SPOT, SPOT_BUY, script
from tests.exchanges.scripted import Script

TARGET, GUARD = Decimal("65000.0"), Decimal(59000)
STOP = replace(PERP_BUY, type=OrderType.STOP, trigger_price=Decimal(61000), above=True)
TRAILING = replace(PERP_BUY, type=OrderType.TRAILING, price=None, trail=Decimal("0.01"))
LIMIT_HEAD = '"symbol":"BTCUSDT","side":"BUY","orderType":"LIMIT","qty":"0.001","price":"60000","effect":"GTC"'
MARKET_HEAD = '"symbol":"BTCUSDT","side":"BUY","orderType":"MARKET","qty":"0.001"'
TAIL = f'"reduceOnly":false,"clientId":"{CLIENT_ID}"'
TP = '"tpPrice":"65000","tpStopType":"LAST_PRICE","tpOrderType":"MARKET"'
SL = '"slPrice":"59000","slStopType":"LAST_PRICE","slOrderType":"MARKET"'


@pytest.mark.parametrize(
    ("plan", "body"),
    [
        (replace(PERP_BUY, take_profit=TARGET, stop_loss=GUARD), f"{{{LIMIT_HEAD},{TAIL},{TP},{SL}}}"),
        (replace(PERP_BUY, take_profit=TARGET), f"{{{LIMIT_HEAD},{TAIL},{TP}}}"),
        (
            replace(PERP_BUY, type=OrderType.MARKET, price=None, stop_loss=GUARD),
            f"{{{MARKET_HEAD},{TAIL},{SL}}}",
        ),
    ],
)
def test_a_futures_entry_carries_its_take_profit_and_stop_loss(plan: Plan, body: str) -> None:
    assert EXCHANGE.place(plan, PERP, ONE_WAY).body == body


def test_a_hedge_entry_carries_them_too() -> None:
    plan = replace(PERP_BUY, side=Side.SELL, position_side=PositionSide.SHORT, take_profit=GUARD, stop_loss=TARGET)
    body = json.loads(EXCHANGE.place(plan, PERP, HEDGE).body)
    assert (body["side"], body["tradeSide"], body["tpPrice"], body["slPrice"]) == ("SELL", "OPEN", "59000", "65000")


@pytest.mark.parametrize(
    ("plan", "instrument", "profile", "why"),
    [
        (STOP, PERP, ONE_WAY, "no stop orders"),
        (replace(STOP, price=None, reduce_only=True), PERP, ONE_WAY, "no stop orders"),
        (replace(STOP, reduce_only=True, position_side=PositionSide.LONG, position_id="7"), PERP, HEDGE, "no stop"),
        (replace(STOP, stop_loss=GUARD), PERP, ONE_WAY, "no stop orders"),
        (TRAILING, PERP, ONE_WAY, "no trailing orders"),
        (replace(PERP_BUY, reduce_only=True, stop_loss=GUARD), PERP, ONE_WAY, "that reduces takes no"),
        (replace(SPOT_BUY, type=OrderType.STOP, trigger_price=Decimal(1)), SPOT, ONE_WAY, "no trigger orders"),
        (replace(SPOT_BUY, type=OrderType.TRAILING, trail=Decimal("0.01")), SPOT, ONE_WAY, "no trigger orders"),
        (replace(SPOT_BUY, take_profit=Decimal(1)), SPOT, ONE_WAY, "no trigger orders"),
        (replace(SPOT_BUY, stop_loss=Decimal(1)), SPOT, ONE_WAY, "no trigger orders"),
    ],
)
def test_what_bitunix_does_not_have_is_refused_before_anything_is_sent(
    plan: Plan, instrument: Instrument, profile: Profile, why: str
) -> None:
    with pytest.raises(Refusal, match=f"unsupported: .*{why}"):
        EXCHANGE.place(plan, instrument, profile)


# Leverage and margin mode

SETTINGS = "/api/v1/futures/account/get_leverage_margin_mode?symbol=BTCUSDT&marginCoin=USDT"
SET = {"symbol": "BTCUSDT", "marginCoin": "USDT", "leverage": 10, "marginMode": "CROSS"}
CROSS, ISOLATED = MarginMode.CROSS, MarginMode.ISOLATED
TO_ISOLATED = (
    "/api/v1/futures/account/change_margin_mode",
    '{"symbol":"BTCUSDT","marginMode":"ISOLATION","marginCoin":"USDT"}',
)


def leverage(number: int) -> tuple[str, str]:
    body = f'{{"symbol":"BTCUSDT","leverage":{number},"marginCoin":"USDT"}}'
    return "/api/v1/futures/account/change_leverage", body


def arranged(ask: Script, wanted: Wanted, instrument: Instrument = PERP) -> list[tuple[str, str]]:
    assert EXCHANGE.arrange is not None
    calls = EXCHANGE.arrange(ask, wanted, instrument, ONE_WAY)
    assert ask.finished
    assert all((call.op, call.host) == (Op.SET, "futures") for call in calls)
    return [(call.target, call.body) for call in calls]


@pytest.mark.parametrize(
    ("wanted", "calls"),
    [
        (Wanted(Decimal(5)), [leverage(5)]),
        (Wanted(None, ISOLATED), [TO_ISOLATED]),
        (Wanted(Decimal(5), ISOLATED), [TO_ISOLATED, leverage(5)]),
        (Wanted(Decimal(10), ISOLATED), [TO_ISOLATED, leverage(10)]),
        (Wanted(Decimal(5), CROSS), [leverage(5)]),
        (Wanted(Decimal("10.0"), CROSS), []),
        (Wanted(Decimal(10)), []),
        (Wanted(None, CROSS), []),
    ],
)
def test_only_what_differs_is_set_and_the_margin_mode_first(wanted: Wanted, calls: list[tuple[str, str]]) -> None:
    assert arranged(script(("GET", SETTINGS, SET)), wanted) == calls
    assert arranged(script(("GET", SETTINGS, [SET])), wanted) == calls


def test_nothing_wanted_asks_nothing() -> None:
    assert arranged(script(), Wanted()) == arranged(script(), Wanted(), SPOT) == []


@pytest.mark.parametrize("asked", ["2.5", "0", "-1"])
def test_leverage_is_a_whole_number(asked: str) -> None:
    with pytest.raises(Refusal, match=r"unsupported: .*whole numbers"):
        arranged(script(), Wanted(Decimal(asked)))


@pytest.mark.parametrize("wanted", [Wanted(Decimal(5)), Wanted(None, CROSS)])
def test_spot_has_neither(wanted: Wanted) -> None:
    with pytest.raises(Refusal, match="unsupported: spot has no leverage"):
        arranged(script(), wanted, SPOT)


@pytest.mark.parametrize("data", [None, [], {}, SET | {"leverage": None}, SET | {"marginMode": "PORTFOLIO"}, "20001"])
def test_a_setting_that_cannot_be_read_is_not_guessed(data: Any) -> None:
    with pytest.raises(Failed):
        arranged(script(("GET", SETTINGS, data)), Wanted(Decimal(5)))


# Equity

ACCOUNT = "/api/v1/futures/account?marginCoin=USDT"
MONEY = {
    "marginCoin": "USDT",
    "available": "1000",
    "frozen": "20",
    "margin": "10",
    "transfer": "1000",
    "crossUnrealizedPNL": "2.5",
    "isolationUnrealizedPNL": "-1",
    "bonus": "7",
}
COINS = [{"coin": "usdt", "balance": Decimal("12.5"), "balanceLocked": "0.5"}]


def test_equity_counts_what_orders_and_positions_hold_and_their_open_profit() -> None:
    perp, spot = script(("GET", ACCOUNT, [MONEY])), script(("GET", "/api/spot/v1/user/account", COINS))
    assert EXCHANGE.equity(perp, "USDT", Market.PERP, ONE_WAY) == Decimal("1031.5")
    assert EXCHANGE.equity(spot, "USDT", Market.SPOT, ONE_WAY) == Decimal(13)


@pytest.mark.parametrize("nothing", [None, [], {}])
def test_an_asset_that_was_never_held_is_none(nothing: Any) -> None:
    account = "/api/v1/futures/account?marginCoin=BTC"
    assert EXCHANGE.equity(script(("GET", account, nothing)), "BTC", Market.PERP, ONE_WAY) == 0
    assert EXCHANGE.equity(script(("GET", "/api/spot/v1/user/account", COINS)), "BTC", Market.SPOT, ONE_WAY) == 0


def test_an_equity_that_cannot_be_read_is_not_taken_for_less() -> None:
    for name in ("available", "frozen", "margin", "crossUnrealizedPNL", "isolationUnrealizedPNL"):
        with pytest.raises(Failed):
            EXCHANGE.equity(script(("GET", ACCOUNT, MONEY | {name: None})), "USDT", Market.PERP, ONE_WAY)
    with pytest.raises(Failed):
        EXCHANGE.equity(script(("GET", "/api/spot", [{"coin": "USDT", "balance": 1}])), "USDT", Market.SPOT, ONE_WAY)
