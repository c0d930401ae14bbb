"""HTTP API: two routes to the webhook, a high throttle, a host name of one's own, and logs that cannot show a token."""

import json
from typing import Any

from tests.template.stack import Properties, Stack, target


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


def test_both_routes_call_the_webhook_with_the_event_that_it_reads(stack: Stack) -> None:
    [api] = stack.of("AWS::ApiGatewayV2::Api").values()
    for path in api["Body"]["paths"].values():
        integration = path["post"]["x-amazon-apigateway-integration"]
        assert (integration["type"], integration["payloadFormatVersion"]) == ("aws_proxy", "2.0")
        uri, [provisioned, otherwise] = _webhook(integration["uri"])
        assert uri.endswith(":function:${Webhook}/invocations")
        assert provisioned == {"Fn::Sub": "${Prefix}-webhook:live"}
        assert otherwise == {"Ref": "WebhookFunction"}


def _webhook(uri: Properties) -> tuple[str, list[Any]]:
    text, names = uri["Fn::Sub"]
    condition, *choices = names["Webhook"]["Fn::If"]
    assert condition == "ProvisionsWebhook"
    return text, choices


def test_the_gateway_may_call_the_webhook_for_alerts_only(stack: Stack) -> None:
    permission = stack.of("AWS::Lambda::Permission")["WebhookPermission"]
    assert permission["Principal"] == "apigateway.amazonaws.com"
    assert permission["SourceArn"]["Fn::Sub"].endswith(":${HttpApi}/*/POST/alerts/*")
    assert permission["FunctionName"]["Fn::If"] == [
        "ProvisionsWebhook",
        {"Ref": "WebhookAlias"},
        {"Ref": "WebhookFunction"},
    ]


def test_a_provisioned_webhook_is_published_anew_with_every_new_layer(stack: Stack) -> None:
    [version] = stack.of("AWS::Lambda::Version").values()
    [alias] = stack.of("AWS::Lambda::Alias").values()
    layers = [name for name, one in stack.resources.items() if one["Type"] == "AWS::Lambda::LayerVersion"]
    assert all(f"${{{layer}}}" in version["Description"]["Fn::Sub"] for layer in layers)
    assert (alias["Name"], target(alias["FunctionVersion"])) == ("live", "WebhookVersion")
    for name in ("WebhookVersion", "WebhookAlias"):
        assert stack.resources[name]["Condition"] == "ProvisionsWebhook"
    assert stack.written["Parameters"]["WebhookProvisionedConcurrency"]["Default"] == 0


def test_calls_go_to_an_alias_only_once_it_is_there(stack: Stack) -> None:
    [api] = stack.of("AWS::ApiGatewayV2::Api").values()
    condition, provisioned, _ = api["Body"]["info"]["description"]["Fn::If"]
    assert condition == "ProvisionsWebhook"
    assert "${WebhookAlias}" in provisioned["Fn::Sub"]


def test_a_truststore_closes_the_host_name_that_cannot_ask_for_certificates(stack: Stack) -> None:
    [api] = stack.of("AWS::ApiGatewayV2::Api").values()
    [server] = api["Body"]["servers"]
    [domain] = stack.of("AWS::ApiGatewayV2::DomainName").values()
    assert server["x-amazon-apigateway-endpoint-configuration"]["disableExecuteApiEndpoint"] == {
        "Fn::If": ["HasTruststore", True, False]
    }
    assert domain["MutualTlsAuthentication"]["Fn::If"][:2] == [
        "HasTruststore",
        {"TruststoreUri": {"Ref": "TruststoreUri"}},
    ]
    assert domain["DomainNameConfigurations"][0]["SecurityPolicy"] == "TLS_1_2"


def test_a_host_name_of_one_s_own_is_there_only_when_named(stack: Stack) -> None:
    for name in ("WebhookDomain", "WebhookDomainMapping"):
        assert stack.resources[name]["Condition"] == "HasDomain"
    [mapping] = stack.of("AWS::ApiGatewayV2::ApiMapping").values()
    assert target(mapping["ApiId"]) == "HttpApi"
    assert stack.of("AWS::ApiGatewayV2::Stage")[target(mapping["Stage"])]["StageName"] == "$default"
