"""From an alert to queue messages: one per account, market and symbol, its legs in order."""

from collections import defaultdict
from dataclasses import dataclass, replace

from order_relay.core.age import AHEAD_TOLERATED_MS, FRESH_MS, age_ms, fired_at
from order_relay.core.alert import Alert
from order_relay.core.identity import alert_id, body_hash, deduplication_id, group_id
from order_relay.core.message import Message
from order_relay.core.money import plain, product
from order_relay.core.order import Action, Leg, Unit
from order_relay.core.ports import Entry
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.core.symbol import Market, quoted, read_symbol

MESSAGES_AT_MOST = 20
LEGS_AT_MOST = 10
_Grouped = dict[tuple[str, str, str], list[Leg]]
_Allowed = list[tuple[str, Market | None]]


@dataclass(frozen=True, slots=True)
class Arrival:
    """One delivery of a body: which request, when, and on which route."""

    route: Route
    body: bytes
    request_id: str
    accepted_at_ms: int


def check(alert: Alert, arrival: Arrival) -> None:
    """Refuse what needs no state to be refused: stale alerts, symbols and sizes the route does not allow.

    An alert with a part that is not too late yet goes on: the worker lets only that part act.
    """
    fired_ms = fired_at(alert.time_ms, arrival.accepted_at_ms)
    age = age_ms(fired_ms, arrival.accepted_at_ms, arrival.accepted_at_ms)
    legs = completed(alert, arrival.route)
    _few_enough(_grouped(legs, arrival.route))
    if all(age > leg.lives_s * 1000 and not leg.lasts for leg in legs):
        told = f"the alert is {age / 1000:.0f} s old, {legs[0].action.value} is valid for {legs[0].lives_s} s"
        raise Refusal(Word.STALE, told)
    allowed = _allowed(arrival.route)
    for leg in legs:
        _within(leg, arrival.route, allowed)


def ahead_ms(alert: Alert, arrival: Arrival) -> int | None:
    """How far the alert's own time lies ahead, where that is too far to be believed."""
    ahead = (alert.time_ms or 0) - arrival.accepted_at_ms
    return ahead if ahead > AHEAD_TOLERATED_MS else None


def identify(alert: Alert, arrival: Arrival) -> str:
    return alert_id(arrival.route.name, alert.explicit_id, arrival.body)


def completed(alert: Alert, route: Route) -> list[Leg]:
    """Number the legs and give each its validity: what reduces lives at least as long as the route's exits do."""
    return [
        replace(
            leg,
            index=index,
            valid_for=leg.valid_for or route.valid_for,
            exit_valid_for=max(leg.valid_for or 0, route.exit_valid_for),
        )
        for index, leg in enumerate(alert.legs)
    ]


def messages(alert: Alert, arrival: Arrival) -> list[Message]:
    """One message per account, market and symbol; raises Refusal `too_many_orders`."""
    grouped = _grouped(completed(alert, arrival.route), arrival.route)
    _few_enough(grouped)
    fired_ms = fired_at(alert.time_ms, arrival.accepted_at_ms)
    fresh = alert.time_ms is not None and abs(arrival.accepted_at_ms - alert.time_ms) <= FRESH_MS
    return [
        Message(
            alert_id=identify(alert, arrival),
            sha256=body_hash(arrival.body),
            accepted_at_ms=arrival.accepted_at_ms,
            fired_ms=fired_ms,
            once=alert.explicit_id is not None or fresh,
            explicit=alert.explicit_id is not None,
            route=arrival.route.name,
            account=account,
            legs=tuple(legs),
            limits=arrival.route.limits,
        )
        for (account, _, _), legs in grouped.items()
    ]


def entries(found: list[Message], request_id: str) -> list[Entry]:
    """Address messages: an alert of cancels only takes the cancel lane, anything else keeps its order."""
    cancels = all(message.cancels_only for message in found)
    return [
        Entry(
            lane="cancels" if cancels else "orders",
            body=message.encode(),
            group=_group(message, cancels=cancels),
            deduplication=deduplication_id("webhook", request_id, str(index)),
        )
        for index, message in enumerate(found)
    ]


def _group(message: Message, *, cancels: bool) -> str:
    first = message.legs[0]
    what = [leg.ref or leg.order_id or leg.action.value for leg in message.legs] if cancels else []
    return group_id(message.account, first.market.value, first.symbol, *what)


def _grouped(legs: list[Leg], route: Route) -> _Grouped:
    grouped: _Grouped = defaultdict(list)
    for account in route.accounts:
        for leg in legs:
            grouped[account, leg.market.value, leg.symbol].append(leg)
    return grouped


def _few_enough(grouped: _Grouped) -> None:
    if len(grouped) > MESSAGES_AT_MOST:
        detail = f"{len(grouped)} combinations of account and symbol, at most {MESSAGES_AT_MOST} fit one alert"
        raise Refusal(Word.TOO_MANY_ORDERS, detail)
    most = max(len(legs) for legs in grouped.values())
    if most > LEGS_AT_MOST:
        raise Refusal(Word.TOO_MANY_ORDERS, f"{most} orders for one symbol, at most {LEGS_AT_MOST} fit one alert")


def _allowed(route: Route) -> _Allowed:
    """The symbols of the route's limit; none means every one."""
    quote = route.defaults.get("quote")
    return [(quoted(name, quote), market) for name, market in map(read_symbol, route.limits.symbols)]


def _within(leg: Leg, route: Route, allowed: _Allowed) -> None:
    """Hold one leg against the bounds that need no price and no state of the exchange.

    What may close something goes on to the worker, which holds back only the part that opens.
    """
    if leg.action.controls:
        return
    limits = route.limits
    if allowed and not any(name == leg.symbol and market in (None, leg.market) for name, market in allowed):
        raise Refusal(Word.LIMIT, f"{leg.market.value} {leg.symbol} is not among the symbols of this route")
    if leg.quantity is None or leg.reduces or leg.crosses or leg.action is Action.TARGET:
        return
    if leg.leverage is not None and limits.max_leverage is not None and leg.leverage > limits.max_leverage:
        raise Refusal(
            Word.LIMIT, f"a leverage of {plain(leg.leverage)} is above the route's {plain(limits.max_leverage)}"
        )
    quantity, price = leg.quantity, leg.price or leg.trigger_price
    if limits.max_quantity is not None and leg.unit is Unit.BASE and quantity > limits.max_quantity:
        raise Refusal(Word.LIMIT, f"quantity {plain(quantity)} is above the route's {plain(limits.max_quantity)}")
    worth = {Unit.QUOTE: quantity, Unit.BASE: product(quantity, price) if price else None}.get(leg.unit)
    if limits.max_notional is not None and worth is not None and worth > limits.max_notional:
        raise Refusal(Word.LIMIT, f"a notional of {plain(worth)} is above the route's {plain(limits.max_notional)}")
