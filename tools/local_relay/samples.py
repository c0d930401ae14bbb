"""The demo's alerts, and sending them as TradingView would."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tools.local_relay.client import Client, Reply, fill_in
from tools.local_relay.config import SAMPLE

ALERTS = Path(__file__).parent / "sample_alerts.json"
AGAIN = "again"
REFUSED = "refused"
NOT_SENT = Reply(0, {})


@dataclass(frozen=True)
class Sample:
    """One alert: what it shows, how its orders must end (or `again`, `refused`), and what became of its delivery."""

    number: int
    shows: str
    route: str
    ends: str
    alert: Any = None
    token_in_body: bool = False
    body: bytes = b""
    reply: Reply = NOT_SENT

    @property
    def legs(self) -> list[Mapping[str, Any]]:
        return self.alert if isinstance(self.alert, list) else [self.alert]

    @property
    def accepted(self) -> bool:
        return self.reply.status == 202

    @property
    def alert_id(self) -> str | None:
        alert_id: str | None = self.reply.data.get("alert_id")
        return alert_id

    @property
    def wanted_orders(self) -> int:
        """How many records of its own the alert must leave behind."""
        return len(self.legs) if self.ends not in (AGAIN, REFUSED) else 0


def read_samples() -> tuple[list[Sample], list[Sample]]:
    """The alerts that come first, and those that refer to orders which must be there by then."""
    data = json.loads(ALERTS.read_text("utf-8"))
    samples = [Sample(number, **row) for number, row in enumerate([*data["first"], *data["then"]], 1)]
    return samples[: len(data["first"])], samples[len(data["first"]) :]


def send(client: Client, samples: Iterable[Sample]) -> list[Sample]:
    """Deliver alerts one after the other; `again` repeats the bytes of the first one."""
    routes = json.loads(SAMPLE.read_text("utf-8"))["routes"]
    sent: list[Sample] = []
    for sample in samples:
        body = sent[0].body if sample.ends == AGAIN else _body(sample, routes[sample.route])
        path = f"/alerts/{sample.route}"
        if not sample.token_in_body:
            path += f"/{routes[sample.route]['token']}"
        sent.append(replace(sample, body=body, reply=client.post(path, body)))
    return sent


def _body(sample: Sample, route: Mapping[str, Any]) -> bytes:
    alert = {"token": route["body_secret"], **sample.alert} if sample.token_in_body else sample.alert
    return fill_in(json.dumps(alert)).encode()
