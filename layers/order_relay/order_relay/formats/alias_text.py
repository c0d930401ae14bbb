"""Lines of text on an alias_map route: the option `patterns` says once how they look and what stands where."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Any

from order_relay.core.alert import refuse_credentials
from order_relay.core.guard import token_known
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.formats.alias_prices import SEVERAL
from order_relay.formats.placeholders import as_fields, unsigned

_MOST, _LONGEST = 20, 500
_AROUND, _INSIDE = ".,;:!?'\"()[]<>", re.compile(r"[=:,;|/'\"()]")
"""What may stick to a word, or part it."""
_ONCE = frozenset({"secret", "account", "id", "time"})
"""What every alert must state itself: the same for all it would prove and tell nothing."""


class Line(str):
    """A body that is no JSON."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a text looks like: pairs of a text and the field behind it ('' is one that nobody reads), then `tail`.

    `fixed` are fields that every such text means and none states.
    """

    parts: Sequence[tuple[str, str]]
    tail: str
    fixed: Mapping[str, str]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name for _, name in self.parts if name) | self.fixed.keys()


def usable(route: Route, known: frozenset[str]) -> list[Pattern]:
    """The route's patterns; raises Refusal `unsupported` for one that can never be used, and names it."""
    told = route.options.get("patterns") or []
    if len(told) > _MOST:
        raise Refusal(Word.UNSUPPORTED, f"the route's option 'patterns' has {len(told)} texts; at most {_MOST}")
    where = "of the route's option 'patterns'"
    return [_pattern(one, known, f"text {number} {where}") for number, one in enumerate(told, 1)]


def fields_in(line: str, route: Route, known: frozenset[str]) -> tuple[dict[str, Any], frozenset[str], str]:
    """The fields of a text by the first pattern that fits it, the names that this looks for, and which one it is.

    A pattern does not fit where it takes the route's own secret for something else. Raises Refusal: `not_an_order`
    where none fits, `credentials_in_body` for an exchange key in a field or in a part that nobody reads.
    """
    nearest: tuple[int, list[str]] = (0, [])
    for number, pattern in enumerate(usable(route, known), 1):
        found, unread, fits = _fields(line, pattern)
        if fits and not _betrays(found, route):
            return {**pattern.fixed, **_without_keys(found, unread)}, pattern.names, _told(number, unread)
        nearest = max(nearest, (number, [*found]), key=lambda one: len(one[1]))
    number, names = nearest
    told = f"; text {number} comes nearest, as far as {{{names[-1]}}}" if names else ""
    raise Refusal(Word.NOT_AN_ORDER, f"the text looks like none of those in the route's option 'patterns'{told}")


def secret_in(line: str, route: Route, known: frozenset[str]) -> str | None:
    """What stands where a pattern has its `{secret}`, even if it does not fit to its end: its sender is told why."""
    told = [_fields(line, pattern)[0].get("secret") for pattern in usable(route, known)]
    secrets = [secret for secret in told if isinstance(secret, str)]
    return next((one for one in secrets if token_known(one, route.body_secrets)), secrets[0] if secrets else None)


def _without_keys(found: dict[str, Any], unread: Sequence[str]) -> dict[str, Any]:
    values = [*unread, *(value for name, value in found.items() if name not in _ONCE)]
    refuse_credentials(dict.fromkeys(label for value in values for label in _labels(str(value))))
    return found


def _told(number: int, unread: Sequence[str]) -> str:
    words = sum(len(part.split()) for part in unread)
    left = f"; {words} of its words {'is' if words == 1 else 'are'} not read" if words else ""
    return f"read by text {number} of the route's option 'patterns'{left}"


def _betrays(found: Mapping[str, Any], route: Route) -> bool:
    others = [value for name, value in found.items() if name != "secret"]
    texts = [text for value in others for text in (value if isinstance(value, list) else [value])]
    pieces = {piece for text in texts for piece in (text, text.strip(_AROUND), *_INSIDE.split(text))}
    return any(token_known(piece, (*route.tokens, *route.body_secrets)) for piece in pieces)


