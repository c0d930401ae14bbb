"""Bitunix at its ports: signed bytes, order bodies, hidden refusals, look-ups on both hosts."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from order_relay.core.call import Call, Credentials, get, post
from order_relay.core.exchange import Handle, Instrument, MarketStyle, Position, Profile, Sought, Status, Top
from order_relay.core.order import MarginMode, OrderType, Plan, PositionSide, Side, TimeInForce, Unit
from order_relay.core.outcome import Answer, Failed, Op, Outcome, Reading, Verdict, classify
from order_relay.core.refusal import Refusal
from order_relay.core.symbol import Market
from order_relay.exchanges.bitunix import EXCHANGE
from tests.exchanges.bitunix_cases import (
    CLIENT_ID,
    HEDGE,
    ONE_WAY,
    PERP,
    PERP_BUY,
    SENT_MS,
    SPOT,
    SPOT_BUY,
    script,
)
from tests.exchanges.scripted import Step

VECTORS = json.loads((Path(__file__).parent / "vectors" / "bitunix.json").read_text())["vectors"]
CREDENTIALS = Credentials("bitunix", "fake-key", "fake-secret")
SPOT_ROW = {
    "orderId": "1001",
    "clientId": CLIENT_ID,
    "symbol": "DOGEUSDT",
    "side": 2,
    "type": 1,
    "status": 1,
    "price": "0.0444",
    "avgPrice": "0",
    "volume": "271",
    "dealVolume": "0",
    "leftVolume": "271",
    "amount": "12.0324",
    "dealAmount": "0",
    "leftAmount": "12.0324",
    "ctime": "2025-05-13T02:51:51.500Z",
}
PERP_ROW = {
    "orderId": "2001",
    "clientId": CLIENT_ID,
    "symbol": "BTCUSDT",
    "side": "BUY",
    "orderType": "LIMIT",
    "positionMode": "ONE_WAY",
    "reduceOnly": False,
    "qty": "0.001",
    "tradeQty": "0",
    "price": "60000",
    "status": "NEW",
    "ctime": 1747104711500,
}


def answer(body: Any, status: int = 200) -> Answer:
    return Answer(status, {}, body if isinstance(body, bytes) else json.dumps(body).encode())


def outcome(call: Call, body: Any, status: int = 200) -> Outcome:
    reply = answer(body, status)
    return classify(EXCHANGE.rules, call.op, reply, EXCHANGE.read(call, reply))


def body_of(plan: Plan, profile: Profile = ONE_WAY) -> str:
    return EXCHANGE.place(plan, PERP if plan.market is Market.PERP else SPOT, profile).body


# --- signing ---------------------------------------------------------------------------------------------------------


def vector_call(vector: dict[str, Any]) -> Call:
    return Call(Op.READ, vector["method"], vector["target"], vector["body"], vector["host"])


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["name"]))
def test_every_vector_is_reproduced_from_its_bytes(vector: dict[str, Any]) -> None:
    call = vector_call(vector)
    signed = EXCHANGE.sign(
        call, Credentials("bitunix", vector["key"], vector["secret"]), vector["stamp_ms"], vector["nonce"]
    )
    assert (signed.method, signed.target, signed.body) == (call.method, call.target, call.body.encode())
    assert signed.headers == vector["headers"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["name"]))
def test_one_changed_byte_gives_another_signature(vector: dict[str, Any]) -> None:
    credentials = Credentials("bitunix", vector["key"], vector["secret"])
    call, stamp, nonce = vector_call(vector), vector["stamp_ms"], vector["nonce"]
    changed = replace(call, body=call.body + " ") if call.body else replace(call, target=call.target + "0")
    signatures = [
        EXCHANGE.sign(call, credentials, stamp, nonce).headers["sign"],
        EXCHANGE.sign(changed, credentials, stamp, nonce).headers["sign"],
        EXCHANGE.sign(call, credentials, stamp + 1, nonce).headers["sign"],
        EXCHANGE.sign(call, credentials, stamp, nonce + "0").headers["sign"],
    ]
    assert signatures[0] == vector["headers"]["sign"]
    assert len(set(signatures)) == 4


def test_the_query_is_signed_sorted_and_unescaped_whatever_its_order_on_the_wire() -> None:
    sent = get("/api/v1/futures/x", {"uid": "a b/c", "id": 1}, host="futures")
    ordered = get("/api/v1/futures/x", {"id": 1, "uid": "a b/c"}, host="futures")
    assert sent.target != ordered.target
    signatures = {EXCHANGE.sign(call, CREDENTIALS, SENT_MS, "n").headers["sign"] for call in (sent, ordered)}
    assert len(signatures) == 1


def test_public_calls_carry_no_credentials() -> None:
    request = EXCHANGE.sign(EXCHANGE.clock, CREDENTIALS, SENT_MS, "n")
    assert request.headers == {"Content-Type": "application/json", "language": "en-US"}
    assert request.target == "/api/spot/v1/market/last_price?symbol=BTCUSDT"


def test_credentials_show_nowhere() -> None:
    request = EXCHANGE.sign(EXCHANGE.place(SPOT_BUY, SPOT, ONE_WAY), CREDENTIALS, SENT_MS, "n")
    shown = f"{CREDENTIALS!r} {request!r} {EXCHANGE!r}"
    assert "fake-key" not in shown
    assert "fake-secret" not in shown


# --- placing ---------------------------------------------------------------------------------------------------------


def test_a_spot_limit_order_counts_base_coins() -> None:
    call = EXCHANGE.place(SPOT_BUY, SPOT, ONE_WAY)
    assert (call.op, call.method, call.host, call.target) == (
        Op.PLACE,
        "POST",
        "main",
        "/api/spot/v1/order/place_order",
    )
    assert call.body == (
        '{"side":2,"type":1,"volume":"271","price":"0.0444","symbol":"DOGEUSDT","clientId":"' + CLIENT_ID + '"}'
    )


def test_a_spot_market_sell_counts_base_coins_and_a_market_buy_quote_coins() -> None:
    sell = replace(SPOT_BUY, side=Side.SELL, type=OrderType.MARKET, price=None)
    buy = replace(SPOT_BUY, type=OrderType.MARKET, price=None, quantity=Decimal("50.5"), unit=Unit.QUOTE)
    tail = '"price":"0","symbol":"DOGEUSDT","clientId":"' + CLIENT_ID + '"}'
    assert body_of(sell) == '{"side":1,"type":2,"volume":"271",' + tail
    assert body_of(buy) == '{"side":2,"type":2,"volume":"50.5",' + tail


@pytest.mark.parametrize(
    "plan",
    [
        replace(SPOT_BUY, time_in_force=TimeInForce.IOC),
        replace(SPOT_BUY, time_in_force=TimeInForce.FOK),
        replace(SPOT_BUY, time_in_force=TimeInForce.POST_ONLY),
        replace(SPOT_BUY, side=Side.SELL, reduce_only=True),
        replace(SPOT_BUY, type=OrderType.MARKET, price=None),
        replace(SPOT_BUY, unit=Unit.QUOTE),
        replace(SPOT_BUY, side=Side.SELL, type=OrderType.MARKET, price=None, unit=Unit.QUOTE),
        replace(PERP_BUY, unit=Unit.QUOTE),
        replace(PERP_BUY, unit=Unit.CONTRACTS),
    ],
)
def test_what_bitunix_does_not_have_is_refused_before_it_is_sent(plan: Plan) -> None:
    with pytest.raises(Refusal, match=r"^unsupported: "):
        body_of(plan)


@pytest.mark.parametrize("time_in_force", list(TimeInForce))
def test_a_futures_limit_order_names_its_time_in_force(time_in_force: TimeInForce) -> None:
    assert body_of(replace(PERP_BUY, time_in_force=time_in_force)) == (
        '{"symbol":"BTCUSDT","side":"BUY","orderType":"LIMIT","qty":"0.001","price":"60000",'
        f'"effect":"{time_in_force.value.upper()}","reduceOnly":false,"clientId":"{CLIENT_ID}"}}'
    )


def test_a_spot_market_order_is_immediate_or_cancel_by_itself() -> None:
    sell = replace(SPOT_BUY, side=Side.SELL, type=OrderType.MARKET, price=None)
    assert body_of(replace(sell, time_in_force=TimeInForce.IOC)) == body_of(sell)


def test_a_futures_market_close_of_a_one_way_account_is_reduce_only() -> None:
    close = replace(PERP_BUY, side=Side.SELL, type=OrderType.MARKET, price=None, reduce_only=True)
    call = EXCHANGE.place(close, PERP, ONE_WAY)
    assert (call.host, call.target) == ("futures", "/api/v1/futures/trade/place_order")
    assert call.body == (
        '{"symbol":"BTCUSDT","side":"SELL","orderType":"MARKET","qty":"0.001","reduceOnly":true,"clientId":"'
        + CLIENT_ID
        + '"}'
    )


@pytest.mark.parametrize(
    ("side", "position_side", "reduce_only", "sent"),
    [
        (Side.BUY, PositionSide.LONG, False, ("BUY", "OPEN", None)),
        (Side.SELL, PositionSide.SHORT, False, ("SELL", "OPEN", None)),
        (Side.SELL, PositionSide.LONG, True, ("BUY", "CLOSE", "777")),
        (Side.BUY, PositionSide.SHORT, True, ("SELL", "CLOSE", "777")),
    ],
)
def test_in_hedge_mode_the_side_names_the_position(
    side: Side, position_side: PositionSide, reduce_only: bool, sent: tuple[str, str, str | None]
) -> None:
    plan = replace(PERP_BUY, side=side, position_side=position_side, reduce_only=reduce_only, position_id="777")
    body = json.loads(body_of(plan, HEDGE))
    assert (body["side"], body["tradeSide"], body.get("positionId")) == sent
    assert body["reduceOnly"] is reduce_only


def test_hedge_bodies_equal_the_signed_vectors() -> None:
    opening = replace(PERP_BUY, client_id="tv-0a1b2c3d", position_side=PositionSide.LONG)
    closing = replace(
        PERP_BUY,
        client_id="tv-0a1b2c3e",
        side=Side.SELL,
        type=OrderType.MARKET,
        price=None,
        reduce_only=True,
        position_side=PositionSide.LONG,
        position_id="19848247723672",
    )
    expected = {vector["name"]: vector["body"] for vector in VECTORS}
    assert body_of(opening, HEDGE) == expected["futures_place_limit_open"]
    assert body_of(closing, HEDGE) == expected["futures_place_market_close_long"]


def test_a_hedge_order_without_its_position_is_refused_rather_than_guessed() -> None:
    with pytest.raises(Refusal):
        body_of(PERP_BUY, HEDGE)
    with pytest.raises(Refusal):
        body_of(replace(PERP_BUY, reduce_only=True, position_side=PositionSide.SHORT), HEDGE)


def test_only_a_spot_market_buy_in_base_coins_needs_a_stand_in() -> None:
    styles = {
        (market, side, unit): EXCHANGE.style(market, side, unit)
        for market in (Market.SPOT, Market.PERP)
        for side in Side
        for unit in (Unit.BASE, Unit.QUOTE)
    }
    assert styles.pop((Market.SPOT, Side.BUY, Unit.BASE)) is MarketStyle.SWEPT_LIMIT
    assert set(styles.values()) == {MarketStyle.NATIVE}


# --- answers to placements and cancels -------------------------------------------------------------------------------

SPOT_PLACE = EXCHANGE.place(SPOT_BUY, SPOT, ONE_WAY)
PERP_PLACE = EXCHANGE.place(PERP_BUY, PERP, ONE_WAY)
SPOT_READ = get("/api/spot/v1/order/detail", {"orderId": 1})
PERP_READ = get("/api/v1/futures/trade/get_order_detail", {"orderId": 1}, host="futures")
PERP_CANCEL = EXCHANGE.cancel(Handle("2001", None), PERP, ONE_WAY)
SPOT_CANCEL = EXCHANGE.cancel(Handle("1001", None), SPOT, ONE_WAY)


def test_an_accepted_order_tells_its_id_on_both_hosts() -> None:
    spot = outcome(SPOT_PLACE, {"code": "0", "msg": "result.success", "data": {"orderId": "1001", "placeStatus": 1}})
    perp = outcome(PERP_PLACE, {"code": 0, "msg": "Success", "data": {"orderId": "2001", "clientId": CLIENT_ID}})
    assert [spot.verdict, perp.verdict] == [Verdict.ACCEPTED, Verdict.ACCEPTED]
    assert [EXCHANGE.placed(spot.data), EXCHANGE.placed(perp.data)] == ["1001", "2001"]


@pytest.mark.parametrize("data", [None, {}, {"orderId": None}, {"orderId": ""}, []])
def test_an_answer_without_an_order_id_places_nothing(data: Any) -> None:
    assert EXCHANGE.placed(data) is None


def test_a_spot_refusal_behind_code_0_is_a_refusal() -> None:
    data = {"orderId": None, "placeStatus": 0, "placeCode": 10034, "placeMsg": "no money"}
    said = outcome(SPOT_PLACE, {"code": "0", "msg": "result.success", "data": data, "success": True})
    assert (said.verdict, said.code, said.message) == (Verdict.REJECTED, "spot:10034", "no money")
    assert said.meaning == "insufficient balance"


@pytest.mark.parametrize("call", [SPOT_PLACE, PERP_PLACE])
@pytest.mark.parametrize("data", [None, {}, {"orderId": ""}, {"orderId": None, "placeCode": None}, "", []])
def test_code_0_without_an_order_id_and_a_reason_proves_nothing(call: Call, data: Any) -> None:
    assert outcome(call, {"code": 0, "msg": "Success", "data": data}).verdict is Verdict.AMBIGUOUS


def test_an_unknown_place_code_proves_nothing() -> None:
    data: dict[str, object] = {"orderId": None, "placeStatus": 0, "placeCode": "10999"}
    assert outcome(SPOT_PLACE, {"code": "0", "msg": "", "data": data}).verdict is Verdict.AMBIGUOUS


@pytest.mark.parametrize("code", [10013, 20007, 30011, "20007"])
def test_a_futures_cancel_that_failed_inside_code_0_is_gone(code: object) -> None:
    failure = {"orderId": "2001", "errorMsg": "Order status error", "errorCode": code}
    said = outcome(PERP_CANCEL, {"code": 0, "msg": "Success", "data": {"successList": [], "failureList": [failure]}})
    assert (said.verdict, said.code, said.message) == (Verdict.GONE, str(code), "Order status error")


@pytest.mark.parametrize("failures", [[None], [{}], {"a": 1}, "x"])
def test_a_failed_cancel_that_cannot_be_read_is_not_a_success(failures: Any) -> None:
    data: dict[str, Any] = {"successList": [], "failureList": failures}
    assert outcome(PERP_CANCEL, {"code": 0, "data": data}).verdict is Verdict.AMBIGUOUS


def test_a_cancel_of_several_succeeds_when_one_of_them_did() -> None:
    assert EXCHANGE.cancel_many is not None
    call = EXCHANGE.cancel_many(["2001", "2002"], PERP, ONE_WAY)
    lists = {"successList": [{"orderId": "2001"}], "failureList": [{"orderId": "2002", "errorCode": 10013}]}
    assert outcome(call, {"code": 0, "data": lists}).verdict is Verdict.ACCEPTED


def test_a_spot_cancel_needs_no_data() -> None:
    assert outcome(SPOT_CANCEL, {"code": "0", "msg": "result.success"}).verdict is Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("call", "code", "verdict"),
    [
        (PERP_PLACE, 10005, Verdict.THROTTLED),
        (PERP_PLACE, 10006, Verdict.THROTTLED),
        (SPOT_PLACE, "10005", Verdict.THROTTLED),
        (SPOT_PLACE, "10006", Verdict.THROTTLED),
        (SPOT_PLACE, "110041", Verdict.THROTTLED),
        (PERP_PLACE, 10001, Verdict.AMBIGUOUS),
        (PERP_READ, 10001, Verdict.BUSY),
        (PERP_CANCEL, 10001, Verdict.BUSY),
        (SPOT_PLACE, "500", Verdict.AMBIGUOUS),
        (SPOT_READ, "500", Verdict.BUSY),
        (SPOT_CANCEL, "500", Verdict.BUSY),
        (PERP_PLACE, 40007, Verdict.AMBIGUOUS),
        (PERP_READ, 40007, Verdict.BUSY),
        (PERP_PLACE, 20007, Verdict.AMBIGUOUS),
        (PERP_CANCEL, 20007, Verdict.GONE),
        (PERP_READ, 20007, Verdict.GONE),
        (PERP_PLACE, 30011, Verdict.AMBIGUOUS),
        (PERP_CANCEL, 30011, Verdict.GONE),
        (PERP_PLACE, 10013, Verdict.AMBIGUOUS),
        (PERP_READ, 10013, Verdict.AMBIGUOUS),
        (PERP_PLACE, 30042, Verdict.DUPLICATE),
        (PERP_PLACE, 30004, Verdict.FLAT),
        (PERP_PLACE, 30018, Verdict.FLAT),
        (PERP_PLACE, 30019, Verdict.REJECTED),
        (PERP_PLACE, 30038, Verdict.SMALLER),
        (PERP_PLACE, 20003, Verdict.REJECTED),
        (PERP_PLACE, 20001, Verdict.REJECTED),
        (PERP_PLACE, 10007, Verdict.DENIED),
        (PERP_PLACE, 10004, Verdict.DENIED),
        (PERP_READ, 403, Verdict.DENIED),
        (PERP_PLACE, 30040, Verdict.DENIED),
        (SPOT_PLACE, "100005", Verdict.DENIED),
        (SPOT_READ, "110033", Verdict.DENIED),
        (SPOT_PLACE, "100008", Verdict.SKEWED),
        (SPOT_READ, "100008", Verdict.SKEWED),
        (PERP_PLACE, 100008, Verdict.SKEWED),
        (SPOT_PLACE, "2", Verdict.REJECTED),
        (SPOT_PLACE, "10058", Verdict.REJECTED),
        (PERP_PLACE, 2, Verdict.AMBIGUOUS),
        (PERP_PLACE, 10016, Verdict.AMBIGUOUS),
        (SPOT_PLACE, "10016", Verdict.DENIED),
        (SPOT_PLACE, "20003", Verdict.AMBIGUOUS),
        (PERP_PLACE, 99999, Verdict.AMBIGUOUS),
        (PERP_READ, 99999, Verdict.AMBIGUOUS),
    ],
)
def test_a_code_means_what_its_host_and_operation_make_of_it(call: Call, code: object, verdict: Verdict) -> None:
    assert outcome(call, {"code": code, "msg": "said", "data": None}).verdict is verdict


def test_every_row_has_a_meaning_and_a_source() -> None:
    assert all(rule.meaning and rule.source for rule in EXCHANGE.rules.values())


def test_an_unlisted_code_whose_words_say_that_the_time_expired_is_skew() -> None:
    said = outcome(PERP_PLACE, {"code": 10099, "msg": "Request time has expired", "data": None})
    listed = outcome(PERP_PLACE, {"code": 20003, "msg": "time expired", "data": None})
    assert [said.verdict, listed.verdict] == [Verdict.SKEWED, Verdict.REJECTED]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>502</html>",
        b'{"code":0,"data":{"orderId":"1"',
        b"[]",
        b'"0"',
        b"{}",
        b'{"code":null}',
        b'{"code":true}',
        b'{"code":[0]}',
        b"\xff\xfe",
    ],
)
def test_a_body_that_is_not_the_envelope_is_not_read(body: bytes) -> None:
    for call in (SPOT_PLACE, PERP_PLACE, PERP_CANCEL, SPOT_READ):
        assert EXCHANGE.read(call, answer(body)) is None
    assert outcome(PERP_PLACE, body).verdict is Verdict.AMBIGUOUS


def test_a_good_body_under_a_bad_status_is_no_acceptance() -> None:
    body = {"code": 0, "data": {"orderId": "1"}}
    assert outcome(PERP_PLACE, body, status=502).verdict is Verdict.AMBIGUOUS
    assert outcome(PERP_PLACE, body, status=404).verdict is Verdict.AMBIGUOUS


# --- cancels ---------------------------------------------------------------------------------------------------------


def test_a_spot_cancel_names_the_order_id_and_never_the_client_id() -> None:
    call = EXCHANGE.cancel(Handle("1234567890", CLIENT_ID), SPOT, ONE_WAY)
    assert (call.op, call.host, call.target) == (Op.CANCEL, "main", "/api/spot/v1/order/cancel")
    assert call.body == '{"orderIdList":[{"orderId":"1234567890","symbol":"DOGEUSDT"}]}'
    with pytest.raises(Refusal):
        EXCHANGE.cancel(Handle(None, CLIENT_ID), SPOT, ONE_WAY)


def test_a_futures_cancel_prefers_the_order_id() -> None:
    by_id = EXCHANGE.cancel(Handle("11111", CLIENT_ID), PERP, ONE_WAY)
    by_client_id = EXCHANGE.cancel(Handle(None, "22223"), PERP, ONE_WAY)
    assert (by_id.op, by_id.host, by_id.target) == (Op.CANCEL, "futures", "/api/v1/futures/trade/cancel_orders")
    assert by_id.body == '{"symbol":"BTCUSDT","orderList":[{"orderId":"11111"}]}'
    assert by_client_id.body == '{"symbol":"BTCUSDT","orderList":[{"clientId":"22223"}]}'


def test_several_orders_are_cancelled_in_one_call() -> None:
    assert EXCHANGE.cancel_many is not None
    perp = EXCHANGE.cancel_many(["1", "2"], PERP, ONE_WAY)
    spot = EXCHANGE.cancel_many(["1", "2"], SPOT, ONE_WAY)
    assert perp.body == '{"symbol":"BTCUSDT","orderList":[{"orderId":"1"},{"orderId":"2"}]}'
    assert spot.body == ('{"orderIdList":[{"orderId":"1","symbol":"DOGEUSDT"},{"orderId":"2","symbol":"DOGEUSDT"}]}')


# --- finding spot orders ---------------------------------------------------------------------------------------------

PENDING = "/api/spot/v1/order/pending/list"
HISTORY = "/api/spot/v1/order/history/page"
SPOT_DETAIL = "/api/spot/v1/order/detail?orderId=1001"
SPOT_SOUGHT = Sought(SPOT_BUY, SENT_MS)


def foreign(number: int, ctime: object = SENT_MS) -> dict[str, Any]:
    return {**SPOT_ROW, "orderId": str(number), "clientId": "", "ctime": ctime}


def page(rows: list[dict[str, Any]], total: int) -> dict[str, Any]:
    return {"total": total, "pageNum": "1", "pageSize": 100, "data": rows}


def test_a_known_spot_order_is_read_by_its_id() -> None:
    ask = script(("GET", SPOT_DETAIL, SPOT_ROW))
    found = EXCHANGE.find(ask, replace(SPOT_SOUGHT, order_id="1001"), SPOT, ONE_WAY)
    assert found is not None
    assert (found.order_id, found.client_id, found.side, found.status) == ("1001", CLIENT_ID, Side.BUY, Status.OPEN)
    assert (found.quantity, found.filled, found.price, found.average) == (
        Decimal(271),
        Decimal(0),
        Decimal("0.0444"),
        None,
    )
    assert found.created_ms == 1_747_104_711_500


def test_a_null_detail_is_looked_for_in_the_lists() -> None:
    ask = script(("GET", SPOT_DETAIL, None), ("POST", PENDING, [{**SPOT_ROW, "clientId": None}]))
    found = EXCHANGE.find(ask, replace(SPOT_SOUGHT, order_id="1001"), SPOT, ONE_WAY)
    assert found is not None
    assert found.order_id == "1001"


def test_a_spot_order_is_found_by_client_id_among_the_open_ones() -> None:
    ask = script(("POST", PENDING, [foreign(1), SPOT_ROW]))
    found = EXCHANGE.find(ask, SPOT_SOUGHT, SPOT, ONE_WAY)
    assert found is not None
    assert found.order_id == "1001"
    assert ask.calls[0].body == '{"symbol":"DOGEUSDT"}'


def test_a_spot_order_is_found_on_a_later_page_of_ended_orders() -> None:
    first = [foreign(number, SENT_MS + 1000 - number) for number in range(100)]
    filled = {**SPOT_ROW, "status": "2", "dealVolume": "271", "leftVolume": "0", "avgPrice": "0.0443"}
    ask = script(("POST", PENDING, None), ("POST", HISTORY, page(first, 101)), ("POST", HISTORY, page([filled], 101)))
    found = EXCHANGE.find(ask, SPOT_SOUGHT, SPOT, ONE_WAY)
    assert found is not None
    assert (found.status, found.quantity, found.filled, found.average) == (
        Status.FILLED,
        Decimal(271),
        Decimal(271),
        Decimal("0.0443"),
    )
    assert [call.body for call in ask.calls[1:]] == [
        '{"symbol":"DOGEUSDT","page":1,"pageSize":100}',
        '{"symbol":"DOGEUSDT","page":2,"pageSize":100}',
    ]


@pytest.mark.parametrize("ended", [None, {"total": 0, "data": None}, {"total": "1", "data": [foreign(1)]}])
def test_a_spot_order_is_absent_once_both_lists_were_read_to_their_end(ended: Any) -> None:
    ask = script(("POST", PENDING, []), ("POST", HISTORY, ended))
    assert EXCHANGE.find(ask, SPOT_SOUGHT, SPOT, ONE_WAY) is None
    assert ask.finished


def test_paging_ends_at_orders_older_than_the_attempt() -> None:
    old = [foreign(1, SENT_MS), foreign(2, SENT_MS - 60_001)]
    ask = script(("POST", PENDING, []), ("POST", HISTORY, page(old, 500)))
    assert EXCHANGE.find(ask, SPOT_SOUGHT, SPOT, ONE_WAY) is None


@pytest.mark.parametrize(
    "first",
    [
        [foreign(1, SENT_MS - 90_000), foreign(2, SENT_MS - 80_000)],
        [foreign(1, None), foreign(2, SENT_MS - 90_000)],
        [foreign(1, SENT_MS), foreign(2, "2025-05-12T00:00:00")],
    ],
    ids=["oldest first", "time missing", "time without zone"],
)
def test_paging_goes_on_while_newest_first_is_not_evident(first: list[dict[str, Any]]) -> None:
    ask = script(("POST", PENDING, []), ("POST", HISTORY, page(first, 3)), ("POST", HISTORY, page([SPOT_ROW], 3)))
    assert EXCHANGE.find(ask, SPOT_SOUGHT, SPOT, ONE_WAY) is not None


def test_a_history_too_long_to_read_proves_no_absence() -> None:
    steps: list[Step] = [("POST", HISTORY, page([foreign(number)], 99)) for number in range(10)]
    ask = script(("POST", PENDING, []), *steps)
    with pytest.raises(Failed) as failure:
        EXCHANGE.find(ask, SPOT_SOUGHT, SPOT, ONE_WAY)
    assert failure.value.outcome.verdict is Verdict.AMBIGUOUS
    assert ask.finished


@pytest.mark.parametrize(
    "steps",
    [
        [("POST", PENDING, {"unexpected": 1})],
        [("POST", PENDING, [1])],
        [("POST", PENDING, []), ("POST", HISTORY, [SPOT_ROW, SPOT_ROW])],
        [("POST", PENDING, []), ("POST", HISTORY, {"data": "none"})],
        [("POST", PENDING, [{**SPOT_ROW, "status": 99}])],
        [("POST", PENDING, [{**SPOT_ROW, "side": 3}])],
        [("POST", PENDING, "spot:500")],
    ],
)
def test_a_list_that_cannot_be_read_proves_no_absence(steps: list[Step]) -> None:
    with pytest.raises(Failed):
        EXCHANGE.find(script(*steps), SPOT_SOUGHT, SPOT, ONE_WAY)


@pytest.mark.parametrize(
    ("status", "dealt", "expected"),
    [(3, "100", Status.OPEN), (4, "0", Status.CANCELLED), (7, "100", Status.CANCELLED), ("2", "271", Status.FILLED)],
)
def test_spot_states_keep_what_was_filled(status: object, dealt: str, expected: Status) -> None:
    left = str(271 - int(dealt)) if expected is not Status.CANCELLED else "0"
    row = {**SPOT_ROW, "status": status, "dealVolume": dealt, "leftVolume": left}
    found = EXCHANGE.find(script(("POST", PENDING, [row])), SPOT_SOUGHT, SPOT, ONE_WAY)
    assert found is not None
    assert (found.status, found.quantity, found.filled) == (expected, Decimal(271), Decimal(dealt))


def test_a_spot_market_buy_reads_in_quote_coins() -> None:
    row = {**SPOT_ROW, "type": "2", "price": "0", "amount": "12", "dealAmount": "11.99", "dealVolume": "270"}
    found = EXCHANGE.find(script(("POST", PENDING, [row])), SPOT_SOUGHT, SPOT, ONE_WAY)
    assert found is not None
    assert (found.quantity, found.filled, found.price) == (Decimal(12), Decimal("11.99"), None)


# --- finding futures orders ------------------------------------------------------------------------------------------

PERP_DETAIL = "/api/v1/futures/trade/get_order_detail"
PERP_PENDING = "/api/v1/futures/trade/get_pending_orders"
TRADES = "/api/v1/futures/trade/get_history_trades"
PERP_SOUGHT = Sought(PERP_BUY, SENT_MS)


def test_a_futures_order_is_read_by_client_id_without_naming_the_symbol() -> None:
    ask = script(("GET", PERP_DETAIL, PERP_ROW))
    found = EXCHANGE.find(ask, PERP_SOUGHT, PERP, ONE_WAY)
    assert ask.targets == [f"{PERP_DETAIL}?clientId={CLIENT_ID}"]
    assert ask.calls[0].host == "futures"
    assert found is not None
    assert (found.order_id, found.client_id, found.side, found.status) == ("2001", CLIENT_ID, Side.BUY, Status.OPEN)
    assert (found.quantity, found.filled, found.price) == (Decimal("0.001"), Decimal(0), Decimal(60000))
    assert found.created_ms == 1_747_104_711_500


def test_a_known_futures_order_is_read_by_its_id() -> None:
    ask = script(("GET", PERP_DETAIL, [PERP_ROW]))
    assert EXCHANGE.find(ask, replace(PERP_SOUGHT, order_id="2001"), PERP, ONE_WAY) is not None
    assert ask.targets == [f"{PERP_DETAIL}?orderId=2001"]


@pytest.mark.parametrize("nothing", ["20007", None, {}])
def test_a_futures_order_that_the_exchange_does_not_know_is_absent(nothing: Any) -> None:
    assert EXCHANGE.find(script(("GET", PERP_DETAIL, nothing)), PERP_SOUGHT, PERP, ONE_WAY) is None


def test_a_busy_exchange_proves_no_absence() -> None:
    with pytest.raises(Failed):
        EXCHANGE.find(script(("GET", PERP_DETAIL, "10001")), PERP_SOUGHT, PERP, ONE_WAY)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("INIT", Status.WAITING),
        ("NEW", Status.OPEN),
        ("NEW_", Status.OPEN),
        ("PART_FILLED", Status.OPEN),
        ("CANCELED", Status.CANCELLED),
        ("PART_FILLED_CANCELED", Status.CANCELLED),
        ("EXPIRED", Status.CANCELLED),
    ],
)
def test_futures_states_are_read(status: str, expected: Status) -> None:
    found = EXCHANGE.find(script(("GET", PERP_DETAIL, {**PERP_ROW, "status": status})), PERP_SOUGHT, PERP, ONE_WAY)
    assert found is not None
    assert found.status is expected


@pytest.mark.parametrize("change", [{"status": "STRANGE"}, {"side": "LONG"}, {"orderId": None}])
def test_an_order_in_unknown_words_is_not_guessed(change: dict[str, Any]) -> None:
    with pytest.raises(Failed):
        EXCHANGE.find(script(("GET", PERP_DETAIL, {**PERP_ROW, **change})), PERP_SOUGHT, PERP, ONE_WAY)


def test_a_fill_is_averaged_from_its_trades() -> None:
    filled = {**PERP_ROW, "status": "FILLED", "tradeQty": "0.003"}
    trades = {"tradeList": [{"qty": "0.001", "price": "60000"}, {"qty": "0.002", "price": "60030"}], "total": 2}
    ask = script(("GET", PERP_DETAIL, filled), ("GET", TRADES, trades))
    found = EXCHANGE.find(ask, PERP_SOUGHT, PERP, ONE_WAY)
    assert ask.targets[1] == f"{TRADES}?orderId=2001&limit=100"
    assert found is not None
    assert (found.status, found.filled, found.average) == (Status.FILLED, Decimal("0.003"), Decimal(60020))


@pytest.mark.parametrize(
    "trades", ["10001", None, {"tradeList": [{"qty": "0.001", "price": "60000"}]}, {"tradeList": [{}]}]
)
def test_a_missing_average_hides_no_fill(trades: Any) -> None:
    filled = {**PERP_ROW, "status": "FILLED", "tradeQty": "0.003"}
    found = EXCHANGE.find(script(("GET", PERP_DETAIL, filled), ("GET", TRADES, trades)), PERP_SOUGHT, PERP, ONE_WAY)
    assert found is not None
    assert (found.status, found.filled, found.average) == (Status.FILLED, Decimal("0.003"), None)


def test_an_average_that_is_told_is_not_asked_for() -> None:
    filled = {**PERP_ROW, "status": "FILLED", "tradeQty": "0.001", "avgPrice": "60001"}
    found = EXCHANGE.find(script(("GET", PERP_DETAIL, filled)), PERP_SOUGHT, PERP, ONE_WAY)
    assert found is not None
    assert found.average == 60001


@pytest.mark.parametrize("told", ["BUY", "SELL"])
def test_a_hedge_close_is_its_plans_side_whichever_way_the_exchange_tells_it(told: str) -> None:
    close = replace(PERP_BUY, side=Side.SELL, reduce_only=True, position_side=PositionSide.LONG, position_id="7")
    row = {**PERP_ROW, "positionMode": "HEDGE", "reduceOnly": True, "side": told}
    found = EXCHANGE.find(script(("GET", PERP_DETAIL, row)), Sought(close, SENT_MS), PERP, HEDGE)
    assert found is not None
    assert found.side is Side.SELL


@pytest.mark.parametrize(("mode", "reduce_only"), [("ONE_WAY", False), ("ONE_WAY", True), ("HEDGE", False)])
def test_any_other_order_keeps_the_side_it_was_told(mode: str, reduce_only: bool) -> None:
    row = {**PERP_ROW, "positionMode": mode, "reduceOnly": reduce_only, "side": "SELL"}
    sought = replace(PERP_SOUGHT, plan=replace(PERP_BUY, reduce_only=reduce_only))
    found = EXCHANGE.find(script(("GET", PERP_DETAIL, row)), sought, PERP, ONE_WAY)
    assert found is not None
    assert found.side is Side.SELL


# --- open orders -----------------------------------------------------------------------------------------------------


def test_all_pages_of_open_futures_orders_are_read_foreign_ones_too() -> None:
    first = [{**PERP_ROW, "orderId": str(number), "clientId": None} for number in range(100)]
    pages = [{"orderList": first, "total": 101}, {"orderList": [PERP_ROW], "total": 101}]
    ask = script(*[("GET", PERP_PENDING, one) for one in pages])
    found = EXCHANGE.open_orders(ask, PERP, ONE_WAY)
    assert [order.order_id for order in found] == [*map(str, range(100)), "2001"]
    assert ask.targets == [
        f"{PERP_PENDING}?symbol=BTCUSDT&skip=0&limit=100",
        f"{PERP_PENDING}?symbol=BTCUSDT&skip=100&limit=100",
    ]


def test_open_orders_of_other_symbols_are_left_alone() -> None:
    other = {**PERP_ROW, "symbol": "ETHUSDT"}
    assert EXCHANGE.open_orders(script(("GET", PERP_PENDING, {"orderList": [other], "total": 1})), PERP, ONE_WAY) == []
    spot = [{**SPOT_ROW, "symbol": "BTCUSDT"}, {**SPOT_ROW, "symbol": "dogeusdt"}]
    assert len(EXCHANGE.open_orders(script(("POST", PENDING, spot)), SPOT, ONE_WAY)) == 1


@pytest.mark.parametrize("nothing", [None, {"orderList": [], "total": 0}, {"orderList": None}])
def test_no_open_futures_orders_is_an_empty_list(nothing: Any) -> None:
    assert EXCHANGE.open_orders(script(("GET", PERP_PENDING, nothing)), PERP, ONE_WAY) == []


def test_endless_pages_of_open_orders_are_not_taken_for_all() -> None:
    steps: list[Step] = [("GET", PERP_PENDING, {"orderList": [PERP_ROW], "total": 999})] * 20
    with pytest.raises(Failed):
        EXCHANGE.open_orders(script(*steps), PERP, ONE_WAY)


# --- instruments, prices, accounts -----------------------------------------------------------------------------------

PAIR = {
    "symbol": "dogeusdt",
    "base": "DOGE",
    "quote": "USDT",
    "basePrecision": 0,
    "quotePrecision": 6,
    "minPrice": "5",
    "minVolume": "10",
    "isOpen": 1,
    "precisions": ["0.00001", "0.0001", "0.001"],
}
CONTRACT = {
    "symbol": "BTCUSDT",
    "base": "BTC",
    "quote": "USDT",
    "minTradeVolume": "0.0001",
    "maxLimitOrderVolume": "100000",
    "maxMarketOrderVolume": "50000",
    "basePrecision": 4,
    "quotePrecision": 1,
    "symbolStatus": "OPEN",
    "isApiSupported": True,
}
SPOT_PAIRS = "/api/spot/v1/common/coin_pair/list"
PERP_PAIRS = "/api/v1/futures/market/trading_pairs"


def read_spot(pairs: Any) -> Instrument | None:
    return EXCHANGE.instrument(script(("GET", SPOT_PAIRS, pairs)), "DOGEUSDT", Market.SPOT)


def read_perp(pairs: Any) -> Instrument | None:
    return EXCHANGE.instrument(script(("GET", f"{PERP_PAIRS}?symbols=BTCUSDT", pairs)), "BTCUSDT", Market.PERP)


def test_a_spot_pair_gives_steps_minimum_and_minimum_value() -> None:
    pair = read_spot([{**PAIR, "base": "BTC"}, PAIR])
    assert pair is not None
    assert (pair.symbol, pair.base, pair.quote, pair.unit) == ("DOGEUSDT", "DOGE", "USDT", Unit.BASE)
    assert (pair.tick, pair.step, pair.minimum, pair.min_notional) == (
        Decimal("0.00001"),
        Decimal(1),
        Decimal(10),
        Decimal(5),
    )
    assert pair.tradable


def test_a_spot_pair_without_price_steps_rounds_by_its_decimals() -> None:
    pair = read_spot([{**PAIR, "precisions": None}])
    assert pair is not None
    assert pair.tick == Decimal("0.000001")


def test_a_contract_gives_steps_and_maxima() -> None:
    contract = read_perp([CONTRACT])
    assert contract is not None
    assert (contract.symbol, contract.base, contract.quote, contract.unit) == ("BTCUSDT", "BTC", "USDT", Unit.BASE)
    assert (contract.tick, contract.step, contract.minimum) == (Decimal("0.1"), Decimal("0.0001"), Decimal("0.0001"))
    assert (contract.maximum, contract.max_market, contract.min_notional) == (Decimal(100000), Decimal(50000), None)
    assert contract.tradable


@pytest.mark.parametrize("change", [{"symbolStatus": "STOP"}, {"symbolStatus": "PREVIEW"}, {"isApiSupported": False}])
def test_a_contract_that_is_closed_to_the_api_is_not_tradable(change: dict[str, Any]) -> None:
    contract = read_perp([{**CONTRACT, **change}])
    assert contract is not None
    assert not contract.tradable


def test_a_closed_spot_pair_is_not_tradable() -> None:
    pair = read_spot([{**PAIR, "isOpen": "0"}])
    assert pair is not None
    assert not pair.tradable


def test_an_unknown_instrument_is_none() -> None:
    assert read_spot([]) is None
    assert read_perp([]) is None
    assert read_perp("20001") is None


@pytest.mark.parametrize("pairs", [{}, [{**PAIR, "basePrecision": None}]])
def test_trading_rules_that_cannot_be_read_are_not_guessed(pairs: Any) -> None:
    with pytest.raises(Failed):
        read_spot(pairs)


def test_futures_prices_are_bid_and_ask_and_spot_knows_the_last_one() -> None:
    depth = {"bids": [["59999.9", "1"]], "asks": [["60000.1", "2"]]}
    perp = script(("GET", "/api/v1/futures/market/depth?symbol=BTCUSDT&limit=1", depth))
    spot = script(("GET", "/api/spot/v1/market/last_price?symbol=DOGEUSDT", Decimal("0.0444")))
    assert EXCHANGE.top(perp, PERP, ONE_WAY) == Top(Decimal("59999.9"), Decimal("60000.1"))
    assert EXCHANGE.top(spot, SPOT, ONE_WAY) == Top(Decimal("0.0444"), Decimal("0.0444"))
    assert {call.op for call in (*perp.calls, *spot.calls)} == {Op.PUBLIC}


@pytest.mark.parametrize("depth", [None, {"bids": [], "asks": [["1", "1"]]}, {"bids": "x", "asks": [[]]}])
def test_an_empty_book_has_no_price(depth: Any) -> None:
    with pytest.raises(Failed):
        EXCHANGE.top(script(("GET", "/api/v1/futures/market/depth", depth)), PERP, ONE_WAY)


def test_a_missing_last_price_is_no_price() -> None:
    with pytest.raises(Failed):
        EXCHANGE.top(script(("GET", "/api/spot/v1/market/last_price", None)), SPOT, ONE_WAY)


ACCOUNT = "/api/v1/futures/account?marginCoin=USDT"
POSITIONS = "/api/v1/futures/position/get_pending_positions?symbol=BTCUSDT"
POSITION = {"positionId": "777", "symbol": "BTCUSDT", "qty": "0.5", "side": "LONG", "marginMode": "CROSS"}


@pytest.mark.parametrize(("mode", "hedge"), [("HEDGE", True), ("ONE_WAY", False)])
def test_the_position_mode_comes_from_the_futures_account(mode: str, hedge: bool) -> None:
    for data in ([{"positionMode": mode}], {"positionMode": mode}):
        assert EXCHANGE.profile(script(("GET", ACCOUNT, data)), CREDENTIALS, Market.PERP) == Profile(hedge=hedge)


@pytest.mark.parametrize("data", [None, [], [{}], {"positionMode": "OTHER"}])
def test_an_unknown_position_mode_is_not_guessed(data: Any) -> None:
    with pytest.raises(Failed):
        EXCHANGE.profile(script(("GET", ACCOUNT, data)), CREDENTIALS, Market.PERP)


def test_spot_needs_no_profile_and_has_no_positions() -> None:
    assert EXCHANGE.profile(script(), CREDENTIALS, Market.SPOT) == Profile()
    assert EXCHANGE.positions(script(), SPOT, ONE_WAY) == []


@pytest.mark.parametrize(("told", "side"), [("LONG", PositionSide.LONG), ("SELL", PositionSide.SHORT)])
def test_a_position_is_read_in_either_wording(told: str, side: PositionSide) -> None:
    rows = [{**POSITION, "side": told}, {**POSITION, "symbol": "ETHUSDT"}]
    read = EXCHANGE.positions(script(("GET", POSITIONS, rows)), PERP, ONE_WAY)
    assert read == [Position(side, Decimal("0.5"), "777", MarginMode.CROSS)]


def test_a_hedge_account_has_a_position_each_way() -> None:
    short = {**POSITION, "positionId": 778, "side": "SHORT", "qty": "-0.2", "marginMode": "ISOLATION"}
    assert EXCHANGE.positions(script(("GET", POSITIONS, [POSITION, short])), PERP, HEDGE) == [
        Position(PositionSide.LONG, Decimal("0.5"), "777", MarginMode.CROSS),
        Position(PositionSide.SHORT, Decimal("0.2"), "778", MarginMode.ISOLATED),
    ]


@pytest.mark.parametrize("rows", [None, [], [{**POSITION, "qty": "0"}]])
def test_flat_is_an_empty_list(rows: Any) -> None:
    assert EXCHANGE.positions(script(("GET", POSITIONS, rows)), PERP, ONE_WAY) == []


@pytest.mark.parametrize("rows", [{}, [{**POSITION, "side": "NET"}], [{**POSITION, "qty": None}]])
def test_a_position_that_cannot_be_read_is_not_flat(rows: Any) -> None:
    with pytest.raises(Failed):
        EXCHANGE.positions(script(("GET", POSITIONS, rows)), PERP, ONE_WAY)


def test_the_free_balance_is_read_on_both_markets() -> None:
    balances = [{"coin": "BTC", "balance": Decimal("0.1")}, {"coin": "usdt", "balance": Decimal("12.5")}]
    spot = script(("GET", "/api/spot/v1/user/account", balances))
    perp = script(("GET", ACCOUNT, [{"marginCoin": "USDT", "available": "1000.25"}]))
    assert EXCHANGE.available(spot, "USDT", Market.SPOT, ONE_WAY) == Decimal("12.5")
    assert EXCHANGE.available(perp, "USDT", Market.PERP, ONE_WAY) == Decimal("1000.25")


@pytest.mark.parametrize("balances", [None, [], [{"coin": "BTC", "balance": 1}]])
def test_a_coin_that_is_not_listed_is_not_held(balances: Any) -> None:
    assert EXCHANGE.available(script(("GET", "/api/spot/v1/user", balances)), "USDT", Market.SPOT, ONE_WAY) == 0


def test_a_balance_that_cannot_be_read_is_not_zero() -> None:
    with pytest.raises(Failed):
        EXCHANGE.available(script(("GET", "/api/spot", [{"coin": "USDT"}])), "USDT", Market.SPOT, ONE_WAY)
    with pytest.raises(Failed):
        EXCHANGE.available(script(("GET", ACCOUNT, [{}])), "USDT", Market.PERP, ONE_WAY)


# --- clock and description -------------------------------------------------------------------------------------------


def test_the_clock_is_the_date_header_half_a_second_later() -> None:
    dated = Answer(200, {"date": "Tue, 13 May 2025 02:51:51 GMT"}, b"")
    assert EXCHANGE.read_clock(dated, None) == (1_747_104_711_500, 500)
    assert EXCHANGE.read_clock(Answer(200, {}, b""), Reading(None, "", "60000")) is None
    assert EXCHANGE.read_clock(Answer(200, {"date": "soon"}, b""), None) is None


def test_the_exchange_describes_itself_as_the_design_says() -> None:
    assert set(EXCHANGE.hosts) == {"main", "futures"}
    assert EXCHANGE.markets == EXCHANGE.finds_orders == frozenset({Market.SPOT, Market.PERP})
    assert (EXCHANGE.window_ms, EXCHANGE.unique_ids) == (60_000, frozenset({Market.PERP}))
    assert (EXCHANGE.keeps_unfilled, EXCHANGE.passphrase, EXCHANGE.confirms) == (True, False, True)


def test_reads_of_the_spot_lists_are_posts_and_still_reads() -> None:
    ask = script(("POST", PENDING, []))
    EXCHANGE.open_orders(ask, SPOT, ONE_WAY)
    assert ask.calls == [post(PENDING, {"symbol": "DOGEUSDT"}, op=Op.READ)]
