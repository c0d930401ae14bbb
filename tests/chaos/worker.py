"""One worker process: receives from one queue and runs the unchanged handler, until somebody kills it."""

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.chaos.dials import Dials
from tools.local_relay.function import Function

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef

TIMEOUT_S = 15
PAUSE_S = 0.25


def main() -> None:
    """The environment names the lane, its queue, the visibility timeout and the file of the dials."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    dials = Dials(Path(os.environ["CHAOS_DIALS"]))
    dials.busy = False
    _follow(dials)
    lane = os.environ["RELAY_LANE"]
    function = Function("worker", name=lane, instances=1, timeout_s=TIMEOUT_S)
    source = _Source(os.environ[f"{lane.upper()}_QUEUE_URL"], int(os.environ["CHAOS_VISIBILITY_S"]))
    parent = os.getppid()
    while os.getppid() == parent:
        message = source.receive()
        if message is None:
            time.sleep(PAUSE_S)
            continue
        dials.busy = True
        answer = function.invoke({"Records": [_record(message)]})
        if not answer["batchItemFailures"]:
            source.delete(message)
        dials.busy = False


def _follow(dials: Dials) -> None:
    """Let this host's wall clock show what the dial says; the monotonic clock goes on as it is."""
    true = time.time_ns
    time.time_ns = lambda: true() + dials.ahead_ms * 1_000_000


class _Source:
    """The event source of one queue; a queue that does not answer is asked again later."""

    def __init__(self, url: str, visibility_s: int) -> None:
        self._url = url
        self._visibility_s = visibility_s
        self._sqs = boto3.client("sqs", config=Config(proxies={}, retries={"total_max_attempts": 1}))

    def receive(self) -> "MessageTypeDef | None":
        try:
            answer = self._sqs.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=1,
                VisibilityTimeout=self._visibility_s,
                MessageSystemAttributeNames=["All"],
            )
        except (BotoCoreError, ClientError):
            return None
        messages = answer.get("Messages")
        return messages[0] if messages else None

    def delete(self, message: "MessageTypeDef") -> None:
        try:
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        except (BotoCoreError, ClientError):
            return  # it is delivered again, and its record says that it has ended


def _record(message: "MessageTypeDef") -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": dict(message.get("Attributes", {})),
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }


if __name__ == "__main__":
    main()
