"""The examples of a documentation page: fenced bodies, each marked with what becomes of it on the route before it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from order_relay.core.age import read_time
from order_relay.core.refusal import Refusal
from order_relay.core.route import Route, read_route
from order_relay.service.dispatch import Arrival, check, messages
from order_relay.service.reading import read_alert

DOCS = Path(__file__).parents[2] / "docs"
ROUTE = Route("example", ("main",), format="native")
ARRIVED_MS = read_time("2026-01-01T12:00:05Z")
MARK = re.compile(r"accepted|template|refused: [a-z_]+")
FILLED_IN = {
    "{{ticker}}": "BTCUSDT.P",
    "{{timenow}}": "2026-01-01T12:00:00Z",
    "{{close}}": "61000.5",
    "{{strategy.order.action}}": "sell",
    "{{strategy.order.contracts}}": "0.01",
    "{{strategy.order.id}}": "Long-1",
    "{{strategy.order.alert_message}}": '{"action": "close", "symbol": "BTCUSDT.P"}',
    "{{strategy.market_position}}": "short",
    "{{strategy.market_position_size}}": "0.005",
    "{{strategy.prev_market_position}}": "long",
    "{{strategy.prev_market_position_size}}": "0.005",
}
_BLOCK = re.compile(r"^```(?:json|text)(?P<mark>[^\n]*)\n(?P<body>.*?)\n?^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Example:
    """A body, the mark behind its fence (`accepted`, `template`, `refused: <word>`), and the route that reads it."""

    mark: str
    body: str
    route: Route


def examples(page: str, route: Route = ROUTE) -> Iterator[Example]:
    """Every example of a page in order; a `route` fence is no example but the route of those after it."""
    for block in _BLOCK.finditer(page):
        mark, body = block["mark"].strip(), block["body"]
        if mark == "route":
            route = read_route("example", {"token_sha256": [], "accounts": ["main"], **json.loads(body)})
        else:
            yield Example(mark, body, route)


def answer(text: str, route: Route) -> str:
    """Read a body by the webhook's own steps and say what comes of it, in the words of the pages."""
    body = text.encode()
    try:
        alert = read_alert(body, route)
        arrival = Arrival(route, body, "request-1", ARRIVED_MS)
        check(alert, arrival)
        messages(alert, arrival)
    except Refusal as refusal:
        return f"refused: {refusal.word.value}"
    return "accepted"


def becomes(example: Example) -> str:
    """What becomes of an example: of a template once it is sent as it is, and once its placeholders are filled in."""
    told = answer(example.body, example.route)
    if example.mark != "template":
        return told
    sent = answer(filled_in(example.body), example.route)
    return "template" if (told, sent) == ("refused: unresolved_placeholder", "accepted") else f"{told}, then {sent}"


def filled_in(template: str) -> str:
    for placeholder, value in FILLED_IN.items():
        template = template.replace(placeholder, value)
    return template
