"""ccxt's `create_order` with its markets loaded, stopped where it would send; ccxt is installed for this only."""

from collections.abc import Callable
from typing import Any, NoReturn

import requests

from order_relay.core.symbol import Market

THEIRS = ("okx", "bitget")
LIMITS: dict[str, Any] = {name: {"min": None, "max": None} for name in ("amount", "price", "cost", "leverage")}
SYMBOLS = {Market.SPOT: "BTC/USDT", Market.PERP: "BTC/USDT:USDT"}
IDS = {
    ("okx", Market.SPOT): "BTC-USDT",
    ("okx", Market.PERP): "BTC-USDT-SWAP",
    ("bitget", Market.SPOT): "BTCUSDT",
    ("bitget", Market.PERP): "BTCUSDT",
}


class Sent(Exception):
    """The HTTP call would be made now."""


class NoSession(requests.Session):
    """What ccxt makes its HTTP calls with."""

    def request(self, *arguments: object, **named: object) -> NoReturn:
        raise Sent


def create_order(name: str, market: Market) -> Callable[[], None]:
    """The same limit order as ours, in ccxt's words; without its rate limiter, which would sleep."""
    import ccxt

    keys = {"apiKey": "fake-key", "secret": "fake-secret", "password": "fake-passphrase"}
    theirs = getattr(ccxt, name)({**keys, "enableRateLimit": False, "session": NoSession()})
    theirs.set_markets([_market(name, one) for one in SYMBOLS])

    def signed() -> None:
        try:
            theirs.create_order(SYMBOLS[market], "limit", "buy", 0.01, 50000)
        except Sent:
            return
        raise RuntimeError(f"ccxt's {name} sent nothing")

    return signed


def _market(name: str, market: Market) -> dict[str, Any]:
    perp = market is Market.PERP
    return {
        "id": IDS[name, market],
        "symbol": SYMBOLS[market],
        "base": "BTC",
        "quote": "USDT",
        "settle": "USDT" if perp else None,
        "baseId": "BTC",
        "quoteId": "USDT",
        "settleId": "USDT" if perp else None,
        "type": "swap" if perp else "spot",
        "spot": not perp,
        "swap": perp,
        "future": False,
        "option": False,
        "margin": not perp,
        "contract": perp,
        "linear": True if perp else None,
        "inverse": False if perp else None,
        "contractSize": 0.01 if perp and name == "okx" else 1.0 if perp else None,
        "active": True,
        "precision": {"amount": 1e-05, "price": 0.1},
        "limits": LIMITS,
        "info": {},
    }
