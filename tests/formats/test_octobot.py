"""OctoBot's alerts: lines of KEY=VALUE, and the amounts and prices that OctoBot writes in its own way."""

from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from order_relay.core.alert import Alert
from order_relay.core.order import Action, Leg, OrderType, Unit
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.core.symbol import Market
from order_relay.formats import FORMATS
from tests.formats.odd_bodies import FOREIGN, sound

ROUTE = Route("r", ("main",), format="octobot")
SPOT = Route("r", ("main",), format="octobot", market=Market.SPOT)
FORM = FORMATS["octobot"]
ORDER = {"EXCHANGE": "okx", "SYMBOL": "DOGEUSDT.P", "SIGNAL": "BUY", "VOLUME": "250"}


def text(between: str = "\n", **changes: Any) -> str:
    """A complete order with some keys changed; a key set to None is left out."""
    fields: dict[str, Any] = {**ORDER, **changes}
    return between.join(f"{name}={value}" for name, value in fields.items() if value is not None)


def read(body: str, route: Route = ROUTE) -> Alert:
    return FORM.read(FORM.opened(body.encode()), route)


def leg(body: str, route: Route = ROUTE) -> Leg:
    (only,) = read(body, route).legs
    return only


def refusal(body: str, route: Route = ROUTE) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(body, route)
    return caught.value


@pytest.mark.parametrize("between", ["\n", "\r\n", ";", "\\n", " ; ", "\n\n"])
def test_parts_stand_on_lines_or_between_semicolons(between: str) -> None:
    bought = Leg(Action.BUY, "DOGEUSDT", Market.PERP, "DOGEUSDT.P", quantity=Decimal(250))
    assert leg(text(between), ROUTE) == bought
    assert leg("\ufeff" + text(between) + between, ROUTE) == bought


def test_a_full_limit_order_arrives_with_its_protection_and_its_tag() -> None:
    full = leg(
        text(
            SIGNAL="sell",
            ORDER_TYPE="LIMIT",
            PRICE="0.21",
            STOP_PRICE="0.25",
            TAKE_PROFIT_PRICE="0.15",
            TAG="swing-1",
            LEVERAGE="3",
            TOKEN="fake-token",
        )
    )
    assert (full.action, full.type, full.price) == (Action.SELL, OrderType.LIMIT, Decimal("0.21"))
    assert (full.take_profit, full.stop_loss) == (Decimal("0.15"), Decimal("0.25"))
    assert (full.ref, full.leverage, full.reduce_only) == ("swing-1", Decimal(3), False)


def test_a_stop_order_waits_for_its_stop_price() -> None:
    waiting = leg(text(SIGNAL="SELL", ORDER_TYPE="stop", STOP_PRICE="0.19", REDUCE_ONLY="true"))
    assert (waiting.type, waiting.trigger_price) == (OrderType.STOP, Decimal("0.19"))
    assert (waiting.price, waiting.stop_loss, waiting.reduce_only) == (None, None, True)


@pytest.mark.parametrize(
    ("volume", "quantity", "unit"),
    [
        ("0.5", "0.5", Unit.BASE),
        ("2%", "2", Unit.PERCENT_EQUITY),
        ("12.5a%", "12.5", Unit.PERCENT_AVAILABLE),
        ("10s%", "10", Unit.PERCENT_EQUITY),
        ("100q", "100", Unit.QUOTE),
    ],
)
def test_a_volume_counts_what_its_last_letters_say(volume: str, quantity: str, unit: Unit) -> None:
    sized = leg(text(VOLUME=volume))
    assert (sized.quantity, sized.unit) == (Decimal(quantity), unit)


def test_the_routes_default_stands_in_for_a_volume() -> None:
    defaults = {"quantity": "20", "unit": "quote", "leverage": "2"}
    sized = leg(text(VOLUME=None), Route("r", ("main",), format="octobot", defaults=defaults))
    assert (sized.quantity, sized.unit, sized.leverage) == (Decimal(20), Unit.QUOTE, Decimal(2))
    assert leg(text(), Route("r", ("main",), format="octobot", defaults=defaults)).unit is Unit.BASE
    assert refusal(text(VOLUME=None)).word is Word.MISSING_SIZE


def test_a_default_size_is_no_size_of_an_exit() -> None:
    sized = Route("r", ("main",), format="octobot", defaults={"quantity": "250"})
    refused = refusal(text(SIGNAL="SELL", REDUCE_ONLY="true", VOLUME=None), sized)
    assert (refused.word, "default size is for entries" in refused.detail) == (Word.MISSING_SIZE, True)


