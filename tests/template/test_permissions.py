"""Permissions: one role per function, and nothing in it that the function does not need."""

import json
from collections.abc import Iterator
from typing import Any

from tests.template.stack import Properties, Stack, listed, target


def statements(stack: Stack) -> Iterator[Properties]:
    for function in stack.functions:
        yield from stack.statements(function).values()


def actions(stack: Stack, function: str) -> set[str]:
    return {action for one in stack.statements(function).values() for action in listed(one["Action"])}


def reached(stack: Stack, function: str, action: str) -> set[str]:
    """Names of the resources on which a function may do this, or the tail of their ARN."""
    allowed = [one for one in stack.statements(function).values() if action in listed(one["Action"])]
    return {_name(resource) for one in allowed for resource in listed(one["Resource"])}


def _name(resource: Any) -> str:
    return str(resource["Fn::Sub"]).rpartition(":")[2] if "Fn::Sub" in resource else target(resource)


def test_every_function_has_a_role_of_its_own_without_managed_policies(stack: Stack) -> None:
    roles = [target(function["Role"]) for function in stack.functions.values()]
    assert sorted(roles) == sorted(stack.of("AWS::IAM::Role"))
    for role in stack.of("AWS::IAM::Role").values():
        assert "ManagedPolicyArns" not in role
        trust = role["AssumeRolePolicyDocument"]["Statement"]
        assert trust == {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }


def test_no_statement_allows_a_wildcard_action_or_every_resource(stack: Stack) -> None:
    for statement in statements(stack):
        assert statement["Effect"] == "Allow"
        assert not any("*" in action for action in listed(statement["Action"]))
        for resource in listed(statement["Resource"]):
            assert isinstance(resource, dict), f"{resource} is not one of the stack's own resources"


def test_the_only_wildcards_are_the_ends_of_secret_names(stack: Stack) -> None:
    shapes = {
        _name(one) for statement in statements(stack) for one in listed(statement["Resource"]) if "Fn::Sub" in one
    }
    assert shapes == {"${Prefix}/routes-??????", "${Prefix}/accounts/*", "${NotifierSecret}-??????"}


def test_every_function_writes_to_its_own_log_group_only(stack: Stack) -> None:
    for name, function in stack.functions.items():
        group = target(function["LoggingConfig"]["LogGroup"])
        assert reached(stack, name, "logs:PutLogEvents") == {group}


def test_the_webhook_reads_routes_stores_alerts_and_touches_nothing_else(stack: Stack) -> None:
    assert reached(stack, "WebhookFunction", "secretsmanager:GetSecretValue") == {"${Prefix}/routes-??????"}
    assert reached(stack, "WebhookFunction", "sqs:SendMessage") == {"OrdersQueue", "CancelsQueue"}
    assert actions(stack, "WebhookFunction") == {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "secretsmanager:GetSecretValue",
        "sns:Publish",
        "sqs:SendMessage",
    }


def test_a_worker_reads_account_keys_but_never_the_routes(stack: Stack) -> None:
    for lane in ("Orders", "Cancels"):
        assert reached(stack, f"{lane}Function", "secretsmanager:GetSecretValue") == {"${Prefix}/accounts/*"}


def test_a_worker_touches_the_queues_of_its_own_lane_only(stack: Stack) -> None:
    for lane in ("Orders", "Cancels"):
        function, queue = f"{lane}Function", f"{lane}Queue"
        for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "ChangeMessageVisibility"):
            assert reached(stack, function, f"sqs:{action}") == {queue}
        assert reached(stack, function, "sqs:SendMessage") == {queue, f"{lane}DeadLetterQueue"}
        assert reached(stack, function, "dynamodb:PutItem") == {"Journal"}


def test_only_what_an_operator_calls_may_scan_the_journal_and_nobody_lists_secrets(stack: Stack) -> None:
    every = {action for function in stack.functions for action in actions(stack, function)}
    scanning = {name for name in stack.functions if "dynamodb:Scan" in actions(stack, name)}
    assert scanning == {"RedriveFunction", "ConsoleFunction"}
    assert not every & {
        "dynamodb:DeleteItem",
        "secretsmanager:ListSecrets",
        "secretsmanager:PutSecretValue",
        "sqs:PurgeQueue",
    }


def test_redrive_takes_dead_letters_and_reads_no_keys(stack: Stack) -> None:
    dead_letters = {"OrdersDeadLetterQueue", "CancelsDeadLetterQueue"}
    assert reached(stack, "RedriveFunction", "sqs:ReceiveMessage") == dead_letters
    assert reached(stack, "RedriveFunction", "sqs:DeleteMessage") == dead_letters
    assert reached(stack, "RedriveFunction", "sqs:SendMessage") == {"OrdersQueue", "CancelsQueue"}
    assert reached(stack, "RedriveFunction", "secretsmanager:GetSecretValue") == {"${Prefix}/routes-??????"}


def test_the_clock_reaches_nothing_but_its_log_and_what_it_keeps_for_the_console(stack: Stack) -> None:
    assert actions(stack, "ClockFunction") == {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
    }
    assert reached(stack, "ClockFunction", "dynamodb:PutItem") == {"Journal"}


def test_the_console_looks_at_everything_and_changes_nothing(stack: Stack) -> None:
    assert actions(stack, "ConsoleFunction") == {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "dynamodb:GetItem",
        "dynamodb:Query",
        "dynamodb:Scan",
        "sqs:ReceiveMessage",
        "sqs:ChangeMessageVisibility",
        "sqs:GetQueueAttributes",
    }
    dead_letters = {"OrdersDeadLetterQueue", "CancelsDeadLetterQueue"}
    assert reached(stack, "ConsoleFunction", "sqs:ReceiveMessage") == dead_letters
    assert reached(stack, "ConsoleFunction", "dynamodb:Scan") == {"Journal"}


def test_the_notifier_reads_one_secret_and_touches_nothing_else(stack: Stack) -> None:
    assert actions(stack, "NotifierFunction") == {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "secretsmanager:GetSecretValue",
    }
    secret = reached(stack, "NotifierFunction", "secretsmanager:GetSecretValue")
    assert secret == {"${NotifierSecret}-??????"}


def test_no_resource_policy_lets_strangers_in(stack: Stack) -> None:
    kinds = ("AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy")
    found = [
        one for kind in kinds for policy in stack.of(kind).values() for one in policy["PolicyDocument"]["Statement"]
    ]
    for statement in found:
        assert statement["Effect"] == "Deny" or statement["Principal"] != "*"
    [alarms] = [one for one in found if one["Effect"] == "Allow"]
    assert alarms["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert "aws:SourceAccount" in json.dumps(alarms["Condition"])
