"""Events as AWS would hand them over: an alert through the HTTP API, and a queue's message."""

import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tools.local_relay import PROJECT
from tools.local_relay.cloud import Cloud

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef

ORDER = {"action": "buy", "symbol": "BTCUSDT", "type": "limit", "price": "50000", "quantity": "0.01", "ref": "entry"}
CANCEL = {"action": "cancel", "symbol": "BTCUSDT", "ref": "entry"}


def sample(name: str) -> dict[str, Any]:
    """Read one of the sample events."""
    event: dict[str, Any] = json.loads((PROJECT / "events" / f"{name}.json").read_text("utf-8"))
    return event


def alert(body: Mapping[str, str], route: str, token: str) -> dict[str, Any]:
    """Post an alert of its own identity now."""
    event = sample("webhook")
    event["requestContext"] |= {"requestId": uuid4().hex, "timeEpoch": time.time_ns() // 1_000_000}
    event["pathParameters"] = {"route": route, "token": token}
    event["body"] = json.dumps({**body, "id": uuid4().hex})
    return event


def received(cloud: Cloud, lane: str) -> dict[str, Any]:
    """Take the only message of a queue, as its event source would deliver it."""
    answer = cloud.sqs.receive_message(QueueUrl=cloud.queues[lane], MessageSystemAttributeNames=["All"])
    (message,) = answer["Messages"]
    cloud.sqs.delete_message(QueueUrl=cloud.queues[lane], ReceiptHandle=message["ReceiptHandle"])
    return {"Records": [_record(message)]}


def _record(message: "MessageTypeDef") -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": dict(message["Attributes"]),
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }
