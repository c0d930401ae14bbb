"""JEX: HMAC over query and form body, documented parameter order, receive window, envelope (sheet 2, 3, 10, 11)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar
from urllib.parse import unquote

from tools.exchange_simulator.accounts import Account
from tools.exchange_simulator.jex import listing
from tools.exchange_simulator.jex.table import ENDPOINTS
from tools.exchange_simulator.message import HttpRequest, HttpResponse, json_response
from tools.exchange_simulator.order import PERP, Draft, Order, Refusal, Rejected
from tools.exchange_simulator.venue import Call, Route, Venue

FUTURE_MS = 1_000
DEFAULT_WINDOW_MS, WIDEST_WINDOW_MS = 5_000, 60_000
FORM = "application/x-www-form-urlencoded"
CONTRACT_IDS = 4_613_019_726_031_000_000  # beyond 2^53: no double holds such an id
STATUS = {"-2014": 401, "-2015": 401, "-1002": 401, "-1003": 429, "-1015": 429, "404": 404}
RETRY_AFTER = {429: "60", 418: "120"}

Pairs = list[tuple[str, str]]


class Jex(Venue):
    """JEX: limit orders only, no client ids, and contract orders that are `entrusting` first."""

    name = "jex"
    hosts = ("jex",)
    key_header = "x-jex-apikey"
    instruments = listing.INSTRUMENTS
    wallets: ClassVar[Mapping[str, str]] = {"spot": "spot", "perp": "contract", "option": "spot"}
    first_id = 2_201
    general = ("-1000", "An unknown error occured while processing the request.")
    entrusting_ms = 0  # how long every contract order stays invisible; 0 = it is real at once
    rejections: ClassVar[Mapping[str, tuple[str, str]]] = {
        "malformed": ("-1100", "Illegal characters found in a parameter."),
        "no_route": ("404", "Not Found"),
        "no_key": ("-2014", "API-key format invalid."),
        "unknown_key": ("-2015", "Invalid API-key, IP, or permissions for action."),
        "signature": ("-1022", "Signature for this request is not valid or user does not exist"),
        "clock": ("-1021", "Timestamp for this request is outside of the recvWindow."),
        "window": ("-1102", "Mandatory parameter 'recvWindow' was not sent, was empty/null, or malformed."),
        "duplicated": ("-1101", "Duplicate values for a parameter detected."),
        "unknown_symbol": ("-1121", "Invalid symbol."),
        "zero": ("-1010", "Price * QTY is zero or less."),
        "balance": ("-2010", "Account has insufficient balance for requested action."),
        "perp.balance": ("-7008", "margin not enough"),
        "no_position": ("-7020", "position not exists"),
        "position_too_small": ("-7020", "position not exists"),
        "below_minimum": ("-9000", "Filter failure: LOT_SIZE"),
        "below_value": ("-9000", "Filter failure: MIN_NOTIONAL"),
        "step": ("-1111", "Precision is over the maximum defined for this asset."),
        "tick": ("-1111", "Precision is over the maximum defined for this asset."),
        "stop": ("-2010", "NEW_ORDER_REJECTED"),
        "too_many_orders": ("-2019", "has reach max order number [200]"),
        "too_many_stops": ("-2019", "has reach max order number [10]"),
        "not_found": ("-2013", "Order does not exist."),
        "ended": ("-2011", "CANCEL_REJECTED"),
        "leverage": ("-7002", "set leverage error"),
        "leverage_high": ("-7010", "leverage too large"),
        "leverage_low": ("-7011", "leverage too small"),
    }

    def routes(self) -> Mapping[tuple[str, str], Route]:
        return {
            key: Route(row.op, partial(row.run, self, row.product), row.parameters is None)
            for key, row in ENDPOINTS.items()
        }

    def new_id(self, draft: Draft) -> str:
        """Number spot and option orders from one on, contract orders beyond every double."""
        number = int(super().new_id(draft))
        return str(CONTRACT_IDS + number if draft.product == PERP else number)

    def submit(self, draft: Draft) -> Order:
        """Make a contract order real at once, or after the scripted or configured `entrusting` delay (sheet 6)."""
        wait_ms, fails = self.entrusting_ms, False
        if self.fault and self.fault.kind == "entrusting_ms":
            wait_ms, fails = int(self.fault.details["ms"]), bool(self.fault.details.get("fail", False))
        if draft.product != PERP or not wait_ms:
            return super().submit(draft)
        try:
            order = self.matching.defer(draft, wait_ms, fails)
        except Rejected as exc:
            raise self.rejection(exc.reason, exc.product) from exc
        self.note(None, order.order_id)
        return order

    def authenticate(self, request: HttpRequest) -> Account:
        """Check key, signature, parameter order and names, then the clock."""
        if not request.header("x-jex-apikey"):
            raise self.rejection("no_key")
        account = self.account_by_key(request.header("x-jex-apikey"))
        if account is None or not account.active:
            raise self.rejection("unknown_key")
        query, body = pairs(request.query_text), self._form(request)
        given = dict(query + body).get("signature", "").lower()
        if not hmac.compare_digest(signature(query, body, account.secret).encode(), given.encode()):
            raise self.rejection("signature")
        for part in (query, body):
            if len(dict(part)) != len(part):
                raise self.rejection("duplicated")
        self._check_names(request, list(dict.fromkeys(name for name, _ in query + body if name != "signature")))
        self._check_clock({**dict(body), **dict(query)})
        return account

    def read_body(self, request: HttpRequest) -> Any:
        """Merge form and query; the query wins."""
        return {**dict(pairs(request.body.decode())), **dict(pairs(request.query_text))}

    def success(self, call: Call, data: object) -> HttpResponse:
        return json_response(data)

    def refuse(self, request: HttpRequest, op: str, refusal: Refusal) -> HttpResponse:
        status = refusal.status or STATUS.get(refusal.code, 400)
        wait = {"Retry-After": RETRY_AFTER[status]} if status in RETRY_AFTER else {}
        code = int(refusal.code) if refusal.code.lstrip("-").isdecimal() else refusal.code
        return json_response({"code": code, "msg": refusal.message}, status, {**wait, **refusal.headers})

    def _form(self, request: HttpRequest) -> Pairs:
        """Split the body, which must be a form (JSON bodies end in -1022)."""
        if not request.body:
            return []
        if not request.header("content-type").startswith(FORM):
            raise self.rejection("signature")
        try:
            return pairs(request.body.decode())
        except UnicodeDecodeError as exc:
            raise self.rejection("signature") from exc

    def _check_names(self, request: HttpRequest, names: list[str]) -> None:
        """Insist on documented names in documented order."""
        endpoint = ENDPOINTS.get((request.method, request.path))
        documented = endpoint.parameters if endpoint else None
        if documented is None:
            return
        known = [name for name in names if name in documented]
        if known != sorted(known, key=documented.index):
            raise self.rejection("signature")
        if len(known) != len(names):
            text = f"read '{len(known)}' parameter(s) but was sent '{len(names)}'."
            raise Refusal("-1104", f"Not all sent parameters were read; {text}")

    def _check_clock(self, given: Mapping[str, str]) -> None:
        """Apply the documented rule: not a second ahead, not a receive window behind."""
        stamp, window = given.get("timestamp", ""), given.get("recvWindow", str(DEFAULT_WINDOW_MS))
        if not stamp.isdecimal():
            raise Refusal("-1102", "Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed.")
        if not window.isdecimal() or int(window) > WIDEST_WINDOW_MS:
            raise self.rejection("window")
        now = self.clock_ms()
        if not (int(stamp) < now + FUTURE_MS and now - int(stamp) <= int(window)):
            raise self.rejection("clock")


def pairs(text: str) -> Pairs:
    """Split and percent-decode; a plus sign stays one."""
    split = (pair.partition("=") for pair in text.split("&") if pair)
    return [(unquote(name), unquote(value)) for name, _, value in split]


def signature(query: Pairs, body: Pairs, secret: str) -> str:
    """Sign the decoded query and body, joined without an ampersand and without the signature itself."""
    parts = ("&".join(f"{name}={value}" for name, value in part if name != "signature") for part in (query, body))
    return hmac.new(secret.encode(), "".join(parts).encode(), hashlib.sha256).hexdigest()
