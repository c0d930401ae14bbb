"""`doctor`: whether every account would be able to trade, and what to do if not."""

import random
from dataclasses import asdict
from secrets import token_hex
from typing import Annotated

import typer

from order_relay import bootstrap
from order_relay.adapters.host import SystemClock
from order_relay.adapters.vault import SecretsVault
from order_relay.adapters.wire import RequestsWire
from order_relay.service.desk import World
from tools.relayctl.advice import Check
from tools.relayctl.checkup import Checkup, Stopwatch
from tools.relayctl.findings import Finding, Level
from tools.relayctl.scene import Scene, scene
from tools.relayctl.secrets import Secrets
from tools.relayctl.trouble import REFUSED, Trouble

PATIENCE_MS = 60_000


def doctor(
    ctx: typer.Context,
    accounts: Annotated[list[str] | None, typer.Argument(help="Which accounts; all if not given.")] = None,
) -> None:
    """Check accounts: secret, clock, key, permissions, address, mode, instruments, latency."""
    here = scene(ctx)
    secrets = Secrets.of(here.relay)
    names = accounts or secrets.accounts()
    if not names:
        raise Trouble(f"{here.relay.name} has no account yet. Begin with `relayctl init`.")
    found = {name: _examined(here, secrets, name) for name in dict.fromkeys(names)}
    problems = sum(one.level is Level.PROBLEM for findings in found.values() for one in findings)
    document = {
        "relay": here.relay.name,
        "problems": problems,
        "accounts": {name: [asdict(one) for one in findings] for name, findings in found.items()},
    }
    here.screen.show(document, lambda: _print(here, found, problems))
    if problems:
        raise typer.Exit(REFUSED)


def _examined(here: Scene, secrets: Secrets, name: str) -> list[Finding]:
    clock, redactor = SystemClock(), here.screen.redactor
    stopwatch = Stopwatch(RequestsWire(clock, scrub=redactor.scrub))
    try:
        hosts = bootstrap.base_urls(here.relay.settings)
    except ValueError as exc:
        raise Trouble(f"{exc}.") from None
    world = World(
        wire=stopwatch,
        vault=SecretsVault(secrets.client, secrets.prefix, redactor.learn),
        clock=clock,
        jitter=random.random,
        nonce=lambda: token_hex(16),
        remaining_ms=lambda: PATIENCE_MS,
        base_urls=hosts,
    )
    checkup = Checkup(account=name, world=world, stopwatch=stopwatch, aws_clock=lambda: secrets.aws_clock(clock))
    with here.screen.busy(f"examining {name}"):
        order = list(Check)
        return sorted(checkup.findings(), key=lambda one: order.index(one.check))


def _print(here: Scene, found: dict[str, list[Finding]], problems: int) -> None:
    for name, findings in found.items():
        here.screen.say(name, "bold")
        here.screen.table(("", "check", "finding"), [(one.level, one.check, _told(one)) for one in findings])
        here.screen.say("")
    here.screen.say("Nothing stands in the way." if not problems else f"Problems found: {problems}.")


def _told(finding: Finding) -> str:
    source = f" [{finding.source}]" if finding.source else ""
    return f"{finding.says} {finding.advice}{source}".strip()
