"""Bodies and routes that the format tests run over, and the shortest ways to read and to be refused."""

import json
from typing import Any

import pytest

from order_relay.core.alert import Alert
from order_relay.core.order import Leg
from order_relay.core.refusal import Refusal
from order_relay.core.route import Route
from order_relay.core.strict_json import load
from order_relay.formats import FORMATS

ROUTE = Route("r", ("main",))


def body(**changes: Any) -> dict[str, Any]:
    """A complete market order with some fields changed; a field set to `...` is left out."""
    fields = {"relay": 1, "action": "buy", "symbol": "BTCUSDT", "quantity": "0.01", **changes}
    return {name: value for name, value in fields.items() if value is not ...}


def limit(**changes: Any) -> dict[str, Any]:
    return body(**{"type": "limit", "price": "61000", **changes})


def close(**changes: Any) -> dict[str, Any]:
    return body(**{"action": "close", "symbol": "BTCUSDT.P", "quantity": ..., **changes})


def cancel(**changes: Any) -> dict[str, Any]:
    return body(**{"action": "cancel", "quantity": ..., **changes})


def read(value: Any, route: Route = ROUTE) -> Alert:
    """Read a body exactly as it arrives: as bytes."""
    return FORMATS[route.format].read(load(value if isinstance(value, bytes) else json.dumps(value).encode()), route)


def leg(value: Any, route: Route = ROUTE) -> Leg:
    (only,) = read(value, route).legs
    return only


def refusal(value: Any, route: Route = ROUTE) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(value, route)
    return caught.value
