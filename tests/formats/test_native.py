"""The native format: every documented field is used, every combination means one thing or is refused."""

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.chain import split
from order_relay.core.order import Action, MarginMode, OrderType, PositionSide, TimeInForce, Unit
from order_relay.core.refusal import Refusal, Word
from order_relay.core.symbol import Market
from order_relay.formats import FORMATS
from tests.formats.cases import ROUTE, body, cancel, close, leg, limit, read, refusal, route, stop, target

LONG_TO_SHORT = {
    "prev_position": "long",
    "prev_position_size": "1",
    "position": "short",
    "position_size": "1",
}


def test_auto_and_native_are_known() -> None:
    assert {"auto", "native"} <= set(FORMATS)


@pytest.mark.parametrize(
    ("value", "is_native"),
    [
        ({"relay": 1}, True),
        ({"relay": 2}, True),
        ([{"relay": 1}, {}], True),
        ({"relay": 1, "orders": []}, True),
        ({"action": "buy", "symbol": "BTCUSDT"}, False),
        ([{}, {"relay": 1}], False),
        ([], False),
        ("relay", False),
        (["relay"], False),
        (7, False),
        (None, False),
    ],
    ids=str,
)
def test_only_a_body_that_says_relay_is_unmistakably_native(value: Any, is_native: bool) -> None:
    assert FORMATS["native"].marked(value) is is_native


def test_the_smallest_order_is_a_market_order_in_base_coins_on_spot() -> None:
    small = leg({"action": "buy", "symbol": "BTCUSDT", "quantity": "0.01"})
    assert (small.action, small.symbol, small.market) == (Action.BUY, "BTCUSDT", Market.SPOT)
    assert (small.type, small.quantity, small.unit) == (OrderType.MARKET, Decimal("0.01"), Unit.BASE)
    assert (small.price, small.time_in_force, small.reduce_only) == (None, TimeInForce.GTC, False)
    assert (small.ref, small.order_id, small.valid_for, small.exit_valid_for) == (None, None, None, None)
    assert (small.trigger_price, small.trail, small.take_profit, small.stop_loss) == (None, None, None, None)
    assert (small.leverage, small.margin_mode, small.position_side) == (None, None, None)
    assert (small.prev_position, small.next_position) == (None, None)


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
    assert (full.prev_position, full.next_position) == (Decimal(3), Decimal(0))


def test_json_numbers_and_numeric_strings_read_alike() -> None:
    as_text = b'{"action":"buy","symbol":"BTCUSDT","type":"limit","quantity":"0.1000000000000000055","price":"1.10"}'
    as_number = b'{"action":"buy","symbol":"BTCUSDT","type":"limit","quantity":0.1000000000000000055,"price":1.10}'
    assert leg(as_text) == leg(as_number)
    assert leg(as_number).quantity == Decimal("0.1000000000000000055")


def test_null_is_the_same_as_absent() -> None:
    nothing = dict.fromkeys(
        (
            "price",
            "ref",
            "type",
            "unit",
            "time",
            "id",
            "valid_for",
            "leverage",
            "market",
            "trigger_price",
            "take_profit",
            "position",
        )
    )
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


@pytest.mark.parametrize("action", ["flat", "exit", "add", "long", "", "buy ", "bu", 1, True, ["buy"], {"a": 1}])
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
    assert leg(body(symbol=symbol, market=stated), route(market=of_route)).market is market


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
    refused = refusal(body(symbol=symbol, market=stated), route(market=of_route))
    assert (refused.word, refused.status) == (Word.AMBIGUOUS, 422)


def test_a_perpetual_without_its_quote_takes_the_routes_and_else_keeps_its_name() -> None:
    completed = leg(body(symbol="BTC-PERP"), route(defaults={"quote": "USDT"}))
    assert (completed.symbol, completed.market, completed.sent_symbol) == ("BTCUSDT", Market.PERP, "BTC-PERP")
    assert leg(body(symbol="BTC-PERP")).symbol == "BTCPERP"


@pytest.mark.parametrize("market", ["futures", "PERPETUAL", "", 1, ["spot"]])
def test_a_market_outside_the_list_is_refused(market: Any) -> None:
    assert refusal(body(market=market)).word is Word.UNSUPPORTED


# Sizes


