"""The queues: what is not known to be stored is handed back, and messages are hidden or buried, never dropped."""

import json
from time import time_ns
from typing import Any

import pytest

from order_relay.adapters import aws
from order_relay.adapters.queue import SqsDeadLetters, SqsInbox, SqsOutbox
from order_relay.core.ports import Delivery, Entry, Letter, Unavailable
from tests.adapters.cloud import environment, make_queue, messages
from tests.adapters.loopback import NOTHING_THEN_CLOSE, Loopback, Step, loopback, reply

LANES = {"orders": "http://127.0.0.1/1/orders.fifo", "cancels": "http://127.0.0.1/1/cancels.fifo"}
DELIVERY = Delivery(body='{"schema": "bröken"}', receipt="receipt-1", message_id="id-1", group="group-1", receives=4)
REFUSED = Step(reply(b'{"__type":"com.amazonaws.sqs#RequestThrottled","message":"fake-value"}', "400 Bad Request"))


def entry(number: int, lane: str = "orders", group: str = "group") -> Entry:
    return Entry(lane, f"body {number} ü", group, f"send-{number}")


def stored(*numbers: int, failed: tuple[int, ...] = ()) -> Step:
    """SQS's answer to a batch."""
    successful = [{"Id": str(number), "MessageId": f"m{number}", "MD5OfMessageBody": "x"} for number in numbers]
    refused = [{"Id": str(number), "SenderFault": False, "Code": "InternalError"} for number in failed]
    return Step(reply(json.dumps({"Successful": successful, "Failed": refused}).encode()))


def sent(server: Loopback) -> list[dict[str, Any]]:
    return [json.loads(request.partition(b"\r\n\r\n")[2]) for request in server.requests]


def targets(server: Loopback) -> list[str]:
    lines = [request.decode().split("\r\n") for request in server.requests]
    return [line.partition("SQS.")[2] for each in lines for line in each if line.lower().startswith("x-amz-target")]


# Outbox


def test_messages_are_stored_with_their_group_and_deduplication_id(cloud: None) -> None:
    orders, cancels = make_queue(), make_queue()
    outbox = SqsOutbox(aws.client("sqs"), {"orders": orders, "cancels": cancels})
    assert outbox.send([entry(1), entry(2, "cancels", "other"), entry(3, group="third")]) == []
    found = [
        (one["Body"], one["Attributes"]["MessageGroupId"], one["Attributes"]["MessageDeduplicationId"])
        for one in messages(orders)
    ]
    assert found == [("body 1 ü", "group", "send-1"), ("body 3 ü", "third", "send-3")]
    assert [one["Body"] for one in messages(cancels)] == ["body 2 ü"]


def test_many_messages_go_in_batches_of_ten_in_order(cloud: None) -> None:
    url = make_queue()
    entries = [entry(number) for number in range(20)]
    assert SqsOutbox(aws.client("sqs"), {"orders": url}).send(entries) == []
    assert [one["Body"] for one in messages(url)] == [one.body for one in entries]


def test_a_batch_never_has_more_than_ten_entries() -> None:
    with loopback(stored(*range(10)), stored(*range(10)), stored(0)) as server, environment(server.url):
        assert SqsOutbox(aws.client("sqs"), LANES).send([entry(number) for number in range(21)]) == []
        assert [len(batch["Entries"]) for batch in sent(server)] == [10, 10, 1]


def test_lanes_are_never_mixed_in_a_batch() -> None:
    with loopback(stored(0, 1), stored(0)) as server, environment(server.url):
        assert SqsOutbox(aws.client("sqs"), LANES).send([entry(1), entry(2, "cancels"), entry(3)]) == []
        batches = [(one["QueueUrl"], [row["MessageBody"] for row in one["Entries"]]) for one in sent(server)]
    assert batches == [(LANES["orders"], ["body 1 ü", "body 3 ü"]), (LANES["cancels"], ["body 2 ü"])]


