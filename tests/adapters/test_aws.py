"""AWS clients: only where the environment points, ended in time, and errors that tell a code and nothing else."""

import logging
import time

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from order_relay.adapters import aws
from order_relay.core.ports import Unavailable
from tests.adapters.cloud import environment
from tests.adapters.loopback import NOTHING_THEN_CLOSE, NOTHING_THEN_HANG, OK, Step, loopback, reply


@pytest.mark.parametrize("service", aws.SERVICES)
def test_every_service_has_a_client_that_follows_the_endpoint_of_the_environment(service: str) -> None:
    with environment("http://127.0.0.1:9"):
        assert aws.client(service).meta.endpoint_url == "http://127.0.0.1:9"


@pytest.mark.parametrize("service", aws.SERVICES)
def test_an_empty_endpoint_means_aws_itself(service: str) -> None:
    """The template declares the variable empty, so that `sam local` can override it."""
    with environment(""):
        assert aws.client(service).meta.endpoint_url == f"https://{service}.ap-northeast-1.amazonaws.com"


def test_a_service_may_have_an_endpoint_of_its_own() -> None:
    with environment("http://127.0.0.1:9", AWS_ENDPOINT_URL_SQS="http://127.0.0.1:8"):
        assert aws.client("sqs").meta.endpoint_url == "http://127.0.0.1:8"
        assert aws.client("sns").meta.endpoint_url == "http://127.0.0.1:9"


def test_a_call_that_hangs_is_ended() -> None:
    with loopback(NOTHING_THEN_HANG) as server, environment(server.url):
        client = aws.client("sqs", connect_s=0.2, read_s=0.2, attempts=1)
        started = time.monotonic()
        with pytest.raises(Unavailable, match=r"^queue: ReadTimeoutError$"), aws.unavailable("queue"):
            client.list_queues()
        assert time.monotonic() - started < 1


@pytest.mark.parametrize("attempts", [1, 2])
def test_a_call_is_made_as_often_as_allowed(attempts: int) -> None:
    with loopback(NOTHING_THEN_CLOSE) as server, environment(server.url):
        client = aws.client("sqs", attempts=attempts)
        with pytest.raises(Unavailable), aws.unavailable("queue"):
            client.list_queues()
        assert len(server.requests) == attempts


def test_connections_are_kept() -> None:
    with loopback(OK) as server, environment(server.url):
        client = aws.client("sqs")
        for _ in range(3):
            client.list_queues()
        assert server.connections == 1


def test_the_sdk_never_writes_down_whole_answers(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with loopback(Step(reply(b'{"SecretString":"fake-secret"}'))) as server, environment(server.url):
        assert aws.client("secretsmanager").get_secret_value(SecretId="x")["SecretString"] == "fake-secret"
    assert "fake-secret" not in caplog.text


def test_an_error_of_aws_is_told_by_its_code_alone() -> None:
    error = ClientError({"Error": {"Code": "AccessDenied", "Message": "fake-value may not"}}, "PutItem")
    with pytest.raises(Unavailable, match=r"^journal write: AccessDenied$"), aws.unavailable("journal write"):
        raise error


def test_an_error_of_the_sdk_is_told_by_its_name_alone() -> None:
    error = EndpointConnectionError(endpoint_url="http://fake-value")
    with pytest.raises(Unavailable, match=r"^queue: EndpointConnectionError$"), aws.unavailable("queue"):
        raise error


def test_a_mistake_of_our_own_is_not_called_unavailable() -> None:
    with pytest.raises(KeyError), aws.unavailable("queue"):
        raise KeyError("row")
