"""`dead-letters`: what was given up, and what to do about it."""

from typing import Annotated

import typer

from tools.relayctl.halting import Apply
from tools.relayctl.moments import moment
from tools.relayctl.relay import Row, carried_out
from tools.relayctl.scene import NOTHING_CHANGED, Scene, scene

app = typer.Typer(no_args_is_help=True, help="What was given up: list, show, retry or drop.", rich_markup_mode=None)
Letter = Annotated[str, typer.Argument(help="The letter's message id.")]
_ENDS = {"offer": "offered again", "record": "its end is written down", "keep": "kept: a human must decide"}


@app.command("list")
def list_letters(ctx: typer.Context) -> None:
    """List every dead letter, with its reason and what a retry would do."""
    _look(scene(ctx), {"command": "list"})


@app.command()
def show(ctx: typer.Context, message_id: Letter) -> None:
    """Show one letter with the records of its orders."""
    _look(scene(ctx), {"command": "show", "message_id": message_id})


@app.command()
def retry(
    ctx: typer.Context,
    message_id: Annotated[str | None, typer.Argument(help="Only this letter; all of them if not given.")] = None,
    apply: Apply = False,
) -> None:
    """Offer letters again, or record the end of what is too late."""
    command = {"command": "retry", **({"message_id": message_id} if message_id else {})}
    _decide(scene(ctx), command, f"Retry {message_id or 'every dead letter'}?", apply=apply)


@app.command()
def drop(ctx: typer.Context, message_id: Letter, apply: Apply = False) -> None:
    """Give one letter up: its orders end expired."""
    _decide(scene(ctx), {"command": "drop", "message_id": message_id}, f"Drop {message_id}?", apply=apply)


def _look(here: Scene, command: Row) -> None:
    with here.screen.busy("reading the dead-letter queues"):
        answer = carried_out(here.relay, command)
    here.screen.show(answer, lambda: _print(here, answer))


def _decide(here: Scene, command: Row, question: str, *, apply: bool) -> None:
    answer = here.decide(command, question, apply=apply)

    def told() -> None:
        _print(here, answer)
        if not answer["applied"]:
            here.screen.say(NOTHING_CHANGED)
        elif command["command"] == "drop":
            here.screen.say("Dropped.")
        else:
            ends = [f"{one['message_id']} was {_ENDS[one['decision']]}." for one in answer["letters"]]
            here.screen.say("\n".join(ends).replace(" was its end", ": its end"))

    here.screen.show(answer, told)


def _print(here: Scene, answer: Row) -> None:
    letters = answer["letters"]
    if not letters:
        here.screen.say("There are no dead letters.")
        return
    head = ("since", "message id", "order id", "reason", "a retry would", "because")
    here.screen.table(head, [_row(letter) for letter in letters])
    for order in (order for letter in letters for order in letter.get("orders", [])):
        here.screen.say(f"\norder {order['order_id']}", "bold")
        here.screen.fields({name: value for name, value in order.items() if name not in ("order_id", "history")})


def _row(letter: Row) -> tuple[str, ...]:
    return (
        moment(letter.get("at_ms")), str(letter["message_id"]), letter["order_id"] or "-",
        str(letter.get("reason") or "-"), str(letter["decision"]), str(letter["why"]),
    )  # fmt: skip