def test_only_entries_that_sqs_names_as_stored_are_done() -> None:
    entries = [entry(number) for number in range(4)]
    with loopback(stored(2, failed=(0, 3))) as server, environment(server.url):
        assert SqsOutbox(aws.client("sqs"), LANES).send(entries) == [entries[0], entries[1], entries[3]]


@pytest.mark.parametrize("step", [REFUSED, Step(reply(b"<html>", "502 Bad")), NOTHING_THEN_CLOSE, Step(reply(b"[1"))])
def test_a_failed_batch_is_handed_back_whole_and_the_next_one_is_tried(step: Step) -> None:
    entries = [entry(number) for number in range(12)]
    with loopback(step, stored(0, 1)) as server, environment(server.url):
        assert SqsOutbox(aws.client("sqs", attempts=1), LANES).send(entries) == entries[:10]


def test_a_queue_that_is_not_there_stores_nothing(cloud: None) -> None:
    url = make_queue()
    aws.client("sqs").delete_queue(QueueUrl=url)
    assert SqsOutbox(aws.client("sqs"), {"orders": url}).send([entry(1)]) == [entry(1)]


def test_nothing_to_send_calls_nobody() -> None:
    with loopback(REFUSED) as server, environment(server.url):
        assert SqsOutbox(aws.client("sqs"), LANES).send([]) == []
        assert server.requests == []


# Inbox


def inbox(url: str = LANES["orders"], dead_letters: str = LANES["cancels"]) -> SqsInbox:
    return SqsInbox(aws.client("sqs", attempts=1), url, dead_letters)


@pytest.mark.parametrize(
    ("seconds", "whole"),
    [(2.0, 2), (2.01, 3), (29.999, 30), (0.2, 1), (0, 1), (-5, 1), (43_199.5, 43_000), (3 * 86_400, 43_000)],
)
def test_a_message_is_hidden_for_whole_seconds_within_what_sqs_allows(seconds: float, whole: int) -> None:
    with loopback(Step(reply())) as server, environment(server.url):
        inbox().defer("receipt-1", seconds)
        assert targets(server) == ["ChangeMessageVisibility"]
        assert sent(server) == [{"QueueUrl": LANES["orders"], "ReceiptHandle": "receipt-1", "VisibilityTimeout": whole}]


def test_a_deferred_message_comes_back_after_its_time(cloud: None) -> None:
    url = make_queue()
    SqsOutbox(aws.client("sqs"), {"orders": url}).send([entry(1)])
    receive = {"QueueUrl": url, "VisibilityTimeout": 90}
    (received,) = aws.client("sqs").receive_message(**receive)["Messages"]
    inbox(url).defer(received["ReceiptHandle"], 0.5)
    assert "Messages" not in aws.client("sqs").receive_message(**receive)
    assert len(aws.client("sqs").receive_message(**receive, WaitTimeSeconds=3)["Messages"]) == 1


@pytest.mark.parametrize("step", [REFUSED, Step(reply(b"", "503 Down")), NOTHING_THEN_CLOSE, Step(reply(b"[1"))])
def test_a_deferral_that_fails_is_harmless(step: Step) -> None:
    with loopback(step) as server, environment(server.url):
        inbox().defer("receipt-1", 5)


def test_a_buried_message_is_an_envelope_with_its_reason(cloud: None) -> None:
    dead_letters = make_queue()
    inbox(dead_letters=dead_letters).bury(DELIVERY, "not a message of schema 1", 1_700_000_000_123)
    (letter,) = messages(dead_letters)
    envelope = json.loads(letter["Body"])
    told = [envelope[name] for name in ("message", "reason", "at_ms")]
    assert told == [DELIVERY.body, "not a message of schema 1", 1_700_000_000_123]
    assert letter["Attributes"]["MessageGroupId"] == "group-1"


