"""A route: who may post to it, what its alerts mean where they are silent, and what they may not exceed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from order_relay.core.money import number, plain
from order_relay.core.order import Unit
from order_relay.core.ports import Missing
from order_relay.core.refusal import Refusal
from order_relay.core.symbol import Market, read_symbol

VALID_FOR_MAX_S = 3600
KNOWN_DEFAULTS = frozenset({"symbol", "quantity", "unit"})
KNOWN_LIMITS = frozenset({"symbols", "max_quantity", "max_notional", "max_leverage", "slippage"})
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one order of the route may not exceed; None means no limit. `collar` and `slippage` are fractions."""

    symbols: frozenset[str] = frozenset()
    max_quantity: Decimal | None = None
    max_notional: Decimal | None = None
    max_leverage: Decimal | None = None
    slippage: Decimal = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Route:
    """One entry of the routes secret; hashes are lower-case SHA-256 hex."""

    name: str
    accounts: tuple[str, ...]
    tokens: tuple[str, ...] = ()
    body_secrets: tuple[str, ...] = ()
    format: str = "auto"
    market: Market | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    valid_for: int = 60
    exit_valid_for: int = 900


def read_route(name: str, data: Mapping[str, Any]) -> Route:
    """Read one route; raises Missing with a sentence about the field that is wrong."""
    if not isinstance(data, Mapping):
        raise Missing(f"route {name!a} must be an object")
    if data.get("token_sha256") is None and data.get("body_secret_sha256") is None:
        raise Missing(f"route {name!a} has neither 'token_sha256' nor 'body_secret_sha256'")
    accounts = data.get("accounts")
    if not isinstance(accounts, list) or not accounts or not all(isinstance(one, str) and one for one in accounts):
        raise Missing(f"route {name!a} must name its 'accounts' in a list")
    return Route(
        name=name,
        accounts=tuple(dict.fromkeys(accounts)),
        tokens=_hashes(name, data, "token_sha256"),
        body_secrets=_hashes(name, data, "body_secret_sha256"),
        format=str(data.get("format", "auto")),
        market=_market(name, data),
        defaults=_defaults(name, _mapping(name, data, "defaults")),
        limits=_limits(name, _mapping(name, data, "limits")),
        valid_for=_seconds(name, data, "valid_for", 60),
        exit_valid_for=_seconds(name, data, "exit_valid_for", 900),
    )


def _hashes(name: str, data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = data.get(key) or []
    if not isinstance(value, list) or not all(isinstance(one, str) and _SHA256.fullmatch(one) for one in value):
        raise Missing(f"{key!r} of route {name!a} must be a list of SHA-256 hex digests")
    return tuple(one.lower() for one in value)


def _market(name: str, data: Mapping[str, Any]) -> Market | None:
    value = data.get("market")
    if value is None:
        return None
    if value not in list(Market):
        raise Missing(f"'market' of route {name!a} must be spot, perp or option")
    return Market(value)


def _mapping(name: str, data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = {} if data.get(key) is None else data[key]
    if not isinstance(value, dict):
        raise Missing(f"{key!r} of route {name!a} must be an object")
    return value


def _seconds(name: str, data: Mapping[str, Any], key: str, default: int) -> int:
    value = data.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= VALID_FOR_MAX_S:
        raise Missing(f"{key!r} of route {name!a} must be a whole number of seconds from 1 to {VALID_FOR_MAX_S}")
    return value


def _defaults(name: str, data: Mapping[str, Any]) -> dict[str, str]:
    """What stands in for a symbol, quantity or unit that an alert does not state; each usable as it is."""
    unknown = sorted(set(data) - KNOWN_DEFAULTS)
    if unknown:
        known = ", ".join(sorted(KNOWN_DEFAULTS))
        raise Missing(f"route {name!a} has the unknown default {unknown[0]!a}; known: {known}")
    quantity = _positive(name, data, "quantity")
    stated = {**data, "quantity": plain(quantity) if quantity is not None else None}
    if stated.get("unit") not in (None, *Unit):
        raise Missing(f"default 'unit' of route {name!a} must be one of {', '.join(Unit)}")
    if stated.get("symbol") is not None:
        _readable(name, "default 'symbol'", stated["symbol"])
    return {key: str(value) for key, value in stated.items() if value is not None}


def _readable(name: str, what: str, symbol: object) -> None:
    try:
        read_symbol(symbol if isinstance(symbol, str) else "")
    except Refusal as exc:
        raise Missing(f"{what} of route {name!a}: {exc.detail}") from None


def _limits(name: str, data: Mapping[str, Any]) -> Limits:
    unknown = sorted(set(data) - KNOWN_LIMITS)
    if unknown:
        raise Missing(f"route {name!a} has the unknown limit {unknown[0]!a}; known: {', '.join(sorted(KNOWN_LIMITS))}")
    symbols = data.get("symbols") or []
    if not isinstance(symbols, list) or not all(isinstance(one, str) for one in symbols):
        raise Missing(f"limit 'symbols' of route {name!a} must be a list of symbols")
    for symbol in symbols:
        _readable(name, "limit 'symbols'", symbol)
    slippage = _positive(name, data, "slippage") or Decimal("0.01")
    if slippage >= 1:
        raise Missing(f"limit 'slippage' of route {name!a} is a fraction below 1, such as 0.01 for one percent")
    return Limits(
        symbols=frozenset(symbols),
        max_quantity=_positive(name, data, "max_quantity"),
        max_notional=_positive(name, data, "max_notional"),
        max_leverage=_positive(name, data, "max_leverage"),
        slippage=slippage,
    )


def _positive(name: str, data: Mapping[str, Any], key: str) -> Decimal | None:
    value = data.get(key)
    if value is None:
        return None
    try:
        amount = number(str(value), key)
    except Refusal as exc:
        raise Missing(f"{key!r} of route {name!a}: {exc.detail}") from None
    if amount <= 0:
        raise Missing(f"{key!r} of route {name!a} must be more than 0")
    return amount
