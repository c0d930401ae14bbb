"""Logs, metrics and notifications through Powertools; secrets are removed by name and by value."""

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from order_relay.core.ports import HostClock

NOTIFY_EVERY_MS = 300_000
SUBJECT_AT_MOST = 99
_HIDDEN = ("secret", "passphrase", "token", "signature", "apikey", "api_key", "authorization")
_SHORTEST = 6
_UNMISTAKABLE = 8
_OF_THE_LINE = frozenset(vars(logging.makeLogRecord({}))) | {
    "message", "asctime", "level", "location", "timestamp", "service",
    "exception", "exception_name", "exception_notes", "stack_trace", "xray_trace_id",
}  # fmt: skip
"""Names that logging or Powertools use themselves: a field of such a name would be refused, dropped or misread."""


class Redactor:
    """Knows every secret value this process has read and blots it out of any text."""

    def __init__(self) -> None:
        self._values: list[str] = []

    def learn(self, secret: Mapping[str, Any]) -> None:
        known = set(self._values)
        for field in ("key", "secret", "passphrase"):
            value = secret.get(field)
            if isinstance(value, str) and len(value) >= _SHORTEST:
                known |= _forms(value)
        self._values = sorted(known, key=len, reverse=True)  # one secret may begin like another

    def clean(self, text: str) -> str:
        for value in self._values:
            text = text.replace(value, "***")
        return text.encode("utf-8", "backslashreplace").decode()

    def scrub(self, body: bytes) -> bytes:
        """Blot the values out of an exchange's answer, but for those that might be a part of what it tells."""
        for value in self._values:
            if len(value) >= _UNMISTAKABLE and not value.isdecimal():
                body = body.replace(value.encode("utf-8", "replace"), b"***")
        return body

    def field(self, name: str, value: object) -> object:
        if any(word in name.lower() for word in _HIDDEN):
            return "***"
        if value is None or isinstance(value, int | float):
            return value
        if isinstance(value, Mapping):
            return {self.clean(str(key)): self.field(str(key), inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.field(name, one) for one in value]
        return self.clean(str(value))


class PowertoolsSignals:
    """One structured line per event, EMF metrics, and notifications to a topic at most every 5 minutes per cause."""

    def __init__(self, redactor: Redactor, clock: HostClock, publish: Callable[[str, str], None] | None) -> None:
        self._redactor = redactor
        self._clock = clock
        self._publish = publish
        self._logger = Logger(log_uncaught_exceptions=False)
        self._told: dict[str, int] = {}

    def log(self, event: str, **fields: object) -> None:
        shown = {
            f"{name}_" if name in _OF_THE_LINE else name: self._redactor.field(name, value)
            for name, value in fields.items()
        }
        self._logger.info(self._redactor.clean(event), extra=shown)

    def count(self, metric: str, value: int = 1, **dimensions: str) -> None:
        try:
            with single_metric(name=metric, unit=MetricUnit.Count, value=value) as one:
                for name, text in dimensions.items():
                    if text.strip():
                        one.add_dimension(name, text)
        except Exception as exc:  # a metric must never stop an order
            self.log("metric_failed", metric=metric, cause=type(exc).__name__)

    def notify(self, subject: str, text: str, *, throttle: str | None = None) -> None:
        if self._publish is None or self._throttled(throttle):
            return
        try:
            self._publish(_subject(self._redactor.clean(subject)), self._redactor.clean(text or subject))
        except Exception as exc:  # telling a human must never stop an order
            self.log("notify_failed", cause=type(exc).__name__)

    def _throttled(self, key: str | None) -> bool:
        if key is None:
            return False
        now, last = self._clock.monotonic_ms(), self._told.get(key)
        if last is not None and now - last < NOTIFY_EVERY_MS:
            return True
        self._told[key] = now
        return False


def _forms(value: str) -> set[str]:
    """A secret as it is, and as JSON, JSON within JSON, or a URL writes it."""
    once = json.dumps(value)[1:-1]
    return {value, once, once.replace("/", "\\/"), json.dumps(once)[1:-1], quote(value, safe="", errors="replace")}


def _subject(text: str) -> str:
    """SNS takes printable ASCII of fewer than 100 characters that does not begin with a space (API: Publish)."""
    shown = "".join(letter if letter.isascii() and letter.isprintable() else "?" for letter in text)
    return shown.strip()[:SUBJECT_AT_MOST] or "?"
