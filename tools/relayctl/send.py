"""`send`: post an alert as TradingView would, and show the answer."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from tools.relayctl.halting import Apply
from tools.relayctl.relay import address, json_line
from tools.relayctl.scene import NOTHING_CHANGED, Scene, scene
from tools.relayctl.trouble import REFUSED, USAGE, Trouble

TOKEN_VARIABLE = "RELAY_TOKEN"
ACCEPTED = 202
_SECRET_FIELDS = frozenset({"token", "secret", "passphrase"})


def send(
    ctx: typer.Context,
    route: Annotated[str, typer.Argument(help="The route.")],
    body: Annotated[str, typer.Argument(help="The alert, or - for standard input.")] = "-",
    token_file: Annotated[
        Path | None, typer.Option(help=f"The route's token; else {TOKEN_VARIABLE}, or asked.")
    ] = None,
    apply: Apply = False,
) -> None:
    """Post an alert to the webhook: it may become a real order. {{timenow}} is filled in."""
    here = scene(ctx)
    text = _filled_in(sys.stdin.read() if body == "-" else body)
    token = _token(here, token_file)
    for name in _SECRET_FIELDS & set(json_line(text)):
        here.screen.redactor.learn({"secret": json_line(text)[name]})
    shown = address(here.relay, route, "***" if token else None)
    if not here.screen.agreed(f"Post this to {shown}?\n{text}\n", apply=apply):
        here.screen.show({"applied": False, "url": shown, "body": text}, lambda: _dry(here, shown, text))
        return
    with here.screen.busy("posting"):
        status, answer = here.relay.post(address(here.relay, route, token), text.encode())
    told = {"applied": True, "status": status, "answer": answer}
    here.screen.show(told, lambda: _answered(here, status, answer))
    if status != ACCEPTED:
        raise typer.Exit(REFUSED)


def _filled_in(text: str) -> str:
    if not text.strip():
        raise Trouble("The alert is empty.", USAGE)
    return text.replace("{{timenow}}", datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))


def _token(here: Scene, file: Path | None) -> str | None:
    """The token, known to the screen from here on; none if the alert's body carries it."""
    told = file.read_text("utf-8").strip() if file else os.environ.get(TOKEN_VARIABLE)
    if told is None and here.screen.asks:
        told = typer.prompt(
            "Token (empty if the body carries it)", default="", hide_input=True, show_default=False, err=True
        )
    if told:
        here.screen.redactor.learn({"secret": told})
    return told or None


def _dry(here: Scene, url: str, text: str) -> None:
    here.screen.say(f"Would post to {url}:\n{text}")
    here.screen.say(NOTHING_CHANGED)


def _answered(here: Scene, status: int, answer: object) -> None:
    told = answer if isinstance(answer, dict) else {}
    here.screen.say(f"HTTP {status}: {told.get('status') or 'no readable answer'}", "" if status == ACCEPTED else "red")
    here.screen.fields({"alert_id": told.get("alert_id"), "reason": told.get("reason")})
    if status == ACCEPTED:
        here.screen.say("It is stored; `relayctl orders` shows what becomes of it.")
