"""Functions behind `sam local start-lambda`, called with the events that it does not make: posts and messages."""

import json
import socket
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tools.local_relay.cloud import LANES, REGION, Cloud
from tools.rie.events import record

PORT = 3001


class NoAnswer(Exception):
    """Nobody listens at the port of start-lambda, or the function failed."""


class StartLambda:
    """Calls functions by their name in the template."""

    def __init__(self) -> None:
        self._client = boto3.client(
            "lambda",
            endpoint_url=f"http://127.0.0.1:{PORT}",
            region_name=REGION,
            aws_access_key_id="local",
            aws_secret_access_key="local",
            config=Config(read_timeout=120, retries={"total_max_attempts": 1}),
        )

    @property
    def up(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", PORT)) == 0

    def invoke(self, function: str, event: Mapping[str, Any]) -> Any:
        try:
            answer = json.loads(self._client.invoke(FunctionName=function, Payload=json.dumps(event))["Payload"].read())
        except (BotoCoreError, ClientError, ValueError) as exc:
            raise NoAnswer(f"{function} did not answer: {type(exc).__name__}") from None
        if isinstance(answer, dict) and "errorType" in answer:
            raise NoAnswer(f"{function} failed: {answer['errorType']}")
        return answer


def deliver(cloud: Cloud, functions: StartLambda) -> list[str]:
    """Give one message of each lane to its worker, as an event source does; returns a line for each."""
    return [line for lane in LANES if functions.up and (line := _deliver(cloud, lane, functions))]


def _deliver(cloud: Cloud, lane: str, functions: StartLambda) -> str:
    queue, function = cloud.queues[lane], f"{lane.title()}Function"
    messages = cloud.sqs.receive_message(QueueUrl=queue, MessageSystemAttributeNames=["All"]).get("Messages")
    if not messages:
        return ""
    try:
        answer = functions.invoke(function, {"Records": [record(messages[0])]})
    except NoAnswer as exc:  # the message comes back when its visibility ends
        return str(exc)
    if answer == {"batchItemFailures": []}:
        cloud.sqs.delete_message(QueueUrl=queue, ReceiptHandle=messages[0]["ReceiptHandle"])
    return f"{function} answered {json.dumps(answer)}"
