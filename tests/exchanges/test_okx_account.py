"""OKX accounts: equity, and the leverage of a swap brought to what an alert asks for."""

from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.call import Call
from order_relay.core.exchange import Profile, Wanted
from order_relay.core.order import MarginMode, PositionSide
from order_relay.core.outcome import Answer, Failed, Op, Outcome, Verdict
from order_relay.core.refusal import Refusal
from order_relay.core.symbol import Market
from order_relay.exchanges.okx import EXCHANGE
from tests.exchanges.okx_cases import CASH, HEDGE, SPOT, SWAP, judge, script, sent

INFO = "/api/v5/account/leverage-info?instId=BTC-USDT-SWAP&mgnMode="
COIN = {"ccy": "USDT", "availBal": "12.5", "availEq": "9.75", "cashBal": "20", "eq": "23.5"}


@pytest.mark.parametrize(
    ("market", "asset", "whole"),
    [(Market.SPOT, "USDT", "20"), (Market.PERP, "USDT", "23.5"), (Market.SPOT, "BTC", "0"), (Market.PERP, "BTC", "0")],
)
def test_equity_is_the_cash_on_spot_and_has_the_open_profit_for_swaps(market: Market, asset: str, whole: str) -> None:
    ask = script(("GET", f"/api/v5/account/balance?ccy={asset}", [{"totalEq": "1", "details": [COIN]}]))
    assert EXCHANGE.equity(ask, asset, market, CASH) == Decimal(whole)


def test_equity_that_is_not_told_is_not_guessed() -> None:
    rows = [{"details": [{**COIN, "eq": ""}]}]
    with pytest.raises(Failed, match="eq"):
        EXCHANGE.equity(script(("GET", "/api/v5/account/balance", rows)), "USDT", Market.PERP, CASH)


def lever(value: str, side: str = "net") -> dict[str, str]:
    return {"instId": "BTC-USDT-SWAP", "lever": value, "mgnMode": "cross", "posSide": side}


def arranged(wanted: Wanted, profile: Profile, *rows: Any, mode: str = "cross") -> list[str]:
    assert EXCHANGE.arrange is not None
    ask = script(("GET", INFO + mode, list(rows)))
    calls = EXCHANGE.arrange(ask, wanted, SWAP, profile)
    assert ask.finished
    assert {(call.op, call.target) for call in calls} <= {(Op.SET, "/api/v5/account/set-leverage")}
    return [call.body for call in calls]


FIVE = Decimal("5.0")
LONG, SHORT = lever("5", "long"), lever("3", "short")


@pytest.mark.parametrize(
    ("wanted", "profile", "rows", "bodies"),
    [
        (Wanted(FIVE), CASH, [lever("5")], []),
        (Wanted(FIVE), CASH, [lever("3")], ['{"instId":"BTC-USDT-SWAP","lever":"5","mgnMode":"cross"}']),
        (Wanted(FIVE), CASH, [lever("")], ['{"instId":"BTC-USDT-SWAP","lever":"5","mgnMode":"cross"}']),
        (Wanted(FIVE, position_side=PositionSide.LONG), HEDGE, [LONG, lever("5", "short")], []),
    ],
)
def test_a_cross_leverage_is_set_only_where_it_differs(
    wanted: Wanted, profile: Profile, rows: list[dict[str, str]], bodies: list[str]
) -> None:
    assert arranged(wanted, profile, *rows) == bodies


def isolated(side: str) -> str:
    return f'{{"instId":"BTC-USDT-SWAP","lever":"5","mgnMode":"isolated","posSide":"{side}"}}'


@pytest.mark.parametrize(
    ("side", "bodies"),
    [(PositionSide.LONG, []), (PositionSide.SHORT, [isolated("short")]), (None, [isolated("short")])],
)
def test_an_isolated_leverage_belongs_to_a_side_in_hedge_mode(side: PositionSide | None, bodies: list[str]) -> None:
    assert arranged(Wanted(FIVE, MarginMode.ISOLATED, side), HEDGE, LONG, SHORT, mode="isolated") == bodies


def test_an_isolated_leverage_in_net_mode_has_no_side() -> None:
    bodies = arranged(Wanted(FIVE, MarginMode.ISOLATED), CASH, lever("3"), mode="isolated")
    assert bodies == ['{"instId":"BTC-USDT-SWAP","lever":"5","mgnMode":"isolated"}']


def test_a_margin_mode_alone_needs_no_call_because_orders_carry_it() -> None:
    assert EXCHANGE.arrange is not None
    assert EXCHANGE.arrange(script(), Wanted(margin_mode=MarginMode.ISOLATED), SWAP, CASH) == []


def test_where_the_host_does_not_tell_the_leverage_it_is_set() -> None:
    def missing(call: Call) -> Outcome:
        raise Failed(Outcome(Verdict.AMBIGUOUS, code="404"))

    assert EXCHANGE.arrange is not None
    assert len(EXCHANGE.arrange(missing, Wanted(FIVE), SWAP, CASH)) == 1
    assert len(EXCHANGE.arrange(missing, Wanted(FIVE, MarginMode.ISOLATED), SWAP, HEDGE)) == 2
    with pytest.raises(Failed):
        EXCHANGE.arrange(script(("GET", INFO, "50013")), Wanted(FIVE), SWAP, CASH)


def test_an_unknown_path_is_told_by_its_http_status() -> None:
    call = Call(Op.READ, "GET", INFO)
    answer = Answer(404, {}, b"<html>not found</html>")
    assert EXCHANGE.read(call, answer) is None
    assert judge(call, b"<html>not found</html>", 404).code == "404"


def test_what_cannot_be_set_is_refused() -> None:
    assert EXCHANGE.arrange is not None
    with pytest.raises(Refusal, match="spot has no leverage"):
        EXCHANGE.arrange(script(), Wanted(FIVE), SPOT, CASH)
    with pytest.raises(Refusal, match="no isolated margin"):
        EXCHANGE.arrange(script(), Wanted(FIVE, MarginMode.ISOLATED), SWAP, Profile(trade_mode="cross"))


@pytest.mark.parametrize(("code", "verdict"), [("59102", Verdict.REJECTED), ("59107", Verdict.REJECTED)])
def test_a_setting_that_is_refused_says_why(code: str, verdict: Verdict) -> None:
    assert EXCHANGE.arrange is not None
    call = EXCHANGE.arrange(script(("GET", INFO, [lever("3")])), Wanted(FIVE), SWAP, CASH)[0]
    assert judge(call, {"code": code, "data": [], "msg": "no"}).verdict is verdict
    assert judge(call, {"code": "0", "data": [lever("5")], "msg": ""}).verdict is Verdict.ACCEPTED
    assert "expTime" not in sent(call).headers
