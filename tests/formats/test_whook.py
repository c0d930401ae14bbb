"""whook's alerts: words in any sequence, signs for what a size counts, a line per order."""

from decimal import Decimal
from itertools import permutations, product
from typing import Any

import pytest

from order_relay.core.alert import Alert
from order_relay.core.order import Action, Leg, MarginMode, OrderType, Unit
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.core.symbol import Market
from order_relay.formats import FORMATS
from tests.formats.odd_bodies import FOREIGN, sound

ROUTE = Route("r", ("main",), format="whook", options={"account": "deskB"})
ANYBODY = Route("r", ("main",), format="whook")
FORM = FORMATS["whook"]


def read(body: str, route: Route = ROUTE) -> Alert:
    return FORM.read(FORM.opened(body.encode()), route)


def leg(body: str, route: Route = ROUTE) -> Leg:
    (only,) = read(body, route).legs
    return only


def refusal(body: str, route: Route = ROUTE) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(body, route)
    return caught.value


def test_the_words_of_a_line_may_stand_in_any_sequence() -> None:
    bought = Leg(
        Action.BUY,
        "XRPUSDT",
        Market.PERP,
        "XRP/USDT",
        quantity=Decimal(75),
        unit=Unit.COLLATERAL,
        leverage=Decimal(4),
    )
    for words in permutations(["XRP/USDT", "buy", "75$", "x4", "deskB"]):
        assert leg(" ".join(words)) == bought
    assert leg("XRP/USDT BUY $75 4X") == bought


@pytest.mark.parametrize(
    ("size", "quantity", "unit"),
    [
        ("0.25", "0.25", Unit.BASE),
        ("3@", "3", Unit.CONTRACTS),
        ("@3", "3", Unit.CONTRACTS),
        ("12.5%", "12.5", Unit.PERCENT_EQUITY),
        ("60$", "60", Unit.COLLATERAL),
        ("60 force_usdt", "60", Unit.COLLATERAL),
        ("60$ force_usdt", "60", Unit.COLLATERAL),
        ("8 FORCE_PERCENT", "8", Unit.PERCENT_EQUITY),
    ],
)
def test_a_size_counts_what_its_sign_says(size: str, quantity: str, unit: Unit) -> None:
    sized = leg(f"XRPUSDT sell {size} x2")
    assert (sized.action, sized.quantity, sized.unit) == (Action.SELL, Decimal(quantity), unit)


@pytest.mark.parametrize("symbol", ["XRPUSDT", "XRPUSDT.P", "XRP/USDT", "XRP/USDT:USDT", "1INCHUSDT", "1000PEPEUSDT.P"])
def test_every_spelling_names_a_perpetual(symbol: str) -> None:
    assert leg(f"deskB {symbol} buy 5").market is Market.PERP
    spot = Route("r", ("main",), format="whook", market=Market.SPOT)
    assert refusal(f"{symbol} buy 5", spot).word is Word.AMBIGUOUS


@pytest.mark.parametrize(
    ("size", "quantity", "unit"),
    [
        ("-50", "-50", Unit.BASE),
        ("0", "0", Unit.BASE),
        ("-75$", "-75", Unit.COLLATERAL),
        ("20%", "20", Unit.PERCENT_EQUITY),
    ],
)
@pytest.mark.parametrize("command", ["pos", "position"])
def test_a_position_is_a_signed_target(command: str, size: str, quantity: str, unit: Unit) -> None:
    target = leg(f"XRPUSDT {command} {size} x2 deskB")
    assert (target.action, target.quantity, target.unit) == (Action.TARGET, Decimal(quantity), unit)


def test_a_close_takes_everything_or_a_percent_of_the_position() -> None:
    assert leg("deskB XRPUSDT close") == Leg(Action.CLOSE, "XRPUSDT", Market.PERP, "XRPUSDT")
    part = leg("deskB XRPUSDT close 33.3% x5")
    assert (part.quantity, part.unit, part.leverage) == (Decimal("33.3"), Unit.PERCENT_POSITION, None)


