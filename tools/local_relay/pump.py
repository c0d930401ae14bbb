"""The SQS event source: one queue, batches of one, partial failures, and as many invocations as the function allows."""

import threading
import traceback
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from tools.local_relay.cloud import REGION, VISIBILITY_S
from tools.local_relay.function import Function

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

PAUSE_S = 0.25
"""Between two looks into an empty queue. The stand-in cannot wait for a message without spinning, so the pump waits."""

TROUBLE_PAUSE_S = 1.0


class Pump:
    """Receives messages of one queue and invokes a function with them; what the function does not fail is deleted."""

    def __init__(self, sqs: "SQSClient", queue_url: str, function: Function) -> None:
        self._sqs = sqs
        self._url = queue_url
        self._arn = f"arn:aws:sqs:{REGION}:{queue_url.split('/')[-2]}:{queue_url.split('/')[-1]}"
        self._function = function
        self._receiving = threading.Lock()
        self._news = threading.Event()
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, name=f"{function.name}-{number}", daemon=True)
            for number in range(function.concurrency)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def nudge(self) -> None:
        """There may be a message to receive: look at once."""
        self._news.set()

    def stop(self) -> None:
        """Receive nothing more; what is at work goes on."""
        self._stopping.set()
        self._news.set()

    def join(self, timeout_s: float) -> bool:
        """Wait for the invocations at work; True when all have ended."""
        for thread in self._threads:
            thread.join(max(0.0, timeout_s))
        return not any(thread.is_alive() for thread in self._threads)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                message = self._next()
                if message:
                    self._work(message)
            except (BotoCoreError, ClientError) as exc:
                self._tell(f"{self._function.name}: the queue does not answer: {type(exc).__name__}")
                self._stopping.wait(TROUBLE_PAUSE_S)

    def _next(self) -> "MessageTypeDef | None":
        with self._receiving:
            while not self._stopping.is_set():
                self._news.clear()
                answer = self._sqs.receive_message(
                    QueueUrl=self._url,
                    MaxNumberOfMessages=1,
                    VisibilityTimeout=VISIBILITY_S,
                    WaitTimeSeconds=0,
                    MessageSystemAttributeNames=["All"],
                )
                if answer.get("Messages"):
                    return answer["Messages"][0]
                self._news.wait(PAUSE_S)
        return None

    def _work(self, message: "MessageTypeDef") -> None:
        try:
            answer = self._function.invoke({"Records": [self._record(message)]})
        except Exception:  # an invocation error: the message comes back when its visibility ends
            self._tell(traceback.format_exc())
            return
        if not _failed(answer):
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        self.nudge()

    def _tell(self, text: str) -> None:
        """Log a line; while everything stops, whatever fails is no news."""
        if not self._stopping.is_set():
            print(text)

    def _record(self, message: "MessageTypeDef") -> dict[str, Any]:
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": dict(message.get("Attributes", {})),
            "messageAttributes": {},
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": self._arn,
            "awsRegion": REGION,
        }


def _failed(answer: object) -> bool:
    """True if the one message of the batch must be delivered again; any named failure can only be that message."""
    return isinstance(answer, Mapping) and bool(answer.get("batchItemFailures"))
