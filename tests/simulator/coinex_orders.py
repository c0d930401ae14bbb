"""Request bodies and short reads that the CoinEx tests share."""

from __future__ import annotations

from typing import Any

from tests.simulator.signing import Client

Row = dict[str, Any]
LIMIT: Row = {
    "market": "BTCUSDT",
    "market_type": "SPOT",
    "side": "buy",
    "type": "limit",
    "amount": "0.01",
    "price": "50000",
    "client_id": "order1",
}
FUTURES: Row = {**LIMIT, "market_type": "FUTURES"}
LONG: Row = {"market": "BTCUSDT", "market_type": "FUTURES", "side": "buy", "type": "market", "amount": "0.5"}
CANCEL: Row = {"market": "BTCUSDT", "market_type": "SPOT"}


def without(row: Row, name: str) -> Row:
    return {key: value for key, value in row.items() if key != name}


def held(client: Client) -> list[Row]:
    rows: list[Row] = client.get("/v2/futures/pending-position?market_type=FUTURES&market=BTCUSDT")["data"]
    return rows