def test_the_market_is_the_symbols_or_the_trading_types() -> None:
    assert leg(text(SYMBOL="DOGEUSDT")).market is Market.SPOT
    assert leg(text(SYMBOL="DOGEUSDT", TRADING_TYPE="future")).market is Market.PERP
    assert refusal(text(TRADING_TYPE="spot")).word is Word.AMBIGUOUS


def test_a_price_is_for_reference_where_the_order_says_that_it_is_a_market_order() -> None:
    assert read(text(ORDER_TYPE="MARKET", PRICE="0.2")).notes == ("ORDER_TYPE is MARKET: PRICE is not used",)
    assert read(text(ORDER_TYPE="MARKET")).notes == ()
    assert refusal(text(PRICE="0.2")).word is Word.AMBIGUOUS


def test_one_take_profit_is_attached_whatever_its_number() -> None:
    assert leg(text(TAKE_PROFIT_PRICE_1="0.3", TAKE_PROFIT_VOLUME_RATIO_1="1")).take_profit == Decimal("0.3")
    assert leg(text(TAKE_PROFIT_PRICE_1="0.3")).take_profits == ()


def levels(**keys: str) -> list[tuple[str, str]]:
    """Price and share of each take-profit that is read."""
    return [(str(one.price), str(one.share)) for one in leg(text(**keys)).take_profits]


def test_several_take_profits_close_the_fractions_that_their_ratios_state() -> None:
    wanted = [("0.3", "0.25"), ("0.4", "0.75")]
    same = {"TAKE_PROFIT_PRICE": "0.3", "TAKE_PROFIT_PRICE_1": "0.4"}
    assert levels(**same, TAKE_PROFIT_VOLUME_RATIO="0.25", TAKE_PROFIT_VOLUME_RATIO_1="0.75") == wanted
    assert levels(**same, TAKE_PROFIT_VOLUME_RATIO_1="0.25", TAKE_PROFIT_VOLUME_RATIO_2="0.75") == wanted
    assert (
        levels(
            TAKE_PROFIT_VOLUME_RATIO_12="0.75",
            TAKE_PROFIT_PRICE_12="0.4",
            TAKE_PROFIT_VOLUME_RATIO_2="0.25",
            TAKE_PROFIT_PRICE_2="0.3",
        )
        == wanted
    )


@pytest.mark.parametrize("count", range(2, 11))
def test_without_ratios_several_take_profits_part_the_entry_evenly(count: int) -> None:
    prices = {f"TAKE_PROFIT_PRICE_{place}": f"0.{place + 20}" for place in range(1, count + 1)}
    found = leg(text(**prices)).take_profits
    assert [str(one.price) for one in found] == list(prices.values())
    assert sum(one.share for one in found) == 1
    assert all(abs(one.share * count - 1) < Decimal("1e-20") for one in found)


@pytest.mark.parametrize(
    ("changes", "word", "told"),
    [
        ({"TAKE_PROFIT_VOLUME_RATIO_1": "0.5"}, Word.AMBIGUOUS, "TAKE_PROFIT_VOLUME_RATIO_2 is missing"),
        ({"TAKE_PROFIT_VOLUME_RATIO": "1"}, Word.AMBIGUOUS, "TAKE_PROFIT_VOLUME_RATIO_1 is missing"),
        (
            {"TAKE_PROFIT_VOLUME_RATIO_1": "0.5", "TAKE_PROFIT_VOLUME_RATIO_3": "0.5"},
            Word.AMBIGUOUS,
            "TAKE_PROFIT_VOLUME_RATIO_2 is missing",
        ),
        (
            {name: "0.5" for name in ("TAKE_PROFIT_VOLUME_RATIO_1", "TAKE_PROFIT_VOLUME_RATIO_2")}
            | {"TAKE_PROFIT_VOLUME_RATIO_3": "0.5"},
            Word.UNSUPPORTED,
            "TAKE_PROFIT_VOLUME_RATIO_3 belongs to no take-profit",
        ),
        (
            {"TAKE_PROFIT_VOLUME_RATIO_1": "1", "TAKE_PROFIT_VOLUME_RATIO_2": "1"},
            Word.AMBIGUOUS,
            "TAKE_PROFIT_VOLUME_RATIO adds up to 2; state fractions of the entry that add up to 1",
        ),
        (
            {"TAKE_PROFIT_VOLUME_RATIO_1": "1", "TAKE_PROFIT_VOLUME_RATIO_2": "2"},
            Word.AMBIGUOUS,
            "TAKE_PROFIT_VOLUME_RATIO_2 is 2; it must be at most 1",
        ),
        (
            {"TAKE_PROFIT_VOLUME_RATIO_1": "1", "TAKE_PROFIT_VOLUME_RATIO_2": "0"},
            Word.AMBIGUOUS,
            "TAKE_PROFIT_VOLUME_RATIO_2 is 0",
        ),
        (
            {"TAKE_PROFIT_VOLUME_RATIO_1": "half", "TAKE_PROFIT_VOLUME_RATIO_2": "0.5"},
            Word.INVALID_NUMBER,
            "TAKE_PROFIT_VOLUME_RATIO_1 is 'half'",
        ),
        (
            {"TAKE_PROFIT_PRICE_2": None, "TAKE_PROFIT_PRICE_3": "0.4"}
            | {"TAKE_PROFIT_VOLUME_RATIO_1": "0.5", "TAKE_PROFIT_VOLUME_RATIO_2": "0.5"},
            Word.AMBIGUOUS,
            "TAKE_PROFIT_VOLUME_RATIO_3 is missing",
        ),
        ({"TAKE_PROFIT_PRICE_2": "0.3"}, Word.AMBIGUOUS, "TAKE_PROFIT_PRICE must state a different price"),
        ({"TAKE_PROFIT_PRICE_2": "10%"}, Word.UNSUPPORTED, "TAKE_PROFIT_PRICE_2 is an offset"),
        ({"STOP_PRICE": "0.35"}, Word.AMBIGUOUS, "stop_loss are on each other's side"),
        ({"REDUCE_ONLY": "true"}, Word.UNSUPPORTED, "this order only reduces"),
        ({f"TAKE_PROFIT_PRICE_{n}": f"0.{n + 50}" for n in range(3, 12)}, Word.UNSUPPORTED, "11 steps; at most 10"),
    ],
    ids=str,
)
def test_several_take_profits_that_do_not_fit_are_refused_by_name(
    changes: dict[str, Any], word: Word, told: str
) -> None:
    refused = refusal(text(**{"TAKE_PROFIT_PRICE_1": "0.3", "TAKE_PROFIT_PRICE_2": "0.4", **changes}))
    assert refused.word is word
    assert told in refused.reason


