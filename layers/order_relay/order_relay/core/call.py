"""One request to an exchange, before and after signing, and how its JSON and numbers are written and read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

from order_relay.core.money import plain
from order_relay.core.outcome import Op


@dataclass(frozen=True, slots=True)
class Credentials:
    """One account's keys. They show themselves nowhere: the repr names only the exchange."""

    exchange: str
    key: str
    secret: str
    passphrase: str = ""
    environment: str = "live"
    api: str = "auto"
    region: str = "global"

    def __repr__(self) -> str:
        return f"Credentials({self.exchange})"

    @property
    def demo(self) -> bool:
        return self.environment == "demo"


@dataclass(slots=True)
class Call:
    """One request before signing: the target (path and query, percent-encoded) and body are exactly what is sent."""

    op: Op
    method: str
    target: str
    body: str = ""
    host: str = "main"


@dataclass(slots=True)
class Request:
    """One request after signing; the wire adds nothing to target and body."""

    method: str
    target: str
    body: bytes
    headers: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Request({self.method})"


def get(path: str, query: Mapping[str, object] | None = None, *, op: Op = Op.READ, host: str = "main") -> Call:
    """Build a GET; None and empty values are left out, the order of the query is kept."""
    return Call(op, "GET", target(path, query or {}), host=host)


def post(path: str, body: object, *, op: Op, host: str = "main") -> Call:
    """Build a POST with a compact JSON body; None values of a flat body are left out, Decimals become strings."""
    if isinstance(body, dict):
        body = {
            key: plain(value) if type(value) is Decimal else value for key, value in body.items() if value is not None
        }
    return Call(op, "POST", path, _COMPACT.encode(body), host)


def target(path: str, query: Mapping[str, object]) -> str:
    """Join path and percent-encoded query exactly as it goes on the wire."""
    pairs = [(name, _text(value)) for name, value in query.items() if value is not None and value != ""]
    return f"{path}?{urlencode(pairs, quote_via=quote, safe='')}" if pairs else path


def decode(body: bytes) -> Any:
    """Read an exchange's JSON with every fraction as Decimal; None if it is not JSON."""
    try:
        return json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None


def decimal(value: object) -> Decimal | None:
    """Read a number that an exchange sent as text or JSON number; None for absent, empty or not finite."""
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        amount = Decimal(str(value))
    except ArithmeticError:
        return None
    return amount if amount.is_finite() else None


def _text(value: object) -> str:
    return plain(value) if isinstance(value, Decimal) else str(value)


_COMPACT = json.JSONEncoder(separators=(",", ":"), check_circular=False, default=_text)
