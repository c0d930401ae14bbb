"""No format named: one unmistakable mark decides, then the usual names, and everything else is refused."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.alert import Alert
from order_relay.core.order import Action, Leg, OrderType, PositionSide, Unit
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.core.symbol import Market
from order_relay.formats import FORMATS, auto, native
from tests.core.traps import NOT_PLAIN
from tests.formats.odd_bodies import changed, odd_bodies, outcome, sound
from tests.service.intake_ports import hashed

FORM = FORMATS["auto"]
ROUTE = Route("r", ("main",))
SIZED = replace(ROUTE, defaults={"quantity": "1"})
MARKED: dict[str, Any] = {
    "native": {"relay": 1, "action": "buy", "symbol": "SOLUSDT", "quantity": "3", "token": "fake"},
    "hackingthemarkets": {
        "passphrase": "fake",
        "ticker": "SOLUSDT.P",
        "strategy": {"order_action": "buy", "order_contracts": 3},
    },
    "traderspost": {"ticker": "SOLUSDT.P", "action": "buy", "quantity": 3},
    "okx_signal_a": {
        "signalToken": "fake",
        "action": "buy",
        "marketPosition": "long",
        "prevMarketPosition": "flat",
        "instrument": "SOLUSDT.P",
        "timestamp": "2026-11-21T07:00:00Z",
        "investmentType": "base",
        "amount": "3",
    },
    "okx_signal_b": {
        "signalToken": "fake",
        "action": "ENTER_LONG",
        "instrument": "SOL-USDT-SWAP",
        "timestamp": "2026-11-21T07:00:00Z",
        "orderType": "market",
        "investmentType": "base",
        "amount": "3",
    },
    "3commas": {
        "secret": "fake",
        "bot_uuid": "fake-uuid",
        "action": "buy",
        "tv_instrument": "SOLUSDT.P",
        "order": {"amount": "3", "currency_type": "base"},
    },
    "wundertrading": {"code": "fake", "orderType": "market", "amountPerTrade": 3, "amountPerTradeType": "base"},
    "octobot": "SYMBOL=SOLUSDT.P;SIGNAL=BUY;VOLUME=3;TOKEN=fake",
    "thibaultyou": {"stub": "dev", "direction": "long", "symbol": "SOLUSDT.P", "size": "30"},
    "cryptognome": {
        "key": "fake",
        "symbol": "SOLUSDT.P",
        "type": "Market",
        "side": "Buy",
        "qty": "3",
        "close_position": "False",
    },
    "tradex": {
        "PIN": "fake",
        "EXCHANGE": "okx",
        "SYMBOL": "SOL/USDT:USDT",
        "SIDE": "buy",
        "ORDER_TYPE": "market",
        "QUANTITY": 3,
    },
}
BOTS = replace(ROUTE, options={"code_map": {"fake": {"symbol": "SOLUSDT.P", "intent": "enter_long"}}})
SECRETLESS = {"traderspost", "thibaultyou"}


def raw(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


def read(body: Any, route: Route = ROUTE) -> Alert:
    return FORM.read(FORM.opened(body if isinstance(body, bytes) else raw(body)), route)


def leg(body: Any, route: Route = ROUTE) -> Leg:
    (only,) = read(body, route).legs
    return only


def refusal(body: Any, route: Route = ROUTE) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(body, route)
    return caught.value


def flat(**changes: Any) -> dict[str, Any]:
    return changed({"side": "buy", "ticker": "SOLUSDT.P", "qty": "3"}, **changes)


# One mark


def test_every_format_with_a_mark_is_tried_here() -> None:
    forced = {"auto", "whook", "pineconnector", "alias_map"}
    assert set(MARKED) == set(FORMATS) - forced


@pytest.mark.parametrize("name", MARKED)
def test_a_marked_body_is_read_by_its_own_format_and_says_so(name: str) -> None:
    own = FORMATS[name]
    alert = read(MARKED[name], BOTS)
    assert alert.format == name
    assert alert == own.read(own.opened(raw(MARKED[name])), BOTS)
    assert auto.matching(FORM.opened(raw(MARKED[name]))) == [name]


@pytest.mark.parametrize("name", MARKED)
def test_the_token_is_the_one_of_the_matching_format(name: str) -> None:
    assert FORM.token(FORM.opened(raw(MARKED[name]))) == (None if name in SECRETLESS else "fake")


@pytest.mark.parametrize("name", [name for name in MARKED if name != "octobot"])
def test_a_json_text_that_holds_the_json_is_opened_once_more(name: str) -> None:
    assert read(json.dumps(json.dumps(MARKED[name])).encode(), BOTS).format == name


@pytest.mark.parametrize("other", [name for name in MARKED if name not in ("native", "octobot", "okx_signal_b")])
def test_marks_of_two_formats_are_ambiguous_and_named(other: str) -> None:
    both = {**MARKED["okx_signal_b"], **MARKED[other], "action": "ENTER_LONG"}
    if other in ("okx_signal_a", "traderspost"):
        both = {**MARKED["3commas"], **MARKED[other]}
    refused = refusal(both, BOTS)
    assert refused.word is Word.AMBIGUOUS
    assert other in refused.detail
    assert FORM.token(both) is None


def test_the_native_mark_stands_above_every_other() -> None:
    refused = refusal({**MARKED["traderspost"], **MARKED["native"]})
    assert (refused.word, "ticker" in refused.detail) == (Word.UNSUPPORTED, True)


# The native fields without their mark


def test_what_states_only_native_fields_is_native() -> None:
    small = read({"action": "buy", "symbol": "SOLUSDT", "quantity": "3"})
    assert (small.format, small.legs[0].quantity) == ("native", Decimal(3))
    several = read(
        [{"action": "buy", "symbol": "SOLUSDT", "quantity": "3"}, {"action": "close", "symbol": "LTCUSDT.P"}]
    )
    assert (several.format, len(several.legs)) == ("native", 2)
    assert read({"orders": [{"action": "buy", "symbol": "SOLUSDT", "quantity": 1}], "token": "x"}).format == "native"


def test_the_list_of_native_fields_is_the_formats_own() -> None:
    known = native.ENVELOPE.union({"orders", "action", "symbol", "market"}, *native._KNOWN.values())
    assert known == auto._NATIVE


@pytest.mark.parametrize("body", [None, True, 7, [], {}, [7], {"orders": []}], ids=str)
def test_json_that_is_no_order_is_refused(body: Any) -> None:
    assert refusal(body).word is Word.NOT_AN_ORDER


# The usual names


@pytest.mark.parametrize("side", ["side", "order_action", "signal", "Side", "orderAction"])
@pytest.mark.parametrize("symbol", ["symbol", "instrument", "pair"])
@pytest.mark.parametrize("size", ["qty", "quantity", "size", "contracts", "amount", "order_contracts"])
def test_a_flat_body_is_read_by_the_usual_names(side: str, symbol: str, size: str) -> None:
    alert = read({side: "Sell", symbol: "SOLUSDT.P", size: "3", "comment": "hi", "interval": "15", "close": 150.2})
    assert alert.format == "alias_map"
    assert alert.legs == (Leg(Action.SELL, "SOLUSDT", Market.PERP, "SOLUSDT.P", quantity=Decimal(3)),)
    assert all(name in alert.notes[0] for name in (side, symbol, size))


def test_more_of_the_usual_names() -> None:
    full = leg(
        flat(orderType="limit", price="140", leverage="3", reduceOnly="false", marginMode="cross", sl="120", tp="180"),
        replace(ROUTE, options={"sl_tp": "price"}),
    )
    assert (full.type, full.price, full.leverage) == (OrderType.LIMIT, Decimal(140), Decimal(3))
    assert (full.stop_loss, full.take_profit, full.reduce_only) == (Decimal(120), Decimal(180), False)


def test_the_price_next_to_a_stated_market_order_is_a_reference() -> None:
    alert = read(flat(type="market", price="150.2"))
    assert (alert.legs[0].type, alert.legs[0].price) == (OrderType.MARKET, None)
    assert "the price is a reference: the type is market" in alert.notes


def test_the_moment_of_firing_is_timenow_and_never_the_bar() -> None:
    assert read(flat(timenow="2026-11-21T07:00:00Z", time="2026-11-21T06:00:00Z")).time_ms == 1_795_244_400_000
    assert read(flat(time="2020-01-01T00:00:00Z", timestamp="x")).time_ms is None


@pytest.mark.parametrize("name", ["timenow", "time_now", "firedAt", "fire_time", "firing_time"])
def test_other_names_of_the_moment_of_firing(name: str) -> None:
    assert read(flat(**{name: "2026-11-21T07:00:00Z"})).time_ms == 1_795_244_400_000


def test_a_time_and_an_id_that_are_not_used_are_noted() -> None:
    told = read(flat(time="x", id="Long", alertId="1")).notes
    assert "time and id and alertId are not used: the moment of firing is timenow" in told
    assert "timestamp is not used: the moment of firing is timenow" in read(flat(timestamp="x")).notes
    assert not any("not used" in note for note in read(flat(id=None)).notes)


def test_a_stop_price_with_its_type_says_which_stop_it_is() -> None:
    entry, exit_ = leg(flat(type="stop", stopPrice="150")), leg(flat(side="sell", type="stop_loss", stopPrice="130"))
    assert (entry.type, entry.trigger_price, entry.reduce_only) == (OrderType.STOP, Decimal(150), False)
    assert (exit_.trigger_price, exit_.reduce_only, exit_.position_side) == (Decimal(130), True, PositionSide.LONG)


def test_what_only_reduces_takes_no_default_size() -> None:
    assert leg(flat(side="sell", reduceOnly="true"), SIZED).reduce_only is True
    assert refusal(flat(side="sell", reduceOnly="true", qty=...), SIZED).word is Word.MISSING_SIZE


def test_a_constant_id_is_not_taken_for_the_id_of_a_firing() -> None:
    assert read(flat(alert_id="Long", order_id="Long", id="Long")).explicit_id is None


def test_the_position_after_the_order_decides_what_the_order_is() -> None:
    gone = flat(side="sell", market_position="flat", prev_market_position="long", prev_market_position_size="3")
    assert leg(gone).action is Action.CLOSE
    assert leg(flat(market_position="long", market_position_size="3")).next_position == 3
    assert leg(flat(side="sell", position_size="-3")).next_position == -3


@pytest.mark.parametrize(("side", "position"), [("sell", "0"), ("sell", "3"), ("buy", "0"), ("buy", "-3")])
def test_a_position_size_that_may_or_may_not_be_signed_is_refused(side: str, position: str) -> None:
    refused = refusal(flat(side=side, position_size=position))
    assert (refused.word, "position_size" in refused.detail) == (Word.AMBIGUOUS, True)


@pytest.mark.parametrize("field", ["market_position_size", "prev_market_position_size"])
def test_an_unsigned_position_needs_its_word(field: str) -> None:
    assert refusal(flat(**{field: "3"})).word is Word.AMBIGUOUS


@pytest.mark.parametrize("word", ["close", "exit", "FLAT", "closelong"])
def test_a_close_needs_no_size(word: str) -> None:
    gone = leg(flat(side=word, qty=...), SIZED)
    assert (gone.action, gone.quantity) == (Action.CLOSE, None)


def test_a_percent_of_a_close_is_one_of_the_position() -> None:
    part = leg(flat(side="close_short", qty="25%"))
    assert (part.quantity, part.unit, part.position_side) == (Decimal(25), Unit.PERCENT_POSITION, PositionSide.SHORT)


@pytest.mark.parametrize(
    ("body", "word", "named"),
    [
        (flat(qty=...), Word.MISSING_SIZE, "quantity"),
        (flat(qty=..., price="150", source="x"), Word.MISSING_SIZE, "quantity"),
        (flat(ticker=...), Word.MISSING_SYMBOL, "symbol"),
        (flat(side=...), Word.NOT_AN_ORDER, "side"),
        (flat(side=..., type="buy"), Word.NOT_AN_ORDER, "side"),
        (flat(type="buy"), Word.UNSUPPORTED, "type"),
        (flat(price="150"), Word.AMBIGUOUS, "price"),
        (flat(side="close", qty=..., price="150"), Word.AMBIGUOUS, "price"),
        (flat(type="limit"), Word.AMBIGUOUS, "price"),
        (flat(stopPrice="150"), Word.AMBIGUOUS, "stopPrice"),
        (flat(stop_price="150"), Word.AMBIGUOUS, "stop_price"),
        (flat(side="sell", triggerPrice="150"), Word.AMBIGUOUS, "triggerPrice"),
        (flat(price="150", stopPrice="140"), Word.AMBIGUOUS, "stopPrice"),
        (flat(side="close", qty=..., stopPrice="150"), Word.AMBIGUOUS, "stopPrice"),
        (flat(side="buy", type="stop_loss", stopPrice="150", reduceOnly=False), Word.AMBIGUOUS, "stop-loss"),
        (flat(side="short", ticker="SOLUSDT"), Word.UNSUPPORTED, "short"),
        (flat(side="sell", reduceOnly="true", qty=...), Word.MISSING_SIZE, "quantity"),
        (flat(signal="sell"), Word.AMBIGUOUS, "signal"),
        (flat(signal="buy"), Word.AMBIGUOUS, "signal"),
        (flat(symbol="SOLUSDT.P"), Word.AMBIGUOUS, "symbol"),
        (flat(quantity="3"), Word.AMBIGUOUS, "quantity"),
        (flat(stop_loss="150"), Word.AMBIGUOUS, "sl_tp"),
        (flat(tp="300"), Word.AMBIGUOUS, "sl_tp"),
        (flat(tp1="300"), Word.UNSUPPORTED, "tp1"),
        (flat(trailPercent=1), Word.UNSUPPORTED, "trailPercent"),
        (flat(volume="high"), Word.INVALID_NUMBER, "volume"),
        (flat(close=True), Word.INVALID_NUMBER, "close"),
        (flat(bar={"close": 1}), Word.UNSUPPORTED, "bar"),
        (flat(qty="@3"), Word.INVALID_NUMBER, "quantity"),
        (flat(qty="5%"), Word.AMBIGUOUS, "size_unit"),
        (flat(qty="-3"), Word.MISSING_SIZE, "quantity"),
        (flat(qty=0), Word.MISSING_SIZE, "quantity"),
        (flat(side="Bullish"), Word.UNSUPPORTED, "side"),
        (flat(side="buy | sell"), Word.UNSUPPORTED, "side"),
        (flat(ticker="%symbol%"), Word.UNSUPPORTED, "symbol"),
        (flat(ticker="SOL1!"), Word.UNSUPPORTED, "symbol"),
        (flat(apiKey="fake"), Word.CREDENTIALS_IN_BODY, "apiKey"),
        (flat(secret="fake"), Word.CREDENTIALS_IN_BODY, "secret"),
        ({"message": "SOL crossed 150", "ticker": "SOLUSD"}, Word.NOT_AN_ORDER, "side"),
        ({"symbol": "SOLUSDT", "value": "1", "condition": "MA cross, buy"}, Word.NOT_AN_ORDER, "side"),
        ([flat()], Word.NOT_AN_ORDER, "action"),
    ],
    ids=str,
)
def test_what_is_missing_twice_there_or_unclear_is_refused_by_name(body: Any, word: Word, named: str) -> None:
    refused = refusal(body)
    assert (refused.word, named in refused.detail) == (word, True)


@pytest.mark.parametrize("text", [text for text in NOT_PLAIN if "\ud800" not in text and "%" not in text], ids=ascii)
@pytest.mark.parametrize("field", ["qty", "price", "leverage", "sl", "position_size"])
def test_a_number_that_is_no_plain_decimal_is_refused_in_every_field(field: str, text: str) -> None:
    assert refusal(flat(type="limit", **{field: text})).word is Word.INVALID_NUMBER


def test_the_relays_own_secret_is_no_exchange_key() -> None:
    own = replace(ROUTE, body_secrets=(hashed("fake"),))
    assert leg(flat(secret="fake"), own).action is Action.BUY
    assert FORM.token(FORM.opened(raw(flat(secret="fake")))) == "fake"
    assert refusal(flat(secret="other"), own).word is Word.CREDENTIALS_IN_BODY
    assert leg(flat(passphrase="any", exchange="OKX"), own).action is Action.BUY


# Text


@pytest.mark.parametrize(
    "text",
    ["buy SOLUSDT.P", "SOL crossed 150 - long signal", "Symbol: SOL Action: SELL", "600,buy,SOLUSDT.P"],
)
def test_a_text_of_no_format_is_no_json_either(text: str) -> None:
    refused = refusal(text.encode())
    assert (refused.word, FORM.token(FORM.opened(text.encode()))) == (Word.INVALID_JSON, None)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  ",
        b"{",
        b'{"side": "buy", // long',
        b'{"target": 5 * 2}',
        b'["a" "b"]',
        b'"',
        b'"not json"',
        b"\xff",
        b"buy \xff",
    ],
)
def test_what_begins_like_json_and_is_not_says_where(body: bytes) -> None:
    refused = refusal(body)
    assert refused.word is Word.INVALID_JSON
    assert "line" in refused.detail or "byte" in refused.detail


def test_a_byte_order_mark_is_no_text() -> None:
    assert read(b"\xef\xbb\xbf" + raw(flat())).legs == (leg(flat()),)
    assert read(b"\xef\xbb\xbf" + raw(MARKED["octobot"])).format == "octobot"


def test_odd_bodies_are_read_soundly_or_refused() -> None:
    full = flat(type="limit", price="140", leverage="3", market_position="long", market_position_size="3", time="x")
    for good in (full, flat(side="close"), *(one for one in MARKED.values() if not isinstance(one, str))):
        assert [odd for odd in odd_bodies(good) if not sound(outcome(odd, SIZED))] == []
