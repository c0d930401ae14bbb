"""OKX requests: signed, placed and cancelled to the byte, as its documentation has them."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.call import Call
from order_relay.core.exchange import Handle, Instrument, MarketStyle, Profile
from order_relay.core.order import MarginMode, OrderType, Plan, PositionSide, Side, TimeInForce, Unit
from order_relay.core.outcome import Op, Verdict
from order_relay.core.refusal import Refusal
from order_relay.core.symbol import Market
from order_relay.exchanges.okx import EXCHANGE
from tests.exchanges.okx_cases import (
    CANCEL,
    CASH,
    CLIENT_ID,
    CREDENTIALS,
    DEMO,
    HEDGE,
    PLACE,
    READ,
    SPOT,
    STAMP_MS,
    SWAP,
    VECTORS,
    judge,
    plan,
    sent,
)


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["name"])
def test_every_vector_is_signed_to_the_same_bytes(vector: dict[str, Any]) -> None:
    op = Op.READ if vector["method"] == "GET" else Op.CANCEL
    request = EXCHANGE.sign(
        Call(op, vector["method"], vector["target"], vector["body"]), CREDENTIALS, vector["stamp_ms"], ""
    )
    assert (request.method, request.target, request.body) == (
        vector["method"],
        vector["target"],
        vector["body"].encode(),
    )
    assert request.headers == {
        "Content-Type": "application/json",
        "OK-ACCESS-KEY": VECTORS["key"],
        "OK-ACCESS-SIGN": vector["signature"],
        "OK-ACCESS-TIMESTAMP": vector["timestamp"],
        "OK-ACCESS-PASSPHRASE": VECTORS["passphrase"],
    }


@pytest.mark.parametrize(
    "changed",
    [
        Call(Op.CANCEL, "POST", "/api/v5/trade/cancel-order", '{"ordId":"2"}'),
        Call(Op.CANCEL, "POST", "/api/v5/trade/cancel-orders", '{"ordId":"1"}'),
        Call(Op.CANCEL, "PUT", "/api/v5/trade/cancel-order", '{"ordId":"1"}'),
    ],
    ids=["body", "target", "method"],
)
def test_one_changed_byte_gives_another_signature(changed: Call) -> None:
    original = Call(Op.CANCEL, "POST", "/api/v5/trade/cancel-order", '{"ordId":"1"}')
    assert sent(changed).headers["OK-ACCESS-SIGN"] != sent(original).headers["OK-ACCESS-SIGN"]


def test_another_millisecond_gives_another_signature() -> None:
    later = EXCHANGE.sign(READ, CREDENTIALS, STAMP_MS + 1, "")
    assert later.headers["OK-ACCESS-TIMESTAMP"] == "2023-11-14T22:13:20.001Z"
    assert later.headers["OK-ACCESS-SIGN"] != sent(READ).headers["OK-ACCESS-SIGN"]


def test_only_placements_expire_ten_seconds_after_their_stamp() -> None:
    assert sent(PLACE).headers["expTime"] == "1700000010000"
    assert "expTime" not in sent(CANCEL).headers
    assert "expTime" not in sent(READ).headers


def test_public_calls_carry_no_credentials() -> None:
    assert sent(EXCHANGE.clock).headers == {"Content-Type": "application/json"}


@pytest.mark.parametrize("call", [PLACE, CANCEL, READ, EXCHANGE.clock], ids=["place", "cancel", "read", "clock"])
def test_demo_accounts_say_so_on_every_call(call: Call) -> None:
    assert sent(call, DEMO).headers["x-simulated-trading"] == "1"
    assert "x-simulated-trading" not in sent(call).headers


def test_secrets_show_in_no_repr() -> None:
    shown = repr(DEMO) + repr(sent(PLACE, DEMO))
    for secret in (DEMO.key, DEMO.secret, DEMO.passphrase):
        assert secret not in shown


def test_each_region_has_its_host_and_global_is_main() -> None:
    assert dict(EXCHANGE.hosts) == {
        "main": "https://openapi.okx.com",
        "eea": "https://eea.okx.com",
        "us": "https://us.okx.com",
        "tr": "https://tr.okx.com",
    }


PLACEMENTS: list[tuple[str, Plan, Profile, str]] = [
    (
        "spot market buy for an amount of money",
        plan(Market.SPOT, Side.BUY, OrderType.MARKET, "100", unit=Unit.QUOTE),
        CASH,
        '{"instId":"BTC-USDT","tdMode":"cash","side":"buy","ordType":"market","sz":"100","tgtCcy":"quote_ccy",'
        f'"banAmend":true,"clOrdId":"{CLIENT_ID}"}}',
    ),
    (
        "spot market buy of coins",
        plan(Market.SPOT, Side.BUY, OrderType.MARKET, "0.00100"),
        CASH,
        '{"instId":"BTC-USDT","tdMode":"cash","side":"buy","ordType":"market","sz":"0.001","tgtCcy":"base_ccy",'
        f'"banAmend":true,"clOrdId":"{CLIENT_ID}"}}',
    ),
    (
        "spot market sell in a multi-currency account",
        plan(Market.SPOT, Side.SELL, OrderType.MARKET, "0.5"),
        Profile(trade_mode="cross"),
        '{"instId":"BTC-USDT","tdMode":"cross","side":"sell","ordType":"market","sz":"0.5","tgtCcy":"base_ccy",'
        f'"banAmend":true,"clOrdId":"{CLIENT_ID}"}}',
    ),
    (
        "spot limit in a hedge account",
        plan(Market.SPOT, Side.BUY, OrderType.LIMIT, "1E-8", price=Decimal("6100.50"), position_side=PositionSide.LONG),
        HEDGE,
        '{"instId":"BTC-USDT","tdMode":"cash","side":"buy","ordType":"limit","px":"6100.5","sz":"0.00000001",'
        f'"clOrdId":"{CLIENT_ID}"}}',
    ),
    (
        "swap limit in a hedge account",
        plan(Market.PERP, Side.SELL, OrderType.LIMIT, "1", price=Decimal("36500.5"), position_side=PositionSide.SHORT),
        HEDGE,
        '{"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"sell","posSide":"short","ordType":"limit",'
        f'"px":"36500.5","sz":"1","clOrdId":"{CLIENT_ID}"}}',
    ),
    (
        "swap close in a hedge account, where closing orders reduce by themselves",
        plan(Market.PERP, Side.SELL, OrderType.MARKET, "2", position_side=PositionSide.LONG, reduce_only=True),
        HEDGE,
        '{"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"sell","posSide":"long","ordType":"market","sz":"2",'
        f'"clOrdId":"{CLIENT_ID}"}}',
    ),
    (
        "swap opening in a net account, which knows no position side",
        plan(Market.PERP, Side.BUY, OrderType.MARKET, "3", position_side=PositionSide.LONG),
        CASH,
        '{"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"market","sz":"3",'
        f'"clOrdId":"{CLIENT_ID}"}}',
    ),
    (
        "isolated swap close in a net account",
        plan(Market.PERP, Side.BUY, OrderType.MARKET, "0.01", reduce_only=True, margin_mode=MarginMode.ISOLATED),
        CASH,
        '{"instId":"BTC-USDT-SWAP","tdMode":"isolated","side":"buy","ordType":"market","sz":"0.01",'
        f'"reduceOnly":true,"clOrdId":"{CLIENT_ID}"}}',
    ),
]


@pytest.mark.parametrize(("kind", "order", "profile", "body"), PLACEMENTS, ids=[case[0] for case in PLACEMENTS])
def test_a_placement_has_exactly_these_bytes(kind: str, order: Plan, profile: Profile, body: str) -> None:
    call = EXCHANGE.place(order, SPOT if order.market is Market.SPOT else SWAP, profile)
    assert (call.op, call.method, call.target, call.body) == (Op.PLACE, "POST", "/api/v5/trade/order", body)


@pytest.mark.parametrize(
    ("validity", "order_type"),
    [
        (TimeInForce.GTC, "limit"),
        (TimeInForce.IOC, "ioc"),
        (TimeInForce.FOK, "fok"),
        (TimeInForce.POST_ONLY, "post_only"),
    ],
)
@pytest.mark.parametrize("instrument", [SPOT, SWAP], ids=["spot", "swap"])
def test_every_time_in_force_has_its_order_type(validity: TimeInForce, order_type: str, instrument: Instrument) -> None:
    order = plan(instrument.market, Side.BUY, OrderType.LIMIT, "1", price=Decimal(60000), time_in_force=validity)
    body = json.loads(EXCHANGE.place(order, instrument, CASH).body)
    assert (body["ordType"], body["px"]) == (order_type, "60000")
    assert "tgtCcy" not in body


@pytest.mark.parametrize(
    ("order", "instrument"),
    [
        (plan(Market.PERP, Side.BUY, OrderType.MARKET, "0.5", unit=Unit.BASE), SWAP),
        (plan(Market.PERP, Side.BUY, OrderType.MARKET, "100", unit=Unit.QUOTE), SWAP),
        (plan(Market.SPOT, Side.BUY, OrderType.LIMIT, "100", unit=Unit.QUOTE, price=Decimal(1)), SPOT),
        (plan(Market.SPOT, Side.BUY, OrderType.MARKET, "1", unit=Unit.CONTRACTS), SPOT),
        (plan(Market.SPOT, Side.BUY, OrderType.MARKET, "1", time_in_force=TimeInForce.FOK), SPOT),
        (plan(Market.PERP, Side.BUY, OrderType.MARKET, "1", time_in_force=TimeInForce.POST_ONLY), SWAP),
    ],
    ids=[
        "coins as contracts",
        "money as contracts",
        "limit in money",
        "contracts on spot",
        "market fok",
        "post-only",
    ],
)
def test_what_okx_does_not_have_is_refused_and_not_reinterpreted(order: Plan, instrument: Instrument) -> None:
    with pytest.raises(Refusal, match="unsupported: OKX"):
        EXCHANGE.place(order, instrument, CASH)


def test_market_orders_are_native_in_every_unit() -> None:
    styles = {EXCHANGE.style(market, side, unit) for market in EXCHANGE.markets for side in Side for unit in Unit}
    assert styles == {MarketStyle.NATIVE}


@pytest.mark.parametrize(
    ("handle", "body"),
    [
        (Handle("590908157585625111", CLIENT_ID), '{"instId":"BTC-USDT","ordId":"590908157585625111"}'),
        (Handle(None, CLIENT_ID), f'{{"instId":"BTC-USDT","clOrdId":"{CLIENT_ID}"}}'),
    ],
    ids=["by the exchange's id", "by ours"],
)
def test_a_cancel_names_one_order(handle: Handle, body: str) -> None:
    call = EXCHANGE.cancel(handle, SPOT, CASH)
    assert (call.op, call.target, call.body) == (Op.CANCEL, "/api/v5/trade/cancel-order", body)


def test_a_batch_cancel_is_an_array_of_at_most_twenty() -> None:
    assert EXCHANGE.cancel_many is not None
    call = EXCHANGE.cancel_many(["11", "22"], SWAP, CASH)
    assert (call.op, call.target) == (Op.CANCEL, "/api/v5/trade/cancel-batch-orders")
    assert call.body == '[{"instId":"BTC-USDT-SWAP","ordId":"11"},{"instId":"BTC-USDT-SWAP","ordId":"22"}]'
    assert EXCHANGE.batch == 20
    assert EXCHANGE.batch_markets == EXCHANGE.markets


@pytest.mark.parametrize(
    ("top", "codes", "verdict"),
    [
        ("0", ["0", "0"], Verdict.ACCEPTED),
        ("2", ["0", "51400"], Verdict.ACCEPTED),
        ("2", ["51400", "0"], Verdict.ACCEPTED),
        ("1", ["51400", "51410"], Verdict.GONE),
        ("1", ["51400", "50011"], Verdict.THROTTLED),
        ("2", ["0", "50013"], Verdict.BUSY),
        ("2", ["51400", "50113"], Verdict.DENIED),
        ("1", ["0", "0"], Verdict.BUSY),
    ],
)
def test_a_batch_cancel_is_judged_by_its_worst_row(top: str, codes: list[str], verdict: Verdict) -> None:
    rows = [{"ordId": str(number), "clOrdId": "", "sCode": code, "sMsg": ""} for number, code in enumerate(codes)]
    assert judge(CANCEL, {"code": top, "msg": "", "data": rows}).verdict is verdict


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        (lambda: EXCHANGE.name, "okx"),
        (lambda: EXCHANGE.markets, {Market.SPOT, Market.PERP}),
        (lambda: EXCHANGE.window_ms, 30_000),
        (lambda: EXCHANGE.unique_ids, {Market.SPOT, Market.PERP}),
        (lambda: EXCHANGE.finds_orders, {Market.SPOT, Market.PERP}),
        (lambda: EXCHANGE.keeps_unfilled, True),
        (lambda: EXCHANGE.passphrase, True),
        (lambda: EXCHANGE.confirms, False),
    ],
)
def test_the_exchange_is_described_as_its_documentation_has_it(fact: Callable[[], object], value: object) -> None:
    assert fact() == value
