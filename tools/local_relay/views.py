"""What the relay knows, as JSON: every order's record, and every message that ended as a dead letter."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from order_relay.core.record import public
from tools.local_relay.cloud import Cloud, DeadLetter

Row = dict[str, Any]


def orders(cloud: Cloud) -> list[Row]:
    """Every exchange order and cancel, oldest first."""
    return [public(record) for record in _records(cloud)]


def dead_letters(cloud: Cloud) -> list[Row]:
    """Every dead letter, oldest first."""
    letters = cloud.dead_letters()
    records = list(_records(cloud)) if letters else []
    return sorted((_letter(one, records) for one in letters), key=lambda row: int(row["at_ms"]))


def _records(cloud: Cloud) -> list[Row]:
    documents = (json.loads(item["data"]["S"]) for item in cloud.items() if item["sk"]["S"].startswith("order#"))
    return sorted(documents, key=lambda row: (row["accepted_at_ms"], row["leg"], row["step"], row["order_id"]))


def _letter(letter: DeadLetter, records: list[Row]) -> Row:
    """Read an envelope; a letter that SQS moved by itself has none and is the message."""
    envelope = _object(letter.body)
    wrapped = "message" in envelope
    message = _object(envelope["message"]) if wrapped else envelope
    first = next(_of(message, records), {})
    return {
        "queue": letter.queue,
        "message_id": letter.message_id,
        "order_id": first.get("order_id"),
        "alert_id": message.get("alert_id"),
        "reason": envelope.get("reason") if wrapped else "received too often",
        "receives": envelope.get("receives", letter.receives) if wrapped else letter.receives,
        "at_ms": envelope.get("at_ms", letter.sent_ms) if wrapped else letter.sent_ms,
    }


def _of(message: Mapping[str, Any], records: list[Row]) -> Iterator[Row]:
    """The records of a message, its first leg first."""
    legs = message.get("legs")
    numbers = {leg.get("index") for leg in legs if isinstance(leg, Mapping)} if isinstance(legs, list) else set()
    for record in records:
        told = (record["alert_id"], record["account"])
        if told == (message.get("alert_id"), message.get("account")) and record["leg"] in numbers:
            yield record


def _object(text: object) -> dict[str, Any]:
    try:
        value = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {}
