"""The questions of `init`: from options, a key file, the environment or the person at the terminal."""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import typer

from order_relay.core.account import APIS, ENVIRONMENTS, REGIONS
from order_relay.exchanges import EXCHANGES
from tools.relayctl.screen import Screen
from tools.relayctl.setup import Answers, Document, limits
from tools.relayctl.trouble import USAGE, Trouble

KEY_VARIABLES = {"key": "RELAY_KEY", "secret": "RELAY_SECRET", "passphrase": "RELAY_PASSPHRASE"}
MARKETS = ("spot", "perp", "option")


@dataclass(slots=True, kw_only=True)
class Given:
    """What the options said; None is asked for, unless the exchange was given: then its default counts."""

    exchange: str | None
    account: str | None
    route: str | None
    environment: str | None
    api: str | None
    site: str | None
    market: str | None
    format: str | None
    limits: list[str] | None
    key_file: str | None
    replace: bool


def answers(given: Given, screen: Screen) -> Answers:
    """Every answer that is needed, each checked against what is allowed."""
    asking = given.exchange is None and not screen.as_json
    exchange = _chosen(asking, "Exchange", given.exchange, None, tuple(EXCHANGES))
    venue = EXCHANGES[exchange]
    environments = ENVIRONMENTS if venue.demo else ("live",)
    secret: Document = {"exchange": exchange}
    secret["environment"] = _chosen(asking, "Environment", given.environment, "live", environments)
    if exchange == "bitget":
        secret["api"] = _chosen(asking, "API of the key", given.api, "auto", APIS)
    if exchange == "okx":
        secret["region"] = _chosen(asking, "OKX site", given.site, "global", REGIONS)
    account = _text(asking, "Account name", given.account, "main")
    secret |= _keys(given.key_file, screen, passphrase=venue.passphrase)
    route = _text(asking, "Route name", given.route, account)
    return Answers(
        account=account, secret=secret, route=route, settings=_settings(asking, given), replace=given.replace
    )


def _settings(asking: bool, given: Given) -> Document:
    """What the route says; what has a default and was not given stays out, so that a known route keeps its own."""
    market = _text(asking, f"Market when an alert names none ({', '.join(MARKETS)}; empty: spot)", given.market, "")
    format_name = _text(asking, "Alert format", given.format, "auto" if asking else "")
    wanted = given.limits
    if wanted is None and asking:
        told = typer.prompt("Limits such as max_quantity=0.05 orders_per_minute=6 (empty: none)", "", err=True)
        wanted = told.split()
    settings = {"market": market, "format": format_name, "limits": limits(wanted or [])}
    return {name: value for name, value in settings.items() if value}


def _keys(key_file: str | None, screen: Screen, *, passphrase: bool) -> Document:
    """The credentials, known to the screen from here on; never from the command line itself."""
    names = [name for name in KEY_VARIABLES if name != "passphrase" or passphrase]
    if key_file is not None:
        found = _from_file(key_file)
    else:
        found = {name: value for name in names if (value := os.environ.get(KEY_VARIABLES[name]))}
    screen.redactor.learn(found)
    for name in names:
        if name in found:
            continue
        if screen.as_json or key_file is not None:
            raise Trouble(f"There is no {name}: put it into --key-file or {KEY_VARIABLES[name]}.", USAGE)
        found[name] = screen.hidden(f"{name.capitalize()} (not shown)")
    screen.redactor.learn(found)
    return {name: found[name] for name in names}


def _from_file(name: str) -> Document:
    text = sys.stdin.read() if name == "-" else Path(name).read_text("utf-8")
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise Trouble('--key-file takes a JSON object of texts: {"key": ..., "secret": ..., "passphrase": ...}.', USAGE)
    return {name: found[name].strip() for name in KEY_VARIABLES if name in found}


def _chosen(asking: bool, what: str, given: str | None, default: str | None, allowed: tuple[str, ...]) -> str:
    """One of several; a single choice is not worth a question."""
    if given is None and len(allowed) == 1:
        return allowed[0]
    chosen = _text(asking, f"{what} ({', '.join(allowed)})", given, default)
    if chosen not in allowed:
        raise Trouble(f"{what} must be one of {', '.join(allowed)}, not {chosen!a}.", USAGE)
    return chosen


def _text(asking: bool, what: str, given: str | None, default: str | None) -> str:
    if given is not None:
        return given
    if asking:
        told: str = typer.prompt(what, default=default, show_default=bool(default), err=True)
        return told.strip()
    if default is None:
        raise Trouble(f"{what} is missing; give it as an option.", USAGE)
    return default
