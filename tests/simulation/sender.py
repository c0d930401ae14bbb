"""TradingView as a sender: fires alerts, sends again after a 5xx or silence, and remembers what it was told."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from order_relay.service.intake import Intake, Post, Reply
from tests.simulation.process import Process
from tests.simulation.scheduler import Killed, Scheduler

TOKEN = "fake-token-of-the-route-main"
NEW_TOKEN = "fake-token-after-rotation"
RESENDS = 3
RESEND_MS = 5_000
LAST_RESEND_MS = 27_000
WEBHOOK_MS = 10_000
CONTROLS = frozenset({"halt", "resume"})
"""Alerts that switch the route and leave no order."""


@dataclass(slots=True, kw_only=True)
class Firing:
    """One true firing of an alert: its body and every answer it got.

    `legs` is how many orders it asks for; `control` is the word of an alert that switches the route.
    """

    body: bytes
    legs: int
    accounts: int = 1
    token: str = TOKEN
    first_ms: int = 0
    answers: list[tuple[int, Reply | None]] = field(default_factory=list)
    again: "Firing | None" = None
    control: str | None = None

    @property
    def digest(self) -> str:
        return sha256(self.body).hexdigest()

    @property
    def accepted(self) -> Reply | None:
        """The answer that promised something, if there was one."""
        return next((reply for _, reply in self.answers if reply and reply.status == 202), None)


@dataclass(slots=True)
class Door:
    """A warm webhook and the process it lives in."""

    process: Process
    intake: Intake


@dataclass(slots=True, kw_only=True)
class Sender:
    """Posts firings through webhook containers; two posts at once take two containers."""

    scheduler: Scheduler
    cold: Callable[[str], Door]
    accounts: int = 1
    firings: list[Firing] = field(default_factory=list)
    idle: list[Door] = field(default_factory=list)
    opened: int = 0
    requests: int = 0
    slow_start_ms: int = 0

    def fire(self, at_ms: int, body: Any, *, resends_ms: tuple[int, ...] = (), again: Firing | None = None) -> Firing:
        """Plan a firing; `resends_ms` are deliveries after the first although it was answered.

        `again`: this is no new firing but a repeat under the same explicit id.
        """
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        parts = body if isinstance(body, list) else [body]
        legs = sum(not isinstance(part, dict) or part["action"] not in CONTROLS for part in parts)
        control = None if legs else body["action"]
        firing = Firing(
            body=raw, legs=legs, accounts=self.accounts, again=again, first_ms=at_ms, control=control
        )  # fmt: skip
        self.firings.append(firing)
        self.scheduler.at(at_ms, lambda: self._post(firing, RESENDS))
        for later_ms in resends_ms:
            self.scheduler.at(at_ms + later_ms, lambda: self._post(firing, 0))
        return firing

    def _post(self, firing: Firing, left: int) -> None:
        self.requests += 1
        number, at_ms = self.requests, self.scheduler.now_ms
        if not self.idle:
            self.opened += 1
            self.idle.append(self.cold(f"webhook-{self.opened}"))
        door = self.idle.pop()
        self.scheduler.spawn(lambda: self._take(door, firing, (number, at_ms), left))

    def _take(self, door: Door, firing: Firing, arrival: tuple[int, int], left: int) -> None:
        process, (number, at_ms) = door.process, arrival
        if self.slow_start_ms:
            self.scheduler.wait(self.slow_start_ms)
        process.begin(WEBHOOK_MS)
        reply: Reply | None = None
        token = None if b'"token"' in firing.body else firing.token
        try:
            reply = door.intake.take(
                Post("main", token, firing.body, "192.0.2.1", f"request-{number}", at_ms, process.remaining_ms)
            )
            process.note(f"{reply.status} {reply.word} to {firing.body[:160]!r} {reply.reason or ''}")
        except Killed:
            process.alive = False
        finally:
            firing.answers.append((at_ms, reply))
            if process.alive:
                self.idle.append(door)
        if left and (reply is None or reply.status >= 500):
            again_ms = max(self.scheduler.now_ms, at_ms + RESEND_MS)
            self.scheduler.at(min(again_ms, firing.first_ms + LAST_RESEND_MS), lambda: self._post(firing, left - 1))
