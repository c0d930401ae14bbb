"""Events as AWS would hand them over: an alert through the HTTP API, and a queue's message."""

import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tools.local_relay.cloud import LANES, Cloud
from tools.rie.samples import read

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef

ORDER = {"action": "buy", "symbol": "BTCUSDT", "type": "limit", "price": "50000", "quantity": "0.01", "ref": "entry"}
CANCEL = {"action": "cancel", "symbol": "BTCUSDT", "ref": "entry"}


def alert(body: Mapping[str, str], route: str, token: str) -> dict[str, Any]:
    """Post an alert of its own identity now."""
    event = read("webhook")
    event["requestContext"] |= {"requestId": uuid4().hex, "timeEpoch": time.time_ns() // 1_000_000}
    event["pathParameters"] = {"route": route, "token": token}
    event["body"] = json.dumps({**body, "id": uuid4().hex})
    return event


def received(cloud: Cloud, lane: str) -> dict[str, Any]:
    """Take the only message of a queue, as its event source would deliver it."""
    answer = cloud.sqs.receive_message(QueueUrl=cloud.queues[lane], MessageSystemAttributeNames=["All"])
    (message,) = answer["Messages"]
    cloud.sqs.delete_message(QueueUrl=cloud.queues[lane], ReceiptHandle=message["ReceiptHandle"])
    return {"Records": [record(message)]}


def forget(cloud: Cloud) -> None:
    """Drop what waits in the queues."""
    for lane in LANES:
        cloud.sqs.purge_queue(QueueUrl=cloud.queues[lane])


def record(message: "MessageTypeDef") -> dict[str, Any]:
    """A received message as Lambda hands it over."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": dict(message["Attributes"]),
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }
