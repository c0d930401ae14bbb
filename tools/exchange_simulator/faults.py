"""The fault script: what goes wrong, when, how often, and what the client gets to see of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from tools.exchange_simulator.message import Answer, Drop, Hang, HttpResponse, json_response
from tools.exchange_simulator.order import Refusal

GATEWAY_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
HTML_TYPE = {"Content-Type": "text/html"}


class Delivery(Protocol):
    """One arrived request, as a fault may treat it."""

    def execute(self) -> HttpResponse:
        """Run it for real and return the true answer."""

    def pretend(self) -> HttpResponse:
        """Return the true answer and undo every effect."""

    def refuse(self, refusal: Refusal) -> HttpResponse:
        """Answer with the exchange's native error envelope; nothing runs."""

    def general_refusal(self) -> Refusal:
        """Name the exchange's own 'something went wrong' code."""

    def key_shown(self) -> str:
        """Return the value of the request's key header."""


@dataclass
class Fault:
    """One line of the script; `details` hold what its kind needs."""

    op: str
    kind: str
    times_left: int | None
    until_ms: int | None
    path: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    def matches(self, op: str, path: str, now_ms: int) -> bool:
        live = self.until_ms is None or now_ms < self.until_ms
        return live and self.times_left != 0 and self.op in {op, "any"} and self.path in path

    def use(self) -> None:
        if self.times_left is not None:
            self.times_left -= 1

    def refusal(self, fallback: Refusal) -> Refusal:
        """Read code, message, status and headers; what is missing comes from the exchange."""
        get = self.details.get
        status = get("status", fallback.status if "code" not in self.details else None)
        return Refusal(str(get("code", fallback.code)), get("message", fallback.message), status, get("headers"))


Kind = Callable[[Fault, Delivery], Answer]


def _status(fault: Fault, delivery: Delivery) -> Answer:
    body = fault.details.get("body", "")
    headers = fault.details.get("headers", {})
    if isinstance(body, str):
        return HttpResponse(fault.details.get("status", 500), {"Content-Type": "text/plain", **headers}, body.encode())
    return json_response(body, fault.details.get("status", 500), headers)


def _code(fault: Fault, delivery: Delivery) -> Answer:
    return delivery.refuse(fault.refusal(delivery.general_refusal()))


def _accept_then_code(fault: Fault, delivery: Delivery) -> Answer:
    delivery.execute()
    return _code(fault, delivery)


def _accept_then_drop(fault: Fault, delivery: Delivery) -> Answer:
    delivery.execute()
    return Drop()


def _drop(fault: Fault, delivery: Delivery) -> Answer:
    return Drop()


def _accept_then_hang(fault: Fault, delivery: Delivery) -> Answer:
    delivery.execute()
    return _hang(fault, delivery)


def _hang(fault: Fault, delivery: Delivery) -> Answer:
    return Hang(float(fault.details.get("seconds", 30)))


def _accept_then_html(fault: Fault, delivery: Delivery) -> Answer:
    delivery.execute()
    return _html(fault, delivery)


def _html(fault: Fault, delivery: Delivery) -> Answer:
    return HttpResponse(fault.details.get("status", 502), HTML_TYPE, GATEWAY_PAGE)


def _truncate(fault: Fault, delivery: Delivery) -> Answer:
    whole = delivery.execute()
    return HttpResponse(whole.status, whole.headers, whole.body[: len(whole.body) // 2])


def _slow(fault: Fault, delivery: Delivery) -> Answer:
    """Deliver late: everything, the timestamp window too, is checked at the late moment."""
    return Hang(float(fault.details.get("delay_ms", 1000)) / 1000, delivery.execute)


def _ignore(fault: Fault, delivery: Delivery) -> Answer:
    return delivery.pretend()


def _entrusting(fault: Fault, delivery: Delivery) -> Answer:
    """Leave it to the venue, which reads `details` while the order is placed."""
    return delivery.execute()


def _echo_secret(fault: Fault, delivery: Delivery) -> Answer:
    refusal = fault.refusal(delivery.general_refusal())
    refusal.message = f"{refusal.message} {delivery.key_shown()}"
    return delivery.refuse(refusal)


KINDS: Mapping[str, Kind] = {
    "status": _status,
    "code": _code,
    "accept_then_code": _accept_then_code,
    "accept_then_drop": _accept_then_drop,
    "drop_before_accept": _drop,
    "accept_then_hang": _accept_then_hang,
    "hang": _hang,
    "accept_then_html": _accept_then_html,
    "html": _html,
    "truncate": _truncate,
    "slow": _slow,
    "ignore": _ignore,
    "entrusting_ms": _entrusting,
    "echo_secret": _echo_secret,
}


class FaultScript:
    """Faults in the order they were added; the first that matches is used."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, row: Mapping[str, Any], now_ms: int) -> None:
        """Append one fault given as a plain dictionary."""
        if row.get("kind") not in KINDS:
            raise ValueError(f"unknown fault kind {row.get('kind')!r}")
        for_ms = row.get("for_ms")
        times = row.get("times", 1 if for_ms is None else None)
        until_ms = None if for_ms is None else now_ms + int(for_ms)
        self._faults.append(Fault(row.get("op", "any"), row["kind"], times, until_ms, row.get("path", ""), dict(row)))

    def take(self, op: str, path: str, now_ms: int) -> Fault | None:
        """Use up and return the first fault that applies."""
        found = next((fault for fault in self._faults if fault.matches(op, path, now_ms)), None)
        if found:
            found.use()
        return found

    def strike(self, fault: Fault | None, delivery: Delivery) -> Answer:
        """Answer a delivery the way its fault says."""
        return KINDS[fault.kind](fault, delivery) if fault else delivery.execute()

    def clear(self) -> None:
        self._faults.clear()
