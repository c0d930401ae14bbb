"""The relay of `make serve`: its local-only pages tell where its stand-ins are."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tools.relayctl.aws import Aws, Row
from tools.relayctl.relay import Changes, json_line, mine
from tools.relayctl.trouble import Trouble
from tools.relayctl.web import ask


@dataclass
class Local:
    """A relay on this machine."""

    url: str

    @property
    def name(self) -> str:
        return f"the relay at {self.url}"

    @property
    def prefix(self) -> str:
        return self.settings["PREFIX"]

    @cached_property
    def settings(self) -> Mapping[str, str]:
        settings: Mapping[str, str] = self._get("settings")
        return settings

    @cached_property
    def aws(self) -> Aws:
        return Aws.stand_in(self.settings)

    @property
    def webhook_url(self) -> str:
        return f"{self.url}/alerts/ROUTE/TOKEN"

    def command(self, command: Mapping[str, Any]) -> Row:
        status, answer = ask("POST", f"{self.url}/redrive", json.dumps(command).encode(), direct=True)
        if status != 200 or not isinstance(answer, dict):
            raise Trouble(f"{self.name} answered the command with HTTP {status}.")
        return answer

    def orders(self) -> list[Row]:
        rows: list[Row] = self._get("orders")
        return rows

    def record(self, order_id: str) -> Row | None:
        return next(iter(self.aws.records(self.settings["TABLE_NAME"], order_id)), None)

    def changes(self, since_ms: int) -> Changes:
        seen: set[tuple[str, ...]] = set()

        def new() -> list[Row]:
            lines = [line for order in self.orders() for line in _unseen(order, seen)]
            return sorted((line for line in lines if line["at_ms"] >= since_ms), key=lambda line: int(line["at_ms"]))

        return new

    def lines(self, order: Row, log_file: str | None) -> tuple[list[Row], str]:
        if log_file is None:
            return [], "the log: give the LOG_FILE of `make serve` with --log-file"
        with open(log_file, encoding="utf-8", errors="replace") as log:
            found = [line for text in log if mine(line := json_line(text), order)]
        return found, "" if found else f"the log: {log_file} holds no line of this order"

    def post(self, path: str, body: bytes) -> tuple[int, Any]:
        return ask("POST", path, body, direct=True)

    def _get(self, page: str) -> Any:
        status, answer = ask("GET", f"{self.url}/{page}", direct=True)
        if status != 200 or answer is None:
            raise Trouble(f"There is no local relay at {self.url} (HTTP {status}). Start one with `make serve`.")
        return answer


def _unseen(order: Row, seen: set[tuple[str, ...]]) -> Iterator[Row]:
    """The lines of an order's history that were not shown before."""
    named = {name: order[name] for name in ("order_id", "alert_id", "account", "exchange", "symbol", "action")}
    for line in order["history"]:
        identity = (order["order_id"], str(line["at_ms"]), line["state"], line["note"])
        if identity not in seen:
            seen.add(identity)
            yield {**line, **named}
