"""Decimal money: from text to text, never a float."""

import re
from decimal import Context, Decimal

from order_relay.core.refusal import Refusal, Word

MAX_CHARACTERS = 40
_MAX_EXPONENT = 100
_PLAIN = re.compile(r"-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)")
_EXACT = Context(prec=90)


def number(value: object, field: str) -> Decimal:
    """Read a plain finite decimal of at most 40 characters; anything else is refused as `invalid_number`.

    Only text is read (JSON numbers arrive as their source text), so no digit is ever lost to a float.
    """
    if not isinstance(value, str):
        raise Refusal(Word.INVALID_NUMBER, f"{field} must be a number, not {type(value).__name__}")
    if len(value) > MAX_CHARACTERS:
        raise Refusal(Word.INVALID_NUMBER, f"{field} has {len(value)} characters, at most {MAX_CHARACTERS} are read")
    if not _PLAIN.fullmatch(value):
        raise Refusal(Word.INVALID_NUMBER, f"{field} is {value!a}, which is not a plain decimal such as 0.25")
    return Decimal(value)


def plain(value: Decimal) -> str:
    """Render without exponent or trailing zeros, the way every exchange reads it.

    Raises ValueError for what is no amount: not finite, or an exponent that would fill megabytes.
    """
    text = str(value)
    if "E" in text or len(text) > _MAX_EXPONENT or not value.is_finite():
        if not value.is_finite() or abs(value.adjusted()) > _MAX_EXPONENT:
            raise ValueError(f"{value} is not an amount")
        text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def floor_to(value: Decimal, step: Decimal) -> Decimal:
    """Round a quantity down to a whole number of steps (0 when it is below one step)."""
    return _EXACT.subtract(value, _rest(value, step))


def price_to(value: Decimal, tick: Decimal, *, buying: bool) -> Decimal:
    """Round a price to the tick in the trader's favour: a buy never pays more, a sell never takes less."""
    rest = _rest(value, tick)
    cut = _EXACT.subtract(value, rest)
    if buying:
        return cut if rest >= 0 else _EXACT.subtract(cut, tick)
    return cut if rest <= 0 else _EXACT.add(cut, tick)


def ratio(numerator: Decimal, denominator: Decimal) -> Decimal:
    """Divide with enough digits for any size and price."""
    return _EXACT.divide(numerator, denominator)


def product(left: Decimal, right: Decimal) -> Decimal:
    """Multiply with enough digits for any size and price."""
    return _EXACT.multiply(left, right)


def _rest(value: Decimal, unit: Decimal) -> Decimal:
    """What is left of a value after whole units, with the value's sign."""
    if unit <= 0:
        raise ValueError("a step or tick must be positive")
    return _EXACT.remainder(value, unit)
