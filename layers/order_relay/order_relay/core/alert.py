"""An alert after reading, and what of a body is looked at before any format: placeholders and credentials."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from order_relay.core.order import Leg
from order_relay.core.refusal import Refusal, Word

_PLACEHOLDER = re.compile(r"\{\{[^{}]{0,80}\}\}")
_CREDENTIALS = frozenset(
    {
        "apikey",
        "apisecret",
        "secretkey",
        "privatekey",
        "accesskey",
        "apipassphrase",
        "secret",
        "accessid",
        "apipassword",
    }
)


@dataclass(frozen=True, slots=True)
class Alert:
    """Canonical legs, the explicit id and the time that the body states, if it does.

    `format` is the name of the format it was read as; `notes` say in words how doubtful parts were read.
    """

    legs: tuple[Leg, ...]
    explicit_id: str | None = None
    time_ms: int | None = None
    format: str = "native"
    notes: tuple[str, ...] = ()


def refuse_placeholders(body: bytes) -> None:
    """A `{{...}}` that TradingView did not fill in is refused by its name."""
    match = _PLACEHOLDER.search(body.decode("utf-8", "replace"))
    if match:
        raise Refusal(Word.UNRESOLVED_PLACEHOLDER, f"{match[0]} was not filled in by the sender")


def refuse_credentials(body: Any, own: Collection[str] = ()) -> None:
    """Exchange keys never belong in an alert: refused, with the advice to rotate them.

    `own` names fields that this format uses for a secret of the relay's own, at the top of the body.
    """
    mine = isinstance(body, Mapping) and bool(own)
    for name in _names({key: value for key, value in body.items() if key not in own} if mine else body):
        if re.sub(r"[^a-z]", "", name.lower()) in _CREDENTIALS:
            detail = f"the field {name[:40]!a} looks like an exchange key; rotate that key and keep it out of alerts"
            raise Refusal(Word.CREDENTIALS_IN_BODY, detail)


def _names(body: Any) -> Iterator[str]:
    """Every field name of a body, however deep (strict_json bounds the depth)."""
    if isinstance(body, Mapping):
        yield from body
    for inner in body.values() if isinstance(body, Mapping) else body if isinstance(body, list) else ():
        yield from _names(inner)
