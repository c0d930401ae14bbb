"""Accounts of the simulated exchanges: plainly fake default keys, modes and balances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

PLENTY: Mapping[str, str] = {"USDT": "1000000", "BTC": "100", "ETH": "1000"}

# Each row is an account secret as the design has it (key, secret, ...), and may carry any other field of Account.
DEFAULT_ACCOUNTS: Mapping[str, Mapping[str, Any]] = {
    "coinex": {"exchange": "coinex", "key": "FAKE-COINEX-KEY", "secret": "FAKE-COINEX-SECRET-DO-NOT-USE"},
    "okx": {
        "exchange": "okx",
        "key": "FAKE-OKX-KEY",
        "secret": "FAKE-OKX-SECRET-DO-NOT-USE",
        "passphrase": "Fake-Okx-Passphrase",
        "environment": "demo",
    },
    "bitget": {
        "exchange": "bitget",
        "key": "FAKE-BITGET-KEY",
        "secret": "FAKE-BITGET-SECRET-DO-NOT-USE",
        "passphrase": "FakeBitgetPassphrase",
        "environment": "demo",
        "api": "v2",
    },
    "bitget_uta": {
        "exchange": "bitget",
        "key": "FAKE-BITGET-UTA-KEY",
        "secret": "FAKE-BITGET-UTA-SECRET-DO-NOT-USE",
        "passphrase": "FakeBitgetUtaPassphrase",
        "environment": "demo",
        "api": "v3",
    },
    "bitunix": {"exchange": "bitunix", "key": "FAKE-BITUNIX-KEY", "secret": "FAKE-BITUNIX-SECRET-DO-NOT-USE"},
    "jex": {
        "exchange": "jex",
        "key": "FAKE-JEX-KEY",
        "secret": "FAKE-JEX-SECRET-DO-NOT-USE",
        "balances": {**PLENTY, "BTCCALLM": "1000", "BTCPUTM": "1000"},
    },
}

CREDENTIAL_FIELDS = ("exchange", "key", "secret", "passphrase", "environment", "api", "region")


@dataclass
class Account:
    """One customer of one exchange; modes and leverage change at run time."""

    name: str
    exchange: str
    key: str
    secret: str = field(repr=False)
    passphrase: str = field(default="", repr=False)
    environment: str = "live"  # live | demo
    api: str = ""  # Bitget: v2 | v3
    region: str = "global"
    position_mode: str = "one_way"  # one_way | hedge
    account_level: str = "2"  # OKX acctLv: 1 spot, 2 futures, 3 multi-currency, 4 portfolio
    active: bool = True  # False: the key has been deleted
    key_created_ms: int = 0  # CoinEx: a key younger than ten minutes is unknown
    balances: Mapping[str, str] = field(default_factory=lambda: dict(PLENTY))  # the same in every wallet
    default_leverage: Decimal = Decimal(10)
    leverage: dict[tuple[str, str], Decimal] = field(default_factory=dict)  # (product, symbol)
    margin_mode: dict[tuple[str, str], str] = field(default_factory=dict)  # (product, symbol): cross | isolated

    def leverage_of(self, product: str, symbol: str) -> Decimal:
        return self.leverage.get((product, symbol), self.default_leverage)

    def margin_mode_of(self, product: str, symbol: str) -> str:
        return self.margin_mode.get((product, symbol), "cross")

    def change(self, options: Mapping[str, Any]) -> None:
        """Set named fields, for instance a rotated key; an unknown name is a mistake of the caller."""
        known = {item.name for item in fields(self)}
        if unknown := sorted(set(options) - known):
            raise ValueError(f"an account has no {', '.join(unknown)}")
        for name, value in options.items():
            setattr(self, name, value)


def read_account(name: str, row: Mapping[str, Any]) -> Account:
    """Build an account from a plain dictionary."""
    account = Account(name, row["exchange"], row["key"], row["secret"])
    account.change(row)
    return account


def credentials(accounts: Mapping[str, Mapping[str, Any]] = DEFAULT_ACCOUNTS) -> dict[str, dict[str, str]]:
    """Keep only what belongs into an account secret or a local CONFIG."""
    return {name: {key: row[key] for key in CREDENTIAL_FIELDS if key in row} for name, row in accounts.items()}


ANONYMOUS = Account("", "", "", "")
