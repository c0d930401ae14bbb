"""What the Bitget tests share: keys, instruments, plans, and the way an answer is judged."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from order_relay.core.call import Call, Credentials
from order_relay.core.exchange import Instrument, Profile, Sought
from order_relay.core.order import OrderType, Plan, Side
from order_relay.core.outcome import Answer, Op, Outcome, classify
from order_relay.core.symbol import Market
from order_relay.exchanges.bitget import EXCHANGE
from tests.exchanges.scripted import Script, Step
from tests.exchanges.simulated import Simulated
from tools.exchange_simulator.accounts import credentials

VECTORS = json.loads((Path(__file__).parent / "vectors" / "bitget.json").read_text())
KEYS = Credentials("bitget", VECTORS["key"], VECTORS["secret"], VECTORS["passphrase"])
STAMP_MS = 1_700_000_000_000
CLIENT_ID = "r0123456789abcdef0123456789abcde"

CLASSIC = Profile(api="v2", trade_mode="crossed")
CLASSIC_HEDGE = Profile(hedge=True, api="v2", trade_mode="isolated")
UNIFIED = Profile(api="v3")
UNIFIED_HEDGE = Profile(hedge=True, api="v3")

TICK, STEP = Decimal("0.1"), Decimal("0.0001")
SPOT = Instrument("BTCUSDT", Market.SPOT, "BTC", "USDT", TICK, STEP, STEP, product="SPOT")
PERP = Instrument("BTCUSDT", Market.PERP, "BTC", "USDT", TICK, STEP, STEP, product="USDT-FUTURES")
USDC_PERP = replace(PERP, symbol="BTCPERP", quote="USDC", product="USDC-FUTURES")

SPOT_LIMIT = Plan(
    CLIENT_ID, "BTCUSDT", Market.SPOT, Side.BUY, OrderType.LIMIT, Decimal("0.010"), price=Decimal("61000.50")
)
PERP_LIMIT = replace(SPOT_LIMIT, market=Market.PERP)
SPOT_MARKET_SELL = replace(SPOT_LIMIT, side=Side.SELL, type=OrderType.MARKET, price=None)
PERP_MARKET = replace(PERP_LIMIT, type=OrderType.MARKET, price=None)

SOUGHT_SPOT = Sought(SPOT_LIMIT, STAMP_MS)
SOUGHT_PERP = Sought(PERP_LIMIT, STAMP_MS)

PLACE = Call(Op.PLACE, "POST", "/place", "{}")
CANCEL = Call(Op.CANCEL, "POST", "/cancel", "{}")
READ = Call(Op.READ, "GET", "/read")


def script(*steps: Step) -> Script:
    return Script(EXCHANGE.rules, steps)


def judge(call: Call, body: object, status: int = 200) -> Outcome:
    """Read and classify an answer as the relay does; a body that is not bytes is sent as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = Answer(status, {}, raw)
    return classify(EXCHANGE.rules, call.op, answer, EXCHANGE.read(call, answer))


def done(data: Any) -> dict[str, Any]:
    return {"code": "00000", "msg": "success", "requestTime": STAMP_MS, "data": data}


def sent(call: Call) -> tuple[str, str, str]:
    return call.method, call.target, call.body


def simulated(account: str, market: Market) -> Simulated:
    """The adapter on the simulated exchange, with the keys of its classic or its unified demo account."""
    keys = Credentials(**credentials()[account])
    exchange = replace(EXCHANGE, sign=lambda call, _, stamp_ms, nonce: EXCHANGE.sign(call, keys, stamp_ms, nonce))
    relay = Simulated(exchange)
    relay.profile = EXCHANGE.profile(relay.ask, keys, market)
    return relay
