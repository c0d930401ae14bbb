"""Lines of text that no format knows, read by the route's own patterns."""

from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from statistics import median
from time import process_time
from typing import Any

import pytest

from order_relay.core.order import Action, Leg, OrderType, PositionSide, Unit
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.core.symbol import Market
from order_relay.core.take_profits import Share
from order_relay.formats import FORMATS, alias_map

PLAIN = "{side} {symbol} {quantity}"
BUY = Leg(Action.BUY, "AVAXUSDT", Market.PERP, "AVAXUSDT.P", quantity=Decimal(4))


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def route(*patterns: Any, **options: Any) -> Route:
    return Route("r", ("main",), format="alias_map", options={"patterns": [*patterns], **options})


def read(text: str, on: Route) -> Leg:
    (only,) = alias_map.read(alias_map.opened(text.encode()), on).legs
    return only


def refused(text: str, on: Route) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(text, on)
    return caught.value


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (PLAIN, "buy AVAXUSDT.P 4"),
        (PLAIN, "\r\n  buy   AVAXUSDT.P\t4 \r\n\r\n"),
        ("{side} {symbol}\n{quantity}", "buy AVAXUSDT.P\r\n\r\n4"),
        ("{symbol}_{side}_{quantity}", "AVAXUSDT.P_buy_4"),
        ("{side}({symbol}, {quantity})", "buy(AVAXUSDT.P, 4)"),
        ("bot {{ {side}: {symbol} x{quantity} }}", "bot { buy: AVAXUSDT.P x4 }"),
        ("{} -> {side} {symbol} {quantity}", "RSI crossed 30 -> buy AVAXUSDT.P 4"),
        ("{side} {symbol} {quantity} {}", "buy AVAXUSDT.P 4 because of this and that"),
        ("signal={side};pair={symbol};qty={quantity}", "signal=buy;pair=AVAXUSDT.P;qty=4"),
        ({"line": "KAUF {symbol} {quantity}", "side": "buy"}, "KAUF AVAXUSDT.P 4"),
        ({"line": "now!", "side": "buy", "symbol": "AVAXUSDT.P", "quantity": "4"}, "now!"),
    ],
)
def test_a_line_is_read_as_its_pattern_says(pattern: Any, text: str) -> None:
    found = read(text, route(pattern))
    assert found == BUY
    assert alias_map.read(alias_map.opened(text.encode()), route(pattern)).format == "alias_map"


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{strategy.order.action}} {{ticker}} {{strategy.order.contracts}}", "buy AVAXUSDT.P 4"),
        ("{{ticker}} crossed {{close}}: {{ strategy.order.action }} {quantity}", "AVAXUSDT.P crossed 20.5: buy 4"),
        ('{side} {{ticker}} {quantity} {{plot_0}} {{plot("RSI 14")}} {{time}}', "buy AVAXUSDT.P 4 1 2 3"),
    ],
)
def test_a_template_is_pasted_as_it_stands_in_the_alert(template: str, text: str) -> None:
    assert read(text, route(template)) == BUY


@pytest.mark.parametrize(
    "template",
    [
        "{{ticker}} {{strategy.order.action}} {{strategy.market_position_size}}",
        "{{ticker}} {{strategy.market_position_size}}",
        "{{ticker}} {{strategy.order.action}} {quantity} {{strategy.prev_market_position_size}} {position}",
    ],
)
def test_a_size_without_its_sign_is_no_position(template: str) -> None:
    with pytest.raises(Refusal, match=r"no sign"):
        alias_map.check(route(template))
    signed = read("AVAXUSDT.P sell -4", route("{{ticker}} {{strategy.order.action}} {{strategy.position_size}}"))
    assert (signed.action, signed.quantity) == (Action.TARGET, Decimal(-4))


def test_the_chain_and_the_moment_of_a_pasted_template_are_read() -> None:
    before = "{{strategy.prev_market_position}} {{strategy.prev_market_position_size}}"
    after = "{{strategy.market_position}} {{strategy.market_position_size}}"
    on = route(f"{{{{ticker}}}} {{{{strategy.order.action}}}} {{quantity}} {before} {after} {{{{timenow}}}}")
    alert = alias_map.read(alias_map.opened(b"AVAXUSDT.P buy 4 flat 0 long 4 2026-11-21T12:00:00Z"), on)
    assert alert.legs == (replace(BUY, prev_position=Decimal(0), next_position=Decimal(4)),)
    assert alert.time_ms == 1_795_262_400_000


