"""What a dead letter holds: an envelope the worker wrote, or a message that SQS itself moved there."""

import json
from dataclasses import dataclass
from typing import Any

from order_relay.core.ports import Letter

MOVED_BY_QUEUE = "delivered too often without an outcome"


@dataclass(frozen=True, slots=True)
class Opened:
    """The message inside a letter, and what can be told of it without understanding the message."""

    message: str
    told: dict[str, Any]


def opened(letter: Letter) -> Opened:
    message, reason, at_ms, receives = letter.body, MOVED_BY_QUEUE, letter.sent_ms, letter.receives
    try:
        data = json.loads(letter.body)
        if isinstance(data, dict) and isinstance(data.get("message"), str):
            message, reason, at_ms = data["message"], str(data.get("reason", "")), int(data.get("at_ms", at_ms))
            receives = int(data.get("receives", receives))
    except (ValueError, TypeError, RecursionError):
        pass
    told = {
        "queue": letter.lane,
        "message_id": letter.message_id,
        "reason": reason,
        "receives": receives,
        "at_ms": at_ms,
    }
    return Opened(message, told)
