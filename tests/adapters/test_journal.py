"""The journal against a DynamoDB stand-in: every write is conditional, and what is past its time is not there."""

import json
from typing import Any

import pytest

from order_relay.adapters import aws
from order_relay.adapters.journal import DynamoJournal
from order_relay.core.ports import Conflict, Item, Unavailable
from tests.adapters.cloud import environment, make_table
from tests.adapters.host_clock import HandClock
from tests.adapters.loopback import NOTHING_THEN_CLOSE, Step, loopback, reply

PARTITION = "okx#main#spot#BTCUSDT"
KEY = "order#r1"
SENDING = {"state": "sending", "attempts": 1, "history": [{"at_ms": 1, "note": "ünïcode ✓"}]}
UNKNOWN = {**SENDING, "state": "unknown"}


@pytest.fixture
def table(cloud: None) -> str:
    return make_table()


@pytest.fixture
def journal(table: str, clock: HandClock) -> DynamoJournal:
    return DynamoJournal(aws.client("dynamodb"), table, clock)


@pytest.fixture
def other(table: str, clock: HandClock) -> DynamoJournal:
    """The journal of another worker."""
    return DynamoJournal(aws.client("dynamodb"), table, clock)


def stored(table: str, key: str = KEY) -> dict[str, Any]:
    answer = aws.client("dynamodb").get_item(TableName=table, Key={"pk": {"S": PARTITION}, "sk": {"S": key}})
    found: dict[str, Any] = answer["Item"]
    return found


# Reading and writing


def test_what_was_never_written_is_not_there(journal: DynamoJournal) -> None:
    assert journal.read(PARTITION, KEY) is None
    assert journal.list(PARTITION, "order#") == []


def test_a_document_comes_back_as_it_was_written(journal: DynamoJournal) -> None:
    written = journal.write(PARTITION, KEY, SENDING, expect=None)
    assert written == Item(KEY, SENDING, 1)
    assert journal.read(PARTITION, KEY) == written


def test_every_write_raises_the_version_by_one(journal: DynamoJournal) -> None:
    item = journal.write(PARTITION, KEY, SENDING, expect=None)
    item = journal.write(PARTITION, KEY, UNKNOWN, expect=item)
    assert journal.write(PARTITION, KEY, SENDING, expect=item) == Item(KEY, SENDING, 3)
    assert journal.read(PARTITION, KEY) == Item(KEY, SENDING, 3)


def test_partitions_do_not_see_each_other(journal: DynamoJournal) -> None:
    journal.write(PARTITION, KEY, SENDING, expect=None)
    assert journal.read("okx#other#spot#BTCUSDT", KEY) is None
    assert journal.write("okx#other#spot#BTCUSDT", KEY, UNKNOWN, expect=None).version == 1


def test_the_state_is_an_attribute_of_its_own(journal: DynamoJournal, table: str) -> None:
    journal.write(PARTITION, KEY, SENDING, expect=None)
    item = stored(table)
    assert (item["state"], item["version"]) == ({"S": "sending"}, {"N": "1"})
    assert json.loads(item["data"]["S"]) == SENDING


# Conditions


def test_an_item_can_be_created_only_once(journal: DynamoJournal, other: DynamoJournal) -> None:
    other.write(PARTITION, KEY, SENDING, expect=None)
    with pytest.raises(Conflict):
        journal.write(PARTITION, KEY, UNKNOWN, expect=None)
    assert journal.read(PARTITION, KEY) == Item(KEY, SENDING, 1)


def test_of_two_writers_that_read_the_same_version_one_loses(journal: DynamoJournal, other: DynamoJournal) -> None:
    item = journal.write(PARTITION, KEY, SENDING, expect=None)
    other.write(PARTITION, KEY, UNKNOWN, expect=other.read(PARTITION, KEY))
    with pytest.raises(Conflict):
        journal.write(PARTITION, KEY, {**SENDING, "attempts": 2}, expect=item)
    assert journal.read(PARTITION, KEY) == Item(KEY, UNKNOWN, 2)


def test_the_state_is_part_of_the_condition(journal: DynamoJournal) -> None:
    journal.write(PARTITION, KEY, SENDING, expect=None)
    with pytest.raises(Conflict):
        journal.write(PARTITION, KEY, SENDING, expect=Item(KEY, UNKNOWN, 1))


