"""Bitget accounts of both generations: equity, and margin mode and leverage brought to what an alert asks for."""

from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.exchange import Instrument, Profile, Wanted
from order_relay.core.order import MarginMode, PositionSide
from order_relay.core.outcome import Failed, Op, Verdict
from order_relay.core.refusal import Refusal
from order_relay.core.symbol import Market
from order_relay.exchanges.bitget import EXCHANGE
from tests.exchanges.bitget_cases import (
    CLASSIC,
    CLASSIC_HEDGE,
    PERP,
    SPOT,
    UNIFIED,
    UNIFIED_HEDGE,
    done,
    judge,
    script,
)
from tests.exchanges.scripted import Step

ACCOUNT = "/api/v2/mix/account/account?marginCoin=USDT&productType=USDT-FUTURES&symbol=BTCUSDT"
SETTINGS = "/api/v3/account/settings"
CONTRACT = '"symbol":"BTCUSDT","productType":"USDT-FUTURES","marginCoin":"USDT"'
FIVE = Decimal("5.0")
CROSS, ISOLATED = MarginMode.CROSS, MarginMode.ISOLATED


# Equity


def test_the_spot_equity_of_a_classic_account_counts_what_orders_hold() -> None:
    assets = "/api/v2/spot/account/assets?coin=USDT"
    row = {"coin": "usdt", "available": "12.5", "frozen": "3", "locked": "0.5", "limitAvailable": "9"}
    assert EXCHANGE.equity(script(("GET", assets, [row])), "USDT", Market.SPOT, CLASSIC) == 16
    assert EXCHANGE.equity(script(("GET", assets, [])), "USDT", Market.SPOT, CLASSIC) == 0
    with pytest.raises(Failed, match="frozen"):
        EXCHANGE.equity(script(("GET", assets, [row | {"frozen": ""}])), "USDT", Market.SPOT, CLASSIC)


def test_the_futures_equity_of_a_classic_account_has_the_open_profit() -> None:
    ask = script(("GET", ACCOUNT, {"available": "10", "accountEquity": "13178.5"}))
    assert EXCHANGE.equity(ask, "USDT", Market.PERP, CLASSIC) == Decimal("13178.5")


@pytest.mark.parametrize(
    ("market", "asset", "whole"),
    [(Market.SPOT, "USDT", "7"), (Market.PERP, "USDT", "6.5"), (Market.SPOT, "BTC", "0"), (Market.PERP, "BTC", "0")],
)
def test_the_equity_of_a_unified_account_is_told_coin_by_coin(market: Market, asset: str, whole: str) -> None:
    data = {"assets": [{"coin": "USDT", "equity": "6.5", "balance": "7", "available": "1"}]}
    ask = script(("GET", "/api/v3/account/assets", data))
    assert EXCHANGE.equity(ask, asset, market, UNIFIED) == Decimal(whole)


# Leverage and margin mode


def arranged(wanted: Wanted, profile: Profile, *steps: Step, instrument: Instrument = PERP) -> list[tuple[str, str]]:
    assert EXCHANGE.arrange is not None
    ask = script(*steps)
    calls = EXCHANGE.arrange(ask, wanted, instrument, profile)
    assert ask.finished
    assert {call.op for call in calls} <= {Op.SET}
    return [(call.target.rpartition("/")[2], call.body) for call in calls]


def classic(**changes: str) -> Step:
    row = {
        "posMode": "one_way_mode",
        "marginMode": "crossed",
        "crossedMarginLeverage": "5",
        "isolatedLongLever": "5",
        "isolatedShortLever": "3",
    }
    return ("GET", ACCOUNT, row | changes)


def leverage(more: str = "") -> tuple[str, str]:
    return "set-leverage", f'{{{CONTRACT},"leverage":"5"{more}}}'


MODE = ("set-margin-mode", f'{{{CONTRACT},"marginMode":"isolated"}}')
HEDGED = {"posMode": "hedge_mode"}