@pytest.mark.parametrize("unit", ["base", "quote", "contracts", "QUOTE", "percent_equity", "percent_available"])
def test_the_unit_says_what_the_quantity_counts(unit: str) -> None:
    assert leg(body(unit=unit)).unit is Unit(unit.lower())


@pytest.mark.parametrize("unit", ["lots", "%", "percent", "usd", "", 1, True])
def test_a_unit_that_this_version_does_not_know_is_refused(unit: Any) -> None:
    assert refusal(body(unit=unit)).word is Word.UNSUPPORTED


def test_a_size_in_collateral_is_a_margin_and_needs_a_leverage() -> None:
    margin = {"symbol": "BTCUSDT.P", "quantity": "100", "unit": "collateral"}
    stated = leg(body(**margin, leverage="5"))
    assert (stated.quantity, stated.unit, stated.leverage) == (Decimal(100), Unit.COLLATERAL, Decimal(5))
    assert leg(body(**margin), route(defaults={"leverage": "3"})).leverage == Decimal(3)
    refused = refusal(body(**margin))
    assert refused.word is Word.MISSING_SIZE
    assert "leverage" in refused.reason
    assert refusal(body(**{**margin, "symbol": "BTCUSDT"})).word is Word.UNSUPPORTED


@pytest.mark.parametrize("quantity", ["0.5", "33", "100"])
def test_a_close_may_take_a_percentage_of_the_position(quantity: str) -> None:
    part = leg(close(quantity=quantity, unit="percent_position"))
    assert (part.quantity, part.unit) == (Decimal(quantity), Unit.PERCENT_POSITION)


def test_more_than_the_whole_position_is_refused() -> None:
    refused = refusal(close(quantity="100.01", unit="percent_position"))
    assert (refused.word, refused.status) == (Word.LIMIT, 422)
    assert "quantity" in refused.reason


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


@pytest.mark.parametrize("kind", ["trailing", "stop_limit", "stop-limit", "buy", "", 1, False])
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


@pytest.mark.parametrize(("said", "seconds"), [(..., None), (None, None), (5, 5), ("3600", 3600), ("1", 1)], ids=str)
@pytest.mark.parametrize("make", [body, close, limit])
def test_a_life_is_what_the_alert_states_and_else_left_to_the_route(make: Any, said: Any, seconds: int | None) -> None:
    assert leg(make(valid_for=said)).valid_for == seconds


def test_a_cancel_has_no_life() -> None:
    assert leg(cancel(ref="a", valid_for=5)).valid_for is None


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
    ("fields", "field"),
    [
        (close(leverage=5), "leverage"),
        (close(margin_mode="cross"), "margin_mode"),
        (close(take_profit="65000"), "take_profit"),
        (close(stop_loss="59000"), "stop_loss"),
        (cancel(ref="a", position="flat"), "position"),
        (cancel(ref="a", leverage=5), "leverage"),
        (target(type="limit"), "type"),
        (target(price="61000"), "price"),
        (target(trigger_price="61000"), "trigger_price"),
        (target(time_in_force="ioc"), "time_in_force"),
        (target(reduce_only=True), "reduce_only"),
        (target(take_profit="65000"), "take_profit"),
        (target(stop_loss="59000"), "stop_loss"),
        (target(order_id="1"), "order_id"),
        (body(take_profit_rate="0.1"), "take_profit_rate"),
        (body(trail="0.1"), "trail"),
        (body(position_side="long"), "position_side"),
    ],
    ids=str,
)
def test_a_known_field_is_refused_where_it_means_nothing(fields: dict[str, Any], field: str) -> None:
    refused = refusal(fields)
    assert refused.word is Word.UNSUPPORTED
    assert field in refused.reason


@pytest.mark.parametrize("version", [2, "2", 0, True, "one", 1.5])
def test_another_format_version_is_refused(version: Any) -> None:
    assert refusal(body(relay=version)).word is Word.UNSUPPORTED


@pytest.mark.parametrize("version", [1, "1", None, ...])
def test_the_format_version_may_be_said_or_not(version: Any) -> None:
    assert leg(body(relay=version)) == leg(body())


# Route defaults and limits


def test_defaults_stand_in_for_what_is_not_stated() -> None:
    small = leg({"action": "buy"}, route(defaults={"symbol": "ETHUSDT.P", "quantity": "25", "unit": "quote"}))
    assert (small.symbol, small.market, small.quantity, small.unit) == ("ETHUSDT", Market.PERP, Decimal(25), Unit.QUOTE)