def test_a_limit_order_has_a_name_by_which_a_cancel_finds_it() -> None:
    resting = leg("deskB XRPUSDT sell 40 limit:Top_1:2.75")
    assert (resting.type, resting.price, resting.ref) == (OrderType.LIMIT, Decimal("2.75"), "Top_1")
    cancel = leg("deskB XRPUSDT cancel:Top_1")
    assert (cancel.action, cancel.ref) == (Action.CANCEL, "Top_1")
    assert leg("XRPUSDT cancel:ALL deskB").action is Action.CANCEL_ALL


def test_lines_are_worked_in_their_sequence_and_comments_are_none() -> None:
    body = (
        "// trend, 4 h\ndeskB XRPUSDT cancel:all\r\n\n  deskB XRPUSDT pos 0\n//XRPUSDT buy 9\nADAUSDT buy 5 x2 deskB\n"
    )
    legs = read(body).legs
    assert [(one.action.value, one.symbol) for one in legs] == [
        ("cancel_all", "XRPUSDT"),
        ("target", "XRPUSDT"),
        ("buy", "ADAUSDT"),
    ]


def test_the_routes_defaults_stand_in_for_size_symbol_and_settings() -> None:
    defaults = {"symbol": "XRPUSDT.P", "quantity": "30", "unit": "collateral", "leverage": "3", "margin_mode": "cross"}
    bought = leg("deskB buy", Route("r", ("main",), format="whook", defaults=defaults, options=ROUTE.options))
    assert (bought.symbol, bought.quantity, bought.unit) == ("XRPUSDT", Decimal(30), Unit.COLLATERAL)
    assert (bought.leverage, bought.margin_mode) == (Decimal(3), MarginMode.CROSS)


def test_a_default_never_rescues_a_size_that_is_stated_but_unreadable() -> None:
    route = Route("r", ("main",), format="whook", defaults={"quantity": "30"})
    for size in ("1e3", "1,000", "\u0661$", "--5", "0x10"):
        assert refusal(f"XRPUSDT buy {size}", route).word in (Word.INVALID_NUMBER, Word.AMBIGUOUS)


def test_a_leverage_multiplies_collateral_only_and_the_notes_say_so() -> None:
    assert read("XRPUSDT buy 60$ x3").notes == ()
    assert read("XRPUSDT buy 60 x1").notes == ()
    assert "multiplies a size in $ only" in read("XRPUSDT buy 60 x3").notes[0]


# Whose line it is


def test_the_account_is_the_routes_whatever_its_case_or_missing() -> None:
    assert leg("DESKb XRPUSDT buy 5") == leg("XRPUSDT buy 5 deskB") == leg("XRPUSDT buy 5")
    assert leg("1st XRPUSDT buy 5", Route("r", ("main",), format="whook", options={"account": "1st"})).quantity == 5


@pytest.mark.parametrize("body", ["deskC XRPUSDT buy 5", "XRPUSDT buy 5 deskC", "deskB deskC XRPUSDT buy 5"])
def test_another_account_is_refused(body: str) -> None:
    assert refusal(body).word is Word.AMBIGUOUS
    assert refusal(f"XRPUSDT buy 5\n{body}").reason.startswith("ambiguous: line 2: ")


@pytest.mark.parametrize("body", ["anyone XRPUSDT buy 5", "anyone buy 5 XRP/USDT"])
def test_without_the_option_one_word_at_the_beginning_is_taken_for_the_account(body: str) -> None:
    alert = read(body, ANYBODY)
    assert (alert.legs[0].symbol, alert.legs[0].quantity) == ("XRPUSDT", Decimal(5))
    assert "not checked" in alert.notes[0]
    assert read("XRPUSDT buy 5", ANYBODY).notes == ()
    assert len(read("One XRPUSDT buy 5\none ADAUSDT buy 5", ANYBODY).legs) == 2