def test_a_cancel_takes_all_orders_of_the_symbol_or_those_of_a_tag() -> None:
    every = leg(text(SIGNAL="CANCEL", VOLUME=None))
    assert every == Leg(Action.CANCEL_ALL, "DOGEUSDT", Market.PERP, "DOGEUSDT.P")
    tagged = leg(text(SIGNAL="cancel", VOLUME=None, TAG="swing-1"))
    assert (tagged.action, tagged.ref) == (Action.CANCEL, "swing-1")


def test_an_order_cancels_nothing_by_itself() -> None:
    assert [one.action for one in read(text()).legs] == [Action.BUY]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"SIGNAL": None}, Word.NOT_AN_ORDER),
        ({"SIGNAL": "LONG"}, Word.UNSUPPORTED),
        ({"SIGNAL": ""}, Word.UNSUPPORTED),
        ({"SYMBOL": None}, Word.MISSING_SYMBOL),
        ({"SYMBOL": "DOGE_X_USDT"}, Word.UNSUPPORTED),
        ({"ORDER_TYPE": "trailing"}, Word.UNSUPPORTED),
        ({"ORDER_TYPE": "LIMIT"}, Word.AMBIGUOUS),
        ({"ORDER_TYPE": "STOP"}, Word.AMBIGUOUS),
        ({"ORDER_TYPE": "STOP", "STOP_PRICE": "1", "PRICE": "1"}, Word.AMBIGUOUS),
        ({"ORDER_TYPE": "LIMIT", "PRICE": "-2%"}, Word.UNSUPPORTED),
        ({"ORDER_TYPE": "LIMIT", "PRICE": "10d"}, Word.UNSUPPORTED),
        ({"ORDER_TYPE": "LIMIT", "PRICE": "0"}, Word.AMBIGUOUS),
        ({"STOP_PRICE": "5%"}, Word.UNSUPPORTED),
        ({"TAKE_PROFIT_PRICE": "cheap"}, Word.INVALID_NUMBER),
        ({"TAKE_PROFIT_PRICE": "0.3", "TAKE_PROFIT_VOLUME_RATIO": "0.5"}, Word.UNSUPPORTED),
        ({"TAKE_PROFIT_PRICE": "0.1", "STOP_PRICE": "0.2"}, Word.AMBIGUOUS),
        ({"VOLUME": ""}, Word.INVALID_NUMBER),
        ({"VOLUME": "0"}, Word.MISSING_SIZE),
        ({"VOLUME": "-5"}, Word.MISSING_SIZE),
        ({"VOLUME": "1e3"}, Word.INVALID_NUMBER),
        ({"VOLUME": "\u0661"}, Word.INVALID_NUMBER),
        ({"VOLUME": "10t%"}, Word.UNSUPPORTED),
        ({"VOLUME": "10p%"}, Word.INVALID_NUMBER),
        ({"VOLUME": "10%", "REDUCE_ONLY": "true"}, Word.UNSUPPORTED),
        ({"REDUCE_ONLY": "yes"}, Word.UNSUPPORTED),
        ({"REDUCE_ONLY": "true", "TAKE_PROFIT_PRICE": "1"}, Word.UNSUPPORTED),
        ({"LEVERAGE": "x3"}, Word.INVALID_NUMBER),
        ({"LEVERAGE": "0"}, Word.AMBIGUOUS),
        ({"TAG": "my tag"}, Word.UNSUPPORTED),
        ({"TRADING_TYPE": "option"}, Word.UNSUPPORTED),
        ({"ALLOW_HOLDINGS_ADAPTATION": "true"}, Word.UNSUPPORTED),
        ({"TRAILING_PROFILE": "filled_take_profit"}, Word.UNSUPPORTED),
        ({"CANCEL_POLICY": "x"}, Word.UNSUPPORTED),
        ({"PARAM_HEDGED": "true"}, Word.UNSUPPORTED),
        ({"SIGNAL": "CANCEL"}, Word.UNSUPPORTED),
        ({"SIGNAL": "CANCEL", "VOLUME": None, "PARAM_SIDE": "buy"}, Word.UNSUPPORTED),
        ({"SIGNAL": "CANCEL", "VOLUME": None, "EXCHANGE_ORDER_IDS": "1"}, Word.UNSUPPORTED),
        ({"API_KEY": "fake-canary"}, Word.CREDENTIALS_IN_BODY),
    ],
    ids=str,
)
def test_what_cannot_be_one_order_is_refused(changes: dict[str, Any], word: Word) -> None:
    refused = refusal(text(**changes))
    assert refused.word is word
    assert "fake" not in refused.reason
    assert refused.reason.isascii()


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("", Word.NOT_AN_ORDER),
        ("DOGE is rising", Word.NOT_AN_ORDER),
        (text() + "\nsee the chart", Word.UNSUPPORTED),
        (text() + "\nVOLUME=1", Word.AMBIGUOUS),
        (text() + "\nVOLUME =250", Word.AMBIGUOUS),
        (text(SYMBOL="DOGEUSDT", LEVERAGE="2"), Word.UNSUPPORTED),
        (text(SYMBOL="DOGEUSDT", REDUCE_ONLY="true"), Word.AMBIGUOUS),
    ],
    ids=ascii,
)
def test_a_text_that_says_more_than_one_thing_is_refused(body: str, word: Word) -> None:
    assert refusal(body, ROUTE).word is word


