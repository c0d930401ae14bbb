"""JEX as the tests know it: instruments, plans, orders and answers in the documentation's shapes."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from order_relay.core.call import Call, Credentials
from order_relay.core.exchange import Instrument, Profile
from order_relay.core.order import OrderType, Plan, Side
from order_relay.core.outcome import Answer, Op, Verdict, classify
from order_relay.core.symbol import Market
from order_relay.exchanges.jex import EXCHANGE
from tests.exchanges.scripted import Script, Step

DATA = json.loads((Path(__file__).parent / "vectors" / "jex.json").read_text())
VECTORS = {vector["name"]: vector for vector in DATA["vectors"]}
KEYS = Credentials("jex", DATA["key"], DATA["secret"])
PROFILE = Profile()
SENT_MS = 1_551_184_078_000
SPOT = Instrument("JEXBTC", Market.SPOT, "JEX", "BTC", Decimal("0.00000001"), Decimal(1), Decimal(1))
PERP = Instrument("BTCUSDT", Market.PERP, "BTC", "USDT", Decimal(1), Decimal("0.0001"), Decimal("0.0001"))
OPTION = Instrument("BTCCALLM", Market.OPTION, "BTCCALLM", "USDT", Decimal("0.01"), Decimal(1), Decimal(1))
SPOT_PLAN = Plan("c1", "JEXBTC", Market.SPOT, Side.BUY, OrderType.LIMIT, Decimal(1), price=Decimal("0.00001464"))
PERP_PLAN = Plan("c1", "BTCUSDT", Market.PERP, Side.BUY, OrderType.LIMIT, Decimal(1), price=Decimal(3800))
OPTION_PLAN = Plan("c1", "BTCCALLM", Market.OPTION, Side.BUY, OrderType.LIMIT, Decimal(1), price=Decimal(2))
WHOLE = Plan("c1", "EOSUSDT", Market.PERP, Side.SELL, OrderType.MARKET, Decimal(4), reduce_only=True, whole=True)
SPOT_OPEN, SPOT_ENDED = "/api/v1/spot/openOrders?symbol=JEXBTC&", "/api/v1/spot/historyOrders?symbol=JEXBTC&"


def order(order_id: object = "76", **changes: Any) -> dict[str, Any]:
    """An order as spot and option lists show it."""
    shown = {
        "symbol": "JEXBTC",
        "orderId": order_id,
        "price": "0.00001464",
        "origQty": "1.00000000",
        "executedQty": "0.00000000",
        "cummulativeQuoteQty": "0.00000000",
        "status": "NEW",
        "type": "LIMIT",
        "side": "BUY",
        "time": SENT_MS,
    }
    return shown | changes


def contract_order(**changes: Any) -> dict[str, Any]:
    """An order as the contract endpoints show it."""
    shown = {
        "symbol": "BTCUSDT",
        "orderId": "4613019726031880200",
        "side": "BUY",
        "origQty": "1.0000",
        "executedQty": "0.0000",
        "price": "3800",
        "executedPrice": None,
        "status": "ENTRUSTED",
        "time": SENT_MS,
        "reject": None,
        "type": "LIMIT",
    }
    return shown | changes


def script(*steps: Step) -> Script:
    return Script(EXCHANGE.rules, steps)


def answer(body: object, status: int = 200) -> Answer:
    return Answer(status, {}, body if isinstance(body, bytes) else json.dumps(body).encode())


def verdict(op: Op, body: object, status: int = 400) -> Verdict:
    call = Call(op, "POST", "/api/v1/spot/order")
    said = answer(body, status)
    return classify(EXCHANGE.rules, op, said, EXCHANGE.read(call, said)).verdict
