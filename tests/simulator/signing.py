"""A second opinion on signatures: few-line clients that talk to a venue in this process."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.message import Answer, HttpRequest, HttpResponse
from tools.exchange_simulator.venue import Venue


@dataclass
class Clock:
    """A clock that only a test moves."""

    now: int = 1_790_000_000_000

    def __call__(self) -> int:
        return self.now


def encode(body: object) -> bytes:
    if isinstance(body, bytes):
        return body
    return b"" if body is None else json.dumps(body, separators=(",", ":")).encode()


def decoded(answer: Answer) -> Any:
    assert isinstance(answer, HttpResponse), answer
    return json.loads(answer.body)


def coinex_headers(row: Mapping[str, str], method: str, target: str, body: bytes, stamp: int) -> dict[str, str]:
    text = f"{method}{target}".encode() + body + str(stamp).encode()
    sign = hmac.new(row["secret"].encode(), text, hashlib.sha256).hexdigest()
    return {"x-coinex-key": row["key"], "x-coinex-sign": sign, "x-coinex-timestamp": str(stamp)}


def okx_headers(row: Mapping[str, str], method: str, target: str, body: bytes, stamp: int) -> dict[str, str]:
    text = datetime.fromtimestamp(stamp / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    mac = hmac.new(row["secret"].encode(), f"{text}{method}{target}".encode() + body, hashlib.sha256)
    headers = {"ok-access-key": row["key"], "ok-access-sign": base64.b64encode(mac.digest()).decode()}
    headers |= {"ok-access-timestamp": text, "ok-access-passphrase": row["passphrase"]}
    return headers | {"content-type": "application/json", "x-simulated-trading": "1"}


SIGNERS = {"coinex": coinex_headers, "okx": okx_headers}


@dataclass
class Client:
    """Signs with an account's keys and reads the answers."""

    venue: Venue
    clock: Clock
    row: Mapping[str, Any] = field(default_factory=dict)

    def request(
        self, method: str, target: str, body: object = None, headers: Mapping[str, str] | None = None, age_ms: int = 0
    ) -> HttpRequest:
        raw = encode(body)
        row = self.row or DEFAULT_ACCOUNTS[self.venue.name]
        stamp = self.clock.now - age_ms
        signed = SIGNERS[self.venue.name](row, method, target, raw, stamp)
        return HttpRequest(method, target, signed | dict(headers or {}), raw)

    def send(
        self, method: str, target: str, body: object = None, headers: Mapping[str, str] | None = None, age_ms: int = 0
    ) -> Answer:
        return self.venue.handle(self.request(method, target, body, headers, age_ms))

    def get(self, target: str) -> Any:
        return decoded(self.send("GET", target))

    def post(self, target: str, body: object, headers: Mapping[str, str] | None = None) -> Any:
        return decoded(self.send("POST", target, body, headers))
