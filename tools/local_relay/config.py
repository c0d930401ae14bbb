"""The CONFIG file: accounts and routes, checked so that a mistake is one clear line before anything starts."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from order_relay.core.account import read_account
from order_relay.core.ports import Missing
from order_relay.core.route import read_route
from order_relay.exchanges import EXCHANGES
from order_relay.formats import FORMATS

SAMPLE = Path(__file__).parent / "sample.json"
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_PLAIN = {"token": "token_sha256", "body_secret": "body_secret_sha256"}


class ConfigError(Exception):
    """The relay cannot start; the text is one line that says what to change."""


@dataclass(frozen=True)
class Config:
    """Account secrets and the routes as they are stored; `warnings` are sentences about accounts that cannot trade."""

    accounts: Mapping[str, Mapping[str, Any]]
    routes: Mapping[str, Mapping[str, Any]]
    warnings: tuple[str, ...] = ()

    @property
    def exchanges(self) -> set[str]:
        return {str(secret.get("exchange", "")) for secret in self.accounts.values()} & set(EXCHANGES)


def read_config(path: Path) -> Config:
    """Read and check a CONFIG file; raises ConfigError naming the file and the field."""
    try:
        data = json.loads(path.read_text("utf-8"))
        accounts = _section(data, "accounts")
        routes = {name: _stored(name, route, accounts) for name, route in _section(data, "routes").items()}
        return Config(accounts, routes, tuple(_doubts(accounts)))
    except OSError as exc:
        raise ConfigError(f"CONFIG {path} cannot be read: {exc.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"CONFIG {path} is not UTF-8 text") from None
    except json.JSONDecodeError as exc:
        raise ConfigError(f"CONFIG {path} is not JSON: line {exc.lineno}, column {exc.colno}: {exc.msg}") from None
    except (ConfigError, Missing) as exc:
        raise ConfigError(f"CONFIG {path}: {exc}") from None


def _section(data: object, name: str) -> dict[str, dict[str, Any]]:
    section = data.get(name) if isinstance(data, dict) else None
    if not isinstance(section, dict) or not section:
        raise ConfigError(f"{name!r} must be an object with at least one entry")
    for key, value in section.items():
        if not _NAME.fullmatch(key):
            raise ConfigError(f"the name {key!a} in {name!r} takes 1 to 64 letters, digits and _ . -")
        if not isinstance(value, dict):
            raise ConfigError(f"{key!a} in {name!r} must be an object")
    return section


def _stored(name: str, route: Mapping[str, Any], accounts: Mapping[str, Any]) -> dict[str, Any]:
    """The route as the routes secret holds it: hashes instead of plain tokens."""
    stored = {field: value for field, value in route.items() if field not in _PLAIN}
    for plain, hashed in _PLAIN.items():
        if plain in route:
            known = stored.get(hashed, [])
            stored[hashed] = [*(known if isinstance(known, list) else [known]), _hash(name, plain, route[plain])]
    if not any(stored.get(hashed) for hashed in _PLAIN.values()):
        raise ConfigError(f"route {name!a} has no 'token', 'token_sha256', 'body_secret' or 'body_secret_sha256'")
    if stored.get("format", "auto") not in FORMATS:
        raise ConfigError(f"route {name!a} names the unknown format {stored['format']!a}; known: {', '.join(FORMATS)}")
    for account in read_route(name, stored).accounts:
        if account not in accounts:
            raise ConfigError(f"route {name!a} names the account {account!a}, which is not in 'accounts'")
    return stored


def _hash(route: str, field: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ConfigError(f"{field!r} of route {route!a} must be a text")
    return hashlib.sha256(value.encode()).hexdigest()


def _doubts(accounts: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Accounts that the relay will answer for with `rejected`; seeing that happen may be the reason to start it."""
    doubts = []
    for name, secret in accounts.items():
        exchange = EXCHANGES.get(str(secret.get("exchange", "")))
        if exchange is None:
            doubts.append(f"'exchange' of account {name!a} must be one of {', '.join(EXCHANGES)}")
            continue
        try:
            read_account(name, secret, needs_passphrase=exchange.passphrase)
        except Missing as exc:
            doubts.append(str(exc))
    return doubts
