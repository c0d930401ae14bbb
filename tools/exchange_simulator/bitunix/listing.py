"""Bitunix's public routes on both hosts; there is no time endpoint, only the Date header (sheet sections 2 and 7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from tools.exchange_simulator.bitunix.field import futures_fields, spot_fields
from tools.exchange_simulator.market import Market
from tools.exchange_simulator.number import decimals, plain
from tools.exchange_simulator.order import PERP, Instrument
from tools.exchange_simulator.venue import Call, Venue

SPOT = "spot"
DEPTH = Decimal(100)  # shown at the best bid and ask unless liquidity is scripted


def _instrument(product: str, base: str, price: str, rules: tuple[str, str, str, str]) -> Instrument:
    """Build a USDT pair; rules are tick, step, minimum quantity and minimum value."""
    tick, step, minimum, value = (Decimal(rule) for rule in rules)
    return Instrument(
        product=product,
        symbol=f"{base}USDT",
        base=base,
        quote="USDT",
        price=Decimal(price),
        tick=tick,
        step=step,
        minimum=minimum,
        minimum_value=value,
        max_leverage=125,
    )


INSTRUMENTS = (
    _instrument(SPOT, "BTC", "60000", ("0.01", "0.000001", "0.00001", "1")),
    _instrument(SPOT, "ETH", "3000", ("0.01", "0.0001", "0.0001", "1")),
    _instrument(PERP, "BTC", "60000", ("0.1", "0.0001", "0.0001", "0")),
    _instrument(PERP, "ETH", "3000", ("0.01", "0.001", "0.003", "0")),
)


def last_price(venue: Venue, call: Call) -> object:
    symbol = spot_fields(call.query).required("symbol").upper()
    return plain(venue.market(SPOT, symbol).price)


def spot_depth(venue: Venue, call: Call) -> object:
    market = venue.market(SPOT, spot_fields(call.query).required("symbol").upper())
    size = plain(market.capped(DEPTH))
    return {
        "ts": str(venue.clock_ms()),
        "asks": [{"price": plain(market.ask), "volume": size}],
        "bids": [{"price": plain(market.bid), "volume": size}],
    }


def coin_pairs(venue: Venue, call: Call) -> object:
    return [_coin_pair(index, market.instrument) for index, market in enumerate(venue.markets.all(SPOT))]


def trading_pairs(venue: Venue, call: Call) -> object:
    return [_trading_pair(market.instrument) for market in _asked(venue, call)]


def tickers(venue: Venue, call: Call) -> object:
    return [_ticker(market) for market in _asked(venue, call)]


def depth(venue: Venue, call: Call) -> object:
    market = venue.market(PERP, futures_fields(call.query).required("symbol"))
    size = plain(market.capped(DEPTH))
    return {"asks": [[plain(market.ask), size]], "bids": [[plain(market.bid), size]]}


def _asked(venue: Venue, call: Call) -> list[Market]:
    """Return the futures of a comma-separated list that exist, or all."""
    names = [name for name in call.query.get("symbols", "").split(",") if name]
    markets = venue.markets.all(PERP)
    return [market for market in markets if not names or market.instrument.symbol in names]


def _coin_pair(index: int, instrument: Instrument) -> dict[str, Any]:
    return {
        "id": index + 1,
        "symbol": instrument.symbol,
        "base": instrument.base,
        "quote": instrument.quote,
        "basePrecision": decimals(instrument.step),
        "quotePrecision": decimals(instrument.tick),
        "minPrice": plain(instrument.minimum_value),
        "minVolume": plain(instrument.minimum),
        "isOpen": 1,
        "precisions": [plain(instrument.tick)],
    }


def _trading_pair(instrument: Instrument) -> dict[str, Any]:
    return {
        "symbol": instrument.symbol,
        "base": instrument.base,
        "quote": instrument.quote,
        "minTradeVolume": plain(instrument.minimum),
        "minBuyPriceOffset": "-0.95",
        "maxSellPriceOffset": "100",
        "maxLimitOrderVolume": "1000",
        "maxMarketOrderVolume": "100",
        "basePrecision": decimals(instrument.step),
        "quotePrecision": decimals(instrument.tick),
        "minLeverage": 1,
        "maxLeverage": instrument.max_leverage,
        "defaultLeverage": 10,
        "defaultMarginMode": "CROSS",
        "priceProtectScope": "0.02",
        "symbolStatus": "OPEN",
        "isApiSupported": True,
    }


def _ticker(market: Market) -> dict[str, str]:
    price = plain(market.price)
    names = ("markPrice", "lastPrice", "open", "last", "high", "low")
    return {"symbol": market.instrument.symbol, **dict.fromkeys(names, price), "quoteVol": "0", "baseVol": "0"}


SPOT_ROUTES: Mapping[str, tuple[str, Callable[[Venue, Call], object]]] = {
    "GET /market/last_price": ("market", last_price),
    "GET /market/depth": ("market", spot_depth),
    "GET /common/coin_pair/list": ("instruments", coin_pairs),
}
FUTURES_ROUTES: Mapping[str, tuple[str, Callable[[Venue, Call], object]]] = {
    "GET /market/trading_pairs": ("instruments", trading_pairs),
    "GET /market/tickers": ("market", tickers),
    "GET /market/depth": ("market", depth),
}
