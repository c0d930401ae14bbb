"""The fault script: every kind, how it is matched, and what it leaves behind."""

from __future__ import annotations

import json

import pytest

from tests.simulator.coinex_orders import LIMIT, Row
from tests.simulator.signing import Client, Clock, decoded
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.coinex import CoinEx
from tools.exchange_simulator.faults import KINDS
from tools.exchange_simulator.message import Answer, Drop, Hang, HttpResponse
from tools.exchange_simulator.okx import Okx

ORDER = "/v2/spot/order"

ANSWERED: list[tuple[Row, int, int]] = [
    ({"kind": "status", "status": 429, "body": {"slow": "down"}, "headers": {"Retry-After": "60"}}, 429, 0),
    ({"kind": "code", "code": "3008", "message": "service too busy"}, 200, 0),
    ({"kind": "accept_then_code", "code": "3008", "message": "service too busy"}, 200, 1),
    ({"kind": "accept_then_html"}, 502, 1),
    ({"kind": "html", "status": 503}, 503, 0),
    ({"kind": "truncate"}, 200, 1),
    ({"kind": "ignore"}, 200, 0),
    ({"kind": "echo_secret"}, 200, 0),
    ({"kind": "entrusting_ms", "ms": 1000}, 200, 1),
]
SILENT: list[tuple[str, type, int]] = [
    ("accept_then_drop", Drop, 1),
    ("drop_before_accept", Drop, 0),
    ("accept_then_hang", Hang, 1),
    ("hang", Hang, 0),
]


@pytest.fixture
def venue(clock: Clock) -> CoinEx:
    return CoinEx(DEFAULT_ACCOUNTS, clock)


def answered(answer: Answer) -> HttpResponse:
    assert isinstance(answer, HttpResponse), answer
    return answer


def open_orders(venue: CoinEx) -> int:
    return sum(row["state"] == "open" for row in venue.accepted_orders())


@pytest.mark.parametrize(
    ("fault", "status", "stored"),
    ANSWERED,
    ids=lambda value: str(value["kind"]) if isinstance(value, dict) else "",
)
def test_a_fault_answers_its_way_and_executes_or_not(
    client: Client, venue: CoinEx, fault: Row, status: int, stored: int
) -> None:
    venue.add_fault(op="place", **fault)
    assert answered(client.send("POST", ORDER, LIMIT)).status == status
    assert open_orders(venue) == stored
    assert venue.ledger.requests[-1]["fault"] == fault["kind"]
    assert client.post(ORDER, LIMIT)["code"] == 0


@pytest.mark.parametrize(("kind", "silence", "stored"), SILENT)
def test_a_silent_fault_says_nothing_and_executes_or_not(
    client: Client, venue: CoinEx, kind: str, silence: type, stored: int
) -> None:
    venue.add_fault(op="place", kind=kind, seconds=5)
    answer = client.send("POST", ORDER, LIMIT)
    assert isinstance(answer, silence)
    assert open_orders(venue) == stored
    assert not isinstance(answer, Hang) or (answer.seconds, answer.resume) == (5.0, None)


def test_every_fault_kind_has_a_test() -> None:
    assert set(KINDS) == {fault["kind"] for fault, _, _ in ANSWERED} | {kind for kind, _, _ in SILENT} | {"slow"}


@pytest.mark.parametrize(("delay_ms", "code", "stored"), [(3_000, 0, 1), (9_000, 4010, 0)])
def test_a_slow_request_meets_the_timestamp_window_when_it_arrives(
    client: Client, venue: CoinEx, clock: Clock, delay_ms: int, code: int, stored: int
) -> None:
    venue.add_fault(op="place", kind="slow", delay_ms=delay_ms)
    answer = client.send("POST", ORDER, LIMIT)
    assert isinstance(answer, Hang)
    assert answer.resume is not None
    assert (answer.seconds, open_orders(venue)) == (delay_ms / 1000, 0)
    clock.now += delay_ms
    assert decoded(answer.resume())["code"] == code
    assert open_orders(venue) == stored
    assert venue.ledger.requests[-1]["status"] == 200


def test_a_truncated_answer_is_no_json(client: Client, venue: CoinEx) -> None:
    venue.add_fault(op="place", kind="truncate")
    with pytest.raises(ValueError, match=r".+"):
        decoded(client.send("POST", ORDER, LIMIT))


