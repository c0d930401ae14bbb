"""The first record of an order: its identity and what the alert said, before anything is decided."""

from decimal import Decimal

from order_relay.core.identity import order_id
from order_relay.core.message import Message
from order_relay.core.money import plain
from order_relay.core.order import Leg
from order_relay.core.record import Record
from order_relay.service.book import Firing

STEPS = (0, 1)
"""A leg is one order, or two: a close of an account that holds both sides."""


def identity(message: Message, leg: Leg, firing: Firing, step: int) -> str:
    """The client order id of a leg's step; a conflicting body under a used id is an order of its own."""
    alert = f"{message.alert_id}!{message.sha256}" if firing.conflict else message.alert_id
    return order_id(alert, firing.ms, leg.index, message.account, step)


def received(message: Message, leg: Leg, firing: Firing, step: int, exchange: str) -> Record:
    """Write down what was asked, as it was asked."""
    return Record(
        order_id=identity(message, leg, firing, step),
        alert_id=message.alert_id,
        firing_ms=firing.ms,
        leg=leg.index,
        step=step,
        action=leg.action.value,
        ref=leg.ref,
        route=message.route,
        account=message.account,
        exchange=exchange,
        market=leg.market.value,
        symbol=leg.sent_symbol,
        side=leg.action.value if leg.action.value in ("buy", "sell") else None,
        type=leg.action.value if leg.action.cancels else leg.type.value,
        quantity=_text(leg.quantity),
        quantity_unit=leg.unit.value if leg.quantity is not None else None,
        price=_text(leg.price),
        accepted_at_ms=firing.ms,
        sha256=message.sha256,
    )


def _text(value: Decimal | None) -> str | None:
    return plain(value) if value is not None else None
