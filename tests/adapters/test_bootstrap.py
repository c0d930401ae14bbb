"""The composition root: what the environment says reaches the right part, and the webhook never waits too long."""

import time
from urllib.parse import parse_qs

import pytest

from order_relay import bootstrap
from order_relay.core.ports import Delivery
from order_relay.service.intake import Post
from tests.adapters.cloud import environment
from tests.adapters.loopback import NOTHING_THEN_HANG, Loopback, Step, loopback, reply

ENV = {
    "PREFIX": "relay",
    "TABLE_NAME": "journal",
    "RELAY_LANE": "orders",
    "ORDERS_QUEUE_URL": "http://127.0.0.1/1/orders.fifo",
    "CANCELS_QUEUE_URL": "http://127.0.0.1/1/cancels.fifo",
    "ORDERS_DLQ_URL": "http://127.0.0.1/1/orders-dlq.fifo",
    "CANCELS_DLQ_URL": "http://127.0.0.1/1/cancels-dlq.fifo",
    "ALERTS_TOPIC_ARN": "",
    "ALLOWED_CIDRS": "",
    "EXCHANGE_URL_OKX": "http://127.0.0.1:1",
    "EXCHANGE_URL_BITUNIX_FUTURES": "http://127.0.0.1:2",
    "EXCHANGE_URL_JEX": "",
}
ANSWER = Step(reply(b'{"MessageId":"m","MD5OfMessageBody":"x"}'))
PUBLISHED = b"<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>"


def body(server: Loopback) -> bytes:
    return server.requests[-1].partition(b"\r\n\r\n")[2]


def post(source: str = "127.0.0.1") -> Post:
    now_ms = time.time_ns() // 1_000_000
    return Post("chart", "fake-token", b'{"action":"buy"}', source, "request", now_ms, lambda: 10_000)


@pytest.mark.parametrize("lane", ["orders", "cancels"])
def test_a_worker_hides_and_buries_in_the_queues_of_its_lane(lane: str) -> None:
    with loopback(ANSWER) as server, environment(server.url):
        worker = bootstrap.worker(bootstrap.Deadline(), {**ENV, "RELAY_LANE": lane})
        worker.inbox.defer("receipt", 1)
        assert f"/{lane}.fifo".encode() in body(server)
        worker.inbox.bury(Delivery("body", "receipt", "id", "group", 1), "why", 1)
        assert f"/{lane}-dlq.fifo".encode() in body(server)


def test_exchange_urls_that_are_set_replace_the_live_hosts() -> None:
    with environment("http://127.0.0.1:9"):
        world = bootstrap.worker(bootstrap.Deadline(), ENV).world
    assert world.base_urls == {"okx": "http://127.0.0.1:1", "bitunix_futures": "http://127.0.0.1:2"}


def test_the_deadline_of_the_invocation_reaches_the_world() -> None:
    deadline = bootstrap.Deadline()
    with environment("http://127.0.0.1:9"):
        world = bootstrap.worker(deadline, ENV).world
    assert world.remaining_ms() == 0
    deadline.left = lambda: 4_321
    assert world.remaining_ms() == 4_321


def test_only_the_listed_networks_may_post() -> None:
    with loopback(NOTHING_THEN_HANG) as server, environment(server.url):
        intake = bootstrap.webhook({**ENV, "ALLOWED_CIDRS": " 52.89.214.238/32, 34.212.75.30 ,"})
        assert intake.take(post("52.32.178.7")).status == 403
        assert server.requests == []
        assert intake.take(post("34.212.75.30")).status != 403


def test_the_webhook_answers_in_time_when_secrets_do_not_come() -> None:
    """The sender hangs up after 3 s and then never resends; a 503 within that time makes it resend."""
    with loopback(NOTHING_THEN_HANG) as server, environment(server.url):
        intake = bootstrap.webhook(ENV)
        started = time.monotonic()
        assert intake.take(post()).status == 503
        assert time.monotonic() - started < 1.5
        assert len(server.requests) == 1


def test_a_notification_reaches_the_topic() -> None:
    with loopback(Step(reply(PUBLISHED, "200 OK", "Content-Type: text/xml"))) as server, environment(server.url):
        signals = bootstrap.webhook({**ENV, "ALERTS_TOPIC_ARN": "arn:aws:sns:ap-northeast-1:1:topic"}).signals
        assert server.requests == []
        signals.notify("buy BTCUSDT on main: rejected", "limit: too large")
        sent = parse_qs(body(server).decode())
    assert (sent["Action"], sent["TopicArn"]) == (["Publish"], ["arn:aws:sns:ap-northeast-1:1:topic"])
    assert (sent["Subject"], sent["Message"]) == (["buy BTCUSDT on main: rejected"], ["limit: too large"])


def test_without_a_topic_nothing_is_published() -> None:
    with loopback(ANSWER) as server, environment(server.url):
        bootstrap.webhook(ENV).signals.notify("subject", "text")
        assert server.requests == []


@pytest.mark.parametrize(
    "url", ["127.0.0.1:9", "http://h/v2", "ftp://h", "http://h:port", "http://h?x=1", "http://a b"]
)
def test_a_base_url_that_no_adapter_could_use_is_refused_at_the_start_by_its_name(url: str) -> None:
    with pytest.raises(ValueError, match=r"EXCHANGE_URL_OKX must be scheme://host"):
        bootstrap.base_urls({"EXCHANGE_URL_OKX": url})


def test_a_closing_slash_of_a_base_url_does_no_harm() -> None:
    assert bootstrap.base_urls({"EXCHANGE_URL_OKX": "http://127.0.0.1:1/"}) == {"okx": "http://127.0.0.1:1"}
