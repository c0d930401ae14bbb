"""Does a reading do what a line of the corpus expects, whatever the words that the line uses for it?"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from order_relay.core.alert import Alert
from order_relay.core.order import Action, Leg, OrderType, Unit
from order_relay.core.route import Route
from order_relay.core.symbol import Market, read_symbol
from order_relay.core.take_profits import Share

Expected = Mapping[str, Any]
TRADES = ("order", "close", "target_position", "cancel", "multi")
_EITHER = {Unit.BASE, Unit.CONTRACTS}
_UNITS = {
    **{word: {Unit.BASE} for word in ("base", "units", "lots", "shares", "risk")},
    **{word: {Unit.QUOTE} for word in ("usd", "quote")},
    **{word: {Unit.COLLATERAL} for word in ("usdt_collateral", "usdt_margin")},
    "base_or_contracts": _EITHER,
    "contracts_or_base": _EITHER,
    "contracts": {Unit.CONTRACTS},
    "percent_available": {Unit.PERCENT_AVAILABLE},
    "percent_balance": {Unit.PERCENT_AVAILABLE, Unit.PERCENT_EQUITY},
    "percent_base_balance": {Unit.PERCENT_AVAILABLE},
    "balance_multiple": {Unit.PERCENT_EQUITY},
}
_TYPES = {
    "market": OrderType.MARKET,
    "limit": OrderType.LIMIT,
    "limit?": OrderType.LIMIT,
    "stop": OrderType.STOP,
    "stop_limit": OrderType.STOP,
    "trailing_stop": OrderType.TRAILING,
}
_AMOUNTS = {
    "price": "price",
    "trigger": "trigger_price",
    "tp": "take_profit",
    "sl": "stop_loss",
    "position_after": "next_position",
}
_PERCENTS = {"tp_percent": "take_profit_rate", "sl_percent": "stop_loss_rate", "trail_percent": "trail"}


def as_expected(expected: Expected, alert: Alert, legs: Sequence[Leg], route: Route) -> bool:
    """True if the legs are the trade that the line means, and nothing else."""
    if expected["kind"] == "multi":
        items = expected["items"]
        return len(items) == len(legs) and all(map(lambda one, leg: _same(one, alert, leg, route), items, legs))
    first = _what_goes_first(expected, legs)
    return len(legs) == first + 1 and _same(expected, alert, legs[first], route)


def _what_goes_first(expected: Expected, legs: Sequence[Leg]) -> int:
    """A cancel before the order, and the close of the other side before a flip, are parts of what is expected."""
    before = {"cancel_first": Action.CANCEL_ALL, "flip": Action.CLOSE}
    return int(any(expected.get(word) and len(legs) == 2 and legs[0].action is do for word, do in before.items()))


def _same(expected: Expected, alert: Alert, leg: Leg, route: Route) -> bool:
    check = {"order": _order, "close": _close, "target_position": _target, "cancel": _cancel}[expected["kind"]]
    named = expected.get("client_ref") in (None, leg.ref) or str(expected["client_ref"]) in str(alert.explicit_id)
    return named and _symbol(expected, leg, route) and check(expected, leg, route)


def _symbol(expected: Expected, leg: Leg, route: Route) -> bool:
    text, _, market = str(expected["symbol"] or route.defaults["symbol"]).partition(" ")
    markets = {"perp": Market.PERP, "swap": Market.PERP, "spot": Market.SPOT}
    if market == "code":
        return leg.symbol == "BTCUSDT"
    name, _ = read_symbol(route.options.get("code_map", {}).get(text, text))
    return leg.symbol == name and markets.get(market, leg.market) is leg.market


def _order(expected: Expected, leg: Leg, route: Route) -> bool:
    if leg.action is Action.TARGET:
        return _built(expected) == leg.quantity and leg.unit in _UNITS[expected["qty_unit"]]
    side = {"same_as_position": "add", "from code": leg.action.value}.get(expected["side"], expected["side"])
    return (
        side == leg.action.value
        and _sized(expected, leg, route)
        and _shaped(expected, leg, route)
        and _sided(expected, leg)
    )


def _built(expected: Expected) -> Decimal:
    """The position that an order builds from nothing."""
    return Decimal(expected["qty"]) * (1 if expected["side"] == "buy" else -1)


def _sized(expected: Expected, leg: Leg, route: Route) -> bool:
    if expected["qty"] is None:
        return leg.quantity == Decimal(route.defaults["quantity"])
    return leg.quantity == Decimal(expected["qty"]) and leg.unit in _UNITS[expected["qty_unit"]]


def _shaped(expected: Expected, leg: Leg, route: Route) -> bool:
    """Type, prices, protection and settings: those that are expected, and no others."""
    single = {name: value for name, value in expected.items() if not isinstance(value, list)}
    amounts = {field: _amount(single.get(name), 1) for name, field in _AMOUNTS.items()}
    rates = {field: _amount(expected.get(name), 100) for name, field in _PERCENTS.items()}
    levers = _amount(expected.get("leverage", route.defaults.get("leverage")), 1)
    reducing = _reducing(expected)
    wanted = {**amounts, **rates, "leverage": None if reducing else levers, "reduce_only": reducing}
    if wanted["next_position"] is None:
        del wanted["next_position"]
    if expected.get("set_tp"):
        wanted["take_profit_rate"] = leg.take_profit_rate or Decimal(1)
    lag, margin = expected.get("max_lag_s", leg.valid_for), expected.get("margin_mode", leg.margin_mode)
    settings = int(lag or 0) == leg.valid_for and margin == leg.margin_mode
    kind = _TYPES.get(expected["order_type"]) is leg.type
    return (
        kind
        and settings
        and _several(expected) == leg.take_profits
        and all(getattr(leg, field) == value for field, value in wanted.items())
    )


def _several(expected: Expected) -> tuple[Share, ...]:
    """Several take-profits: prices in equal shares as the route says, or percents with shares of their own."""
    told = expected.get("tp")
    steps = told if isinstance(told, list) else []
    return tuple(
        Share(_percent(one[1]), rate=_percent(one[0])) if isinstance(one, list) else Share(Decimal("0.5"), Decimal(one))
        for one in steps
    )


def _percent(text: str) -> Decimal:
    return Decimal(text.removesuffix("%")) / 100


def _reducing(expected: Expected) -> bool:
    """A stop that sells or buys under the name of a stop-loss protects a position; nothing else reduces unsaid."""
    return bool(expected.get("reduce_only", expected["order_type"] == "stop"))


def _amount(value: Any, parts: int) -> Decimal | None:
    return None if value is None else Decimal(value) / parts


def _sided(expected: Expected, leg: Leg) -> bool:
    return expected.get("position_side") in (None, leg.position_side) or leg.position_side is None


def _close(expected: Expected, leg: Leg, route: Route) -> bool:
    share, side = str(expected["fraction"]).partition("%"), leg.position_side
    wanted = {None, (Decimal(100), Unit.PERCENT_POSITION)} if share[0] == "100" else {_part(share)}
    if "qty" in expected:
        wanted.add((Decimal(expected["qty"]), Unit.BASE))
    counted = None if leg.quantity is None else (leg.quantity, leg.unit)
    agrees = side is None or expected.get("side", side.closing) == side.closing
    return leg.action is Action.CLOSE and counted in wanted and agrees and _sided(expected, leg)


def _part(share: tuple[str, str, str]) -> tuple[Decimal, Unit]:
    number, percent, _ = share
    return Decimal(number.split()[0]), Unit.PERCENT_POSITION if percent else Unit.BASE


def _target(expected: Expected, leg: Leg, route: Route) -> bool:
    """The position as a target, as the end of the order's chain, or as the order that leads there."""
    wanted, before = Decimal(expected["position"]), expected.get("prev")
    wanted *= 100 if expected["qty_unit"] == "balance_multiple" else 1
    if leg.action is Action.TARGET:
        known = before is None or leg.prev_position == Decimal(before)
        levers = _amount(expected.get("leverage"), 1) == leg.leverage
        return leg.quantity == wanted and leg.unit in _UNITS[expected["qty_unit"]] and known and levers
    ordered = "order_qty" in expected and leg.quantity == Decimal(expected["order_qty"])
    return expected.get("side") == leg.action.value and (ordered or leg.next_position == wanted)


def _cancel(expected: Expected, leg: Leg, route: Route) -> bool:
    kind, _, name = str(expected["what"]).partition(":")
    if kind == "all":
        return leg.action is Action.CANCEL_ALL
    return leg.action is Action.CANCEL and name == (leg.ref if kind == "client_ref" else leg.order_id)
