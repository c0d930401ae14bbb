"""How OKX prints operations, orders and algo orders: every number and time is a string."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tools.exchange_simulator.message import HttpResponse, json_response
from tools.exchange_simulator.number import is_digits, plain
from tools.exchange_simulator.okx.field import INST_TYPE, missing
from tools.exchange_simulator.order import Order, Refusal, Stop
from tools.exchange_simulator.venue import Call, Venue

Row = dict[str, Any]
MESSAGES = {"0": "", "1": "All operations failed", "2": "Bulk operation partially succeeded"}
STATES = {"filled": "filled", "cancelled": "canceled"}
ALGO_STATES = {"waiting": "live", "triggered": "effective", "cancelled": "canceled", "failed": "order_failed"}


def operations(venue: Venue, rows: list[Row]) -> HttpResponse:
    """Answer HTTP 200 whatever happened; the truth is in each sCode."""
    failed = sum(row["sCode"] != "0" for row in rows)
    code = "0" if not failed else "1" if failed == len(rows) else "2"
    micros = venue.clock_ms() * 1000
    payload = {"code": code, "data": rows, "inTime": f"{micros + 123}", "msg": MESSAGES[code]}
    return json_response(payload | {"outTime": f"{micros + 1456}"})


def done(venue: Venue, order: Order) -> Row:
    return {
        "clOrdId": order.client_id or "",
        "ordId": order.order_id,
        "tag": order.native.get("tag", ""),
        "ts": str(venue.clock_ms()),
        "sCode": "0",
        "sMsg": "",
        "subCode": "",
    }


def failed(venue: Venue, refusal: Refusal, asked: object) -> Row:
    """Print a refusal beside the ids the client named; a code may carry its sub-code after an underscore."""
    code, _, sub_code = refusal.code.partition("_")
    given = asked if isinstance(asked, dict) else {}
    return {
        "clOrdId": str(given.get("clOrdId") or ""),
        "ordId": str(given.get("ordId") or ""),
        "tag": str(given.get("tag") or ""),
        "ts": str(venue.clock_ms()),
        "sCode": code,
        "sMsg": refusal.message,
        "subCode": sub_code,
    }


def order_row(venue: Venue, order: Order) -> Row:
    account = venue.accounts[order.account]
    algo = "algoType" in order.native
    row: Row = {"instType": INST_TYPE[order.product], "instId": order.symbol, "ordId": order.order_id}
    row |= {
        "clOrdId": "" if algo else order.client_id or "",
        "tag": order.native.get("tag", ""),
        "px": _number(order.price),
    }
    row |= {"sz": order.native.get("sz", plain(order.quantity)), "ordType": order.native["ordType"]}
    row |= {"side": order.side, "posSide": order.position_side if order.product == "perp" else ""}
    row |= {"tdMode": order.native["tdMode"], "accFillSz": plain(order.filled), "avgPx": _number(order.average_price)}
    row |= {"fillPx": _number(order.average_price), "fillSz": plain(order.filled), "state": order_state(order)}
    row |= {"fillTime": str(order.updated_ms) if order.filled else "", "tgtCcy": order.native.get("tgtCcy", "")}
    row |= {"lever": plain(account.leverage_of("perp", order.symbol)) if order.product == "perp" else ""}
    row |= {"fee": "0", "feeCcy": "USDT", "pnl": "0", "reduceOnly": str(order.reduce_only).lower()}
    row |= {"cancelSource": "", "cancelSourceReason": "", "attachAlgoOrds": order.native.get("attachAlgoOrds", [])}
    row |= {
        "algoClOrdId": order.client_id or "" if algo else "",
        "algoId": order.native.get("algoId", ""),
        "source": "",
    }
    return row | {"cTime": str(order.created_ms), "uTime": str(order.updated_ms)}


def order_state(order: Order) -> str:
    live = "partially_filled" if order.filled else "live"
    return STATES.get(order.state, live)


def algo_id(stop: Stop) -> str:
    """Return the id a client sees: both halves of an oco share one."""
    return str(stop.draft.native.get("algo") or stop.stop_id)


def algo_row(stop: Stop) -> Row:
    draft = stop.draft
    row: Row = {"instType": INST_TYPE[draft.product], "instId": draft.symbol, "algoId": algo_id(stop)}
    row |= {"algoClOrdId": draft.client_id or "", "ordType": draft.native["algoType"], "side": draft.side}
    row |= {"posSide": draft.position_side if draft.product == "perp" else "", "tdMode": draft.native["tdMode"]}
    size = draft.native.get("sz") or plain(draft.quantity)
    row |= {"sz": "" if stop.closes_position else size, "state": ALGO_STATES[stop.state]}
    row |= {"reduceOnly": str(draft.reduce_only).lower(), "closeFraction": "1" if stop.closes_position else ""}
    row |= {"triggerPx": "", "ordPx": "", "tpTriggerPx": "", "tpOrdPx": "", "slTriggerPx": "", "slOrdPx": ""}
    row |= draft.native["prices"]
    row |= {"ordId": stop.order_id or "", "ordIdList": [stop.order_id] if stop.order_id else []}
    return row | {"cTime": str(stop.created_ms), "uTime": str(stop.updated_ms)}


def page(call: Call, rows: list[Row], id_name: str = "ordId") -> list[Row]:
    """Return rows newest first; `after` asks for older ids, `before` for newer ones."""
    newest = sorted(rows, key=lambda row: int(row[id_name]), reverse=True)
    after, before, limit = (_whole(call, name) for name in ("after", "before", "limit"))
    newest = [row for row in newest if after is None or int(row[id_name]) < after]
    newest = [row for row in newest if before is None or int(row[id_name]) > before]
    return newest[: min(limit or 100, 100)]


def _whole(call: Call, name: str) -> int | None:
    value = call.query.get(name)
    if value is None:
        return None
    if not is_digits(value):
        raise missing(name)
    return int(value)


def _number(value: Decimal | None) -> str:
    return "" if value is None else plain(value)
