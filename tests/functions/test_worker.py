"""The worker handler: what it answers to SQS, whatever happens inside."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from time import time_ns
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest

from order_relay.adapters import aws
from order_relay.core.message import SCHEMA, Message
from order_relay.core.order import Action, Leg
from order_relay.core.symbol import Market
from tests.adapters.cloud import environment, make_queue, make_table, messages, moto
from tests.adapters.invocation import BrokenContext, Context, load, record
from tests.adapters.loopback import NOTHING_THEN_CLOSE, Loopback, Step, loopback, reply

DONE: dict[str, Any] = {"batchItemFailures": []}
POISON = "fake-poison-body"
NEWER = json.dumps({"schema": SCHEMA + 1})
STORED = Step(reply(b'{"MessageId":"m","MD5OfMessageBody":"x"}'))
REFUSED = Step(reply(b'{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"fake-value"}', "400 Bad Request"))
BUY = Leg(Action.BUY, "BTCUSDT", Market.SPOT, "BTCUSDT", quantity=Decimal("0.01"))
MESSAGE = Message(
    alert_id="alert",
    sha256="0" * 64,
    accepted_at_ms=1_700_000_000_000,
    fired_ms=1_700_000_000_000,
    once=True,
    explicit=True,
    route="chart",
    account="nobody",
    legs=(BUY,),
)
QUEUES = {
    "ORDERS_QUEUE_URL": "http://127.0.0.1/1/orders.fifo",
    "ORDERS_DLQ_URL": "http://127.0.0.1/1/orders-dlq.fifo",
}
SETTINGS = {"PREFIX": "relay", "TABLE_NAME": "journal", "RELAY_LANE": "orders", "ALERTS_TOPIC_ARN": "", **QUEUES}
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def worker() -> ModuleType:
    return load("worker")


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    """Every log and metric line that was written, as JSON."""
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def failures(*numbers: int) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": f"message-{number}"} for number in numbers]}


def calls(server: Loopback) -> list[tuple[str, dict[str, Any]]]:
    """Every AWS call: the operation and what it was asked."""
    found = []
    for request in server.requests:
        head, _, body = request.partition(b"\r\n\r\n")
        target = next(line for line in head.decode().split("\r\n") if line.lower().startswith("x-amz-target"))
        found.append((target.rpartition(".")[2], json.loads(body)))
    return found


@pytest.fixture
def queues() -> Iterator[Loopback]:
    """A scripted AWS that takes everything, and the environment of the order lane."""
    with loopback(STORED) as server, environment(server.url, **SETTINGS):
        yield server


@pytest.mark.parametrize("event", [{"Records": []}, {}])
def test_no_records_are_no_failures(queues: Loopback, worker: ModuleType, event: dict[str, Any]) -> None:
    assert worker.lambda_handler(event, Context()) == DONE
    assert queues.requests == []


def test_a_warming_event_makes_the_worker_and_calls_nobody(queues: Loopback, worker: ModuleType) -> None:
    assert worker.lambda_handler({"warm": True}, Context()) == {"warm": True}
    assert queues.requests == []


def test_poison_is_buried_with_its_reason_and_is_done(queues: Loopback, worker: ModuleType, lines: Lines) -> None:
    assert worker.lambda_handler({"Records": [record(POISON)]}, Context()) == DONE
    ((operation, asked),) = calls(queues)
    assert (operation, asked["QueueUrl"]) == ("SendMessage", QUEUES["ORDERS_DLQ_URL"])
    envelope = json.loads(asked["MessageBody"])
    assert (envelope["message"], envelope["reason"].startswith("not a message of schema")) == (POISON, True)
    assert asked["MessageGroupId"] == "group-1"
    assert any("MessageBuried" in line for line in lines())


def test_what_must_come_back_is_hidden_for_the_time_it_asked_for_and_is_a_failure(
    queues: Loopback, worker: ModuleType, lines: Lines
) -> None:
    assert worker.lambda_handler({"Records": [record(NEWER)]}, Context()) == failures(1)
    assert calls(queues) == [
        (
            "ChangeMessageVisibility",
            {"QueueUrl": QUEUES["ORDERS_QUEUE_URL"], "ReceiptHandle": "receipt-1", "VisibilityTimeout": 30},
        )
    ]
    (line,) = lines()
    assert (line["message"], line["seconds"]) == ("later", 30)


def test_the_first_failure_and_everything_after_it_are_failures_so_that_the_order_is_kept(
    queues: Loopback, worker: ModuleType
) -> None:
    records = [record(POISON, 1), record(NEWER, 2), record(POISON, 3), record(POISON, 4)]
    assert worker.lambda_handler({"Records": records}, Context()) == failures(2, 3, 4)
    assert [operation for operation, _ in calls(queues)] == ["SendMessage", "ChangeMessageVisibility"]


def test_a_crash_is_deferred_counted_and_logged_without_values(worker: ModuleType, lines: Lines) -> None:
    with loopback(REFUSED, STORED) as server, environment(server.url, **SETTINGS):
        assert worker.lambda_handler({"Records": [record(POISON)]}, Context()) == failures(1)
        operation, asked = calls(server)[-1]
    assert (operation, asked["VisibilityTimeout"]) == ("ChangeMessageVisibility", 5)
    written = lines()
    assert any(line.get("WorkerError") == [1.0] for line in written)
    (crash,) = [line for line in written if line.get("message") == "crash"]
    assert crash["cause"] == "Unavailable"
    assert crash["where"].partition(":")[0].endswith(".py")
    assert "fake" not in json.dumps(written)


@pytest.mark.parametrize("body", [POISON, NEWER, MESSAGE.encode()], ids=["poison", "newer", "order"])
@pytest.mark.parametrize("step", [REFUSED, Step(reply(b"<html>", "503 Down")), NOTHING_THEN_CLOSE])
def test_it_never_raises_even_when_all_of_aws_is_down(worker: ModuleType, lines: Lines, step: Step, body: str) -> None:
    with loopback(step) as server, environment(server.url, **SETTINGS):
        assert worker.lambda_handler({"Records": [record(body)]}, Context()) == failures(1)
    assert "fake" not in json.dumps(lines())


def test_a_worker_is_made_once_and_kept(queues: Loopback, worker: ModuleType) -> None:
    worker.lambda_handler({"warm": True}, Context())
    kept = worker._worker
    worker.lambda_handler({"Records": [record(POISON)]}, Context())
    assert worker._worker is kept


def test_a_mistake_in_the_deployment_is_an_error_of_the_function(
    queues: Loopback, worker: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lambda counts it, an alarm tells a human, and the message comes back by itself."""
    monkeypatch.delenv("TABLE_NAME")
    with pytest.raises(KeyError, match="TABLE_NAME"):
        worker.lambda_handler({"Records": [record(POISON)]}, Context())


