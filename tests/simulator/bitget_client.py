"""A second opinion on Bitget's signature, and a client that talks to the venue in this process."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tests.simulator.signing import Clock, decoded, encode
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.bitget import Bitget
from tools.exchange_simulator.message import Answer, HttpRequest, HttpResponse

Row = dict[str, Any]


@dataclass
class BitgetClient:
    """Signs with one account's keys; `account` is bitget (classic) or bitget_uta (unified)."""

    venue: Bitget
    clock: Clock
    account: str = "bitget"

    def request(
        self, method: str, path: str, query: Mapping[str, str], body: object = None, in_order: bool = True
    ) -> HttpRequest:
        row, raw, stamp = DEFAULT_ACCOUNTS[self.account], encode(body), str(self.clock.now)
        pairs = sorted(query.items(), reverse=not in_order)
        plain = "&".join(f"{name}={value}" for name, value in pairs)
        wire = "&".join(f"{name}={quote(value, safe='')}" for name, value in pairs)
        text = f"{stamp}{method}{path}{'?' if plain else ''}{plain}".encode() + raw
        sign = base64.b64encode(hmac.new(row["secret"].encode(), text, hashlib.sha256).digest()).decode()
        headers = {"access-key": row["key"], "access-sign": sign, "access-timestamp": stamp}
        headers |= {"access-passphrase": row["passphrase"], "content-type": "application/json", "paptrading": "1"}
        return HttpRequest(method, f"{path}?{wire}" if wire else path, headers, raw)

    def send(self, method: str, path: str, query: Mapping[str, str], body: object = None) -> Answer:
        return self.venue.handle(self.request(method, path, query, body))

    def get(self, path: str, **query: str) -> Any:
        return decoded(self.send("GET", path, query))

    def post(self, path: str, body: object) -> Any:
        return decoded(self.send("POST", path, {}, body))

    def data(self, path: str, **query: str) -> Any:
        answer = self.get(path, **query)
        assert answer["code"] == "00000", answer
        return answer["data"]

    def done(self, path: str, body: object) -> Any:
        answer = self.post(path, body)
        assert answer["code"] == "00000", answer
        return answer["data"]

    def refused(self, path: str, body: object) -> str:
        """Return the code of a refusal, which is always HTTP 400 without data."""
        answer = self.send("POST", path, {}, body)
        assert isinstance(answer, HttpResponse)
        assert answer.status == 400
        assert decoded(answer)["data"] is None
        return str(decoded(answer)["code"])
