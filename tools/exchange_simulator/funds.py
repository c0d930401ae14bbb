"""What an account can spend and what a fill does to balances and positions; fees are zero."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from tools.exchange_simulator.accounts import Account
from tools.exchange_simulator.market import Markets
from tools.exchange_simulator.order import PERP, ZERO, Draft, Order, Position, Rejected
from tools.exchange_simulator.state import PositionKey, State


class Funds:
    """Balances by (account, wallet, asset) and positions by (account, product, symbol, side)."""

    def __init__(
        self, state: State, markets: Markets, accounts: Mapping[str, Account], wallets: Mapping[str, str]
    ) -> None:
        self.state = state
        self._markets = markets
        self._accounts = accounts
        self._wallets = wallets

    def wallet(self, product: str) -> str:
        return self._wallets.get(product, product)

    def total(self, account: str, wallet: str, asset: str) -> Decimal:
        return self.state.balance((account, wallet, asset))

    def available(self, account: str, wallet: str, asset: str) -> Decimal:
        """Subtract what open orders and positions hold from the balance."""
        held = sum((self._hold(order, asset) for order in self._open(account, wallet)), ZERO)
        margins = (
            self.margin(position)
            for position in self.state.positions.values()
            if position.account == account
            and self.wallet(position.product) == wallet
            and self._settles_in(position.product, position.symbol) == asset
        )
        return self.total(account, wallet, asset) - held - sum(margins, ZERO)

    def margin(self, position: Position) -> Decimal:
        value = position.quantity * position.entry_price
        return self._margin(position.account, position.product, position.symbol, value)

    def reducible(self, draft: Draft) -> Decimal:
        """Return the position a draft could close, whatever else tries to close it."""
        held = self.state.position(position_key(draft)).quantity
        return max(ZERO, -held * draft.sign)

    def closable(self, draft: Draft) -> Decimal:
        """Return the position a draft could close after what resting orders already close."""
        rivals = (
            order.remaining
            for order in self._open(draft.account, self.wallet(draft.product))
            if order.reduces and order.side == draft.side and position_key(order) == position_key(draft)
        )
        return max(ZERO, self.reducible(draft) - sum(rivals, ZERO))

    def require(self, draft: Draft) -> None:
        """Reject a draft that the account cannot pay for, or that closes more than there is."""
        if draft.product == PERP and draft.reduces:
            closable = self.closable(draft)
            if draft.quantity > closable:
                raise Rejected("position_too_small" if closable else "no_position", draft.product)
            return
        asset, amount = self._cost(draft, draft.quantity)
        if amount > self.available(draft.account, self.wallet(draft.product), asset):
            raise Rejected("balance", draft.product)

    def settle(self, order: Order, quantity: Decimal, price: Decimal, clock_ms: int) -> None:
        """Move assets, or the position and its realised profit, for one fill."""
        instrument = self._markets.of(order).instrument
        wallet = self.wallet(order.product)
        if order.product != PERP:
            change = quantity * order.sign
            self.state.add_balance((order.account, wallet, instrument.base), change)
            self.state.add_balance((order.account, wallet, instrument.quote), -change * price)
            return
        before = self.state.position(position_key(order))
        after, closed = _shift(before, quantity * order.sign, price)
        profit = closed * (price - before.entry_price) * instrument.contract_size
        self.state.add_balance((order.account, wallet, instrument.quote), profit)
        created = before.created_ms if before.quantity else clock_ms
        self.state.save_position(replace(after, created_ms=created, updated_ms=clock_ms))

    def _open(self, account: str, wallet: str) -> list[Order]:
        return [
            order
            for order in self.state.orders.values()
            if order.state == "open" and order.account == account and self.wallet(order.product) == wallet
        ]

    def _hold(self, order: Order, asset: str) -> Decimal:
        held_asset, amount = self._cost(order, order.remaining)
        return amount if held_asset == asset else ZERO

    def _cost(self, draft: Draft, quantity: Decimal) -> tuple[str, Decimal]:
        """Name the asset a quantity binds, and how much of it."""
        market = self._markets.of(draft)
        price = market.price if draft.price is None else draft.price
        if draft.product != PERP:
            buys = draft.side == "buy"
            return (market.instrument.quote, quantity * price) if buys else (market.instrument.base, quantity)
        opening = ZERO if draft.reduces else max(ZERO, quantity - self.reducible(draft))
        return market.instrument.quote, self._margin(draft.account, draft.product, draft.symbol, opening * price)

    def _margin(self, account: str, product: str, symbol: str, notional: Decimal) -> Decimal:
        market = self._markets.find(product, symbol)
        size = market.instrument.contract_size if market else ZERO
        return abs(notional) * size / self._accounts[account].leverage_of(product, symbol)

    def _settles_in(self, product: str, symbol: str) -> str:
        market = self._markets.find(product, symbol)
        return market.instrument.quote if market else ""


def position_key(draft: Draft) -> PositionKey:
    return draft.account, draft.product, draft.symbol, draft.position_side


def _shift(before: Position, change: Decimal, price: Decimal) -> tuple[Position, Decimal]:
    """Return the position after a signed change and the signed quantity that was closed."""
    held = before.quantity
    quantity = held + change
    if held * change >= 0:
        entry = (abs(held) * before.entry_price + abs(change) * price) / abs(quantity)
        return replace(before, quantity=quantity, entry_price=entry), ZERO
    closed = held if abs(change) > abs(held) else -change
    entry = ZERO if not quantity else before.entry_price if held * quantity > 0 else price
    return replace(before, quantity=quantity, entry_price=entry), closed
