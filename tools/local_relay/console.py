"""The console on this machine: the widget's content as a page at `/`, with forms for buttons and no script."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode

from order_relay import bootstrap
from order_relay.core.ports import Unavailable
from order_relay.page.actions import Action
from order_relay.page.board import board, framed, trouble
from order_relay.page.html import Html, Part, join, tag
from order_relay.service.console import Console, Wanted
from order_relay.service.switching import BadCommand

REFRESH_S = 5
NEEDED = {
    "retry": ("message_id",),
    "drop": ("message_id",),
    "settle": ("order_id", "outcome"),
    "halt": ("scope", "why"),
    "resume": ("scope",),
}
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
}

Operator = Callable[[Mapping[str, Any]], object]


class Forms:
    """Buttons that lead to a page which asks, and a chooser that a browser remembers in its address."""

    def __init__(self, hidden: Mapping[str, str]) -> None:
        self._hidden = hidden

    def button(self, action: Action) -> Html:
        return _form(tag("button", action.label), command=json.dumps(action.command))

    def chooser(self, fields: Html) -> Html:
        hidden = [tag("input", type="hidden", name=name, value=value) for name, value in self._hidden.items()]
        return tag("form", fields, *hidden, tag("button", "Show"), method="get", action="/", class_="chooser")


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one relay; `operator` carries out a command as the redrive function does."""

    console: Console
    operator: Operator
    HEADERS: ClassVar = HEADERS

    @classmethod
    def open(cls, operator: Operator) -> "Pages":
        """Make the pages from the settings in the environment, as the widget's function does."""
        return cls(bootstrap.console(), operator)

    def show(self, query: str) -> str:
        """The console; `state` and `account` choose its orders, `paused` keeps it as it is."""
        asked = {name: values[-1] for name, values in parse_qs(query).items()}
        paused = "paused" in asked
        wanted = Wanted(asked.get("state", ""), asked.get("account", ""))
        try:
            content = board(self.console.look(wanted), Forms({"paused": "yes"} if paused else {}))
        except (Unavailable, BadCommand) as exc:
            content = trouble(str(exc))
        return _page(_bar(asked, paused=paused), content, refresh=not paused)

    def act(self, form: Mapping[str, str]) -> str:
        """Ask about a command, or carry it out once it was confirmed."""
        command = _asked(form.get("command", ""))
        if command is None:
            return _page(tag("p", "This is no command of the console."), _back("Back to the console"))
        action = Action(command)
        if form.get("confirmed") != "yes":
            return _page(_question(action))
        if "why" in form:
            command["why"] = form["why"]
        return _page(_outcome(action, self.operator({**command, "apply": True})))


def _asked(text: str) -> dict[str, Any] | None:
    try:
        command = json.loads(text)
    except ValueError:
        return None
    if not isinstance(command, dict) or str(command.get("command")) not in NEEDED:
        return None
    return command if all(isinstance(command.get(name), str) for name in NEEDED[command["command"]]) else None


def _question(action: Action) -> Html:
    why = action.command.get("why")
    reason = tag("p", tag("label", "Why: ", tag("input", name="why", value=str(why), size=50))) if why else None
    asked = _form(reason, tag("button", action.label), command=json.dumps(action.command), confirmed="yes")
    asks = tag("h1", action.label), tag("p", action.meaning)
    return join((*asks, _command(action.command), asked, _back("Cancel")))


def _outcome(action: Action, answer: object) -> Html:
    return join((tag("h1", action.label), tag("p", _told(answer)), _command(answer), _back("Back to the console")))


def _told(answer: object) -> str:
    """What became of a command; of a dead letter, what was decided."""
    known = answer if isinstance(answer, Mapping) else {}
    letter: Mapping[str, Any] = next(iter(known.get("letters") or ()), {})
    if "decision" in letter:
        return f"Decided: {letter['decision']}, {letter['why']}."
    return f"Not done: {known['error']}." if "error" in known else "Done."


def _command(value: object) -> Html:
    return tag("pre", json.dumps(value, indent=2))


def _bar(asked: Mapping[str, str], *, paused: bool) -> Html:
    kept = {name: value for name, value in asked.items() if name in ("state", "account") and value}
    address = "/?" + urlencode(kept if paused else {**kept, "paused": "yes"})
    told = "Paused. " if paused else f"Read anew every {REFRESH_S} s. "
    switch = tag("a", "Go on" if paused else "Pause", href=address, class_="btn")
    return tag("div", tag("h1", "order-relay"), tag("span", told, class_="faint"), switch, class_="bar")


def _back(label: str) -> Html:
    return tag("p", tag("a", label, href="/", class_="btn"))


def _form(*parts: Part, **hidden: str) -> Html:
    fields = [tag("input", type="hidden", name=name, value=value) for name, value in hidden.items()]
    return tag("form", *fields, *parts, method="post", action="/redrive")


def _page(*content: Html, refresh: bool = False) -> str:
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="refresh", content=str(REFRESH_S)) if refresh else None,
        tag("title", "order-relay"),
        Html("<style>body{margin:0}.relay{min-height:100vh}</style>"),
    )
    return "<!doctype html>" + tag("html", head, tag("body", framed(*content)), lang="en").text
