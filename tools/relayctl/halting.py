"""`halts`, `halt` and `resume`: what keeps openings back."""

from enum import StrEnum
from typing import Annotated

import typer

from order_relay.service.halts import EVERYTHING
from tools.relayctl.relay import Row, carried_out
from tools.relayctl.scene import Scene, scene


class Scope(StrEnum):
    GLOBAL = "global"
    ACCOUNT = "account"
    ROUTE = "route"
    SYMBOL = "symbol"


_EVERYTHING = {EVERYTHING: "everything"}
Name = Annotated[str | None, typer.Argument(help="Which account or route; a symbol is exchange#account#market#SYMBOL.")]
Apply = Annotated[bool, typer.Option("--apply", help="Do it; without this it is a dry run.")]


def halts(ctx: typer.Context) -> None:
    """Show every halt and why."""
    here = scene(ctx)
    with here.screen.busy("asking the relay"):
        answer = carried_out(here.relay, {"command": "halts"})
    here.screen.show(answer, lambda: _show(here, answer))


def halt(
    ctx: typer.Context,
    scope: Annotated[Scope, typer.Argument(help="What to halt.")],
    name: Name = None,
    why: Annotated[str, typer.Option("--why", help="For whoever looks at 3 a.m.")] = "",
    apply: Apply = False,
) -> None:
    """Halt openings; what reduces or cancels still runs."""
    _flip(ctx, {"command": "halt", "scope": scope.value, "name": name, "why": why}, apply=apply)


def resume(
    ctx: typer.Context,
    scope: Annotated[Scope, typer.Argument(help="What to resume.")],
    name: Name = None,
    apply: Apply = False,
) -> None:
    """End a halt."""
    _flip(ctx, {"command": "resume", "scope": scope.value, "name": name}, apply=apply)


def _flip(ctx: typer.Context, command: Row, *, apply: bool) -> None:
    here = scene(ctx)
    what = "everything" if command["scope"] == Scope.GLOBAL else f"{command['scope']} {command['name']}"
    answer = here.decide(command, f"{command['command'].capitalize()} {what} on {here.relay.name}?", apply=apply)
    done = f"Openings of {what} are halted." if answer["halted"] else f"Openings of {what} may be sent again."
    here.outcome(answer, done)


def _show(here: Scene, answer: Row) -> None:
    if answer["halts"]:
        here.screen.table(
            ("what", "why"), [(_EVERYTHING.get(scope, scope), str(why)) for scope, why in answer["halts"].items()]
        )
    else:
        here.screen.say("Nothing is halted.")
