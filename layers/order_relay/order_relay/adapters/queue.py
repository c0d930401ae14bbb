"""SQS FIFO queues: the webhook's outbox and the worker's inbox."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from order_relay.adapters.aws import unavailable
from order_relay.core.identity import deduplication_id
from order_relay.core.ports import Delivery, Entry, Letter

BATCH = 10
LONGEST_HIDDEN_S = 43_000
"""SQS hides a message for at most 12 hours counted from when it was received, and refuses to be asked for more."""
ROUNDS = 50
HIDDEN_S = 30


class SqsOutbox:
    """Stores messages with SendMessageBatch; what is not confirmed as stored is handed back."""

    def __init__(self, client: Any, urls: Mapping[str, str]) -> None:
        self._client = client
        self._urls = urls

    def send(self, entries: Sequence[Entry]) -> list[Entry]:
        missing: list[Entry] = []
        for lane in dict.fromkeys(entry.lane for entry in entries):
            for batch in _batches([entry for entry in entries if entry.lane == lane]):
                missing += self._send(self._urls[lane], batch)
        return missing

    def _send(self, url: str, batch: list[Entry]) -> list[Entry]:
        rows = [
            {
                "Id": str(index),
                "MessageBody": entry.body,
                "MessageGroupId": entry.group,
                "MessageDeduplicationId": entry.deduplication,
            }
            for index, entry in enumerate(batch)
        ]
        try:
            answer = self._client.send_message_batch(QueueUrl=url, Entries=rows)
        except (ClientError, BotoCoreError):
            return batch
        stored = {row["Id"] for row in answer.get("Successful", [])}
        return [entry for index, entry in enumerate(batch) if str(index) not in stored]


class SqsInbox:
    """Defers and buries received messages of one queue."""

    def __init__(self, client: Any, url: str, dead_letter_url: str) -> None:
        self._client = client
        self._url = url
        self._dead_letter_url = dead_letter_url

    def defer(self, receipt: str, seconds: float) -> None:
        whole = min(max(1, math.ceil(seconds)), LONGEST_HIDDEN_S)
        try:
            self._client.change_message_visibility(QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=whole)
        except (ClientError, BotoCoreError):
            return  # the message comes back by itself when its visibility ends

    def requeue(self, delivery: Delivery, body: str) -> None:
        with unavailable("queue"):
            self._client.send_message(
                QueueUrl=self._url,
                MessageBody=body,
                MessageGroupId=delivery.group,
                MessageDeduplicationId=deduplication_id("hold", delivery.message_id, str(delivery.receives)),
            )

    def bury(self, delivery: Delivery, reason: str, at_ms: int) -> None:
        envelope = {"message": delivery.body, "reason": reason, "at_ms": at_ms, "receives": delivery.receives}
        with unavailable("dead-letter queue"):
            self._client.send_message(
                QueueUrl=self._dead_letter_url,
                MessageBody=json.dumps(envelope, ensure_ascii=True),
                MessageGroupId=delivery.group,
                MessageDeduplicationId=deduplication_id("park", delivery.message_id, str(delivery.receives)),
            )


class SqsDeadLetters:
    """The dead-letter queues by lane; a received letter is hidden for 30 s."""

    def __init__(self, client: Any, urls: Mapping[str, str]) -> None:
        self._client = client
        self._urls = urls

    def receive(self) -> list[Letter]:
        return [letter for lane in self._urls for letter in self._lane(lane)]

    def delete(self, letter: Letter) -> None:
        with unavailable("dead-letter queue"):
            self._client.delete_message(QueueUrl=self._urls[letter.lane], ReceiptHandle=letter.receipt)

    def release(self, letter: Letter) -> None:
        with suppress(ClientError, BotoCoreError):
            self._client.change_message_visibility(
                QueueUrl=self._urls[letter.lane], ReceiptHandle=letter.receipt, VisibilityTimeout=0
            )

    def _lane(self, lane: str) -> Iterator[Letter]:
        """Receive until the queue shows nothing more; a FIFO group shows its next letter only after the first."""
        for _ in range(ROUNDS):
            with unavailable("dead-letter queue"):
                answer = self._client.receive_message(
                    QueueUrl=self._urls[lane],
                    MaxNumberOfMessages=BATCH,
                    VisibilityTimeout=HIDDEN_S,
                    AttributeNames=["ApproximateReceiveCount", "MessageGroupId", "SentTimestamp"],
                )
            found = answer.get("Messages", [])
            if not found:
                return
            yield from (_letter(lane, one) for one in found)


def _letter(lane: str, raw: Mapping[str, Any]) -> Letter:
    told = raw["Attributes"]
    return Letter(
        lane=lane,
        receipt=raw["ReceiptHandle"],
        message_id=raw["MessageId"],
        body=raw["Body"],
        group=told["MessageGroupId"],
        receives=int(told["ApproximateReceiveCount"]),
        sent_ms=int(told["SentTimestamp"]),
    )


def _batches(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    rest = iter(entries)
    while batch := list(islice(rest, BATCH)):
        yield batch
