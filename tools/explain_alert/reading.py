"""Run a body through the webhook's own code and keep what it decided; nothing leaves the process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from order_relay.core.alert import Alert
from order_relay.core.order import Leg
from order_relay.core.ports import Entry
from order_relay.core.refusal import Refusal
from order_relay.formats import auto
from order_relay.service.dispatch import completed
from order_relay.service.intake import Intake, Post
from order_relay.service.reading import read_alert
from tools.explain_alert.proof import Proof, proven
from tools.explain_alert.route_file import NAME, RouteFile, digest

_IN_THE_URL = "explain-alert"
_TIME_LEFT_MS = 10_000


class Broken(Exception):
    """The webhook would answer 503: a defect of the relay, not of the alert."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the webhook decided: the refusal's word and sentence, or the alert and its legs."""

    format: str
    proof: Proof
    word: str | None = None
    detail: str = ""
    alert: Alert | None = None
    legs: Sequence[Leg] = ()


def decided(body: bytes, file: RouteFile, received_ms: int, token_in: str | None = None) -> Reading:
    """Read a body as if it had arrived at that moment, its secret in the `url` or the `body`; raises Broken."""
    proof = proven(body, file, _format(body, file), token_in)
    token = None if proof.in_body else _IN_THE_URL
    silent = _Silent(received_ms)
    intake = Intake(vault=_OneRoute(_stored(file)), outbox=silent, clock=silent, signals=silent)
    reply = intake.take(Post(NAME, token, body, "", "explained", received_ms, lambda: _TIME_LEFT_MS))
    if reply.word == "error":
        raise Broken(str(silent.told.get("reason", reply.reason)))
    if reply.word == "refused":
        word, _, detail = (reply.reason or "").partition(": ")
        return Reading(_format(body, file), proof, word, detail)
    alert = read_alert(body, file.route)
    return Reading(alert.format, proof, alert=alert, legs=completed(alert, file.route))


def _stored(file: RouteFile) -> Mapping[str, Any]:
    """The route with a token that the tool knows, unless it takes none in the URL."""
    if file.route.body_secrets and not file.route.tokens:
        return file.entry
    known = file.entry.get("token_sha256") or []
    return {**file.entry, "token_sha256": [*known, digest(_IN_THE_URL)]}


def _format(body: bytes, file: RouteFile) -> str:
    """The format of a refused body, as far as it can be told."""
    if file.route.format != auto.NAME:
        return file.route.format
    try:
        names = auto.matching(auto.opened(body))
    except Refusal:
        return auto.NAME
    return names[0] if len(names) == 1 else auto.NAME


@dataclass(frozen=True, slots=True)
class _OneRoute:
    entry: Mapping[str, Any]

    def routes(self, *, fresh: bool = False) -> Mapping[str, Any]:
        return {NAME: self.entry}

    def account(self, name: str, *, fresh: bool = False) -> Mapping[str, Any]:
        raise Broken(f"the webhook asked for the keys of {name}")


@dataclass(slots=True)
class _Silent:
    """Queue, clock and signals that go nowhere: everything is stored, no time passes, the last log line is kept."""

    now_ms: int
    told: dict[str, object] = field(default_factory=dict)

    def send(self, entries: Sequence[Entry]) -> list[Entry]:
        return []

    def wall_ms(self) -> int:
        return self.now_ms

    def monotonic_ms(self) -> int:
        return self.now_ms

    def sleep(self, seconds: float) -> None:
        self.now_ms += round(seconds * 1000)

    def log(self, event: str, **fields: object) -> None:
        self.told = fields

    def count(self, metric: str, value: int = 1, **dimensions: str) -> None: ...

    def notify(self, subject: str, text: str, *, throttle: str | None = None) -> None: ...
