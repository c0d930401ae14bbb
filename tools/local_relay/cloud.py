"""AWS on this machine: a moto server with the relay's queues, table, topic and secrets."""

import json
import logging
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config as BotoConfig
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.sqs.models import sqs_backends
from werkzeug.serving import make_server

from tools.local_relay.config import Config

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

PREFIX = "order-relay"
REGION = "ap-northeast-1"
ACCOUNT_ID = "123456789012"
TABLE = f"{PREFIX}-journal"
LANES = ("orders", "cancels")
VISIBILITY_S = 90
RECEIVES_AT_MOST = 1000
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message of a dead-letter queue, read without receiving it."""

    queue: str
    message_id: str
    body: str
    receives: int
    sent_ms: int


class Cloud:
    """The moto server and the relay's resources in it; state is in memory and gone when it stops."""

    def __init__(self) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        app = _one_at_a_time(DomainDispatcherApplication(create_backend_app))
        self._server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=MotoRequestHandler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.sqs: SQSClient = self._client("sqs")
        self.dynamodb: DynamoDBClient = self._client("dynamodb")
        self.queues: dict[str, str] = {}
        self.topic = ""

    def __enter__(self) -> "Cloud":
        self._thread.start()
        self._forget()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def furnish(self, config: Config) -> None:
        """Create what the template creates, and store the secrets that an operator would."""
        for lane in LANES:
            dead = self._queue(f"{lane}-dlq", {"MessageRetentionPeriod": str(14 * DAY_S)})
            arn = f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:{PREFIX}-{lane}-dlq.fifo"
            redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": RECEIVES_AT_MOST})
            live = self._queue(lane, {"MessageRetentionPeriod": str(4 * DAY_S), "RedrivePolicy": redrive})
            self.queues |= {lane: live, f"{lane}-dlq": dead}
        self._table()
        self.topic = self._client("sns").create_topic(Name=f"{PREFIX}-alerts")["TopicArn"]
        secrets: SecretsManagerClient = self._client("secretsmanager")
        secrets.create_secret(Name=f"{PREFIX}/routes", SecretString=json.dumps({"routes": config.routes}))
        for name, account in config.accounts.items():
            secrets.create_secret(Name=f"{PREFIX}/accounts/{name}", SecretString=json.dumps(account))

    @property
    def settings(self) -> dict[str, str]:
        """The environment of every function: the template's variables, and this machine instead of AWS."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
            "PREFIX": PREFIX,
            "TABLE_NAME": TABLE,
            "ORDERS_QUEUE_URL": self.queues["orders"],
            "CANCELS_QUEUE_URL": self.queues["cancels"],
            "ORDERS_DLQ_URL": self.queues["orders-dlq"],
            "CANCELS_DLQ_URL": self.queues["cancels-dlq"],
            "ALERTS_TOPIC_ARN": self.topic,
            "ALLOWED_CIDRS": "",
            "LOG_LEVEL": "INFO",
            "POWERTOOLS_SERVICE_NAME": "order-relay",
            "POWERTOOLS_METRICS_NAMESPACE": "OrderRelay",
        }

    def items(self) -> Iterator[Mapping[str, Any]]:
        """Every item of the journal."""
        for page in self.dynamodb.get_paginator("scan").paginate(TableName=TABLE, ConsistentRead=True):
            yield from page["Items"]

    def dead_letters(self) -> list[DeadLetter]:
        """Look into the stand-in's memory: receiving would count, and would hide all but ten of a group."""
        found = []
        for lane in LANES:
            name = f"{PREFIX}-{lane}-dlq.fifo"
            queue = sqs_backends[ACCOUNT_ID][REGION].queues[name]
            for one in queue.messages:
                sent_ms = int(str(one.sent_timestamp))
                found.append(DeadLetter(name, one.id, one.body, one.approximate_receive_count, sent_ms))
        return found

    def _forget(self) -> None:
        """What an earlier server in this process was told would still be there."""
        connection = HTTPConnection("127.0.0.1", self._server.server_port)
        connection.request("POST", "/moto-api/reset")
        connection.getresponse().read()
        connection.close()

    def _queue(self, lane: str, attributes: Mapping[str, str]) -> str:
        fifo = {"FifoQueue": "true", "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
        every = {**fifo, "VisibilityTimeout": str(VISIBILITY_S), **attributes}
        return self.sqs.create_queue(QueueName=f"{PREFIX}-{lane}.fifo", Attributes=every)["QueueUrl"]  # type: ignore[arg-type]

    def _table(self) -> None:
        self.dynamodb.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )

    def _client(self, service: Any) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id="local",
            aws_secret_access_key="local",
            config=BotoConfig(proxies={}, retries={"total_max_attempts": 1}),
        )


def _one_at_a_time(app: "WSGIApplication") -> "WSGIApplication":
    """Serve one request after the other.

    moto rebuilds a queue's list while others append to it and checks a write's condition before it writes: in parallel
    it loses messages, delivers them twice and lets two conditional writes win. A request takes a few milliseconds.
    """
    lock = threading.Lock()

    def serve(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        with lock:
            return app(environ, start_response)

    return serve