def test_a_default_unit_stands_in_beside_a_stated_quantity_too() -> None:
    in_money = route(defaults={"unit": "quote"})
    assert leg(body(quantity="100"), in_money).unit is Unit.QUOTE
    assert leg(body(quantity="100", unit="base"), in_money).unit is Unit.BASE


def test_a_default_size_never_makes_a_close_partial() -> None:
    assert leg(close(), route(defaults={"quantity": "25", "unit": "quote"})).quantity is None


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
    with_defaults = route(defaults={"symbol": "ETHUSDT", "quantity": "25", "unit": "base"})
    assert refusal(body(**fields), with_defaults).word is word


# Several orders


@pytest.mark.parametrize("wrap", [lambda orders: orders, lambda orders: {"orders": orders}], ids=["array", "orders"])
def test_several_orders_keep_their_places(wrap: Any) -> None:
    alert = read(wrap([body(), limit(symbol="ETHUSDT"), cancel(ref="a")]))
    assert [(one.action.value, one.symbol) for one in alert.legs] == [
        ("buy", "BTCUSDT"),
        ("buy", "ETHUSDT"),
        ("cancel", "BTCUSDT"),
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
    with_default = route(defaults={"quantity": "50", "unit": "quote"})
    assert refusal(alert, with_default).word is Word.AMBIGUOUS


# Stops


@pytest.mark.parametrize("make", [stop, lambda **changes: close(type="stop", trigger_price="59000", **changes)])
def test_a_stop_trades_at_market_or_at_its_price_once_triggered(make: Any) -> None:
    at_market, at_limit = leg(make()), leg(make(price="58900.5"))
    assert (at_market.type, at_market.trigger_price, at_market.price) == (OrderType.STOP, Decimal(59000), None)
    assert (at_limit.type, at_limit.trigger_price, at_limit.price) == (
        OrderType.STOP,
        Decimal(59000),
        Decimal("58900.5"),
    )


@pytest.mark.parametrize(
    "fields",
    [
        body(trigger_price="59000"),
        body(type="market", trigger_price="59000"),
        limit(trigger_price="59000"),
        body(type="stop"),
        body(type="stop", price="59000"),
        body(type="stop", trigger_price=None),
    ],
    ids=str,
)
def test_a_stop_and_its_trigger_go_together(fields: dict[str, Any]) -> None:
    refused = refusal(fields)
    assert (refused.word, refused.status) == (Word.AMBIGUOUS, 422)
    assert "trigger_price" in refused.reason


@pytest.mark.parametrize("trigger", ["0", 0, "-1"])
def test_a_trigger_of_zero_or_less_is_refused(trigger: Any) -> None:
    refused = refusal(stop(trigger_price=trigger))
    assert refused.word is Word.AMBIGUOUS
    assert "trigger_price" in refused.reason


@pytest.mark.parametrize("force", ["fok", "post_only"])
def test_a_stop_that_must_rest_or_fill_whole_is_ambiguous(force: str) -> None:
    refused = refusal(stop(time_in_force=force))
    assert refused.word is Word.AMBIGUOUS
    assert force in refused.reason


# Take-profit and stop-loss


@pytest.mark.parametrize("make", [body, limit, stop])
def test_an_entry_takes_both_protections_exactly(make: Any) -> None:
    entry = leg(make(take_profit="65000.50", stop_loss=50000.25))
    assert (entry.take_profit, entry.stop_loss) == (Decimal("65000.50"), Decimal("50000.25"))
    assert (entry.take_profit_rate, entry.stop_loss_rate) == (None, None)
    alone = leg(make(take_profit="65000"))
    assert (alone.take_profit, alone.stop_loss) == (Decimal(65000), None)


@pytest.mark.parametrize("field", ["take_profit", "stop_loss"])
@pytest.mark.parametrize("value", ["0", 0, "-1"])
def test_a_protection_of_zero_is_a_contradiction_and_not_none(field: str, value: Any) -> None:
    refused = refusal(body(**{field: value}))
    assert refused.word is Word.AMBIGUOUS
    assert field in refused.reason


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        (limit(take_profit="61000"), "take_profit"),
        (limit(take_profit="60999"), "take_profit"),
        (limit(stop_loss="61000"), "stop_loss"),
        (limit(stop_loss="62000"), "stop_loss"),
        (limit(symbol="BTCUSDT.P", action="sell", take_profit="61001"), "take_profit"),
        (limit(symbol="BTCUSDT.P", action="sell", stop_loss="60999"), "stop_loss"),
        (stop(action="buy", take_profit="58000"), "take_profit"),
        (body(take_profit="59000", stop_loss="65000"), "take_profit"),
        (body(symbol="BTCUSDT.P", action="sell", take_profit="65000", stop_loss="59000"), "stop_loss"),
    ],
    ids=str,
)
def test_a_protection_on_the_wrong_side_is_ambiguous(fields: dict[str, Any], field: str) -> None:
    refused = refusal(fields)
    assert (refused.word, refused.status) == (Word.AMBIGUOUS, 422)
    assert field in refused.reason


