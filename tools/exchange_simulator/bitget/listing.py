"""Bitget's public routes: time, instruments, tickers and books, v2 and v3 (sheet sections 2 and 7)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tools.exchange_simulator.bitget import field
from tools.exchange_simulator.bitget.mix import require_product
from tools.exchange_simulator.bitget.route import Routes
from tools.exchange_simulator.bitget.uta import CATEGORIES, category
from tools.exchange_simulator.market import Market
from tools.exchange_simulator.number import decimals, plain
from tools.exchange_simulator.order import PERP, Instrument
from tools.exchange_simulator.venue import Call, Venue

DEPTH = Decimal(100)  # shown at the best bid and ask unless liquidity is scripted


def _instrument(product: str, base: str, price: str, rules: tuple[str, str, str]) -> Instrument:
    """Build a USDT pair; rules are tick, step and minimum value."""
    tick, step, value = (Decimal(rule) for rule in rules)
    return Instrument(
        product=product,
        symbol=f"{base}USDT",
        base=base,
        quote="USDT",
        price=Decimal(price),
        tick=tick,
        step=step,
        minimum=step,
        minimum_value=value,
        max_leverage=125,
    )


INSTRUMENTS = (
    _instrument("spot", "BTC", "60000", ("0.01", "0.000001", "1")),
    _instrument("spot", "ETH", "3000", ("0.01", "0.0001", "1")),
    _instrument(PERP, "BTC", "60000", ("0.1", "0.0001", "5")),
    _instrument(PERP, "ETH", "3000", ("0.01", "0.01", "5")),
)


def server_time(venue: Venue, call: Call) -> object:
    return {"serverTime": str(venue.clock_ms())}


def spot_symbols(venue: Venue, call: Call) -> object:
    return [_spot_symbol(market.instrument) for market in _asked(venue, call.query, "spot")]


def spot_tickers(venue: Venue, call: Call) -> object:
    return [_ticker(venue, market) for market in _asked(venue, call.query, "spot")]


def spot_book(venue: Venue, call: Call) -> object:
    market = venue.market("spot", field.required(call.query, "symbol"))
    return {"asks": [_level(market, market.ask)], "bids": [_level(market, market.bid)], "ts": str(venue.clock_ms())}


def contracts(venue: Venue, call: Call) -> object:
    require_product(call.query)
    return [_contract(market.instrument) for market in _asked(venue, call.query, PERP)]


def mix_ticker(venue: Venue, call: Call) -> object:
    field.required(call.query, "symbol")
    return mix_tickers(venue, call)


def mix_tickers(venue: Venue, call: Call) -> object:
    require_product(call.query)
    return [
        {**_ticker(venue, market), "indexPrice": plain(market.price), "markPrice": plain(market.price)}
        for market in _asked(venue, call.query, PERP)
    ]


def mix_depth(venue: Venue, call: Call) -> object:
    require_product(call.query)
    market = venue.market(PERP, field.required(call.query, "symbol"))
    return {
        "asks": [_level(market, market.ask)],
        "bids": [_level(market, market.bid)],
        "ts": str(venue.clock_ms()),
        "scale": plain(market.instrument.tick),
        "precision": "scale0",
        "isMaxPrecision": "NO",
    }


def uta_instruments(venue: Venue, call: Call) -> object:
    product = category(venue, call.query)
    return [_uta_instrument(market.instrument) for market in _asked(venue, call.query, product)]


def uta_tickers(venue: Venue, call: Call) -> object:
    product = category(venue, call.query)
    return [_uta_ticker(market) for market in _asked(venue, call.query, product)]


def uta_book(venue: Venue, call: Call) -> object:
    market = venue.market(category(venue, call.query), field.required(call.query, "symbol"))
    return {"a": [_level(market, market.ask)], "b": [_level(market, market.bid)], "ts": str(venue.clock_ms())}


def _asked(venue: Venue, query: Mapping[str, str], product: str) -> list[Market]:
    """Return the market asked for, or all."""
    symbol = query.get("symbol")
    return [venue.market(product, symbol)] if symbol else venue.markets.all(product)


def _level(market: Market, price: Decimal) -> list[str]:
    return [plain(price), plain(market.capped(DEPTH))]


def _spot_symbol(instrument: Instrument) -> dict[str, Any]:
    return {
        "symbol": instrument.symbol,
        "baseCoin": instrument.base,
        "quoteCoin": instrument.quote,
        "minTradeAmount": "0",
        "maxTradeAmount": "900000000000000000000",
        "takerFeeRate": "0.002",
        "makerFeeRate": "0.002",
        "pricePrecision": str(decimals(instrument.tick)),
        "quantityPrecision": str(decimals(instrument.step)),
        "quotePrecision": "8",
        "status": "online",
        "minTradeUSDT": plain(instrument.minimum_value),
        "buyLimitPriceRatio": "0.05",
        "sellLimitPriceRatio": "0.05",
        "areaSymbol": "no",
        "orderQuantity": "200",
        "openTime": "1532454360000",
        "offTime": "",
    }


def _contract(instrument: Instrument) -> dict[str, Any]:
    places = decimals(instrument.tick)
    return {
        "symbol": instrument.symbol,
        "baseCoin": instrument.base,
        "quoteCoin": instrument.quote,
        "buyLimitPriceRatio": "0.05",
        "sellLimitPriceRatio": "0.05",
        "makerFeeRate": "0.0002",
        "takerFeeRate": "0.0006",
        "supportMarginCoins": [instrument.quote],
        "minTradeNum": plain(instrument.minimum),
        "priceEndStep": plain(instrument.tick.scaleb(places)),
        "volumePlace": str(decimals(instrument.step)),
        "pricePlace": str(places),
        "sizeMultiplier": plain(instrument.step),
        "symbolType": "perpetual",
        "minTradeUSDT": plain(instrument.minimum_value),
        "maxSymbolOrderNum": "200",
        "maxProductOrderNum": "1000",
        "maxPositionNum": "150",
        "symbolStatus": "normal",
        "offTime": "-1",
        "limitOpenTime": "-1",
        "minLever": "1",
        "maxLever": str(instrument.max_leverage),
        "maxMarketOrderQty": "220",
        "maxOrderQty": "1200",
    }


def _uta_instrument(instrument: Instrument) -> dict[str, Any]:
    row = {
        "symbol": instrument.symbol,
        "category": CATEGORIES[instrument.product],
        "baseCoin": instrument.base,
        "quoteCoin": instrument.quote,
        "minOrderQty": plain(instrument.minimum),
        "maxOrderQty": "",
        "pricePrecision": str(decimals(instrument.tick)),
        "quantityPrecision": str(decimals(instrument.step)),
        "quotePrecision": "6",
        "minOrderAmount": plain(instrument.minimum_value),
        "status": "online",
        "offTime": "",
        "limitOpenTime": "",
        "maintainTime": "",
    }
    if instrument.product != PERP:
        return row
    return row | {
        "priceMultiplier": plain(instrument.tick),
        "quantityMultiplier": plain(instrument.step),
        "type": "perpetual",
        "minLeverage": "1",
        "maxLeverage": str(instrument.max_leverage),
        "maxOrderQty": "1200",
        "maxMarketOrderQty": "220",
    }


def _ticker(venue: Venue, market: Market) -> dict[str, str]:
    return {
        "symbol": market.instrument.symbol,
        "lastPr": plain(market.price),
        "bidPr": plain(market.bid),
        "askPr": plain(market.ask),
        "bidSz": plain(market.capped(DEPTH)),
        "askSz": plain(market.capped(DEPTH)),
        "open": plain(market.price),
        "high24h": plain(market.price),
        "low24h": plain(market.price),
        "ts": str(venue.clock_ms()),
    }


def _uta_ticker(market: Market) -> dict[str, str]:
    row = {
        "category": CATEGORIES[market.instrument.product],
        "symbol": market.instrument.symbol,
        "lastPrice": plain(market.price),
        "bid1Price": plain(market.bid),
        "ask1Price": plain(market.ask),
        "bid1Size": plain(market.capped(DEPTH)),
        "ask1Size": plain(market.capped(DEPTH)),
    }
    if market.instrument.product == PERP:
        row |= {"indexPrice": plain(market.price), "markPrice": plain(market.price), "fundingRate": "0"}
    return row


ROUTES: Routes = {
    "GET /api/v2/public/time": ("time", server_time),
    "GET /api/v3/market/time": ("time", server_time),
    "GET /api/v2/spot/public/symbols": ("instruments", spot_symbols),
    "GET /api/v2/spot/market/tickers": ("market", spot_tickers),
    "GET /api/v2/spot/market/orderbook": ("market", spot_book),
    "GET /api/v2/mix/market/contracts": ("instruments", contracts),
    "GET /api/v2/mix/market/ticker": ("market", mix_ticker),
    "GET /api/v2/mix/market/tickers": ("market", mix_tickers),
    "GET /api/v2/mix/market/merge-depth": ("market", mix_depth),
    "GET /api/v3/market/instruments": ("instruments", uta_instruments),
    "GET /api/v3/market/tickers": ("market", uta_tickers),
    "GET /api/v3/market/orderbook": ("market", uta_book),
}
