"""Accounts, markets and bodies that the service tests run over."""

from typing import Any

ACCOUNTS = ("coinex", "okx", "bitget", "bitget_uta", "bitunix", "jex")
MARKETS = [(account, symbol) for account in ACCOUNTS for symbol in ("BTCUSDT", "BTCUSDT.P")]
FINDABLE = [case for case in MARKETS if case != ("jex", "BTCUSDT.P")]
"""Where an order of unknown fate can be found again; a JEX contract order cannot."""


def venue(account: str) -> str:
    return account.partition("_")[0]


def market_buy(symbol: str = "BTCUSDT", **more: Any) -> dict[str, Any]:
    return {"action": "buy", "symbol": symbol, "quantity": "0.01", **more}


def limit_buy(symbol: str = "BTCUSDT", price: str = "50000", **more: Any) -> dict[str, Any]:
    return {"action": "buy", "symbol": symbol, "type": "limit", "price": price, "quantity": "0.01", **more}


def limit_sell(symbol: str = "BTCUSDT", price: str = "70000", **more: Any) -> dict[str, Any]:
    return {"action": "sell", "symbol": symbol, "type": "limit", "price": price, "quantity": "0.01", **more}