@pytest.mark.parametrize("field", ["take_profit", "stop_loss"])
@pytest.mark.parametrize(
    "fields",
    [
        body(symbol="BTCUSDT.P", action="sell", reduce_only=True),
        body(action="sell"),
        body(
            symbol="BTCUSDT.P",
            action="sell",
            prev_position="long",
            prev_position_size=2,
            position="long",
            position_size=1,
        ),
    ],
    ids=["reduce_only", "spot sell", "exit by the chain"],
)
def test_an_order_that_only_reduces_takes_no_protection(fields: dict[str, Any], field: str) -> None:
    refused = refusal({**fields, field: "60000"})
    assert refused.word is Word.UNSUPPORTED
    assert field in refused.reason


# Leverage and margin mode


@pytest.mark.parametrize("leverage", ["5", 5, "1", "2.5", "125"])
def test_the_leverage_is_taken_as_it_is_stated(leverage: Any) -> None:
    assert leg(body(symbol="BTCUSDT.P", leverage=leverage)).leverage == Decimal(str(leverage))


@pytest.mark.parametrize("leverage", ["0", 0, "0.99", "-5"])
def test_a_leverage_below_one_is_ambiguous(leverage: Any) -> None:
    refused = refusal(body(symbol="BTCUSDT.P", leverage=leverage))
    assert (refused.word, refused.status) == (Word.AMBIGUOUS, 422)
    assert "leverage" in refused.reason


@pytest.mark.parametrize("mode", ["cross", "isolated", "ISOLATED"])
def test_the_margin_mode_is_taken_as_it_is_stated(mode: str) -> None:
    assert leg(body(symbol="BTCUSDT.P", margin_mode=mode)).margin_mode is MarginMode(mode.lower())


@pytest.mark.parametrize("mode", ["crossed", "", 1, True, ["cross"]])
def test_a_margin_mode_outside_the_list_is_refused(mode: Any) -> None:
    refused = refusal(body(symbol="BTCUSDT.P", margin_mode=mode))
    assert refused.word is Word.UNSUPPORTED
    assert "margin_mode" in refused.reason


@pytest.mark.parametrize("fields", [{"leverage": 5}, {"margin_mode": "cross"}], ids=str)
@pytest.mark.parametrize("market", ["spot", "option"])
@pytest.mark.parametrize("make", [body, target])
def test_leverage_and_margin_mode_are_for_perpetuals_only(make: Any, market: str, fields: dict[str, Any]) -> None:
    refused = refusal(make(symbol="BTCUSDT", market=market, **fields))
    assert refused.word is Word.UNSUPPORTED
    assert "leverage" in refused.reason
    assert market in refused.reason


def test_defaults_of_the_route_are_for_openings_on_perpetuals_only() -> None:
    leveraged = route(defaults={"leverage": "3", "margin_mode": "isolated"})
    for opening in (leg(body(symbol="BTCUSDT.P"), leveraged), leg(target(), leveraged)):
        assert (opening.leverage, opening.margin_mode) == (Decimal(3), MarginMode.ISOLATED)
    for other in (leg(body(), leveraged), leg(close(), leveraged), leg(target(symbol="BTCUSDT"), leveraged)):
        assert (other.leverage, other.margin_mode) == (None, None)


def test_a_stated_leverage_wins_over_the_routes() -> None:
    leveraged = route(defaults={"leverage": "3", "margin_mode": "isolated"})
    stated = leg(body(symbol="BTCUSDT.P", leverage=7, margin_mode="cross"), leveraged)
    assert (stated.leverage, stated.margin_mode) == (Decimal(7), MarginMode.CROSS)


# The position chain


