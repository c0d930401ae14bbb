"""JSON is read strictly: every trap that would change what an order means is refused by name."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_relay.core.refusal import Refusal, Word
from order_relay.core.strict_json import Number, load
from tests.core.bounded import bounded


def refused(body: bytes) -> Word:
    with pytest.raises(Refusal) as caught:
        load(body)
    return caught.value.word


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"\xef\xbb\xbf",
        b"buy BTCUSDT 0.01",
        b"{'action': 'buy'}",
        b'{"action": "buy",}',
        b'{"action": "buy"} {"action": "sell"}',
        b'{"action": "buy"}=',
        b'{"action": "buy" // now\n}',
        b'{"price": 61000 * 1.05}',
        b'{"comment": "5" above"}',
        b'{"comment": "two\nlines"}',
        b'{"quantity": 01}',
        b'{"quantity": +1}',
        b'{"quantity": .5}',
        b'{"quantity": 0x10}',
        b'{"quantity": 1_000}',
        b'{"quantity": 1,5}',
        b'{"action": True}',
    ],
)
def test_what_is_not_json_is_refused_as_invalid_json(body: bytes) -> None:
    assert refused(body) is Word.INVALID_JSON


@pytest.mark.parametrize(
    "body",
    [
        "買".encode("shift_jis"),
        '{"action": "buy"}'.encode("utf-16"),
        '{"action": "buy"}'.encode("utf-32-le"),
        b'{"action": "\xff"}',
        b'{"action": "\xed\xa0\x80"}',
        b'{"action": "\xc0\xaf"}',
    ],
    ids=["shift_jis", "utf-16", "utf-32", "stray byte", "surrogate bytes", "overlong"],
)
def test_what_is_not_utf_8_is_refused_as_invalid_json(body: bytes) -> None:
    assert refused(body) is Word.INVALID_JSON


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("place", ['{{"quantity": {}}}', "[{}]", "{}", '{{"a": {{"b": [1, {}]}}}}'])
def test_numbers_that_are_not_finite_are_refused_as_invalid_number(constant: str, place: str) -> None:
    assert refused(place.format(constant).encode()) is Word.INVALID_NUMBER


@pytest.mark.parametrize(
    "body",
    [
        '{"quantity": 1, "quantity": 2}',
        '{"quantity": 1, "quantity": 1}',
        '{"quantity": 1, "quantit\\u0079": 2}',
        '{"orders": [{"action": "buy", "action": "sell"}]}',
    ],
)
def test_a_field_that_is_there_twice_is_refused(body: str) -> None:
    assert refused(body.encode()) is Word.INVALID_JSON


@pytest.mark.parametrize(
    "body",
    [
        '{"ref": "\\ud800"}',
        '{"ref": "\\udc00\\ud800"}',
        '{"\\ud83d": 1}',
        '["\\ud800"]',
        '{"orders": [["x", "\\ud800"]]}',
        '"\\udfff"',
    ],
)
def test_half_a_character_is_refused_wherever_it_stands(body: str) -> None:
    assert refused(body.encode()) is Word.INVALID_JSON


def test_a_whole_character_written_as_a_pair_is_read() -> None:
    assert load(b'{"comment": "\\ud83d\\ude80"}') == {"comment": "\N{ROCKET}"}


@pytest.mark.parametrize("levels", [40, 1_000, 3_000, 8_000])
@pytest.mark.parametrize(("start", "end"), [("[", "]"), ('{"a":', "}")], ids=["arrays", "objects"])
def test_deep_nesting_is_refused_the_same_way_at_every_depth(levels: int, start: str, end: str) -> None:
    body = start * levels + "1" + end * levels
    assert refused(body.encode()) is Word.INVALID_JSON


def test_brackets_that_never_close_are_refused() -> None:
    assert refused(b"[" * 16_000) is Word.INVALID_JSON


def test_a_number_keeps_its_own_digits() -> None:
    read = load(b'{"a": 0.10, "b": 1e400, "c": 12345678901234567890.123456789, "d": -0}')
    assert read == {"a": "0.10", "b": "1e400", "c": "12345678901234567890.123456789", "d": "-0"}
    assert all(isinstance(value, Number) for value in read.values())


def test_an_integer_of_five_thousand_digits_is_only_text_here() -> None:
    assert load(b"[" + b"9" * 5_000 + b"]") == ["9" * 5_000]


def test_a_byte_order_mark_in_front_is_not_part_of_the_alert() -> None:
    assert load(b'\xef\xbb\xbf{"action": "buy"}') == {"action": "buy"}


def test_a_byte_order_mark_anywhere_else_is_not_json() -> None:
    assert refused(b'\xef\xbb\xbf\xef\xbb\xbf{"action": "buy"}') is Word.INVALID_JSON
    assert refused(b'{"action": "buy"}\xef\xbb\xbf') is Word.INVALID_JSON


def test_the_refusal_says_where_the_json_broke_and_nothing_of_its_content() -> None:
    with pytest.raises(Refusal) as caught:
        load(b'{"token": "fake-canary-token",\n "action" "buy"}')
    assert caught.value.reason == "invalid_json: line 2, column 11: Expecting ':' delimiter"


_JSON = st.recursive(
    st.none() | st.booleans() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@bounded
@given(_JSON)
def test_ordinary_json_is_read_as_it_was_written(value: object) -> None:
    assert load(json.dumps(value).encode()) == value


@bounded
@given(st.binary(max_size=300) | st.text(alphabet='{}[]":,\\u0d8e1-.N ', max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused_by_name(body: bytes) -> None:
    word = None
    try:
        load(body)
    except Refusal as refusal:
        word = refusal.word
    assert word in (None, Word.INVALID_JSON, Word.INVALID_NUMBER)
