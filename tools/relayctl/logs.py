"""CloudWatch Logs: the functions' JSON lines, searched and followed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tools.relayctl.aws import Row
from tools.relayctl.relay import Changes, json_line

CHANGE = '{ $.message = "order" }'
LATE_MS = 60_000
"""How long a line may take from being written to being found."""
_TOLD = ("order_id", "alert_id", "account", "exchange", "symbol", "action", "state", "note")


@dataclass(frozen=True, slots=True)
class Logs:
    """The log groups of some functions."""

    client: Any
    groups: Sequence[str]

    def lines(self, pattern: str, from_ms: int, to_ms: int | None = None) -> list[Row]:
        """Every line that matches, oldest first, with its time and the id of its event."""
        found = [line for group in self.groups for line in self._group(group, pattern, from_ms, to_ms)]
        return sorted(found, key=lambda line: int(line["at_ms"]))

    def new_changes(self, since_ms: int) -> Changes:
        """Follow the state changes of orders."""
        seen: dict[str, int] = {}
        begin = since_ms

        def new() -> list[Row]:
            nonlocal begin
            lines = [line for line in self.lines(CHANGE, begin) if line["event_id"] not in seen]
            seen.update({line["event_id"]: line["at_ms"] for line in lines})
            begin = max([begin, *(at_ms - LATE_MS for at_ms in seen.values())])
            for event_id in [one for one, at_ms in seen.items() if at_ms < begin]:
                del seen[event_id]
            return [_change(line) for line in lines if line.get("message") == "order"]

        return new

    def _group(self, group: str, pattern: str, from_ms: int, to_ms: int | None) -> Iterator[Row]:
        ends = {} if to_ms is None else {"endTime": to_ms}
        pages = self.client.get_paginator("filter_log_events").paginate(
            logGroupName=group, filterPattern=pattern, startTime=from_ms, **ends
        )
        for page in pages:
            for event in page["events"]:
                line = json_line(event["message"])
                if line:
                    yield {**line, "at_ms": event["timestamp"], "event_id": event["eventId"]}


def _change(line: Row) -> Row:
    return {"at_ms": line["at_ms"], **{name: line.get(name) for name in _TOLD}}