# With a real journal and real queues


@pytest.fixture(scope="module")
def moto_url() -> Iterator[str]:
    with moto() as url:
        yield url


@pytest.fixture
def dead_letters(moto_url: str) -> Iterator[str]:
    """An environment at moto; yields the URL of the dead-letter queue."""
    with environment(moto_url):
        urls = {"ORDERS_QUEUE_URL": make_queue(), "ORDERS_DLQ_URL": make_queue()}
        with environment(moto_url, **{**SETTINGS, **urls, "TABLE_NAME": make_table()}):
            yield urls["ORDERS_DLQ_URL"]


def test_an_order_that_ends_is_done(dead_letters: str, worker: ModuleType, lines: Lines) -> None:
    assert worker.lambda_handler({"Records": [record(MESSAGE.encode())]}, Context()) == DONE
    (line,) = [line for line in lines() if line.get("message") == "order"]
    assert (line["state"], line["note"]) == ("rejected", "there is no secret 'accounts/nobody'")
    assert messages(dead_letters) == []


@pytest.fixture
def exchange(dead_letters: str) -> Iterator[Loopback]:
    """An account whose exchange answers nothing sensible."""
    secret = {"exchange": "okx", "key": "fake-key", "secret": "fake-secret", "passphrase": "fake-pass"}
    prefix = f"relay-{uuid4().hex}"
    aws.client("secretsmanager").create_secret(Name=f"{prefix}/accounts/main", SecretString=json.dumps(secret))
    answer = Step(reply(b"{}", "500 Internal Server Error"))
    with loopback(answer) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFIX", prefix)
        patch.setenv("EXCHANGE_URL_OKX", server.url)
        yield server


def fresh_order() -> str:
    now_ms = time_ns() // 1_000_000
    return replace(MESSAGE, account="main", accepted_at_ms=now_ms, fired_ms=now_ms).encode()


def test_each_run_is_told_how_long_it_may_take(exchange: Loopback, worker: ModuleType, lines: Lines) -> None:
    """With too little time left no call to an exchange begins; the next run has its own time."""
    event = {"Records": [record(fresh_order())]}
    assert worker.lambda_handler(event, Context(4_000)) == failures(1)
    assert exchange.requests == []
    assert worker.lambda_handler(event, Context(15_000)) == failures(1)
    assert exchange.requests != []
    assert any("too little time left" in str(line.get("why")) for line in lines())


def test_the_fourth_delivery_of_a_message_that_always_crashes_is_quarantined(
    exchange: Loopback, dead_letters: str, worker: ModuleType, lines: Lines
) -> None:
    body = fresh_order()
    for receives in (1, 2, 3):
        event = {"Records": [record(body, receives=receives)]}
        assert worker.lambda_handler(event, BrokenContext()) == failures(1)
    assert worker.lambda_handler({"Records": [record(body, receives=4)]}, BrokenContext()) == DONE
    (letter,) = messages(dead_letters)
    assert json.loads(letter["Body"])["reason"].startswith("quarantined: ")
    written = lines()
    assert [line["cause"] for line in written if line.get("message") == "crash"] == ["RuntimeError"] * 3
    assert "fake-value" not in json.dumps(written)
