"""OKX orders: placed, cancelled, found and listed, and how their rows read."""

from collections.abc import Mapping, Sequence

from order_relay.core.call import Call, decimal, get, post
from order_relay.core.exchange import Ask, Found, Handle, Instrument, Profile, Sought, Status
from order_relay.core.money import product
from order_relay.core.order import OrderType, Plan, Side, TimeInForce, Unit
from order_relay.core.outcome import Op, Verdict
from order_relay.core.refusal import Refusal, Word
from order_relay.core.symbol import Market
from order_relay.exchanges.okx_envelope import ORDER, Row, first, listed, number, unreadable

PAGE = 100
PAGES = 50

_ORDER_TYPES = {
    TimeInForce.GTC: "limit",
    TimeInForce.IOC: "ioc",
    TimeInForce.FOK: "fok",
    TimeInForce.POST_ONLY: "post_only",
}
_STATUSES = {
    "live": Status.OPEN,
    "partially_filled": Status.OPEN,
    "filled": Status.FILLED,
    "canceled": Status.CANCELLED,
    "mmp_canceled": Status.CANCELLED,
}


def place(plan: Plan, instrument: Instrument, profile: Profile) -> Call:
    """Build an order (sheet 4); a spot market order is refused rather than shrunk to the balance (`banAmend`)."""
    currency = _size_currency(plan, instrument)
    body = direction(plan, instrument, profile)
    body["ordType"] = _order_type(plan)
    body["px"] = plan.price if plan.type is OrderType.LIMIT else None
    body["sz"] = plan.quantity
    body["tgtCcy"] = currency
    body["banAmend"] = True if currency else None
    body["reduceOnly"] = reduce_only(plan, profile)
    body["attachAlgoOrds"] = protection(plan, currency)
    body["clOrdId"] = plan.client_id
    return post(ORDER, body, op=Op.PLACE)


def direction(plan: Plan, instrument: Instrument, profile: Profile) -> dict[str, object]:
    """Say what is traded, how and which way; posSide only in long/short mode (sheet 4)."""
    perp = plan.market is Market.PERP
    return {
        "instId": instrument.symbol,
        "tdMode": (plan.margin_mode or "cross") if perp else (profile.trade_mode or "cash"),
        "side": plan.side,
        "posSide": plan.position_side if perp and profile.hedge else None,
    }


def reduce_only(plan: Plan, profile: Profile) -> bool | None:
    """Mark what only reduces; in long/short mode closing orders reduce without being told (sheet 4)."""
    return True if plan.market is Market.PERP and plan.reduce_only and not profile.hedge else None


def protection(plan: Plan, currency: str | None = None) -> list[Mapping[str, object]] | None:
    """Attach take-profit and stop-loss at market, by last price (sheet 9)."""
    if plan.take_profits:
        return _parted(plan)
    if plan.take_profit is None and plan.stop_loss is None:
        return None
    if (plan.side, currency) in ((Side.BUY, "base_ccy"), (Side.SELL, "quote_ccy")):
        sized = f"a spot market {plan.side} sized in {plan.unit} coins"
        raise Refusal(Word.UNSUPPORTED, f"OKX attaches no take-profit or stop-loss to {sized}")
    levels = {"tp": plan.take_profit, "sl": plan.stop_loss}
    return [{name: value for leg, price in levels.items() if price for name, value in at(leg, price).items()}]


def _parted(plan: Plan) -> list[Mapping[str, object]]:
    """Attach each take-profit with its own size, and the stop-loss by itself without one.

    Docs order-book-trading-trade-post-place-order: split take-profits, at market, on contracts only (51076 to 51091).
    None of them goes live before the order is full (announcement of 2026-07-01).
    """
    if plan.market is not Market.PERP:
        raise Refusal(Word.UNSUPPORTED, f"OKX parts no {plan.market.value} entry among several take-profits")
    if plan.type is OrderType.LIMIT and plan.time_in_force is TimeInForce.IOC:
        told = "OKX attaches several take-profits only to what fills whole, and an ioc order may not"
        raise Refusal(Word.UNSUPPORTED, f"{told}; send it as fok or gtc, or with one take-profit")
    guard = [] if plan.stop_loss is None else [at("sl", plan.stop_loss)]
    return [*({**at("tp", part.price), "sz": part.quantity} for part in plan.take_profits), *guard]