def test_an_ignored_cancel_says_success_and_leaves_the_order_open(client: Client, venue: CoinEx) -> None:
    order_id = client.post(ORDER, LIMIT)["data"]["order_id"]
    venue.add_fault(op="cancel", kind="ignore")
    body = {"market": "BTCUSDT", "market_type": "SPOT", "order_id": order_id}
    assert client.post("/v2/spot/cancel-order", body)["code"] == 0
    assert open_orders(venue) == 1
    assert client.post("/v2/spot/cancel-order", body)["code"] == 0
    assert open_orders(venue) == 0


def test_an_error_can_repeat_the_key(client: Client, venue: CoinEx) -> None:
    venue.add_fault(op="place", kind="echo_secret", code="4005", message="unknown key")
    answer = client.post(ORDER, LIMIT)
    assert (answer["code"], answer["message"]) == (4005, "unknown key FAKE-COINEX-KEY")


def test_faults_are_used_in_order_as_often_as_they_say(client: Client, venue: CoinEx) -> None:
    venue.add_fault(op="place", kind="code", code="3008", times=2)
    venue.add_fault(op="any", kind="code", code="4001")
    venue.add_fault(op="cancel", kind="code", code="4002")
    codes = [client.post(ORDER, LIMIT)["code"] for _ in range(4)]
    assert codes == [3008, 3008, 4001, 0]
    assert client.post("/v2/spot/cancel-order", {})["code"] == 4002


def test_a_timed_fault_ends_by_itself(client: Client, venue: CoinEx, clock: Clock) -> None:
    venue.add_fault(op="place", kind="code", code="3008", for_ms=1_000)
    assert [client.post(ORDER, LIMIT)["code"] for _ in range(3)] == [3008] * 3
    clock.now += 1_000
    assert client.post(ORDER, LIMIT)["code"] == 0


def test_a_fault_can_be_narrowed_to_a_path(client: Client, venue: CoinEx) -> None:
    venue.add_fault(op="place", kind="code", code="3008", path="/futures/")
    assert client.post(ORDER, LIMIT)["code"] == 0
    assert client.post("/v2/futures/order", LIMIT | {"market_type": "FUTURES"})["code"] == 3008


def test_an_unknown_fault_kind_is_a_mistake_of_the_script(venue: CoinEx) -> None:
    with pytest.raises(ValueError, match="unknown fault kind"):
        venue.add_fault(op="place", kind="gremlin")


@pytest.mark.parametrize(
    ("code", "status", "payload"),
    [
        ("50011", 429, {"msg": "said so", "code": "50011"}),
        ("50004", 400, {"msg": "said so", "code": "50004"}),
        ("50001", 503, {"msg": "said so", "code": "50001"}),
        ("50061", 200, {"msg": "said so", "code": "50061", "data": []}),
    ],
)
def test_an_okx_gateway_code_comes_with_its_http_status(clock: Clock, code: str, status: int, payload: Row) -> None:
    venue = Okx(DEFAULT_ACCOUNTS, clock)
    venue.add_fault(op="place", kind="code", code=code, message="said so")
    answer = answered(Client(venue, clock).send("POST", "/api/v5/trade/order", {}))
    assert (answer.status, json.loads(answer.body)) == (status, payload)


def test_an_okx_order_code_comes_as_an_scode(clock: Clock) -> None:
    venue = Okx(DEFAULT_ACCOUNTS, clock)
    venue.add_fault(op="place", kind="code", code="51008", message="no money")
    answer = decoded(Client(venue, clock).send("POST", "/api/v5/trade/order", {"clOrdId": "a1"}))
    assert (answer["code"], answer["data"][0]["sCode"], answer["data"][0]["clOrdId"]) == ("1", "51008", "a1")


def test_a_rate_limit_can_come_with_http_200_and_headers(clock: Clock) -> None:
    venue = Okx(DEFAULT_ACCOUNTS, clock)
    venue.add_fault(op="place", kind="code", code="50011", status=200, headers={"X-Hint": "later"})
    answer = answered(Client(venue, clock).send("POST", "/api/v5/trade/order", {}))
    assert (answer.status, answer.headers["X-Hint"]) == (200, "later")
