"""An alert after reading, and what of a body is looked at before any format: placeholders and credentials."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from order_relay.core.order import Leg
from order_relay.core.refusal import Refusal, Word

_PLACEHOLDER = re.compile(r"\{\{[^{}]{0,80}\}\}")
_CREDENTIAL = re.compile(
    r".*(?:apikey|secretkey|apisecret|accesskey).*|.*secret|.+passphrase|privatekey|accessid|apipassword"
)
_OF_A_WEBHOOK = re.compile(
    r"(?:webhook|connector|shared|auth|alert|signal|bot|relay|strategy|tv|tradingview)(?:secret(?:key)?|passphrase)"
)
"""Names of a secret between a sender and its receiver, which opens no account at an exchange."""


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

    `own` are fields, or paths such as `auth.secret`, that this format uses for a secret of the relay's own.
    """
    for name in _names(body, own):
        folded = re.sub(r"[^a-z]", "", name.lower())
        if _CREDENTIAL.fullmatch(folded) and not _OF_A_WEBHOOK.fullmatch(folded):
            detail = f"the field {name[:40]!a} looks like an exchange key; rotate that key and keep it out of alerts"
            raise Refusal(Word.CREDENTIALS_IN_BODY, detail)


def _names(body: Any, own: Collection[str], at: str = "") -> Iterator[str]:
    """Every field name of a body that is not the relay's own, however deep (strict_json bounds the depth)."""
    if isinstance(body, list):
        for place, inner in enumerate(body):
            yield from _names(inner, own, f"{at}{place}.")
    for name, inner in body.items() if isinstance(body, Mapping) else ():
        if f"{at}{name}" not in own:
            yield name
            yield from _names(inner, own, f"{at}{name}.")
