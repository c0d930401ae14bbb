"""The ROUTE.json of the tool: one route of the routes secret, its secrets in plain text or hashed."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from order_relay.core.ports import Missing
from order_relay.core.refusal import Refusal
from order_relay.core.route import Route, read_route
from order_relay.exchanges import EXCHANGES
from order_relay.formats import FORMATS

NAME = "explained"
_PLAIN = {"token": "token_sha256", "body_secret": "body_secret_sha256"}


class Unusable(Exception):
    """The tool cannot start; the text is one sentence that says what to change."""


@dataclass(frozen=True, slots=True)
class RouteFile:
    """A route, its entry as the routes secret holds it, and whether the file told its token in plain text."""

    route: Route
    entry: Mapping[str, Any]
    plain_token: bool


def read_route_file(path: Path) -> RouteFile:
    """Read and check one route; raises Unusable."""
    try:
        data = json.loads(path.read_text("utf-8-sig"))
    except OSError as exc:
        raise Unusable(f"{path} cannot be read: {exc.strerror}") from None
    except UnicodeDecodeError:
        raise Unusable(f"{path} is not UTF-8 text") from None
    except (json.JSONDecodeError, RecursionError) as exc:
        raise Unusable(f"{path} is not JSON: {exc}") from None
    try:
        return checked(data)
    except (Missing, Unusable) as exc:
        raise Unusable(f"{path}: {exc}") from None


def checked(data: object) -> RouteFile:
    """A route as the webhook would take it from the secret; raises Missing or Unusable."""
    if not isinstance(data, dict):
        raise Unusable("the file must hold one route, a JSON object with 'format' and what else the route needs")
    if isinstance(data.get("routes"), dict):
        names = ", ".join(ascii(name) for name in data["routes"])
        raise Unusable(f"the file must hold one route: what stands in 'routes' behind its name, one of {names}")
    exchange = data.get("exchange")
    if exchange is not None and exchange not in EXCHANGES:
        raise Unusable(f"'exchange' must be one of {', '.join(EXCHANGES)}")
    entry = {name: value for name, value in data.items() if name not in (*_PLAIN, "exchange")}
    entry = {"accounts": [exchange or "main"], **entry, **_hashed(data)}
    known = entry.get("token_sha256") or entry.get("body_secret_sha256")
    route = read_route(NAME, entry if known else {**entry, "token_sha256": []})
    if route.format not in FORMATS:
        raise Unusable(f"'format' must be one of {', '.join(FORMATS)}")
    try:
        FORMATS[route.format].check(route)
    except Refusal as exc:
        raise Unusable(exc.detail) from None
    return RouteFile(route, entry, "token" in data)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _hashed(data: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The hashes that are there, and those of the plain secrets."""
    found: dict[str, list[Any]] = {}
    for plain, hashed in _PLAIN.items():
        if plain in data:
            if not isinstance(data[plain], str) or not data[plain]:
                raise Unusable(f"{plain!r} must be a text")
            known = data.get(hashed) or []
            found[hashed] = [*(known if isinstance(known, list) else [known]), digest(data[plain])]
    return found
