"""OKX: the rules of split take-profits, several exits attached to one order (docs: place order, attachAlgoOrds)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tools.exchange_simulator.okx import field
from tools.exchange_simulator.order import PERP, ZERO, Draft, Refusal
from tools.exchange_simulator.venue import Venue

Rows = Sequence[Mapping[str, Any]]

MOST = 10
MESSAGES: Mapping[str, str] = {
    "51076": "An item of a split holds either a take profit or a stop loss, never both",
    "51077": "Only futures and perpetual swaps take several take profits",
    "51079": f"An order takes {MOST} take profits at most",
    "51080": "All take profits of an order need the same tpTriggerPxType",
    "51081": "Two take profits of an order cannot share one tpTriggerPx",
    "51082": "Several take profits must be executed at market, with tpOrdPx -1",
    "51083": "The sizes of all take profits must add up to the size of the order",
    "51084": "An order takes one stop loss at most",
    "51089": "Each of several take profits needs its sz",
}


def check_split(venue: Venue, draft: Draft, rows: Rows) -> None:
    """Refuse rows, each of whose legs is readable alone, that do not fit together; only a split has sizes."""
    profits = [row for row in rows if row.get("tpTriggerPx")]
    losses = [row for row in rows if row.get("slTriggerPx")]
    several = len(profits) > 1
    if several:
        _check_several(draft, profits)
    if len(losses) > 1:
        raise _refusal("51084")
    if any(field.text(row, "sz") for row in (losses if several else rows)):
        raise field.wrong("sz")
    if several:
        _check_sizes(venue, draft, [field.positive(row, "sz") for row in profits])


def _check_several(draft: Draft, profits: Rows) -> None:
    flaws = {
        "51077": draft.product != PERP,
        "51076": any(row.get("slTriggerPx") for row in profits),
        "51079": len(profits) > MOST,
        "51080": len({row.get("tpTriggerPxType") or "last" for row in profits}) > 1,
        "51081": len({Decimal(row["tpTriggerPx"]) for row in profits}) < len(profits),
        "51082": any(row["tpOrdPx"] != "-1" for row in profits),
        "51089": not all(field.text(row, "sz") for row in profits),
    }
    for code, broken in flaws.items():
        if broken:
            raise _refusal(code)


def _check_sizes(venue: Venue, draft: Draft, sizes: Sequence[Decimal]) -> None:
    market = venue.markets.of(draft)
    for size in sizes:
        if flaw := market.flaw(replace(draft, quantity=size, price=None)):
            raise venue.rejection(flaw, draft.product)
    if sum(sizes, ZERO) != draft.quantity:
        raise _refusal("51083")


def _refusal(code: str) -> Refusal:
    return Refusal(code, MESSAGES[code])
