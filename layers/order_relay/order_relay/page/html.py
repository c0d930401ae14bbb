"""HTML from plain values: text is escaped here, and nowhere else."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

_EMPTY = frozenset({"input", "meta"})


@dataclass(frozen=True, slots=True)
class Html:
    """Markup that is safe to show as it is; only this module and constants may make it."""

    text: str


Part = Html | str | int | None


def tag(name: str, /, *parts: Part, **attributes: str | int | bool | None) -> Html:
    """Make an element; a str among its parts is text and is escaped, as is every attribute's value.

    An attribute of None or False is left out, True stands alone; `class_` is class and `http_equiv` is http-equiv.
    """
    head = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _EMPTY:
        return Html(f"<{name}{head}>")
    return Html(f"<{name}{head}>{join(parts).text}</{name}>")


def join(parts: Iterable[Part]) -> Html:
    return Html("".join(_shown(part) for part in parts))


def _shown(part: Part) -> str:
    if isinstance(part, Html):
        return part.text
    return "" if part is None else escape(str(part), quote=True)


def _attribute(key: str, value: str | int | bool | None) -> str:
    name = key.removesuffix("_").replace("_", "-")
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(str(value), quote=True)}"'