@pytest.mark.parametrize(
    ("direction", "size", "signed"),
    [
        ("long", "2.5", "2.5"),
        ("LONG", 2.5, "2.5"),
        ("short", "2.5", "-2.5"),
        ("short", "-2.5", "-2.5"),
        ("flat", "0", "0"),
        ("flat", ..., "0"),
        (..., "0", "0"),
    ],
    ids=str,
)
def test_a_position_is_read_with_its_sign(direction: Any, size: Any, signed: str) -> None:
    after = leg(target(quantity=..., position=direction, position_size=size)).next_position
    assert after == Decimal(signed)


@pytest.mark.parametrize(("direction", "size"), [("long", ...), ("short", ...), (..., "2"), (..., "-2"), (..., ...)])
def test_a_position_that_is_told_in_part_is_no_chain(direction: Any, size: Any) -> None:
    order = leg(body(symbol="BTCUSDT.P", prev_position=direction, prev_position_size=size))
    assert (order.prev_position, order.next_position) == (None, None)


@pytest.mark.parametrize(
    ("direction", "size"), [("flat", "2"), ("flat", "-2"), ("long", "-2"), ("long", "0"), ("short", "0")]
)
@pytest.mark.parametrize("prefix", ["", "prev_"])
def test_a_direction_and_a_size_that_contradict_each_other_are_ambiguous(
    prefix: str, direction: str, size: str
) -> None:
    refused = refusal(body(**{f"{prefix}position": direction, f"{prefix}position_size": size}))
    assert refused.word is Word.AMBIGUOUS
    assert f"{prefix}position" in refused.reason


@pytest.mark.parametrize("direction", ["up", "buy", "", 1, True, ["long"]])
def test_a_direction_outside_the_list_is_refused(direction: Any) -> None:
    refused = refusal(body(position=direction, position_size="1"))
    assert refused.word is Word.UNSUPPORTED
    assert "position" in refused.reason


@pytest.mark.parametrize(
    ("action", "chain"),
    [
        ("buy", {**LONG_TO_SHORT}),
        ("sell", {"prev_position": "flat", "position": "long", "position_size": 1}),
        ("buy", {"prev_position": "long", "prev_position_size": 1, "position": "flat"}),
        ("sell", {"prev_position": "short", "prev_position_size": 2, "position": "short", "position_size": 1}),
    ],
    ids=str,
)
@pytest.mark.parametrize("symbol", ["BTCUSDT", "BTCUSDT.P"])
def test_an_order_against_its_own_chain_is_ambiguous(symbol: str, action: str, chain: dict[str, Any]) -> None:
    refused = refusal(body(symbol=symbol, action=action, **chain))
    assert (refused.word, refused.status) == (Word.AMBIGUOUS, 422)
    assert action in refused.reason


def test_a_flip_is_one_order_that_says_so() -> None:
    flip = leg(body(symbol="BTCUSDT.P", action="sell", quantity="2", **LONG_TO_SHORT))
    assert (flip.action, flip.quantity, flip.crosses) == (Action.SELL, Decimal(2), True)
    assert (flip.prev_position, flip.next_position) == (Decimal(1), Decimal(-1))


# Targets


@pytest.mark.parametrize("quantity", ["2", "-2", "0", 0.5, -0.5, "-0"])
def test_a_target_is_the_signed_size_to_hold(quantity: Any) -> None:
    wanted = leg(target(quantity=quantity))
    assert (wanted.action, wanted.quantity, wanted.unit) == (Action.TARGET, Decimal(str(quantity)), Unit.BASE)
    assert wanted.type is OrderType.MARKET


@pytest.mark.parametrize(
    ("direction", "size", "signed"), [("long", "2", 2), ("short", "2", -2), ("short", "-2", -2), ("flat", "0", 0)]
)
def test_a_target_may_be_the_strategys_own_position(direction: str, size: str, signed: int) -> None:
    wanted = leg(target(quantity=..., position=direction, position_size=size))
    assert (wanted.quantity, wanted.unit) == (Decimal(signed), Unit.BASE)


def test_the_strategys_position_counts_coins_whatever_the_route_counts_in() -> None:
    in_money = route(defaults={"unit": "quote", "quantity": "50"})
    assert leg(target(quantity=..., position="long", position_size="2"), in_money).unit is Unit.BASE
    assert leg(target(quantity="100"), in_money).unit is Unit.QUOTE


