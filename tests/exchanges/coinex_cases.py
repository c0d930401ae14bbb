"""CoinEx as the tests know it: instruments, plans, orders and lists in the documentation's shapes."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from order_relay.core.call import Credentials
from order_relay.core.exchange import Instrument, Profile
from order_relay.core.order import OrderType, Plan, Side, Unit
from order_relay.core.outcome import Answer
from order_relay.core.symbol import Market
from order_relay.exchanges.coinex import EXCHANGE
from tests.exchanges.scripted import Script, Step

DATA = json.loads((Path(__file__).parent / "vectors" / "coinex.json").read_text())
KEYS = Credentials("coinex", DATA["key"], DATA["secret"])
PROFILE = Profile()
SENT_MS = 1_700_490_703_564
ID = "r0000000000000000000000000000001"
SPOT = Instrument(
    "BTCUSDT", Market.SPOT, "BTC", "USDT", Decimal("0.01"), Decimal("0.00000001"), Decimal("0.0005"), Unit.BASE
)
PERP = replace(SPOT, market=Market.PERP, tick=Decimal("0.5"))
INVERSE = replace(PERP, symbol="BTCUSD", quote="USD", unit=Unit.CONTRACTS, inverse=True)
LIMIT = Plan(
    ID, "BTCUSDT", Market.SPOT, Side.BUY, OrderType.LIMIT, Decimal("0.0001"), Unit.BASE, price=Decimal("61000.00")
)
MARKET = replace(LIMIT, type=OrderType.MARKET, price=None)
PERP_LIMIT, PERP_MARKET = replace(LIMIT, market=Market.PERP), replace(MARKET, market=Market.PERP)
PENDING = f"/v2/spot/pending-order?market=BTCUSDT&market_type=SPOT&client_id={ID}&page="
OPEN = "/v2/spot/pending-order?market=BTCUSDT&market_type=SPOT&page="
ENDED = "/v2/spot/finished-order?market=BTCUSDT&market_type=SPOT&page="
POSITION = {"position_id": 927266133, "market": " BTCUSDT", "side": "short", "open_interest": "0.5"}


def order(client_id: str = ID, **changes: Any) -> dict[str, Any]:
    """An order as every spot list shows it; lists give no status."""
    shown = {
        "order_id": 117178743547,
        "market": "BTCUSDT",
        "market_type": "SPOT",
        "ccy": "BTC",
        "side": "buy",
        "type": "limit",
        "amount": "0.0001",
        "price": "61000",
        "unfilled_amount": "0.0001",
        "filled_amount": "0",
        "filled_value": "0",
        "client_id": client_id,
        "last_fill_amount": "0",
        "last_fill_price": "0",
        "created_at": SENT_MS,
        "updated_at": SENT_MS,
    }
    return shown | changes


def page(*rows: dict[str, Any], more: bool = False) -> dict[str, Any]:
    return {"code": 0, "data": list(rows), "pagination": {"total": 1, "has_next": more}, "message": "OK"}


def script(*steps: Step) -> Script:
    return Script(EXCHANGE.rules, steps)


def answer(body: object, status: int = 200) -> Answer:
    return Answer(status, {}, body if isinstance(body, bytes) else json.dumps(body).encode())
