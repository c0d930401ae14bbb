"""A relay as its operator reaches it, deployed on AWS or running on this machine."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from tools.relayctl.aws import Aws
from tools.relayctl.aws import Row as Row
from tools.relayctl.trouble import Trouble

ROUTE, TOKEN = "ROUTE", "TOKEN"
Changes = Callable[[], list[Row]]


class Relay(Protocol):
    """What both kinds answer."""

    @property
    def name(self) -> str:
        """How to call it in a sentence."""

    @property
    def prefix(self) -> str: ...

    @property
    def aws(self) -> Aws: ...

    @property
    def settings(self) -> Mapping[str, str]:
        """The environment that names the exchanges' hosts."""

    @property
    def webhook_url(self) -> str:
        """The webhook with ROUTE and TOKEN to be put in."""

    def command(self, command: Mapping[str, Any]) -> Row:
        """Let the redrive function carry out a command; its answer, whatever that says."""

    def orders(self) -> list[Row]:
        """Every order as `GET /orders` shows it, oldest first."""

    def record(self, order_id: str) -> Row | None:
        """The stored record of an order."""

    def changes(self, since_ms: int) -> Changes:
        """A function that returns, each time, the state changes that are new since the last time."""

    def lines(self, order: Row, log_file: str | None) -> tuple[list[Row], str]:
        """The log lines of an order, or none and a sentence that says why."""

    def post(self, path: str, body: bytes) -> tuple[int, Any]:
        """Post an alert to a path below the webhook; status and answer."""


def carried_out(relay: Relay, command: Mapping[str, Any]) -> Row:
    """The answer to a command that was carried out; Trouble for one that was refused."""
    answer = relay.command(command)
    if "error" in answer:
        text = str(answer["error"])
        raise Trouble(f"{text[:1].upper()}{text[1:]}.")
    return answer


def address(relay: Relay, route: str, token: str | None) -> str:
    """The URL to paste into TradingView; without a token, one whose alerts carry it in their body."""
    url = relay.webhook_url.replace(f"/{ROUTE}/{TOKEN}", f"/{route}")
    return f"{url}/{token}" if token else url


def mine(line: Mapping[str, Any], order: Mapping[str, Any]) -> bool:
    """Whether a log line speaks of an order: of itself, or of its alert as a whole."""
    if "order_id" in line:
        return bool(line["order_id"] == order["order_id"])
    return bool(order["alert_id"]) and line.get("alert_id") == order["alert_id"]


def json_line(text: str) -> Row:
    """Read a line of a log; empty for what is no JSON object."""
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {}