@pytest.mark.parametrize(
    ("wanted", "account", "calls"),
    [
        (Wanted(FIVE), {}, []),
        (Wanted(FIVE, CROSS), {}, []),
        (Wanted(FIVE), {"crossedMarginLeverage": "20"}, [leverage()]),
        (Wanted(margin_mode=ISOLATED), {}, [MODE]),
        (Wanted(FIVE, ISOLATED), {}, [MODE, leverage()]),
        (Wanted(FIVE, ISOLATED), {"isolatedShortLever": "5"}, [MODE]),
        (Wanted(FIVE), {"marginMode": "isolated"}, [leverage()]),
        (Wanted(FIVE, ISOLATED, PositionSide.LONG), HEDGED, [MODE]),
        (Wanted(FIVE, ISOLATED, PositionSide.SHORT), HEDGED, [MODE, leverage(',"holdSide":"short"')]),
        (Wanted(FIVE, ISOLATED), HEDGED | {"marginMode": "isolated"}, [leverage(',"holdSide":"short"')]),
        (Wanted(FIVE, CROSS, PositionSide.SHORT), HEDGED | {"crossedMarginLeverage": ""}, [leverage()]),
    ],
)
def test_a_classic_account_is_changed_only_where_it_differs(
    wanted: Wanted, account: dict[str, str], calls: list[tuple[str, str]]
) -> None:
    profile = CLASSIC_HEDGE if account.get("posMode") else CLASSIC
    assert arranged(wanted, profile, classic(**account)) == calls


def test_a_margin_mode_that_is_not_known_is_not_guessed() -> None:
    with pytest.raises(Failed, match="no margin mode"):
        arranged(Wanted(FIVE), CLASSIC, classic(marginMode=""))


def unified(*rows: dict[str, Any]) -> Step:
    other = {"category": "USDT-FUTURES", "symbol": "ETHUSDT", "marginMode": "isolated", "leverage": "9"}
    return ("GET", SETTINGS, {"holdMode": "one_way_mode", "symbolConfigList": [other, *rows]})


def config(mode: str, lever: str) -> dict[str, str]:
    return {"category": "USDT-FUTURES", "symbol": "BTCUSDT", "marginMode": mode, "leverage": lever}


def unified_leverage(more: str = "") -> tuple[str, str]:
    return "set-leverage", f'{{"category":"USDT-FUTURES","symbol":"BTCUSDT","leverage":"5"{more}}}'


@pytest.mark.parametrize(
    ("wanted", "rows", "calls"),
    [
        (Wanted(FIVE), [config("crossed", "5")], []),
        (Wanted(FIVE, CROSS), [config("crossed", "20")], [unified_leverage()]),
        (Wanted(FIVE), [], [unified_leverage()]),
        (Wanted(margin_mode=ISOLATED), [config("isolated", "20")], []),
        (
            Wanted(FIVE, ISOLATED, PositionSide.LONG),
            [config("isolated", "20")],
            [unified_leverage(',"posSide":"long"')],
        ),
        (
            Wanted(FIVE),
            [config("isolated", "20")],
            [unified_leverage(',"posSide":"long"'), unified_leverage(',"posSide":"short"')],
        ),
    ],
)
def test_a_unified_account_is_changed_only_where_it_differs(
    wanted: Wanted, rows: list[dict[str, str]], calls: list[tuple[str, str]]
) -> None:
    assert arranged(wanted, UNIFIED, unified(*rows)) == calls


@pytest.mark.parametrize(
    ("rows", "told"), [([config("crossed", "5")], "account, cross, is not"), ([], "account, unknown, is not")]
)
def test_a_unified_account_keeps_its_margin_mode(rows: list[dict[str, str]], told: str) -> None:
    with pytest.raises(Refusal, match=told):
        arranged(Wanted(FIVE, ISOLATED), UNIFIED_HEDGE, unified(*rows))


@pytest.mark.parametrize("profile", [CLASSIC, UNIFIED])
def test_what_cannot_be_set_is_refused_without_asking(profile: Profile) -> None:
    with pytest.raises(Refusal, match="spot has no leverage"):
        arranged(Wanted(FIVE), profile, instrument=SPOT)
    with pytest.raises(Refusal, match=r"whole numbers as leverage, not 2\.5"):
        arranged(Wanted(Decimal("2.5")), profile)


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("40814", Verdict.GONE),
        ("45054", Verdict.GONE),
        ("45117", Verdict.REJECTED),
        ("45045", Verdict.REJECTED),
        ("25223", Verdict.REJECTED),
    ],
)
def test_an_unchanged_leverage_is_as_good_as_a_changed_one(code: str, verdict: Verdict) -> None:
    assert EXCHANGE.arrange is not None
    call = EXCHANGE.arrange(script(unified()), Wanted(FIVE), PERP, UNIFIED)[0]
    assert judge(call, {"code": code, "msg": "no", "data": None}, 400).verdict is verdict
    assert judge(call, done("success")).verdict is Verdict.ACCEPTED
