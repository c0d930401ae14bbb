"""JSON as it must be read where money is: no NaN, no duplicate keys, numbers kept as their own text."""

import json
from collections.abc import Sequence
from typing import Any, NoReturn

from order_relay.core.refusal import Refusal, Word

DEEPEST = 20
_TOO_DEEP = "the body is nested too deeply"


class Number(str):
    """The source text of a JSON number, digit for digit."""

    __slots__ = ()


def load(body: bytes) -> Any:
    """Decode UTF-8 JSON; raises Refusal `invalid_json` with the place or the cause."""
    try:
        text = body.decode("utf-8-sig")
        value = json.loads(
            text, parse_float=Number, parse_int=Number, parse_constant=_constant, object_pairs_hook=_unique
        )
    except UnicodeDecodeError as exc:
        raise Refusal(Word.INVALID_JSON, f"the body is not UTF-8 at byte {exc.start}") from None
    except json.JSONDecodeError as exc:
        raise Refusal(Word.INVALID_JSON, f"line {exc.lineno}, column {exc.colno}: {exc.msg}") from None
    except RecursionError:
        raise Refusal(Word.INVALID_JSON, _TOO_DEEP) from None
    _check(value)
    return value


def _constant(name: str) -> NoReturn:
    raise Refusal(Word.INVALID_NUMBER, f"{name} is not a number that an order can use")


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise Refusal(Word.INVALID_JSON, f"the field {key[:40]!a} is there twice")
        found[key] = value
    return found


def _check(value: Any) -> None:
    """Refuse half a character anywhere, and what is nested deeper than any order (the decoder's own bound varies)."""
    layer: list[Any] = [value]
    for _ in range(DEEPEST):
        if any(isinstance(one, str) and _lone_surrogate(one) for one in layer):
            raise Refusal(Word.INVALID_JSON, "the body holds half a character")
        layer = [inner for one in layer for inner in _inside(one)]
        if not layer:
            return
    raise Refusal(Word.INVALID_JSON, _TOO_DEEP)


def _inside(value: Any) -> Sequence[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, list) else ()


def _lone_surrogate(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= one <= "\udfff" for one in text)
