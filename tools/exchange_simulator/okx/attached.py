"""OKX: take-profit and stop-loss attached to an order (sheet section 9)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tools.exchange_simulator.market import Market
from tools.exchange_simulator.okx import field
from tools.exchange_simulator.okx.split import check_split
from tools.exchange_simulator.order import Attached, Draft, Refusal
from tools.exchange_simulator.venue import Venue

TRIGGER_KINDS = ("last", "index", "mark")
WRONG_SIDE: Mapping[tuple[str, str], tuple[str, str]] = {
    ("tp", "buy"): ("51046", "The take profit trigger price must be higher than the order price"),
    ("sl", "buy"): ("51047", "The stop loss trigger price must be lower than the order price"),
    ("tp", "sell"): ("51048", "The take profit trigger price must be lower than the order price"),
    ("sl", "sell"): ("51049", "The stop loss trigger price must be higher than the order price"),
}


def read_attached(venue: Venue, draft: Draft, body: Mapping[str, Any]) -> tuple[tuple[Attached, ...], list[Any]]:
    """Read attachAlgoOrds; returns what to attach and what to echo."""
    asked = body.get("attachAlgoOrds", [])
    if not isinstance(asked, list):
        raise field.wrong("attachAlgoOrds")
    unfit = {("buy", "base_ccy"), ("sell", "quote_ccy")}
    if asked and (draft.side, draft.native.get("tgtCcy")) in unfit:
        raise field.wrong("attachAlgoOrds")
    rows = [field.members(row) for row in asked]
    found = [item for row in rows for item in _read_row(venue.markets.of(draft), draft, row)]
    check_split(venue, draft, rows)
    return tuple(found), asked


def read_order_price(body: Mapping[str, Any], name: str) -> Decimal | None:
    """Read an order price in which -1 means market."""
    return None if body.get(name) == "-1" else field.positive(body, name)


def _read_row(market: Market, draft: Draft, row: Mapping[str, Any]) -> list[Attached]:
    found = [_read_leg(market, draft, row, leg) for leg in ("tp", "sl") if row.get(f"{leg}TriggerPx")]
    if not found:
        raise field.wrong("attachAlgoOrds")
    return found


def _read_leg(market: Market, draft: Draft, row: Mapping[str, Any], leg: str) -> Attached:
    trigger_price = field.positive(row, f"{leg}TriggerPx")
    field.choice(row, f"{leg}TriggerPxType", TRIGGER_KINDS, "last")
    price = read_order_price(row, f"{leg}OrdPx")
    rises = (leg == "tp") == (draft.side == "buy")
    reference = market.price if draft.price is None else draft.price
    if trigger_price == reference or rises != (trigger_price > reference):
        raise Refusal(*WRONG_SIDE[leg, draft.side])
    prices = {f"{leg}TriggerPx": row[f"{leg}TriggerPx"], f"{leg}OrdPx": row[f"{leg}OrdPx"]}
    native = {"tdMode": draft.native["tdMode"], "algoType": "conditional", "prices": prices}
    native |= {"ordType": "market" if price is None else "limit", "tag": ""}
    if field.text(row, "sz"):
        native["share"] = field.positive(row, "sz")
    name = field.client_id(row, "attachAlgoClOrdId")
    return Attached(trigger_price=trigger_price, rises=rises, price=price, client_id=name, native=native)
