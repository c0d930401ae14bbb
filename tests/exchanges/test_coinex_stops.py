"""CoinEx stop orders: what is sent, what is refused, and how they are found where no answer links stop and order."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.exchange import Found, Handle, Instrument, Sought, Status
from order_relay.core.order import OrderType, Plan, Side, TimeInForce, Unit
from order_relay.core.outcome import Failed, Op, Verdict, classify
from order_relay.core.refusal import Refusal
from order_relay.core.symbol import Market
from order_relay.exchanges.coinex import EXCHANGE
from tests.exchanges.coinex_cases import (
    ENDED,
    ID,
    INVERSE,
    LIMIT,
    MARKET,
    OPEN,
    PENDING,
    PERP,
    PERP_LIMIT,
    PERP_MARKET,
    PROFILE,
    SENT_MS,
    SPOT,
    answer,
    order,
    page,
    script,
)
from tests.exchanges.scripted import Script, Step

STOP = replace(MARKET, type=OrderType.STOP, side=Side.SELL, trigger_price=Decimal("59000.00"), above=False)
STOP_LIMIT = replace(STOP, price=Decimal(58900))
PERP_STOP = replace(STOP, market=Market.PERP)
WAITING = f"/v2/spot/pending-stop-order?market=BTCUSDT&market_type=SPOT&client_id={ID}&page=1&limit=100"
TRIGGERED = "/v2/spot/finished-stop-order?market=BTCUSDT&market_type=SPOT&page="


def stop(client_id: str = ID, **changes: Any) -> dict[str, Any]:
    """A stop as the spot lists show it (docs: list-pending-stop-order)."""
    shown = {
        "stop_id": 13400,
        "market": " BTCUSDT",
        "market_type": "SPOT",
        "ccy": "BTC",
        "side": "sell",
        "type": "limit",
        "amount": "0.0001",
        "price": "58900",
        "trigger_price": "59000",
        "trigger_direction": "lower",
        "trigger_price_type": "latest_price",
        "client_id": client_id,
        "created_at": SENT_MS,
        "updated_at": SENT_MS,
    }
    return shown | changes


def find(ask: Script, order_id: str | None = None) -> Found | None:
    found = EXCHANGE.find(ask, Sought(STOP_LIMIT, SENT_MS, order_id), SPOT, PROFILE)
    assert ask.finished
    return found


# Placing


@pytest.mark.parametrize(
    ("plan", "body"),
    [
        (STOP, '"side":"sell","type":"market","ccy":"BTC","amount":"0.0001"'),
        (STOP_LIMIT, '"side":"sell","type":"limit","amount":"0.0001","price":"58900"'),
        (
            replace(STOP_LIMIT, time_in_force=TimeInForce.IOC),
            '"side":"sell","type":"ioc","amount":"0.0001","price":"58900"',
        ),
        (
            replace(STOP, side=Side.BUY, unit=Unit.QUOTE, quantity=Decimal(25)),
            '"side":"buy","type":"market","ccy":"USDT","amount":"25"',
        ),
        (
            replace(STOP, reduce_only=True),
            '"side":"sell","type":"market","ccy":"BTC","amount":"0.0001"',
        ),
    ],
    ids=["at market", "at a limit", "at a limit, at once", "for money", "selling out"],
)
def test_a_spot_stop_is_an_order_with_a_trigger_price(plan: Plan, body: str) -> None:
    call = EXCHANGE.place(plan, SPOT, PROFILE)
    assert (call.op, call.method, call.target) == (Op.PLACE, "POST", "/v2/spot/stop-order")
    tail = f'"client_id":"{ID}","trigger_price":"59000"'
    assert call.body == f'{{"market":"BTCUSDT","market_type":"SPOT",{body},{tail}}}'


def test_a_futures_stop_triggers_by_the_last_price() -> None:
    call = EXCHANGE.place(PERP_STOP, PERP, PROFILE)
    assert call.target == "/v2/futures/stop-order"
    assert call.body == (
        '{"market":"BTCUSDT","market_type":"FUTURES","side":"sell","type":"market","amount":"0.0001",'
        f'"client_id":"{ID}","trigger_price_type":"latest_price","trigger_price":"59000"}}'
    )


@pytest.mark.parametrize(
    ("plan", "instrument", "why"),
    [
        (replace(PERP_STOP, reduce_only=True), PERP, "cannot be reduce-only"),
        (replace(STOP, trigger_price=None), SPOT, "needs a trigger price"),
        (replace(STOP, type=OrderType.TRAILING, trail=Decimal("0.01")), SPOT, "no trailing orders"),
        (replace(PERP_STOP, type=OrderType.TRAILING, trail=Decimal("0.01")), PERP, "no trailing orders"),
        (replace(STOP, time_in_force=TimeInForce.FOK), SPOT, "cannot be fok"),
        (replace(STOP_LIMIT, unit=Unit.QUOTE), SPOT, "in quote"),
        (replace(PERP_STOP, symbol="BTCUSD", unit=Unit.CONTRACTS), INVERSE, "is inverse"),
        (replace(LIMIT, take_profit=Decimal(65000)), SPOT, "no take-profit or stop-loss"),
        (replace(MARKET, stop_loss=Decimal(55000)), SPOT, "no take-profit or stop-loss"),
        (replace(PERP_LIMIT, stop_loss=Decimal(55000)), PERP, "no take-profit or stop-loss"),
        (replace(PERP_MARKET, take_profit=Decimal(65000)), PERP, "no take-profit or stop-loss"),
        (replace(PERP_STOP, stop_loss=Decimal(55000)), PERP, "no take-profit or stop-loss"),
    ],
)
def test_stops_that_coinex_does_not_have_are_refused_before_anything_is_sent(
    plan: Plan, instrument: Instrument, why: str
) -> None:
    with pytest.raises(Refusal, match=f"unsupported: .*{why}"):
        EXCHANGE.place(plan, instrument, PROFILE)


def test_an_accepted_stop_tells_its_own_id() -> None:
    call = EXCHANGE.place(PERP_STOP, PERP, PROFILE)
    reading = EXCHANGE.read(call, answer({"code": 0, "data": {"stop_id": 287330817}, "message": "OK "}))
    assert reading is not None
    assert (reading.code, EXCHANGE.placed(reading.data)) == (None, "287330817")


@pytest.mark.parametrize("data", [None, {}, [], {"order_id": 1}, {"stop_id": 0}, {"stop_id": None}])
def test_a_stop_without_its_id_is_no_success(data: object) -> None:
    call = EXCHANGE.place(STOP, SPOT, PROFILE)
    received = answer({"code": 0, "data": data, "message": "OK"})
    assert classify(EXCHANGE.rules, call.op, received, EXCHANGE.read(call, received)).verdict is Verdict.AMBIGUOUS


def test_an_order_that_is_answered_with_a_stop_is_no_success_either() -> None:
    call = EXCHANGE.place(LIMIT, SPOT, PROFILE)
    assert EXCHANGE.read(call, answer({"code": 0, "data": {"stop_id": 13400}, "message": "OK"})) is None


# Cancelling


def test_a_stop_has_cancels_of_its_own() -> None:
    by_id = EXCHANGE.cancel(Handle("13400", ID, stop=True), SPOT, PROFILE)
    assert (by_id.op, by_id.target) == (Op.CANCEL, "/v2/spot/cancel-stop-order")
    assert by_id.body == '{"market":"BTCUSDT","market_type":"SPOT","stop_id":13400}'
    by_client_id = EXCHANGE.cancel(Handle(None, ID, stop=True), PERP, PROFILE)
    assert by_client_id.target == "/v2/futures/cancel-stop-order-by-client-id"
    assert by_client_id.body == f'{{"market":"BTCUSDT","market_type":"FUTURES","client_id":"{ID}"}}'


def test_a_stop_id_that_is_no_number_is_not_sent() -> None:
    with pytest.raises(Refusal, match="are numbers"):
        EXCHANGE.cancel(Handle("stop-1", None, stop=True), SPOT, PROFILE)


# Finding


def test_a_waiting_stop_is_found_by_its_client_id_in_one_call() -> None:
    assert find(script(("GET", WAITING, page(stop("foreign"), stop())))) == Found(
        order_id="13400",
        status=Status.OPEN,
        side=Side.SELL,
        quantity=Decimal("0.0001"),
        filled=Decimal(0),
        client_id=ID,
        price=Decimal(58900),
        created_ms=SENT_MS,
        stop=True,
    )


def test_a_stop_at_market_shows_no_price() -> None:
    found = find(script(("GET", WAITING, page(stop(type="market", price="0")))))
    assert found is not None
    assert (found.price, found.stop, found.live) == (None, True, True)


def test_a_triggered_stop_is_shown_as_the_order_that_it_became() -> None:
    sold = order(side="sell", order_id=77, unfilled_amount="0", filled_amount="0.0001", filled_value="5.89")
    ask = script(
        ("GET", WAITING, page()),
        ("GET", TRIGGERED + "1", page(stop("foreign"), stop())),
        ("GET", PENDING, page()),
        ("GET", ENDED, page(sold)),
    )
    found = find(ask, "13400")
    assert found is not None
    assert (found.order_id, found.status, found.filled, found.stop) == ("77", Status.FILLED, Decimal("0.0001"), False)


def test_a_triggered_stop_whose_order_rests_is_open_and_no_stop_any_more() -> None:
    ask = script(("GET", WAITING, page()), ("GET", TRIGGERED, page(stop())), ("GET", PENDING, page(order(side="sell"))))
    found = find(ask, "13400")
    assert found is not None
    assert (found.order_id, found.status, found.stop) == ("117178743547", Status.OPEN, False)


@pytest.mark.parametrize("known", [None, "13400"])
def test_a_triggered_stop_whose_order_is_not_shown_has_still_triggered(known: str | None) -> None:
    ask = script(
        ("GET", WAITING, page()), ("GET", TRIGGERED, page(stop())), ("GET", PENDING, page()), ("GET", ENDED, page())
    )
    found = find(ask, known)
    assert found is not None
    assert (found.order_id, found.status, found.filled, found.stop) == ("13400", Status.FILLED, Decimal(0), False)
    assert "triggered" in found.reason


def test_the_order_of_a_stop_that_was_seen_and_vanished_was_cancelled_without_a_fill() -> None:
    ask = script(
        ("GET", WAITING, page()), ("GET", TRIGGERED, page(stop())), ("GET", PENDING, page()), ("GET", ENDED, page())
    )
    assert find(ask, "117178743547") is None


def test_the_order_of_a_stop_is_found_though_its_stop_is_listed_no_more() -> None:
    ask = script(("GET", WAITING, page()), ("GET", TRIGGERED, page()), ("GET", PENDING, page(order(side="sell"))))
    found = find(ask, "117178743547")
    assert found is not None
    assert found.live


def test_a_stop_is_absent_when_it_neither_waits_nor_triggered() -> None:
    assert find(script(("GET", WAITING, page()), ("GET", TRIGGERED, page(stop("foreign"))))) is None


def test_triggered_stops_are_read_back_to_a_minute_before_sending() -> None:
    recent = stop("recent", created_at=SENT_MS - 60_000, updated_at=SENT_MS - 60_000)
    old = stop("old", created_at=SENT_MS - 60_001, updated_at=SENT_MS - 60_001)
    steps: list[Step] = [
        ("GET", WAITING, page()),
        ("GET", TRIGGERED + "1", page(recent, more=True)),
        ("GET", TRIGGERED + "2", page(old, more=True)),
    ]
    assert find(script(*steps)) is None


@pytest.mark.parametrize(
    "steps",
    [
        [("GET", WAITING, "3008")],
        [("GET", WAITING, page()), ("GET", TRIGGERED, "4001")],
        [("GET", WAITING, page()), ("GET", TRIGGERED, page(stop())), ("GET", PENDING, "4002")],
    ],
)
def test_a_failed_read_proves_no_absence(steps: list[Step]) -> None:
    with pytest.raises(Failed):
        find(script(*steps))


@pytest.mark.parametrize("change", [{"stop_id": None}, {"side": "both"}, {"amount": ""}, {"created_at": None}])
def test_a_stop_that_cannot_be_read_is_not_taken_for_absent(change: dict[str, Any]) -> None:
    with pytest.raises(Failed, match="undocumented stop order"):
        find(script(("GET", WAITING, page(stop(**change)))))


# Open orders


def test_open_orders_end_with_the_waiting_stops_foreign_ones_too() -> None:
    ask = script(
        ("GET", OPEN, page(order())),
        ("GET", "/v2/spot/pending-stop-order?market=BTCUSDT&market_type=SPOT&page=1", page(stop(), stop("web"))),
    )
    found = EXCHANGE.open_orders(ask, SPOT, PROFILE)
    assert [(one.order_id, one.client_id, one.stop) for one in found] == [
        ("117178743547", ID, False),
        ("13400", ID, True),
        ("13400", "web", True),
    ]
    assert ask.finished
