"""Instruments with a moving last price and the immediate side of matching."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from tools.exchange_simulator.order import ZERO, Draft, Instrument


class Market:
    """One instrument's last price, best bid and ask one tick around it, and scripted liquidity."""

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.price = instrument.price
        self.liquidity: Decimal | None = None  # most that fills at once; None = everything

    @property
    def bid(self) -> Decimal:
        return self.price - self.instrument.tick

    @property
    def ask(self) -> Decimal:
        return self.price + self.instrument.tick

    def crosses(self, draft: Draft) -> bool:
        """Tell whether a new order meets the other side of the book."""
        if draft.price is None:
            return True
        return draft.price >= self.ask if draft.side == "buy" else draft.price <= self.bid

    def touches(self, draft: Draft) -> bool:
        """Tell whether the last price has reached a resting order."""
        if draft.price is None:
            return True
        return self.price <= draft.price if draft.side == "buy" else self.price >= draft.price

    def capped(self, quantity: Decimal) -> Decimal:
        return quantity if self.liquidity is None else min(quantity, self.liquidity)

    def immediate(self, draft: Draft) -> Decimal:
        """Return how much of a new order fills at once."""
        if draft.tif == "post_only" or not self.crosses(draft):
            return ZERO
        quantity = self.capped(draft.quantity)
        return ZERO if draft.tif == "fok" and quantity < draft.quantity else quantity

    def rests(self, draft: Draft) -> bool:
        """Tell whether what did not fill at once stays in the book."""
        if draft.tif == "post_only":
            return not self.crosses(draft)
        return draft.kind == "limit" and draft.tif == "gtc"

    def flaw(self, draft: Draft) -> str | None:
        """Name the first instrument rule a draft breaks: step, tick, below_minimum or below_value."""
        rules = self.instrument
        price = self.price if draft.price is None else draft.price
        if draft.quantity % rules.step:
            return "step"
        if price % rules.tick and draft.price is not None:
            return "tick"
        if draft.quantity < rules.minimum:
            return "below_minimum"
        if draft.quantity * rules.contract_size * price < rules.minimum_value:
            return "below_value"
        return None


class Markets:
    """All markets of one exchange by (product, symbol)."""

    def __init__(self, instruments: Iterable[Instrument]) -> None:
        self._markets = {(item.product, item.symbol): Market(item) for item in instruments}

    def find(self, product: str, symbol: str) -> Market | None:
        return self._markets.get((product, symbol))

    def of(self, draft: Draft) -> Market:
        return self._markets[draft.product, draft.symbol]

    def all(self, product: str) -> list[Market]:
        return [market for (kind, _), market in self._markets.items() if kind == product]
