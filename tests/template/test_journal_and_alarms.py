"""The journal table, the alarms that a human must hear, and what the stack tells its operator."""

from tests.template.stack import Properties, Stack, target


def watched(stack: Stack, metric: str) -> dict[str, Properties]:
    """Alarms on one metric, by the resource that they watch."""
    alarms = [one for one in stack.of("AWS::CloudWatch::Alarm").values() if one["MetricName"] == metric]
    return {target(one["Dimensions"][0]["Value"]): one for one in alarms}


def test_the_journal_forgets_by_ttl_only_and_survives_the_stack(stack: Stack) -> None:
    [table] = stack.of("AWS::DynamoDB::Table").values()
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert stack.resources["Journal"]["DeletionPolicy"] == "Retain"
    assert stack.resources["Journal"]["UpdateReplacePolicy"] == "Retain"


def test_the_journal_is_keyed_by_partition_and_item_without_an_index(stack: Stack) -> None:
    [table] = stack.of("AWS::DynamoDB::Table").values()
    assert {key["AttributeName"]: key["KeyType"] for key in table["KeySchema"]} == {"pk": "HASH", "sk": "RANGE"}
    assert {one["AttributeName"]: one["AttributeType"] for one in table["AttributeDefinitions"]} == {
        "pk": "S",
        "sk": "S",
    }
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert "GlobalSecondaryIndexes" not in table


def test_every_alarm_tells_a_human_what_to_do(stack: Stack) -> None:
    for alarm in stack.of("AWS::CloudWatch::Alarm").values():
        assert [target(action) for action in alarm["AlarmActions"]] == ["AlertsTopic"]
        assert alarm["TreatMissingData"] == "notBreaching"
        assert ". " in alarm["AlarmDescription"], "first what happened, then what to do"


def test_one_dead_letter_is_an_alarm_in_either_lane(stack: Stack) -> None:
    alarms = watched(stack, "ApproximateNumberOfMessagesVisible")
    assert set(alarms) == {"OrdersDeadLetterQueue", "CancelsDeadLetterQueue"}
    assert {(one["Threshold"], one["EvaluationPeriods"], one["Statistic"]) for one in alarms.values()} == {
        (1, 1, "Maximum")
    }


def test_a_message_that_waits_is_an_alarm_in_either_lane(stack: Stack) -> None:
    alarms = watched(stack, "ApproximateAgeOfOldestMessage")
    assert {name: one["Threshold"] for name, one in alarms.items()} == {"OrdersQueue": 60, "CancelsQueue": 30}


def test_every_function_has_an_alarm_on_its_errors(stack: Stack) -> None:
    alarms = watched(stack, "Errors")
    assert set(alarms) == set(stack.functions)
    assert {one["Threshold"] for one in alarms.values()} == {1}


def test_one_server_error_of_the_webhook_is_an_alarm(stack: Stack) -> None:
    alarms = watched(stack, "5xx")
    assert set(alarms) == {"HttpApi"}
    assert alarms["HttpApi"]["Threshold"] == 1


def test_the_stack_tells_its_operator_what_the_next_steps_need(stack: Stack) -> None:
    assert set(stack.written["Outputs"]) >= {
        "WebhookUrl",
        "SecretPrefix",
        "JournalTableName",
        "OrdersQueueUrl",
        "CancelsQueueUrl",
        "OrdersDeadLetterQueueUrl",
        "CancelsDeadLetterQueueUrl",
    }
