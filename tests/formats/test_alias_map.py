"""Any JSON body, its fields found where the route's option `paths` says they stand, or by their usual names."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.order import Action, Leg, MarginMode, OrderType, PositionSide, TimeInForce, Unit
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.core.symbol import Market
from order_relay.core.take_profits import Share
from order_relay.formats import FORMATS, alias_map
from order_relay.formats.alias_leg import NAMES
from order_relay.formats.alias_map import at
from tests.formats.cases import leg, read, refusal
from tests.formats.odd_bodies import changed, odd_bodies, outcome, sound

PATHS = {"side": "what.do", "symbol": "what.coin", "quantity": "much", "type": "kind"}
ROUTE = Route("r", ("main",), format="alias_map", options={"paths": PATHS})
CHAIN = {
    "position": "now.side",
    "position_size": "now.size",
    "prev_position": "was.side",
    "prev_position_size": "was.size",
}


def body(do: Any = "buy", **changes: Any) -> dict[str, Any]:
    return changed({"what": {"do": do, "coin": "AVAXUSDT.P"}, "much": "4", "ignored": {"price": "x"}}, **changes)


def route(options: dict[str, Any] | None = None, /, drop: str = "", **paths: str) -> Route:
    """The route with more paths, without the dropped one, and with other options."""
    kept = {name: path for name, path in {**PATHS, **paths}.items() if name != drop}
    return replace(ROUTE, options={"paths": kept, **(options or {})})


ADDED = {"what": {"do": "add", "coin": "AVAXUSDT.P"}}
BUY = Leg(Action.BUY, "AVAXUSDT", Market.PERP, "AVAXUSDT.P", quantity=Decimal(4))


def test_mapped_fields_make_an_order_and_everything_else_is_not_looked_at() -> None:
    assert leg(body(), ROUTE) == BUY
    assert leg(body(price="n/a", sl=[1], comment=None, action="sell"), ROUTE) == BUY
    assert read(body(), ROUTE).format == "alias_map"


def test_an_addition_has_no_side_and_takes_no_setting_of_the_route() -> None:
    geared = replace(ROUTE, defaults={"leverage": "3", "margin_mode": "isolated"})
    assert leg(body("Add"), geared) == replace(BUY, action=Action.ADD)
    assert leg(body("add", why="add", pos="short"), route(position_side="pos")).position_side is PositionSide.SHORT
    assert leg(body("long", why="add"), route(intent="why")) == BUY


@pytest.mark.parametrize(
    ("path", "value"),
    [("a", 1), ("b.c", 2), ("b.d.0", 3), ("b.d.1.e", 4), ("f.g", 5), ("b.x", None), ("b.d.9", None), ("g.h", None)],
)
def test_a_path_leads_through_objects_and_lists(path: str, value: int | None) -> None:
    assert at({"a": 1, "b": {"c": 2, "d": [3, {"e": 4}]}, "f.g": 5}, path) == value


@pytest.mark.parametrize(
    ("word", "action", "side"),
    [
        ("buy", Action.BUY, None),
        ("Long", Action.BUY, None),
        ("SELL", Action.SELL, None),
        ("short", Action.SELL, None),
        ("close", Action.CLOSE, None),
        ("exit", Action.CLOSE, None),
        ("Flat", Action.CLOSE, None),
        ("OpenLong", Action.BUY, PositionSide.LONG),
        ("LONG_ENTRY", Action.BUY, PositionSide.LONG),
        ("Enter Short", Action.SELL, PositionSide.SHORT),
        ("close-long", Action.CLOSE, PositionSide.LONG),
        ("exitShort", Action.CLOSE, PositionSide.SHORT),
    ],
)
def test_words_of_other_platforms_for_the_side(word: str, action: Action, side: PositionSide | None) -> None:
    read_as = leg(body(word), ROUTE)
    assert (read_as.action, read_as.position_side) == (action, side)


def test_paths_may_go_by_the_usual_names() -> None:
    usual = {"action": "what.do", "ticker": "what.coin", "qty": "much", "order_type": "kind", "Passphrase": "key"}
    on = replace(ROUTE, options={"paths": usual})
    assert leg(body(kind="market", key="fake"), on) == BUY
    assert alias_map.token(body(key="fake"), on) == "fake"
    for twice in ({**usual, "side": "what.do"}, {**usual, "size": "much"}):
        assert refusal(body(), replace(ROUTE, options={"paths": twice})).word is Word.UNSUPPORTED


def test_the_route_teaches_words_of_its_own() -> None:
    own = route({"code_map": {"koop": "buy", "true": "close", "AVAX-PERP": "AVAXUSDT.P"}})
    assert leg(body("koop"), own).action is Action.BUY
    assert leg(body(True), own).action is Action.CLOSE
    assert leg(body(what={"do": "koop", "coin": "AVAX-PERP"}), own) == replace(BUY, sent_symbol="AVAX-PERP")


def test_a_close_without_a_quantity_closes_everything_even_if_the_route_has_a_default() -> None:
    sized = replace(ROUTE, defaults={"quantity": "1"})
    assert leg(body("close", much=...), sized).quantity is None
    assert leg(body("buy", much=...), sized).quantity == 1
    part = leg(body("close"), ROUTE)
    assert (part.quantity, part.unit) == (Decimal(4), Unit.BASE)


def test_an_intent_that_closes_takes_the_side_as_the_position_that_it_closes() -> None:
    words = route(intent="why")
    assert leg(body("long", why="entry"), words).action is Action.BUY
    gone = leg(body("short", why="exit"), words)
    assert (gone.action, gone.position_side) == (Action.CLOSE, PositionSide.SHORT)
    assert refusal(body("buy", why="exit"), words).word is Word.AMBIGUOUS
    assert refusal(body("close", why="entry"), words).word is Word.AMBIGUOUS


def test_selling_from_the_long_position_only_reduces_it() -> None:
    sided = route(position_side="pos")
    against = leg(body("sell", pos="long"), sided)
    assert (against.action, against.position_side, against.reduce_only) == (Action.SELL, PositionSide.LONG, True)
    assert leg(body("buy", pos="long"), sided).reduce_only is False
    assert refusal(body("long", pos="short"), sided).word is Word.AMBIGUOUS


@pytest.mark.parametrize(
    ("much", "unit", "size_unit", "read_as"),
    [
        ("5", None, None, (Decimal(5), Unit.BASE)),
        ("5", None, "quote", (Decimal(5), Unit.QUOTE)),
        ("5", "USDT", None, (Decimal(5), Unit.QUOTE)),
        ("5", "contracts", None, (Decimal(5), Unit.CONTRACTS)),
        ("5", "percent_equity", None, (Decimal(5), Unit.PERCENT_EQUITY)),
        ("5", "percent", "percent_available", (Decimal(5), Unit.PERCENT_AVAILABLE)),
        ("5%", None, "percent_equity", (Decimal(5), Unit.PERCENT_EQUITY)),
        ("%5", None, "percent_equity", (Decimal(5), Unit.PERCENT_EQUITY)),
        ("@0.5", None, "percent_equity", (Decimal("0.5"), Unit.BASE)),
    ],
)
def test_what_a_size_counts(much: str, unit: str | None, size_unit: str | None, read_as: tuple[Decimal, Unit]) -> None:
    sized = leg(body(much=much, of=unit), route({"size_unit": size_unit}, unit="of"))
    assert (sized.quantity, sized.unit) == read_as


@pytest.mark.parametrize(("much", "unit"), [("50%", None), ("%50", None), ("50", "percent")])
def test_a_percent_of_a_close_counts_the_position(much: str, unit: str | None) -> None:
    part = leg(body("close", much=much, of=unit), route(unit="of"))
    assert (part.quantity, part.unit) == (Decimal(50), Unit.PERCENT_POSITION)


@pytest.mark.parametrize(
    ("fields", "shape"),
    [
        ({}, (OrderType.MARKET, None, None)),
        ({"at": "20"}, (OrderType.LIMIT, Decimal(20), None)),
        ({"kind": "LMT", "at": "20"}, (OrderType.LIMIT, Decimal(20), None)),
        ({"kind": "market", "at": "20"}, (OrderType.MARKET, None, None)),
        ({"kind": "stop-loss", "when": "19"}, (OrderType.STOP, None, Decimal(19))),
        ({"kind": "Stop Limit", "when": "19", "at": "18"}, (OrderType.STOP, Decimal(18), Decimal(19))),
        ({"when": "19"}, (OrderType.STOP, None, Decimal(19))),
    ],
)
def test_type_and_prices_go_together(fields: dict[str, str], shape: tuple[OrderType, Any, Any]) -> None:
    made = leg(body("sell", **fields), route(price="at", trigger_price="when"))
    assert (made.type, made.price, made.trigger_price) == shape


@pytest.mark.parametrize(("do", "side"), [("sell", PositionSide.LONG), ("buy", PositionSide.SHORT)])
def test_a_stop_loss_takes_from_the_position_that_it_protects(do: str, side: PositionSide) -> None:
    made = leg(body(do, kind="stop_loss", when="19"), route(trigger_price="when"))
    assert (made.type, made.reduce_only, made.position_side) == (OrderType.STOP, True, side)
    taught = route({"code_map": {"SL-M": "stop loss"}}, trigger_price="when")
    assert leg(body(do, kind="SL-M", when="19"), taught) == made
    assert leg(body(do, kind="stop", when="19"), route(trigger_price="when")).reduce_only is False


def test_a_stop_loss_that_closes_everything_is_the_close_that_it_was() -> None:
    made = leg(body("close", much=..., kind="stop_loss", when="19"), route(trigger_price="when"))
    assert (made.action, made.type, made.quantity, made.reduce_only) == (Action.CLOSE, OrderType.STOP, None, False)


@pytest.mark.parametrize(
    ("do", "more"),
    [
        ("buy", {"pos": "long"}),
        ("open_short", {}),
        ("long", {}),
        ("sell", {"only": False}),
        ("buy", {"what": {"do": "buy", "coin": "AVAXUSDT"}}),
        ("sell", {"now": {"side": "short", "size": "4"}}),
    ],
    ids=str,
)
def test_a_stop_loss_that_would_open_is_ambiguous(do: str, more: dict[str, Any]) -> None:
    mapped = route(trigger_price="when", position_side="pos", reduce_only="only", **CHAIN)
    assert refusal(body(do, kind="stop_loss", when="19", **more), mapped).word is Word.AMBIGUOUS


@pytest.mark.parametrize("fields", [{"only": "true"}, {"pos": "long"}, {"kind": "stop_loss", "when": "19"}], ids=str)
def test_a_default_size_is_no_size_of_what_only_reduces(fields: dict[str, Any]) -> None:
    sized = replace(route(reduce_only="only", position_side="pos", trigger_price="when"), defaults={"quantity": "1"})
    assert leg(body("sell", **fields), sized).reduce_only is True
    refused = refusal(body("sell", much=..., **fields), sized)
    assert (refused.word, "default size is for entries" in refused.detail) == (Word.MISSING_SIZE, True)


def test_a_turn_told_in_words_alone_is_ambiguous() -> None:
    words = route(position="now.side", prev_position="was.side")
    turn = body("sell", now={"side": "short"}, was={"side": "long"})
    assert refusal(turn, words).word is Word.AMBIGUOUS
    assert leg(body("sell", now={"side": "short"}, was={"side": "flat"}), words).action is Action.SELL


def test_a_price_next_to_a_market_order_is_noted() -> None:
    assert read(body(kind="market", at="20"), route(price="at")).notes == (
        "the price is a reference: the type is market",
    )


def test_a_trailing_order_follows_by_a_fraction() -> None:
    made = leg(body("sell", kind="trailing_stop", by="1.5"), route(trail="by"))
    assert (made.type, made.trail) == (OrderType.TRAILING, Decimal("0.015"))


def test_protection_counts_what_the_route_or_the_text_says() -> None:
    guarded = {"take_profit": "tp", "stop_loss": "sl"}
    prices = leg(body(tp="30", sl="15"), route({"sl_tp": "price"}, **guarded))
    assert (prices.take_profit, prices.stop_loss) == (Decimal(30), Decimal(15))
    percents = leg(body(tp="3", sl="1.5%"), route({"sl_tp": "percent"}, **guarded))
    assert (percents.take_profit_rate, percents.stop_loss_rate) == (Decimal("0.03"), Decimal("0.015"))
    assert leg(body(sl="1.5%"), route(**guarded)).stop_loss_rate == Decimal("0.015")
    assert refusal(body(sl="15"), route(**guarded)).word is Word.AMBIGUOUS


def test_protection_is_left_out_of_what_closes() -> None:
    alert = read(body("close", sl="15"), route({"sl_tp": "price"}, stop_loss="sl"))
    assert alert.legs[0].stop_loss is None
    assert alert.notes == ("stop_loss is not used: this order closes",)


def test_settings_names_and_lives() -> None:
    everything = route(
        leverage="lev",
        margin_mode="mode",
        ref="name",
        valid_for="lag",
        time="t",
        id="n",
        time_in_force="tif",
        price="p",
    )
    fields = {
        "lev": 7,
        "mode": "isolated",
        "name": "one",
        "lag": 90,
        "t": "2026-11-21T07:00:00Z",
        "n": 12,
        "tif": "ioc",
    }
    alert = read(body(**fields, p="20", kind="limit"), everything)
    (made,) = alert.legs
    assert (made.leverage, made.ref, made.valid_for) == (Decimal(7), "one", 90)
    assert made.margin_mode is MarginMode.ISOLATED
    assert (made.time_in_force, alert.explicit_id, alert.time_ms) == (TimeInForce.IOC, "12", 1_795_244_400_000)


def test_the_chain_tells_a_close_a_part_and_a_turn() -> None:
    chained = route(**CHAIN)
    flat = leg(body("sell", now={"side": "flat", "size": "0"}, was={"side": "long", "size": "4"}), chained)
    assert (flat.action, flat.quantity, flat.position_side) == (Action.CLOSE, None, PositionSide.LONG)
    part = leg(body("sell", now={"side": "long", "size": "2"}, was={"side": "long", "size": "6"}), chained)
    assert (part.action, part.quantity, part.reduce_only) == (Action.SELL, Decimal(4), True)
    turn = leg(body("sell", now={"side": "short", "size": "1"}, was={"side": "long", "size": "3"}), chained)
    assert (turn.action, turn.quantity) == (Action.TARGET, Decimal(-1))
    assert refusal(body("buy", now={"side": "flat"}, was={"side": "long", "size": "4"}), chained).word is Word.AMBIGUOUS


def test_a_position_without_its_word_is_signed() -> None:
    signed = route(position_size="pos")
    assert leg(body("sell", pos="-4"), signed).next_position == -4
    assert leg(body("sell", pos=0), signed).action is Action.CLOSE


@pytest.mark.parametrize("drop", ["quantity", "side"])
def test_a_route_that_maps_a_position_and_no_quantity_follows_the_position(drop: str) -> None:
    followed = route(**CHAIN)
    followed = replace(followed, options={"paths": {**followed.options["paths"]}})
    paths = {name: path for name, path in followed.options["paths"].items() if name not in (drop, "quantity")}
    made = leg(body("sell", now={"side": "short", "size": "3"}), replace(followed, options={"paths": paths}))
    assert (made.action, made.quantity, made.next_position) == (Action.TARGET, Decimal(-3), Decimal(-3))


@pytest.mark.parametrize(("option", "default"), [("quote", "base"), (None, "quote"), ("percent_equity", "quote")])
def test_a_position_to_hold_counts_coins_whatever_the_sizes_of_orders_count(option: str | None, default: str) -> None:
    counted = replace(route({"size_unit": option}, drop="quantity", unit="of", **CHAIN), defaults={"unit": default})
    held = {"now": {"side": "long", "size": 2}}
    assert leg(body(**held), counted).unit is Unit.BASE
    assert leg(body(of="contracts", **held), counted).unit is Unit.CONTRACTS
    assert refusal(body(of="percent_position", **held), counted).word is Word.AMBIGUOUS


def test_a_word_that_asks_to_follow_needs_a_position() -> None:
    followed = route(drop="quantity", **CHAIN)
    held = leg(body("sync", now={"side": "long", "size": 2}, was={"side": "flat", "size": 0}), followed)
    assert (held.action, held.quantity, held.prev_position) == (Action.TARGET, Decimal(2), Decimal(0))
    assert leg(body("sync", now={"side": "flat"}), followed).quantity == 0
    assert refusal(body("sync"), followed).word is Word.MISSING_SIZE
    assert refusal(body("sync", now={"side": "long"}), followed).word is Word.MISSING_SIZE


def test_cancel_all_names_only_the_symbol() -> None:
    wanted = Leg(Action.CANCEL_ALL, "AVAXUSDT", Market.PERP, "AVAXUSDT.P")
    assert leg(body("cancel_all", much=...), ROUTE) == wanted


def test_the_account_must_be_the_routes_own_and_is_no_key() -> None:
    own = route({"account": "main-futures"}, account="apiKey", secret="secret")
    assert leg(body(apiKey="main-futures", secret="fake"), own) == BUY
    refused = refusal(body(apiKey="other", secret="fake"), own)
    assert (refused.word, "other" in refused.detail) == (Word.UNSUPPORTED, False)
    assert refusal(body(apiKey="main-futures"), ROUTE).word is Word.CREDENTIALS_IN_BODY
    assert refusal(body(secret="fake"), ROUTE).word is Word.CREDENTIALS_IN_BODY


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"passphrase": "fake"}, "fake"),
        ({"webhook_secret": "fake", "action": "buy"}, "fake"),
        ({"key": "fake"}, "fake"),
        ({"PIN": "fake"}, "fake"),
        ({"key": "fake", "secret": "fake"}, None),
        ({"api_key": "fake", "api_secret": "fake"}, None),
        ({"token": ["fake"]}, None),
        ({}, None),
    ],
)
def test_the_one_field_named_like_a_secret_is_the_token(fields: dict[str, Any], found: str | None) -> None:
    assert FORMATS["alias_map"].token(fields) == found


def test_a_route_finds_its_secret_under_any_name() -> None:
    assert alias_map.token({"auth": {"geheim": "fake"}, "key": "other"}, route(secret="auth.geheim")) == "fake"


@pytest.mark.parametrize(
    ("fields", "word", "named"),
    [
        ({"what": {"coin": "AVAXUSDT.P"}}, Word.NOT_AN_ORDER, "side"),
        ({"what": {"do": "buy"}}, Word.MISSING_SYMBOL, "symbol"),
        ({"much": ...}, Word.MISSING_SIZE, "quantity"),
        ({"much": "0"}, Word.MISSING_SIZE, "quantity"),
        ({"much": "-4"}, Word.MISSING_SIZE, "quantity"),
        ({"much": "4 AVAX"}, Word.INVALID_NUMBER, "quantity"),
        ({"much": "5%"}, Word.AMBIGUOUS, "size_unit"),
        ({"kind": "buy"}, Word.UNSUPPORTED, "type"),
        ({"kind": "limit"}, Word.AMBIGUOUS, "price"),
        ({"kind": "stop"}, Word.AMBIGUOUS, "trigger_price"),
        ({"what": {"do": "bullish", "coin": "AVAXUSDT.P"}}, Word.UNSUPPORTED, "side"),
        ({"what": {"do": ["buy"], "coin": "AVAXUSDT.P"}}, Word.UNSUPPORTED, "side"),
        ({"what": {"do": "buy", "coin": "AVAX!"}}, Word.UNSUPPORTED, "symbol"),
    ],
    ids=str,
)
def test_what_the_route_looks_for_and_cannot_read_is_refused_by_name(
    fields: dict[str, Any], word: Word, named: str
) -> None:
    refused = refusal(body(**fields), ROUTE)
    assert (refused.word, named in refused.detail) == (word, True)


@pytest.mark.parametrize(
    ("more", "fields", "word"),
    [
        ({"price": "p"}, {"p": "-1"}, Word.AMBIGUOUS),
        ({"leverage": "lev"}, {"lev": "0"}, Word.AMBIGUOUS),
        ({"leverage": "lev"}, {"lev": 3, "what": {"do": "buy", "coin": "AVAXUSDT"}}, Word.UNSUPPORTED),
        ({"market": "m"}, {"m": "spot"}, Word.AMBIGUOUS),
        ({"time": "t"}, {"t": "soon"}, Word.INVALID_TIME),
        ({"valid_for": "lag"}, {"lag": "86400"}, Word.LIMIT),
        ({"reduce_only": "only"}, {"only": "yes"}, Word.UNSUPPORTED),
        ({"time_in_force": "tif"}, {"tif": "fok"}, Word.AMBIGUOUS),
        ({"side": "what"}, {}, Word.UNSUPPORTED),
        ({"colour": "c"}, {}, Word.UNSUPPORTED),
        ({"leverage": "lev"}, {**ADDED, "lev": 3}, Word.UNSUPPORTED),
        ({"margin_mode": "mode"}, {**ADDED, "mode": "cross"}, Word.UNSUPPORTED),
        ({"reduce_only": "only"}, {**ADDED, "only": True}, Word.AMBIGUOUS),
        ({"take_profit": "tp"}, {**ADDED, "tp": "2%"}, Word.UNSUPPORTED),
        ({"trigger_price": "when"}, {**ADDED, "when": "20", "kind": "stop"}, Word.UNSUPPORTED),
        ({"trigger_price": "when"}, {**ADDED, "when": "20", "kind": "stop_loss"}, Word.UNSUPPORTED),
        ({"position": "p", "position_size": "n"}, {**ADDED, "p": "long", "n": "2"}, Word.AMBIGUOUS),
        ({"position": "p", "position_size": "n"}, {**ADDED, "n": "-2"}, Word.AMBIGUOUS),
        ({"prev_position_size": "n"}, {**ADDED, "n": "0"}, Word.AMBIGUOUS),
        ({"price": "at"}, {**ADDED, "at": "20", "kind": "limit"}, Word.UNSUPPORTED),
        ({"intent": "why"}, {**ADDED, "why": "close"}, Word.AMBIGUOUS),
        ({}, {"what": {"do": "add", "coin": "AVAXUSDT"}}, Word.UNSUPPORTED),
        ({"unit": "of"}, {**ADDED, "of": "percent_position"}, Word.AMBIGUOUS),
        ({"symbol": ""}, {}, Word.UNSUPPORTED),
        ({"position": "p", "position_size": "n"}, {"p": "long", "n": "-2"}, Word.AMBIGUOUS),
        ({"position_size": "n"}, {"n": "2", "what": {"do": "close", "coin": "AVAXUSDT.P"}}, Word.AMBIGUOUS),
    ],
    ids=str,
)
def test_a_further_field_that_cannot_be_meant_is_refused(
    more: dict[str, str], fields: dict[str, Any], word: Word
) -> None:
    assert refusal(body(**fields), route(**more)).word is word


@pytest.mark.parametrize("word", ["openshort", "closeshort", "short", "SHORT", "kurz"])
def test_a_spot_market_holds_no_short_position(word: str) -> None:
    own = route({"code_map": {"kurz": "short"}})
    assert refusal(body(what={"do": word, "coin": "AVAXUSDT"}), own).word is Word.UNSUPPORTED
    assert leg(body(what={"do": "sell", "coin": "AVAXUSDT"}), own).action is Action.SELL


TAKES = {"take_profit": ["tp1", "tp2"], "take_profit_share": ["part1", "part2"]}


def several(options: dict[str, Any] | None = None, /, **paths: Any) -> Route:
    return replace(ROUTE, options={"paths": {**PATHS, **paths}, "sl_tp": "price", **(options or {})})


@pytest.mark.parametrize(
    ("on", "fields"),
    [
        (several(**TAKES), {"tp1": 25, "tp2": "27", "part1": 75, "part2": "25"}),
        (several({"shares": ["75", "25"]}, take_profit=["tp1", "tp2"]), {"tp1": 25, "tp2": 27}),
        (several(take_profit="tps", take_profit_share="parts"), {"tps": [25, 27], "parts": [75, 25]}),
    ],
)
def test_several_take_profits_close_a_share_each(on: Route, fields: dict[str, Any]) -> None:
    found = leg(body(**fields), on)
    assert found.take_profits == (Share(Decimal("0.75"), Decimal(25)), Share(Decimal("0.25"), Decimal(27)))
    assert (found.take_profit, found.take_profit_rate) == (None, None)


def test_take_profits_in_percent_are_rates() -> None:
    found = leg(body(tp1="1.5%", tp2="3%", part1=50, part2=50), several(**TAKES))
    assert [(one.share, one.rate, one.price) for one in found.take_profits] == [
        (Decimal("0.5"), Decimal("0.015"), None),
        (Decimal("0.5"), Decimal("0.03"), None),
    ]


def test_shares_of_the_route_are_for_alerts_that_take_profit() -> None:
    on = several({"shares": ["75", "25"]}, take_profit=["tp1", "tp2"])
    assert leg(body(), on) == BUY


def test_one_take_profit_of_all_is_the_single_one() -> None:
    on = several(take_profit=["tp1", "tp2"], take_profit_share=["part1"])
    assert leg(body(tp1=25), on).take_profit == leg(body(tp1=25, part1=100), on).take_profit == Decimal(25)
    assert leg(body(tp2=25), on).take_profit == Decimal(25)


@pytest.mark.parametrize(
    ("fields", "word", "named"),
    [
        ({"tp1": 25, "tp2": 27}, Word.AMBIGUOUS, "take_profit_share"),
        ({"tp1": 25, "tp2": 27, "part1": 50}, Word.AMBIGUOUS, "take_profit_share 2"),
        ({"tp1": 25, "part1": 50, "part2": 50}, Word.AMBIGUOUS, "take_profit 2"),
        ({"tp2": 25, "part1": 100}, Word.AMBIGUOUS, "take_profit 1"),
        ({"tp1": 25, "part1": 50}, Word.AMBIGUOUS, "50 %"),
        ({"part1": 100}, Word.AMBIGUOUS, "take_profit 1"),
        ({"tp1": 25, "tp2": 27, "part1": 50, "part2": 49}, Word.AMBIGUOUS, "99 %"),
        ({"tp1": 25, "tp2": 27, "part1": 110, "part2": -10}, Word.AMBIGUOUS, "take_profit_share"),
        ({"tp1": 25, "tp2": 25, "part1": 50, "part2": 50}, Word.AMBIGUOUS, "different price"),
        ({"tp1": 25, "tp2": "9%", "part1": 50, "part2": 50}, Word.AMBIGUOUS, "different price"),
        ({"tp1": 25, "tp2": "x", "part1": 50, "part2": 50}, Word.INVALID_NUMBER, "take_profit"),
        ({"tp1": 25, "tp2": 27, "part1": "half", "part2": 50}, Word.INVALID_NUMBER, "take_profit_share"),
        ({"tp1": 0, "tp2": 27, "part1": 50, "part2": 50}, Word.AMBIGUOUS, "take_profit"),
    ],
    ids=str,
)
def test_take_profits_whose_shares_are_unclear_are_refused(fields: dict[str, Any], word: Word, named: str) -> None:
    found = refusal(body(**fields), several(**TAKES))
    assert (found.word, named in found.detail) == (word, True)


def test_a_level_and_a_share_that_are_missing_in_different_places_are_not_pushed_together() -> None:
    paths = {"take_profit": ["t1", "t2", "t3"], "take_profit_share": ["s1", "s2", "s3"]}
    found = refusal(body(t1=65, t2=None, t3=67, s1=20, s2=80, s3=None), several(**paths))
    assert (found.word, "take_profit 2" in found.detail) == (Word.AMBIGUOUS, True)
    assert len(leg(body(t1=65, t2=None, t3=67, s1=20, s2=None, s3=80), several(**paths)).take_profits) == 2
    fixed = several({"shares": ["60", "40"]}, take_profit=["t1", "t2"])
    assert refusal(body(t2=67), fixed).word is Word.AMBIGUOUS


@pytest.mark.parametrize("exits", ["", "65", 0, True])
def test_exits_of_another_shape_than_the_route_expects_are_refused(exits: Any) -> None:
    on = several(take_profit=["exits.0.at"], stop_loss="exits.1.at")
    assert refusal(body(exits=exits), on).word is Word.UNSUPPORTED


@pytest.mark.parametrize("exits", [..., None, [], {}, [{"at": None}]])
def test_exits_that_are_mapped_and_not_there_are_noted(exits: Any) -> None:
    on = several(take_profit=["exits.0.at"], stop_loss="exits.1.at")
    alert = read(body(exits=exits), on)
    assert [leg.protected for leg in alert.legs] == [False]
    assert [note.split(" ")[0] for note in alert.notes] == ["take_profit", "stop_loss"]


@pytest.mark.parametrize("word", ["cancel", "cancel_all", "sync"])
@pytest.mark.parametrize("intent", ["close", "exit", "open"])
def test_an_intent_beside_a_word_that_is_no_order_is_ambiguous(word: str, intent: str) -> None:
    on = route(intent="intent", order_id="oid", position="p", position_size="n")
    fields = {"intent": intent, "oid": "123"} if word == "cancel" else {"intent": intent, "p": "long", "n": 2}
    assert refusal(body(word, **fields), on).word is Word.AMBIGUOUS


@pytest.mark.parametrize("word", ["buy", "long", "sell", "short"])
def test_an_intent_that_is_mapped_and_not_there_could_be_either(word: str) -> None:
    found = refusal(body(word, intent=None), route(intent="intent"))
    assert (found.word, "intent" in found.detail) == (Word.AMBIGUOUS, True)
    assert leg(body("openlong"), route(intent="intent")).action is Action.BUY
    assert leg(body("close"), route(intent="intent")).action is Action.CLOSE


@pytest.mark.parametrize(
    ("word", "fields", "paths", "ends"),
    [
        ("cancel", {"oid": "123"}, {"order_id": "oid"}, (Action.CANCEL, "123", None)),
        ("Cancel", {"name": "dip"}, {"ref": "name"}, (Action.CANCEL, None, "dip")),
        ("cancel_all", {}, {"ref": "name"}, (Action.CANCEL_ALL, None, None)),
        ("cancel", {}, {"ref": "name"}, None),
        ("cancel", {"oid": "123", "name": "dip"}, {"order_id": "oid", "ref": "name"}, None),
        ("cancel_all", {"name": "dip"}, {"ref": "name"}, None),
        ("cancel_all", {"oid": "123"}, {"order_id": "oid"}, None),
    ],
)
def test_a_cancel_names_one_order_and_cancel_all_none(
    word: str, fields: dict[str, Any], paths: dict[str, str], ends: tuple[Any, ...] | None
) -> None:
    if ends is None:
        assert refusal(body(word, **fields), route(**paths)).word is Word.AMBIGUOUS
    else:
        found = leg(body(word, **fields), route(**paths))
        assert (found.action, found.order_id, found.ref) == ends


def test_an_order_id_on_an_order_is_noted_and_not_used() -> None:
    alert = read(body(oid="Long"), route(order_id="oid"))
    assert (alert.legs, "order_id" in alert.notes[0]) == ((BUY,), True)


@pytest.mark.parametrize("unit", ["quote", "times_equity", "contracts"])
def test_a_unit_without_a_quantity_counts_nothing(unit: str) -> None:
    on = replace(route(unit="u"), defaults={"quantity": "0.01"})
    assert refusal(body(much=..., u=unit), on).word is Word.AMBIGUOUS


def test_a_target_in_money_or_percents_has_no_chain_in_coins() -> None:
    on = route(drop="quantity", unit="u", **CHAIN)
    fields = {"now": {"side": "long", "size": "1.5"}, "was": {"side": "flat", "size": 0}, "u": "times_equity"}
    found = leg(body(**fields), on)
    assert (found.quantity, found.unit, found.chained) == (Decimal(150), Unit.PERCENT_EQUITY, False)
    assert leg(body(**{**fields, "u": "base"}), on).chained


@pytest.mark.parametrize(
    ("much", "unit"),
    [("@100", "usd"), ("@100", "percent"), ("5%", "usdt"), ("5%", "base"), ("%5", "contracts"), ("5%", "times_equity")],
)
def test_a_mark_on_the_quantity_and_another_unit_contradict_each_other(much: str, unit: str) -> None:
    on = route({"size_unit": "percent_equity"}, unit="u")
    assert refusal(body(much=much, u=unit), on).word in (Word.AMBIGUOUS, Word.INVALID_NUMBER)
    assert leg(body(much="5%", u="percent"), on).unit is Unit.PERCENT_EQUITY
    assert leg(body(much="@5", u="base"), on).unit is Unit.BASE


@pytest.mark.parametrize(
    ("word", "intent", "more"),
    [
        ("open_long", "close", {}),
        ("LongEntry", "exit", {}),
        ("buy", "open", {"ps": "short"}),
        ("sell", "add", {"ps": "long"}),
        ("buy", "open", {"only": True}),
        ("sell", "entry", {"kind": "stop_loss", "trigger": 20}),
    ],
)
def test_an_intent_that_the_rest_contradicts_is_ambiguous(word: str, intent: str, more: dict[str, Any]) -> None:
    on = route(intent="intent", position_side="ps", reduce_only="only", trigger_price="trigger")
    assert refusal(body(word, intent=intent, **more), on).word is Word.AMBIGUOUS


def test_a_size_in_times_of_the_equity_leaves_the_chain_in_coins() -> None:
    fields = {"now": {"side": "long", "size": "1"}, "was": {"side": "flat", "size": 0}, "u": "times_equity"}
    found = leg(body(much="0.5", **fields), route(unit="u", **CHAIN))
    assert (found.quantity, found.unit, found.next_position) == (Decimal(50), Unit.PERCENT_EQUITY, Decimal(1))


@pytest.mark.parametrize("word", ["OpenLong", "open long", "OPEN-LONG"])
def test_the_routes_own_words_are_known_in_every_spelling_that_a_common_word_is(word: str) -> None:
    assert leg(body(word), route({"code_map": {"open_long": "close"}})).action is Action.CLOSE
    assert leg(body("sell "), route({"code_map": {"buy": "sell", "sell": "buy"}})).action is Action.BUY


@pytest.mark.parametrize(
    "codes",
    [
        {"1": "buy", "-1": "sell"},
        {"BTC_USDT": "BTCUSDT.P", "BTCUSDT": "BTCUSDT"},
        {"long": "buy", "LONG": "BTCUSDT"},
    ],
)
def test_codes_and_symbols_that_only_look_alike_are_kept_apart(codes: dict[str, str]) -> None:
    own = route({"code_map": codes})
    alias_map.check(own)
    if "-1" in codes:
        assert [leg(body(word), own).action for word in ("1", "-1")] == [Action.BUY, Action.SELL]


def test_a_code_without_letters_has_one_spelling() -> None:
    assert refusal(body("-1"), route({"code_map": {"1": "buy", "0": "close"}})).word is Word.UNSUPPORTED


@pytest.mark.parametrize("word", ["k\u00e4ufe", "K\u00c4UFE", "K\u00e4ufe"])
def test_words_of_every_language_are_known_in_any_case(word: str) -> None:
    assert leg(body(word), route({"code_map": {"k\u00e4ufe": "buy"}})).action is Action.BUY


def test_a_constant_intent_does_not_contradict_what_the_chain_proves() -> None:
    on = route(intent="intent", **CHAIN)
    flat = {"now": {"side": "flat", "size": 0}, "was": {"side": "long", "size": "4"}, "intent": "open"}
    assert leg(body("sell", **flat), on).action is Action.CLOSE
    less = {**flat, "now": {"side": "long", "size": "2"}, "much": "2"}
    assert leg(body("sell", **less), on).reduce_only


def test_a_code_map_with_two_meanings_for_one_word_is_no_code_map() -> None:
    with pytest.raises(Refusal):
        alias_map.check(route({"code_map": {"Buy": "buy", "BUY": "sell"}}))
    alias_map.check(route({"code_map": {"Buy": "buy", "BUY": "buy"}}))


@pytest.mark.parametrize("word", ["verkauf", "Verkauf", "VERKAUF"])
@pytest.mark.parametrize("coin", ["eth-perp", "ETH-PERP", "Eth-Perp"])
def test_the_routes_own_words_and_symbols_are_known_in_any_case(word: str, coin: str) -> None:
    own = route({"code_map": {"Verkauf": "close", "ETH-PERP": "ETHUSDT.P", "sell": "close"}})
    found = leg(body(what={"do": word, "coin": coin}), own)
    assert (found.action, found.symbol) == (Action.CLOSE, "ETHUSDT")
    assert leg(body("SELL"), own).action is leg(body("sell"), own).action is Action.CLOSE


@pytest.mark.parametrize("path", [["tp1", ""], [], ["tp1", 2], {"a": "b"}], ids=str)
def test_paths_of_take_profits_are_texts(path: Any) -> None:
    found = refusal(body(tp1=25), several(take_profit=path))
    assert (found.word, "take_profit" in found.detail) == (Word.UNSUPPORTED, True)
    assert refusal(body(), several(symbol=["coin"])).word is Word.UNSUPPORTED


@pytest.mark.parametrize("foreign", [[], [body()], "text", 7, None, True], ids=str)
def test_what_is_no_object_is_not_an_order(foreign: Any) -> None:
    assert refusal(foreign, ROUTE).word is Word.NOT_AN_ORDER
    assert not FORMATS["alias_map"].marked(foreign)


def test_odd_bodies_are_read_soundly_or_refused() -> None:
    every = {name: f"f.{name}" for name in (*NAMES, "time", "id")}
    full = Route("r", ("main",), format="alias_map", options={"paths": every, "sl_tp": "price", "size_unit": "base"})
    values = {
        "side": "sell", "symbol": "AVAXUSDT.P", "quantity": "4", "type": "limit", "price": "20", "take_profit": "15",
        "stop_loss": "25", "leverage": "3", "position": "short", "position_size": "4", "prev_position": "flat",
        "time": "2026-11-21T07:00:00Z", "id": "x", "reduce_only": False, "valid_for": "60", "ref": "one",
    }  # fmt: skip
    assert sound(outcome({"f": values}, full))
    assert [odd for odd in odd_bodies({"f": values}) if not sound(outcome(odd, full))] == []
    assert [odd for odd in odd_bodies(body()) if not sound(outcome(odd, ROUTE))] == []
