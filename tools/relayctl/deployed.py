"""A relay deployed on AWS, found by the outputs of its stack."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

from order_relay.adapters.aws import error_code
from tools.relayctl.aws import Aws, Row, shown
from tools.relayctl.logs import Logs
from tools.relayctl.relay import Changes, mine
from tools.relayctl.trouble import Trouble
from tools.relayctl.web import ask

REDRIVE_S = 70
_AROUND_MS = 600_000


@dataclass
class Deployed:
    """A stack; `settings` is the operator's own environment, which may name other hosts of the exchanges."""

    aws: Aws
    prefix: str
    stack: str
    settings: Mapping[str, str]

    @property
    def name(self) -> str:
        return f"the relay {self.prefix} in {self.aws.session.region_name}"

    @cached_property
    def outputs(self) -> Mapping[str, str]:
        try:
            stacks = self.aws.client("cloudformation").describe_stacks(StackName=self.stack)["Stacks"]
        except ClientError as exc:
            if error_code(exc) != "ValidationError":
                raise
            raise Trouble(f"There is no stack {self.stack} in this region. Check --stack and --region.") from None
        return {row["OutputKey"]: row["OutputValue"] for row in stacks[0].get("Outputs", [])}

    @property
    def webhook_url(self) -> str:
        return self._output("WebhookUrl")

    def command(self, command: Mapping[str, Any]) -> Row:
        """Invoke the function once: nobody can say whether a call that was cut off was carried out."""
        client = self.aws.client("lambda", read_s=REDRIVE_S, attempts=1)
        told = client.invoke(FunctionName=f"{self.prefix}-redrive", Payload=json.dumps(command).encode())
        answer = json.loads(told["Payload"].read())
        if told.get("FunctionError") or not isinstance(answer, dict):
            raise Trouble(f"The function {self.prefix}-redrive failed. Its log says why; run the command again after.")
        return answer

    def orders(self) -> list[Row]:
        return shown(self.aws.records(self._output("JournalTableName")))

    def record(self, order_id: str) -> Row | None:
        return next(iter(self.aws.records(self._output("JournalTableName"), order_id)), None)

    def changes(self, since_ms: int) -> Changes:
        return Logs(self.aws.client("logs"), self._groups("orders", "cancels")).new_changes(since_ms)

    def lines(self, order: Row, log_file: str | None) -> tuple[list[Row], str]:
        groups = self._groups("webhook", "orders", "cancels")
        ends_ms = max((line["at_ms"] for line in order["history"]), default=order["accepted_at_ms"])
        wanted = f'{{ $.order_id = "{order["order_id"]}" || $.alert_id = "{order["alert_id"]}" }}'
        logs = Logs(self.aws.client("logs"), groups)
        told = logs.lines(wanted, order["accepted_at_ms"] - _AROUND_MS, ends_ms + _AROUND_MS)
        found = [line for line in told if mine(line, order)]
        return found, "" if found else "the log: its lines are gone, they are kept for LogRetention days"

    def post(self, path: str, body: bytes) -> tuple[int, Any]:
        return ask("POST", path, body, direct=False)

    def _groups(self, *functions: str) -> list[str]:
        return [f"/aws/lambda/{self.prefix}-{function}" for function in functions]

    def _output(self, name: str) -> str:
        if name not in self.outputs:
            raise Trouble(f"The stack {self.stack} has no output {name}. Is it a stack of this relay?")
        return self.outputs[name]
