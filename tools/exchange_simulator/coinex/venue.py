"""CoinEx: hosts, signature, envelopes, codes and routes (sheet sections 1-3, 11)."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import ClassVar

from tools.exchange_simulator.accounts import Account
from tools.exchange_simulator.coinex import cancelling, holdings, listing, placing, reading
from tools.exchange_simulator.message import HttpRequest, HttpResponse, json_response
from tools.exchange_simulator.number import is_digits
from tools.exchange_simulator.order import Refusal
from tools.exchange_simulator.venue import Call, Route, Venue

PREFIXES: Mapping[str, str] = {"spot": "/v2/spot", "perp": "/v2/futures"}
ONE_MINUTE_MS = 60_000
KEY_SETTLES_MS = 600_000
DEFAULT_WINDOW_MS = 5_000

Handler = Callable[[Venue, str, Call], object]

PUBLIC: Mapping[str, tuple[str, Handler]] = {
    "market": ("instruments", listing.instruments),
    "ticker": ("market", listing.tickers),
    "depth": ("market", listing.depth),
}
READS: Mapping[str, Handler] = {
    "order-status": reading.order_status,
    "batch-order-status": reading.batch_order_status,
    "pending-order": reading.pending,
    "finished-order": reading.finished,
    "pending-stop-order": reading.pending_stops,
    "finished-stop-order": reading.finished_stops,
}
PLACEMENTS: Mapping[str, Handler] = {
    "order": placing.place,
    "batch-order": placing.place_batch,
    "stop-order": placing.place_stop,
}
CANCELS: Mapping[str, Handler] = {
    "cancel-order": cancelling.cancel,
    "cancel-batch-order": cancelling.cancel_batch,
    "cancel-order-by-client-id": cancelling.cancel_by_client_id,
    "cancel-all-order": cancelling.cancel_all,
    "cancel-stop-order": cancelling.cancel_stop,
    "cancel-batch-stop-order": cancelling.cancel_stop_batch,
    "cancel-stop-order-by-client-id": cancelling.cancel_stop_by_client_id,
}


class CoinEx(Venue):
    """CoinEx: HTTP 200 for everything it says itself, no unique client ids, a one-minute clock fence."""

    name = "coinex"
    hosts = ("coinex",)
    key_header = "x-coinex-key"
    instruments = listing.INSTRUMENTS
    first_id = 117_178_743_547
    general = ("4003", "internal error")
    rejections: ClassVar[Mapping[str, tuple[str, str]]] = {
        "malformed": ("4004", "parameter error"),
        "no_route": ("404", "not found"),
        "bad_method": ("4009", "bad method"),
        "unknown_symbol": ("3639", "Invalid Parameter: market not found"),
        "order_gone": ("3600", "Order not found"),
        "balance": ("3109", "balance not enough"),
        "no_position": ("3105", "position not exists"),
        "position_too_small": ("3136", "invalid close amount"),
        "below_minimum": ("3127", "The order amount is below the minimum"),
        "below_value": ("3127", "The order amount is below the minimum"),
        "step": ("3639", "Invalid Parameter"),
        "tick": ("3639", "Invalid Parameter"),
        "perp.tick": ("3128", "invalid price size"),
    }
    stale_code: str = "4010"  # 4017 is the other documented answer to a request older than its window

    def routes(self) -> Mapping[tuple[str, str], Route]:
        table = {
            ("GET", "/v2/time"): Route("time", partial(listing.server_time, self), public=True),
            ("GET", "/v2/ping"): Route("market", partial(listing.ping, self), public=True),
            ("GET", "/v2/maintain/info"): Route("market", partial(listing.maintenance, self), public=True),
            ("GET", "/v2/assets/spot/balance"): Route("account", partial(holdings.spot_balance, self)),
            ("GET", "/v2/assets/futures/balance"): Route("account", partial(holdings.futures_balance, self)),
        }
        for product in PREFIXES:
            table |= self._product_routes(product)
        return table | self._position_routes()

    def authenticate(self, request: HttpRequest) -> Account:
        """Check key, signature (HMAC only, over the raw bytes) and clock, in this order."""
        account = self.account_by_key(request.header("x-coinex-key"))
        if account is None or not account.active or self.now_ms() - account.key_created_ms < KEY_SETTLES_MS:
            raise Refusal("4005", "access_id not exists")
        given = request.header("x-coinex-sign")
        if not re.fullmatch(r"[0-9A-Fa-f]{64}", given):
            raise Refusal("4008", "abnormal X-COINEX-SIGN")
        stamp = request.header("x-coinex-timestamp")
        text = f"{request.method}{request.target}".encode("latin-1") + request.body + stamp.encode()
        expected = hmac.new(account.secret.encode(), text, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, given):
            raise Refusal("4006", "signature verification failed")
        self._check_clock(stamp, request.header("x-coinex-windowtime"))
        return account

    def success(self, call: Call, data: object) -> HttpResponse:
        return json_response({"code": 0, "data": data, "message": "OK"})

    def refuse(self, request: HttpRequest, op: str, refusal: Refusal) -> HttpResponse:
        if refusal.code == "404":
            return HttpResponse(404, {"Content-Type": "text/html"}, b"<html><body>404 page not found</body></html>")
        payload = {"code": int(refusal.code), "data": {}, "message": refusal.message}
        return json_response(payload, refusal.status or 200, refusal.headers)

    def _check_clock(self, stamp: str, window: str) -> None:
        if not is_digits(stamp) or (window and not is_digits(window)):
            raise Refusal("4010", "Expired request")
        age_ms = self.clock_ms() - int(stamp)
        if abs(age_ms) > ONE_MINUTE_MS:
            message = "tonce check error, correct tonce should be within one minute of the current time"
            raise Refusal("227", message)
        if age_ms > int(window or DEFAULT_WINDOW_MS):
            raise Refusal(self.stale_code, "Expired request" if self.stale_code == "4010" else "Signature expired")

    def _product_routes(self, product: str) -> dict[tuple[str, str], Route]:
        prefix = PREFIXES[product]
        table: dict[tuple[str, str], Route] = {}
        for name, (op, handler) in PUBLIC.items():
            table["GET", f"{prefix}/{name}"] = Route(op, partial(handler, self, product), public=True)
        groups = (("GET", "query", READS), ("POST", "place", PLACEMENTS), ("POST", "cancel", CANCELS))
        for method, op, handlers in groups:
            for name, handler in handlers.items():
                table[method, f"{prefix}/{name}"] = Route(op, partial(handler, self, product))
        return table

    def _position_routes(self) -> dict[tuple[str, str], Route]:
        prefix = PREFIXES["perp"]
        table = {
            ("GET", f"{prefix}/pending-position"): Route("account", partial(holdings.positions, self)),
            ("POST", f"{prefix}/close-position"): Route("place", partial(placing.close_position, self)),
            ("POST", f"{prefix}/adjust-position-leverage"): Route("account", partial(holdings.adjust_leverage, self)),
        }
        for word in ("stop_loss", "take_profit"):
            path = word.replace("_", "-")
            setting = Route("place", partial(holdings.set_position_stop, self, word))
            cancelling_it = Route("cancel", partial(holdings.cancel_position_stop, self, word))
            table["POST", f"{prefix}/set-position-{path}"] = setting
            table["POST", f"{prefix}/cancel-position-{path}"] = cancelling_it
        return table