def test_the_first_pattern_that_fits_is_taken() -> None:
    on = route({"line": "{side} {symbol} {quantity}$", "unit": "quote"}, PLAIN, "{side} {symbol}")
    assert (read("buy AVAXUSDT.P 40$", on).quantity, read("buy AVAXUSDT.P 40$", on).unit) == (Decimal(40), Unit.QUOTE)
    assert read("buy AVAXUSDT.P 4", on) == BUY
    assert read("close AVAXUSDT.P", on).action is Action.CLOSE
    assert "text 3" in alias_map.read(alias_map.opened(b"close AVAXUSDT.P"), on).notes[0]


@pytest.mark.parametrize(
    "text",
    [
        "buy AVAXUSDT.P",
        "buy AVAXUSDT.P 4 5",
        "please buy AVAXUSDT.P 4",
        "buy AVAXUSDT.P  ",
        "AVAX crossed 21.5, buy!",
        "",
        "\N{ROCKET}",
        '"buy AVAXUSDT.P 4"',
    ],
)
def test_what_looks_otherwise_is_no_order(text: str) -> None:
    assert refused(text, route(PLAIN)).word is Word.NOT_AN_ORDER


def test_a_text_that_fits_none_is_told_which_pattern_comes_nearest() -> None:
    on = route("{side} now", "GO {side} {symbol} for {quantity}", "{quantity}")
    assert refused("GO buy AVAXUSDT.P 4", on).detail.endswith("; text 2 comes nearest, as far as {side}")
    assert refused("go away", route("GO {side}")).detail.endswith("'patterns'")


def test_the_note_says_how_much_is_not_read() -> None:
    on = route("{side} {symbol} {quantity} {}")
    notes = alias_map.read(alias_map.opened(b"buy AVAXUSDT.P 4 sl 20 tp 30"), on).notes
    assert notes[0].endswith("; 4 of its words are not read")


@pytest.mark.parametrize(
    ("text", "word", "named"),
    [
        ("bull AVAXUSDT.P 4", Word.UNSUPPORTED, "side"),
        ("buy AVAX! 4", Word.UNSUPPORTED, "symbol"),
        ("buy AVAXUSDT.P 4x", Word.INVALID_NUMBER, "quantity"),
        ("buy AVAXUSDT.P 0", Word.MISSING_SIZE, "quantity"),
        ("buy AVAXUSDT.P -4", Word.MISSING_SIZE, "quantity"),
        ("buy AVAXUSDT.P NaN", Word.INVALID_NUMBER, "quantity"),
        ("buy AVAXUSDT.P \N{ARABIC-INDIC DIGIT FOUR}", Word.INVALID_NUMBER, "quantity"),
        ("buy AVAXUSDT.P 50%", Word.AMBIGUOUS, "size_unit"),
    ],
)
def test_a_field_that_cannot_be_read_is_refused_by_its_name(text: str, word: Word, named: str) -> None:
    found = refused(text, route(PLAIN))
    assert (found.word, named in found.detail) == (word, True)


@pytest.mark.parametrize("text", ['{"side": "buy"', "[1, 2", '{"a": 1, "a": 2}'])
def test_bad_json_is_said_to_be_bad_json_with_patterns_too(text: str) -> None:
    assert refused(text, route("{}{side}", PLAIN)).word is Word.INVALID_JSON


def test_a_text_on_a_route_without_patterns_is_bad_json() -> None:
    on = Route("r", ("main",), format="alias_map", options={"paths": {"side": "side"}})
    assert refused("buy AVAXUSDT.P 4", on).word is Word.INVALID_JSON
    assert refused('"buy AVAXUSDT.P 4"', on).word is Word.NOT_AN_ORDER


def test_one_route_takes_json_and_lines() -> None:
    on = route(PLAIN, paths={"side": "do", "symbol": "coin", "quantity": "much"})
    assert read('{"do": "buy", "coin": "AVAXUSDT.P", "much": 4}', on) == read("buy AVAXUSDT.P 4", on) == BUY


