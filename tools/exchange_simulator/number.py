"""Decimal text in and out: positional notation only, no exponent, no float."""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, Decimal
from typing import TypeGuard

_PLAIN = re.compile(r"-?\d{1,15}(\.\d{1,18})?", re.ASCII)


def plain(value: Decimal) -> str:
    """Render a number the way exchanges print it."""
    return f"{value.normalize():f}" if value else "0"


def read_decimal(value: object) -> Decimal | None:
    """Read a decimal STRING; None for JSON numbers, exponents, blanks and everything else."""
    return Decimal(value) if isinstance(value, str) and _PLAIN.fullmatch(value) else None


def is_digits(text: str) -> bool:
    """Tell a short run of ASCII digits, such as an id or a stamp, from everything else."""
    return text.isascii() and text.isdigit() and len(text) <= 20


def is_integer(value: object) -> TypeGuard[int]:
    """Tell a JSON integer from everything that only looks like one (true is no integer)."""
    return isinstance(value, int) and not isinstance(value, bool)


def round_down(value: Decimal, step: Decimal) -> Decimal:
    """Cut a quantity to a multiple of its step."""
    return (value / step).to_integral_value(ROUND_DOWN) * step


def decimals(step: Decimal) -> int:
    """Count the decimal places of a step: 0.01 has 2, 1 has none."""
    exponent = step.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
