"""HTTP to the exchanges: exactly the signed bytes, once, over a connection that is known to be fresh."""

import logging
import ssl
from collections.abc import Callable, Mapping

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, LocationValueError, NewConnectionError

from order_relay.core.call import Request
from order_relay.core.outcome import Answer
from order_relay.core.ports import HostClock, NoAnswer, NotSent

TIMEOUT_S = (1.0, 3.0)
IDLE_MS = 20_000
_UNSENT = (requests.ConnectTimeout, requests.exceptions.InvalidURL, LocationValueError)


class RequestsWire:
    """One connection pool per base URL, dropped after 20 s without use.

    The transport under requests' Session is used directly: it knows no retries, redirects, cookies or environment
    (a Session prepares the redirect even when it does not follow it, and fails on what we prepared by hand).
    `scrub` blots our keys out of a body before anybody reads it.
    """

    def __init__(
        self, clock: HostClock, timeout_s: tuple[float, float] = TIMEOUT_S, scrub: Callable[[bytes], bytes] = bytes
    ) -> None:
        logging.getLogger("urllib3").setLevel(logging.INFO)  # at DEBUG it writes signed targets
        self._clock = clock
        self._timeout_s = timeout_s
        self._scrub = scrub
        self._pools: dict[str, tuple[HTTPAdapter, int]] = {}

    def send(self, base_url: str, request: Request) -> Answer:
        pool = self._pool(base_url)
        prepared = _prepared(base_url, request)
        sent_ms = self._clock.wall_ms()
        try:
            response = pool.send(prepared, timeout=self._timeout_s)
            body = response.content
        except (requests.RequestException, HTTPError) as exc:
            self._drop(base_url)
            raise _verdict(exc) from None
        received_ms = self._clock.wall_ms()
        self._pools[base_url] = (pool, received_ms)
        return Answer(response.status_code, _lower(response.headers), self._scrub(body), sent_ms, received_ms)

    def _pool(self, base_url: str) -> HTTPAdapter:
        """A POST that dies on a stale socket would be ambiguous, so an idle pool is not used again."""
        known = self._pools.get(base_url)
        if known and 0 <= self._clock.wall_ms() - known[1] < IDLE_MS:
            return known[0]
        self._drop(base_url)
        pool = HTTPAdapter(max_retries=0)
        self._pools[base_url] = (pool, self._clock.wall_ms())
        return pool

    def _drop(self, base_url: str) -> None:
        known = self._pools.pop(base_url, None)
        if known:
            known[0].close()


def _prepared(base_url: str, request: Request) -> requests.PreparedRequest:
    """Fill in a prepared request by hand: preparing it would rewrite what was signed."""
    prepared = requests.PreparedRequest()
    prepared.method = request.method
    prepared.url = base_url.rstrip("/") + request.target
    prepared.headers = requests.structures.CaseInsensitiveDict(request.headers)
    prepared.body = request.body or None
    if request.body or request.method != "GET":
        prepared.headers["Content-Length"] = str(len(request.body))
    return prepared


def _verdict(exc: Exception) -> NotSent | NoAnswer:
    """Say whether a byte of the request may have left; only certain causes mean that none has."""
    reason = getattr(exc.args[0], "reason", None) if exc.args else None
    cause = reason.args[0] if isinstance(exc, requests.exceptions.SSLError) and reason and reason.args else None
    unsent = isinstance(exc, _UNSENT) or isinstance(reason, NewConnectionError)
    if unsent or isinstance(cause, ssl.SSLCertVerificationError):
        return NotSent(type(reason or exc).__name__)
    return NoAnswer(type(exc).__name__)


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
