"""Bitget: signature, account generation, environment, envelope and routes (sheet sections 0-3, 10, 11, 13)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from functools import partial
from typing import ClassVar
from urllib.parse import unquote

from tools.exchange_simulator.accounts import Account
from tools.exchange_simulator.bitget import listing, mix, mix_account, mix_plan, spot, uta, uta_account
from tools.exchange_simulator.bitget.codes import REJECTIONS
from tools.exchange_simulator.message import HttpRequest, HttpResponse, json_response
from tools.exchange_simulator.order import Refusal
from tools.exchange_simulator.venue import Call, Route, Venue

WINDOW_MS = 30_000
WALLET = "main"  # one pot for spot and futures: true for unified accounts, a simplification for classic ones
HEADERS = (
    ("access-key", "no_key"),
    ("access-sign", "no_sign"),
    ("access-timestamp", "bad_timestamp"),
    ("access-passphrase", "no_passphrase"),
)
PRIVATE = (spot.ROUTES, mix.ROUTES, mix_account.ROUTES, mix_plan.ROUTES, uta.ROUTES, uta_account.ROUTES)


class Bitget(Venue):
    """Bitget: a key belongs to v2 or to v3, and every business error is HTTP 400."""

    name = "bitget"
    hosts = ("bitget",)
    key_header = "access-key"
    instruments = listing.INSTRUMENTS
    wallets: ClassVar[Mapping[str, str]] = {"spot": WALLET, "perp": WALLET}
    first_id = 1_350_000_000_000_000_001
    general = ("40725", "service return an error")
    rejections = REJECTIONS

    def routes(self) -> Mapping[tuple[str, str], Route]:
        table: dict[tuple[str, str], Route] = {}
        for rows, public in ((listing.ROUTES, True), *((rows, False) for rows in PRIVATE)):
            for name, (op, handler) in rows.items():
                method, _, path = name.partition(" ")
                table[method, path] = Route(op, partial(handler, self), public)
        return table

    def authenticate(self, request: HttpRequest) -> Account:
        """Check headers, clock, key, passphrase, signature, environment, generation (order: sheet, unconfirmed)."""
        for name, reason in HEADERS:
            if not request.header(name):
                raise self.rejection(reason)
        self._check_clock(request.header("access-timestamp"))
        account = self._account(request)
        if not hmac.compare_digest(signature(request, account.secret).encode(), request.header("access-sign").encode()):
            raise self.rejection("signature")
        if (request.header("paptrading") == "1") != (account.environment == "demo"):
            raise self.rejection("environment")
        unified = account.api == "v3"
        if unified != request.path.startswith("/api/v3/"):
            raise self.rejection("unified_on_v2" if unified else "classic_on_v3")
        return account

    def success(self, call: Call, data: object) -> HttpResponse:
        body = {"code": "00000", "msg": "success", "requestTime": self.clock_ms(), "data": data}
        return json_response(body, headers={"x-mbx-used-remain-limit": "9"})

    def refuse(self, request: HttpRequest, op: str, refusal: Refusal) -> HttpResponse:
        status = refusal.status or {"429": 429, "40404": 404}.get(refusal.code, 400)
        limit = {"x-mbx-used-remain-limit": "0"} if status == 429 else {}
        body = {"code": refusal.code, "msg": refusal.message, "requestTime": self.clock_ms(), "data": None}
        return json_response(body, status, {**limit, **refusal.headers})

    def _check_clock(self, stamp: str) -> None:
        if not stamp.isdecimal():
            raise self.rejection("bad_timestamp")
        if abs(self.clock_ms() - int(stamp)) > WINDOW_MS:
            raise self.rejection("expired")

    def _account(self, request: HttpRequest) -> Account:
        account = self.account_by_key(request.header("access-key"))
        if account is None:
            raise self.rejection("unknown_key")
        if not account.active:
            raise self.rejection("deleted_key")
        if request.header("access-passphrase") != account.passphrase:
            raise self.rejection("passphrase")
        if request.method == "POST" and not request.header("content-type").startswith("application/json"):
            raise self.rejection("content_type")
        return account


def signature(request: HttpRequest, secret: str) -> str:
    """Sign the raw body and the DECODED query; keys that are not sorted on the wire match no signature."""
    pairs = [unquote(pair) for pair in request.query_text.split("&") if pair]
    if pairs != sorted(pairs, key=lambda pair: pair.partition("=")[0]):
        return ""
    path = f"{request.path}?{'&'.join(pairs)}" if pairs else request.path
    text = f"{request.header('access-timestamp')}{request.method}{path}".encode() + request.body
    return base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()
