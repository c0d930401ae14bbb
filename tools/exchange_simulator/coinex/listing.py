"""CoinEx: time, instruments, tickers and depth, all public (sheet sections 2 and 7)."""

from __future__ import annotations

from decimal import Decimal

from tools.exchange_simulator.coinex import field
from tools.exchange_simulator.coinex.shape import FEE_RATE, Row
from tools.exchange_simulator.market import Market
from tools.exchange_simulator.number import decimals, plain
from tools.exchange_simulator.order import Instrument, Refusal
from tools.exchange_simulator.venue import Call, Venue

LEVERAGES = ["3", "5", "8", "10", "15", "20", "30", "50", "100"]


def _instrument(product: str, base: str, price: str, tick: str, step: str) -> Instrument:
    return Instrument(
        product=product,
        symbol=f"{base}USDT",
        base=base,
        quote="USDT",
        price=Decimal(price),
        tick=Decimal(tick),
        step=Decimal(step),
        minimum=Decimal("0.0001" if base == "BTC" else "0.005"),
        max_leverage=100,
    )


INSTRUMENTS = (
    _instrument("spot", "BTC", "60000", "0.01", "0.00000001"),
    _instrument("spot", "ETH", "3000", "0.01", "0.00000001"),
    _instrument("perp", "BTC", "60000", "0.5", "0.0001"),
    _instrument("perp", "ETH", "3000", "0.05", "0.0001"),
)


def server_time(venue: Venue, call: Call) -> object:
    return {"timestamp": venue.clock_ms()}


def ping(venue: Venue, call: Call) -> object:
    return {"result": "pong"}


def maintenance(venue: Venue, call: Call) -> object:
    return []


def instruments(venue: Venue, product: str, call: Call) -> object:
    return [_instrument_row(market.instrument) for market in _asked(venue, product, call)]


def tickers(venue: Venue, product: str, call: Call) -> object:
    return [_ticker(market) for market in _asked(venue, product, call)]


def depth(venue: Venue, product: str, call: Call) -> object:
    market = _asked(venue, product, call)[0]
    book: Row = {
        "asks": [[plain(market.ask), "100"]],
        "bids": [[plain(market.bid), "100"]],
        "last": plain(market.price),
    }
    book |= {"updated_at": venue.clock_ms(), "checksum": 0}
    return {"market": market.instrument.symbol, "is_full": True, "depth": book}


def _asked(venue: Venue, product: str, call: Call) -> list[Market]:
    """Read up to ten comma-separated markets; none means all."""
    names = [name for name in call.query.get("market", "").split(",") if name]
    if len(names) > 10:
        raise field.invalid()
    found = [venue.markets.find(product, name) for name in names]
    missing = [name for name, market in zip(names, found, strict=True) if market is None]
    if missing:
        raise Refusal("3639", f"Invalid Parameter: market {missing[0]} not found")
    return [market for market in found if market] or venue.markets.all(product)


def _instrument_row(rules: Instrument) -> Row:
    row: Row = {"market": rules.symbol, "taker_fee_rate": FEE_RATE, "maker_fee_rate": FEE_RATE}
    row |= {"min_amount": plain(rules.minimum), "base_ccy": rules.base, "quote_ccy": rules.quote}
    row |= {"base_ccy_precision": decimals(rules.step), "quote_ccy_precision": decimals(rules.tick)}
    if rules.product == "spot":
        row |= {"status": "online", "delisted_at": 0, "is_amm_available": True, "is_margin_available": True}
        return row | {"is_pre_trading_available": False, "is_api_trading_available": True}
    row |= {"contract_type": "linear", "tick_size": plain(rules.tick), "leverage": LEVERAGES}
    return row | {"open_interest_volume": "100", "is_market_available": True, "is_copy_trading_available": True}


def _ticker(market: Market) -> Row:
    price = plain(market.price)
    row: Row = {"market": market.instrument.symbol, "last": price, "open": price, "close": price, "high": price}
    row |= {"low": price, "volume": "100", "volume_sell": "50", "volume_buy": "50", "value": "1000", "period": 86400}
    return row if market.instrument.product == "spot" else row | {"index_price": price, "mark_price": price}
