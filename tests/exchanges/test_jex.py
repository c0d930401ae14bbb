"""JEX: what is signed and sent, and what its answers mean."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.call import Call
from order_relay.core.exchange import Handle, Instrument, MarketStyle
from order_relay.core.order import OrderType, Plan, Side, TimeInForce, Unit
from order_relay.core.outcome import Op, Verdict
from order_relay.core.refusal import Refusal
from order_relay.core.symbol import Market
from order_relay.exchanges.jex import EXCHANGE
from tests.exchanges.jex_cases import (
    DATA,
    KEYS,
    OPTION,
    OPTION_PLAN,
    PERP,
    PERP_PLAN,
    PROFILE,
    SENT_MS,
    SPOT,
    SPOT_PLAN,
    VECTORS,
    WHOLE,
    answer,
    verdict,
)


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS.keys())
def test_every_vector_is_reproduced_byte_for_byte(vector: dict[str, Any]) -> None:
    call = Call(Op.READ, vector["method"], vector["target"], vector["body"])
    request = EXCHANGE.sign(call, KEYS, vector["stamp_ms"], "")
    sent = (request.method, request.target, request.body.decode(), request.headers)
    assert sent == (vector["method"], vector["sent_target"], vector["sent_body"], vector["headers"])
    assert f"&signature={vector['signature']}" in request.target + request.body.decode()


def test_one_changed_byte_gives_another_signature() -> None:
    vector = VECTORS["spot_limit"]
    call = Call(Op.PLACE, "POST", vector["target"], vector["body"].replace("quantity=1", "quantity=2"))
    assert vector["signature"] not in EXCHANGE.sign(call, KEYS, vector["stamp_ms"], "").body.decode()


def test_public_calls_carry_no_credentials() -> None:
    request = EXCHANGE.sign(EXCHANGE.clock, KEYS, SENT_MS, "")
    assert (request.target, request.body, request.headers) == ("/api/v1/time", b"", {})


def test_credentials_show_in_no_repr() -> None:
    request = EXCHANGE.sign(EXCHANGE.place(SPOT_PLAN, SPOT, PROFILE), KEYS, SENT_MS, "")
    assert not any(secret in f"{request!r} {KEYS!r}" for secret in (KEYS.key, KEYS.secret, "signature"))


@pytest.mark.parametrize(
    ("plan", "instrument", "name"),
    [
        (SPOT_PLAN, SPOT, "spot_limit"),
        (PERP_PLAN, PERP, "contract_limit"),
        (OPTION_PLAN, OPTION, "option_limit"),
        (WHOLE, replace(PERP, symbol="EOSUSDT"), "contract_close_position"),
    ],
)
def test_a_plan_becomes_exactly_the_documented_form(plan: Plan, instrument: Instrument, name: str) -> None:
    call = EXCHANGE.place(plan, instrument, PROFILE)
    vector = VECTORS[name]
    assert (call.op, call.method, call.target, call.body) == (Op.PLACE, "POST", vector["target"], vector["body"])


def test_a_reducing_contract_order_is_a_plain_limit_with_a_positive_quantity() -> None:
    plan = replace(PERP_PLAN, side=Side.SELL, quantity=Decimal("0.2500"), reduce_only=True, sweep=True)
    assert EXCHANGE.place(plan, PERP, PROFILE).body == (
        "symbol=BTCUSDT&side=SELL&type=LIMIT&quantity=0.25&price=3800&newOrderRespType=RESULT&recvWindow=5000"
    )


def test_a_whole_close_at_a_bound_is_made_at_market_but_never_a_close_at_a_price() -> None:
    bound = replace(PERP_PLAN, side=Side.SELL, whole=True, sweep=True)
    assert EXCHANGE.place(bound, PERP, PROFILE).target == "/api/v1/contract/liquidation"
    assert EXCHANGE.place(replace(bound, sweep=False), PERP, PROFILE).target == "/api/v1/contract/order"
    assert EXCHANGE.place(replace(SPOT_PLAN, whole=True), SPOT, PROFILE).target == "/api/v1/spot/order"


@pytest.mark.parametrize(
    "plan",
    [
        replace(SPOT_PLAN, type=OrderType.MARKET, price=None),
        replace(SPOT_PLAN, price=None),
        replace(SPOT_PLAN, time_in_force=TimeInForce.IOC),
        replace(PERP_PLAN, time_in_force=TimeInForce.FOK),
        replace(PERP_PLAN, time_in_force=TimeInForce.POST_ONLY),
        replace(SPOT_PLAN, unit=Unit.QUOTE),
    ],
)
def test_what_jex_does_not_have_is_refused_with_a_sentence(plan: Plan) -> None:
    with pytest.raises(Refusal, match="unsupported: JEX"):
        EXCHANGE.place(plan, SPOT, PROFILE)


def test_every_market_order_is_a_limit_that_is_swept() -> None:
    styles = {EXCHANGE.style(market, side, Unit.BASE) for market in Market for side in Side}
    assert styles == {MarketStyle.SWEPT_LIMIT}


@pytest.mark.parametrize(
    ("data", "order_id"),
    [
        ({"orderId": 28}, "28"),
        ({"orderId": "4613019726031880200"}, "4613019726031880200"),
        ({"orderId": 4613019726031880199}, "4613019726031880199"),
        ({"orderId": None}, None),
        ([], None),
    ],
)
def test_order_ids_are_text_to_the_last_digit(data: object, order_id: str | None) -> None:
    assert EXCHANGE.placed(data) == order_id


def test_a_cancel_names_symbol_and_order_in_the_query() -> None:
    call = EXCHANGE.cancel(Handle("4613019726031880200", None), PERP, PROFILE)
    assert (call.op, call.method, call.target) == (Op.CANCEL, "DELETE", VECTORS["contract_cancel"]["target"])


def test_an_order_without_an_exchange_id_cannot_be_cancelled() -> None:
    with pytest.raises(Refusal):
        EXCHANGE.cancel(Handle(None, "c1"), SPOT, PROFILE)


def test_contract_orders_are_cancelled_together_and_others_never() -> None:
    assert EXCHANGE.cancel_many
    call = EXCHANGE.cancel_many(["11", "12"], PERP, PROFILE)
    assert (call.method, call.target) == (
        "DELETE",
        "/api/v1/contract/batchOrder?ordersJsonArray=%5B%7B%22symbol%22%3A%22BTCUSDT%22%2C%22orderId%22%3A%2211%22%7D"
        "%2C%7B%22symbol%22%3A%22BTCUSDT%22%2C%22orderId%22%3A%2212%22%7D%5D&recvWindow=5000",
    )
    for instrument in (SPOT, OPTION):
        with pytest.raises(Refusal):
            EXCHANGE.cancel_many(["11"], instrument, PROFILE)
    assert (EXCHANGE.batch, EXCHANGE.batch_markets) == (10, frozenset({Market.PERP}))


@pytest.mark.parametrize(
    ("code", "place", "cancel", "read"),
    [
        (-1003, Verdict.THROTTLED, Verdict.THROTTLED, Verdict.THROTTLED),
        (-1015, Verdict.THROTTLED, Verdict.THROTTLED, Verdict.THROTTLED),
        (-1021, Verdict.SKEWED, Verdict.SKEWED, Verdict.SKEWED),
        (-1022, Verdict.DENIED, Verdict.DENIED, Verdict.DENIED),
        (-2015, Verdict.DENIED, Verdict.DENIED, Verdict.DENIED),
        (-1000, Verdict.AMBIGUOUS, Verdict.BUSY, Verdict.BUSY),
        (-1007, Verdict.AMBIGUOUS, Verdict.BUSY, Verdict.BUSY),
        (-1016, Verdict.AMBIGUOUS, Verdict.BUSY, Verdict.BUSY),
        (-7004, Verdict.AMBIGUOUS, Verdict.BUSY, Verdict.BUSY),
        (-7005, Verdict.AMBIGUOUS, Verdict.BUSY, Verdict.BUSY),
        (-1, Verdict.AMBIGUOUS, Verdict.BUSY, Verdict.BUSY),
        (-2011, Verdict.AMBIGUOUS, Verdict.GONE, Verdict.AMBIGUOUS),
        (-2013, Verdict.AMBIGUOUS, Verdict.GONE, Verdict.GONE),
        (-1010, Verdict.REJECTED, Verdict.GONE, Verdict.REJECTED),
        (-7020, Verdict.FLAT, Verdict.FLAT, Verdict.GONE),
        (-2010, Verdict.REJECTED, Verdict.REJECTED, Verdict.REJECTED),
        (-7008, Verdict.REJECTED, Verdict.REJECTED, Verdict.REJECTED),
        (-4711, Verdict.AMBIGUOUS, Verdict.AMBIGUOUS, Verdict.AMBIGUOUS),
    ],
)
def test_a_code_means_what_its_row_says(code: int, place: Verdict, cancel: Verdict, read: Verdict) -> None:
    said = {"code": code, "msg": "why"}
    assert [verdict(op, said) for op in (Op.PLACE, Op.CANCEL, Op.READ)] == [place, cancel, read]


@pytest.mark.parametrize("status", [418, 429])
@pytest.mark.parametrize("body", [b"", b"<html>slow down</html>", b"{}"])
def test_a_limit_or_ban_counts_by_its_status_where_the_body_has_no_code(status: int, body: bytes) -> None:
    assert [verdict(op, body, status) for op in Op] == [Verdict.THROTTLED] * len(Op)


def test_a_server_error_never_refuses_a_placement() -> None:
    assert verdict(Op.PLACE, {"code": -1121, "msg": "Invalid symbol."}, 504) is Verdict.AMBIGUOUS


@pytest.mark.parametrize("body", [b"<html>", b'{"symbol":"JEXB', b"", b"null", b"7", {}, {"code": 0, "msg": "success"}])
def test_a_placement_without_an_order_id_is_ambiguous(body: object) -> None:
    assert EXCHANGE.read(EXCHANGE.place(SPOT_PLAN, SPOT, PROFILE), answer(body)) is None
    assert verdict(Op.PLACE, body, 200) is Verdict.AMBIGUOUS


def test_success_is_the_bare_data_with_status_200() -> None:
    assert verdict(Op.PLACE, {"symbol": "JEXBTC", "orderId": 28}, 200) is Verdict.ACCEPTED
    assert EXCHANGE.read(EXCHANGE.place(SPOT_PLAN, SPOT, PROFILE), answer({"orderId": 28}, 202)) is None
    assert verdict(Op.CANCEL, {"orderId": "4613", "status": "entrusted"}, 200) is Verdict.ACCEPTED
    assert verdict(Op.CANCEL, [{"orderId": "4613"}], 200) is Verdict.AMBIGUOUS
    assert verdict(Op.READ, [], 200) is Verdict.ACCEPTED


def test_a_batch_cancel_answers_one_by_one() -> None:
    assert EXCHANGE.cancel_many
    call = EXCHANGE.cancel_many(["1", "2"], PERP, PROFILE)
    said = [{"orderId": "1", "status": "entrusted"}, {"msg": "Order does not exist.", "code": -2013}]
    reading = EXCHANGE.read(call, answer(said))
    assert reading
    assert (reading.code, reading.data) == (None, said)


def test_every_documented_code_has_a_row_that_explains_itself() -> None:
    assert all(rule.meaning and rule.source for rule in EXCHANGE.rules.values())
    assert {key if isinstance(key, str) else key[1] for key in EXCHANGE.rules} == set(DATA["codes"].split())
