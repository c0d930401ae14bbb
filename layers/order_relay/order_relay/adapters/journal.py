"""The journal in DynamoDB: one JSON document per item, every write conditional on version and state."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from order_relay.adapters.aws import error_code, unavailable
from order_relay.core.ports import Conflict, HostClock, Item

_NAMES = {"#version": "version", "#state": "state", "#ttl": "ttl"}


class DynamoJournal:
    """Documents by partition and key; base-table consistent reads only."""

    def __init__(self, client: Any, table: str, clock: HostClock) -> None:
        self._client = client
        self._table = table
        self._clock = clock

    def read(self, partition: str, key: str) -> Item | None:
        with unavailable("journal read"):
            answer = self._client.get_item(TableName=self._table, Key=_key(partition, key), ConsistentRead=True)
        return self._item(answer.get("Item"))

    def write(
        self, partition: str, key: str, data: Mapping[str, Any], *, expect: Item | None, ttl_s: int | None = None
    ) -> Item:
        version = (expect.version if expect else 0) + 1
        item = {**_key(partition, key), "version": {"N": str(version)}, "data": {"S": json.dumps(data)}}
        if "state" in data:
            item["state"] = {"S": str(data["state"])}
        if ttl_s is not None:
            item["ttl"] = {"N": str(self._now_s() + ttl_s)}
        try:
            with unavailable("journal write"):
                self._put(item, *self._condition(expect))
        except _Lost:
            raise Conflict(key.partition("#")[0]) from None
        return Item(key, data, version)

    def list(self, partition: str, prefix: str) -> list[Item]:
        found: list[Item] = []
        start: dict[str, Any] = {}
        while True:
            with unavailable("journal list"):
                page = self._client.query(
                    TableName=self._table,
                    KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
                    ExpressionAttributeValues={":pk": {"S": partition}, ":prefix": {"S": prefix}},
                    ConsistentRead=True,
                    **start,
                )
            found += [item for raw in page["Items"] if (item := self._item(raw))]
            if "LastEvaluatedKey" not in page:
                return found
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def everywhere(self, prefix: str) -> Iterator[tuple[str, Item]]:
        start: dict[str, Any] = {}
        while True:
            with unavailable("journal scan"):
                page = self._client.scan(
                    TableName=self._table,
                    FilterExpression="begins_with(sk, :prefix)",
                    ExpressionAttributeValues={":prefix": {"S": prefix}},
                    **start,
                )
            for raw in page["Items"]:
                item = self._item(raw)
                if item is not None:
                    yield raw["pk"]["S"], item
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def _put(self, item: Mapping[str, Any], condition: str, values: Mapping[str, Any]) -> None:
        names = {name: field for name, field in _NAMES.items() if name in condition}
        try:
            self._client.put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression=condition,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as exc:
            if error_code(exc) != "ConditionalCheckFailedException":
                raise
            if not _ours(exc, item):
                raise _Lost from None

    def _condition(self, expect: Item | None) -> tuple[str, dict[str, Any]]:
        if expect is None:
            now = {"N": str(self._now_s())}
            return "attribute_not_exists(#version) OR (attribute_exists(#ttl) AND #ttl <= :now)", {":now": now}
        condition, values = "#version = :version", {":version": {"N": str(expect.version)}}
        if "state" in expect.data:
            condition += " AND #state = :state"
            values[":state"] = {"S": str(expect.data["state"])}
        return condition, values

    def _item(self, raw: Mapping[str, Any] | None) -> Item | None:
        if raw is None or ("ttl" in raw and int(raw["ttl"]["N"]) <= self._now_s()):
            return None
        return Item(raw["sk"]["S"], json.loads(raw["data"]["S"]), int(raw["version"]["N"]))

    def _now_s(self) -> int:
        return self._clock.wall_ms() // 1000


class _Lost(Exception):
    """The condition of a write did not hold."""


def _ours(exc: ClientError, item: Mapping[str, Any]) -> bool:
    """True if the SDK had tried before and it was this very item, its answer lost, that made the condition fail."""
    tried_before = exc.response["ResponseMetadata"]["RetryAttempts"] > 0
    return tried_before and exc.response.get("Item") == item


def _key(partition: str, key: str) -> dict[str, Any]:
    return {"pk": {"S": partition}, "sk": {"S": key}}
