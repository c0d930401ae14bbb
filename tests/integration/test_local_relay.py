"""The whole relay on this machine: alerts over HTTP, orders in the exchanges' own books."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from typing import Any

import pytest

from order_relay.core.message import SCHEMA
from tools.exchange_simulator.accounts import credentials
from tools.exchange_simulator.server import Simulator
from tools.local_relay.client import Client, Reply
from tools.local_relay.config import SAMPLE, read_config
from tools.local_relay.environment import environment
from tools.local_relay.front import Front
from tools.local_relay.log import Log
from tools.local_relay.relay import Relay, running

Row = dict[str, Any]

ENDED = {"placed", "rejected", "expired", "cancelled", "parked"}
PATIENCE_S = 25.0
EXCHANGES = ("coinex", "okx", "bitget", "bitget-uta", "bitunix", "jex")


class Bench:
    """A running relay, its simulated exchanges, and a sender of alerts."""

    def __init__(self, relay: Relay, simulator: Simulator) -> None:
        self.relay = relay
        self.simulator = simulator
        self.client = Client(relay.port)

    def post(self, route: str, alert: object, token: str | None = None) -> Reply:
        path = f"/alerts/{route}/{token or f'local-{route}-token'}"
        return self.client.post(path, alert if isinstance(alert, bytes) else json.dumps(alert).encode())

    def accepted(self, route: str, alert: object) -> str:
        reply = self.post(route, alert)
        assert reply.status == 202, reply
        return str(reply.data["alert_id"])

    def orders(self, alert_id: str) -> list[Row]:
        """The orders of an alert, once all have ended and nothing more can come of it."""
        rows: list[Row] = eventually(lambda: self._ended(alert_id))
        return rows

    def order(self, alert_id: str) -> Row:
        (only,) = self.orders(alert_id)
        return only

    def witnessed(self, exchange: str, exchange_order_id: str | None) -> list[Row]:
        rows = self.simulator.venues[exchange].accepted_orders()
        return [row for row in rows if str(row["order_id"]) == exchange_order_id]

    def _ended(self, alert_id: str) -> list[Row]:
        rows = [row for row in self.client.orders() if row["alert_id"] == alert_id]
        return rows if all(row["state"] in ENDED for row in rows) else []


def eventually(look: Callable[[], Any]) -> Any:
    """The first answer that is not empty."""
    until = time.monotonic() + PATIENCE_S
    while not (found := look()):
        assert time.monotonic() < until, "nothing came of it in time"
        time.sleep(0.1)
    return found


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with redirect_stdout(Log()), running(read_config(SAMPLE), Front(0)) as relay:
        assert relay.simulator is not None
        yield Bench(relay, relay.simulator)


# ---- alert to order


@pytest.mark.parametrize("route", EXCHANGES)
@pytest.mark.parametrize("symbol", ["BTCUSDT", "ETHUSDT.P"])
def test_an_alert_becomes_a_signed_order_in_the_exchanges_book(bench: Bench, route: str, symbol: str) -> None:
    size = "0.01" if symbol == "BTCUSDT" else "0.3"
    order = bench.order(bench.accepted(route, {"action": "buy", "symbol": symbol, "quantity": size}))
    (row,) = bench.witnessed(order["exchange"], order["exchange_order_id"])
    assert (order["state"], order["attempts"], order["account"]) == ("placed", 1, route.replace("-", "_"))
    assert (row["account"], row["side"], row["state"]) == (order["account"], "buy", "filled")
    assert row["client_id"] in (order["order_id"], None if route == "jex" else order["order_id"])


def test_an_order_that_rests_is_cancelled_by_its_name(bench: Bench) -> None:
    limit = {"action": "buy", "symbol": "BTCUSDT", "type": "limit", "quantity": "0.01", "price": "51000", "ref": "low"}
    placed = bench.order(bench.accepted("okx", limit))
    cancel = bench.order(bench.accepted("okx", {"action": "cancel", "symbol": "BTCUSDT", "ref": "low"}))
    (row,) = bench.witnessed("okx", placed["exchange_order_id"])
    assert (placed["state"], cancel["state"], row["state"]) == ("placed", "cancelled", "cancelled")
    assert bench.order(placed["alert_id"])["state"] == "cancelled"


def test_alerts_of_one_symbol_keep_their_order(bench: Bench) -> None:
    opened = bench.accepted("bitunix", {"action": "buy", "symbol": "BTCUSDT.P", "quantity": "0.02"})
    closed = bench.accepted("bitunix", {"action": "close", "symbol": "BTCUSDT.P"})
    first, second = bench.order(opened), bench.order(closed)
    assert (first["state"], second["state"], second["side"]) == ("placed", "placed", "sell")
    assert first["placed_at_ms"] < second["placed_at_ms"]


def test_orders_are_listed_oldest_first_with_every_field(bench: Bench) -> None:
    bench.order(bench.accepted("coinex", {"action": "buy", "symbol": "BTCUSDT", "quantity": "0.02"}))
    rows = bench.client.orders()
    accepted = [row["accepted_at_ms"] for row in rows]
    assert accepted == sorted(accepted)
    assert {"order_id", "ref", "price", "reason", "history", "quantity_unit", "average_price"} <= set(rows[0])
    assert not {"plan", "sha256", "version", "stamp_ms"} & set(rows[0])


def test_the_token_may_be_in_the_body(bench: Bench) -> None:
    alert = {"token": "local-okx-body-secret", "action": "buy", "symbol": "BTCUSDT", "quantity": "0.03"}
    reply = bench.client.post("/alerts/okx", json.dumps(alert).encode())
    assert reply.status == 202
    assert bench.order(reply.data["alert_id"])["state"] == "placed"


# ---- exactly once


def test_four_deliveries_of_one_alert_are_one_order(bench: Bench) -> None:
    alert = {"action": "buy", "symbol": "ETHUSDT", "quantity": "0.11"}
    replies: list[Reply] = []
    senders = [threading.Thread(target=lambda: replies.append(bench.post("coinex", alert))) for _ in range(3)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    time.sleep(1.5)
    replies.append(bench.post("coinex", alert))
    assert [reply.status for reply in replies] == [202] * 4
    (alert_id,) = {reply.data["alert_id"] for reply in replies}
    order = bench.order(alert_id)
    time.sleep(1)
    (after,) = bench.orders(alert_id)
    assert {**after, "history": order["history"]} == order
    assert all("a resend" in line["note"] for line in after["history"][len(order["history"]) :])
    rows = bench.simulator.venues["coinex"].accepted_orders()
    assert len([row for row in rows if row["quantity"] == "0.11"]) == 1


@pytest.mark.parametrize(("fault", "size"), [("accept_then_drop", "0.21"), ("drop_before_accept", "0.22")])
def test_an_answer_that_never_came_ends_in_one_order(bench: Bench, fault: str, size: str) -> None:
    venue = bench.simulator.venues["coinex"]
    venue.add_fault(op="place", kind=fault)
    order = bench.order(bench.accepted("coinex", {"action": "buy", "symbol": "ETHUSDT.P", "quantity": size}))
    found = [row["order_id"] for row in venue.accepted_orders() if row["quantity"] == size]
    assert (order["state"], [str(order_id) for order_id in found]) == ("placed", [order["exchange_order_id"]])


# ---- refusals


def test_a_wrong_token_and_an_unknown_route_cannot_be_told_apart(bench: Bench) -> None:
    alert = {"action": "buy", "symbol": "BTCUSDT", "quantity": "0.01"}
    replies = [bench.post("okx", alert, "wrong"), bench.post("nowhere", alert), bench.client.post("/alerts/okx", b"{}")]
    assert [reply.status for reply in replies] == [401, 401, 401]
    assert replies[0].data == replies[1].data == replies[2].data


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        (b'{"action": "buy"', 400, "invalid_json"),
        (b'{"action": "buy", "symbol": "\xff"}', 400, "invalid_json"),
        (b'{"action": "buy", "symbol": "BTCUSDT", "quantity": NaN}', 400, "invalid_number"),
        (b'{"action": "buy", "symbol": "BTCUSDT", "quantity": "1", "time": "yesterday"}', 400, "invalid_time"),
        (b'{"action": "buy", "symbol": "{{ticker}}", "quantity": "1"}', 400, "unresolved_placeholder"),
        (b'{"action": "buy", "symbol": "BTCUSDT"}', 422, "missing_size"),
        (
            b'{"action": "buy", "symbol": "BTCUSDT", "quantity": "1", "note": "' + b"x" * 16_384 + b'"}',
            413,
            "too_large",
        ),
    ],
)
def test_what_is_wrong_is_said(bench: Bench, body: bytes, status: int, word: str) -> None:
    reply = bench.post("coinex", body)
    assert (reply.status, reply.data["status"]) == (status, "refused")
    assert reply.data["reason"].startswith(word)


def test_other_paths_are_not_found(bench: Bench) -> None:
    paths = ("/", "/alerts", "/alerts/", "/alerts/okx/", "/alerts/okx/a/b", "/orders")
    assert [bench.client.post(path, b"{}").status for path in paths] == [404] * len(paths)


# ---- dead letters


def test_a_poisoned_message_is_shown_with_its_reason(bench: Bench) -> None:
    queue = bench.relay.cloud.queues["orders"]
    for number in range(12):
        bench.relay.cloud.sqs.send_message(
            QueueUrl=queue,
            MessageBody=f"not JSON {number}",
            MessageGroupId="poison",
            MessageDeduplicationId=str(number),
        )
    letters = eventually(lambda: found if len(found := bench.client.dead_letters()) == 12 else [])
    assert {letter["queue"] for letter in letters} == {"order-relay-orders-dlq.fifo"}
    assert all(letter["reason"].startswith(f"not a message of schema {SCHEMA}") for letter in letters)
    assert {(letter["order_id"], letter["alert_id"]) for letter in letters} == {(None, None)}
    assert abs(letters[0]["at_ms"] / 1000 - time.time()) < 60
    assert bench.client.dead_letters() == letters, "reading must not consume"


# ---- around it


def test_the_sample_holds_the_simulators_own_keys() -> None:
    assert read_config(SAMPLE).accounts == credentials()


def test_the_environment_is_put_back_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "mine")
    before = dict(os.environ)
    with environment({"AWS_REGION": "here"}, without=lambda name: name == "AWS_PROFILE"):
        assert (os.environ.get("AWS_PROFILE"), os.environ["AWS_REGION"]) == (None, "here")
    assert dict(os.environ) == before
