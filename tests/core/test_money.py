"""Money goes from text to text: what is not a plain decimal is refused, rounding never favours the exchange."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_relay.core.money import MAX_CHARACTERS, floor_to, number, plain, price_to, product, ratio
from order_relay.core.refusal import Refusal, Word
from tests.core.bounded import bounded
from tests.core.traps import NOT_PLAIN

AMOUNTS = st.from_regex(r"(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?", fullmatch=True).map(Decimal)
STEPS = AMOUNTS.filter(bool)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.01", "0.01"),
        ("61000", "61000"),
        ("00012.500", "12.5"),
        (".5", "0.5"),
        ("-3", "-3"),
        ("-0", "0"),
        ("9" * MAX_CHARACTERS, "9" * MAX_CHARACTERS),
        ("0." + "0" * (MAX_CHARACTERS - 3) + "1", "0." + "0" * (MAX_CHARACTERS - 3) + "1"),
    ],
)
def test_a_plain_decimal_is_read_digit_for_digit(text: str, value: str) -> None:
    assert number(text, "quantity") == Decimal(value)


@pytest.mark.parametrize("text", NOT_PLAIN, ids=ascii)
def test_everything_else_is_refused_as_invalid_number(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        number(text, "quantity")
    assert caught.value.word is Word.INVALID_NUMBER
    assert "quantity" in caught.value.reason
    assert caught.value.reason.isascii()
    assert len(caught.value.reason) < 400


@pytest.mark.parametrize("value", [None, True, 1, 0.1, Decimal(1), [], {}, ["1"]], ids=repr)
def test_only_text_is_read_so_that_no_float_ever_gets_in(value: object) -> None:
    with pytest.raises(Refusal) as caught:
        number(value, "price")
    assert caught.value.word is Word.INVALID_NUMBER


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1E+3", "1000"),
        ("1E-8", "0.00000001"),
        ("0.0100", "0.01"),
        ("100", "100"),
        ("-0.00", "0"),
        ("0E+5", "0"),
        ("0.000", "0"),
        ("-1.50", "-1.5"),
    ],
)
def test_rendering_has_no_exponent_and_no_trailing_zeros(value: str, text: str) -> None:
    assert plain(Decimal(value)) == text


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1E+6000", "1E-6000", "1E+999999"])
def test_what_no_exchange_could_read_is_never_rendered(value: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        plain(Decimal(value))


@pytest.mark.parametrize(
    ("value", "step", "floored"),
    [
        ("0.019", "0.01", "0.01"),
        ("0.02", "0.01", "0.02"),
        ("0.009", "0.01", "0"),
        ("7", "5", "5"),
        ("0.3", "0.1", "0.3"),
        ("9" * 40, "0.00000001", "9" * 40),
    ],
)
def test_a_quantity_is_rounded_down_to_the_step(value: str, step: str, floored: str) -> None:
    assert floor_to(Decimal(value), Decimal(step)) == Decimal(floored)


def test_a_buy_never_pays_more_and_a_sell_never_takes_less() -> None:
    assert price_to(Decimal("61000.07"), Decimal("0.1"), buying=True) == Decimal("61000.0")
    assert price_to(Decimal("61000.07"), Decimal("0.1"), buying=False) == Decimal("61000.1")


@pytest.mark.parametrize("step", ["0", "-0.1"])
def test_a_step_must_be_positive(step: str) -> None:
    with pytest.raises(ValueError, match="positive"):
        floor_to(Decimal(1), Decimal(step))


@bounded
@given(AMOUNTS, STEPS)
def test_flooring_keeps_the_largest_multiple_that_is_not_more(value: Decimal, step: Decimal) -> None:
    floored = floor_to(value, step)
    assert 0 <= floored <= value < floored + step
    assert floored % step == 0
    assert floor_to(floored, step) == floored


@bounded
@given(AMOUNTS, STEPS)
def test_a_rounded_price_is_the_nearest_tick_on_the_traders_side(price: Decimal, tick: Decimal) -> None:
    bid, offer = price_to(price, tick, buying=True), price_to(price, tick, buying=False)
    assert bid <= price <= offer
    assert price - bid < tick
    assert offer - price < tick
    assert bid % tick == offer % tick == 0


@bounded
@given(AMOUNTS)
def test_rendering_and_reading_are_inverse(value: Decimal) -> None:
    text = plain(value)
    assert number(text, "quantity") == value
    assert plain(number(text, "quantity")) == text


@bounded
@given(AMOUNTS, STEPS)
def test_products_lose_no_digit_and_ratios_undo_them(left: Decimal, right: Decimal) -> None:
    assert Fraction(product(left, right)) == Fraction(left) * Fraction(right)
    assert ratio(product(left, right), right) == left


@bounded
@given(st.text(max_size=50))
def test_any_text_is_a_finite_number_or_refused_by_name(text: str) -> None:
    word = None
    try:
        assert number(text, "quantity").is_finite()
    except Refusal as refusal:
        word = refusal.word
    assert word in (None, Word.INVALID_NUMBER)
