"""The sample events: which function takes each, and what its answer must be."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tools.local_relay import PROJECT

FOLDER = PROJECT / "events"
ROUTE, TOKEN, ACCOUNT = "sample", "not-a-real-token", "main"
EXCHANGES = {"coinex", "okx", "bitget", "bitunix", "jex"}
PINGED = ("WebhookFunction", "OrdersFunction", "CancelsFunction")

Expected = Callable[[Any], bool]


@dataclass(frozen=True)
class Sample:
    """One event for one function; `expected` tells whether an answer to it is right."""

    name: str
    function: str
    event: Mapping[str, Any]
    expected: Expected


def read(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return event


def samples() -> list[Sample]:
    """Every file of events/, in the order of the functions; a file that no function is known to take is an error."""
    rows = [(name, *WANTED[name]) for name in sorted(path.stem for path in FOLDER.glob("*.json"))]
    found = [Sample(name, function, read(name), right) for name, functions, right in rows for function in functions]
    return sorted(found, key=lambda one: one.function)


def _exactly(wanted: object) -> Expected:
    return lambda answer: bool(answer == wanted)


def _stored(answer: Any) -> bool:
    """The alert became a message of a queue."""
    return bool(answer["statusCode"] == 202 and json.loads(answer["body"])["status"] == "accepted")


def _clocks(answer: Any) -> bool:
    return set(answer["offsets_ms"]) == EXCHANGES


def _no_such_order(answer: Any) -> bool:
    return str(answer["error"]).startswith("there is no order")


def _documentation(answer: Any) -> bool:
    """Markdown with the parameters in YAML (CloudWatch user guide, custom widgets: describe)."""
    return "```yaml" in answer


def _console(answer: Any) -> bool:
    """The whole page in the reader's theme, not the one that tells of trouble."""
    return '<div class="relay dark">' in answer and "<h2>0 dead letters</h2>" in answer


_DONE = _exactly({"batchItemFailures": []})
_NO_LETTERS = _exactly({"applied": False, "letters": []})

WANTED: Mapping[str, tuple[tuple[str, ...], Expected]] = {
    "webhook": (("WebhookFunction",), _stored),
    "webhook-token-in-body": (("WebhookFunction",), _stored),
    "worker-orders": (("OrdersFunction",), _DONE),
    "worker-cancels": (("CancelsFunction",), _DONE),
    "warm": (PINGED, _exactly({"warm": True})),
    "redrive-list": (("RedriveFunction",), _NO_LETTERS),
    "redrive-halts": (("RedriveFunction",), _exactly({"applied": False, "halts": {}})),
    "redrive-retry": (("RedriveFunction",), _NO_LETTERS),
    "redrive-settle": (("RedriveFunction",), _no_such_order),
    "clock": (("ClockFunction",), _clocks),
    "console-describe": (("ConsoleFunction",), _documentation),
    "console-render": (("ConsoleFunction",), _console),
    "notifier": (("NotifierFunction",), _exactly({"delivered": 1})),
}
