"""OKX: time, instruments, ticker and book, all public (sheet sections 2 and 7)."""

from __future__ import annotations

from decimal import Decimal

from tools.exchange_simulator.market import Market
from tools.exchange_simulator.number import plain
from tools.exchange_simulator.okx import field
from tools.exchange_simulator.okx.shape import Row
from tools.exchange_simulator.order import Instrument
from tools.exchange_simulator.venue import Call, Venue


def _spot(base: str, price: str, tick: str, steps: tuple[str, str]) -> Instrument:
    step, minimum = (Decimal(text) for text in steps)
    return Instrument("spot", f"{base}-USDT", base, "USDT", Decimal(price), Decimal(tick), step, minimum)


def _swap(base: str, price: str, tick: str, contract_size: str) -> Instrument:
    lot = Decimal("0.01")
    name = f"{base}-USDT-SWAP"
    size = Decimal(contract_size)
    return Instrument("perp", name, base, "USDT", Decimal(price), Decimal(tick), lot, lot, size)


INSTRUMENTS = (
    _spot("BTC", "60000", "0.1", ("0.00000001", "0.00001")),
    _spot("ETH", "3000", "0.01", ("0.000001", "0.0001")),
    _swap("BTC", "60000", "0.1", "0.01"),
    _swap("ETH", "3000", "0.01", "0.1"),
)


def server_time(venue: Venue, call: Call) -> object:
    return [{"ts": str(venue.clock_ms())}]


def status(venue: Venue, call: Call) -> object:
    return []


def instruments(venue: Venue, call: Call) -> object:
    """List one instType; an instId that does not exist is 51001."""
    if not call.query.get("instType"):
        raise field.missing("instType")
    kind = field.choice(call.query, "instType", ("SPOT", "SWAP", "FUTURES", "MARGIN", "OPTION"))
    product = next((name for name, text in field.INST_TYPE.items() if text == kind), "")
    name = call.query.get("instId")
    found = [market for market in venue.markets.all(product) if name in (None, "", market.instrument.symbol)]
    if name and not found:
        raise venue.rejection("unknown_symbol")
    return [_instrument(market.instrument) for market in found]


def ticker(venue: Venue, call: Call) -> object:
    return [_ticker(venue, field.instrument(venue, call.query))]


def tickers(venue: Venue, call: Call) -> object:
    kind = field.choice(call.query, "instType", ("SPOT", "SWAP", "FUTURES", "OPTION"))
    product = next((name for name, text in field.INST_TYPE.items() if text == kind), "")
    return [_ticker(venue, market) for market in venue.markets.all(product)]


def book(venue: Venue, call: Call) -> object:
    market = field.instrument(venue, call.query)
    asks, bids = [[plain(market.ask), "100", "0", "1"]], [[plain(market.bid), "100", "0", "1"]]
    return [{"asks": asks, "bids": bids, "ts": str(venue.clock_ms())}]


def mark_price(venue: Venue, call: Call) -> object:
    market = field.instrument(venue, call.query)
    row = {"instType": field.INST_TYPE[market.instrument.product], "instId": market.instrument.symbol}
    return [row | {"markPx": plain(market.price), "ts": str(venue.clock_ms())}]


def _instrument(rules: Instrument) -> Row:
    swap = rules.product == "perp"
    row: Row = {"instType": field.INST_TYPE[rules.product], "instId": rules.symbol, "state": "live", "upcChg": []}
    row |= {"baseCcy": "" if swap else rules.base, "quoteCcy": "" if swap else rules.quote}
    row |= {"tickSz": plain(rules.tick), "lotSz": plain(rules.step), "minSz": plain(rules.minimum)}
    row |= {"ctVal": plain(rules.contract_size) if swap else "", "ctMult": "1" if swap else ""}
    row |= {"ctValCcy": rules.base if swap else "", "ctType": "linear" if swap else ""}
    row |= {"settleCcy": rules.quote if swap else "", "uly": f"{rules.base}-{rules.quote}" if swap else ""}
    row |= {"maxLmtSz": "100000000" if swap else "9999999999", "maxMktSz": "12000" if swap else "1000000"}
    row |= {"maxLmtAmt": "20000000", "maxMktAmt": "1000000"}
    return row | {
        "lever": str(rules.max_leverage) if swap else "",
        "instFamily": row["uly"],
        "listTime": "1606468572000",
    }


def _ticker(venue: Venue, market: Market) -> Row:
    price = plain(market.price)
    row: Row = {"instType": field.INST_TYPE[market.instrument.product], "instId": market.instrument.symbol}
    row |= {"last": price, "lastSz": "1", "askPx": plain(market.ask), "askSz": "100", "bidPx": plain(market.bid)}
    row |= {"bidSz": "100", "open24h": price, "high24h": price, "low24h": price, "vol24h": "100", "volCcy24h": "100"}
    return row | {"ts": str(venue.clock_ms())}
