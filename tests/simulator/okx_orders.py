"""Request bodies and short reads that the OKX tests share."""

from __future__ import annotations

from typing import Any

from tests.simulator.signing import Client

Row = dict[str, Any]
ORDER = "/api/v5/trade/order"
ALGO = "/api/v5/trade/order-algo"
SPOT: Row = {
    "instId": "BTC-USDT",
    "tdMode": "cash",
    "side": "buy",
    "ordType": "limit",
    "sz": "0.01",
    "px": "50000",
    "clOrdId": "order1",
}
SWAP: Row = {"instId": "BTC-USDT-SWAP", "tdMode": "cross", "side": "buy", "ordType": "market", "sz": "5"}
RESTING: Row = {**SWAP, "ordType": "limit", "px": "50000", "clOrdId": "rest"}
TRIGGER: Row = {
    "instId": "BTC-USDT-SWAP",
    "tdMode": "cross",
    "side": "sell",
    "sz": "2",
    "ordType": "trigger",
    "triggerPx": "59000",
    "orderPx": "-1",
    "algoClOrdId": "stop1",
}


def place(client: Client, body: Row) -> Row:
    """Place one order and return its single result row."""
    answer: Row = client.post(ORDER, body)
    assert len(answer["data"]) == 1
    row: Row = answer["data"][0]
    assert answer["code"] == ("0" if row["sCode"] == "0" else "1")
    return row


def details(client: Client, query: str) -> Row:
    row: Row = client.get(f"{ORDER}?{query}")["data"][0]
    return row


def positions(client: Client) -> list[Row]:
    rows: list[Row] = client.get("/api/v5/account/positions?instType=SWAP&instId=BTC-USDT-SWAP")["data"]
    return rows


def pending_algos(client: Client, kind: str) -> list[Row]:
    rows: list[Row] = client.get(f"/api/v5/trade/orders-algo-pending?ordType={kind}")["data"]
    return rows