@pytest.mark.parametrize(
    ("pattern", "named"),
    [
        ("{side}{symbol}", "between two fields"),
        ("{side} {symbol", "brace"),
        ("{side} }", "brace"),
        ("{side} {{Ticker}} {quantity}", "{{Ticker}}"),
        ("{{strategy.order.alert_message}}", "alert_message"),
        ("{side} {{ticker}} {symbol}", "symbol twice"),
        ("{side} {colour}", "colour"),
        ("{side!r} {symbol}", "side:r"),
        ("{sid:e} {symbol}", "sid:e"),
        ("{side} {side}", "side twice"),
        ({"line": "{side} {symbol}", "side": "buy"}, "side twice"),
        ({"line": "{symbol}", "side": ["buy"]}, "texts"),
        ({"line": "{symbol}", "colour": "red"}, "colour"),
        ({"side": "buy"}, "'line'"),
        ("", "500"),
        ("x" * 501, "500"),
        (7, "'line'"),
        (None, "'line'"),
        ("{{ {side} {symbol} }}", "bracket"),
        ("[{side}] {symbol}", "bracket"),
        ({"line": "{side} {symbol}", "secret": "fake"}, "secret"),
        ({"line": "{side} {symbol}", "id": "1"}, "id"),
        ({"line": "{side} {symbol}", "time": "2026-11-21T12:00:00Z"}, "time"),
        ({"line": "{side} {symbol}", "account": "main"}, "account"),
    ],
    ids=str,
)
def test_a_pattern_that_cannot_be_used_is_refused_whatever_the_line(pattern: Any, named: str) -> None:
    with pytest.raises(Refusal) as caught:
        alias_map.check(route(PLAIN, pattern))
    found = caught.value
    assert (found.word, named in found.detail, "text 2" in found.detail) == (Word.UNSUPPORTED, True, True)


def test_there_are_at_most_twenty_patterns() -> None:
    assert read("buy AVAXUSDT.P 4", route(*["x"] * 19, PLAIN)) == BUY
    with pytest.raises(Refusal, match="at most 20"):
        alias_map.check(route(*["x"] * 20, PLAIN))


def test_the_secret_stands_where_the_pattern_has_it() -> None:
    form, on = FORMATS["alias_map"], route("{secret} {side} {symbol} {quantity}", PLAIN)
    assert form.secret(form.opened(b"geheim buy AVAXUSDT.P 4"), on) == "geheim"
    assert form.secret(form.opened(b"buy AVAXUSDT.P 4"), route(PLAIN)) is None
    assert form.token(form.opened(b"geheim buy AVAXUSDT.P 4")) is None


@pytest.mark.parametrize("text", ["geheim buy AVAXUSDT.P", "geheim what?", "geheim buy AVAXUSDT.P 4 api_key=1 x"])
def test_the_secret_is_found_though_the_rest_does_not_fit_so_that_its_sender_is_told(text: str) -> None:
    form, on = FORMATS["alias_map"], route("{secret} {side} {symbol} {quantity} {}", PLAIN)
    assert form.secret(form.opened(text.encode()), on) == "geheim"


def test_of_two_places_for_the_secret_the_one_that_holds_it_is_taken() -> None:
    on = replace(route("{secret} {side} {symbol}", "{side} {symbol} {secret}"), body_secrets=(digest("geheim"),))
    assert FORMATS["alias_map"].secret(alias_map.opened(b"buy AVAXUSDT.P geheim"), on) == "geheim"


def test_the_routes_own_secret_is_read_as_nothing_else_and_never_repeated() -> None:
    patterns = ("{side} {symbol} {quantity}", "{secret} {side} {symbol}")
    on = replace(route(*patterns, code_map={"x": "y"}), body_secrets=(digest("geheim"),))
    assert read("geheim close AVAXUSDT.P", on).action is Action.CLOSE
    only = replace(route("{side} {symbol} {quantity}"), body_secrets=(digest("geheim"),))
    assert "geheim" not in refused("geheim close AVAXUSDT.P", only).detail


def test_the_account_must_be_the_routes_own() -> None:
    on = route("{account}: {side} {symbol} {quantity}", account="main")
    assert read("main: buy AVAXUSDT.P 4", on) == BUY
    assert refused("other: buy AVAXUSDT.P 4", on).word is Word.UNSUPPORTED


def test_exchange_keys_in_what_nobody_reads_are_refused() -> None:
    on = route("{side} {symbol} {quantity} {}")
    found = refused("buy AVAXUSDT.P 4 note: x apiKey = fake", on)
    assert (found.word, "fake" in found.detail) == (Word.CREDENTIALS_IN_BODY, False)
    assert read("buy AVAXUSDT.P 4 note: the key is patience", on) == BUY


@pytest.mark.parametrize("pattern", ["{side} {symbol} api_key={}", "{side} {symbol} apiKey: {ref}"])
def test_a_pattern_that_has_a_place_for_an_exchange_key_is_refused(pattern: str) -> None:
    with pytest.raises(Refusal) as caught:
        alias_map.check(route(pattern))
    assert caught.value.word is Word.CREDENTIALS_IN_BODY