def _pattern(told: Any, known: frozenset[str], where: str) -> Pattern:
    text, fixed = (told.get("line"), told) if isinstance(told, Mapping) else (told, {})
    if not isinstance(text, str) or not 0 < len(text) <= _LONGEST:
        raise Refusal(Word.UNSUPPORTED, f"{where} must be one of 1 to {_LONGEST} characters, or have it as 'line'")
    parts, tail = _parts(as_fields(text, where), where)
    pattern = Pattern(parts, tail, {name: value for name, value in fixed.items() if name != "line"})
    _refuse_fields(pattern, known, where)
    for name in unsigned(text):
        if name.removesuffix("_size") not in pattern.names:
            told = f"{where}: the size of a market position has no sign; have its word beside it"
            raise Refusal(Word.UNSUPPORTED, f"{told}, or the signed {{{{strategy.position_size}}}}")
    if (parts[0][0] if parts else tail).startswith(("{", "[")):
        raise Refusal(Word.UNSUPPORTED, f"{where} begins with a bracket, and what does so is read as JSON")
    return pattern


def _refuse_fields(pattern: Pattern, known: frozenset[str], where: str) -> None:
    named = [name for _, name in pattern.parts if name]
    unknown = sorted(pattern.names - known) or sorted(pattern.fixed.keys() & _ONCE)
    if unknown:
        free = ", ".join(sorted(known - _ONCE if unknown[0] in _ONCE else known))
        raise Refusal(Word.UNSUPPORTED, f"{where} has {unknown[0][:40]!a}, which it cannot; known: {free}")
    twice = [name for name in named if name in pattern.fixed or (named.count(name) > 1 and name not in SEVERAL)]
    if twice:
        raise Refusal(Word.UNSUPPORTED, f"{where} states {twice[0]} twice")
    if not all(isinstance(value, str) for value in pattern.fixed.values()):
        raise Refusal(Word.UNSUPPORTED, f"{where}: what every such text means must be given as texts")
    for before, name in pattern.parts:
        if name not in _ONCE:
            refuse_credentials(dict.fromkeys([*_labels(before)][-1:] if before.rstrip().endswith(("=", ":")) else ()))


def _parts(text: str, where: str) -> tuple[list[tuple[str, str]], str]:
    parts: list[tuple[str, str]] = []
    literal = ""
    try:
        for before, name, how, conversion in Formatter().parse(_spaced(text)):
            literal += before
            if name is not None:
                parts.append((literal, ":".join(filter(None, (name, conversion, how)))))
                literal = ""
    except ValueError as exc:
        raise Refusal(Word.UNSUPPORTED, f"{where}: {exc}; a brace of the text itself is doubled, as in {{{{") from None
    if any(not before for before, _ in parts[1:]):
        raise Refusal(Word.UNSUPPORTED, f"{where} needs something between two fields, to tell where the first one ends")
    return parts, literal


def _spaced(text: str) -> str:
    """The lines that hold something, with one blank for every run of blanks and none at their ends."""
    return "\n".join(filter(None, (" ".join(line.split()) for line in text.splitlines())))


def _fields(line: str, pattern: Pattern) -> tuple[dict[str, Any], list[str], bool]:
    """What its fields hold as far as the text looks like the pattern, what nobody reads, and whether all of it does.

    A field ends where the text behind it first comes; one that is read is a single word, and none goes beyond its line.
    """
    found: dict[str, Any] = {}
    unread: list[str] = []
    rest, ends = _spaced(line), [before for before, _ in pattern.parts[1:]]
    for (before, name), end in zip(pattern.parts, [*ends, pattern.tail], strict=False):
        if not rest.startswith(before):
            return found, unread, False
        value, _, _ = rest.removeprefix(before).partition(end) if end else (rest.removeprefix(before), "", "")
        rest = rest[len(before) + len(value) :]
        if "\n" in value or (name and not _is_word(value)):
            return found, unread, False
        if not name:
            unread.append(value)
        else:
            found[name] = [*found.get(name, []), value] if name in SEVERAL else value
    return found, unread, rest == pattern.tail


def _is_word(value: str) -> bool:
    """A single word; `@` is left to patterns, for it stands before prices as well as before sizes."""
    return bool(value) and " " not in value and not value.startswith("@")


def _labels(text: str) -> Iterator[str]:
    """The words before `=` or `:`."""
    for part in text.replace(":", "=").split("=")[:-1]:
        yield from part.split()[-1:]