def test_a_lone_surrogate_can_be_buried(cloud: None) -> None:
    dead_letters = make_queue()
    broken = Delivery("\ud800", "receipt-1", "id-1", "group-1", 1)
    inbox(dead_letters=dead_letters).bury(broken, "why", 1)
    assert json.loads(messages(dead_letters)[0]["Body"])["message"] == "\ud800"


def test_each_delivery_is_buried_under_a_deduplication_id_of_its_own() -> None:
    again = Delivery(DELIVERY.body, "receipt-2", DELIVERY.message_id, DELIVERY.group, 5)
    other = Delivery(DELIVERY.body, "receipt-1", "id-2", DELIVERY.group, 4)
    with loopback(Step(reply(b'{"MessageId":"m","MD5OfMessageBody":"x"}'))) as server, environment(server.url):
        for delivery in (DELIVERY, DELIVERY, again, other):
            inbox().bury(delivery, "why", 1)
        ids = [one["MessageDeduplicationId"] for one in sent(server)]
        assert {one["QueueUrl"] for one in sent(server)} == {LANES["cancels"]}
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3


@pytest.mark.parametrize("step", [REFUSED, Step(reply(b"", "503 Down")), NOTHING_THEN_CLOSE])
def test_a_burial_that_is_not_confirmed_is_unavailable(step: Step) -> None:
    with loopback(step) as server, environment(server.url):
        with pytest.raises(Unavailable, match=r"^dead-letter queue: ") as caught:
            inbox().bury(DELIVERY, "why", 1)
        assert "fake" not in str(caught.value)


# Dead letters


@pytest.fixture
def graves(cloud: None) -> dict[str, str]:
    return {"orders": make_queue(), "cancels": make_queue()}


def buried(graves: dict[str, str], lane: str, number: int, group: str) -> None:
    delivery = Delivery(f"body {number}", "receipt", f"id-{number}", group, 3)
    inbox(dead_letters=graves[lane]).bury(delivery, "why", number)


def told(letters: list[Letter]) -> list[tuple[str, str, str, int]]:
    return [(one.lane, json.loads(one.body)["message"], one.group, one.receives) for one in letters]


def test_the_dead_letters_of_both_lanes_are_shown(graves: dict[str, str]) -> None:
    before_ms = time_ns() // 1_000_000
    buried(graves, "orders", 1, "a")
    buried(graves, "orders", 2, "b")
    buried(graves, "cancels", 3, "a")
    letters = SqsDeadLetters(aws.client("sqs"), graves).receive()
    assert sorted(told(letters)) == [
        ("cancels", "body 3", "a", 1),
        ("orders", "body 1", "a", 1),
        ("orders", "body 2", "b", 1),
    ]
    assert all(abs(one.sent_ms - before_ms) < 10_000 and one.message_id and one.receipt for one in letters)


def test_a_deleted_letter_is_gone_and_a_released_one_is_shown_again(graves: dict[str, str]) -> None:
    buried(graves, "orders", 1, "a")
    buried(graves, "orders", 2, "b")
    letters = SqsDeadLetters(aws.client("sqs"), graves)
    first, second = sorted(letters.receive(), key=lambda one: one.group)
    assert letters.receive() == []
    letters.delete(first)
    letters.release(second)
    assert told(letters.receive()) == [("orders", "body 2", "b", 2)]


@pytest.mark.parametrize("step", [REFUSED, Step(reply(b"", "503 Down")), NOTHING_THEN_CLOSE])
def test_dead_letters_that_cannot_be_read_are_unavailable(step: Step) -> None:
    letter = Letter("orders", "receipt", "id", "body", "group", 1, 1)
    with loopback(step) as server, environment(server.url):
        letters = SqsDeadLetters(aws.client("sqs", attempts=1), LANES)
        with pytest.raises(Unavailable):
            letters.receive()
        with pytest.raises(Unavailable):
            letters.delete(letter)
        letters.release(letter)
