"""Bodies that are almost right: every field of a good one left out or replaced by what nobody meant to send."""

import json
from collections.abc import Iterator
from typing import Any

from order_relay.core.alert import Alert
from order_relay.core.refusal import Refusal
from order_relay.core.route import Route
from order_relay.formats import FORMATS

MISSING = object()
ODD: tuple[Any, ...] = (
    MISSING, None, "", " ", "0", 0, "-1", -1, "+1", "1e3", "1_000", "1,5", "NaN", "null", "true", True, False, "50%",
    "\u0661", "\uff42uy", "x" * 5_000, "9" * 5_000, [], ["buy"], {}, {"a": {"b": [1]}}, [[]], "\n", "1" + "0" * 39,
)  # fmt: skip
FOREIGN: tuple[Any, ...] = (
    None,
    True,
    7,
    "text",
    "",
    [],
    [1],
    [[]],
    [{}],
    {},
    {"action": []},
    {"strategy": []},
    {"a": "b"},
)


def changed(body: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A body with some fields replaced; a field set to `...` is left out."""
    return {name: value for name, value in {**body, **changes}.items() if value is not ...}


def odd_bodies(body: dict[str, Any]) -> Iterator[Any]:
    """Each field of a body, however deep, odd in every way."""
    yield from FOREIGN
    for name, value in body.items():
        rest = {other: kept for other, kept in body.items() if other != name}
        yield from (rest if odd is MISSING else {**body, name: odd} for odd in ODD)
        if isinstance(value, dict):
            yield from ({**body, name: inner} for inner in odd_bodies(value))


def opened(body: Any, name: str) -> Any:
    """A body as the format opens it; text and bytes go in as they are."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return FORMATS[name].opened(raw)


def outcome(body: Any, route: Route) -> Alert | Refusal:
    """What a body comes to; any exception other than a refusal escapes."""
    form = FORMATS[route.format]
    try:
        decoded = form.opened(json.dumps(body).encode())
        form.marked(decoded)
        form.token(decoded)
        return form.read(decoded, route)
    except Refusal as refusal:
        return refusal


def sound(read: Alert | Refusal) -> bool:
    """True if every leg of an alert could be traded as it stands."""
    if isinstance(read, Refusal):
        return read.reason.isascii() and len(read.reason) < 400 and read.status in (400, 422)
    sizes = [leg.quantity for leg in read.legs if leg.action.value in ("buy", "sell")]
    return bool(read.legs) and all(size is not None and size.is_finite() and size > 0 for size in sizes)
