"""From an alert to messages: what a route adds to each order, what is refused without any state, and how it travels."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.age import read_time
from order_relay.core.alert import Alert
from order_relay.core.limits import Limits
from order_relay.core.message import decode
from order_relay.core.order import Action, Leg, OrderType, Unit
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.core.symbol import Market
from order_relay.service.dispatch import Arrival, check, completed, entries, messages

NOW_MS = read_time("2026-01-01T12:00:00Z")
ROUTE = Route("r", ("main",), format="native")


def leg(action: Action = Action.BUY, symbol: str = "BTCUSDT", market: Market = Market.PERP, **changes: Any) -> Leg:
    quantity = Decimal(1) if action in (Action.BUY, Action.SELL) else None
    return Leg(action, symbol, market, symbol, **{"quantity": quantity, **changes})


def chained(action: Action, before: int, after: int, quantity: int, **changes: Any) -> Leg:
    before_after = {"prev_position": Decimal(before), "next_position": Decimal(after), **changes}
    return leg(action, quantity=Decimal(quantity), **before_after)


def target(quantity: int, **changes: Any) -> Leg:
    return leg(Action.TARGET, quantity=Decimal(quantity), **changes)


def arrival(**limits: Any) -> Arrival:
    return Arrival(replace(ROUTE, limits=Limits(**limits)), b"{}", "request-1", NOW_MS)


def checked(*legs: Leg, age_s: int = 0, where: Arrival | None = None) -> None:
    check(Alert(legs, time_ms=NOW_MS - age_s * 1000), where or arrival())


def refusal(*legs: Leg, age_s: int = 0, where: Arrival | None = None) -> Refusal:
    with pytest.raises(Refusal) as caught:
        checked(*legs, age_s=age_s, where=where)
    return caught.value


# What the route adds


@pytest.mark.parametrize(
    ("stated", "valid_for", "exit_valid_for"), [(None, 60, 900), (5, 5, 900), (1800, 1800, 1800)], ids=str
)
def test_exits_live_as_long_as_the_routes_or_longer_if_the_alert_says_so(
    stated: int | None, valid_for: int, exit_valid_for: int
) -> None:
    (one,) = completed(Alert((leg(valid_for=stated),)), ROUTE)
    assert (one.valid_for, one.exit_valid_for) == (valid_for, exit_valid_for)


@pytest.mark.parametrize(
    ("one", "seconds"),
    [
        (leg(), 60),
        (leg(valid_for=5), 5),
        (leg(valid_for=3600), 3600),
        (leg(Action.CLOSE), 900),
        (leg(Action.CLOSE, valid_for=5), 900),
        (leg(Action.CLOSE, valid_for=1800), 1800),
        (leg(Action.SELL), 60),
        (leg(Action.SELL, market=Market.SPOT), 900),
        (leg(Action.SELL, reduce_only=True), 900),
        (chained(Action.SELL, 3, 1, 2), 900),
        (chained(Action.SELL, 1, -1, 2), 900),
        (chained(Action.SELL, 0, -1, 1), 60),
        (target(1), 900),
        (target(0), 900),
    ],
    ids=lambda value: f"{value.action}-{value.valid_for}" if isinstance(value, Leg) else str(value),
)
def test_openings_live_valid_for_and_what_reduces_in_part_as_long_as_an_exit(one: Leg, seconds: int) -> None:
    (done,) = completed(Alert((one,)), ROUTE)
    assert done.lives_s == seconds


def test_a_route_sets_both_lives() -> None:
    route = replace(ROUTE, valid_for=20, exit_valid_for=300)
    lives = [one.lives_s for one in completed(Alert((leg(), leg(Action.CLOSE), target(1))), route)]
    assert lives == [20, 300, 300]


def test_legs_are_numbered_by_their_place_in_the_alert() -> None:
    done = completed(Alert((leg(), leg(symbol="ETHUSDT"), leg(Action.CANCEL, ref="a"))), ROUTE)
    assert [(one.index, one.symbol, one.action) for one in done] == [
        (0, "BTCUSDT", Action.BUY),
        (1, "ETHUSDT", Action.BUY),
        (2, "BTCUSDT", Action.CANCEL),
    ]


def test_nothing_else_of_a_leg_is_touched() -> None:
    one = leg(
        type=OrderType.LIMIT,
        price=Decimal(7),
        leverage=Decimal(3),
        ref="a",
        prev_position=Decimal(0),
        next_position=Decimal(1),
    )
    (done,) = completed(Alert((one,)), ROUTE)
    assert replace(done, valid_for=None, exit_valid_for=None) == one


# Too late


@pytest.mark.parametrize(
    ("one", "seconds"),
    [
        (leg(), 60),
        (leg(valid_for=5), 5),
        (leg(Action.SELL), 60),
        (chained(Action.BUY, 0, 1, 1), 60),
        (leg(Action.CLOSE), 900),
        (leg(Action.SELL, reduce_only=True), 900),
        (leg(Action.SELL, market=Market.SPOT), 900),
        (chained(Action.SELL, 3, 1, 2), 900),
        (chained(Action.SELL, 1, -1, 2), 900),
        (target(1), 900),
        (target(0), 900),
        (target(-1), 900),
    ],
    ids=lambda value: (
        f"{value.action}-{value.quantity}-{value.prev_position}" if isinstance(value, Leg) else str(value)
    ),
)
def test_an_alert_is_stale_one_second_after_the_last_part_of_it_could_act(one: Leg, seconds: int) -> None:
    checked(one, age_s=seconds)
    refused = refusal(one, age_s=seconds + 1)
    assert (refused.word, refused.status) == (Word.STALE, 422)
    assert f"{seconds + 1} s old" in refused.reason
    assert f"valid for {seconds} s" in refused.reason


@pytest.mark.parametrize("action", [Action.CANCEL, Action.CANCEL_ALL, Action.HALT])
def test_a_cancel_and_a_halt_are_never_too_late(action: Action) -> None:
    checked(leg(action), age_s=86_400)
    checked(leg(), leg(action), age_s=86_400)


def test_an_alert_goes_on_while_a_part_of_it_is_still_wanted() -> None:
    checked(leg(), leg(Action.CLOSE), age_s=600)
    assert refusal(leg(), leg(Action.CLOSE), age_s=901).word is Word.STALE
    assert refusal(leg(), leg(symbol="ETHUSDT"), age_s=61).word is Word.STALE


def test_an_alert_without_a_time_is_as_old_as_its_arrival() -> None:
    check(Alert((leg(),)), arrival())


def test_a_time_ahead_makes_nothing_younger_and_more_than_a_day_ahead_is_no_time() -> None:
    checked(leg(), age_s=-3600)
    assert refusal(leg(), age_s=-86_401).word is Word.INVALID_TIME


# Limits that need no state


@pytest.mark.parametrize(
    ("symbols", "market", "allowed"),
    [
        ({"BTCUSDT"}, Market.PERP, True),
        ({"BTCUSDT"}, Market.SPOT, True),
        ({"BINANCE:BTC-USDT"}, Market.SPOT, True),
        ({"BTCUSDT.P"}, Market.PERP, True),
        ({"BTCUSDT.P"}, Market.SPOT, False),
        ({"ETHUSDT", "SOLUSDT"}, Market.PERP, False),
    ],
    ids=str,
)
def test_only_listed_symbols_pass_in_any_spelling(symbols: set[str], market: Market, allowed: bool) -> None:
    where = arrival(symbols=frozenset(symbols))
    for one in (leg(market=market), leg(Action.CLOSE, market=market), leg(Action.CANCEL, market=market, ref="a")):
        if allowed:
            checked(one, where=where)
        else:
            refused = refusal(one, where=where)
            assert refused.word is Word.LIMIT
            assert "BTCUSDT" in refused.reason


@pytest.mark.parametrize("action", [Action.HALT, Action.RESUME])
def test_a_halt_is_for_the_whole_route_and_needs_no_symbol_of_the_list(action: Action) -> None:
    checked(leg(action, symbol="*", market=Market.SPOT), where=arrival(symbols=frozenset({"BTCUSDT"})))


@pytest.mark.parametrize(
    ("one", "limits", "told"),
    [
        (leg(quantity=Decimal("2.01")), {"max_quantity": Decimal(2)}, "2.01"),
        (leg(Action.SELL, quantity=Decimal(3)), {"max_quantity": Decimal(2)}, "3"),
        (leg(leverage=Decimal(11)), {"max_leverage": Decimal(10)}, "11"),
        (leg(quantity=Decimal(501), unit=Unit.QUOTE), {"max_notional": Decimal(500)}, "501"),
        (leg(type=OrderType.LIMIT, price=Decimal(501)), {"max_notional": Decimal(500)}, "501"),
        (leg(type=OrderType.STOP, trigger_price=Decimal(501)), {"max_notional": Decimal(500)}, "501"),
        (
            leg(type=OrderType.STOP, trigger_price=Decimal(400), price=Decimal(501)),
            {"max_notional": Decimal(500)},
            "501",
        ),
    ],
    ids=str,
)
def test_an_opening_above_a_limit_is_refused_with_both_numbers(one: Leg, limits: dict[str, Any], told: str) -> None:
    refused = refusal(one, where=arrival(**limits))
    assert (refused.word, refused.status) == (Word.LIMIT, 422)
    (limit,) = limits.values()
    assert told in refused.reason
    assert f"{limit}" in refused.reason


@pytest.mark.parametrize(
    ("one", "limits"),
    [
        (leg(quantity=Decimal(2)), {"max_quantity": Decimal(2)}),
        (leg(leverage=Decimal(10)), {"max_leverage": Decimal(10)}),
        (leg(), {"max_leverage": Decimal(10)}),
        (leg(quantity=Decimal(500), unit=Unit.QUOTE), {"max_notional": Decimal(500)}),
        (leg(type=OrderType.LIMIT, price=Decimal(500)), {"max_notional": Decimal(500)}),
    ],
    ids=str,
)
def test_an_opening_at_a_limit_passes(one: Leg, limits: dict[str, Any]) -> None:
    checked(one, where=arrival(**limits))


@pytest.mark.parametrize(
    ("one", "limits"),
    [
        (leg(quantity=Decimal(1000)), {"max_notional": Decimal(500)}),
        (leg(quantity=Decimal(1000), unit=Unit.QUOTE), {"max_quantity": Decimal(2)}),
        (leg(quantity=Decimal(50), unit=Unit.CONTRACTS), {"max_quantity": Decimal(2), "max_notional": Decimal(5)}),
        (leg(quantity=Decimal(50), unit=Unit.PERCENT_EQUITY), {"max_quantity": Decimal(2), "max_notional": Decimal(5)}),
        (leg(quantity=Decimal(50), unit=Unit.PERCENT_AVAILABLE), {"max_notional": Decimal(5)}),
        (leg(quantity=Decimal(50), unit=Unit.COLLATERAL), {"max_quantity": Decimal(2)}),
    ],
    ids=str,
)
def test_what_needs_a_price_or_the_account_is_left_to_the_worker(one: Leg, limits: dict[str, Any]) -> None:
    checked(one, where=arrival(**limits))


TIGHT = {"max_quantity": Decimal("0.1"), "max_notional": Decimal(1), "max_leverage": Decimal(1)}


@pytest.mark.parametrize(
    "one",
    [
        leg(Action.CLOSE),
        leg(Action.CLOSE, quantity=Decimal(1000)),
        leg(Action.CLOSE, quantity=Decimal(100), type=OrderType.LIMIT, price=Decimal(100)),
        leg(Action.CLOSE, quantity=Decimal(1), type=OrderType.STOP, trigger_price=Decimal(100)),
        leg(Action.SELL, reduce_only=True, quantity=Decimal(1000), leverage=Decimal(50)),
        leg(Action.SELL, market=Market.SPOT, quantity=Decimal(1000)),
        chained(Action.SELL, 1000, 0, 1000),
        chained(Action.BUY, -1000, -1, 999),
        target(0),
        leg(Action.CANCEL, ref="a"),
        leg(Action.CANCEL_ALL),
    ],
    ids=lambda one: f"{one.action}-{one.quantity}-{one.prev_position}",
)
def test_limits_never_hold_back_what_only_reduces(one: Leg) -> None:
    checked(one, where=arrival(**TIGHT))


def test_the_closing_part_of_a_flip_does_not_count_against_the_limits() -> None:
    where = arrival(max_quantity=Decimal("1.5"), max_notional=Decimal(150))
    checked(chained(Action.SELL, 1, -1, 2), where=where)
    checked(chained(Action.SELL, 1, -1, 2, type=OrderType.LIMIT, price=Decimal(100)), where=where)
    checked(chained(Action.SELL, 1, -2, 3), where=where)  # its exit must run, its opening is the worker's to refuse


def test_a_target_that_may_reduce_the_position_is_left_to_the_worker() -> None:
    checked(target(5), where=arrival(max_quantity=Decimal(2)))
    checked(target(-5), where=arrival(max_quantity=Decimal(2)))
    checked(target(600, unit=Unit.QUOTE), where=arrival(max_notional=Decimal(500)))


# What travels


def test_the_limits_of_the_route_travel_with_each_message() -> None:
    limits: dict[str, Any] = {
        "max_quantity": Decimal(5),
        "collar": Decimal("0.02"),
        "orders_per_minute": 7,
        "dry_run": True,
    }
    where = arrival(**limits, symbols=frozenset({"BTCUSDT", "ETHUSDT"}))
    sent = messages(Alert((leg(), leg(symbol="ETHUSDT"))), where)
    assert len(sent) == 2
    for message in sent:
        assert decode(message.encode()).limits == Limits(**limits)


def test_the_legs_of_a_message_arrive_completed() -> None:
    (message,) = messages(Alert((leg(), leg(Action.CLOSE))), arrival())
    assert [(one.index, one.valid_for, one.exit_valid_for) for one in decode(message.encode()).legs] == [
        (0, 60, 900),
        (1, 60, 900),
    ]


def test_legs_of_one_symbol_travel_together_and_markets_apart() -> None:
    alert = Alert((leg(), leg(market=Market.SPOT), leg(symbol="ETHUSDT"), leg(Action.CLOSE)))
    assert [[one.index for one in message.legs] for message in messages(alert, arrival())] == [[0, 3], [1], [2]]


def test_a_halt_travels_once_per_account_in_the_cancel_lane() -> None:
    where = replace(arrival(), route=replace(ROUTE, accounts=("main", "second")))
    halt = Alert((Leg(Action.HALT, "*", Market.SPOT, "*"),))
    found = entries(messages(halt, where), "request-1")
    assert [entry.lane for entry in found] == ["cancels", "cancels"]
    assert len({entry.group for entry in found}) == 2


def test_a_halt_beside_a_close_keeps_its_place_in_the_order_lane() -> None:
    alert = Alert((Leg(Action.HALT, "*", Market.SPOT, "*"), leg(Action.CLOSE)))
    assert {entry.lane for entry in entries(messages(alert, arrival()), "request-1")} == {"orders"}


def test_too_many_orders_are_refused() -> None:
    eleven = Alert(tuple(leg() for _ in range(11)))
    with pytest.raises(Refusal) as caught:
        messages(eleven, arrival())
    assert caught.value.word is Word.TOO_MANY_ORDERS
    many = Alert(tuple(leg(symbol=f"A{number}USDT") for number in range(21)))
    with pytest.raises(Refusal) as caught:
        messages(many, arrival())
    assert caught.value.word is Word.TOO_MANY_ORDERS
