"""OKX: what becomes of split take-profits once their order is full."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tools.exchange_simulator.matching import Matching
from tools.exchange_simulator.order import Attached, Order, Stop


class OkxMatching(Matching):
    """Lets a take-profit that has a `share` trigger alone; the stop-loss beside it still takes all with it.

    The docs leave open what a triggered share does to the stop-loss: here it shrinks by what was closed, until it goes.
    """

    def _attach(self, parent: Order, attached: Attached) -> None:
        share = attached.native.get("share", parent.filled)
        super()._attach(replace(parent, filled=share), attached)

    def _wake(self, stop: Stop, price: Decimal) -> None:
        if "share" not in stop.draft.native:
            super()._wake(stop, price)
            return
        super()._wake(replace(stop, group=""), price)
        woken = self.state.stops.get(stop.stop_id)
        order = self.state.orders.get(woken.order_id) if woken and woken.order_id else None
        if order:
            self._relieve(stop.group, order.filled)

    def _relieve(self, group: str, closed: Decimal) -> None:
        for stop in self.state.stops.values():
            if stop.group != group or stop.state != "waiting" or "share" in stop.draft.native:
                continue
            left = stop.draft.quantity - closed
            if left > 0:
                self.state.save_stop(replace(stop, draft=replace(stop.draft, quantity=left)))
            else:
                self.cancel_stop(stop)
