"""OKX accounts: set-up, positions, balances, and the leverage of a swap."""

from collections.abc import Sequence
from decimal import Decimal

from order_relay.core.call import Call, Credentials, decimal, get, post
from order_relay.core.exchange import Ask, Instrument, Position, Profile, Wanted
from order_relay.core.order import MarginMode, PositionSide
from order_relay.core.outcome import Failed, Op
from order_relay.core.refusal import Refusal, Word
from order_relay.core.symbol import Market
from order_relay.exchanges.okx_envelope import Row, first, listed, number, unreadable

_MARGIN_MODES = {"cross": MarginMode.CROSS, "isolated": MarginMode.ISOLATED}
_TRADE_MODES = {"1": "cash", "2": "cash", "3": "cross", "4": "cross"}


def read_profile(ask: Ask, credentials: Credentials, market: Market) -> Profile:
    """Read position mode and account mode: spot is traded `cash` in modes 1 and 2, `cross` in 3 and 4 (sheet 4)."""
    row = first(ask(get("/api/v5/account/config")), "account configuration")
    mode, trade_mode = row.get("posMode"), _TRADE_MODES.get(str(row.get("acctLv")))
    if mode not in ("net_mode", "long_short_mode") or trade_mode is None:
        raise unreadable("a known position and account mode")
    return Profile(hedge=mode == "long_short_mode", trade_mode=trade_mode)


def read_positions(ask: Ask, instrument: Instrument, profile: Profile) -> list[Position]:
    query = {"instType": "SWAP", "instId": instrument.symbol}
    rows = listed(ask(get("/api/v5/account/positions", query)), "positions")
    return [_position(row) for row in rows if number(row, "pos")]


def _position(row: Row) -> Position:
    """Read one position: signed in net mode, with its side beside it in long/short mode (sheet 8)."""
    size, side = number(row, "pos"), row.get("posSide")
    if side == "net":
        side = "long" if size > 0 else "short"
    if side not in ("long", "short"):
        raise unreadable("a known position side")
    return Position(PositionSide(side), abs(size), margin_mode=_MARGIN_MODES.get(str(row.get("mgnMode"))))


def read_available(ask: Ask, asset: str, market: Market, profile: Profile) -> Decimal:
    """Read availBal, for swaps availEq (usable as margin); both from docs trading-account-rest-api-get-balance."""
    return _balance(ask, asset, "availBal" if market is Market.SPOT else "availEq")


def read_equity(ask: Ask, asset: str, market: Market, profile: Profile) -> Decimal:
    """Read cashBal, for swaps eq, which has the open profit in it (docs trading-account-rest-api-get-balance)."""
    return _balance(ask, asset, "cashBal" if market is Market.SPOT else "eq")


def _balance(ask: Ask, asset: str, field: str) -> Decimal:
    row = first(ask(get("/api/v5/account/balance", {"ccy": asset})), "balance")
    coin = next((coin for coin in row.get("details") or () if coin.get("ccy") == asset), None)
    return Decimal(0) if coin is None else number(coin, field)


def arrange(ask: Ask, wanted: Wanted, instrument: Instrument, profile: Profile) -> list[Call]:
    """Bring a swap's leverage to what is wanted; the margin mode is no setting, every order carries its own (tdMode).

    The leverage belongs to an instrument and a margin mode, isolated in hedge mode to a side too (sheet 8).
    """
    if instrument.market is Market.SPOT:
        raise Refusal(Word.UNSUPPORTED, "spot has no leverage and no margin mode")
    mode = wanted.margin_mode or MarginMode.CROSS
    if mode is MarginMode.ISOLATED and profile.trade_mode == "cross":
        raise Refusal(Word.UNSUPPORTED, "an OKX account in multi-currency or portfolio mode has no isolated margin")
    if wanted.leverage is None:
        return []
    present = _leverages(ask, instrument, mode)
    setting = {"instId": instrument.symbol, "lever": wanted.leverage, "mgnMode": mode}
    return [
        post("/api/v5/account/set-leverage", {**setting, "posSide": side}, op=Op.SET)
        for side in _sides(wanted, mode, profile)
        if present.get(side or "") != wanted.leverage
    ]


def _sides(wanted: Wanted, mode: MarginMode, profile: Profile) -> Sequence[PositionSide | None]:
    """Name the sides whose leverage is set apart; None sets the only one there is."""
    if mode is MarginMode.CROSS or not profile.hedge:
        return (None,)
    return tuple(PositionSide) if wanted.position_side is None else (wanted.position_side,)


def _leverages(ask: Ask, instrument: Instrument, mode: MarginMode) -> dict[str, Decimal | None]:
    """Read the leverage of each side, under "" the one they all have; EEA hosts have no such call (404, sheet 8)."""
    try:
        outcome = ask(get("/api/v5/account/leverage-info", {"instId": instrument.symbol, "mgnMode": mode}))
    except Failed as exc:
        if exc.outcome.code == "404":
            return {}
        raise
    told = {str(row.get("posSide")): decimal(row.get("lever")) for row in listed(outcome, "leverage")}
    values = set(told.values())
    return told | ({"": values.pop()} if len(values) == 1 else {})
