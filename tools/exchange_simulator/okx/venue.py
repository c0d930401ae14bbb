"""OKX: signature, environment, envelopes, codes and routes (sheet sections 1-3, 11, 13)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar

from tools.exchange_simulator.accounts import Account
from tools.exchange_simulator.matching import Stamp
from tools.exchange_simulator.message import HttpRequest, HttpResponse, json_response
from tools.exchange_simulator.okx import algo, cancelling, holdings, listing, placing, reading
from tools.exchange_simulator.okx.matching import OkxMatching
from tools.exchange_simulator.okx.shape import failed, operations
from tools.exchange_simulator.order import Refusal
from tools.exchange_simulator.venue import Call, Route, Venue

WINDOW_MS = 30_000
_STAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z", re.ASCII)
HEADERS = (
    ("OK-ACCESS-KEY", "50103"),
    ("OK-ACCESS-PASSPHRASE", "50104"),
    ("OK-ACCESS-SIGN", "50106"),
    ("OK-ACCESS-TIMESTAMP", "50107"),
)
STATUSES: Mapping[int, tuple[str, ...]] = {
    400: ("50000", "50002", "50004", "50006", "50014", "50015", "50016", "50100", "51000"),
    401: ("50101", "50102", "50103", "50104", "50105", "50106", "50107", "50108", "50109", "50110"),
    403: ("50035",),
    404: ("404",),
    405: ("50115",),
    410: ("50005",),
    429: ("50011", "50013", "51113"),
    500: ("50026", "51149", "51054"),
    503: ("50001",),
}
STATUS: Mapping[str, int] = {code: status for status, codes in STATUSES.items() for code in codes} | dict.fromkeys(
    ("50111", "50112", "50113", "50114", "50119"), 401
)
ORDER_CODES = ("51", "54", "58", "59")  # what an order is refused with; everything else is the gateway speaking

Handler = Callable[[Venue, Call], object]
ROUTES: Mapping[str, tuple[str, Handler]] = {
    "GET /account/config": ("account", holdings.config),
    "GET /account/balance": ("account", holdings.balance),
    "GET /account/positions": ("account", holdings.positions),
    "GET /account/leverage-info": ("account", holdings.leverage_info),
    "GET /account/instruments": ("instruments", listing.instruments),
    "POST /account/set-leverage": ("account", holdings.set_leverage),
    "POST /account/set-position-mode": ("account", holdings.set_position_mode),
    "POST /trade/order": ("place", placing.place),
    "POST /trade/batch-orders": ("place", placing.place_batch),
    "POST /trade/close-position": ("place", placing.close_position),
    "POST /trade/order-algo": ("place", algo.place),
    "POST /trade/cancel-order": ("cancel", cancelling.cancel),
    "POST /trade/cancel-batch-orders": ("cancel", cancelling.cancel_batch),
    "POST /trade/cancel-algos": ("cancel", algo.cancel),
    "GET /trade/order": ("query", reading.details),
    "GET /trade/orders-pending": ("query", reading.pending),
    "GET /trade/orders-history": ("query", reading.history),
    "GET /trade/orders-history-archive": ("query", reading.archive),
    "GET /trade/order-algo": ("query", algo.details),
    "GET /trade/orders-algo-pending": ("query", algo.pending),
    "GET /trade/orders-algo-history": ("query", algo.history),
}
PUBLIC_ROUTES: Mapping[str, tuple[str, Handler]] = {
    "GET /public/time": ("time", listing.server_time),
    "GET /public/instruments": ("instruments", listing.instruments),
    "GET /public/mark-price": ("market", listing.mark_price),
    "GET /market/ticker": ("market", listing.ticker),
    "GET /market/tickers": ("market", listing.tickers),
    "GET /market/books": ("market", listing.book),
    "GET /system/status": ("market", listing.status),
}


class Okx(Venue):
    """OKX: order refusals are HTTP 200 with an sCode; a clOrdId is unique only while its order is pending."""

    name = "okx"
    hosts = ("okx",)
    key_header = "ok-access-key"
    instruments = listing.INSTRUMENTS
    wallets: ClassVar[Mapping[str, str]] = {"spot": holdings.WALLET, "perp": holdings.WALLET}
    first_id = 2_312_269_865_356_374_016
    general = ("50026", "System error")
    rejections: ClassVar[Mapping[str, tuple[str, str]]] = {
        "malformed": ("50002", "JSON syntax error"),
        "no_route": ("404", "Not Found"),
        "bad_method": ("50115", "Invalid request method"),
        "unknown_symbol": ("51001", "Instrument ID doesn't exist."),
        "order_gone": ("51400", "Order cancellation failed as the order has been filled, canceled or does not exist."),
        "not_found": ("51603", "Order does not exist"),
        "balance": ("51008_1000", "Order failed. Insufficient USDT balance in account."),
        "no_position": ("51169", "Order failed because you don't have any positions in this direction to close."),
        "close_nothing": ("51023", "Position doesn't exist."),
        "position_too_small": ("51112", "Close order size exceeds the available size for this position."),
        "below_minimum": ("51020", "Your order should meet or exceed the minimum order amount."),
        "below_value": ("51020", "Your order should meet or exceed the minimum order amount."),
        "step": ("51121", "Order quantity must be a multiple of the lot size."),
        "tick": ("51150", "The precision of the order price exceeds the limit."),
    }

    def routes(self) -> Mapping[tuple[str, str], Route]:
        table: dict[tuple[str, str], Route] = {}
        for rows, public in ((ROUTES, False), (PUBLIC_ROUTES, True)):
            for name, (op, handler) in rows.items():
                method, _, path = name.partition(" ")
                table[method, f"/api/v5{path}"] = Route(op, partial(handler, self), public)
        return table

    def reset(self) -> None:
        """Forget as every venue does, and match with split take-profits in mind."""
        with self.lock:
            super().reset()
            self.matching = OkxMatching(self.markets, self.funds, Stamp(self.now_ms, self.clock_ms, self.new_id))

    def authenticate(self, request: HttpRequest) -> Account:
        """Check headers, clock, key, environment, passphrase and signature, in this order (sheet: unconfirmed)."""
        for name, code in HEADERS:
            if not request.header(name):
                raise Refusal(code, f'Request header "{name}" cannot be empty.')
        self._check_clock(request.header("ok-access-timestamp"))
        account = self.account_by_key(request.header("ok-access-key"))
        if account is None:
            raise Refusal("50111", "Invalid OK-ACCESS-KEY")
        if not account.active:
            raise Refusal("50119", "API key doesn't exist")
        if (account.environment == "demo") != (request.header("x-simulated-trading") == "1"):
            raise Refusal("50101", "APIKey does not match current environment.")
        if account.passphrase != request.header("ok-access-passphrase"):
            raise Refusal("50105", "Request header OK-ACCESS-PASSPHRASE incorrect.")
        self._check_signature(request, account)
        return account

    def read_body(self, request: HttpRequest) -> Any:
        """Decode the body; a POST that does not say application/json is refused."""
        if request.method == "POST" and not request.header("content-type").startswith("application/json"):
            raise Refusal("50006", 'Invalid Content-Type, please use "application/json" format.')
        return super().read_body(request)

    def success(self, call: Call, data: object) -> HttpResponse:
        return json_response({"code": "0", "msg": "", "data": data})

    def refuse(self, request: HttpRequest, op: str, refusal: Refusal) -> HttpResponse:
        """Speak as an order (sCode), as an endpoint (code with empty data) or as the gateway (code alone)."""
        trade = op in {"place", "cancel"} and not request.path.endswith("close-position")
        status = refusal.status or (200 if trade and refusal.code == "51000" else STATUS.get(refusal.code, 200))
        if status == 200 and trade and refusal.code.startswith(ORDER_CODES):
            answer = operations(self, [failed(self, refusal, _asked(request))])
            return HttpResponse(status, {**answer.headers, **refusal.headers}, answer.body)
        payload: dict[str, object] = {"msg": refusal.message, "code": refusal.code.partition("_")[0]}
        if status == 200:
            payload["data"] = []
        return json_response(payload, status, refusal.headers)

    def _check_clock(self, text: str) -> None:
        stamp = _read_stamp(text)
        if stamp is None:
            raise Refusal("50112", "Invalid OK-ACCESS-TIMESTAMP")
        if abs(self.clock_ms() - stamp) > WINDOW_MS:
            raise Refusal("50102", "Timestamp request expired")

    def _check_signature(self, request: HttpRequest, account: Account) -> None:
        prehash = f"{request.header('ok-access-timestamp')}{request.method}{request.target}".encode() + request.body
        expected = base64.b64encode(hmac.new(account.secret.encode(), prehash, hashlib.sha256).digest())
        if not hmac.compare_digest(expected, request.header("ok-access-sign").encode()):
            raise Refusal("50113", "Invalid Sign")


def _read_stamp(text: str) -> int | None:
    """Read an ISO-8601 UTC stamp with exactly three decimals as epoch milliseconds."""
    if not _STAMP.fullmatch(text):
        return None
    try:
        moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    return round(moment.timestamp() * 1000)


def _asked(request: HttpRequest) -> object:
    try:
        return json.loads(request.body)
    except ValueError:
        return None
