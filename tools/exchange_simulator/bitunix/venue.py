"""Bitunix: double SHA-256 signature, a one-sided clock window, two hosts, two envelopes (sheet sections 1-4, 11)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from tools.exchange_simulator.accounts import Account
from tools.exchange_simulator.bitunix import futures, holdings, listing, protection, reading, spot
from tools.exchange_simulator.message import HttpRequest, HttpResponse, json_response
from tools.exchange_simulator.order import Refusal
from tools.exchange_simulator.venue import Call, Route, Venue

WINDOW_MS = 60_000
SPOT_HOST, FUTURES_HOST = "bitunix", "bitunix_futures"
SPOT_ROOT, FUTURES_ROOT = "/api/spot/v1", "/api/v1/futures"

Rows = Mapping[str, tuple[str, Callable[[Venue, Call], object]]]
TABLES: tuple[tuple[str, str, bool, Rows], ...] = (
    (SPOT_HOST, SPOT_ROOT, True, listing.SPOT_ROUTES),
    (SPOT_HOST, SPOT_ROOT, False, spot.ROUTES),
    (FUTURES_HOST, FUTURES_ROOT, True, listing.FUTURES_ROUTES),
    (FUTURES_HOST, FUTURES_ROOT, False, futures.ROUTES),
    (FUTURES_HOST, FUTURES_ROOT, False, reading.ROUTES),
    (FUTURES_HOST, FUTURES_ROOT, False, holdings.ROUTES),
    (FUTURES_HOST, FUTURES_ROOT, False, protection.ROUTES),
)


class Bitunix(Venue):
    """Bitunix: every business error is HTTP 200; spot codes are strings, futures codes are numbers."""

    name = "bitunix"
    hosts = (SPOT_HOST, FUTURES_HOST)
    key_header = "api-key"
    instruments = listing.INSTRUMENTS
    first_id = 1_900_000_000_000_000_001
    general = ("10001", "Network Error")
    rejections: ClassVar[Mapping[str, tuple[str, str]]] = {
        "malformed": ("10002", "Parameter Error"),
        "no_route": ("404", "Not Found"),
        "wrong_verb": ("10001", "Network Error"),
        "spot.no_key": ("100004", "result.api.app.key.not.found"),
        "spot.signature": ("100005", "result.api.parameter.sign.illegal"),
        "spot.expired": ("100008", "result.request.time.expired"),
        "spot.malformed": ("2", "result.parameter.error"),
        "spot.unknown_symbol": ("2", "result.parameter.error"),
        "spot.balance": (spot.INSUFFICIENT, "余额不足"),
        "spot.below_minimum": ("2", "result.parameter.error"),
        "spot.below_value": ("2", "result.parameter.error"),
        "spot.step": ("10058", "volume precision error"),
        "spot.tick": ("2", "result.parameter.error"),
        "no_key": ("10003", "api-key can't be empty"),
        "signature": ("10007", "Sign signature error"),
        "expired": ("100008", "request time expired"),  # unconfirmed: no futures code for a stale stamp is published
        "unknown_symbol": ("20001", "Market not exists"),
        "balance": ("20003", "Insufficient balance"),
        "no_position": (
            "30018",
            "Order failed. No position opened. Cancel [Reduce-only] settings and retry later",
        ),
        "same_direction": (
            "30019",
            "Order failed. A [Reduce-only] order can not be in the same direction as the open position",
        ),
        "position_gone": ("30004", "Position not exist"),
        "position_too_small": ("20008", "Insufficient amount"),
        "below_minimum": ("30017", "The qty cannot be less than the minimum qty"),
        "below_value": ("30017", "The qty cannot be less than the minimum qty"),
        "step": ("10008", "qty does not comply with the rule"),
        "tick": ("10008", "price does not comply with the rule"),
        "duplicate": ("30042", "Client ID duplicate"),
        "order_gone": ("20007", "Order not found, please try it later"),
        "order_status": ("10013", "Order status error"),
        "batch_too_large": ("20016", "The batch is too large"),
        "leverage": ("20005", "Invalid leverage"),
        "open_orders": ("20006", "You can't change leverage or margin mode as there are open orders"),
        "mode_locked": ("20009", "Position exists, so positions mode cannot be updated"),
        "no_trigger": ("30006", "Please select TP or SL"),
        "stop_too_large": ("30038", "TP/SL amount must be less than the size of the position"),
        "tp_above": ("30026", "TP price must be greater than last price"),
        "tp_below": ("30032", "TP price must be less than last price"),
        "sl_below": ("30028", "SL price must be less than last price"),
        "sl_above": ("30030", "SL price must be greater than last price"),
    }

    def routes(self) -> Mapping[tuple[str, str], Route]:
        table: dict[tuple[str, str], Route] = {}
        for host, root, public, rows in TABLES:
            for name, (op, handler) in rows.items():
                method, _, path = name.partition(" ")
                table[method, root + path] = Route(op, partial(handler, self), public, host)
        for (method, path), route in list(table.items()):
            other = "POST" if method == "GET" else "GET"
            table.setdefault((other, path), Route("other", self._wrong_verb, True, route.host))
        return table

    def authenticate(self, request: HttpRequest) -> Account:
        """Check key, signature and stamp; a stamp may lie any time ahead (sheet 2)."""
        dialect = "perp" if _is_futures(request) else "spot"
        account = self.account_by_key(request.header("api-key"))
        if account is None or not account.active:
            raise self.rejection("no_key", dialect)
        stamp = request.header("timestamp")
        signed = hmac.compare_digest(signature(request, account.secret).encode(), request.header("sign").encode())
        if not (signed and stamp.isdecimal() and request.header("nonce")):
            raise self.rejection("signature", dialect)
        if self.clock_ms() - int(stamp) > WINDOW_MS:
            raise self.rejection("expired", dialect)
        return account

    def read_body(self, request: HttpRequest) -> Any:
        try:
            return super().read_body(request)
        except Refusal as exc:
            raise self.rejection("malformed", "perp" if _is_futures(request) else "spot") from exc

    def success(self, call: Call, data: object) -> HttpResponse:
        if _is_futures(call.request):
            return json_response({"code": 0, "data": data, "msg": "Success"})
        return json_response({"code": "0", "msg": "result.success", "data": data, "success": True})

    def refuse(self, request: HttpRequest, op: str, refusal: Refusal) -> HttpResponse:
        status = refusal.status or (404 if refusal.code == "404" else 200)
        if _is_futures(request):
            code = int(refusal.code) if refusal.code.isdecimal() else refusal.code
            body: dict[str, object] = {"code": code, "msg": refusal.message, "data": None}
        else:
            body = {"code": refusal.code, "msg": refusal.message, "data": None, "success": False}
        return json_response(body, status, refusal.headers)

    def _wrong_verb(self, call: Call) -> object:
        raise self.rejection("wrong_verb")


def _is_futures(request: HttpRequest) -> bool:
    return request.path.startswith(FUTURES_ROOT)


def signature(request: HttpRequest, secret: str) -> str:
    """Hash nonce, stamp, key, bare sorted query and raw body; then hash that with the secret (sheet 3)."""
    query = "".join(name + value for name, value in sorted(parse_qsl(request.query_text, keep_blank_values=True)))
    head = f"{request.header('nonce')}{request.header('timestamp')}{request.header('api-key')}{query}"
    digest = hashlib.sha256(head.encode() + request.body).hexdigest()
    return hashlib.sha256(f"{digest}{secret}".encode()).hexdigest()
