"""Bitget whichever API an account has: signing, envelopes, error codes, detection and market data."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.call import Call
from order_relay.core.exchange import Instrument, MarketStyle, Profile, Top
from order_relay.core.order import OrderType, Side, Unit
from order_relay.core.outcome import Answer, Failed, Op, Verdict
from order_relay.core.refusal import Refusal
from order_relay.core.symbol import Market
from order_relay.exchanges.bitget import EXCHANGE
from tests.exchanges.bitget_cases import (
    CANCEL,
    CLASSIC,
    CLASSIC_HEDGE,
    KEYS,
    PERP,
    PERP_MARKET,
    PLACE,
    READ,
    SPOT,
    SPOT_LIMIT,
    SPOT_MARKET_SELL,
    STAMP_MS,
    UNIFIED,
    UNIFIED_HEDGE,
    VECTORS,
    done,
    judge,
    script,
)

SETTINGS = "/api/v3/account/settings"
ACCOUNT = "/api/v2/mix/account/account?marginCoin=USDT&productType=USDT-FUTURES&symbol=BTCUSDT"
INSTRUMENTS = "/api/v3/market/instruments?category="
TICKERS = "/api/v3/market/tickers?category="


# Signing


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["name"])
def test_every_vector_is_signed_to_the_same_headers(vector: dict[str, Any]) -> None:
    op = Op.READ if vector["method"] == "GET" else Op.CANCEL
    request = EXCHANGE.sign(Call(op, vector["method"], vector["target"], vector["body"]), KEYS, vector["stamp_ms"], "")
    assert (request.method, request.target) == (vector["method"], vector["target"])
    assert request.body == vector["body"].encode()
    assert request.headers == vector["headers"]


def test_one_changed_byte_gives_another_signature() -> None:
    call = Call(Op.CANCEL, "POST", "/a?b=1", '{"a":1}')
    changed = [call, replace(call, method="PUT"), replace(call, target="/a?b=2"), replace(call, body='{"a":2}')]
    signatures = {EXCHANGE.sign(one, KEYS, STAMP_MS, "").headers["ACCESS-SIGN"] for one in changed}
    signatures.add(EXCHANGE.sign(call, KEYS, STAMP_MS + 1, "").headers["ACCESS-SIGN"])
    signatures.add(EXCHANGE.sign(call, replace(KEYS, secret="other"), STAMP_MS, "").headers["ACCESS-SIGN"])
    assert len(signatures) == 6


def test_a_demo_key_says_so_on_signed_calls() -> None:
    demo = replace(KEYS, environment="demo")
    assert EXCHANGE.sign(READ, demo, STAMP_MS, "").headers["paptrading"] == "1"
    assert "paptrading" not in EXCHANGE.sign(READ, KEYS, STAMP_MS, "").headers


def test_public_calls_carry_no_keys() -> None:
    request = EXCHANGE.sign(EXCHANGE.clock, KEYS, STAMP_MS, "")
    assert (request.method, request.target, request.body) == ("GET", "/api/v2/public/time", b"")
    assert request.headers == {"locale": "en-US"}


def test_keys_are_in_no_repr() -> None:
    shown = repr(KEYS) + repr(EXCHANGE.sign(PLACE, KEYS, STAMP_MS, ""))
    assert not [secret for secret in (KEYS.key, KEYS.secret, KEYS.passphrase) if secret in shown]


# Envelopes


def test_an_accepted_placement_tells_its_order_id() -> None:
    outcome = judge(PLACE, done({"orderId": "121211212122", "clientOid": "c1"}))
    assert outcome.verdict is Verdict.ACCEPTED
    assert EXCHANGE.placed(outcome.data) == "121211212122"


@pytest.mark.parametrize("data", [{"clientOid": "c1"}, {"clientOid": "c1", "orderId": None}, {"orderId": ""}])
def test_a_reduce_only_placement_that_displaced_others_is_accepted_without_an_id(data: dict[str, Any]) -> None:
    outcome = judge(PLACE, done(data))
    assert outcome.verdict is Verdict.ACCEPTED
    assert EXCHANGE.placed(outcome.data) is None


@pytest.mark.parametrize(
    "body",
    [
        b"<html>502</html>",
        b'{"code":"00000","data":{"orde',
        b"[]",
        b"null",
        b'{"msg":"success","data":{}}',
        b'{"code":null,"data":{}}',
        b'{"code":true,"data":{}}',
        b'{"code":"00000","msg":"success","data":null}',
        b'{"code":"00000","msg":"success","data":["1"]}',
    ],
)
def test_a_placement_answered_with_anything_else_is_ambiguous(body: bytes) -> None:
    assert EXCHANGE.read(PLACE, Answer(200, {}, body)) is None
    assert judge(PLACE, body).verdict is Verdict.AMBIGUOUS


def test_a_code_that_came_as_a_number_is_read() -> None:
    assert judge(READ, b'{"code":40008,"msg":"expired"}', 400).verdict is Verdict.SKEWED


FAILED = {"orderId": "2", "clientOid": "c2", "errorMsg": "notExistend"}


@pytest.mark.parametrize(
    ("data", "code", "verdict"),
    [
        ({"successList": [], "failureList": [FAILED | {"errorCode": "45057"}]}, "45057", Verdict.GONE),
        ({"successList": None, "failureList": [FAILED]}, "notExistend", Verdict.GONE),
        ({"successList": [], "failureList": [{"orderId": "2"}]}, "failureList", Verdict.AMBIGUOUS),
        ({"list": [{"orderId": "2", "code": "24056", "msg": "notExisted"}]}, "24056", Verdict.GONE),
        ([{"orderId": "2", "code": "25204", "msg": "Order does not exist"}], "25204", Verdict.GONE),
    ],
)
def test_code_00000_hides_no_failed_cancel(data: object, code: str, verdict: Verdict) -> None:
    outcome = judge(CANCEL, done(data))
    assert (outcome.code, outcome.verdict) == (code, verdict)


@pytest.mark.parametrize(
    "data",
    [
        {"orderId": "1", "clientOid": ""},
        {"successList": [{"orderId": "1"}], "failureList": [FAILED]},
        {"successList": [{"orderId": "1"}], "failureList": []},
        [{"orderId": "1", "clientOid": "c1"}, {"orderId": "2", "code": "25204"}],
    ],
)
def test_a_cancel_that_reached_an_order_is_accepted(data: object) -> None:
    assert judge(CANCEL, done(data)).verdict is Verdict.ACCEPTED


def test_a_placement_hidden_in_a_failure_list_is_refused() -> None:
    failed = {"orderId": "", "errorMsg": "less than the minimum amount 5 USDT", "errorCode": "45110"}
    outcome = judge(PLACE, done({"successList": [], "failureList": [failed]}))
    assert outcome.verdict is Verdict.REJECTED
    assert "5 USDT" in outcome.reason


def test_a_failure_list_of_another_shape_is_unreadable() -> None:
    assert EXCHANGE.read(CANCEL, Answer(200, {}, b'{"code":"00000","data":{"failureList":"all"}}')) is None


# Codes


def test_every_code_of_the_sheet_has_its_row() -> None:
    known = {key if isinstance(key, str) else key[1] for key in EXCHANGE.rules}
    assert not [code for code in VECTORS["codes"].split() if code not in known]
    assert all(rule.meaning and rule.source for rule in EXCHANGE.rules.values())


def test_only_three_codes_throttle_a_placement() -> None:
    codes = {key for key, rule in EXCHANGE.rules.items() if rule.verdict is Verdict.THROTTLED}
    assert codes == {"429", "1001", "25004"}


@pytest.mark.parametrize(
    ("code", "place", "cancel", "read"),
    [
        ("429", Verdict.THROTTLED, Verdict.THROTTLED, Verdict.THROTTLED),
        ("45129", Verdict.AMBIGUOUS, Verdict.BUSY, Verdict.BUSY),
        ("40010", Verdict.AMBIGUOUS, Verdict.BUSY, Verdict.BUSY),
        ("40725", Verdict.AMBIGUOUS, Verdict.BUSY, Verdict.BUSY),
        ("45001", Verdict.AMBIGUOUS, Verdict.BUSY, Verdict.BUSY),
        ("40200", Verdict.AMBIGUOUS, Verdict.BUSY, Verdict.BUSY),
        ("40008", Verdict.SKEWED, Verdict.SKEWED, Verdict.SKEWED),
        ("40078", Verdict.SKEWED, Verdict.SKEWED, Verdict.SKEWED),
        ("40009", Verdict.DENIED, Verdict.DENIED, Verdict.DENIED),
        ("40099", Verdict.DENIED, Verdict.DENIED, Verdict.DENIED),
        ("45057", Verdict.AMBIGUOUS, Verdict.GONE, Verdict.GONE),
        ("40768", Verdict.AMBIGUOUS, Verdict.GONE, Verdict.GONE),
        ("25204", Verdict.AMBIGUOUS, Verdict.GONE, Verdict.GONE),
        ("45031", Verdict.AMBIGUOUS, Verdict.GONE, Verdict.AMBIGUOUS),
        ("45055", Verdict.AMBIGUOUS, Verdict.GONE, Verdict.AMBIGUOUS),
        ("43118", Verdict.DUPLICATE, Verdict.DUPLICATE, Verdict.DUPLICATE),
        ("22002", Verdict.FLAT, Verdict.FLAT, Verdict.FLAT),
        ("45003", Verdict.SMALLER, Verdict.SMALLER, Verdict.SMALLER),
        ("40774", Verdict.REJECTED, Verdict.REJECTED, Verdict.REJECTED),
        ("40762", Verdict.REJECTED, Verdict.REJECTED, Verdict.REJECTED),
        ("99999", Verdict.AMBIGUOUS, Verdict.AMBIGUOUS, Verdict.AMBIGUOUS),
    ],
)
def test_a_code_means_what_its_operation_makes_it(code: str, place: Verdict, cancel: Verdict, read: Verdict) -> None:
    body = {"code": code, "msg": "said", "requestTime": 1, "data": None}
    assert [judge(call, body, 400).verdict for call in (PLACE, CANCEL, READ)] == [place, cancel, read]


@pytest.mark.parametrize(("code", "setting"), [("40084", "set api to v2"), ("40085", "set api to v3")])
def test_a_key_of_the_other_api_is_told_which_setting_to_change(code: str, setting: str) -> None:
    outcome = judge(PLACE, {"code": code, "msg": "", "data": None}, 400)
    assert outcome.verdict is Verdict.DENIED
    assert setting in outcome.reason


def test_http_429_without_a_known_code_throttles_only_if_it_speaks_of_limits() -> None:
    assert judge(PLACE, b"Too Many Requests", 429).verdict is Verdict.THROTTLED
    assert judge(PLACE, b"<html>", 429).verdict is Verdict.AMBIGUOUS


# Time


def test_the_clock_is_read_from_text() -> None:
    answer = Answer(200, {}, b'{"code":"00000","msg":"success","data":{"serverTime":"1688008631614"}}')
    assert EXCHANGE.read_clock(answer, EXCHANGE.read(EXCHANGE.clock, answer)) == (1_688_008_631_614, 0)
    assert EXCHANGE.read_clock(answer, None) is None


# Profile


def hold(mode: str) -> dict[str, Any]:
    return {"accountMode": "unified", "holdMode": mode, "symbolConfigList": []}


def classic(mode: str, margin: str) -> dict[str, Any]:
    return {"marginCoin": "USDT", "posMode": mode, "marginMode": margin}


def test_a_unified_key_is_detected_and_its_hold_mode_read() -> None:
    assert EXCHANGE.profile(script(("GET", SETTINGS, hold("hedge_mode"))), KEYS, Market.PERP) == UNIFIED_HEDGE
    assert EXCHANGE.profile(script(("GET", SETTINGS, hold("one_way_mode"))), KEYS, Market.PERP) == UNIFIED
    assert EXCHANGE.profile(script(("GET", SETTINGS, hold("hedge_mode"))), KEYS, Market.SPOT) == UNIFIED


@pytest.mark.parametrize("code", ["40084", "25245"])
def test_a_classic_key_is_detected_by_its_refusal(code: str) -> None:
    ask = script(("GET", SETTINGS, code), ("GET", ACCOUNT, classic("hedge_mode", "isolated")))
    assert EXCHANGE.profile(ask, KEYS, Market.PERP) == CLASSIC_HEDGE
    assert ask.finished
    assert EXCHANGE.profile(script(("GET", SETTINGS, code)), KEYS, Market.SPOT) == Profile(api="v2")


def test_an_api_setting_skips_detection() -> None:
    v2, v3 = replace(KEYS, api="v2"), replace(KEYS, api="v3")
    assert EXCHANGE.profile(script(), v2, Market.SPOT) == Profile(api="v2")
    assert EXCHANGE.profile(script(), v3, Market.SPOT) == UNIFIED
    assert EXCHANGE.profile(script(("GET", ACCOUNT, classic("one_way_mode", "crossed"))), v2, Market.PERP) == CLASSIC
    assert EXCHANGE.profile(script(("GET", SETTINGS, hold("hedge_mode"))), v3, Market.PERP) == UNIFIED_HEDGE


def test_a_refusal_that_tells_nothing_about_the_account_is_not_taken_for_classic() -> None:
    with pytest.raises(Failed, match="40009"):
        EXCHANGE.profile(script(("GET", SETTINGS, "40009")), KEYS, Market.PERP)


def test_an_unknown_position_mode_is_not_guessed() -> None:
    v2 = replace(KEYS, api="v2")
    with pytest.raises(Failed, match="not the documented one"):
        EXCHANGE.profile(script(("GET", SETTINGS, hold("new_mode"))), KEYS, Market.PERP)
    with pytest.raises(Failed, match="not the documented one"):
        EXCHANGE.profile(script(("GET", ACCOUNT, classic("one_way_mode", ""))), v2, Market.PERP)


# Market data

SPOT_ROW = {
    "symbol": "BTCUSDT",
    "category": "SPOT",
    "baseCoin": "BTC",
    "quoteCoin": "USDT",
    "minOrderQty": "0.00001",
    "maxOrderQty": "",
    "pricePrecision": "2",
    "quantityPrecision": "6",
    "minOrderAmount": "1",
    "status": "online",
}
PERP_ROW = {
    "symbol": "BTCPERP",
    "category": "USDC-FUTURES",
    "baseCoin": "BTC",
    "quoteCoin": "USDC",
    "minOrderQty": "0.0001",
    "maxOrderQty": "1200",
    "maxMarketOrderQty": "220",
    "pricePrecision": "1",
    "quantityPrecision": "4",
    "priceMultiplier": "0.5",
    "quantityMultiplier": "0.0001",
    "minOrderAmount": "5",
    "status": "online",
}


def test_a_spot_pair_is_measured_by_its_decimals() -> None:
    ask = script(("GET", INSTRUMENTS + "SPOT&symbol=BTCUSDT", [SPOT_ROW]))
    assert EXCHANGE.instrument(ask, "BTCUSDT", Market.SPOT) == Instrument(
        symbol="BTCUSDT",
        market=Market.SPOT,
        base="BTC",
        quote="USDT",
        tick=Decimal("0.01"),
        step=Decimal("0.000001"),
        minimum=Decimal("0.000001"),
        min_notional=Decimal(1),
        product="SPOT",
    )
    assert ask.calls[0].op is Op.PUBLIC


def test_a_usdc_contract_is_spelled_perp_and_measured_by_its_multipliers() -> None:
    ask = script(("GET", INSTRUMENTS + "USDC-FUTURES&symbol=BTCPERP", [PERP_ROW]))
    assert EXCHANGE.instrument(ask, "BTCUSDC", Market.PERP) == Instrument(
        symbol="BTCPERP",
        market=Market.PERP,
        base="BTC",
        quote="USDC",
        tick=Decimal("0.5"),
        step=Decimal("0.0001"),
        minimum=Decimal("0.0001"),
        min_notional=Decimal(5),
        maximum=Decimal(1200),
        max_market=Decimal(220),
        product="USDC-FUTURES",
    )


@pytest.mark.parametrize(
    ("status", "tradable"),
    [("online", True), ("limit_open", True), ("listed", False), ("offline", False), ("restrictedAPI", False)],
)
def test_a_contract_that_can_still_be_closed_is_tradable(status: str, tradable: bool) -> None:
    row = PERP_ROW | {"symbol": "BTCUSDT", "status": status}
    ask = script(("GET", INSTRUMENTS + "USDT-FUTURES&symbol=BTCUSDT", [row]))
    found = EXCHANGE.instrument(ask, "BTCUSDT", Market.PERP)
    assert found is not None
    assert found.tradable is tradable


@pytest.mark.parametrize("answer", ["25100", "40034", [], [SPOT_ROW | {"symbol": "ETHUSDT"}]])
def test_an_unlisted_symbol_is_no_instrument(answer: object) -> None:
    assert EXCHANGE.instrument(script(("GET", INSTRUMENTS, answer)), "NOPEUSDT", Market.SPOT) is None


def test_coin_margined_contracts_are_left_out_without_asking() -> None:
    assert EXCHANGE.instrument(script(), "BTCUSD", Market.PERP) is None


def test_best_prices_fall_back_to_the_last_price() -> None:
    row = {"symbol": "BTCUSDT", "lastPrice": "4038", "ask1Price": "", "bid1Price": "4037.5"}
    ask = script(("GET", TICKERS + "USDT-FUTURES&symbol=BTCUSDT", [row]), ("GET", TICKERS + "SPOT", [row]))
    assert EXCHANGE.top(ask, PERP, CLASSIC) == Top(Decimal("4037.5"), Decimal(4038))
    assert EXCHANGE.top(ask, SPOT, UNIFIED) == Top(Decimal("4037.5"), Decimal(4038))
    with pytest.raises(Failed, match="no price"):
        EXCHANGE.top(script(("GET", TICKERS, [])), SPOT, UNIFIED)


# What orders can count


def test_only_a_spot_market_buy_in_base_coins_needs_a_limit_order() -> None:
    assert EXCHANGE.style(Market.SPOT, Side.BUY, Unit.BASE) is MarketStyle.IOC_LIMIT
    assert EXCHANGE.style(Market.SPOT, Side.BUY, Unit.QUOTE) is MarketStyle.NATIVE
    assert EXCHANGE.style(Market.SPOT, Side.SELL, Unit.BASE) is MarketStyle.NATIVE
    assert EXCHANGE.style(Market.PERP, Side.BUY, Unit.BASE) is MarketStyle.NATIVE


@pytest.mark.parametrize("profile", [CLASSIC, UNIFIED], ids=["v2", "v3"])
def test_a_quantity_the_order_cannot_count_is_refused(profile: Profile) -> None:
    wrong = [
        (replace(SPOT_LIMIT, type=OrderType.MARKET, price=None), SPOT, "quote coins, not in base"),
        (replace(SPOT_LIMIT, unit=Unit.QUOTE), SPOT, "base coins, not in quote"),
        (replace(SPOT_MARKET_SELL, unit=Unit.QUOTE), SPOT, "base coins, not in quote"),
        (replace(PERP_MARKET, unit=Unit.CONTRACTS), PERP, "base coins, not in contracts"),
    ]
    for plan, instrument, words in wrong:
        with pytest.raises(Refusal, match=words):
            EXCHANGE.place(plan, instrument, profile)
