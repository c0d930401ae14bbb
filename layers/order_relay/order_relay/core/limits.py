"""What one order of a route may not exceed, and how many of them it may send."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from order_relay.core.money import plain


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of a route; None means no bound. They hold for what opens, never for what reduces.

    symbols             the only ones allowed, in any spelling; empty: all
    max_quantity        of one order, in base coins
    max_notional        of one order, in quote currency
    max_leverage        that an alert may ask for
    slippage            how far a market order that must be sent as a limit may run, as a fraction
    collar              how far a limit or trigger price may lie from the market, as a fraction
    orders_per_minute   orders sent in any 60 seconds
    notional_per_day    sum of the orders of a UTC day, in quote currency
    dry_run             do everything but send
    """

    symbols: frozenset[str] = frozenset()
    max_quantity: Decimal | None = None
    max_notional: Decimal | None = None
    max_leverage: Decimal | None = None
    slippage: Decimal = Decimal("0.01")
    collar: Decimal | None = None
    orders_per_minute: int | None = None
    notional_per_day: Decimal | None = None
    dry_run: bool = False

    def to_json(self) -> dict[str, Any]:
        """Render for a queue message; the symbol list was already used."""
        stored = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "symbols"}
        return {name: plain(value) if isinstance(value, Decimal) else value for name, value in stored.items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Limits":
        """Read what `to_json` wrote; raises ValueError, TypeError or ArithmeticError for anything else.

        A limit that an older version did not know is no bound; one that cannot be read is never ignored.
        """
        return cls(**{field.name: _read(field.name, data[field.name]) for field in fields(cls) if field.name in data})


def _read(name: str, value: Any) -> Any:
    if name == "dry_run" and isinstance(value, bool):
        return value
    if name == "orders_per_minute" and type(value) is int and value > 0:
        return value
    if value is None and name not in ("dry_run", "slippage"):
        return None
    if name in ("dry_run", "orders_per_minute", "symbols"):
        raise TypeError(name)
    amount = Decimal(value) if isinstance(value, str) else Decimal("NaN")
    if plain(amount) != value or amount <= 0:
        raise ValueError(name)
    return amount
