"""Lines of text on an alias_map route: the option `patterns` says once how they look and what stands where."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from string import Formatter
from typing import Any

from order_relay.core.alert import refuse_credentials
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.formats.alias_prices import SEVERAL

_MOST, _LONGEST = 20, 500
_PLACEHOLDER = re.compile(r"\{\{\s*[\w.]+\s*\}\}")


class Line(str):
    """A body that is no JSON."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a line looks like: pairs of a text and the field behind it ('' is one that nobody reads), then `tail`.

    `fixed` are fields that every such line means and none states.
    """

    parts: Sequence[tuple[str, str]]
    tail: str
    fixed: Mapping[str, str]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name for _, name in self.parts if name) | self.fixed.keys()


def fields_in(line: str, route: Route, known: frozenset[str]) -> tuple[dict[str, Any], frozenset[str], str]:
    """The fields of a line by the first pattern that fits it, the names that this looks for, and which one it is.

    Raises Refusal: `unsupported` for a pattern that cannot be used, `not_an_order` where none fits.
    """
    for number, pattern in enumerate(list(_patterns(route, known)), 1):
        found = _fields(line, pattern)
        if found is not None:
            return found, pattern.names, f"read by line {number} of the route's option 'patterns'"
    raise Refusal(Word.NOT_AN_ORDER, "the text looks like none of the lines in the route's option 'patterns'")


def secret_in(line: str, route: Route, known: frozenset[str]) -> str | None:
    """What stands where the pattern has its `{secret}`; None if it has none."""
    with suppress(Refusal):
        secret = fields_in(line, route, known)[0].get("secret")
        return secret if isinstance(secret, str) else None
    return None


def _patterns(route: Route, known: frozenset[str]) -> Iterator[Pattern]:
    told = route.options.get("patterns") or []
    if len(told) > _MOST:
        raise Refusal(Word.UNSUPPORTED, f"the route's option 'patterns' has {len(told)} lines; at most {_MOST}")
    for number, one in enumerate(told, 1):
        yield _pattern(one, known, f"line {number} of the route's option 'patterns'")


def _pattern(told: Any, known: frozenset[str], where: str) -> Pattern:
    line, fixed = (told.get("line"), told) if isinstance(told, Mapping) else (told, {})
    if not isinstance(line, str) or not 0 < len(line) <= _LONGEST:
        raise Refusal(Word.UNSUPPORTED, f"{where} must be a text of 1 to {_LONGEST} characters, or have it as 'line'")
    parts, tail = _parts(line, where)
    pattern = Pattern(parts, tail, {name: value for name, value in fixed.items() if name != "line"})
    named = [name for _, name in pattern.parts if name]
    twice = [name for name in named if name in pattern.fixed or (named.count(name) > 1 and name not in SEVERAL)]
    if twice:
        raise Refusal(Word.UNSUPPORTED, f"{where} states {twice[0]} twice")
    unknown = sorted(pattern.names - known)
    if unknown:
        raise Refusal(Word.UNSUPPORTED, f"{where} has {unknown[0][:40]!a}; known: {', '.join(sorted(known))}")
    if not all(isinstance(value, str) for value in pattern.fixed.values()):
        raise Refusal(Word.UNSUPPORTED, f"{where}: what every such line means must be given as texts")
    return pattern


def _parts(line: str, where: str) -> tuple[list[tuple[str, str]], str]:
    if _PLACEHOLDER.search(line):
        raise Refusal(Word.UNSUPPORTED, f"{where}: write {{symbol}} where the sender's template has {{{{ticker}}}}")
    parts: list[tuple[str, str]] = []
    text = ""
    try:
        for before, name, how, conversion in Formatter().parse(_spaced(line)):
            text += before
            if name is not None:
                parts.append((text, ":".join(filter(None, (name, conversion, how)))))
                text = ""
    except ValueError as exc:
        raise Refusal(Word.UNSUPPORTED, f"{where}: {exc}; a brace of the text itself is doubled, as in {{{{") from None
    if any(not before for before, _ in parts[1:]):
        raise Refusal(Word.UNSUPPORTED, f"{where} needs something between two fields, to tell where the first one ends")
    return parts, text


def _spaced(text: str) -> str:
    """The text with one blank for every run of blanks and line ends, none at its ends."""
    return " ".join(text.split())


def _fields(line: str, pattern: Pattern) -> dict[str, Any] | None:
    """What the fields of the pattern hold; None if the line does not look like it.

    A field ends where the text behind it first comes, and one that is read is a single word. Raises Refusal
    `credentials_in_body` for an exchange key in a part that nobody reads.
    """
    found: dict[str, Any] = dict(pattern.fixed)
    unread: list[str] = []
    rest, ends = _spaced(line), [before for before, _ in pattern.parts[1:]]
    for (before, name), end in zip(pattern.parts, [*ends, pattern.tail], strict=False):
        if not rest.startswith(before):
            return None
        value, _, _ = rest.removeprefix(before).partition(end) if end else (rest.removeprefix(before), "", "")
        rest = rest[len(before) + len(value) :]
        if not name:
            unread.append(value)
        elif not value or " " in value:
            return None
        elif name in SEVERAL:
            found[name] = [*found.get(name, []), value]
        else:
            found[name] = value
    if rest != pattern.tail:
        return None
    refuse_credentials(dict.fromkeys(label for value in unread for label in _labels(value)))
    return found


def _labels(text: str) -> Iterator[str]:
    """The words before `=` or `:` in a text that nobody reads."""
    for part in text.replace(":", "=").split("=")[:-1]:
        yield from part.split()[-1:]
