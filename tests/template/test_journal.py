"""The journal table: what makes a redelivered message recognisable, so nothing may delete it by accident."""

from tests.template.stack import Stack


def test_the_journal_forgets_by_ttl_only_and_survives_the_stack(stack: Stack) -> None:
    [table] = stack.of("AWS::DynamoDB::Table").values()
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["DeletionProtectionEnabled"] is True
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
