"""AWS as the operator's own credentials reach it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from order_relay.adapters.host import SystemClock
from order_relay.adapters.journal import DynamoJournal
from order_relay.core.record import public

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Aws:
    """One account and region, or the stand-in at `endpoint`."""

    session: Any
    endpoint: str | None = None

    @classmethod
    def of(cls, profile: str | None, region: str | None) -> "Aws":
        return cls(boto3.Session(profile_name=profile, region_name=region))

    @classmethod
    def stand_in(cls, settings: Mapping[str, str]) -> "Aws":
        """The one that a local relay runs beside itself, with the fake credentials that it told."""
        session = boto3.Session(
            aws_access_key_id=settings["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=settings["AWS_SECRET_ACCESS_KEY"],
            region_name=settings["AWS_REGION"],
        )
        return cls(session, settings["AWS_ENDPOINT_URL"])

    def client(self, service: str, *, read_s: int = 10, attempts: int = 3) -> Any:
        """Make a client; a call that must not be made twice gets one attempt."""
        direct: dict[str, str] | None = {} if self.endpoint else None
        config = Config(
            connect_timeout=5, read_timeout=read_s, retries={"total_max_attempts": attempts, "mode": "standard"},
            proxies=direct,
        )  # fmt: skip
        return self.session.client(service, endpoint_url=self.endpoint, config=config)

    def records(self, table: str, order_id: str = "") -> list[Row]:
        """The stored records of every order, or of one, oldest first; reads the whole table."""
        journal = DynamoJournal(self.client("dynamodb"), table, SystemClock())
        found = [dict(item.data) for _, item in journal.everywhere(f"order#{order_id}")]
        return sorted(found, key=lambda row: (row["accepted_at_ms"], row["leg"], row["step"], row["order_id"]))


def shown(records: list[Row]) -> list[Row]:
    """Records as `GET /orders` shows them."""
    return [public(record) for record in records]
