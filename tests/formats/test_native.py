"""The native format: every documented field is used, every combination means one thing or is refused."""

from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.order import Action, OrderType, TimeInForce, Unit
from order_relay.core.refusal import Word
from order_relay.core.route import Limits, Route
from order_relay.core.symbol import Market
from order_relay.formats import FORMATS
from tests.formats.cases import ROUTE, body, cancel, close, leg, limit, read, refusal


def test_auto_and_native_are_known() -> None:
    assert {"auto", "native"} <= set(FORMATS)


def test_the_smallest_order_is_a_market_order_in_base_coins_on_spot() -> None:
    small = leg({"action": "buy", "symbol": "BTCUSDT", "quantity": "0.01"})
    assert (small.action, small.symbol, small.market) == (Action.BUY, "BTCUSDT", Market.SPOT)
    assert (small.type, small.quantity, small.unit) == (OrderType.MARKET, Decimal("0.01"), Unit.BASE)
    assert (small.price, small.time_in_force, small.reduce_only) == (None, TimeInForce.GTC, False)
    assert (small.ref, small.order_id, small.valid_for, small.index) == (None, None, 60, 0)


def test_every_field_of_a_limit_order_arrives() -> None:
    full = leg(
        {
            "relay": 1,
            "id": "firing-7",
            "time": "2026-11-21T07:00:00Z",
            "token": "fake-token",
            "action": "SELL",
            "symbol": "OKX:BTCUSDT.P",
            "market": "perp",
            "type": "limit",
            "quantity": "3",
            "unit": "contracts",
            "price": "61000.5",
            "time_in_force": "post_only",
            "reduce_only": True,
            "ref": "my-entry",
            "valid_for": 1200,
            "position": "flat",
            "position_size": "0",
            "prev_position": "long",
            "prev_position_size": "3",
        }
    )
    assert (full.action, full.symbol, full.market, full.sent_symbol) == (
        Action.SELL,
        "BTCUSDT",
        Market.PERP,
        "OKX:BTCUSDT.P",
    )
    assert (full.type, full.quantity, full.unit, full.price) == (
        OrderType.LIMIT,
        Decimal(3),
        Unit.CONTRACTS,
        Decimal("61000.5"),
    )
    assert (full.time_in_force, full.reduce_only, full.ref, full.valid_for) == (
        TimeInForce.POST_ONLY,
        True,
        "my-entry",
        1200,
    )


def test_json_numbers_and_numeric_strings_read_alike() -> None:
    as_text = b'{"action":"buy","symbol":"BTCUSDT","type":"limit","quantity":"0.1000000000000000055","price":"1.10"}'
    as_number = b'{"action":"buy","symbol":"BTCUSDT","type":"limit","quantity":0.1000000000000000055,"price":1.10}'
    assert leg(as_text) == leg(as_number)
    assert leg(as_number).quantity == Decimal("0.1000000000000000055")


def test_null_is_the_same_as_absent() -> None:
    nothing = dict.fromkeys(("price", "ref", "type", "unit", "time", "id", "valid_for", "leverage", "market"))
    assert leg(body(**nothing)) == leg(body())


# What is missing


@pytest.mark.parametrize("value", [None, "text", 7, True, [], {"orders": []}, [[]], ["x"], {"orders": None}, [None]])
def test_what_is_no_order_is_refused_as_such(value: Any) -> None:
    assert refusal(value).word is Word.NOT_AN_ORDER


@pytest.mark.parametrize("value", [{}, {"action": None}, {"symbol": "BTCUSDT"}, {"message": "BTC is rising"}])
def test_a_body_without_an_action_is_no_order(value: Any) -> None:
    assert refusal(value).word is Word.NOT_AN_ORDER


def test_an_order_inside_a_json_string_is_no_order() -> None:
    assert refusal('{"action": "buy", "symbol": "BTCUSDT", "quantity": 1}').word is Word.NOT_AN_ORDER


def test_an_order_without_a_symbol_is_refused() -> None:
    assert refusal(body(symbol=...)).word is Word.MISSING_SYMBOL


@pytest.mark.parametrize("action", ["buy", "sell"])
def test_an_order_without_a_size_is_refused(action: str) -> None:
    assert refusal(body(action=action, quantity=...)).word is Word.MISSING_SIZE


