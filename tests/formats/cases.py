"""Bodies and routes that the format tests run over, and the shortest ways to read and to be refused."""

import json
from dataclasses import replace
from typing import Any

import pytest

from order_relay.core.alert import Alert
from order_relay.core.order import Leg
from order_relay.core.refusal import Refusal
from order_relay.core.route import Route
from order_relay.core.strict_json import load
from order_relay.formats import FORMATS

ROUTE = Route("r", ("main",), format="native")


def body(**changes: Any) -> dict[str, Any]:
    """A complete market order with some fields changed; a field set to `...` is left out."""
    fields = {"relay": 1, "action": "buy", "symbol": "BTCUSDT", "quantity": "0.01", **changes}
    return {name: value for name, value in fields.items() if value is not ...}


def route(**changes: Any) -> Route:
    """A route of the native format with some settings of its own."""
    return replace(ROUTE, **changes)


def limit(**changes: Any) -> dict[str, Any]:
    return body(**{"type": "limit", "price": "61000", **changes})


def stop(**changes: Any) -> dict[str, Any]:
    return body(**{"symbol": "BTCUSDT.P", "type": "stop", "trigger_price": "59000", **changes})


def add(**changes: Any) -> dict[str, Any]:
    return body(**{"action": "add", "symbol": "BTCUSDT.P", **changes})


def target(**changes: Any) -> dict[str, Any]:
    return body(**{"action": "target", "symbol": "BTCUSDT.P", "quantity": "2", **changes})


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
