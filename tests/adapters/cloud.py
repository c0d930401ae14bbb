"""AWS on 127.0.0.1 for the adapters: moto's server, or any scripted server, reached as a deployment reaches AWS."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from moto.server import ThreadedMotoServer

from order_relay.adapters import aws

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "fake",
    "AWS_SECRET_ACCESS_KEY": "fake",
    "AWS_DEFAULT_REGION": "ap-northeast-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "POWERTOOLS_METRICS_NAMESPACE": "OrderRelay",
}


@contextmanager
def moto() -> Iterator[str]:
    """Run moto's server; yields its URL."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        yield "http://{}:{}".format(*server.get_host_and_port())
    finally:
        server.stop()


@contextmanager
def environment(endpoint: str, **changes: str) -> Iterator[None]:
    """Set what the Lambda runtime and the template would set, with every AWS endpoint at one URL.

    The service name is new each time: a logger keeps the standard output of the test that first named it.
    """
    service = f"order-relay-{uuid4().hex}"
    wanted = {**ENVIRONMENT, "POWERTOOLS_SERVICE_NAME": service, "AWS_ENDPOINT_URL": endpoint, **changes}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in wanted.items():
            patch.setenv(name, value)
        yield


def make_table() -> str:
    """Make a journal table as the template defines it."""
    name = f"journal-{uuid4().hex}"
    keys = ("pk", "HASH"), ("sk", "RANGE")
    aws.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in keys],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key, _ in keys],
    )
    return name


def make_queue() -> str:
    """Make a FIFO queue; returns its URL."""
    answer = aws.client("sqs").create_queue(QueueName=f"q-{uuid4().hex}.fifo", Attributes={"FifoQueue": "true"})
    return str(answer["QueueUrl"])


def messages(url: str) -> list[dict[str, Any]]:
    """Take everything that is visible in a queue, in order."""
    client, taken = aws.client("sqs"), []
    while received := client.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"], VisibilityTimeout=600
    ).get("Messages"):
        taken += received
        for message in received:
            client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return taken
