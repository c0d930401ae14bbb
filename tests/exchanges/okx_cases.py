"""What the OKX tests share: accounts, instruments, calls and sample rows."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from order_relay.core.call import Call, Credentials, Request, get, post
from order_relay.core.exchange import Instrument, Profile
from order_relay.core.order import OrderType, Plan, Side, Unit
from order_relay.core.outcome import Answer, Op, Outcome, classify
from order_relay.core.symbol import Market
from order_relay.exchanges.okx import EXCHANGE
from tests.exchanges.scripted import Script, Step
from tests.exchanges.simulated import Simulated
from tools.exchange_simulator.accounts import credentials

VECTORS = json.loads((Path(__file__).parent / "vectors" / "okx.json").read_text())
CREDENTIALS = Credentials("okx", VECTORS["key"], VECTORS["secret"], VECTORS["passphrase"])
DEMO = Credentials("okx", "okx-demo-key", "fake-demo-secret", "Fake-Demo-Pass", environment="demo")
STAMP_MS = 1_700_000_000_000

CLIENT_ID = "tv00112233445566778899aabbccddee"
SPOT = Instrument(
    "BTC-USDT", Market.SPOT, "BTC", "USDT", Decimal("0.1"), Decimal("0.00000001"), Decimal("0.00001"), Unit.BASE
)
SWAP = Instrument(
    "BTC-USDT-SWAP",
    Market.PERP,
    "BTC",
    "USDT",
    Decimal("0.1"),
    Decimal("0.01"),
    Decimal("0.01"),
    Unit.CONTRACTS,
    contract=Decimal("0.01"),
)
CASH = Profile(trade_mode="cash")
HEDGE = Profile(hedge=True, trade_mode="cash")

PLACE = post("/api/v5/trade/order", {"instId": "BTC-USDT"}, op=Op.PLACE)
CANCEL = post("/api/v5/trade/cancel-order", {"instId": "BTC-USDT"}, op=Op.CANCEL)
READ = get("/api/v5/trade/order", {"instId": "BTC-USDT"})


def plan(market: Market, side: Side, kind: OrderType, quantity: str, **more: Any) -> Plan:
    symbol = "BTC-USDT" if market is Market.SPOT else "BTC-USDT-SWAP"
    more.setdefault("unit", Unit.BASE if market is Market.SPOT else Unit.CONTRACTS)
    return Plan(CLIENT_ID, symbol, market, side, kind, Decimal(quantity), **more)


def judge(call: Call, body: object, status: int = 200) -> Outcome:
    """Read and classify an answer the way the relay does."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = Answer(status, {}, raw)
    return classify(EXCHANGE.rules, call.op, answer, EXCHANGE.read(call, answer))


def sent(call: Call, credentials: Credentials = CREDENTIALS) -> Request:
    return EXCHANGE.sign(call, credentials, STAMP_MS, "0" * 32)


def script(*steps: Step) -> Script:
    return Script(EXCHANGE.rules, steps)


ORDER_ROW = {
    "instType": "SPOT",
    "instId": "BTC-USDT",
    "ordId": "590908157585625111",
    "clOrdId": CLIENT_ID,
    "px": "61000.5",
    "sz": "0.02",
    "ordType": "limit",
    "side": "buy",
    "posSide": "net",
    "accFillSz": "0.005",
    "avgPx": "61000.4",
    "state": "partially_filled",
    "tgtCcy": "",
    "cancelSourceReason": "",
    "cTime": "1700000000500",
}

ALGO_ROW = {
    "instType": "SWAP",
    "instId": "BTC-USDT-SWAP",
    "algoId": "1753184812254216192",
    "algoClOrdId": CLIENT_ID,
    "ordType": "conditional",
    "side": "sell",
    "posSide": "net",
    "sz": "2",
    "ordPx": "",
    "tpOrdPx": "",
    "slOrdPx": "-1",
    "slTriggerPx": "59000",
    "state": "live",
    "ordId": "",
    "ordIdList": [],
    "failCode": "0",
    "cTime": "1700000000500",
}


def simulated() -> Simulated:
    """The adapter on the simulated exchange, with the keys of its demo account."""
    keys = Credentials(**credentials()["okx"])
    exchange = replace(EXCHANGE, sign=lambda call, _, stamp_ms, nonce: EXCHANGE.sign(call, keys, stamp_ms, nonce))
    return Simulated(exchange, CASH)