@pytest.mark.parametrize("quantity", ["0", 0, "0.000", "-0", "-0.01", -3])
def test_a_size_of_zero_or_less_is_no_size(quantity: Any) -> None:
    refused = refusal(body(quantity=quantity))
    assert (refused.word, refused.status) == (Word.MISSING_SIZE, 422)
    assert refusal(close(quantity=quantity)).word is Word.MISSING_SIZE


# Actions, sides, markets


@pytest.mark.parametrize("action", ["target", "exit", "add", "long", "", "buy ", "bu", 1, True, ["buy"], {"a": 1}])
def test_an_action_outside_the_list_is_refused(action: Any) -> None:
    assert refusal(body(action=action)).word is Word.UNSUPPORTED


@pytest.mark.parametrize(
    ("symbol", "stated", "of_route", "market"),
    [
        ("BTCUSDT", ..., None, Market.SPOT),
        ("BTCUSDT", ..., Market.PERP, Market.PERP),
        ("BTCUSDT", "perp", None, Market.PERP),
        ("BTCUSDT", "perp", Market.PERP, Market.PERP),
        ("BTCUSDT", "option", None, Market.OPTION),
        ("BTCUSDT.P", ..., None, Market.PERP),
        ("BTCUSDT.P", "perp", None, Market.PERP),
        ("BTC/USDT", "spot", None, Market.SPOT),
        ("BTC-USDT-SWAP", ..., Market.PERP, Market.PERP),
        ("BINANCE:BTCUSDT", ..., Market.SPOT, Market.SPOT),
    ],
)
def test_the_market_is_the_bodys_then_the_symbols_then_the_routes(
    symbol: str, stated: Any, of_route: Market | None, market: Market
) -> None:
    assert leg(body(symbol=symbol, market=stated), Route("r", ("main",), market=of_route)).market is market


@pytest.mark.parametrize(
    ("symbol", "stated", "of_route"),
    [
        ("BTCUSDT.P", "spot", None),
        ("BTC-USDT-SWAP", "option", None),
        ("BTCUSDTPERP", ..., Market.SPOT),
        ("BTC/USDT:USDT", ..., Market.SPOT),
        ("BTCUSDT", "spot", Market.PERP),
        ("BTCUSDT", "perp", Market.SPOT),
        ("BTCUSDT.P", "perp", Market.SPOT),
    ],
)
def test_markets_that_disagree_are_ambiguous(symbol: str, stated: Any, of_route: Market | None) -> None:
    refused = refusal(body(symbol=symbol, market=stated), Route("r", ("main",), market=of_route))
    assert (refused.word, refused.status) == (Word.AMBIGUOUS, 422)


@pytest.mark.parametrize("market", ["futures", "PERPETUAL", "", 1, ["spot"]])
def test_a_market_outside_the_list_is_refused(market: Any) -> None:
    assert refusal(body(market=market)).word is Word.UNSUPPORTED


# Sizes


@pytest.mark.parametrize("unit", ["base", "quote", "contracts", "QUOTE"])
def test_the_unit_says_what_the_quantity_counts(unit: str) -> None:
    assert leg(body(unit=unit)).unit is Unit(unit.lower())


@pytest.mark.parametrize("unit", ["percent_equity", "percent_available", "collateral", "lots", "%", "", 1, True])
def test_a_unit_that_this_version_does_not_know_is_refused(unit: Any) -> None:
    assert refusal(body(unit=unit)).word is Word.UNSUPPORTED


@pytest.mark.parametrize("quantity", ["0.5", "33", "100"])
def test_a_close_may_take_a_percentage_of_the_position(quantity: str) -> None:
    part = leg(close(quantity=quantity, unit="percent_position"))
    assert (part.quantity, part.unit) == (Decimal(quantity), Unit.PERCENT_POSITION)


def test_more_than_the_whole_position_is_refused() -> None:
    assert refusal(close(quantity="100.01", unit="percent_position")).word is Word.UNSUPPORTED


@pytest.mark.parametrize("action", ["buy", "sell"])
def test_only_a_close_takes_a_percentage_of_the_position(action: str) -> None:
    assert refusal(body(action=action, quantity="50", unit="percent_position")).word is Word.UNSUPPORTED


def test_a_close_without_a_size_closes_everything() -> None:
    assert leg(close()).quantity is None
    assert leg(close(market="spot", symbol="BTCUSDT")).market is Market.SPOT


# Types, prices, time in force, reduce-only


def test_a_limit_order_needs_a_price() -> None:
    assert refusal(body(type="limit")).word is Word.AMBIGUOUS


