"""JEX's public routes: time, symbols, prices and depth of all three products (sheet sections 2 and 7)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tools.exchange_simulator.jex import field
from tools.exchange_simulator.jex.shape import Row, fixed
from tools.exchange_simulator.market import Market
from tools.exchange_simulator.message import JSON_TYPE, HttpResponse
from tools.exchange_simulator.number import decimals, plain
from tools.exchange_simulator.order import PERP, Instrument
from tools.exchange_simulator.venue import Call, Venue

OPTION = "option"
DEPTH = Decimal(100)  # shown at the best bid and ask unless liquidity is scripted
RATE_LIMITS = (
    ("requestsWeight", "minute", 1, 1200),
    ("orders", "second", 1, 10),
    ("orders", "day", 1, 100_000),
    ("rawRequests", "minute", 5, 5000),
)


def _instrument(product: str, pair: tuple[str, str], price: str, rules: tuple[str, str, str]) -> Instrument:
    """Build a symbol; rules are tick, step and minimum quantity."""
    base, quote = pair
    tick, step, minimum = (Decimal(rule) for rule in rules)
    return Instrument(
        product=product,
        symbol=base if product == OPTION else base + quote,
        base=base,
        quote=quote,
        price=Decimal(price),
        tick=tick,
        step=step,
        minimum=minimum,
    )


INSTRUMENTS = (
    _instrument("spot", ("BTC", "USDT"), "60000", ("0.01", "0.0001", "0.0001")),
    _instrument("spot", ("ETH", "USDT"), "3000", ("0.01", "0.001", "0.001")),
    _instrument(PERP, ("BTC", "USDT"), "60000", ("1", "0.0001", "0.0001")),
    _instrument(PERP, ("ETH", "USDT"), "3000", ("0.1", "0.001", "0.001")),
    _instrument(OPTION, ("BTCCALLM", "USDT"), "25", ("0.01", "1", "1")),
    _instrument(OPTION, ("BTCPUTM", "USDT"), "20", ("0.01", "1", "1")),
)


def ping(venue: Venue, product: str, call: Call) -> object:
    return {}


def server_time(venue: Venue, product: str, call: Call) -> object:
    return {"serverTime": venue.clock_ms()}


def exchange_info(venue: Venue, product: str, call: Call) -> object:
    names = ("rateLimitType", "interval", "intervalNum", "limit")
    return {
        "timezone": "UTC",
        "serverTime": venue.clock_ms(),
        "rateLimits": [dict(zip(names, row, strict=True)) for row in RATE_LIMITS],
        "optionSymbols": [_symbol(market.instrument) for market in venue.markets.all(OPTION)],
        "contractSymbols": [_symbol(market.instrument) for market in venue.markets.all(PERP)],
        "spotSymbols": [_symbol(market.instrument) for market in venue.markets.all("spot")],
    }


def contract_info(venue: Venue, product: str, call: Call) -> HttpResponse:
    """Answer prices as JSON numbers, unlike every other price."""
    rows = (
        f'{{"symbol":"{market.instrument.symbol}","fundingRate":0.0001,'
        f'"markPrice":{market.price:f},"lastPrice":{market.price:f}}}'
        for market in venue.markets.all(PERP)
    )
    return HttpResponse(200, {"Content-Type": JSON_TYPE}, f"[{','.join(rows)}]".encode())


def option_info(venue: Venue, product: str, call: Call) -> object:
    return [
        {
            "symbol": market.instrument.symbol,
            "status": "TRADING",
            "type": "SHORTS" if "PUT" in market.instrument.symbol else "LONGS",
            "exertionTime": venue.clock_ms() + 30 * 86_400_000,
            "canRelease": False,
            "releaseOption": None,
        }
        for market in venue.markets.all(OPTION)
    ]


def depth(venue: Venue, product: str, call: Call) -> object:
    market = venue.market(product, field.required(call.body, "symbol"))
    size = plain(market.capped(DEPTH))
    return {
        "lastUpdateId": venue.clock_ms(),
        "bids": [[_price(market, market.bid), size, []]],
        "asks": [[_price(market, market.ask), size, []]],
    }


def price_ticker(venue: Venue, product: str, call: Call) -> object:
    return _one_or_all(venue, product, call, lambda market: {"price": _price(market, market.price)})


def book_ticker(venue: Venue, product: str, call: Call) -> object:
    return _one_or_all(venue, product, call, _book)


def indices_price(venue: Venue, product: str, call: Call) -> object:
    names = ("price", "indexPrice", "markPrice")
    return _one_or_all(venue, product, call, lambda market: dict.fromkeys(names, _price(market, market.price)))


def average_price(venue: Venue, product: str, call: Call) -> object:
    market = venue.market(product, field.required(call.body, "symbol"))
    return {"mins": 5, "price": _price(market, market.price)}


def _one_or_all(venue: Venue, product: str, call: Call, show: Any) -> object:
    """Answer an object for one symbol, an array without."""
    symbol = call.body.get("symbol")
    markets = [venue.market(product, symbol)] if symbol else venue.markets.all(product)
    rows: list[Row] = [{"symbol": market.instrument.symbol, **show(market)} for market in markets]
    return rows[0] if symbol else rows


def _book(market: Market) -> Row:
    size = plain(market.capped(DEPTH))
    bid, ask = _price(market, market.bid), _price(market, market.ask)
    return {"bidPrice": bid, "bidQty": size, "askPrice": ask, "askQty": size}


def _price(market: Market, price: Decimal) -> str:
    return fixed(price, market.instrument.tick)


def _symbol(instrument: Instrument) -> Row:
    contract = instrument.product == PERP
    base, quote = instrument.base, instrument.quote
    return {
        "symbol": instrument.symbol,
        "status": "TRADING",
        "baseAsset": base.lower() if contract else base,
        "baseAssetPrecision": decimals(instrument.step),
        "quoteAsset": quote.lower() if contract else quote,
        "quotePrecision": decimals(instrument.tick),
        "orderTypes": ["LIMIT", "MARKET"] if contract else ["LIMIT"],
        "icebergAllowed": False,
        "filters": [
            {"filterType": "PRICE_FILTER", "minPrice": plain(instrument.tick), "maxPrice": "1000000"},
            {"filterType": "LOT_SIZE", "minQty": plain(instrument.minimum), "maxQty": "1000000"},
        ],
    }
