"""`init`: write the secrets of one account and one route, and print what to paste into TradingView."""

import json
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_urlsafe
from typing import Annotated

import typer

from tools.relayctl.asking import Given, answers
from tools.relayctl.halting import Apply
from tools.relayctl.relay import TOKEN, address
from tools.relayctl.scene import NOTHING_CHANGED, Scene, scene
from tools.relayctl.secrets import Secrets
from tools.relayctl.setup import Answers, Document, differences, merged_account, merged_routes, message
from tools.relayctl.trouble import Trouble

TOKEN_BYTES = 24
_CHOICE = "Asked for unless --exchange is given."


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Both secrets as they are and as they will be."""

    account: str
    account_old: Document | None
    account_new: Document
    routes_old: Document | None
    routes_new: Document

    def lines(self, prefix: str) -> list[str]:
        routes = (self.routes_old or {}).get("routes"), self.routes_new["routes"]
        return [
            *differences(f"{prefix}/accounts/{self.account}", self.account_old, self.account_new),
            *differences(f"{prefix}/routes", *routes),
        ]


def init(
    ctx: typer.Context,
    exchange: Annotated[
        str | None, typer.Option(help="coinex, okx, bitget, bitunix or jex. Given: no questions.")
    ] = None,
    account: Annotated[str | None, typer.Option(help=f"Account name (main). {_CHOICE}")] = None,
    route: Annotated[str | None, typer.Option(help="Route name (the account's).")] = None,
    environment: Annotated[str | None, typer.Option(help="live (default) or demo.")] = None,
    api: Annotated[str | None, typer.Option(help="Bitget: auto (default), v2 or v3.")] = None,
    site: Annotated[str | None, typer.Option(help="OKX: global (default), eea, us or tr.")] = None,
    market: Annotated[str | None, typer.Option(help="When an alert names none: spot, perp or option.")] = None,
    alert_format: Annotated[str | None, typer.Option("--format", help="Alert format (auto).")] = None,
    limit: Annotated[list[str] | None, typer.Option(help="name=value, as often as needed.")] = None,
    key_file: Annotated[
        str | None, typer.Option(help='JSON {"key", "secret", "passphrase"}, or - for standard input.')
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Forget what the account or route was.")] = False,
    apply: Apply = False,
) -> None:
    """Set up an account and a route. Keys: --key-file, RELAY_KEY, RELAY_SECRET, RELAY_PASSPHRASE, or asked."""
    here = scene(ctx)
    given = Given(
        exchange=exchange, account=account, route=route, environment=environment, api=api, site=site, market=market,
        format=alert_format, limits=limit, key_file=key_file, replace=replace,
    )  # fmt: skip
    wanted = answers(given, here.screen)
    secrets, token = Secrets.of(here.relay), token_urlsafe(TOKEN_BYTES)
    with here.screen.busy("reading the secrets"):
        change = _change(secrets, wanted, token)
    lines = change.lines(here.relay.prefix)
    if not here.screen.as_json:
        here.screen.tell("\n".join(lines))
    applied = here.screen.agreed(f"Write this to {here.relay.name}?", apply=apply)
    if applied:
        with here.screen.busy("writing the secrets"):
            _write(secrets, wanted, token, change)
    _show(here, wanted, lines, token if applied else None, change)


def _change(secrets: Secrets, wanted: Answers, token: str) -> Change:
    account, routes = secrets.read(f"accounts/{wanted.account}"), secrets.read("routes")
    return Change(
        account=wanted.account,
        account_old=account,
        account_new=merged_account(wanted, account),
        routes_old=routes,
        routes_new=merged_routes(wanted, routes, sha256(token.encode()).hexdigest()),
    )


def _write(secrets: Secrets, wanted: Answers, token: str, change: Change) -> None:
    """Write what was shown, unless somebody else has written in between; the account first, its route needs it."""
    if _change(secrets, wanted, token) != change:
        raise Trouble("Somebody else changed the secrets just now; nothing was written. Run it again.")
    secrets.write(f"accounts/{wanted.account}", change.account_new, known=change.account_old is not None)
    secrets.write("routes", change.routes_new, known=change.routes_old is not None)


def _show(here: Scene, wanted: Answers, lines: list[str], token: str | None, change: Change) -> None:
    stored = change.routes_new["routes"][wanted.route]
    ready = message(stored.get("format", "auto"), stored.get("market"))
    url = address(here.relay, wanted.route, token or TOKEN)
    document = {
        "applied": token is not None, "account": wanted.account, "route": wanted.route, "changes": lines,
        "webhook_url": url, "message": ready,
    }  # fmt: skip
    here.screen.show(document, lambda: _print(here, document))


def _print(here: Scene, document: Document) -> None:
    if not document["applied"]:
        here.screen.say(NOTHING_CHANGED)
        return
    here.screen.say(f"Webhook URL (it holds the token, which is shown only now):\n{document['webhook_url']}\n")
    if document["message"]:
        here.screen.say(f"Message for TradingView:\n{json.dumps(document['message'])}\n")
    else:
        here.screen.say("The alert's message stays as its format has it: docs/formats.\n")
    here.screen.say(f"Next: relayctl doctor {document['account']}")
