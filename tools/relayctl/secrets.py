"""The relay's secrets as whoever sets it up reads and writes them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from order_relay.adapters.aws import error_code
from order_relay.core.clock import Sample, http_date_ms
from order_relay.core.ports import HostClock
from tools.relayctl.relay import Relay
from tools.relayctl.trouble import Trouble

_NAME_PAGE = 100
_HALF_SECOND_MS = 500


@dataclass(frozen=True, slots=True)
class Secrets:
    """JSON objects below one prefix; a value is never part of an error."""

    client: Any
    prefix: str

    @classmethod
    def of(cls, relay: Relay) -> "Secrets":
        return cls(relay.aws.client("secretsmanager"), relay.prefix)

    def read(self, name: str) -> dict[str, Any] | None:
        """The secret, or None if there is none."""
        try:
            text = self.client.get_secret_value(SecretId=f"{self.prefix}/{name}")["SecretString"]
            value = json.loads(text)
        except ClientError as exc:
            if error_code(exc) == "ResourceNotFoundException":
                return None
            if error_code(exc) == "InvalidRequestException":
                raise Trouble(f"The secret {self.prefix}/{name} is marked for deletion. Restore it first.") from None
            raise
        except (KeyError, ValueError):
            value = None
        if not isinstance(value, dict):
            raise Trouble(f"The secret {self.prefix}/{name} is not a JSON object. Repair it first.")
        return value

    def write(self, name: str, value: Mapping[str, Any], *, known: bool) -> None:
        """Create the secret, or give a known one a new version."""
        text = json.dumps(value)
        if known:
            self.client.put_secret_value(SecretId=f"{self.prefix}/{name}", SecretString=text)
        else:
            self.client.create_secret(Name=f"{self.prefix}/{name}", SecretString=text)

    def accounts(self) -> list[str]:
        """The names of all accounts."""
        begin = f"{self.prefix}/accounts/"
        pages = self.client.get_paginator("list_secrets").paginate(
            Filters=[{"Key": "name", "Values": [begin]}], PaginationConfig={"PageSize": _NAME_PAGE}
        )
        names = [row["Name"] for page in pages for row in page["SecretList"]]
        return sorted(name.removeprefix(begin) for name in names if name.startswith(begin))

    def aws_clock(self, clock: HostClock) -> Sample | None:
        """AWS's own time, from the Date of an answer: the witness when a clock and an exchange disagree."""
        sent_ms = clock.wall_ms()
        answer = self.client.list_secrets(MaxResults=1)
        received_ms = clock.wall_ms()
        date_ms = http_date_ms(answer["ResponseMetadata"]["HTTPHeaders"].get("date", ""))
        if date_ms is None:
            return None
        return Sample(sent_ms, received_ms, date_ms + _HALF_SECOND_MS, _HALF_SECOND_MS)
