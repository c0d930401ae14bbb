"""CoinEx accounts: balances, positions, leverage and margin mode."""

from decimal import Decimal

from order_relay.core.call import Call, get, post
from order_relay.core.exchange import Ask, Instrument, Position, Profile, Wanted
from order_relay.core.order import MarginMode
from order_relay.core.outcome import Op
from order_relay.core.refusal import Refusal, Word
from order_relay.core.symbol import Market
from order_relay.exchanges.coinex_answers import MARGIN_MODES, WRONG, number, read_page, read_position, undocumented
from order_relay.exchanges.coinex_lists import pages, segment

SPOT_PARTS = ("available", "frozen")
FUTURES_PARTS = ("available", "frozen", "margin")


def positions(ask: Ask, instrument: Instrument, profile: Profile) -> list[Position]:
    if instrument.market is not Market.PERP:
        return []
    return [read_position(row) for rows in pages(ask, instrument, "pending-position") for row in rows]


def available(ask: Ask, asset: str, market: Market, profile: Profile) -> Decimal:
    """Free balance; on futures what is left of it for margin."""
    return _balance(ask, asset, market, ("available",))


def equity(ask: Ask, asset: str, market: Market, profile: Profile) -> Decimal:
    """All of an asset; the open profit of futures is already in `margin` (docs: get-futures-balance)."""
    return _balance(ask, asset, market, SPOT_PARTS if market is Market.SPOT else FUTURES_PARTS)


def _balance(ask: Ask, asset: str, market: Market, parts: tuple[str, ...]) -> Decimal:
    """Add up parts of a balance; a currency that was never held has no row."""
    rows, _ = read_page(ask(get(f"/v2/assets/{segment(market)}/balance")))
    try:
        held = next((row for row in rows if row.get("ccy") == asset), None)
        return Decimal(0) if held is None else sum((number(held, part) for part in parts), Decimal(0))
    except WRONG:
        raise undocumented("balance") from None


def arrange(ask: Ask, wanted: Wanted, instrument: Instrument, profile: Profile) -> list[Call]:
    """Set leverage and margin mode, which is one call (docs: adjust-position-leverage).

    Only an open position tells how they stand, so without one both must be asked for: half of them would be a guess.
    """
    if wanted.leverage is None and wanted.margin_mode is None:
        return []
    _refuse_impossible(wanted, instrument)
    present = _present(ask, instrument)
    known_leverage, known_mode = present or (None, None)
    leverage, mode = wanted.leverage or known_leverage, wanted.margin_mode or known_mode
    if leverage is None or mode is None:
        why = "CoinEx sets both in one call and tells the present ones only while a position is open"
        raise Refusal(Word.UNSUPPORTED, f"leverage and margin_mode must be given together: {why}")
    if present == (leverage, mode):
        return []
    body = {
        "market": instrument.symbol,
        "market_type": "FUTURES",
        "margin_mode": mode.value,
        "leverage": int(leverage),
    }
    return [post("/v2/futures/adjust-position-leverage", body, op=Op.SET)]


def _refuse_impossible(wanted: Wanted, instrument: Instrument) -> None:
    if instrument.market is not Market.PERP:
        raise Refusal(Word.UNSUPPORTED, "spot has no leverage and no margin mode")
    if wanted.leverage is not None and (wanted.leverage < 1 or wanted.leverage % 1):
        raise Refusal(Word.UNSUPPORTED, "CoinEx takes whole numbers from 1 as leverage")


def _present(ask: Ask, instrument: Instrument) -> tuple[Decimal, MarginMode] | None:
    held = next((row for rows in pages(ask, instrument, "pending-position") for row in rows), None)
    if held is None:
        return None
    try:
        return number(held, "leverage"), MARGIN_MODES[held["margin_mode"]]
    except WRONG:
        raise undocumented("position") from None