@pytest.mark.parametrize("unit", ["base", "quote", "contracts", "percent_equity", "percent_available", "collateral"])
def test_a_target_takes_every_unit_of_an_entry(unit: str) -> None:
    assert leg(target(quantity="5", unit=unit, leverage=2)).unit is Unit(unit)


@pytest.mark.parametrize(("direction", "signed"), [("long", "3"), ("short", "-3")])
def test_the_side_of_a_target_may_come_from_the_strategy_and_the_size_from_the_alert(
    direction: str, signed: str
) -> None:
    wanted = leg(target(quantity="3", position=direction, position_size="7"))
    assert wanted.quantity == Decimal(signed)


@pytest.mark.parametrize(("direction", "signed"), [("long", "3"), ("short", "-3")])
def test_a_side_without_a_size_is_still_the_side_of_the_target(direction: str, signed: str) -> None:
    assert leg(target(quantity="3", position=direction)).quantity == Decimal(signed)


@pytest.mark.parametrize(
    "fields",
    [
        target(quantity="-3", position="long", position_size="7"),
        target(quantity="-3", position="long"),
        target(quantity="0", position="long", position_size="7"),
        target(quantity="0", position="short", position_size="7"),
    ],
    ids=str,
)
def test_a_target_against_the_strategys_position_is_ambiguous(fields: dict[str, Any]) -> None:
    refused = refusal(fields)
    assert (refused.word, refused.status) == (Word.AMBIGUOUS, 422)
    assert "position" in refused.reason


@pytest.mark.parametrize(
    "fields",
    [target(quantity=...), target(quantity=..., position="long"), target(quantity=..., position_size="7")],
    ids=str,
)
def test_a_target_without_a_size_is_refused_whatever_the_route_has(fields: dict[str, Any]) -> None:
    for one in (ROUTE, route(defaults={"quantity": "25", "unit": "quote"})):
        refused = refusal(fields, one)
        assert refused.word is Word.MISSING_SIZE
        assert "position_size" in refused.reason


def test_a_target_cannot_count_percents_of_the_position() -> None:
    refused = refusal(target(quantity="50", unit="percent_position"))
    assert refused.word is Word.AMBIGUOUS
    assert "position" in refused.reason


def test_a_unit_without_a_quantity_is_ambiguous_in_a_target_too() -> None:
    refused = refusal(target(quantity=..., unit="quote", position="long", position_size="7"))
    assert refused.word is Word.AMBIGUOUS
    assert "unit" in refused.reason


@pytest.mark.parametrize(
    "fields",
    [{"quantity": "-1"}, {"quantity": ..., "position": "short", "position_size": "1"}],
    ids=["signed", "position"],
)
def test_a_short_target_on_spot_is_refused(fields: dict[str, Any]) -> None:
    refused = refusal(target(symbol="BTCUSDT", **fields))
    assert (refused.word, refused.status) == (Word.UNSUPPORTED, 422)
    assert "target" in refused.reason
    assert leg(target(symbol="BTCUSDT", quantity="0")).quantity == 0


# Halts


@pytest.mark.parametrize("action", ["halt", "resume", "HALT"])
def test_a_route_that_allows_it_is_halted_and_resumed_by_alerts(action: str) -> None:
    one = leg({"action": action}, route(options={"control": True}))
    assert one.action is Action(action.lower())
    assert one.action.controls


@pytest.mark.parametrize("action", ["halt", "resume"])
@pytest.mark.parametrize("options", [{}, {"control": False}], ids=str)
def test_other_routes_are_not(action: str, options: dict[str, Any]) -> None:
    refused = refusal({"action": action}, route(options=options))
    assert (refused.word, refused.status) == (Word.UNSUPPORTED, 422)
    assert "control" in refused.reason


@pytest.mark.parametrize(
    "fields",
    [{"symbol": "BTCUSDT"}, {"market": "perp"}, {"quantity": "1"}, {"ref": "a"}, {"position": "flat"}],
    ids=str,
)
def test_a_halt_is_for_the_whole_route_and_takes_no_order_fields(fields: dict[str, Any]) -> None:
    refused = refusal({"action": "halt", **fields}, route(options={"control": True}))
    assert refused.word is Word.UNSUPPORTED
    assert next(iter(fields)) in refused.reason


def test_a_halt_carries_an_identity_and_a_time_like_every_alert() -> None:
    alert = read({"relay": 1, "action": "halt", "id": "h-1", "time": 1795244400}, route(options={"control": True}))
    assert (alert.explicit_id, alert.time_ms) == ("h-1", 1_795_244_400_000)