@pytest.mark.parametrize("kind", [..., "market"])
def test_a_price_without_type_limit_is_ambiguous(kind: Any) -> None:
    assert refusal(body(type=kind, price="61000")).word is Word.AMBIGUOUS


@pytest.mark.parametrize("price", ["0", 0, "-1", "0.0"])
def test_a_price_of_zero_or_less_means_no_price_was_set(price: Any) -> None:
    refused = refusal(limit(price=price))
    assert (refused.word, refused.status) == (Word.AMBIGUOUS, 422)


@pytest.mark.parametrize("kind", ["stop", "stop_limit", "buy", "", 1, False])
def test_a_type_outside_the_list_is_refused(kind: Any) -> None:
    assert refusal(limit(type=kind)).word is Word.UNSUPPORTED


@pytest.mark.parametrize("force", TimeInForce)
def test_a_limit_order_takes_every_time_in_force(force: TimeInForce) -> None:
    assert leg(limit(time_in_force=force.value)).time_in_force is force


@pytest.mark.parametrize("force", [..., "gtc", "ioc", "IOC"])
def test_a_market_order_is_immediate_anyway(force: Any) -> None:
    assert leg(body(time_in_force=force)).time_in_force is TimeInForce.GTC


@pytest.mark.parametrize("force", ["fok", "post_only"])
def test_a_market_order_that_must_rest_or_fill_whole_is_ambiguous(force: str) -> None:
    assert refusal(body(time_in_force=force)).word is Word.AMBIGUOUS


@pytest.mark.parametrize("force", ["day", "gtd", "", 1])
def test_a_time_in_force_outside_the_list_is_refused(force: Any) -> None:
    assert refusal(limit(time_in_force=force)).word is Word.UNSUPPORTED


@pytest.mark.parametrize(
    ("said", "meant"), [(True, True), ("true", True), ("True", True), (False, False), ("FALSE", False)]
)
def test_reduce_only_is_a_boolean_or_its_word(said: Any, meant: bool) -> None:
    assert leg(body(symbol="BTCUSDT.P", reduce_only=said)).reduce_only is meant


@pytest.mark.parametrize("said", [1, 0, "1", "yes", "", [], {}])
def test_anything_else_is_no_boolean(said: Any) -> None:
    assert refusal(body(symbol="BTCUSDT.P", reduce_only=said)).word is Word.UNSUPPORTED


def test_a_spot_buy_cannot_reduce() -> None:
    assert refusal(body(reduce_only=True)).word is Word.AMBIGUOUS
    assert leg(body(action="sell", reduce_only=True)).reduces


# How long


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        (body(), 60),
        (body(valid_for=5), 5),
        (body(valid_for="3600"), 3600),
        (close(), 900),
        (close(valid_for=5), 900),
        (close(valid_for=1800), 1800),
        (body(action="sell"), 900),
        (body(symbol="BTCUSDT.P", action="sell"), 60),
        (body(symbol="BTCUSDT.P", action="sell", reduce_only=True), 900),
    ],
    ids=str,
)
def test_openings_live_valid_for_and_exits_never_less_than_theirs(fields: dict[str, Any], seconds: int) -> None:
    assert leg(fields).valid_for == seconds


def test_a_route_sets_both_lives() -> None:
    route = Route("r", ("main",), valid_for=20, exit_valid_for=300)
    assert leg(body(), route).valid_for == 20
    assert leg(close(), route).valid_for == 300


@pytest.mark.parametrize("value", [0, 3601, "0", 1.5, -5])
@pytest.mark.parametrize("make", [body, close, cancel])
def test_a_life_outside_its_bounds_is_refused(make: Any, value: Any) -> None:
    refused = refusal(make(valid_for=value, ref=...) if make is not cancel else make(valid_for=value, ref="x"))
    assert (refused.word, refused.status) == (Word.LIMIT, 422)


# Cancels


def test_a_cancel_names_its_order_by_ref_or_by_order_id() -> None:
    assert leg(cancel(ref="my-entry")).ref == "my-entry"
    assert leg(cancel(order_id="123456789")).order_id == "123456789"
    assert leg(cancel(order_id=123456789)).order_id == "123456789"


@pytest.mark.parametrize("names", [{}, {"ref": "a", "order_id": "1"}, {"ref": None}], ids=str)
def test_a_cancel_of_none_or_of_two_is_ambiguous(names: dict[str, Any]) -> None:
    assert refusal(cancel(**names)).word is Word.AMBIGUOUS


