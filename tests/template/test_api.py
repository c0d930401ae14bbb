"""HTTP API: two routes, a high throttle, and access logs that cannot show a token."""

import json

from tests.template.stack import Stack, target


def test_alerts_come_in_by_post_with_or_without_a_token_in_the_path(stack: Stack) -> None:
    [api] = stack.of("AWS::ApiGatewayV2::Api").values()
    assert {path: set(methods) for path, methods in api["Body"]["paths"].items()} == {
        "/alerts/{route}/{token}": {"post"},
        "/alerts/{route}": {"post"},
    }


def test_the_url_has_no_stage_in_its_path(stack: Stack) -> None:
    [stage] = stack.of("AWS::ApiGatewayV2::Stage").values()
    assert stage["StageName"] == "$default"


def test_the_throttle_is_far_above_any_alert_rate(stack: Stack) -> None:
    [stage] = stack.of("AWS::ApiGatewayV2::Stage").values()
    assert stage["DefaultRouteSettings"] == {"ThrottlingRateLimit": 200, "ThrottlingBurstLimit": 400}


def test_access_logs_never_hold_the_path_the_token_or_the_body(stack: Stack) -> None:
    [stage] = stack.of("AWS::ApiGatewayV2::Stage").values()
    fields = set(json.loads(stage["AccessLogSettings"]["Format"]).values())
    assert fields == {
        "$context.requestId",
        "$context.requestTimeEpoch",
        "$context.identity.sourceIp",
        "$context.routeKey",
        "$context.status",
        "$context.responseLatency",
        "$context.integrationStatus",
        "$context.integrationErrorMessage",
    }


def test_access_logs_are_kept_as_long_as_the_other_logs(stack: Stack) -> None:
    [stage] = stack.of("AWS::ApiGatewayV2::Stage").values()
    group = stack.of("AWS::Logs::LogGroup")[target(stage["AccessLogSettings"]["DestinationArn"])]
    assert group["RetentionInDays"] == {"Ref": "LogRetention"}
