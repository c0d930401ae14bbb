"""Sample events: what `sam local invoke -e` sends fits the template and the code."""

import json
from typing import Any

import pytest

from order_relay.core.message import decode
from tests.template.stack import ROOT, Stack


def sample(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((ROOT / "events" / f"{name}.json").read_text())
    return event


@pytest.mark.parametrize("name", ["webhook", "webhook-token-in-body"])
def test_a_sample_alert_comes_by_a_route_of_the_api(stack: Stack, name: str) -> None:
    event = sample(name)
    method, path = event["routeKey"].split(" ")
    [api] = stack.of("AWS::ApiGatewayV2::Api").values()
    assert method.lower() in api["Body"]["paths"][path]
    assert event["rawPath"] == path.format(**event["pathParameters"])


def test_each_sample_alert_carries_its_token_in_one_place() -> None:
    assert "token" not in json.loads(sample("webhook")["body"])
    assert "token" in json.loads(sample("webhook-token-in-body")["body"])


@pytest.mark.parametrize(
    ("name", "lane", "cancels"), [("worker-orders", "orders", False), ("worker-cancels", "cancels", True)]
)
def test_a_sample_record_is_a_message_of_its_lane(name: str, lane: str, cancels: bool) -> None:
    [record] = sample(name)["Records"]
    assert record["eventSourceARN"].endswith(f"-{lane}.fifo")
    assert decode(record["body"]).cancels_only is cancels


def test_the_sample_ping_is_the_one_that_the_schedule_sends(stack: Stack) -> None:
    inputs = [
        one["Input"] for rule in stack.of("AWS::Events::Rule").values() for one in rule["Targets"] if "Input" in one
    ]
    assert {json.dumps(json.loads(text)) for text in inputs} == {json.dumps(sample("warm"))}
