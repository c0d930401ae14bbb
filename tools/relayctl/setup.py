"""What `init` would write: the account's secret and the routes, merged with what is there, checked before it counts."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from order_relay.core.account import read_account
from order_relay.core.ports import Missing
from order_relay.core.route import read_route
from order_relay.exchanges import EXCHANGES
from order_relay.formats import FORMATS
from tools.relayctl.trouble import USAGE, Trouble

Document = dict[str, Any]
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_LISTS = frozenset({"symbols"})
_NUMBERS = frozenset({"orders_per_minute"})
_SWITCHES = frozenset({"dry_run"})
_READY = {
    "relay": 1,
    "action": "{{strategy.order.action}}",
    "symbol": "{{ticker}}",
    "quantity": "{{strategy.order.contracts}}",
    "time": "{{timenow}}",
}
_NATIVE = frozenset({"auto", "native"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What was asked for: an account with its secret, a route with its settings; `replace` forgets what was there."""

    account: str
    secret: Document
    route: str
    settings: Document
    replace: bool = False

    def __repr__(self) -> str:
        return f"Answers({self.account})"


def limits(pairs: list[str]) -> Document:
    """Read `name=value` limits as the routes secret holds them."""
    read: Document = {}
    for pair in pairs:
        name, equals, value = (part.strip() for part in pair.partition("="))
        if not equals or not value:
            raise Trouble(f"A limit is written name=value, such as max_quantity=0.05, not {pair!a}.", USAGE)
        read[name] = _limit(name, value)
    return read


def _limit(name: str, value: str) -> object:
    if name in _LISTS:
        return [one.strip() for one in value.split(",") if one.strip()]
    if name in _SWITCHES:
        return {"true": True, "false": False}.get(value.lower(), value)
    return int(value) if name in _NUMBERS and value.isascii() and value.isdigit() else value


def merged_account(answers: Answers, known: Document | None) -> Document:
    """The account's secret; raises Trouble for one that could not trade, or that would become another exchange's."""
    check_name(answers.account)
    check_name(answers.route)
    exchange = EXCHANGES[answers.secret["exchange"]]
    try:
        read_account(answers.account, answers.secret, needs_passphrase=exchange.passphrase)
    except Missing as exc:
        raise Trouble(f"{str(exc)[:1].upper()}{str(exc)[1:]}.", USAGE) from None
    for field in ("exchange", "environment"):
        was = known.get(field) if known else None
        if was not in (None, answers.secret[field]) and not answers.replace:
            raise Trouble(f"The account {answers.account} is {was} so far. Take another name, or --replace it.")
    return answers.secret


def merged_routes(answers: Answers, known: Document | None, token_sha256: str) -> Document:
    """All routes with this one in them: a known one keeps its tokens and what was not asked for anew."""
    document = known or {"routes": {}}
    routes = document.get("routes")
    if not isinstance(routes, dict):
        raise Trouble("The routes secret holds no 'routes' object. Repair it first.")
    was = {} if answers.replace else routes.get(answers.route, {})
    if was.get("accounts") not in (None, [answers.account]):
        others = ", ".join(was["accounts"])
        raise Trouble(f"The route {answers.route} trades on {others}. Take another name, or --replace it.")
    tokens = [*was.get("token_sha256", []), token_sha256]
    route = {**was, **answers.settings, "token_sha256": tokens, "accounts": [answers.account]}
    try:
        read_route(answers.route, route)
    except Missing as exc:
        raise Trouble(f"{str(exc)[:1].upper()}{str(exc)[1:]}.", USAGE) from None
    if route.get("format", "auto") not in FORMATS:
        raise Trouble(f"There is no format {route['format']!a}. Known: {', '.join(FORMATS)}.", USAGE)
    return {**document, "routes": {**routes, answers.route: route}}


def differences(what: str, old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> Iterator[str]:
    """Names of what is added, changed and removed; never a value."""
    if old is None:
        yield f"+ {what}: {', '.join(new)}"
        return
    for sign, names in (
        ("+", [name for name in new if name not in old]),
        ("~", [name for name in new if name in old and old[name] != new[name]]),
        ("-", [name for name in old if name not in new]),
    ):
        if names:
            yield f"{sign} {what}: {', '.join(names)}"


def message(format_name: str, market: str | None) -> Document | None:
    """The alert message to paste, where the format is ours; other formats keep the message they have."""
    if format_name not in _NATIVE:
        return None
    return {**_READY, **({"market": market} if market else {})}


def check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise Trouble(f"The name {name!a} takes 1 to 64 letters, digits and _ . -", USAGE)