@pytest.mark.parametrize("names", [{"ref": "a"}, {"order_id": "1"}], ids=str)
def test_cancel_all_names_no_single_order(names: dict[str, Any]) -> None:
    assert refusal(cancel(action="cancel_all", **names)).word is Word.AMBIGUOUS
    assert leg(cancel(action="cancel_all")).action is Action.CANCEL_ALL


@pytest.mark.parametrize("field", ["quantity", "type", "price", "unit", "time_in_force", "reduce_only"])
def test_a_cancel_takes_no_order_fields(field: str) -> None:
    value = {"quantity": "1", "price": "1"}.get(field, "market")
    assert refusal(cancel(ref="a", **{field: value})).word is Word.UNSUPPORTED


def test_an_order_takes_no_order_id() -> None:
    assert refusal(body(order_id="1")).word is Word.UNSUPPORTED


@pytest.mark.parametrize("ref", ["a", "my-entry", "Long_1.2:x", "9" * 64])
def test_a_ref_is_kept_as_it_is(ref: str) -> None:
    assert leg(body(ref=ref)).ref == ref


@pytest.mark.parametrize("ref", ["", " ", "a b", "a#b", "\uff41", "\u0661", "x" * 65, "a\n", True, ["a"]], ids=ascii)
@pytest.mark.parametrize("make", [body, cancel])
def test_other_refs_are_refused(make: Any, ref: Any) -> None:
    assert refusal(make(ref=ref)).word is Word.UNSUPPORTED


@pytest.mark.parametrize(
    "order_id", ["", " ", "1 2", "../1", "1?x=2", "\uff11", "\u0661", "9" * 65, False, [1]], ids=ascii
)
def test_an_order_id_is_plain_text_too(order_id: Any) -> None:
    assert refusal(cancel(order_id=order_id)).word is Word.UNSUPPORTED


# Unknown and unsupported fields


@pytest.mark.parametrize("field", ["foo", "side", "qty", "Action", "reduceOnly", "sl", "", "\u0441ymbol", "passphrase"])
def test_a_field_that_nobody_would_use_is_refused(field: str) -> None:
    refused = refusal(body(**{field: "1"}))
    assert refused.word is Word.UNSUPPORTED
    assert refused.reason.isascii()


@pytest.mark.parametrize(
    "fields",
    [{"trigger_price": "1"}, {"leverage": 5}, {"margin_mode": "cross"}, {"take_profit": "2"}, {"stop_loss": "1"}],
    ids=str,
)
def test_a_documented_field_that_is_not_there_yet_is_refused_not_ignored(fields: dict[str, Any]) -> None:
    assert refusal(body(**fields)).word is Word.UNSUPPORTED


@pytest.mark.parametrize("version", [2, "2", 0, True, "one", 1.5])
def test_another_format_version_is_refused(version: Any) -> None:
    assert refusal(body(relay=version)).word is Word.UNSUPPORTED


@pytest.mark.parametrize("version", [1, "1", None, ...])
def test_the_format_version_may_be_said_or_not(version: Any) -> None:
    assert leg(body(relay=version)) == leg(body())


# Route defaults and limits


def test_defaults_stand_in_for_what_is_not_stated() -> None:
    route = Route("r", ("main",), defaults={"symbol": "ETHUSDT.P", "quantity": "25", "unit": "quote"})
    small = leg({"action": "buy"}, route)
    assert (small.symbol, small.market, small.quantity, small.unit) == ("ETHUSDT", Market.PERP, Decimal(25), Unit.QUOTE)


def test_a_default_unit_stands_in_beside_a_stated_quantity_too() -> None:
    route = Route("r", ("main",), defaults={"unit": "quote"})
    assert leg(body(quantity="100"), route).unit is Unit.QUOTE
    assert leg(body(quantity="100", unit="base"), route).unit is Unit.BASE