def test_a_default_symbol_does_not_make_a_halt_one_of_a_symbol() -> None:
    assert leg({"action": "halt"}, route(options={"control": True}, defaults={"symbol": "BTCUSDT"})).symbol == "*"


@pytest.mark.parametrize("unit", ["quote", "percent_equity", "percent_available", "collateral"])
@pytest.mark.parametrize(
    "chain",
    [
        {**LONG_TO_SHORT},
        {"prev_position": "long", "prev_position_size": 2, "position": "long", "position_size": 1},
        {"prev_position": "long", "prev_position_size": 2, "position": "flat", "position_size": 0},
    ],
    ids=["flip", "shrink", "to flat"],
)
def test_an_exit_by_the_chain_never_waits_for_the_worker_to_find_its_unit_wrong(
    unit: str, chain: dict[str, Any]
) -> None:
    fields = body(symbol="BTCUSDT.P", action="sell", quantity="10", unit=unit, leverage=2, **chain)
    with suppress(Refusal):
        one = leg(fields)
        parts = split(one) if one.crosses else (one,)
        exits = [part for part in parts if part.reduces]
        assert exits
        assert all(part.quantity is None or part.unit in (Unit.BASE, Unit.CONTRACTS) for part in exits)


@pytest.mark.parametrize("size", [{}, {"position_size": "0"}])
def test_ones_own_size_on_the_strategys_side_is_nothing_when_the_strategy_is_flat(size: dict[str, str]) -> None:
    one = leg(target(quantity="3", position="flat", **size))
    assert (one.action, one.quantity) == (Action.TARGET, Decimal(0))


FLAT = {"position": "flat", "position_size": "0"}
LONG_TWO = {"prev_position": "long", "prev_position_size": "2"}


@pytest.mark.parametrize(("action", "side"), [("sell", PositionSide.LONG), ("buy", PositionSide.SHORT)])
def test_an_order_to_flat_closes_the_side_it_reduces_even_without_the_position_before(
    action: str, side: PositionSide
) -> None:
    one = leg(body(symbol="BTCUSDT.P", action=action, **FLAT))
    assert (one.action, one.quantity, one.position_side, one.reduces) == (Action.CLOSE, None, side, True)


def test_an_order_that_leaves_a_position_on_its_other_side_only_reduces_it() -> None:
    cover = leg(body(symbol="BTCUSDT.P", action="buy", position="short", position_size="1"))
    assert (cover.action, cover.reduce_only, cover.position_side) == (Action.BUY, True, PositionSide.SHORT)
    entry = leg(body(symbol="BTCUSDT.P", action="buy", position="long", position_size="1"))
    assert not entry.reduces


@pytest.mark.parametrize("size", [{"quantity": ...}, {"quantity": "0.02"}])
def test_an_exit_to_flat_of_another_size_than_the_strategys_closes_everything(size: dict[str, Any]) -> None:
    sized = route(defaults={"quantity": "0.01", "unit": "base"})
    one = leg(body(symbol="BTCUSDT.P", action="sell", **LONG_TWO, **FLAT, **size), sized)
    assert (one.action, one.quantity, one.position_side) == (Action.CLOSE, None, PositionSide.LONG)


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"quantity": ..., **LONG_TWO, "position": "long", "position_size": "1"}, Word.MISSING_SIZE),
        ({"quantity": ..., **LONG_TWO, "position": "short", "position_size": "2"}, Word.AMBIGUOUS),
        ({"quantity": "0.02", **LONG_TWO, "position": "short", "position_size": "2"}, Word.AMBIGUOUS),
        ({"quantity": ..., "reduce_only": True}, Word.MISSING_SIZE),
        ({"action": "close", "quantity": ..., **LONG_TWO, "position": "long", "position_size": "1"}, Word.AMBIGUOUS),
        ({"action": "close", "quantity": ..., "position": "short", "position_size": "1"}, Word.AMBIGUOUS),
    ],
    ids=str,
)
def test_a_default_or_a_size_of_ones_own_never_guesses_a_part_of_the_position(
    fields: dict[str, Any], word: Word
) -> None:
    sized = route(defaults={"quantity": "0.01", "unit": "base"})
    assert refusal(body(**{"symbol": "BTCUSDT.P", "action": "sell", **fields}), sized).word is word
