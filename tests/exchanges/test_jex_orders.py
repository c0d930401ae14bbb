"""JEX: how orders that carry no client id are found again and listed."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.exchange import Sought, Status
from order_relay.core.order import Side
from order_relay.core.outcome import Failed
from order_relay.core.symbol import Market
from order_relay.exchanges.jex import EXCHANGE
from tests.exchanges.jex_cases import (
    PERP,
    PERP_PLAN,
    PROFILE,
    SENT_MS,
    SPOT,
    SPOT_ENDED,
    SPOT_OPEN,
    SPOT_PLAN,
    WHOLE,
    contract_order,
    order,
    script,
)
from tests.exchanges.scripted import Step


@pytest.mark.parametrize(
    ("shown", "status"),
    [
        ("", Status.WAITING),
        ("entrusting", Status.WAITING),
        ("entrusted", Status.OPEN),
        ("PARTFILLED", Status.OPEN),
        ("filled", Status.FILLED),
        ("cancel", Status.CANCELLED),
        ("FAIL", Status.FAILED),
    ],
)
def test_contract_statuses_are_read_in_either_case(shown: str, status: Status) -> None:
    path = "/api/v1/contract/"
    ask = script(
        (
            "GET",
            path + "order?symbol=BTCUSDT&orderId=4613019726031880200&recvWindow=5000",
            contract_order(status=shown),
        ),
        ("GET", path + "openOrders?", []),
        ("GET", path + "historyOrders?", []),
    )
    found = EXCHANGE.find(ask, Sought(PERP_PLAN, SENT_MS, "4613019726031880200"), PERP, PROFILE)
    assert found
    assert found.status is status
    assert ask.finished is (status is Status.WAITING)


def test_a_contract_sell_has_positive_quantities_an_average_and_the_reason_it_failed() -> None:
    shown = contract_order(
        side="sell", origQty="-1.0000", executedQty="-0.5000", executedPrice="3801.5", status="CANCEL", reject="margin"
    )
    found = EXCHANGE.find(script(("GET", "/api", shown)), Sought(PERP_PLAN, SENT_MS, "1"), PERP, PROFILE)
    assert found
    assert (found.side, found.quantity, found.filled) == (Side.SELL, Decimal(1), Decimal("0.5"))
    assert (found.average, found.price, found.reason) == (Decimal("3801.5"), Decimal(3800), "margin")


def test_an_answer_without_a_status_is_looked_up_in_the_lists() -> None:
    entrusted = contract_order(status="ENTRUSTED")
    ask = script(("GET", "/api", contract_order(status="")), ("GET", "/api", [entrusted]), ("GET", "/api", []))
    found = EXCHANGE.find(ask, Sought(PERP_PLAN, SENT_MS, entrusted["orderId"]), PERP, PROFILE)
    assert found
    assert found.status is Status.OPEN


@pytest.mark.parametrize(
    ("shown", "status"),
    [
        ("PARTIALLY_FILLED", Status.OPEN),
        ("CANCELED", Status.CANCELLED),
        ("CANCLEFILLED", Status.CANCELLED),
        ("FILLED", Status.FILLED),
        ("FAIL", Status.FAILED),
    ],
)
def test_spot_statuses(shown: str, status: Status) -> None:
    entry = order(75, status=shown, executedQty="3", cummulativeQuoteQty="0.00004470")
    found = EXCHANGE.find(script(("GET", "/api", entry)), Sought(SPOT_PLAN, SENT_MS, "75"), SPOT, PROFILE)
    assert found
    assert (found.order_id, found.status, found.average) == ("75", status, Decimal("0.0000149"))


def test_an_order_unknown_by_id_is_still_looked_for_in_both_lists() -> None:
    steps: list[Step] = [
        ("GET", "/api/v1/spot/order?", "-2013"),
        ("GET", SPOT_OPEN, []),
        ("GET", SPOT_ENDED, [order()]),
    ]
    found = EXCHANGE.find(script(*steps), Sought(SPOT_PLAN, SENT_MS, "76"), SPOT, PROFILE)
    assert found
    assert found.order_id == "76"
    assert EXCHANGE.find(script(*steps), Sought(SPOT_PLAN, SENT_MS, "77"), SPOT, PROFILE) is None


NOT_OURS = [
    order(1, side="SELL"),
    order(2, price="0.00001465"),
    order(3, origQty="2"),
    order(4, time=SENT_MS - 2_001),
    order(5, type="MARKET"),
    order(6, symbol="DASHUSDT"),
    order(7),
]


def test_an_order_is_found_by_its_attributes_and_the_oldest_candidate_wins() -> None:
    candidates = [order(9, time=SENT_MS + 5), order(8, time=SENT_MS - 2_000)]
    ask = script(("GET", SPOT_OPEN, NOT_OURS), ("GET", SPOT_ENDED, candidates))
    found = EXCHANGE.find(ask, Sought(SPOT_PLAN, SENT_MS, taken=frozenset({"7"})), SPOT, PROFILE)
    assert found
    assert found.order_id == "8"


def test_not_found_is_said_only_after_open_and_ended_orders_were_read() -> None:
    ask = script(("GET", SPOT_OPEN, NOT_OURS), ("GET", SPOT_ENDED, []))
    assert EXCHANGE.find(ask, Sought(SPOT_PLAN, SENT_MS, taken=frozenset({"7"})), SPOT, PROFILE) is None
    assert ask.targets == [
        "/api/v1/spot/openOrders?symbol=JEXBTC&limit=500&recvWindow=5000",
        "/api/v1/spot/historyOrders?symbol=JEXBTC&startTime=1551184018000&limit=500&recvWindow=5000",
    ]
    with pytest.raises(Failed):
        EXCHANGE.find(script(("GET", SPOT_OPEN, []), ("GET", SPOT_ENDED, "-1001")), Sought(SPOT_PLAN, 0), SPOT, PROFILE)


def test_a_market_close_is_found_by_side_and_time() -> None:
    closed = contract_order(type="market", side="sell", price=None, origQty="-3.9", status="entrusting")
    ask = script(("GET", "/api", [contract_order(side="SELL")]), ("GET", "/api", [closed | {"orderId": "9"}]))
    found = EXCHANGE.find(ask, Sought(replace(WHOLE, symbol="BTCUSDT"), SENT_MS), PERP, PROFILE)
    assert found
    assert found.order_id == "9"


@pytest.mark.parametrize(
    "broken",
    [
        order(status="NEWISH"),
        order(status=""),
        order(time=None),
        order(None),
        order(origQty="x"),
        order(side="up"),
        "no",
    ],
)
def test_an_undocumented_order_proves_nothing(broken: object) -> None:
    with pytest.raises(Failed):
        EXCHANGE.find(
            script(("GET", SPOT_OPEN, []), ("GET", SPOT_ENDED, [broken])), Sought(SPOT_PLAN, 0), SPOT, PROFILE
        )


def test_only_spot_and_option_orders_can_be_proved_absent() -> None:
    assert EXCHANGE.finds_orders == {Market.SPOT, Market.OPTION}
    assert not EXCHANGE.unique_ids
    assert EXCHANGE.confirms


def test_open_orders_include_foreign_ones_once_each_over_all_pages() -> None:
    first = [order(number) for number in range(1, 501)]
    rest = [order(501, status="HALF_WAY"), order(502, symbol="DASHUSDT"), order(503, status="FILLED")]
    ask = script(("GET", SPOT_OPEN, first), ("GET", SPOT_OPEN, first), ("GET", SPOT_OPEN, rest))
    listed = EXCHANGE.open_orders(ask, SPOT, PROFILE)
    assert [found.order_id for found in listed] == [str(number) for number in range(1, 502)]
    assert [target.partition("JEXBTC&")[2] for target in ask.targets] == [
        "limit=500&recvWindow=5000",
        "orderId=0&limit=500&recvWindow=5000",
        "orderId=500&limit=500&recvWindow=5000",
    ]


def test_a_list_without_end_is_not_taken_for_complete() -> None:
    page: Step = ("GET", SPOT_OPEN, [order(number) for number in range(500)])
    with pytest.raises(Failed):
        EXCHANGE.open_orders(script(*[page] * 10), SPOT, PROFILE)


def test_a_list_that_is_not_there_is_not_an_empty_list() -> None:
    answers: list[Any] = ["-2013", {}, None]
    for answered in answers:
        with pytest.raises(Failed):
            EXCHANGE.open_orders(script(("GET", SPOT_OPEN, answered)), SPOT, PROFILE)
