"""Bitget's public market data, from v3 for every account: trading rules and best prices."""

from decimal import Decimal

from order_relay.core.exchange import Ask, Instrument, Profile, Top
from order_relay.core.outcome import Op
from order_relay.core.symbol import Market, split
from order_relay.exchanges.bitget_answers import Row, amount, positive, query, rows, unreadable

TRADABLE = frozenset({"online", "limit_open", "limit_close"})
"""Statuses in which at least one side trades: a symbol that cannot be opened any more must still be closed."""


def instrument(ask: Ask, name: str, market: Market) -> Instrument | None:
    """Read trading rules from v3's public list, which names and measures these instruments just as v2 does."""
    listed = _listed(name, market)
    if listed is None:
        return None
    product, symbol = listed
    outcome = ask(query("/api/v3/market/instruments", {"category": product, "symbol": symbol}, Op.PUBLIC))
    row = next((row for row in rows(outcome.data) if row.get("symbol") == symbol), None)
    return _instrument(row, market, product) if row else None


def _listed(name: str, market: Market) -> tuple[str, str] | None:
    """Tell category and symbol; coin-margined contracts are left out, v2 and v3 list different ones (sheet 7)."""
    base, quote = split(name) or (name, "")
    if market is Market.SPOT:
        return "SPOT", name
    return {"USDT": ("USDT-FUTURES", name), "USDC": ("USDC-FUTURES", f"{base}PERP")}.get(quote)


def _instrument(row: Row, market: Market, product: str) -> Instrument:
    """Read one row of uta/public/Instruments; minOrderQty is documented for futures only."""
    step = _step(row, "quantityMultiplier", "quantityPrecision")
    return Instrument(
        symbol=str(row["symbol"]),
        market=market,
        base=str(row.get("baseCoin")),
        quote=str(row.get("quoteCoin")),
        tick=_step(row, "priceMultiplier", "pricePrecision"),
        step=step,
        minimum=amount(row, "minOrderQty") if market is Market.PERP else step,
        min_notional=positive(row.get("minOrderAmount")),
        maximum=positive(row.get("maxOrderQty")),
        max_market=positive(row.get("maxMarketOrderQty")),
        tradable=row.get("status") in TRADABLE,
        product=product,
    )


def _step(row: Row, multiplier: str, precision: str) -> Decimal:
    """Tell the smallest step: the multiplier where there is one (futures), else the number of decimals."""
    return positive(row.get(multiplier)) or Decimal(1).scaleb(-int(amount(row, precision)))


def top(ask: Ask, instrument: Instrument, profile: Profile) -> Top:
    """Read best bid and ask, or the last price where a side of the book is empty."""
    wanted = {"category": instrument.product, "symbol": instrument.symbol}
    listed = rows(ask(query("/api/v3/market/tickers", wanted, Op.PUBLIC)).data)
    row = next((row for row in listed if row.get("symbol") == instrument.symbol), {})
    last = positive(row.get("lastPrice"))
    bid, offer = positive(row.get("bid1Price")) or last, positive(row.get("ask1Price")) or last
    if bid is None or offer is None:
        raise unreadable("no price")
    return Top(bid, offer)
