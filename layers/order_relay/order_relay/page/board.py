"""The console's content, the same inside CloudWatch and on a page of its own."""

from order_relay.core.clock import iso_ms
from order_relay.core.record import State
from order_relay.page import tables
from order_relay.page.actions import Controls
from order_relay.page.html import Html, join, tag
from order_relay.page.style import STYLE
from order_relay.page.units import counted
from order_relay.service.console import View


def board(view: View, controls: Controls) -> Html:
    """Everything of one look."""
    parts = (
        _summary(view),
        _section(counted(len(view.letters), "dead letter"), tables.letters(view, controls)),
        _section(_told(view), controls.chooser(_fields(view)), tables.orders(view, controls)),
        _section("Halts", tables.halts(view, controls)),
        _section("Circuits", tables.circuits(view)),
        _section("Exchange clocks and latency", tables.pulses(view)),
        tag("p", "Read at ", iso_ms(view.now_ms), class_="faint"),
    )
    return join(parts)


def trouble(why: str) -> Html:
    """What is shown when nothing can be read."""
    return tag("p", "The console cannot read the relay's records now: ", why)


def framed(*parts: Html, theme: str = "") -> Html:
    """Parts in the console's style; `theme` is light, dark, or the reader's own when empty."""
    plain = tag("div", class_="cwdb-no-default-styles")
    return join([plain, STYLE, tag("div", *parts, class_=f"relay {theme}".strip())])


def _summary(view: View) -> Html:
    """How many orders are in each state, and what needs a human, at a glance."""
    tiles = [tag("li", tag("b", view.states[state]), state, class_=state) for state in State if view.states.get(state)]
    alarms = {"dead": len(view.letters), "halted": len(view.halts), "open circuits": len(view.circuits)}
    tiles += [tag("li", tag("b", number), name, class_="alarm") for name, number in alarms.items() if number]
    return tag("ul", *tiles, class_="tiles")


def _told(view: View) -> str:
    shown = len(view.orders)
    return f"Orders, newest {shown} of {view.matching}" if shown < view.matching else counted(shown, "order")


def _fields(view: View) -> Html:
    return join(
        [
            _choice("state", "every state", [state.value for state in State], view.wanted.state),
            _choice("account", "every account", view.accounts, view.wanted.account),
        ]
    )


def _choice(name: str, every: str, values: list[str], chosen: str) -> Html:
    options = [tag("option", value, value=value, selected=value == chosen) for value in values]
    return tag("select", tag("option", every, value=""), *options, name=name, aria_label=name)


def _section(title: str, *parts: Html) -> Html:
    return tag("section", tag("h2", title), *parts)
