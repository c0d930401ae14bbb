"""Talking to the local relay over HTTP, as TradingView and a trader with a browser do."""

import http.client
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

TIMEOUT_S = 20


@dataclass(frozen=True)
class Reply:
    """An HTTP answer with its JSON decoded."""

    status: int
    data: Any


class Client:
    """One relay on 127.0.0.1; a new connection per request, because many threads may share the client."""

    def __init__(self, port: int) -> None:
        self._port = port

    def post(self, path: str, body: bytes) -> Reply:
        return self._ask("POST", path, body)

    def orders(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._ask("GET", "/orders").data
        return rows

    def dead_letters(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._ask("GET", "/dead-letters").data
        return rows

    def _ask(self, method: str, path: str, body: bytes | None = None) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_S)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json; charset=utf-8"})
            answer = connection.getresponse()
            return Reply(answer.status, json.loads(answer.read()))
        finally:
            connection.close()


def fill_in(text: str) -> str:
    """Replace {{timenow}} as TradingView does when an alert fires."""
    return text.replace("{{timenow}}", datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
