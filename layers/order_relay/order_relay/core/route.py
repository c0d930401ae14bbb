"""A route: who may post to it, what its alerts mean where they are silent, and what they may not exceed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

from order_relay.core.limits import Limits
from order_relay.core.money import number, plain
from order_relay.core.order import EXIT_VALID_FOR_S, VALID_FOR_S, MarginMode, Unit
from order_relay.core.ports import Missing
from order_relay.core.refusal import Refusal
from order_relay.core.symbol import QUOTES, Market, read_symbol

VALID_FOR_MAX_S = 3600
COUNT_MAX = 600
KNOWN = frozenset(
    {
        "token_sha256", "body_secret_sha256", "format", "accounts", "market", "defaults", "limits", "options",
        "valid_for", "exit_valid_for",
    }
)  # fmt: skip
KNOWN_DEFAULTS = frozenset({"symbol", "quote", "quantity", "unit", "leverage", "margin_mode"})
KNOWN_LIMITS = frozenset(field.name for field in fields(Limits))
_OPTIONS: Mapping[str, type] = {
    "account": str,
    "bot_uuid": str,
    "code_map": dict,
    "control": bool,
    "paths": dict,
    "patterns": list,
    "shares": list,
}
KNOWN_OPTIONS = frozenset({*_OPTIONS, "size_unit", "sl_tp"})
_KINDS = {str: "a text", bool: "true or false", dict: "an object", list: "a list"}
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True)
class Route:
    """One entry of the routes secret; hashes are lower-case SHA-256 hex.

    `options` hold what a format needs once from the operator; `options["control"]` lets alerts halt and resume it.
    """

    name: str
    accounts: tuple[str, ...]
    tokens: tuple[str, ...] = ()
    body_secrets: tuple[str, ...] = ()
    format: str = "auto"
    market: Market | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    options: Mapping[str, Any] = field(default_factory=dict)
    valid_for: int = VALID_FOR_S
    exit_valid_for: int = EXIT_VALID_FOR_S


def read_route(name: str, data: Mapping[str, Any]) -> Route:
    """Read one route; raises Missing with a sentence about the field that is wrong."""
    if not isinstance(data, Mapping):
        raise Missing(f"route {name!a} must be an object")
    _known(name, data, KNOWN, "field")
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
        options=_options(name, _mapping(name, data, "options")),
        valid_for=_seconds(name, data, "valid_for", VALID_FOR_S),
        exit_valid_for=_seconds(name, data, "exit_valid_for", EXIT_VALID_FOR_S),
    )


def _known(name: str, data: Mapping[str, Any], known: frozenset[str], what: str) -> None:
    """A misspelled setting must not be ignored where it was meant to protect money."""
    unknown = sorted(set(data) - known)
    if unknown:
        raise Missing(f"route {name!a} has the unknown {what} {unknown[0]!a}; known: {', '.join(sorted(known))}")


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
    """What stands in for a value that an alert does not state; each usable as it is."""
    _known(name, data, KNOWN_DEFAULTS, "default")
    amounts = {key: _positive(name, data, key) for key in ("quantity", "leverage")}
    stated = {**data, **{key: plain(amount) if amount is not None else None for key, amount in amounts.items()}}
    if amounts["leverage"] is not None and amounts["leverage"] < 1:
        raise Missing(f"default 'leverage' of route {name!a} must be 1 or more")
    for key, words in (("unit", list(Unit)), ("margin_mode", list(MarginMode)), ("quote", list(QUOTES))):
        if stated.get(key) not in (None, *words):
            raise Missing(f"default {key!r} of route {name!a} must be one of {', '.join(words)}")
    if stated.get("symbol") is not None:
        _readable(name, "default 'symbol'", stated["symbol"])
    return {key: str(value) for key, value in stated.items() if value is not None}


def _options(name: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
    _known(name, data, KNOWN_OPTIONS, "option")
    for key, kind in _OPTIONS.items():
        if data.get(key) is not None and not isinstance(data[key], kind):
            raise Missing(f"option {key!r} of route {name!a} must be {_KINDS[kind]}")
    if any(not isinstance(one, str) for one in data.get("shares") or []):
        raise Missing(f"option 'shares' of route {name!a} must be a list of percents as texts, such as \"50\"")
    if data.get("sl_tp") not in (None, "price", "percent"):
        raise Missing(f"option 'sl_tp' of route {name!a} must be price or percent")
    if data.get("size_unit") not in (None, *Unit):
        raise Missing(f"option 'size_unit' of route {name!a} must be one of {', '.join(Unit)}")
    return {key: value for key, value in data.items() if value is not None}


def _readable(name: str, what: str, symbol: object) -> None:
    try:
        read_symbol(symbol if isinstance(symbol, str) else "")
    except Refusal as exc:
        raise Missing(f"{what} of route {name!a}: {exc.detail}") from None


def _limits(name: str, data: Mapping[str, Any]) -> Limits:
    _known(name, data, KNOWN_LIMITS, "limit")
    symbols = data.get("symbols") or []
    if not isinstance(symbols, list) or not all(isinstance(one, str) for one in symbols):
        raise Missing(f"limit 'symbols' of route {name!a} must be a list of symbols")
    for symbol in symbols:
        _readable(name, "limit 'symbols'", symbol)
    fractions = {key: _positive(name, data, key) for key in ("slippage", "collar")}
    for key, fraction in fractions.items():
        if fraction is not None and fraction >= 1:
            raise Missing(f"limit {key!r} of route {name!a} is a fraction below 1, such as 0.01 for one percent")
    return Limits(
        symbols=frozenset(symbols),
        max_quantity=_positive(name, data, "max_quantity"),
        max_notional=_positive(name, data, "max_notional"),
        max_leverage=_positive(name, data, "max_leverage"),
        slippage=fractions["slippage"] or Limits().slippage,
        collar=fractions["collar"],
        orders_per_minute=_count(name, data, "orders_per_minute"),
        notional_per_day=_positive(name, data, "notional_per_day"),
        dry_run=_switch(name, data, "dry_run"),
    )


def _count(name: str, data: Mapping[str, Any], key: str) -> int | None:
    value = data.get(key)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= COUNT_MAX):
        raise Missing(f"limit {key!r} of route {name!a} must be a whole number from 1 to {COUNT_MAX}")
    return value


def _switch(name: str, data: Mapping[str, Any], key: str) -> bool:
    value = data.get(key, False)
    if not isinstance(value, bool):
        raise Missing(f"limit {key!r} of route {name!a} must be true or false")
    return value


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
