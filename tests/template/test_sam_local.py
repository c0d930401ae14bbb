"""`make sam-local`: settings that fit the template and the stand-ins, and the way from containers to them."""

import json
import socket
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.template.stack import ROOT, Stack
from tools.local_relay.cloud import ACCOUNT_ID, PREFIX, TABLE, Cloud
from tools.rie.stand_ins import NOTIFIER_SECRET, stand_ins
from tools.sam_local.forward import Forward
from tools.sam_local.start_lambda import NoAnswer, StartLambda, deliver

SETTINGS: dict[str, str] = json.loads((ROOT / "env.local.json").read_text("utf-8"))["Parameters"]


class Functions(StartLambda):
    """Stands in for `sam local start-lambda`; without an answer it fails."""

    def __init__(self, answer: object = None, *, up: bool = True) -> None:
        self.events: list[tuple[str, Mapping[str, Any]]] = []
        self._answer, self._up = answer, up

    @property
    def up(self) -> bool:
        return self._up

    def invoke(self, function: str, event: Mapping[str, Any]) -> Any:
        self.events.append((function, event))
        if self._answer is None:
            raise NoAnswer(f"{function} did not answer: Test")
        return self._answer


def put(cloud: Cloud, lane: str) -> None:
    cloud.sqs.send_message(
        QueueUrl=cloud.queues[lane], MessageBody="{}", MessageGroupId="g", MessageDeduplicationId=lane
    )


def left(cloud: Cloud, lane: str) -> int:
    """Messages that are in the queue or in flight."""
    counts = cloud.sqs.get_queue_attributes(QueueUrl=cloud.queues[lane], AttributeNames=["All"])["Attributes"]
    return int(counts["ApproximateNumberOfMessages"]) + int(counts["ApproximateNumberOfMessagesNotVisible"])


def test_it_sets_every_variable_that_only_a_deployment_knows(stack: Stack) -> None:
    declared = {
        name: value
        for function in stack.functions.values()
        for name, value in function["Environment"]["Variables"].items()
    }
    known_here = {"AWS::Region", *stack.written["Parameters"]}
    unknown = {
        name for name, value in declared.items() if isinstance(value, dict) and value.get("Ref") not in known_here
    }
    assert unknown <= set(SETTINGS) <= set(declared), "sam local overrides only what the template declares"


def test_its_names_are_those_of_the_stand_ins() -> None:
    assert (SETTINGS["PREFIX"], SETTINGS["TABLE_NAME"]) == (PREFIX, TABLE)
    assert SETTINGS["NOTIFIER_SECRET"] == NOTIFIER_SECRET
    for lane in ("ORDERS", "CANCELS"):
        for suffix, tail in (("QUEUE", ""), ("DLQ", "-dlq")):
            url = urlsplit(SETTINGS[f"{lane}_{suffix}_URL"])
            assert url.path == f"/{ACCOUNT_ID}/{PREFIX}-{lane.lower()}{tail}.fifo"
            assert url.netloc == urlsplit(SETTINGS["AWS_ENDPOINT_URL"]).netloc


def test_every_exchange_and_aws_have_a_port_of_their_own() -> None:
    with stand_ins() as around:
        names = ["AWS_ENDPOINT_URL", *around.simulator.urls]
    ports = [urlsplit(SETTINGS[name]).port for name in names]
    assert len(set(ports)) == len(names)


def test_every_local_command_finds_them() -> None:
    settings = tomllib.loads((ROOT / "samconfig.toml").read_text("utf-8"))["default"]
    for command in ("local_invoke", "local_start_api", "local_start_lambda"):
        parameters = settings[command]["parameters"]
        assert parameters["env_vars"] == "env.local.json"
        assert parameters["add_host"] == ["host.docker.internal:host-gateway"]


def test_no_real_host_is_named() -> None:
    hosts = {urlsplit(value).hostname for value in SETTINGS.values() if value.startswith("http")}
    assert hosts == {"host.docker.internal"}


@contextmanager
def forwarded(target: int) -> Iterator[int]:
    """The port of a Forward to the target."""
    forward = Forward("127.0.0.1", 0, target)
    try:
        yield forward.server_address[1]
    finally:
        forward.close()


def test_a_forwarded_port_carries_both_directions_to_their_end() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        forwarded(server.getsockname()[1]) as port,
        socket.create_connection(("127.0.0.1", port), timeout=5) as near,
    ):
        far, _ = server.accept()
        with far:
            near.sendall(b"question")
            near.shutdown(socket.SHUT_WR)
            assert far.makefile("rb").read() == b"question"
            far.sendall(b"answer")
            far.shutdown(socket.SHUT_WR)
            assert near.makefile("rb").read() == b"answer"


def test_a_forwarded_port_outlives_a_target_that_was_away() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        with forwarded(server.getsockname()[1]) as port:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as near:
                assert near.recv(1) == b"", "nobody listens: the connection is closed, not left open"
            server.listen()
            with socket.create_connection(("127.0.0.1", port), timeout=5) as near:
                far, _ = server.accept()
                with far:
                    far.sendall(b"here")
                    assert near.recv(4) == b"here"


def test_a_closed_forward_listens_no_more() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        with forwarded(server.getsockname()[1]) as port:
            pass
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5)


def test_a_message_that_its_worker_has_done_leaves_the_queue() -> None:
    with stand_ins() as around:
        put(around.cloud, "cancels")
        functions = Functions({"batchItemFailures": []})
        assert deliver(around.cloud, functions) == ['CancelsFunction answered {"batchItemFailures": []}']
        [(function, event)] = functions.events
        assert (function, event["Records"][0]["body"]) == ("CancelsFunction", "{}")
        assert left(around.cloud, "cancels") == 0


def test_a_message_that_was_not_done_comes_back() -> None:
    with stand_ins() as around:
        put(around.cloud, "orders")
        assert deliver(around.cloud, Functions()) == ["OrdersFunction did not answer: Test"]
        assert left(around.cloud, "orders") == 1


def test_messages_wait_until_start_lambda_is_up() -> None:
    with stand_ins() as around:
        put(around.cloud, "orders")
        functions = Functions({"batchItemFailures": []}, up=False)
        assert deliver(around.cloud, functions) == []
        assert (functions.events, left(around.cloud, "orders")) == ([], 1)
