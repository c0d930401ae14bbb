"""`tail`: follow every state change of every order."""

import time
from collections.abc import Iterator
from typing import Annotated

import typer

from tools.relayctl.moments import moment, now_ms, since_ms
from tools.relayctl.relay import Row
from tools.relayctl.scene import Scene, scene


def tail(
    ctx: typer.Context,
    since: Annotated[str | None, typer.Option(help="Begin so long ago: 90s, 15m, 2h, or a time.")] = None,
    every: Annotated[float, typer.Option(min=0.1, help="Seconds between two looks.")] = 2.0,
    last: Annotated[float | None, typer.Option("--for", min=0.0, help="Stop after so many seconds.")] = None,
) -> None:
    """Follow state changes until Ctrl-C; with --json one document per line."""
    here = scene(ctx)
    begin_ms = since_ms(since) if since else now_ms()
    here.screen.tell(f"Following {here.relay.name}; Ctrl-C ends it.")
    try:
        for line in _followed(here, begin_ms, every, last):
            _print(here, line)
    except KeyboardInterrupt:
        return


def _followed(here: Scene, begin_ms: int, every_s: float, last_s: float | None) -> Iterator[Row]:
    changes = here.relay.changes(begin_ms)
    until = None if last_s is None else time.monotonic() + last_s
    while True:
        yield from changes()
        if until is not None and time.monotonic() >= until:
            return
        time.sleep(every_s if until is None else max(0.0, min(every_s, until - time.monotonic())))


def _print(here: Scene, line: Row) -> None:
    if here.screen.as_json:
        here.screen.document(line)
        return
    what = " ".join(str(line[name]) for name in ("account", "action", "symbol") if line.get(name))
    here.screen.say(
        f"{moment(line['at_ms'])}  {line['state']:<9}  {what}  {line['order_id']}  {line['note'] or ''}".rstrip()
    )
