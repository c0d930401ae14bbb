"""JEX accounts: positions, balances and leverage."""

from collections.abc import Sequence
from decimal import Decimal

from order_relay.core.call import Call
from order_relay.core.exchange import Ask, Instrument, Position, Profile, Wanted
from order_relay.core.outcome import Op, Verdict
from order_relay.core.refusal import Refusal, Word
from order_relay.core.symbol import Market
from order_relay.exchanges.jex_answers import Entry, amount, entries, many, names, one, read_position
from order_relay.exchanges.jex_calls import path_of, signed

_BALANCES = {Market.PERP: ("contract",), Market.SPOT: ("spot",), Market.OPTION: ("option", "spot")}


def positions(ask: Ask, instrument: Instrument, profile: Profile) -> list[Position]:
    """Read the contract position, or how many of an option are held; spot has none."""
    if instrument.market is Market.SPOT:
        return []
    found = (read_position(entry, instrument) for entry in _held(ask, instrument))
    return [position for position in found if position]


def available(ask: Ask, asset: str, market: Market, profile: Profile) -> Decimal:
    """Read the free balance: contract margin, options, or coins (with which options are paid as well)."""
    return _balance(ask, asset, market, ("free",))


def equity(ask: Ask, asset: str, market: Market, profile: Profile) -> Decimal:
    """Add what orders and positions lock to the free balance; no answer tells open profit by asset."""
    return _balance(ask, asset, market, ("free", "locked"))


def arrange(ask: Ask, wanted: Wanted, instrument: Instrument, profile: Profile) -> list[Call]:
    """Set a contract's leverage, which only its position tells (rest-api.md, Adjust contract leverage)."""
    if wanted.margin_mode is not None:
        raise Refusal(Word.UNSUPPORTED, "JEX has no margin mode to choose")
    if wanted.leverage is None:
        return []
    if instrument.market is not Market.PERP:
        raise Refusal(Word.UNSUPPORTED, f"JEX has no leverage for {instrument.market.value}")
    if wanted.leverage < 1 or wanted.leverage % 1:
        raise Refusal(Word.UNSUPPORTED, "JEX takes whole numbers from 1 as leverage")
    told = [entry for entry in _held(ask, instrument) if names(entry.get("symbol"), instrument)]
    if told and amount(told[0].get("leverage"), "leverage") == wanted.leverage:
        return []
    setting = {"symbol": instrument.symbol, "leverage": wanted.leverage}
    return [signed(Op.SET, "POST", path_of(instrument, "position/leverage"), setting)]


def _held(ask: Ask, instrument: Instrument) -> list[Entry]:
    outcome = ask(signed(Op.READ, "GET", path_of(instrument, "position"), {"symbol": instrument.symbol}))
    gone = outcome.verdict is Verdict.GONE and outcome.code == "-7020"
    return [] if gone else many(outcome)


def _balance(ask: Ask, asset: str, market: Market, parts: Sequence[str]) -> Decimal:
    """Add up parts of the first balance of that name; an asset that was never held has none."""
    account = one(ask(signed(Op.READ, "GET", "/api/v1/account", {})))
    balances = [balance for name in _BALANCES[market] for balance in entries(account.get(f"{name}Balances"))]
    held = next((row for row in balances if str(row.get("asset")).upper() == asset.upper()), None)
    return Decimal(0) if held is None else sum((amount(held.get(part), "balance") for part in parts), Decimal(0))
