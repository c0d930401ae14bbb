"""JEX's routes: op, function, and the documented parameters in their documented order (sheet section 3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tools.exchange_simulator.jex import holdings, listing, placing, reading
from tools.exchange_simulator.order import PERP
from tools.exchange_simulator.venue import Call, Venue

ROOT = "/api/v1"
PRODUCTS = {"spot": "spot", "contract": PERP, "option": "option"}  # path segment -> product
CONTRACT = {"contract": PERP}
SPOT_LIKE = {"spot": "spot", "option": "option"}
SIGNED = ("recvWindow", "timestamp")


@dataclass(frozen=True)
class Endpoint:
    """One documented endpoint; `parameters` is None for public ones, which take any."""

    op: str
    run: Callable[[Venue, str, Call], object]
    product: str
    parameters: tuple[str, ...] | None = None


Row = tuple[str, str, Callable[[Venue, str, Call], object], str]
ORDER = "symbol side type quantity price"
LIST = "symbol orderId startTime endTime limit"
SPOT_ROWS: tuple[Row, ...] = (
    ("POST /order", "place", placing.place, f"{ORDER} newOrderRespType"),
    ("POST /order/test", "other", placing.check_order, f"{ORDER} newOrderRespType"),
    ("DELETE /order", "cancel", reading.cancel, "symbol orderId"),
)
CONTRACT_ROWS: tuple[Row, ...] = (
    ("POST /order", "place", placing.place_contract, f"{ORDER} triggerType triggerPrice newOrderRespType"),
    ("POST /order/test", "other", placing.check_order, f"{ORDER} triggerType triggerPrice newOrderRespType"),
    ("DELETE /order", "cancel", reading.cancel_contract, "symbol orderId"),
    ("DELETE /batchOrder", "cancel", reading.cancel_batch, "ordersJsonArray"),
    ("GET /batchOrder", "query", reading.batch, "ordersJsonArray"),
    ("GET /userHistoricalTrades", "query", reading.trades, "symbol endId limit"),
    ("POST /liquidation", "place", placing.liquidate, "symbol"),
    ("GET /position", "account", holdings.positions, "symbol"),
    ("POST /position/leverage", "account", holdings.set_leverage, "symbol leverage"),
)
SHARED_ROWS: tuple[Row, ...] = (
    ("GET /order", "query", reading.order, "symbol orderId"),
    ("GET /openOrders", "query", reading.open_orders, LIST),
    ("GET /historyOrders", "query", reading.history, LIST),
)
OPTION_ROWS: tuple[Row, ...] = (("GET /position", "account", holdings.options, "symbol"),)
PUBLIC = {
    "GET /depth": listing.depth,
    "GET /avgPrice": listing.average_price,
    "GET /ticker/price": listing.price_ticker,
    "GET /ticker/bookTicker": listing.book_ticker,
}
GENERAL = {
    "GET /ping": ("other", listing.ping),
    "GET /time": ("time", listing.server_time),
    "GET /exchangeInfo": ("instruments", listing.exchange_info),
    "GET /contractInfo": ("market", listing.contract_info),
    "GET /optionInfo": ("instruments", listing.option_info),
}


def _signed(products: Mapping[str, str], rows: tuple[Row, ...]) -> dict[tuple[str, str], Endpoint]:
    table = {}
    for segment, product in products.items():
        for name, op, run, parameters in rows:
            method, _, path = name.partition(" ")
            key = method, f"{ROOT}/{segment}{path}"
            table[key] = Endpoint(op, run, product, (*parameters.split(), *SIGNED))
    return table


def _public() -> dict[tuple[str, str], Endpoint]:
    table = {}
    for name, (op, general) in GENERAL.items():
        method, _, path = name.partition(" ")
        table[method, ROOT + path] = Endpoint(op, general, "")
    for segment, product in PRODUCTS.items():
        for name, run in PUBLIC.items():
            method, _, path = name.partition(" ")
            table[method, f"{ROOT}/{segment}{path}"] = Endpoint("market", run, product)
    table["GET", f"{ROOT}/contract/ticker/indicesPrice"] = Endpoint("market", listing.indices_price, PERP)
    return table


ENDPOINTS: Mapping[tuple[str, str], Endpoint] = {
    **_public(),
    **_signed(SPOT_LIKE, SPOT_ROWS),
    **_signed(CONTRACT, CONTRACT_ROWS),
    **_signed(PRODUCTS, SHARED_ROWS),
    **_signed({"option": "option"}, OPTION_ROWS),
    ("GET", f"{ROOT}/account"): Endpoint("account", holdings.account, "", SIGNED),
}