WORDS_OF_TRADING = [
    "usdt", "reduce-only", "Reduce_Only", "close-long", "exit", "FLAT", "percent", "USD", "sl-1.8", "tp2", "ioc",
    "post-only", "exit_all", "openShort", "half", "coins", "hedge", "entry", "long_entry", "market", "LONG", "isolated",
]  # fmt: skip


@pytest.mark.parametrize("word", WORDS_OF_TRADING)
@pytest.mark.parametrize("line", ["XRPUSDT.P sell 5 {}", "{} XRPUSDT.P sell 5", "XRPUSDT.P {} sell 5", "sell 5 {}"])
def test_without_the_option_a_word_of_trading_is_never_swallowed(line: str, word: str) -> None:
    sized = Route("r", ("main",), format="whook", defaults={"symbol": "XRPUSDT.P"})
    refused = refusal(line.format(word), sized)
    assert (refused.word in (Word.UNSUPPORTED, Word.AMBIGUOUS), "option 'account'" in refused.detail) == (True, True)


def test_an_account_that_is_a_word_of_trading_is_named_by_the_option() -> None:
    own = Route("r", ("main",), format="whook", options={"account": "short-term"})
    assert leg("short-term XRPUSDT buy 5", own).quantity == 5


@pytest.mark.parametrize(
    "body",
    [
        "XRPUSDT anyone buy 5",
        "XRPUSDT buy 5 anyone",
        "XRPUSDT buy 5 ADAUSDT",
        "one two buy 5",
        "one XRPUSDT buy 5 two",
        "one XRPUSDT buy 5\ntwo XRPUSDT buy 5",
        "XRPUSDT buy 5 one\nXRPUSDT buy 5 TWO",
        "\u0661 XRPUSDT buy 5",
    ],
)
def test_without_the_option_what_could_be_two_accounts_or_two_symbols_is_refused(body: str) -> None:
    assert refusal(body, ANYBODY).word is Word.AMBIGUOUS


@pytest.mark.parametrize("word", ["reduceonly", "market", "LONG", "tp", "lockbasecurrency", "isolated", "limit"])
@pytest.mark.parametrize("route", [ROUTE, ANYBODY])
def test_a_word_that_asks_for_more_is_never_taken_for_an_account(word: str, route: Route) -> None:
    assert refusal(f"XRPUSDT sell 5 {word}", route).word in (Word.UNSUPPORTED, Word.AMBIGUOUS)


