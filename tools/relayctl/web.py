"""HTTP to a relay: JSON in, JSON out."""

import json
from typing import Any

import requests

TIMEOUT_S = (5, 70)


def ask(method: str, url: str, body: bytes | None = None, *, direct: bool) -> tuple[int, Any]:
    """Send one request, never again by itself; `direct` goes past the proxies of the environment."""
    with requests.Session() as session:
        session.trust_env = not direct
        answer = session.request(
            method, url, data=body, headers={"Content-Type": "application/json"}, timeout=TIMEOUT_S,
            allow_redirects=False,
        )  # fmt: skip
    try:
        return answer.status_code, json.loads(answer.content)
    except ValueError:
        return answer.status_code, None
