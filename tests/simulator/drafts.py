"""Perpetual drafts for tests that speak to the matching engine directly."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.simulator.coinex_orders import Row
from tools.exchange_simulator.order import Draft


def perp(side: str, quantity: str, **more: Any) -> Draft:
    kind = "limit" if "price" in more else "market"
    common: Row = {
        "account": "coinex",
        "product": "perp",
        "symbol": "BTCUSDT",
        "native": {"type": kind, "amount": quantity},
    }
    return Draft(side=side, kind=kind, quantity=Decimal(quantity), **common, **more)