def test_a_default_size_never_makes_a_close_partial() -> None:
    route = Route("r", ("main",), defaults={"quantity": "25", "unit": "quote"})
    assert leg(close(), route).quantity is None


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"quantity": "abc"}, Word.INVALID_NUMBER),
        ({"quantity": ""}, Word.INVALID_NUMBER),
        ({"quantity": 0}, Word.MISSING_SIZE),
        ({"symbol": "?"}, Word.UNSUPPORTED),
        ({"symbol": ""}, Word.UNSUPPORTED),
        ({"unit": "lots"}, Word.UNSUPPORTED),
    ],
    ids=str,
)
def test_a_default_never_rescues_what_was_stated_but_cannot_be_read(fields: dict[str, Any], word: Word) -> None:
    route = Route("r", ("main",), defaults={"symbol": "ETHUSDT", "quantity": "25", "unit": "base"})
    assert refusal(body(**fields), route).word is word


def test_the_route_tells_the_worker_its_slippage_and_greatest_notional() -> None:
    route = Route("r", ("main",), limits=Limits(slippage=Decimal("0.003"), max_notional=Decimal(500)))
    assert (leg(body(), route).slippage, leg(body(), route).max_notional) == (Decimal("0.003"), Decimal(500))


# Several orders


@pytest.mark.parametrize("wrap", [lambda orders: orders, lambda orders: {"orders": orders}], ids=["array", "orders"])
def test_several_orders_keep_their_places(wrap: Any) -> None:
    alert = read(wrap([body(), limit(symbol="ETHUSDT"), cancel(ref="a")]))
    assert [(one.index, one.action.value, one.symbol) for one in alert.legs] == [
        (0, "buy", "BTCUSDT"),
        (1, "buy", "ETHUSDT"),
        (2, "cancel", "BTCUSDT"),
    ]


def test_what_stands_beside_orders_counts_for_each_of_them() -> None:
    alert = read(
        {
            "relay": 1,
            "id": "x-1",
            "time": 1795244400,
            "token": "fake",
            "valid_for": 30,
            "orders": [body(), body(valid_for=10)],
        }
    )
    assert (alert.explicit_id, alert.time_ms) == ("x-1", 1_795_244_400_000)
    assert [one.valid_for for one in alert.legs] == [30, 10]


@pytest.mark.parametrize("fields", [{"action": "buy"}, {"symbol": "BTCUSDT"}, {"foo": 1}], ids=str)
def test_an_order_beside_orders_is_refused(fields: dict[str, Any]) -> None:
    assert refusal({"orders": [body()], **fields}).word is Word.UNSUPPORTED


def test_one_bad_order_refuses_the_whole_alert() -> None:
    assert refusal([body(), body(quantity="0")]).word is Word.MISSING_SIZE
    assert refusal([body(), "text"]).word is Word.NOT_AN_ORDER


# Identity, time, token


def test_id_and_time_belong_to_the_whole_alert() -> None:
    alert = read([body(id="x-1"), body(symbol="ETHUSDT", id="x-1", time="2026-11-21T07:00:00Z")])
    assert (alert.explicit_id, alert.time_ms) == ("x-1", 1_795_244_400_000)
    assert (read(body()).explicit_id, read(body()).time_ms) == (None, None)


@pytest.mark.parametrize("field", ["id", "time"])
def test_orders_of_one_alert_that_state_two_identities_are_ambiguous(field: str) -> None:
    assert refusal([body(**{field: 1795244400}), body(**{field: 1795244401})]).word is Word.AMBIGUOUS


@pytest.mark.parametrize("value", ["", " ", "x" * 129, "a\nb", True, ["x"], {}], ids=ascii)
def test_an_id_is_a_printable_text(value: Any) -> None:
    assert refusal(body(id=value)).word is Word.UNSUPPORTED


@pytest.mark.parametrize(
    ("value", "token"),
    [
        ({"token": "fake"}, "fake"),
        ({"token": "fake", "orders": []}, "fake"),
        ([{"token": "fake"}, {"token": "other"}], "fake"),
        ({"token": ""}, ""),
        ({"token": None}, None),
        ({"token": ["fake"]}, None),
        ({}, None),
        ([], None),
        ([[{"token": "fake"}]], None),
        ("fake", None),
        (None, None),
    ],
    ids=str,
)
def test_the_token_of_a_body_is_the_first_objects(value: Any, token: str | None) -> None:
    assert FORMATS[ROUTE.format].token(value) == token


@pytest.mark.parametrize("alert", [body(quantity=..., unit="base"), close(unit="percent_position")])
def test_a_unit_without_a_quantity_counts_nothing_and_is_refused(alert: dict[str, Any]) -> None:
    route = Route("r", ("main",), defaults={"quantity": "50", "unit": "quote"})
    assert refusal(alert, route).word is Word.AMBIGUOUS
