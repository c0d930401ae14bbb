"""The matching engine: orders come in, fill, rest, die, and stops wake up when the price moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from decimal import Decimal

from tools.exchange_simulator.funds import Funds
from tools.exchange_simulator.market import Markets
from tools.exchange_simulator.order import PERP, Attached, Draft, Order, Rejected, Stop

_DRAFT_FIELDS = tuple(item.name for item in fields(Draft))


@dataclass(frozen=True)
class Stamp:
    """Where the engine takes times and ids from: real time, exchange time, a new id per draft."""

    now_ms: Callable[[], int]
    clock_ms: Callable[[], int]
    new_id: Callable[[Draft], str]


class Matching:
    """Executes drafts against the markets; refuses only by raising Rejected, before anything is stored."""

    def __init__(self, markets: Markets, funds: Funds, stamp: Stamp) -> None:
        self.markets = markets
        self.funds = funds
        self.state = funds.state
        self._stamp = stamp

    def place(self, draft: Draft) -> Order:
        """Accept a draft: fill what crosses, then rest or cancel what is left."""
        self._check(draft)
        return self._enter(self._accept(draft, "open"))

    def defer(self, draft: Draft, wait_ms: int, fails: bool) -> Order:
        """Accept a draft as `entrusting`: it becomes an order, or fails, only after a while."""
        self._check(draft)
        order = self._accept(draft, "entrusting")
        return self.state.save_order(replace(order, due_ms=order.accepted_at_ms + wait_ms, fails=fails))

    def advance(self) -> None:
        """Let every entrusting order that is due become real."""
        for order in self.state.orders.values():
            if order.state == "entrusting" and (order.due_ms or 0) <= self._stamp.now_ms():
                self._ripen(order)

    def cancel(self, order: Order) -> Order:
        """End an order that is still open; anything else stays as it is."""
        if order.state not in {"open", "entrusting"}:
            return order
        return self._save(order, state="cancelled")

    def place_stop(self, draft: Draft, trigger_price: Decimal, closes_position: bool = False, group: str = "") -> Stop:
        """Store a draft until the last price reaches the trigger from where it is now."""
        rises = trigger_price > self.markets.of(draft).price
        clock_ms = self._stamp.clock_ms()
        stop = Stop(
            stop_id=self._stamp.new_id(draft),
            draft=draft,
            trigger_price=trigger_price,
            rises=rises,
            accepted_at_ms=self._stamp.now_ms(),
            created_ms=clock_ms,
            updated_ms=clock_ms,
            closes_position=closes_position,
            group=group,
        )
        return self.state.save_stop(stop)

    def cancel_stop(self, stop: Stop) -> Stop:
        return self._end_stop(stop, "cancelled") if stop.state == "waiting" else stop

    def move(self, product: str, symbol: str, price: Decimal) -> None:
        """Set the last price, fill the resting orders it reaches, wake the stops it triggers."""
        market = self.markets.find(product, symbol)
        if market is None:
            raise ValueError(f"no market {product} {symbol}")
        market.price = price
        for order in self.state.orders.values():
            if order.state == "open" and (order.product, order.symbol) == (product, symbol) and market.touches(order):
                self._fill_resting(order)
        for stop in self.state.stops.values():
            if stop.state == "waiting" and (stop.draft.product, stop.draft.symbol) == (product, symbol):
                self._wake(stop, price)

    def _check(self, draft: Draft) -> None:
        if flaw := self.markets.of(draft).flaw(draft):
            raise Rejected(flaw, draft.product)
        self.funds.require(draft)

    def _accept(self, draft: Draft, state: str) -> Order:
        clock_ms = self._stamp.clock_ms()
        asked = {name: getattr(draft, name) for name in _DRAFT_FIELDS}
        order = Order(
            **asked,
            order_id=self._stamp.new_id(draft),
            accepted_at_ms=self._stamp.now_ms(),
            created_ms=clock_ms,
            updated_ms=clock_ms,
            state=state,
        )
        return self.state.save_order(order)

    def _enter(self, order: Order) -> Order:
        market = self.markets.of(order)
        quantity = market.immediate(order)
        rests = market.rests(order)
        if quantity:
            order = self._fill(order, quantity, market.price)
        return order if order.state == "filled" or rests else self._save(order, state="cancelled")

    def _ripen(self, order: Order) -> None:
        try:
            if order.fails:
                raise Rejected("balance", order.product)
            self.funds.require(order)
        except Rejected:
            self._save(order, state="failed")
        else:
            self._enter(self._save(order, state="open"))

    def _fill_resting(self, order: Order) -> None:
        quantity = order.remaining
        if order.product == PERP and order.reduces:
            quantity = min(quantity, self.funds.reducible(order))
        if not quantity:
            self._save(order, state="cancelled")
            return
        market = self.markets.of(order)
        self._fill(order, market.capped(quantity), market.price if order.price is None else order.price)

    def _fill(self, order: Order, quantity: Decimal, price: Decimal) -> Order:
        if not quantity:
            return order
        self.funds.settle(order, quantity, price, self._stamp.clock_ms())
        filled = order.filled + quantity
        order = self._save(
            order,
            filled=filled,
            filled_value=order.filled_value + quantity * price,
            state="filled" if filled == order.quantity else "open",
        )
        if order.state == "filled":
            for attached in order.attached:
                self._attach(order, attached)
        return order

    def _attach(self, parent: Order, attached: Attached) -> None:
        draft = Draft(
            account=parent.account,
            product=parent.product,
            symbol=parent.symbol,
            side="sell" if parent.side == "buy" else "buy",
            kind="market" if attached.price is None else "limit",
            quantity=parent.filled,
            price=attached.price,
            client_id=attached.client_id,
            position_side=parent.position_side,
            reduce_only=parent.product == PERP,
            native=attached.native,
        )
        stop = self.place_stop(draft, attached.trigger_price, group=parent.order_id)
        self.state.save_stop(replace(stop, rises=attached.rises))

    def _wake(self, stop: Stop, price: Decimal) -> None:
        reached = price >= stop.trigger_price if stop.rises else price <= stop.trigger_price
        current = self.state.stops.get(stop.stop_id)
        if not reached or current is None or current.state != "waiting":
            return
        draft = replace(stop.draft, quantity=self.funds.closable(stop.draft)) if stop.closes_position else stop.draft
        try:
            order = self.place(draft)
        except Rejected:
            self._end_stop(stop, "failed")
            return
        self._end_stop(stop, "triggered", order.order_id)
        for rival in self.state.stops.values():
            if stop.group and rival.group == stop.group:
                self.cancel_stop(rival)

    def _end_stop(self, stop: Stop, state: str, order_id: str | None = None) -> Stop:
        clock_ms = self._stamp.clock_ms()
        return self.state.save_stop(replace(stop, state=state, order_id=order_id, updated_ms=clock_ms))

    def _save(self, order: Order, **changes: object) -> Order:
        return self.state.save_order(replace(order, updated_ms=self._stamp.clock_ms(), **changes))  # type: ignore[arg-type]
