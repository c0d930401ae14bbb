"""Bitunix as the tests know it: instruments and plans of both markets."""

from decimal import Decimal

from order_relay.core.exchange import Instrument, Profile
from order_relay.core.order import OrderType, Plan, Side
from order_relay.core.symbol import Market
from order_relay.exchanges.bitunix import EXCHANGE
from tests.exchanges.scripted import Script, Step

CLIENT_ID = "r0123456789abcdef0123456789abcde"
SENT_MS = 1_747_104_711_262
ONE_WAY, HEDGE = Profile(), Profile(hedge=True)

SPOT = Instrument("DOGEUSDT", Market.SPOT, "DOGE", "USDT", tick=Decimal("0.0001"), step=Decimal(1), minimum=Decimal(1))
PERP = Instrument(
    "BTCUSDT", Market.PERP, "BTC", "USDT", tick=Decimal("0.1"), step=Decimal("0.0001"), minimum=Decimal("0.0001")
)
SPOT_BUY = Plan(CLIENT_ID, "DOGEUSDT", Market.SPOT, Side.BUY, OrderType.LIMIT, Decimal(271), price=Decimal("0.0444"))
PERP_BUY = Plan(CLIENT_ID, "BTCUSDT", Market.PERP, Side.BUY, OrderType.LIMIT, Decimal("0.001"), price=Decimal(60000))


def script(*steps: Step) -> Script:
    return Script(EXCHANGE.rules, steps)