def test_documents_without_a_state_are_conditional_on_their_version(journal: DynamoJournal) -> None:
    item = journal.write(PARTITION, "newest", {"leg": 0}, expect=None)
    journal.write(PARTITION, "newest", {"leg": 1}, expect=item)
    with pytest.raises(Conflict):
        journal.write(PARTITION, "newest", {"leg": 2}, expect=item)


def test_an_item_that_was_expected_but_never_was_there_is_a_conflict(journal: DynamoJournal) -> None:
    with pytest.raises(Conflict):
        journal.write(PARTITION, KEY, SENDING, expect=Item(KEY, SENDING, 1))


def test_a_conflict_names_the_kind_of_item_and_nothing_else(journal: DynamoJournal) -> None:
    journal.write(PARTITION, "named#my-ref#r1", {"order_id": "r1"}, expect=None)
    with pytest.raises(Conflict, match=r"^named$"):
        journal.write(PARTITION, "named#my-ref#r1", {"order_id": "r1"}, expect=None)


# Time to live


def test_an_item_past_its_time_is_absent_for_readers(journal: DynamoJournal, clock: HandClock) -> None:
    journal.write(PARTITION, KEY, SENDING, expect=None, ttl_s=60)
    clock.pass_ms(59_999)
    assert journal.read(PARTITION, KEY) is not None
    clock.pass_ms(1)
    assert journal.read(PARTITION, KEY) is None
    assert journal.list(PARTITION, "order#") == []


def test_an_item_past_its_time_may_be_written_anew(journal: DynamoJournal, clock: HandClock) -> None:
    journal.write(PARTITION, KEY, SENDING, expect=None, ttl_s=60)
    clock.pass_ms(60_000)
    assert journal.write(PARTITION, KEY, UNKNOWN, expect=None).version == 1
    assert journal.read(PARTITION, KEY) == Item(KEY, UNKNOWN, 1)


def test_an_item_before_its_time_may_not_be_written_anew(journal: DynamoJournal, clock: HandClock) -> None:
    journal.write(PARTITION, KEY, SENDING, expect=None, ttl_s=60)
    clock.pass_ms(59_000)
    with pytest.raises(Conflict):
        journal.write(PARTITION, KEY, UNKNOWN, expect=None)


def test_an_item_written_without_a_time_to_live_stays(journal: DynamoJournal, clock: HandClock, table: str) -> None:
    item = journal.write(PARTITION, KEY, SENDING, expect=None, ttl_s=60)
    journal.write(PARTITION, KEY, UNKNOWN, expect=item)
    clock.pass_ms(400 * 86_400_000)
    assert journal.read(PARTITION, KEY) is not None
    assert "ttl" not in stored(table)