def test_a_body_that_is_not_utf_8_is_refused_when_it_is_opened() -> None:
    with pytest.raises(Refusal) as caught:
        FORM.opened(b"SIGNAL=BUY\nSYMBOL=DOGE\xff")
    assert (caught.value.word, caught.value.status) == (Word.INVALID_JSON, 400)


def test_the_token_is_a_key_of_its_own() -> None:
    assert FORM.token(text(TOKEN="fake-token")) == "fake-token"
    assert FORM.token(text(";", TOKEN=" fake-token ")) == "fake-token"
    others: list[Any] = [*FOREIGN, text(), text(TOKEN=""), "MYTOKEN=x"]
    assert {FORM.token(value) for value in others} == {None}


def test_only_its_own_bodies_are_marked() -> None:
    assert FORM.marked(text())
    assert FORM.marked("SYMBOL = A ; SIGNAL = BUY")
    foreign: list[Any] = [
        *FOREIGN,
        "SIGNAL=BUY",
        "MY_SYMBOL=A\nSIGNAL=BUY",
        "symbol=A,signal=buy",
        {"SYMBOL": 1, "SIGNAL": 2},
    ]
    assert not any(FORM.marked(value) for value in foreign)


def test_no_odd_value_becomes_an_order_that_makes_no_sense() -> None:
    full = {
        **ORDER,
        "ORDER_TYPE": "LIMIT",
        "PRICE": "1",
        "STOP_PRICE": "0.9",
        "TAKE_PROFIT_PRICE": "2",
        "LEVERAGE": "2",
    }
    odd = ("", " ", "0", "-1", "+1", "1e3", "nan", "true", "%", "q", "d", "=", "\u0661", "9" * 5_000, "{}", "BUY", "1 ")
    for name, value in product([*full, "TAG", "REDUCE_ONLY", "TAKE_PROFIT_PRICE_2", "TRADING_TYPE", "X"], odd):
        try:
            found: Alert | Refusal = read("\n".join(f"{key}={kept}" for key, kept in {**full, name: value}.items()))
        except Refusal as refused:
            found = refused
        assert sound(found), (name, value)