# What is refused


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("XRP is rising", Word.NOT_AN_ORDER),
        ("XRPUSDT", Word.NOT_AN_ORDER),
        ("XRPUSDT changeleverage x3", Word.NOT_AN_ORDER),
        ('{"action": "buy"}', Word.NOT_AN_ORDER),
        ("deskB buy 5", Word.MISSING_SYMBOL),
        ("XRPUSDT buy", Word.MISSING_SIZE),
        ("XRPUSDT buy 0", Word.MISSING_SIZE),
        ("XRPUSDT sell -5", Word.MISSING_SIZE),
        ("XRPUSDT buy 5$", Word.MISSING_SIZE),
        ("XRPUSDT pos 5$", Word.MISSING_SIZE),
        ("XRPUSDT pos", Word.MISSING_SIZE),
        ("XRPUSDT buy force_usdt", Word.MISSING_SIZE),
        ("XRPUSDT buy $", Word.INVALID_NUMBER),
        ("XRPUSDT buy 5$$ x2", Word.INVALID_NUMBER),
        ("XRPUSDT buy +5", Word.INVALID_NUMBER),
        ("XRPUSDT buy -$5", Word.INVALID_NUMBER),
        ("XRPUSDT buy 5 x1.2.3", Word.INVALID_NUMBER),
        ("XRPUSDT buy $5% x2", Word.AMBIGUOUS),
        ("XRPUSDT buy 5% force_usdt x2", Word.AMBIGUOUS),
        ("XRPUSDT buy 5 x0", Word.AMBIGUOUS),
        ("XRPUSDT buy 5 x2.5", Word.AMBIGUOUS),
        ("XRPUSDT buy 5 x2 x3", Word.AMBIGUOUS),
        ("XRPUSDT buy 5 6", Word.AMBIGUOUS),
        ("XRPUSDT buy sell 5", Word.AMBIGUOUS),
        ("XRPUSDT close 5", Word.AMBIGUOUS),
        ("XRPUSDT close 5$", Word.AMBIGUOUS),
        ("XRPUSDT close 0%", Word.MISSING_SIZE),
        ("XRPUSDT close 101%", Word.LIMIT),
        ("XRPUSDT close limit:a:1", Word.UNSUPPORTED),
        ("XRPUSDT pos 5 limit:a:1", Word.UNSUPPORTED),
        ("XRPUSDT buy 5 limit:a", Word.AMBIGUOUS),
        ("XRPUSDT buy 5 limit:a:b:1", Word.AMBIGUOUS),
        ("XRPUSDT buy 5 limit:all:1", Word.AMBIGUOUS),
        ("XRPUSDT buy 5 limit:a:0", Word.AMBIGUOUS),
        ("XRPUSDT buy 5 limit:a:dear", Word.INVALID_NUMBER),
        ("XRPUSDT buy 5 limit::1", Word.UNSUPPORTED),
        ("XRPUSDT buy 5 limit:a:1 limit:b:2", Word.AMBIGUOUS),
        ("XRPUSDT cancel:", Word.UNSUPPORTED),
        ("XRPUSDT cancel:a/b", Word.UNSUPPORTED),
        ("XRPUSDT cancel:a buy 5", Word.AMBIGUOUS),
        ("XRPUSDT cancel:a cancel:b", Word.AMBIGUOUS),
        ("XRPUSDT cancel:a 5", Word.AMBIGUOUS),
    ],
)
def test_what_cannot_be_one_order_is_refused(body: str, word: Word) -> None:
    assert refusal(body).word is word
    assert refusal(f"XRPUSDT buy 1\n{body}").word is word


@pytest.mark.parametrize("body", ["", " \n", "// XRPUSDT buy 5"])
def test_a_body_without_a_line_to_read_is_no_order(body: str) -> None:
    assert refusal(body).word is Word.NOT_AN_ORDER


def test_a_body_that_is_not_utf_8_is_refused_when_it_is_opened() -> None:
    with pytest.raises(Refusal) as caught:
        FORM.opened(b"XRPUSDT buy 5\x80")
    assert (caught.value.word, caught.value.status) == (Word.INVALID_JSON, 400)


def test_it_is_never_recognised_and_carries_no_token() -> None:
    bodies: list[Any] = [*FOREIGN, "deskB XRPUSDT buy 5"]
    assert not any(FORM.marked(body) for body in bodies)
    assert {FORM.token(body) for body in bodies} == {None}
    for body in FOREIGN:
        with pytest.raises(Refusal):
            FORM.read(body, ROUTE)


def test_no_odd_word_becomes_an_order_that_makes_no_sense() -> None:
    odd = (
        "",
        "$",
        "x",
        "x3x",
        "0",
        "-0",
        ".",
        "1e3",
        "nan",
        ":",
        "limit:",
        "cancel:all:",
        "%5",
        "\u0661",
        "9" * 50,
        "{}",
    )
    for command, symbol, first, second in product(("buy", "pos", "close", ""), ("XRPUSDT", "a/b", ""), odd, odd):
        for route in (ROUTE, ANYBODY):
            try:
                found: Alert | Refusal = read(f"{first} {symbol} {command} {second} 5", route)
            except Refusal as refused:
                found = refused
            assert sound(found), (command, symbol, first, second)