def at(leg: str, trigger: object, price: object = None) -> dict[str, object]:
    """Name the trigger price of a take-profit (tp) or stop-loss (sl), and its order price, -1 for market."""
    return {f"{leg}TriggerPx": trigger, f"{leg}TriggerPxType": "last", f"{leg}OrdPx": price or "-1"}


def _order_type(plan: Plan) -> str:
    if plan.type is OrderType.LIMIT:
        return _ORDER_TYPES[plan.time_in_force]
    if plan.time_in_force in (TimeInForce.FOK, TimeInForce.POST_ONLY):
        raise Refusal(Word.UNSUPPORTED, f"OKX has no market order that is {plan.time_in_force}")
    return "market"


def _size_currency(plan: Plan, instrument: Instrument) -> str | None:
    """Say what a spot market order's size counts, for OKX's default differs between buys and sells (sheet 4)."""
    spot_market = plan.market is Market.SPOT and plan.type is OrderType.MARKET
    if plan.unit is not instrument.unit and not (spot_market and plan.unit is Unit.QUOTE):
        raise unsized(plan)
    if not spot_market:
        return None
    return "quote_ccy" if plan.unit is Unit.QUOTE else "base_ccy"


def unsized(plan: Plan) -> Refusal:
    return Refusal(Word.UNSUPPORTED, f"OKX cannot size this {plan.market.value} order in {plan.unit.value}")


def cancel(handle: Handle, instrument: Instrument) -> Call:
    client_id = None if handle.order_id else handle.client_id
    body = {"instId": instrument.symbol, "ordId": handle.order_id, "clOrdId": client_id}
    return post("/api/v5/trade/cancel-order", body, op=Op.CANCEL)


def cancel_many(order_ids: Sequence[str], instrument: Instrument, profile: Profile) -> Call:
    body = [{"instId": instrument.symbol, "ordId": order_id} for order_id in order_ids]
    return post("/api/v5/trade/cancel-batch-orders", body, op=Op.CANCEL)


def find(ask: Ask, sought: Sought, instrument: Instrument) -> Found | None:
    """Ask for one order, open or ended, by its id or else by ours; 51603 where there is none (sheet 6)."""
    client_id = None if sought.order_id else sought.plan.client_id
    return details(ask, instrument, order_id=sought.order_id, client_id=client_id)


def details(ask: Ask, instrument: Instrument, *, order_id: str | None, client_id: str | None = None) -> Found | None:
    outcome = ask(get(ORDER, {"instId": instrument.symbol, "ordId": order_id, "clOrdId": client_id}))
    return None if outcome.verdict is Verdict.GONE else _found(first(outcome, "order"))


def open_orders(ask: Ask, instrument: Instrument) -> list[Found]:
    """List every open order of the instrument, whatever its instType (cross spot orders may count as margin)."""
    query = {"instId": instrument.symbol}
    return [_found(row) for row in paged(ask, "/api/v5/trade/orders-pending", query, "ordId")]


def paged(ask: Ask, path: str, query: Mapping[str, str], identity: str) -> list[Row]:
    """Read a list of open orders or stops to its end; raises where it has none."""
    rows: list[Row] = []
    for _ in range(PAGES):
        after = rows[-1].get(identity) if rows else None
        page = listed(ask(get(path, {**query, "limit": PAGE, "after": after})), "open orders")
        rows += page
        if len(page) < PAGE:
            return rows
    raise unreadable("an end of the open orders")


def _found(row: Row) -> Found:
    """Read an order. accFillSz counts base coins even where sz counts quote coins (docs get-order-details).

    An order that a stop became is known by the client id of the stop (algoClOrdId, same docs).
    """
    status, side = _STATUSES.get(str(row.get("state"))), row.get("side")
    if status is None or side not in ("buy", "sell") or not row.get("ordId"):
        raise unreadable("an order id and a known state and side")
    filled = number(row, "accFillSz")
    if filled and row.get("tgtCcy") == "quote_ccy":
        filled = product(filled, number(row, "avgPx"))
    return Found(
        order_id=str(row["ordId"]),
        status=status,
        side=Side(side),
        quantity=decimal(row.get("sz")),
        filled=filled,
        client_id=row.get("clOrdId") or row.get("algoClOrdId") or None,
        price=decimal(row.get("px")),
        average=decimal(row.get("avgPx")) or None,
        created_ms=created_ms(row),
        reason=row.get("cancelSourceReason") or "",
    )


def created_ms(row: Row) -> int | None:
    created = decimal(row.get("cTime"))
    return int(created) if created else None
