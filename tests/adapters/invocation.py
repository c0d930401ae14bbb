"""Handlers as Lambda loads and calls them: each load is a fresh sandbox."""

from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

FUNCTIONS = Path(__file__).parents[2] / "functions"


@dataclass(frozen=True, slots=True)
class Context:
    """The part of Lambda's context that handlers use."""

    remaining_ms: int = 15_000

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms


class BrokenContext(Context):
    """Makes a run crash in the middle, with a text that nobody may see."""

    def get_remaining_time_in_millis(self) -> int:
        raise RuntimeError("fake-value-canary")


def load(function: str) -> ModuleType:
    """Import a handler module anew, under a name of its own."""
    spec = spec_from_file_location(f"{function}_{uuid4().hex}", FUNCTIONS / function / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def record(body: str, number: int = 1, *, receives: int = 1, receipt: str | None = None) -> dict[str, Any]:
    """One record of an SQS event."""
    return {
        "messageId": f"message-{number}",
        "receiptHandle": receipt or f"receipt-{number}",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": str(receives),
            "SentTimestamp": "1700000000000",
            "SequenceNumber": "18849496460467696128",
            "MessageGroupId": f"group-{number}",
            "SenderId": "AIDAFAKE",
            "MessageDeduplicationId": f"deduplication-{number}",
            "ApproximateFirstReceiveTimestamp": "1700000000001",
        },
        "messageAttributes": {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:ap-northeast-1:123456789012:relay-orders.fifo",
        "awsRegion": "ap-northeast-1",
    }
