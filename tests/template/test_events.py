"""Sample events: what `sam local invoke -e` and `make rie` send fits the template, and the code handles all of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest

from order_relay.core.message import decode
from tests.adapters.invocation import Context, load
from tests.template.stack import Stack, target
from tools.local_relay.environment import environment
from tools.rie.samples import FOLDER, WANTED, Sample, read, samples
from tools.rie.stand_ins import StandIns, stand_ins

LANES = {"OrdersFunction": "orders", "CancelsFunction": "cancels"}


@dataclass(frozen=True, slots=True)
class NamedContext(Context):
    invoked_function_arn: str = "arn:aws:lambda:ap-northeast-1:123456789012:function:order-relay-console"


@pytest.fixture(scope="module")
def around() -> Iterator[StandIns]:
    with stand_ins() as started:
        yield started


@pytest.mark.parametrize("sample", samples(), ids=lambda one: f"{one.name}-{one.function}")
def test_a_fresh_function_handles_a_sample_event(stack: Stack, around: StandIns, sample: Sample) -> None:
    code = stack.written["Resources"][sample.function]["Properties"]["CodeUri"].removeprefix("functions/")
    own = {"RELAY_LANE": LANES.get(sample.function, ""), "POWERTOOLS_SERVICE_NAME": f"order-relay-{uuid4().hex}"}
    with environment({**around.settings, **own}, without=lambda name: name.startswith("AWS_")):
        answer = load(code).lambda_handler(sample.event, NamedContext())
    assert sample.expected(json.loads(json.dumps(answer))), answer


def test_every_function_has_a_sample_event_and_every_file_a_function(stack: Stack) -> None:
    assert {one.function for one in samples()} == set(stack.functions)
    assert {path.stem for path in FOLDER.glob("*.json")} == set(WANTED)


@pytest.mark.parametrize("name", ["webhook", "webhook-token-in-body"])
def test_a_sample_alert_comes_by_a_route_of_the_api(stack: Stack, name: str) -> None:
    event = read(name)
    method, path = event["routeKey"].split(" ")
    [api] = stack.of("AWS::ApiGatewayV2::Api").values()
    assert method.lower() in api["Body"]["paths"][path]
    assert event["rawPath"] == path.format(**event["pathParameters"])


def test_each_sample_alert_carries_its_token_in_one_place() -> None:
    assert "token" not in json.loads(read("webhook")["body"])
    assert "token" in json.loads(read("webhook-token-in-body")["body"])


@pytest.mark.parametrize(
    ("name", "lane", "cancels"), [("worker-orders", "orders", False), ("worker-cancels", "cancels", True)]
)
def test_a_sample_record_is_a_message_of_its_lane(name: str, lane: str, cancels: bool) -> None:
    [record] = read(name)["Records"]
    assert record["eventSourceARN"].endswith(f"-{lane}.fifo")
    assert decode(record["body"]).cancels_only is cancels


def test_the_sample_ping_is_the_one_that_the_schedule_sends(stack: Stack) -> None:
    pings = {
        target(one["Arn"]): json.dumps(json.loads(one["Input"]))
        for rule in stack.of("AWS::Events::Rule").values()
        for one in rule["Targets"]
        if "Input" in one
    }
    assert pings == {one.function: json.dumps(read("warm")) for one in samples() if one.name == "warm"}


def test_the_sample_notification_is_one_of_the_topic(stack: Stack) -> None:
    [record] = read("notifier")["Records"]
    [topic] = stack.of("AWS::SNS::Topic").values()
    assert record["Sns"]["TopicArn"].endswith(f":{topic['TopicName']['Fn::Sub'].replace('${Prefix}', 'order-relay')}")
