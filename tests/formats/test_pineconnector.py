"""PineConnector's lines: license, command, symbol, and parameters whose units the route fixes."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.alert import Alert
from order_relay.core.order import Action, Leg, OrderType, PositionSide, Unit
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.core.symbol import Market
from order_relay.formats import FORMATS
from tests.formats.odd_bodies import sound

FORM = FORMATS["pineconnector"]
ROUTE = Route("r", ("main",), format="pineconnector", options={"size_unit": "quote", "sl_tp": "price"})
LICENSE = "6000000000001"


def on(**options: Any) -> Route:
    return replace(ROUTE, options={name: value for name, value in {**ROUTE.options, **options}.items() if value})


def read(line: str, route: Route = ROUTE) -> Alert:
    return FORM.read(FORM.opened(line.encode()), route)


def leg(rest: str, route: Route = ROUTE) -> Leg:
    (only,) = read(f"{LICENSE},{rest}", route).legs
    return only


def refusal(line: str, route: Route = ROUTE) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(line, route)
    return caught.value


@pytest.mark.parametrize("word", ["buy", "BUY", "long", "bull", "bullish"])
def test_every_word_for_buying_is_a_market_buy(word: str) -> None:
    wanted = Leg(Action.BUY, "SOLUSDT", Market.PERP, "SOLUSDT.P", quantity=Decimal(250), unit=Unit.QUOTE)
    assert leg(f"{word},SOLUSDT.P,risk=250") == wanted


@pytest.mark.parametrize("word", ["sell", "short", "bear", "bearish"])
def test_every_word_for_selling_is_a_market_sell(word: str) -> None:
    assert leg(f"{word},SOLUSDT.P,risk=250").action is Action.SELL


def test_spaces_around_the_commas_mean_nothing() -> None:
    assert leg(" buy , SOLUSDT.P , risk = 250 , comment = first entry ") == leg("buy,SOLUSDT.P,risk=250")
    assert FORM.token(FORM.opened(b"\xef\xbb\xbf 600 , buy , SOLUSDT.P\n")) == "600"


@pytest.mark.parametrize(
    ("unit", "rest", "quantity"),
    [("base", "risk=0.5", "0.5"), ("contracts", "risk=3", "3"), ("percent_equity", "risk=2", "2")],
)
def test_the_route_says_what_risk_counts(unit: str, rest: str, quantity: str) -> None:
    sized = leg(f"buy,SOLUSDT.P,{rest}", on(size_unit=unit))
    assert (sized.quantity, sized.unit) == (Decimal(quantity), Unit(unit))


def test_without_risk_the_routes_default_size_counts() -> None:
    route = replace(ROUTE, defaults={"quantity": "2", "unit": "base", "leverage": "3"})
    sized = leg("buy,SOLUSDT.P", route)
    assert (sized.quantity, sized.unit, sized.leverage) == (Decimal(2), Unit.BASE, Decimal(3))
    assert refusal(f"{LICENSE},buy,SOLUSDT.P").word is Word.MISSING_SIZE


def test_sl_and_tp_count_what_the_route_says() -> None:
    prices = leg("buy,SOLUSDT.P,risk=9,sl=120,tp=180")
    assert (prices.stop_loss, prices.take_profit, prices.stop_loss_rate) == (Decimal(120), Decimal(180), None)
    percents = leg("sell,SOLUSDT.P,risk=9,sl=2,tp=2.5", on(sl_tp="percent"))
    assert (percents.stop_loss_rate, percents.take_profit_rate) == (Decimal("0.02"), Decimal("0.025"))
    assert percents.stop_loss is None


def test_the_longer_names_say_themselves_what_they_count() -> None:
    named = leg("buy,SOLUSDT.P,risk=9,sl_price=120,tp_pct=5", on(sl_tp=None))
    assert (named.stop_loss, named.take_profit_rate) == (Decimal(120), Decimal("0.05"))


@pytest.mark.parametrize(
    ("command", "action", "kind", "price", "trigger"),
    [
        ("buylimit", Action.BUY, OrderType.LIMIT, Decimal(140), None),
        ("selllimit", Action.SELL, OrderType.LIMIT, Decimal(140), None),
        ("buystop", Action.BUY, OrderType.STOP, None, Decimal(140)),
        ("sellstop", Action.SELL, OrderType.STOP, None, Decimal(140)),
    ],
)
def test_a_pending_order_waits_at_its_entry_price(
    command: str, action: Action, kind: OrderType, price: Decimal | None, trigger: Decimal | None
) -> None:
    waiting = leg(f"{command},SOLUSDT.P,risk=9,entry_price=140")
    assert (waiting.action, waiting.type, waiting.price, waiting.trigger_price) == (action, kind, price, trigger)


@pytest.mark.parametrize(
    ("command", "side"),
    [("closelong", PositionSide.LONG), ("closeshort", PositionSide.SHORT), ("closelongshort", None)],
)
def test_a_close_command_closes_everything_of_its_side(command: str, side: PositionSide | None) -> None:
    wanted = Leg(Action.CLOSE, "SOLUSDT", Market.PERP, "SOLUSDT.P", position_side=side)
    assert leg(f"{command},SOLUSDT.P") == wanted


def test_on_spot_a_long_is_all_there_is_to_close() -> None:
    assert leg("closelong,SOLUSDT") == Leg(Action.CLOSE, "SOLUSDT", Market.SPOT, "SOLUSDT")
    assert refusal(f"{LICENSE},closeshort,SOLUSDT").word is Word.UNSUPPORTED


@pytest.mark.parametrize("word", ["short", "bear", "Bearish"])
def test_on_spot_a_word_for_a_short_position_sells_no_coins(word: str) -> None:
    assert refusal(f"{LICENSE},{word},SOLUSDT,risk=1").word is Word.UNSUPPORTED
    assert leg("sell,SOLUSDT,risk=1").action is Action.SELL


@pytest.mark.parametrize(
    "line",
    [
        f"{LICENSE},{LICENSE},buy,SOLUSDT.P",
        f"buy,{LICENSE},SOLUSDT.P,risk=1",
        f"buy,SOLUSDT.P,{LICENSE}",
        "buy,Ab12Cd34,SOLUSDT.P",
        f"600,buy,{LICENSE},SOLUSDT.P",
        f"600,buy,SOLUSDT.P,{LICENSE}",
    ],
)
def test_no_refusal_repeats_what_may_be_the_license(line: str) -> None:
    refused = refusal(line)
    assert refused.word is Word.UNSUPPORTED
    assert LICENSE not in refused.detail
    assert "Ab12" not in refused.detail


@pytest.mark.parametrize(("word", "action"), [("eaoff", Action.HALT), ("EAON", Action.RESUME)])
def test_the_switch_words_halt_and_resume_a_route_that_lets_them(word: str, action: Action) -> None:
    assert leg(f"{word},{word.lower()}", on(control=True)).action is action
    assert leg(word, on(control=True)).action is action
    assert refusal(f"{LICENSE},{word},{word.lower()}").word is Word.UNSUPPORTED
    assert refusal(f"{LICENSE},{word},SOLUSDT.P", on(control=True)).word is Word.AMBIGUOUS


@pytest.mark.parametrize(
    ("line", "word", "named"),
    [
        ("", Word.NOT_AN_ORDER, "license"),
        ("SOL crossed 150", Word.NOT_AN_ORDER, "license"),
        ("600,buy", Word.MISSING_SYMBOL, "symbol"),
        ("600,buy,risk=1", Word.MISSING_SYMBOL, "symbol"),
        ("600,buy,,risk=1", Word.UNSUPPORTED, "symbol"),
        ("buy,600,SOLUSDT.P,risk=1", Word.UNSUPPORTED, "command"),
        ("600,b\u0443y,SOLUSDT.P,risk=1", Word.UNSUPPORTED, "command"),
        ("600,buy,sell,SOLUSDT.P", Word.UNSUPPORTED, "part 4"),
        ("600,buy,SOLUSDT.P,risk=1,fast", Word.UNSUPPORTED, "part 5"),
        ("600,cancellong,SOLUSDT.P", Word.UNSUPPORTED, "cancellong"),
        ("600,cancelshort,SOLUSDT.P", Word.UNSUPPORTED, "cancelshort"),
        ("600,closeall,SOLUSDT.P", Word.UNSUPPORTED, "closeall"),
        ("600,closelongpct,SOLUSDT.P,risk=50", Word.UNSUPPORTED, "closelongpct"),
        ("600,newsltplong,SOLUSDT.P,sl=120", Word.UNSUPPORTED, "newsltplong"),
        ("600,closelong,SOLUSDT.P,risk=1", Word.UNSUPPORTED, "risk"),
        ("600,buy,SOLUSDT.P,risk=1,betrigger=20", Word.UNSUPPORTED, "betrigger"),
        ("600,buy,SOLUSDT.P,risk=1,spread=2", Word.UNSUPPORTED, "spread"),
        ("600,buy,SOLUSDT.P,risk=1,sl_pips=20", Word.UNSUPPORTED, "sl_pips"),
        ("600,buy,SOLUSDT.P,risk=1,price=140", Word.UNSUPPORTED, "price"),
        ("600,buylimit,SOLUSDT.P,risk=1,price=140", Word.AMBIGUOUS, "entry_price"),
        ("600,buylimit,SOLUSDT.P,risk=1", Word.AMBIGUOUS, "entry_price"),
        ("600,buy,SOLUSDT.P,risk=1,risk=2", Word.AMBIGUOUS, "risk"),
        ("600,buy,SOLUSDT.P,risk=1,sl=120,sl_price=120", Word.AMBIGUOUS, "sl and sl_price"),
        ("600,buy,SOLUSDT.P,risk=1,sl=0", Word.AMBIGUOUS, "sl"),
        ("600,buy,SOLUSDT.P,risk=1,sl=150,tp=140", Word.AMBIGUOUS, "stop_loss"),
        ("600,buy,SOLUSDT.P,risk=0", Word.MISSING_SIZE, "risk"),
        ("600,buy,SOLUSDT.P,risk=-1", Word.MISSING_SIZE, "risk"),
        ("600,buy,SOLUSDT.P,risk=1e3", Word.INVALID_NUMBER, "risk"),
        ("600,buy,SOLUSDT.P,risk=NaN", Word.INVALID_NUMBER, "risk"),
        ("600,buy,SOLUSDT.P,risk=", Word.INVALID_NUMBER, "risk"),
        ("600,buy,SOL1!,risk=1", Word.UNSUPPORTED, "symbol"),
        ("600,buy,SOLUSDT.P,risk=1\n600,sell,SOLUSDT.P,risk=1", Word.UNSUPPORTED, "line"),
    ],
)
def test_a_refusal_names_its_parameter(line: str, word: Word, named: str) -> None:
    refused = refusal(line)
    assert (refused.word, named in refused.detail) == (word, True)


@pytest.mark.parametrize(
    ("options", "rest", "named"),
    [
        ({"size_unit": None}, "risk=1", "size_unit"),
        ({"size_unit": "percent_position"}, "risk=1", "size_unit"),
        ({"sl_tp": None}, "risk=1,sl=50", "sl_tp"),
        ({"sl_tp": None}, "risk=1,tp=50", "sl_tp"),
        ({"sl_tp": "percent"}, "risk=1,sl=100", "sl"),
    ],
)
def test_a_number_whose_unit_nobody_stated_is_refused(options: dict[str, Any], rest: str, named: str) -> None:
    refused = refusal(f"{LICENSE},buy,SOLUSDT.P,{rest}", on(**options))
    assert refused.word in (Word.AMBIGUOUS, Word.UNSUPPORTED)
    assert named in refused.detail


@pytest.mark.parametrize("foreign", [None, True, 7, [], [1], {}, {"a": 1}, "text", ""])
def test_no_body_is_taken_for_one_without_the_routes_word(foreign: Any) -> None:
    assert not FORM.marked(foreign)
    assert FORM.token(foreign) is None
    with pytest.raises(Refusal):
        FORM.read(foreign, ROUTE)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(Refusal) as caught:
        FORM.opened(b"600,buy,\xff")
    assert (caught.value.word, caught.value.detail) == (Word.INVALID_JSON, "the body is not UTF-8 at byte 8")


def read_or_refused(line: str) -> Alert | Refusal:
    try:
        return read(line)
    except Refusal as refused:
        return refused


ODD = [
    "",
    " ",
    "0",
    "-1",
    "1e3",
    "NaN",
    "\u0661",
    "=",
    ",",
    "==",
    "x" * 9_000,
    "9" * 9_000,
    "\n",
    "\x00",
    "{}",
    "%",
    "@",
]


@pytest.mark.parametrize("odd", ODD, ids=lambda text: ascii(text[:4]))
@pytest.mark.parametrize("place", range(6))
def test_an_odd_part_anywhere_is_a_sound_order_or_a_refusal(odd: str, place: int) -> None:
    parts = [LICENSE, "buy", "SOLUSDT.P", "risk=1", "sl=120", "comment=hello"]
    parts[place] = odd
    made = read_or_refused(",".join(parts))
    assert sound(made)
    assert isinstance(made, Refusal) or made.legs[0].quantity == 1
