"""HTTP as values: what arrives at an exchange and what it answers, free of sockets."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

JSON_TYPE = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request as it came off the wire; header names are lower case, target and body are untouched."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    host: str = ""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query_text(self) -> str:
        """The query exactly as sent, still percent-encoded."""
        return self.target.partition("?")[2]

    def query(self) -> dict[str, str]:
        """The decoded query; the last of several equal names wins."""
        return dict(parse_qsl(self.query_text, keep_blank_values=True))

    def header(self, name: str) -> str:
        return self.headers.get(name.lower(), "")


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """One answer that really reaches the client."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Drop:
    """Close the socket without a byte."""


@dataclass(frozen=True, slots=True)
class Hang:
    """Say nothing for a while; then answer what `resume` returns, or close without a byte when there is none."""

    seconds: float
    resume: Callable[[], HttpResponse] | None = None


Answer = HttpResponse | Drop | Hang


def json_response(payload: object, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Render a JSON answer; decimals become plain strings."""
    text = json.dumps(payload, default=_jsonable, separators=(",", ":"), ensure_ascii=False)
    return HttpResponse(status, {"Content-Type": JSON_TYPE, **(headers or {})}, text.encode())


def read_json(body: bytes) -> Any:
    """Decode a JSON body without floats; raises ValueError when it is none."""
    return json.loads(body, parse_float=Decimal)


def _jsonable(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError(f"{type(value).__name__} has no JSON form")