def test_a_pattern_that_does_not_fit_finds_no_keys_in_a_text_of_another_one() -> None:
    on = route("{} -> {side} {symbol}", "api_secret=none {side} {symbol} {quantity}")
    assert read("api_secret=none buy AVAXUSDT.P 4", on) == BUY


@pytest.mark.parametrize("end", ["\n", "\r\n", "\u2028", "\n\n"])
def test_a_second_line_is_never_swallowed(end: str) -> None:
    on = route("{side} {symbol} {quantity} {}", "{side} {symbol} {quantity}")
    assert refused(f"buy AVAXUSDT.P 4 first{end}sell BTCUSDT.P 1 second", on).word is Word.NOT_AN_ORDER


def test_what_stands_behind_an_at_may_be_a_price_or_a_size_and_the_pattern_says_which() -> None:
    assert refused("buy AVAXUSDT.P @4", route(PLAIN)).word is Word.NOT_AN_ORDER
    assert read("buy AVAXUSDT.P @4", route("{side} {symbol} @{quantity}")) == BUY


def test_a_position_to_hold_may_be_told_in_words_and_times_the_equity() -> None:
    on = route({"line": "{position} {symbol} {position_size}x", "unit": "times_equity"})
    found = read("short AVAXUSDT.P 0.5x", on)
    assert (found.action, found.quantity, found.unit) == (Action.TARGET, Decimal(-50), Unit.PERCENT_EQUITY)


def test_a_cancel_names_its_order() -> None:
    on = route("{side} {symbol} ref={ref}", "{side} {symbol} {order_id}", "{side} {symbol}")
    found = read("cancel AVAXUSDT.P 10483883", on)
    assert (found.action, found.order_id, found.ref) == (Action.CANCEL, "10483883", None)
    found = read("cancel AVAXUSDT.P ref=dip", on)
    assert (found.action, found.order_id, found.ref) == (Action.CANCEL, None, "dip")
    assert refused("cancel AVAXUSDT.P", on).word is Word.AMBIGUOUS
    assert read("cancelall AVAXUSDT.P", on).action is Action.CANCEL_ALL


def test_protection_and_type_come_with_the_line() -> None:
    line = {"line": "{side} {symbol} {quantity} @{price} {position_side} sl {stop_loss}", "take_profit": "2%"}
    found = read("buy AVAXUSDT.P 4 @20 long sl 19", route(line, sl_tp="price"))
    assert (found.type, found.price, found.stop_loss) == (OrderType.LIMIT, Decimal(20), Decimal(19))
    assert (found.take_profit, found.take_profit_rate) == (None, Decimal("0.02"))
    assert found.position_side is PositionSide.LONG


def test_a_line_may_hold_several_take_profits() -> None:
    on = route("{side} {symbol} {quantity} tp {take_profit} {take_profit}", sl_tp="price", shares=["60", "40"])
    found = read("buy AVAXUSDT.P 4 tp 25 27", on)
    assert found.take_profits == (Share(Decimal("0.6"), Decimal(25)), Share(Decimal("0.4"), Decimal(27)))


@pytest.mark.parametrize("text", ["x" * 16_000, "x=" * 8_000, " ".join(["buy"] * 4_000), "a b " * 4_000])
def test_a_long_text_costs_little(text: str) -> None:
    patterns = ["{} {side} {} {symbol} {} {quantity} {}", "{}={}={}={}", "{}a{}b{}c", "{}x{}x{}x{}y"] * 5
    taken = []
    for _ in range(3):
        began = process_time()
        assert refused(text, route(*patterns)).word is not Word.INVALID_JSON
        taken.append(process_time() - began)
    assert median(taken) < 0.05


@pytest.mark.parametrize("text", ["buy AVAXUSDT.P 1 geheim", "buy AVAXUSDT.P 1 s=geheim", 'buy AVAXUSDT.P 1 "geheim"'])
def test_a_secret_that_stands_in_another_field_is_not_repeated_whatever_sticks_to_it(text: str) -> None:
    patterns = ("{side} {symbol} {quantity} {take_profit}", "{side} {symbol} {quantity} {ref}")
    on = replace(route(*patterns, sl_tp="price"), body_secrets=(digest("geheim"),))
    found = refused(text, on)
    assert (found.word, "geheim" in found.detail) == (Word.NOT_AN_ORDER, False)
