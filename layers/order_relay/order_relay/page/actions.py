"""What an operator can do from the console: commands of the redrive function, and their names for a human."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from order_relay.page.html import Html

WHY = "halted from the console"
_LABELS = {"retry": "Retry", "drop": "Drop", "halt": "Halt", "resume": "Resume"}
_OUTCOMES = {"placed": "It was placed", "absent": "It was not placed"}


@dataclass(frozen=True, slots=True)
class Action:
    """A command, without `apply`: whoever carries it out adds that."""

    command: Mapping[str, Any]

    @property
    def label(self) -> str:
        if self.command["command"] == "settle":
            return _OUTCOMES.get(self.command["outcome"], "Settle")
        return _LABELS[self.command["command"]]

    @property
    def meaning(self) -> str:
        """What will happen, as a question to whoever pressed the button."""
        command = self.command
        return {
            "retry": "Decide dead letter {message_id} again? It is offered to the worker only if it is still valid.",
            "drop": "Drop dead letter {message_id}? Its orders that never left end as expired.",
            "settle": "Settle order {order_id} as {outcome}? Look at the exchange first. The symbol's halt is lifted.",
            "halt": "Halt {subject}? Nothing is opened there until it is resumed; exits and cancels go on.",
            "resume": "Resume {subject}? Orders that open are sent again.",
        }[command["command"]].format(**command, subject=_subject(command))


class Controls(Protocol):
    """How a page lets its reader act and choose; a widget and a page of its own do it differently."""

    def button(self, action: Action) -> Html | None:
        """A button that asks before it acts, or None where nobody may act."""

    def chooser(self, fields: Html) -> Html:
        """A form that shows the orders chosen by its fields."""


def settle(order_id: str, outcome: str) -> Action:
    return Action({"command": "settle", "order_id": order_id, "outcome": outcome})


def retry(message_id: str) -> Action:
    return Action({"command": "retry", "message_id": message_id})


def drop(message_id: str) -> Action:
    return Action({"command": "drop", "message_id": message_id})


def halt(scope: str, name: str | None = None) -> Action:
    return Action({"command": "halt", "scope": scope, "name": name, "why": WHY})


def resume(switch: str) -> Action:
    """Resume what a switch of the halts list names: `*`, `account#...`, `route#...`, or a symbol's partition."""
    kind, _, name = switch.partition("#")
    if switch == "*":
        return Action({"command": "resume", "scope": "global", "name": None})
    if switch.count("#") == 3:
        return Action({"command": "resume", "scope": "symbol", "name": switch})
    return Action({"command": "resume", "scope": kind, "name": name})


def _subject(command: Mapping[str, Any]) -> str:
    scope, name = command.get("scope"), command.get("name")
    return "everything" if scope == "global" else f"{scope} {name}"