def test_the_time_to_live_is_in_epoch_seconds(journal: DynamoJournal, clock: HandClock, table: str) -> None:
    journal.write(PARTITION, KEY, SENDING, expect=None, ttl_s=60)
    assert stored(table)["ttl"] == {"N": str(clock.wall // 1000 + 60)}


# Lists


def test_a_list_holds_the_keys_of_one_prefix_in_order(journal: DynamoJournal) -> None:
    for key in ("order#b", "order#a", "orders", "alert#x#0", "order#c"):
        journal.write(PARTITION, key, {"key": key}, expect=None)
    journal.write("okx#other#spot#BTCUSDT", "order#z", {}, expect=None)
    assert [item.key for item in journal.list(PARTITION, "order#")] == ["order#a", "order#b", "order#c"]


def test_a_list_is_read_to_its_last_page(journal: DynamoJournal) -> None:
    text = "x" * 300_000
    for number in range(8):
        journal.write(PARTITION, f"order#{number}", {"number": number, "text": text}, expect=None)
    assert [item.data["number"] for item in journal.list(PARTITION, "order#")] == list(range(8))


def test_listed_items_can_be_the_condition_of_a_write(journal: DynamoJournal) -> None:
    journal.write(PARTITION, KEY, SENDING, expect=None)
    (item,) = journal.list(PARTITION, "order#")
    assert journal.write(PARTITION, KEY, UNKNOWN, expect=item).version == 2


def test_reads_are_consistent_and_of_the_base_table(clock: HandClock) -> None:
    with loopback(Step(reply(b'{"Items":[]}'))) as server, environment(server.url):
        journal = DynamoJournal(aws.client("dynamodb"), "table", clock)
        journal.read(PARTITION, KEY)
        journal.list(PARTITION, "order#")
        sent = [json.loads(request.partition(b"\r\n\r\n")[2]) for request in server.requests]
    assert [(one["ConsistentRead"], "IndexName" in one) for one in sent] == [(True, False)] * 2


# A write whose answer was lost


def test_a_write_that_was_applied_before_its_answer_was_lost_is_not_a_conflict(clock: HandClock) -> None:
    with loopback(NOTHING_THEN_CLOSE, refused_because_of(SENDING)) as server, environment(server.url):
        journal = DynamoJournal(aws.client("dynamodb"), "table", clock)
        assert journal.write(PARTITION, KEY, SENDING, expect=None) == Item(KEY, SENDING, 1)
        assert len(server.requests) == 2


def test_a_write_that_lost_its_answer_and_the_race_is_a_conflict(clock: HandClock) -> None:
    with loopback(NOTHING_THEN_CLOSE, refused_because_of(UNKNOWN)) as server, environment(server.url):
        journal = DynamoJournal(aws.client("dynamodb"), "table", clock)
        with pytest.raises(Conflict):
            journal.write(PARTITION, KEY, SENDING, expect=None)


def test_the_same_document_written_by_another_worker_is_a_conflict(
    journal: DynamoJournal, other: DynamoJournal
) -> None:
    other.write(PARTITION, KEY, SENDING, expect=None)
    with pytest.raises(Conflict):
        journal.write(PARTITION, KEY, SENDING, expect=None)


def refused_because_of(data: dict[str, Any]) -> Step:
    """The answer to a conditional write when the table holds this document in version 1."""
    item = {
        "pk": {"S": PARTITION},
        "sk": {"S": KEY},
        "version": {"N": "1"},
        "state": {"S": data["state"]},
        "data": {"S": json.dumps(data)},
    }
    error = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"
    return Step(reply(json.dumps({"__type": error, "message": "refused", "Item": item}).encode(), "400 Bad Request"))


# What goes wrong

REFUSED = Step(reply(b'{"__type":"ProvisionedThroughputExceededException","message":"fake-value"}', "400 Bad Request"))
DOWN = Step(reply(b"<html>", "503 Down"))


@pytest.mark.parametrize("operation", ["read", "write", "list"])
@pytest.mark.parametrize("step", [REFUSED, DOWN, NOTHING_THEN_CLOSE], ids=["refused", "down", "closed"])
def test_a_failure_is_unavailable_and_tells_no_values(clock: HandClock, step: Step, operation: str) -> None:
    with loopback(step) as server, environment(server.url):
        journal = DynamoJournal(aws.client("dynamodb", attempts=1), "table", clock)
        with pytest.raises(Unavailable) as caught:
            call(journal, operation)
    assert str(caught.value).startswith(f"journal {operation}: ")
    assert "fake" not in str(caught.value)


@pytest.mark.parametrize("operation", ["read", "write", "list"])
def test_a_missing_table_is_unavailable(cloud: None, clock: HandClock, operation: str) -> None:
    with pytest.raises(Unavailable, match="ResourceNotFoundException"):
        call(DynamoJournal(aws.client("dynamodb"), "no-such-table", clock), operation)


def call(journal: DynamoJournal, operation: str) -> None:
    if operation == "read":
        journal.read(PARTITION, KEY)
    elif operation == "list":
        journal.list(PARTITION, "order#")
    else:
        journal.write(PARTITION, KEY, {"text": "fake-value"}, expect=None)


def test_everything_of_a_kind_is_found_wherever_it_lies(journal: DynamoJournal) -> None:
    for partition in ("a", "b"):
        journal.write(partition, f"order#{partition}", {"n": partition}, expect=None)
        journal.write(partition, "newest", {"n": 1}, expect=None)
    found = {(partition, item.key) for partition, item in journal.everywhere("order#")}
    assert found == {("a", "order#a"), ("b", "order#b")}


def test_what_is_past_its_time_is_found_nowhere(journal: DynamoJournal, clock: HandClock) -> None:
    journal.write("a", "order#a", {"n": 1}, expect=None, ttl_s=10)
    clock.wall += 11_000
    assert list(journal.everywhere("order#")) == []
