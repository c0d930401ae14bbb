"""What every command gets: the screen, and the relay that the options name."""

import os
from dataclasses import dataclass
from functools import cached_property

import typer

from tools.relayctl.aws import Aws
from tools.relayctl.deployed import Deployed
from tools.relayctl.local import Local
from tools.relayctl.relay import Relay, Row, carried_out
from tools.relayctl.screen import Screen

NOTHING_CHANGED = "Nothing was changed. Add --apply to do it."


@dataclass
class Options:
    """Which relay."""

    prefix: str
    stack: str
    region: str | None
    profile: str | None
    local: str | None


@dataclass
class Scene:
    """One run of the command line; the relay is looked up when a command first needs it."""

    screen: Screen
    options: Options

    @cached_property
    def relay(self) -> Relay:
        if self.options.local:
            return Local(self.options.local.rstrip("/"))
        aws = Aws.of(self.options.profile, self.options.region)
        return Deployed(aws, self.options.prefix, self.options.stack, os.environ)

    def decide(self, command: Row, question: str, *, apply: bool) -> Row:
        """Try a command as a dry run, then carry it out if that was told or agreed to; the last answer."""
        with self.screen.busy("asking the relay"):
            answer = carried_out(self.relay, command)
        if not self.screen.agreed(f"{_noted(answer)}{question}", apply=apply):
            return answer
        with self.screen.busy("applying"):
            return carried_out(self.relay, {**command, "apply": True})

    def outcome(self, answer: Row, done: str) -> None:
        """Show what became of a command: the whole answer to a script, a sentence to a person."""
        told = done if answer["applied"] else NOTHING_CHANGED
        self.screen.show(answer, lambda: self.screen.say(f"{_noted(answer)}{told}"))


def _noted(answer: Row) -> str:
    return f"Note: {answer['note']}. " if answer.get("note") else ""


def scene(ctx: typer.Context) -> Scene:
    found: Scene = ctx.find_root().obj
    return found
