"""A second opinion on JEX's signature, and a client that talks to the venue in this process."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from tests.simulator.signing import Clock, decoded
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.jex import Jex
from tools.exchange_simulator.message import Answer, HttpRequest, HttpResponse

Row = dict[str, Any]
ROW = DEFAULT_ACCOUNTS["jex"]
HEADERS = {"x-jex-apikey": ROW["key"], "content-type": "application/x-www-form-urlencoded"}


def sign(total: str) -> str:
    return hmac.new(ROW["secret"].encode(), total.encode(), hashlib.sha256).hexdigest()


@dataclass
class JexClient:
    """Signs parameters in the order given, POST in the body, everything else in the query."""

    venue: Jex
    clock: Clock

    def request(self, method: str, path: str, given: Row, age_ms: int = 0) -> HttpRequest:
        stamped = {**given, "timestamp": self.clock.now - age_ms}
        total = "&".join(f"{name}={value}" for name, value in stamped.items())
        wire = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in stamped.items())
        text = f"{wire}&signature={sign(total)}"
        if method == "POST":
            return HttpRequest(method, path, HEADERS, text.encode())
        return HttpRequest(method, f"{path}?{text}", HEADERS)

    def signed(self, method: str, target: str, body: str = "") -> Any:
        """Send raw text, signed as it stands; the signature ends the body, or the query if there is none."""
        ending = f"&signature={sign(target.partition('?')[2] + body)}"
        request = HttpRequest(method, target if body else target + ending, HEADERS, f"{body}{ending}".encode())
        return decoded(self.venue.handle(request if body else replace(request, body=b"")))

    def send(self, method: str, path: str, **given: object) -> Answer:
        return self.venue.handle(self.request(method, path, given))

    def done(self, method: str, path: str, **given: object) -> Any:
        answer = self.send(method, path, **given)
        assert isinstance(answer, HttpResponse)
        assert answer.status == 200, answer.body
        return decoded(answer)

    def refused(self, method: str, path: str, **given: object) -> int:
        """Return the negative code of a refusal, which is some HTTP 4XX."""
        answer = self.send(method, path, **given)
        assert isinstance(answer, HttpResponse)
        assert 400 <= answer.status < 500
        return int(decoded(answer)["code"])
