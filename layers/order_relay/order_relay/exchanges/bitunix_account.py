"""Bitunix futures account: money, position mode, positions, leverage and margin mode."""

from decimal import Decimal

from order_relay.core.call import Call, decimal, get, post
from order_relay.core.exchange import Ask, Instrument, Position, Profile, Wanted
from order_relay.core.order import MarginMode, PositionSide
from order_relay.core.outcome import Op
from order_relay.core.refusal import Refusal, Word
from order_relay.core.symbol import Market
from order_relay.exchanges.bitunix_envelope import FUTURES, Row, one, rows, text, total, unreadable

ACCOUNT = "/api/v1/futures/account"
POSITIONS = "/api/v1/futures/position/get_pending_positions"
SETTINGS = "/api/v1/futures/account/get_leverage_margin_mode"
CHANGE_MODE = "/api/v1/futures/account/change_margin_mode"
CHANGE_LEVERAGE = "/api/v1/futures/account/change_leverage"

_MARGIN_COIN = "USDT"
_EQUITY = ("available", "frozen", "margin", "crossUnrealizedPNL", "isolationUnrealizedPNL")
_POSITION_MODES = {"ONE_WAY": False, "HEDGE": True}
_POSITION_SIDES = {
    "LONG": PositionSide.LONG,
    "BUY": PositionSide.LONG,
    "SHORT": PositionSide.SHORT,
    "SELL": PositionSide.SHORT,
}
_MARGIN_MODES = {"CROSS": MarginMode.CROSS, "ISOLATION": MarginMode.ISOLATED}
_MARGIN_WORDS = {mode: word for word, mode in _MARGIN_MODES.items()}


def profile(ask: Ask) -> Profile:
    """Read the position mode; an order for the wrong mode could open where it should close."""
    mode = str(one(_account(ask, _MARGIN_COIN), "an account").get("positionMode"))
    if mode not in _POSITION_MODES:
        raise unreadable("a position mode")
    return Profile(hedge=_POSITION_MODES[mode])


def positions(ask: Ask, symbol: str) -> list[Position]:
    listed = rows(ask(get(POSITIONS, {"symbol": symbol}, host=FUTURES)).data, "positions")
    read = [_position(row) for row in listed if row.get("symbol") == symbol]
    return [position for position in read if position.quantity > 0]


def available(ask: Ask, asset: str) -> Decimal:
    return total(one(_account(ask, asset), "an account"), ("available",), "a balance")


def equity(ask: Ask, asset: str) -> Decimal:
    """Add up what is free, held by orders and by positions, and their open profit: five separate numbers.

    So say the docs (account/get_single_account); `transfer` and `bonus` are parts of what is free. No row: never held.
    """
    data = _account(ask, asset)
    return total(one(data, "an account"), _EQUITY, "a balance") if data else Decimal(0)


def arrange(ask: Ask, wanted: Wanted, instrument: Instrument) -> list[Call]:
    """Return the calls that still change something, the margin mode first (docs: account/change_margin_mode).

    After a change of mode the leverage is set in any case: what was told belonged to the other mode.
    """
    if wanted.leverage is None and wanted.margin_mode is None:
        return []
    _refuse_impossible(wanted, instrument)
    leverage, mode = _settings(ask, instrument)
    calls = []
    if wanted.margin_mode is not None and wanted.margin_mode is not mode:
        calls.append(_change(CHANGE_MODE, instrument, {"marginMode": _MARGIN_WORDS[wanted.margin_mode]}))
    if wanted.leverage is not None and (calls or wanted.leverage != leverage):
        calls.append(_change(CHANGE_LEVERAGE, instrument, {"leverage": int(wanted.leverage)}))
    return calls


def _change(path: str, instrument: Instrument, change: dict[str, object]) -> Call:
    body = {"symbol": instrument.symbol, **change, "marginCoin": instrument.quote}
    return post(path, body, op=Op.SET, host=FUTURES)


def _refuse_impossible(wanted: Wanted, instrument: Instrument) -> None:
    if instrument.market is not Market.PERP:
        raise Refusal(Word.UNSUPPORTED, "spot has no leverage and no margin mode")
    if wanted.leverage is not None and (wanted.leverage < 1 or wanted.leverage % 1):
        raise Refusal(Word.UNSUPPORTED, "Bitunix takes whole numbers from 1 as leverage")


def _settings(ask: Ask, instrument: Instrument) -> tuple[Decimal, MarginMode]:
    query = {"symbol": instrument.symbol, "marginCoin": instrument.quote}
    row = one(ask(get(SETTINGS, query, host=FUTURES)).data, "a leverage")
    leverage, mode = decimal(row.get("leverage")), _MARGIN_MODES.get(str(row.get("marginMode")).rstrip("_"))
    if leverage is None or mode is None:
        raise unreadable("a leverage")
    return leverage, mode


def _account(ask: Ask, asset: str) -> object:
    return ask(get(ACCOUNT, {"marginCoin": asset}, host=FUTURES)).data


def _position(row: Row) -> Position:
    side, quantity = _POSITION_SIDES.get(str(row.get("side")).rstrip("_")), decimal(row.get("qty"))
    if side is None or quantity is None:
        raise unreadable("a position")
    margin_mode = _MARGIN_MODES.get(str(row.get("marginMode")).rstrip("_"))
    return Position(side, abs(quantity), text(row, "positionId"), margin_mode)
