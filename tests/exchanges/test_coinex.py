"""CoinEx: what is sent, what its answers mean, and how orders are found by a client id that is not unique there."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.call import Call
from order_relay.core.exchange import Found, Handle, Instrument, MarketStyle, Position, Profile, Sought, Status, Top
from order_relay.core.order import MarginMode, Plan, PositionSide, Side, TimeInForce, Unit
from order_relay.core.outcome import Failed, Op, Verdict, classify
from order_relay.core.refusal import Refusal
from order_relay.core.symbol import Market
from order_relay.exchanges.coinex import EXCHANGE
from tests.exchanges.coinex_cases import (
    DATA,
    ENDED,
    ID,
    INVERSE,
    KEYS,
    LIMIT,
    MARKET,
    OPEN,
    PENDING,
    PERP,
    PERP_LIMIT,
    PERP_MARKET,
    POSITION,
    PROFILE,
    SENT_MS,
    SPOT,
    answer,
    order,
    page,
    script,
)
from tests.exchanges.scripted import Script, Step


def find(ask: Script, order_id: str | None = None) -> Found | None:
    found = EXCHANGE.find(ask, Sought(LIMIT, SENT_MS, order_id), SPOT, PROFILE)
    assert ask.finished
    return found


def sealed(call: Call, stamp_ms: int = SENT_MS) -> dict[str, str]:
    return dict(EXCHANGE.sign(call, KEYS, stamp_ms, "0" * 32).headers)


# Signing


@pytest.mark.parametrize("vector", DATA["vectors"], ids=lambda vector: vector["name"])
def test_every_vector_is_signed_as_coinex_signs_it(vector: dict[str, Any]) -> None:
    op = Op.READ if vector["method"] == "GET" else Op.PLACE
    call = Call(op, vector["method"], vector["target"], vector["body"])
    request = EXCHANGE.sign(call, KEYS, vector["stamp_ms"], "0" * 32)
    expected = {
        "X-COINEX-KEY": DATA["key"],
        "X-COINEX-SIGN": vector["signature"],
        "X-COINEX-TIMESTAMP": str(vector["stamp_ms"]),
        "X-COINEX-WINDOWTIME": "5000",
    }
    if vector["body"]:
        expected["Content-Type"] = "application/json; charset=utf-8"
    assert (request.method, request.target, request.body) == (call.method, call.target, call.body.encode())
    assert request.headers == expected


def test_one_changed_byte_or_millisecond_gives_another_signature() -> None:
    call = EXCHANGE.place(LIMIT, SPOT, PROFILE)
    signatures = {
        sealed(call)["X-COINEX-SIGN"],
        sealed(replace(call, body=call.body.replace("61000", "61001")))["X-COINEX-SIGN"],
        sealed(replace(call, target=call.target + "s"))["X-COINEX-SIGN"],
        sealed(replace(call, method="PUT"))["X-COINEX-SIGN"],
        sealed(call, SENT_MS + 1)["X-COINEX-SIGN"],
    }
    assert len(signatures) == 5


def test_public_calls_carry_no_credentials() -> None:
    assert (EXCHANGE.clock.op, EXCHANGE.clock.target) == (Op.PUBLIC, "/v2/time")
    assert sealed(EXCHANGE.clock) == {}


def test_credentials_and_requests_hide_the_keys() -> None:
    shown = repr(KEYS) + repr(EXCHANGE.sign(EXCHANGE.place(LIMIT, SPOT, PROFILE), KEYS, SENT_MS, ""))
    assert DATA["key"] not in shown
    assert DATA["secret"] not in shown


def test_a_demo_account_never_reaches_the_live_exchange() -> None:
    with pytest.raises(Refusal, match="no demo environment"):
        EXCHANGE.profile(script(), replace(KEYS, environment="demo"), Market.SPOT)
    assert EXCHANGE.profile(script(), KEYS, Market.PERP) == Profile()


# Placing and cancelling


@pytest.mark.parametrize(
    ("plan", "body"),
    [
        (LIMIT, '"side":"buy","type":"limit","amount":"0.0001","price":"61000"'),
        (
            replace(LIMIT, time_in_force=TimeInForce.IOC),
            '"side":"buy","type":"ioc","amount":"0.0001","price":"61000"',
        ),
        (
            replace(LIMIT, time_in_force=TimeInForce.FOK),
            '"side":"buy","type":"fok","amount":"0.0001","price":"61000"',
        ),
        (
            replace(LIMIT, side=Side.SELL, time_in_force=TimeInForce.POST_ONLY),
            '"side":"sell","type":"maker_only","amount":"0.0001","price":"61000"',
        ),
        (MARKET, '"side":"buy","type":"market","ccy":"BTC","amount":"0.0001"'),
        (
            replace(MARKET, unit=Unit.QUOTE, quantity=Decimal("25.50")),
            '"side":"buy","type":"market","ccy":"USDT","amount":"25.5"',
        ),
        (replace(MARKET, price=Decimal(61000)), '"side":"buy","type":"market","ccy":"BTC","amount":"0.0001"'),
        (
            replace(MARKET, side=Side.SELL, reduce_only=True),
            '"side":"sell","type":"market","ccy":"BTC","amount":"0.0001"',
        ),
        (
            replace(MARKET, side=Side.SELL, quantity=Decimal("1E-8")),
            '"side":"sell","type":"market","ccy":"BTC","amount":"0.00000001"',
        ),
    ],
    ids=["limit", "ioc", "fok", "post-only", "in coins", "for money", "price unused", "selling out", "tiny"],
)
def test_spot_orders_are_written_to_the_byte(plan: Plan, body: str) -> None:
    call = EXCHANGE.place(plan, SPOT, PROFILE)
    assert (call.op, call.method, call.target) == (Op.PLACE, "POST", "/v2/spot/order")
    assert call.body == f'{{"market":"BTCUSDT","market_type":"SPOT",{body},"client_id":"{ID}"}}'


@pytest.mark.parametrize(
    ("plan", "path", "body"),
    [
        (PERP_LIMIT, "order", '"side":"buy","type":"limit","amount":"0.0001","price":"61000"'),
        (
            replace(PERP_LIMIT, time_in_force=TimeInForce.POST_ONLY),
            "order",
            '"side":"buy","type":"maker_only","amount":"0.0001","price":"61000"',
        ),
        (PERP_MARKET, "order", '"side":"buy","type":"market","amount":"0.0001"'),
        (replace(PERP_MARKET, reduce_only=True), "close-position", '"type":"market","amount":"0.0001"'),
        (replace(PERP_MARKET, reduce_only=True, whole=True), "close-position", '"type":"market","amount":"0.0001"'),
        (
            replace(PERP_LIMIT, reduce_only=True, margin_mode=MarginMode.CROSS),
            "close-position",
            '"type":"limit","amount":"0.0001","price":"61000"',
        ),
        (
            replace(PERP_LIMIT, reduce_only=True, time_in_force=TimeInForce.IOC),
            "close-position",
            '"type":"ioc","amount":"0.0001","price":"61000"',
        ),
    ],
    ids=["limit", "post-only", "market", "reduce by market", "close by market", "reduce by limit", "reduce by ioc"],
)
def test_futures_orders_that_reduce_become_close_position_calls(plan: Plan, path: str, body: str) -> None:
    call = EXCHANGE.place(plan, PERP, PROFILE)
    assert (call.op, call.method, call.target) == (Op.PLACE, "POST", f"/v2/futures/{path}")
    assert call.body == f'{{"market":"BTCUSDT","market_type":"FUTURES",{body},"client_id":"{ID}"}}'


@pytest.mark.parametrize(
    ("plan", "instrument", "why"),
    [
        (replace(LIMIT, unit=Unit.QUOTE), SPOT, "in quote"),
        (replace(PERP_MARKET, unit=Unit.QUOTE), PERP, "in quote"),
        (replace(PERP_MARKET, unit=Unit.CONTRACTS), PERP, "in contracts"),
        (replace(MARKET, time_in_force=TimeInForce.FOK), SPOT, "cannot be fok"),
        (replace(MARKET, time_in_force=TimeInForce.POST_ONLY), SPOT, "cannot be post_only"),
        (replace(PERP_MARKET, symbol="BTCUSD", unit=Unit.CONTRACTS), INVERSE, "is inverse"),
    ],
)
def test_what_coinex_cannot_do_is_refused(plan: Plan, instrument: Instrument, why: str) -> None:
    with pytest.raises(Refusal, match=f"unsupported: .*{why}"):
        EXCHANGE.place(plan, instrument, PROFILE)


def test_an_inverse_position_can_be_closed_in_its_own_unit() -> None:
    plan = replace(PERP_MARKET, symbol="BTCUSD", unit=Unit.CONTRACTS, quantity=Decimal(100), reduce_only=True)
    assert EXCHANGE.place(plan, INVERSE, PROFILE).target == "/v2/futures/close-position"


@pytest.mark.parametrize("unit", [Unit.BASE, Unit.QUOTE])
def test_market_orders_are_native(unit: Unit) -> None:
    assert EXCHANGE.style(Market.SPOT, Side.BUY, unit) is MarketStyle.NATIVE


def test_cancels_send_ids_as_numbers_and_client_ids_as_text() -> None:
    by_id = EXCHANGE.cancel(Handle("117178743547", ID), SPOT, PROFILE)
    assert (by_id.op, by_id.target) == (Op.CANCEL, "/v2/spot/cancel-order")
    assert by_id.body == '{"market":"BTCUSDT","market_type":"SPOT","order_id":117178743547}'
    by_client_id = EXCHANGE.cancel(Handle(None, ID), PERP, PROFILE)
    assert by_client_id.target == "/v2/futures/cancel-order-by-client-id"
    assert by_client_id.body == f'{{"market":"BTCUSDT","market_type":"FUTURES","client_id":"{ID}"}}'


def test_a_batch_of_cancels_names_its_orders_by_number() -> None:
    assert EXCHANGE.cancel_many is not None
    spot, perp = (EXCHANGE.cancel_many(["13400", "13401"], one, PROFILE) for one in (SPOT, PERP))
    assert (spot.op, spot.target) == (Op.CANCEL, "/v2/spot/cancel-batch-order")
    assert spot.body == '{"market":"BTCUSDT","order_ids":[13400,13401]}'
    assert perp.target == "/v2/futures/cancel-batch-order"
    assert perp.body == '{"market":"BTCUSDT","market_type":"FUTURES","order_ids":[13400,13401]}'


# Answers

PLACE, CANCEL, READ = Call(Op.PLACE, "POST", "/"), Call(Op.CANCEL, "POST", "/"), Call(Op.READ, "GET", "/")


def test_success_and_errors_are_told_apart_by_the_code() -> None:
    success = EXCHANGE.read(PLACE, answer({"code": 0, "data": order(), "message": "OK "}))
    assert success is not None
    assert (success.code, success.message, EXCHANGE.placed(success.data)) == (None, "OK", "117178743547")
    busy = EXCHANGE.read(PLACE, answer({"code": 3008, "data": {}, "message": "service too busy"}))
    assert busy is not None
    assert (busy.code, busy.message) == ("3008", "service too busy")


def test_success_without_data_is_no_answer() -> None:
    assert EXCHANGE.read(READ, answer({"code": 0, "message": "OK"})) is None


def test_lists_keep_their_pagination() -> None:
    reading = EXCHANGE.read(READ, answer(page(order(), more=True)))
    assert reading is not None
    assert reading.data["pagination"]["has_next"] is True


def test_an_order_id_may_be_number_or_text() -> None:
    assert EXCHANGE.placed({"order_id": 13400}) == EXCHANGE.placed({"order_id": "13400"}) == "13400"
    assert EXCHANGE.placed({}) is EXCHANGE.placed(None) is None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"<html><title>502 Bad Gateway</title></html>", 200),
        (b'{"code":0,"data":{"order_id":117', 200),
        (b"", 200),
        (b"[]", 200),
        (b'{"data":{},"message":"OK"}', 200),
        (b'{"code":"0","data":{"order_id":1},"message":"OK"}', 200),
        (b'{"code":false,"data":{"order_id":1},"message":"OK"}', 200),
        (b'{"code":0,"message":"OK"}', 200),
        (b'{"code":0,"data":null,"message":"OK"}', 200),
        (b'{"code":0,"data":{"market":"BTCUSDT"},"message":"OK"}', 200),
        (b'{"code":3109,"data":{},"message":"balance not enough"}', 403),
        (b'{"code":0,"data":{"order_id":1},"message":"OK"}', 502),
    ],
)
def test_what_is_not_the_documented_answer_leaves_a_placement_ambiguous(body: bytes, status: int) -> None:
    received = answer(body, status)
    reading = EXCHANGE.read(PLACE, received)
    assert reading is None
    assert classify(EXCHANGE.rules, Op.PLACE, received, reading).verdict is Verdict.AMBIGUOUS


@pytest.mark.parametrize(
    ("items", "code"),
    [
        ([{"code": 0, "data": {"order_id": 1}, "message": "OK"}], None),
        ([{"code": 3600, "data": {}, "message": "Order not found"}], "3600"),
        ([{"code": 3008, "data": {}, "message": "busy"}, {"code": 3600, "data": {}, "message": ""}], "3008"),
        ([{"code": 3600, "data": {}, "message": ""}, {"code": 0, "data": {}, "message": "OK"}], None),
        ([], "3600"),
    ],
    ids=["done", "refused", "all refused", "partly done", "nothing to cancel"],
)
def test_refusals_hidden_in_a_list_of_cancels_are_found(items: list[object], code: str | None) -> None:
    reading = EXCHANGE.read(CANCEL, answer({"code": 0, "data": items, "message": "OK"}))
    assert reading is not None
    assert reading.code == code


def test_a_list_of_cancels_of_another_shape_is_no_answer() -> None:
    assert EXCHANGE.read(CANCEL, answer({"code": 0, "data": ["OK"], "message": "OK"})) is None


@pytest.mark.parametrize(
    ("code", "place", "cancel", "read"),
    [
        ("3008", Verdict.AMBIGUOUS, Verdict.BUSY, Verdict.BUSY),
        ("4001", Verdict.AMBIGUOUS, Verdict.BUSY, Verdict.BUSY),
        ("4002", Verdict.AMBIGUOUS, Verdict.BUSY, Verdict.BUSY),
        ("4003", Verdict.AMBIGUOUS, Verdict.BUSY, Verdict.BUSY),
        ("3132", Verdict.AMBIGUOUS, Verdict.BUSY, Verdict.BUSY),
        ("3600", Verdict.AMBIGUOUS, Verdict.GONE, Verdict.GONE),
        ("3103", Verdict.AMBIGUOUS, Verdict.GONE, Verdict.GONE),
        ("3610", Verdict.AMBIGUOUS, Verdict.BUSY, Verdict.AMBIGUOUS),
        ("99999", Verdict.AMBIGUOUS, Verdict.AMBIGUOUS, Verdict.AMBIGUOUS),
        ("213", Verdict.THROTTLED, Verdict.THROTTLED, Verdict.THROTTLED),
        ("4213", Verdict.THROTTLED, Verdict.THROTTLED, Verdict.THROTTLED),
        ("4123", Verdict.THROTTLED, Verdict.THROTTLED, Verdict.THROTTLED),
        ("227", Verdict.SKEWED, Verdict.SKEWED, Verdict.SKEWED),
        ("4010", Verdict.SKEWED, Verdict.SKEWED, Verdict.SKEWED),
        ("4017", Verdict.SKEWED, Verdict.SKEWED, Verdict.SKEWED),
        ("4005", Verdict.DENIED, Verdict.DENIED, Verdict.DENIED),
        ("4115", Verdict.DENIED, Verdict.DENIED, Verdict.DENIED),
        ("3109", Verdict.REJECTED, Verdict.REJECTED, Verdict.REJECTED),
        ("3639", Verdict.REJECTED, Verdict.REJECTED, Verdict.REJECTED),
        ("3105", Verdict.FLAT, Verdict.FLAT, Verdict.GONE),
        ("3136", Verdict.SMALLER, Verdict.SMALLER, Verdict.SMALLER),
    ],
)
def test_a_code_means_what_the_operation_makes_of_it(code: str, place: Verdict, cancel: Verdict, read: Verdict) -> None:
    received = answer({"code": int(code), "data": {}, "message": "said so"})
    verdicts = [
        classify(EXCHANGE.rules, call.op, received, EXCHANGE.read(call, received)).verdict
        for call in (PLACE, CANCEL, READ)
    ]
    assert verdicts == [place, cancel, read]


def test_only_rate_limits_are_throttled() -> None:
    throttled = {key for key, rule in EXCHANGE.rules.items() if rule.verdict is Verdict.THROTTLED}
    assert throttled == {"213", "4213", "4123"}


def test_every_row_explains_itself_and_names_its_source() -> None:
    assert all(rule.meaning and rule.source for rule in EXCHANGE.rules.values())


def test_the_server_clock_is_read_in_milliseconds() -> None:
    received = answer({"code": 0, "message": "OK", "data": {"timestamp": 1642231731234}})
    assert EXCHANGE.read_clock(received, EXCHANGE.read(EXCHANGE.clock, received)) == (1642231731234, 0)
    assert EXCHANGE.read_clock(answer(b"<html>"), None) is None
    wrong = answer({"code": 0, "message": "OK", "data": {"timestamp": "soon"}})
    assert EXCHANGE.read_clock(wrong, EXCHANGE.read(EXCHANGE.clock, wrong)) is None


# Finding orders


def test_an_open_order_is_found_by_its_client_id_in_one_call() -> None:
    ask = script(("GET", PENDING, page(order("foreign"), order())))
    assert find(ask) == Found(
        order_id="117178743547",
        status=Status.OPEN,
        side=Side.BUY,
        quantity=Decimal("0.0001"),
        filled=Decimal(0),
        client_id=ID,
        price=Decimal(61000),
        created_ms=SENT_MS,
    )
    assert ask.targets == [PENDING + "1&limit=100"]


def test_an_ended_order_is_found_on_a_later_page() -> None:
    filled = order(unfilled_amount="0", filled_amount="0.0001", filled_value="6.0999", created_at=str(SENT_MS))
    ask = script(("GET", PENDING, page()), ("GET", ENDED, page(order("a"), more=True)), ("GET", ENDED, page(filled)))
    found = find(ask)
    assert found is not None
    assert (found.status, found.filled, found.average) == (Status.FILLED, Decimal("0.0001"), Decimal(60999))
    assert ask.targets[1:] == [ENDED + "1&limit=100", ENDED + "2&limit=100"]


def test_an_ended_order_with_coins_left_over_was_cancelled() -> None:
    partly = order(unfilled_amount="0.00007", filled_amount="0.00003", filled_value="1.83")
    found = find(script(("GET", PENDING, page()), ("GET", ENDED, page(partly))))
    assert found is not None
    assert (found.status, found.filled, found.live) == (Status.CANCELLED, Decimal("0.00003"), False)


def test_a_market_buy_for_money_is_filled_and_counted_in_money() -> None:
    bought = order(
        type="market",
        ccy="USDT",
        amount="25",
        price="0",
        unfilled_amount="0.01",
        filled_amount="0.0003",
        filled_value="24.99",
    )
    found = find(script(("GET", PENDING, page()), ("GET", ENDED, page(bought))))
    assert found is not None
    assert (found.status, found.quantity, found.filled) == (Status.FILLED, Decimal(25), Decimal("24.99"))
    assert (found.price, found.average) == (None, Decimal("83300"))


def test_not_found_needs_open_and_ended_orders_and_null_is_an_empty_list() -> None:
    nothing = page() | {"data": None}
    ask = script(("GET", PENDING, nothing), ("GET", ENDED, page(order("foreign"))))
    assert find(ask) is None


def test_paging_stops_at_orders_that_ended_a_minute_before_sending() -> None:
    old = order("old", created_at=SENT_MS - 60_001, updated_at=SENT_MS - 60_001)
    assert find(script(("GET", PENDING, page()), ("GET", ENDED, page(order("new"), old, more=True)))) is None


def test_paging_goes_on_past_orders_that_ended_shortly_before_sending() -> None:
    recent = order("recent", created_at=SENT_MS - 60_000, updated_at=SENT_MS - 60_000)
    ask = script(("GET", PENDING, page()), ("GET", ENDED, page(recent, more=True)), ("GET", ENDED, page(order())))
    assert find(ask) is not None


def test_an_old_order_that_ended_just_now_does_not_stop_the_paging() -> None:
    lasting = order("lasting", created_at=SENT_MS - 86_400_000)
    ask = script(("GET", PENDING, page()), ("GET", ENDED, page(lasting, more=True)), ("GET", ENDED, page(order())))
    assert find(ask) is not None


def test_a_full_page_without_pagination_is_not_taken_for_the_last() -> None:
    full = page(*[order("foreign")] * 100) | {"pagination": {}}
    ask = script(("GET", PENDING, page()), ("GET", ENDED, full), ("GET", ENDED, page(order()) | {"pagination": {}}))
    assert find(ask) is not None


def test_a_list_that_does_not_end_never_proves_absence() -> None:
    endless: list[Step] = [("GET", ENDED, page(order("foreign"), more=True))] * 10
    ask = script(("GET", PENDING, page()), *endless)
    with pytest.raises(Failed, match="more than 10 pages"):
        find(ask)
    assert ask.finished


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("open", Status.OPEN),
        ("part_filled", Status.OPEN),
        ("part_deal", Status.OPEN),
        ("filled", Status.FILLED),
        ("part_canceled", Status.CANCELLED),
        ("canceled", Status.CANCELLED),
    ],
)
def test_a_known_order_id_asks_for_that_order_only(told: str, status: Status) -> None:
    ask = script(("GET", "/v2/spot/order-status?market=BTCUSDT&order_id=117178743547", order(status=told)))
    found = find(ask, "117178743547")
    assert found is not None
    assert found.status is status


def test_an_order_that_ended_without_a_fill_is_not_found() -> None:
    assert find(script(("GET", "/v2/spot/order-status", "3600")), "117178743547") is None


@pytest.mark.parametrize(
    "answered",
    [None, {}, order(), order(status="vanished"), order(status="open", side="both"), order(status="open", amount="")],
)
def test_an_order_that_cannot_be_read_is_not_taken_for_absent(answered: object) -> None:
    with pytest.raises(Failed, match="undocumented order"):
        find(script(("GET", "/v2/spot/order-status", answered)), "117178743547")


@pytest.mark.parametrize("answered", [{}, {"data": {}, "pagination": {}}, page() | {"data": ["order"]}])
def test_a_list_that_cannot_be_read_is_not_taken_for_empty(answered: object) -> None:
    with pytest.raises(Failed, match="undocumented list"):
        find(script(("GET", PENDING, answered)))


@pytest.mark.parametrize("code", ["3008", "4006", "99999"])
def test_a_failed_read_says_so(code: str) -> None:
    with pytest.raises(Failed, match=code):
        find(script(("GET", PENDING, page()), ("GET", ENDED, code)))


def test_open_orders_are_every_order_of_the_symbol_foreign_ones_too() -> None:
    ask = script(
        ("GET", OPEN, page(order(order_id=1), order("", order_id="2"), more=True)),
        ("GET", OPEN, page(order("web", order_id=3, side="sell"), order(order_id=4, market="ETHUSDT"))),
        ("GET", "/v2/spot/pending-stop-order", page()),
    )
    orders = EXCHANGE.open_orders(ask, SPOT, PROFILE)
    assert [(one.order_id, one.client_id, one.live) for one in orders] == [
        ("1", ID, True),
        ("2", None, True),
        ("3", "web", True),
    ]
    assert ask.finished


def test_an_inverse_order_has_no_average_that_could_be_computed() -> None:
    row = order(market="BTCUSD", filled_amount="100", filled_value="0.001")
    ask = script(
        ("GET", "/v2/futures/pending-order?market=BTCUSD&market_type=FUTURES", page(row)),
        ("GET", "/v2/futures/pending-stop-order", page()),
    )
    assert [one.average for one in EXCHANGE.open_orders(ask, INVERSE, PROFILE)] == [None]


# Markets, prices, positions, balances

SPOT_ROW = {
    "market": "BTCUSDT",
    "min_amount": "0.0005",
    "base_ccy": "BTC",
    "quote_ccy": "USDT",
    "base_ccy_precision": 8,
    "quote_ccy_precision": 2,
    "status": "online",
    "is_api_trading_available": True,
}
PERP_ROW = SPOT_ROW | {"contract_type": "linear", "tick_size": "0.5", "is_market_available": True}


def instrument(row: dict[str, Any], market: Market = Market.SPOT) -> Instrument | None:
    segment = "spot" if market is Market.SPOT else "futures"
    ask = script(("GET", f"/v2/{segment}/market?market={row['market']}", [row]))
    found = EXCHANGE.instrument(ask, row["market"], market)
    assert ask.calls[0].op is Op.PUBLIC
    return found


def test_trading_rules_are_read_for_rounding() -> None:
    assert instrument(SPOT_ROW) == SPOT
    assert instrument(PERP_ROW, Market.PERP) == PERP


def test_an_inverse_contract_is_marked_and_not_counted_in_coins() -> None:
    row = PERP_ROW | {"market": "BTCUSD", "quote_ccy": "USD", "contract_type": "inverse"}
    assert instrument(row, Market.PERP) == INVERSE


@pytest.mark.parametrize(
    ("changes", "tradable"),
    [
        ({}, True),
        ({"status": "bidding"}, False),
        ({"status": "counting_down"}, False),
        ({"is_api_trading_available": False}, False),
        ({"is_market_available": False}, False),
    ],
)
def test_a_market_closed_to_api_orders_is_not_tradable(changes: dict[str, object], tradable: bool) -> None:
    found = instrument(PERP_ROW | changes, Market.PERP)
    assert found is not None
    assert found.tradable is tradable


@pytest.mark.parametrize("answered", ["3639", [], [SPOT_ROW | {"market": "BTCUSDC"}]])
def test_an_unknown_market_is_none(answered: object) -> None:
    assert EXCHANGE.instrument(script(("GET", "/v2/spot/market", answered)), "NOPEUSDT", Market.SPOT) is None


def test_trading_rules_that_cannot_be_read_are_no_rules() -> None:
    with pytest.raises(Failed, match="undocumented market"):
        instrument(SPOT_ROW | {"min_amount": None})


@pytest.mark.parametrize(
    ("depth", "expected"),
    [
        (
            {"asks": [["30740.00", "0.3"], ["30769.00", "1"]], "bids": [["30736.00", "0.04"], ["30733.00", "0.8"]]},
            Top(Decimal("30736.00"), Decimal("30740.00")),
        ),
        ({"asks": [], "bids": [["30900.00", "0"], ["30736.00", "1"]]}, Top(Decimal("30736.00"), Decimal("30746.28"))),
    ],
)
def test_best_prices_come_from_the_book(depth: dict[str, object], expected: Top) -> None:
    ask = script(
        ("GET", "/v2/futures/depth?market=BTCUSDT&limit=5&interval=0", {"depth": depth | {"last": "30746.28"}})
    )
    assert EXCHANGE.top(ask, PERP, PROFILE) == expected


def test_a_book_that_cannot_be_read_gives_no_price() -> None:
    with pytest.raises(Failed, match="undocumented order book"):
        EXCHANGE.top(script(("GET", "/v2/spot/depth", {"depth": {"asks": []}})), SPOT, PROFILE)


def test_the_net_position_is_read_with_its_size_positive() -> None:
    path = "/v2/futures/pending-position?market=BTCUSDT&market_type=FUTURES&page=1&limit=100"
    ask = script(("GET", path, page(POSITION | {"margin_mode": "cross"}, POSITION | {"market": "ETHUSDT"})))
    assert EXCHANGE.positions(ask, PERP, PROFILE) == [
        Position(PositionSide.SHORT, Decimal("0.5"), None, MarginMode.CROSS)
    ]


@pytest.mark.parametrize("answered", [page(), page() | {"data": None}, "3105"])
def test_no_position_is_an_empty_list(answered: object) -> None:
    assert EXCHANGE.positions(script(("GET", "/v2/futures/pending-position", answered)), PERP, PROFILE) == []


def test_a_position_that_cannot_be_read_is_not_taken_for_none() -> None:
    ask = script(("GET", "/v2/futures/pending-position", page(POSITION | {"side": "net"})))
    with pytest.raises(Failed, match="undocumented position"):
        EXCHANGE.positions(ask, PERP, PROFILE)


def test_spot_has_no_positions() -> None:
    assert EXCHANGE.positions(script(), SPOT, PROFILE) == []


@pytest.mark.parametrize(("market", "segment"), [(Market.SPOT, "spot"), (Market.PERP, "futures")])
def test_available_is_the_free_part_of_the_asset(market: Market, segment: str) -> None:
    rows = [
        {"ccy": "CET", "available": "1", "frozen": "2"},
        {"ccy": "USDT", "available": "45.5", "frozen": "50", "margin": "36"},
    ]
    steps: list[Step] = [("GET", f"/v2/assets/{segment}/balance", rows)] * 2
    ask = script(*steps)
    assert EXCHANGE.available(ask, "USDT", market, PROFILE) == Decimal("45.5")
    assert EXCHANGE.available(ask, "BTC", market, PROFILE) == 0


def test_a_balance_that_cannot_be_read_is_not_taken_for_zero() -> None:
    with pytest.raises(Failed, match="undocumented balance"):
        EXCHANGE.available(script(("GET", "/v2/assets", [{"ccy": "USDT"}])), "USDT", Market.SPOT, PROFILE)
