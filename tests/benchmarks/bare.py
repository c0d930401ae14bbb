"""The same hops without a relay's care: a script that stores an alert, fetches it and sends one signed OKX order."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import requests

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

PATH = "/api/v5/trade/order"


class Bare(ThreadingHTTPServer):
    """Takes alerts by HTTP and works its own queue in a thread."""

    daemon_threads = True

    def __init__(self, settings: Mapping[str, str], secret: str, exchange: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.sqs: SQSClient = _client("sqs", settings)
        self._secrets: SecretsManagerClient = _client("secretsmanager", settings)
        self._dynamodb: DynamoDBClient = _client("dynamodb", settings)
        self._table = settings["TABLE_NAME"]
        self._secret = secret
        self._exchange = exchange
        self._session = requests.Session()
        self.queue = self.sqs.create_queue(QueueName="bare.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        self.news = threading.Event()

    def work(self) -> None:
        """Fetch, order and delete whatever comes, until the server is closed."""
        while self.news.wait() and self.socket.fileno() >= 0:
            self.news.clear()
            for message in self.sqs.receive_message(QueueUrl=self.queue).get("Messages", []):
                self._order(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])

    def _order(self, alert: Mapping[str, str]) -> None:
        keys = json.loads(self._secrets.get_secret_value(SecretId=self._secret)["SecretString"])
        self._note(alert, "sending")
        body = json.dumps(
            {
                "instId": "BTC-USDT",
                "tdMode": "cash",
                "side": alert["action"],
                "ordType": "limit",
                "px": alert["price"],
                "sz": alert["quantity"],
                "clOrdId": alert["id"],
            }
        )
        answer = self._session.post(self._exchange + PATH, data=body, headers=_headers(keys, body), timeout=4)
        self._note(alert, answer.json()["data"][0]["ordId"])

    def _note(self, alert: Mapping[str, str], state: str) -> None:
        item = {"pk": {"S": "bare"}, "sk": {"S": alert["id"]}, "state": {"S": state}}
        self._dynamodb.put_item(TableName=self._table, Item=item)


class _Handler(BaseHTTPRequestHandler):
    server: Bare

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.sqs.send_message(
            QueueUrl=self.server.queue, MessageBody=body, MessageGroupId="bare", MessageDeduplicationId=uuid4().hex
        )
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.server.news.set()

    def log_message(self, format: str, *args: object) -> None:
        """Keep standard error clean."""


@contextmanager
def running(settings: Mapping[str, str], secret: str, exchange: str) -> Iterator[Bare]:
    """Serve and work in threads until the end of the block."""
    bare = Bare(settings, secret, exchange)
    worker = threading.Thread(target=bare.work, daemon=True)
    worker.start()
    threading.Thread(target=bare.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield bare
    finally:
        bare.shutdown()
        bare.server_close()
        bare.news.set()
        worker.join(5)


def _client(service: Any, settings: Mapping[str, str]) -> Any:
    return boto3.client(
        service,
        endpoint_url=settings["AWS_ENDPOINT_URL"],
        region_name=settings["AWS_REGION"],
        aws_access_key_id=settings["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=settings["AWS_SECRET_ACCESS_KEY"],
    )


def _headers(keys: Mapping[str, Any], body: str) -> dict[str, str]:
    stamp = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    digest = hmac.digest(keys["secret"].encode(), f"{stamp}POST{PATH}{body}".encode(), hashlib.sha256)
    return {
        "Content-Type": "application/json",
        "OK-ACCESS-KEY": keys["key"],
        "OK-ACCESS-SIGN": base64.b64encode(digest).decode(),
        "OK-ACCESS-TIMESTAMP": stamp,
        "OK-ACCESS-PASSPHRASE": keys["passphrase"],
        "x-simulated-trading": "1",
    }
