"""A second opinion on Bitunix's signature, and a client that talks to both hosts in this process."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tests.simulator.signing import Clock, decoded, encode
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.bitunix import Bitunix
from tools.exchange_simulator.message import Answer, HttpRequest, HttpResponse

SPOT = "/api/spot/v1"
FUTURES = "/api/v1/futures"
NONCE = "0123456789abcdef0123456789abcdef"


@dataclass
class BitunixClient:
    """Signs with the default account's keys; the path decides the host."""

    venue: Bitunix
    clock: Clock

    def request(
        self, method: str, path: str, query: Mapping[str, str], body: object = None, age_ms: int = 0
    ) -> HttpRequest:
        row, raw, stamp = DEFAULT_ACCOUNTS["bitunix"], encode(body), str(self.clock.now - age_ms)
        bare = "".join(name + query[name] for name in sorted(query))
        digest = hashlib.sha256(f"{NONCE}{stamp}{row['key']}{bare}".encode() + raw).hexdigest()
        sign = hashlib.sha256(f"{digest}{row['secret']}".encode()).hexdigest()
        headers = {"api-key": row["key"], "nonce": NONCE, "timestamp": stamp, "sign": sign}
        target = f"{path}?{urlencode(query)}" if query else path
        host = "bitunix_futures" if path.startswith(FUTURES) else "bitunix"
        return HttpRequest(method, target, headers | {"content-type": "application/json"}, raw, host)

    def send(self, method: str, path: str, query: Mapping[str, str], body: object = None) -> Answer:
        return self.venue.handle(self.request(method, path, query, body))

    def get(self, path: str, **query: str) -> Any:
        return decoded(self.send("GET", path, query))

    def post(self, path: str, body: object) -> Any:
        return decoded(self.send("POST", path, {}, body))

    def data(self, path: str, **query: str) -> Any:
        answer = self.get(path, **query)
        assert answer["code"] in (0, "0"), answer
        return answer["data"]

    def done(self, path: str, body: object) -> Any:
        answer = self.post(path, body)
        assert answer["code"] in (0, "0"), answer
        return answer["data"]

    def refused(self, path: str, body: object) -> str | int:
        """Return the code of a refusal: HTTP 200, a string on spot, a number on futures."""
        answer = self.send("POST", path, {}, body)
        assert isinstance(answer, HttpResponse)
        assert answer.status == 200
        code = decoded(answer)["code"]
        assert isinstance(code, str if path.startswith(SPOT) else int)
        assert code not in (0, "0")
        return code
