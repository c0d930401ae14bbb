"""JEX's signed calls: parameters in documented order, a form for POST and a query for everything else."""

from collections.abc import Mapping

from order_relay.core.call import Call, target
from order_relay.core.exchange import Instrument
from order_relay.core.order import OrderType, Plan
from order_relay.core.outcome import Op
from order_relay.core.symbol import Market

WINDOW_MS = 5_000
SEGMENTS = {Market.SPOT: "spot", Market.PERP: "contract", Market.OPTION: "option"}


def signed(op: Op, method: str, path: str, parameters: Mapping[str, object]) -> Call:
    """Keep the documented order of parameters: a POST sends them as a form, everything else as a query."""
    whole = target(path, {**parameters, "recvWindow": WINDOW_MS})
    if method != "POST":
        return Call(op, method, whole)
    path, _, form = whole.partition("?")
    return Call(op, method, path, form)


def path_of(instrument: Instrument, name: str) -> str:
    return f"/api/v1/{SEGMENTS[instrument.market]}/{name}"


def named(instrument: Instrument, order_id: str) -> dict[str, str]:
    return {"symbol": instrument.symbol, "orderId": order_id}


def liquidates(plan: Plan) -> bool:
    at_market = plan.type is OrderType.MARKET or (plan.sweep and not plan.type.triggered)
    return plan.market is Market.PERP and plan.whole and at_market
