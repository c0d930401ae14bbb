"""The `/_sim` paths: scripts, knobs and the ledger over HTTP, for tests that live in other processes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tools.exchange_simulator.message import HttpRequest, HttpResponse, json_response, read_json
from tools.exchange_simulator.order import Refusal
from tools.exchange_simulator.venue import Venue

PREFIX = "/_sim/"


def control(venue: Venue, request: HttpRequest) -> HttpResponse:
    """Answer one control request; 404 for an unknown path, 400 for one that makes no sense."""
    action = _ACTIONS.get((request.method, request.path.removeprefix(PREFIX)))
    if action is None:
        return json_response({"error": "no such control"}, 404)
    try:
        body = read_json(request.body) if request.body else {}
        with venue.lock:
            return json_response(action(venue, body))
    except (KeyError, TypeError, ValueError, ArithmeticError, Refusal) as exc:
        return json_response({"error": f"{type(exc).__name__}: {exc}"}, 400)


def _ledger(venue: Venue, body: Mapping[str, Any]) -> object:
    return venue.ledger.requests


def _orders(venue: Venue, body: Mapping[str, Any]) -> object:
    return venue.accepted_orders()


def _faults(venue: Venue, body: Any) -> object:
    """Append one fault or a list of faults."""
    rows = body if isinstance(body, list) else [body]
    for row in rows:
        venue.faults.add(row, venue.now_ms())
    return {"added": len(rows)}


def _clear_faults(venue: Venue, body: Mapping[str, Any]) -> object:
    venue.faults.clear()
    return {"ok": True}


def _price(venue: Venue, body: Mapping[str, Any]) -> object:
    """Move a price and, or, cap the liquidity: {"product","symbol","price"?,"liquidity"?}."""
    if "liquidity" in body:
        venue.set_liquidity(body["product"], body["symbol"], body["liquidity"])
    if "price" in body:
        venue.set_price(body["product"], body["symbol"], body["price"])
    return {"ok": True}


def _knobs(venue: Venue, body: Mapping[str, Any]) -> object:
    """Set skew_ms, read_lag_ms."""
    if unknown := sorted(set(body) - {"skew_ms", "read_lag_ms"}):
        raise ValueError(f"no knob {', '.join(unknown)}")
    venue.skew_ms = int(body.get("skew_ms", venue.skew_ms))
    venue.read_lag_ms = int(body.get("read_lag_ms", venue.read_lag_ms))
    return {"skew_ms": venue.skew_ms, "read_lag_ms": venue.read_lag_ms}


def _account(venue: Venue, body: Mapping[str, Any]) -> object:
    """Change an account, for instance rotate its key: {"account": name, "key": ...}."""
    options = dict(body)
    venue.accounts[options.pop("account")].change(options)
    return {"ok": True}


def _reset(venue: Venue, body: Mapping[str, Any]) -> object:
    venue.reset()
    return {"ok": True}


_ACTIONS: Mapping[tuple[str, str], Callable[[Venue, Any], object]] = {
    ("GET", "ledger"): _ledger,
    ("GET", "orders"): _orders,
    ("POST", "faults"): _faults,
    ("DELETE", "faults"): _clear_faults,
    ("POST", "price"): _price,
    ("POST", "knobs"): _knobs,
    ("POST", "account"): _account,
    ("POST", "reset"): _reset,
}
