"""From a warm worker's leg to the signed request, beside ccxt's `create_order` up to its HTTP call."""

import random
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from statistics import median
from typing import Any

from order_relay.adapters.host import SystemClock
from order_relay.adapters.wire import RequestsWire
from order_relay.core.account import read_account
from order_relay.core.call import Request
from order_relay.core.limits import Limits
from order_relay.core.order import Action, Leg, OrderType
from order_relay.core.ports import Missing
from order_relay.core.symbol import Market
from order_relay.exchanges import EXCHANGES
from order_relay.service.desk import Desk, World, seal
from order_relay.service.planning import plan
from tests.benchmarks.ccxt_orders import THEIRS, create_order
from tests.benchmarks.sampling import interleaved, per_call_us
from tests.benchmarks.table import Row, faster
from tools.exchange_simulator.accounts import credentials
from tools.exchange_simulator.server import Simulator

ROUNDS = 20
CALLS = 100
AT_LEAST = 5.0
MARKETS = (Market.SPOT, Market.PERP)
LEG = Leg(
    action=Action.BUY,
    symbol="BTCUSDT",
    market=Market.SPOT,
    sent_symbol="BTCUSDT",
    type=OrderType.LIMIT,
    quantity=Decimal("0.01"),
    price=Decimal(50000),
)


class Keys:
    """A vault of account secrets."""

    def routes(self, *, fresh: bool = False) -> Mapping[str, Any]:
        raise Missing("there are no routes")

    def account(self, name: str, *, fresh: bool = False) -> Mapping[str, Any]:
        return credentials()[name]


def signed_orders() -> list[Row]:
    """Plan, build and sign a limit order on every exchange; clock, instrument and profile are already known."""
    with Simulator() as simulator:
        urls = {name.removeprefix("EXCHANGE_URL_").lower(): url for name, url in simulator.urls.items()}
        return [_row(name, market, urls) for name in EXCHANGES for market in MARKETS]


def _row(name: str, market: Market, urls: Mapping[str, str]) -> Row:
    candidates: dict[str, Callable[[], object]] = {"ours": order(name, market, urls)}
    if name in THEIRS:
        candidates["ccxt"] = create_order(name, market)
    blocks = {whose: per_call_us(call, CALLS) for whose, call in candidates.items()}
    medians = {whose: median(samples) for whose, samples in interleaved(blocks, ROUNDS).items()}
    ours, theirs = medians["ours"], medians.get("ccxt")
    told = (f"ccxt {theirs:.0f} us", *faster(ours, theirs, AT_LEAST)) if theirs else ("ccxt has none",)
    return Row(f"{name} {market.value}", f"{ours:.0f} us", *told)


def order(name: str, market: Market, urls: Mapping[str, str]) -> Callable[[], Request]:
    """A warm desk's way from leg to signed request; the first call reads what the later ones remember."""
    exchange, secret, leg = EXCHANGES[name], Keys().account(name), replace(LEG, market=market)
    keys = read_account(name, secret, needs_passphrase=exchange.passphrase)
    clock = SystemClock()
    world = World(
        wire=RequestsWire(clock),
        vault=Keys(),
        clock=clock,
        jitter=random.random,
        nonce=lambda: secrets.token_hex(16),
        remaining_ms=lambda: 15_000,
        base_urls=urls,
    )
    desk, limits = Desk(exchange, name, secret, world), Limits()

    def signed() -> Request:
        call = desk.placement(plan(desk, leg, "tv00112233445566778899aabbccddee", limits), leg.symbol)
        return seal(exchange, keys, world, call, desk.stamp_ms())

    return signed
