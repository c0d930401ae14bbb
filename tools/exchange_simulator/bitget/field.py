"""Request fields the way Bitget takes them: JSON strings, read one by one and refused with its codes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from tools.exchange_simulator.number import read_decimal
from tools.exchange_simulator.order import Attached, Refusal

V2_CLIENT_ID = re.compile(r"[0-9A-Za-z\-+_#]{1,50}")
V3_CLIENT_ID = re.compile(r"[.A-Z:/a-z0-9_-]{1,32}")
FORCES = ("gtc", "post_only", "fok", "ioc")


def text(body: Any, name: str) -> str:
    """Read an optional string; JSON numbers and booleans are refused."""
    if not isinstance(body, Mapping):
        raise Refusal("40409", "wrong format")
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Refusal("40017", f"Parameter verification failed {name}")
    return value


def required(body: Any, name: str) -> str:
    value = text(body, name)
    if not value:
        raise Refusal("40019", f"Parameter {name} cannot be empty")
    return value


def choice(body: Any, name: str, allowed: Sequence[str], default: str = "") -> str:
    """Read one of a few words; without a default the field is required."""
    value = text(body, name) or default or required(body, name)
    if value not in allowed:
        raise Refusal("40020", f"Parameter {name} error")
    return value


def positive(body: Any, name: str) -> Decimal:
    """Read a required decimal string above zero."""
    value = read_decimal(required(body, name))
    if value is None or value <= 0:
        raise Refusal("40020", f"Parameter {name} error")
    return value


def optional_price(body: Any, name: str) -> Decimal | None:
    """Read a price where empty and zero mean none."""
    given = text(body, name)
    return positive(body, name) if given and read_decimal(given) != 0 else None


def rows(body: Any, name: str, most: int) -> list[Any]:
    """Read a list of orders to act on."""
    found = body.get(name) if isinstance(body, Mapping) else None
    if not isinstance(found, list) or not found:
        raise Refusal("40019", f"Parameter {name} cannot be empty")
    if len(found) > most:
        raise Refusal("40912", f"single cancel cannot exceed {most}")
    return found


def client_oid(body: Any, pattern: re.Pattern[str], longest: int) -> str | None:
    """Read a client order id of the right alphabet and length."""
    value = text(body, "clientOid")
    if len(value) > longest:
        raise Refusal("40304", f"clientOid or clientOrderId length cannot greater than {longest}")
    if value and not pattern.fullmatch(value):
        raise Refusal("40402", "orderId or clientOId format error")
    return value or None


def order_ids(body: Any) -> tuple[str, str]:
    """Read the ids a cancel or query names; one of them is required."""
    order_id, client_id = text(body, "orderId"), text(body, "clientOid")
    if not order_id and not client_id:
        raise Refusal("40019", "Parameter orderId cannot be empty")
    return order_id, client_id


def check_window(body: Any, clock_ms: int) -> None:
    """Apply the optional requestTime + receiveWindow pair (sheet section 2)."""
    stamp, window = text(body, "requestTime"), text(body, "receiveWindow")
    if not stamp or not window:
        return
    if not (stamp.isdecimal() and window.isdecimal()):
        raise Refusal("40020", "Parameter requestTime error")
    if int(window) >= 60_000:
        raise Refusal("40079", "receiveWindow timestamp must be less than 60s")
    if abs(clock_ms - int(stamp)) > int(window):
        raise Refusal("40078", "Timestamp for this request is outside of the ME receiveWindow.")


def attached(body: Any, side: str, profit: tuple[str, str], loss: tuple[str, str]) -> tuple[Attached, ...]:
    """Read preset take-profit and stop-loss: each a trigger field and an execution price field."""
    stops = []
    for (trigger, execution), with_side in ((profit, True), (loss, False)):
        price = optional_price(body, trigger)
        if price is not None:
            rises = (side == "buy") == with_side
            stops.append(Attached(trigger_price=price, rises=rises, price=optional_price(body, execution)))
    return tuple(stops)
