"""One exchange's economy: accounts, markets, money, orders and a clock, with no idea of HTTP."""

from __future__ import annotations

import threading
from abc import ABC
from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import count
from typing import Any, ClassVar

from tools.exchange_simulator import ledger
from tools.exchange_simulator.accounts import Account, read_account
from tools.exchange_simulator.funds import Funds
from tools.exchange_simulator.market import Market, Markets
from tools.exchange_simulator.matching import Matching, Stamp
from tools.exchange_simulator.number import round_down
from tools.exchange_simulator.order import Draft, Instrument, Order, Position, Refusal, Rejected, Stop
from tools.exchange_simulator.state import State


class World(ABC):
    """What the routes of a venue read and change, and what a test turns."""

    name: ClassVar[str]
    instruments: ClassVar[tuple[Instrument, ...]]
    wallets: ClassVar[Mapping[str, str]] = {"spot": "spot", "perp": "perp", "option": "spot"}  # product -> wallet
    rejections: ClassVar[Mapping[str, tuple[str, str]]]  # reason, or product.reason -> documented code and message
    first_id: ClassVar[int] = 1

    def __init__(self, accounts: Mapping[str, Mapping[str, Any]], now_ms: Callable[[], int]) -> None:
        self.lock = threading.RLock()
        self.now_ms = now_ms
        self._rows = {name: row for name, row in accounts.items() if row["exchange"] == self.name}
        self._ids = count(self.first_id)
        self.reset()

    def reset(self) -> None:
        """Forget everything but the configured accounts; ids go on counting."""
        self.skew_ms = 0
        self.read_lag_ms = 0
        self.accounts = {name: read_account(name, row) for name, row in self._rows.items()}
        self.markets = Markets(self.instruments)
        self.state = State(self.now_ms)
        self.funds = Funds(self.state, self.markets, self.accounts, self.wallets)
        self.matching = Matching(self.markets, self.funds, Stamp(self.now_ms, self.clock_ms, self.new_id))
        for account in self.accounts.values():
            self._fund(account)

    # ---- for the routes of a venue --------------------------------------------------------------

    def new_id(self, draft: Draft) -> str:
        """Invent the id of an order or stop."""
        return str(next(self._ids))

    def clock_ms(self) -> int:
        """Return the exchange's own time."""
        return self.now_ms() + self.skew_ms

    def rejection(self, reason: str, product: str = "") -> Refusal:
        """Look a reason word up in `rejections`, first as product.reason."""
        code, message = self.rejections.get(f"{product}.{reason}") or self.rejections[reason]
        return Refusal(code, message)

    def account_by_key(self, key: str) -> Account | None:
        return next((account for account in self.accounts.values() if key and account.key == key), None)

    def market(self, product: str, symbol: object) -> Market:
        """Find a market or refuse with `unknown_symbol`."""
        found = self.markets.find(product, symbol) if isinstance(symbol, str) else None
        if found is None:
            raise self.rejection("unknown_symbol", product)
        return found

    def base_quantity(self, market: Market, value: Decimal) -> Decimal:
        """Turn an amount of quote currency into a quantity at the reference price."""
        return round_down(value / market.price / market.instrument.contract_size, market.instrument.step)

    def execute(self, draft: Draft) -> Order:
        """Place a draft, or refuse it with the documented code."""
        try:
            return self.matching.place(draft)
        except Rejected as exc:
            raise self.rejection(exc.reason, exc.product) from exc

    def orders(self, account: Account) -> list[Order]:
        """List an account's orders as QUERIES see them, oldest first (read lag applies)."""
        return [order for order in self.state.orders.values(self._seen_at()) if order.account == account.name]

    def stops(self, account: Account) -> list[Stop]:
        """List an account's stops as queries see them, oldest first."""
        return [stop for stop in self.state.stops.values(self._seen_at()) if stop.draft.account == account.name]

    def positions(self, account: Account, product: str = "perp") -> list[Position]:
        """List an account's non-empty positions as queries see them."""
        held = self.state.positions.values(self._seen_at())
        return [item for item in held if item.quantity and (item.account, item.product) == (account.name, product)]

    def current_order(self, account: Account, order_id: str) -> Order | None:
        """Find an order as CANCELS see it: without lag."""
        order = self.state.orders.get(order_id)
        return order if order and order.account == account.name else None

    def current_orders(self, account: Account) -> list[Order]:
        return [order for order in self.state.orders.values() if order.account == account.name]

    def current_stop(self, account: Account, stop_id: str) -> Stop | None:
        stop = self.state.stops.get(stop_id)
        return stop if stop and stop.draft.account == account.name else None

    # ---- for whoever drives the simulator -------------------------------------------------------

    def set_price(self, product: str, symbol: str, price: str | Decimal) -> None:
        """Move the last price; resting orders fill and stops wake."""
        with self.lock:
            self.matching.move(product, symbol, Decimal(price))

    def set_liquidity(self, product: str, symbol: str, liquidity: str | Decimal | None) -> None:
        """Cap what fills at once (per order and per price move); None lifts the cap."""
        with self.lock:
            self.market(product, symbol).liquidity = None if liquidity is None else Decimal(liquidity)

    def accepted_orders(self) -> list[ledger.Row]:
        """Return every order and stop ever accepted, as it stands now."""
        with self.lock:
            self.matching.advance()
            return ledger.accepted_orders(self.state)

    def _seen_at(self) -> int | None:
        return self.now_ms() - self.read_lag_ms if self.read_lag_ms else None

    def _fund(self, account: Account) -> None:
        for wallet in sorted(set(self.wallets.values())):
            for asset, amount in account.balances.items():
                self.state.add_balance((account.name, wallet, asset), Decimal(amount))
