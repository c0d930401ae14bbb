"""Cancels: by ref, by exchange id, all of a symbol; ahead of their order, beside it, and under load."""

from decimal import Decimal
from typing import Any

import pytest

from tests.service.bench import Bench
from tests.service.cases import ACCOUNTS, MARKETS, limit_buy, limit_sell, venue


def still_open(bench: Bench, account: str) -> list[Any]:
    return [order for order in bench.ledger(venue(account)) if order["state"] in ("open", "entrusting")]


@pytest.mark.parametrize(("account", "symbol"), MARKETS)
def test_a_cancel_by_ref_ends_the_order_and_both_records(bench: Bench, account: str, symbol: str) -> None:
    bench.run(limit_buy(symbol, ref="entry"), accounts=[account])
    cancel = bench.run({"action": "cancel", "symbol": symbol, "ref": "entry"})
    assert (cancel["state"], cancel["reason"]) == ("cancelled", "1 cancelled, 0 filled, 0 not found")
    assert bench.orders()[0]["state"] == "cancelled"
    assert not still_open(bench, account)


@pytest.mark.parametrize(("account", "symbol"), MARKETS)
def test_a_cancel_by_exchange_id_ends_a_foreign_order(bench: Bench, account: str, symbol: str) -> None:
    order = bench.run(limit_buy(symbol), accounts=[account])
    bench.journal.items.clear()
    cancel = bench.run({"action": "cancel", "symbol": symbol, "order_id": order["exchange_order_id"]})
    assert (cancel["state"], cancel["reason"]) == ("cancelled", "1 cancelled, 0 filled, 0 not found")
    assert not still_open(bench, account)


@pytest.mark.parametrize(("account", "symbol"), MARKETS)
def test_cancel_all_ends_every_older_order_foreign_ones_too(bench: Bench, account: str, symbol: str) -> None:
    bench.run(limit_buy(symbol), accounts=[account])
    bench.journal.items.clear()
    bench.run(limit_buy(symbol, "49000"))
    bench.run(limit_buy(symbol, "48000"))
    bench.clock.sleep(40)
    cancel = bench.run({"action": "cancel_all", "symbol": symbol})
    assert (cancel["state"], cancel["reason"]) == ("cancelled", "3 cancelled, 0 filled, 0 not found")
    assert not still_open(bench, account)
    assert [order["state"] for order in bench.orders()] == ["cancelled"] * 3


@pytest.mark.parametrize("account", ACCOUNTS)
def test_cancel_all_leaves_the_other_market_of_the_same_name_alone(bench: Bench, account: str) -> None:
    bench.run(limit_buy("BTCUSDT"), accounts=[account])
    bench.run(limit_buy("BTCUSDT.P"))
    bench.clock.sleep(40)
    bench.run({"action": "cancel_all", "symbol": "BTCUSDT.P"})
    assert len(still_open(bench, account)) == 1


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_later_leg_of_the_same_alert_survives_its_own_cancel_all(bench: Bench, account: str) -> None:
    bench.run(limit_buy(), accounts=[account])
    bench.clock.sleep(40)
    bench.post([{"action": "cancel_all", "symbol": "BTCUSDT"}, limit_buy(price="48000")])
    bench.drain()
    assert [order["state"] for order in bench.orders()] == ["cancelled", "cancelled", "placed"]
    [left] = still_open(bench, account)
    assert Decimal(left["price"]) == 48000


def test_a_cancel_that_overtakes_its_order_keeps_it_from_being_sent(bench: Bench) -> None:
    bench.route(accounts=["okx"])
    bench.post(limit_buy(ref="entry"))
    bench.clock.sleep(1)
    bench.post({"action": "cancel", "symbol": "BTCUSDT", "ref": "entry"})
    bench.queue.reverse()
    bench.drain()
    states = {order["action"]: order["state"] for order in bench.orders()}
    assert states == {"buy": "cancelled", "cancel": "cancelled"}
    assert not bench.ledger("okx")


def test_yesterday_s_cancel_does_not_touch_today_s_order_of_the_same_name(bench: Bench) -> None:
    bench.route(accounts=["okx"])
    bench.post({"action": "cancel", "symbol": "BTCUSDT", "ref": "entry"})
    old = bench.queue.pop()
    bench.clock.sleep(86_400)
    bench.run(limit_buy(ref="entry"))
    bench.queue.append(old)
    bench.drain()
    assert len(still_open(bench, "okx")) == 1


def test_a_cancel_all_that_is_delivered_late_spares_younger_orders(bench: Bench) -> None:
    bench.route(accounts=["okx"])
    bench.run(limit_buy())
    bench.clock.sleep(1)
    bench.post({"action": "cancel_all", "symbol": "BTCUSDT"})
    late = bench.queue.pop()
    bench.clock.sleep(60)
    bench.run(limit_buy(price="48000"))
    bench.queue.append(late)
    bench.drain()
    [left] = still_open(bench, "okx")
    assert Decimal(left["price"]) == 48000


@pytest.mark.parametrize("code", ["3008", "4001"])
def test_coinex_under_load_is_asked_again_every_second_or_two(bench: Bench, code: str) -> None:
    bench.run(limit_buy(ref="entry"), accounts=["coinex"])
    bench.venues["coinex"].add_fault(op="cancel", kind="code", code=code, for_ms=30_000)
    bench.post({"action": "cancel", "symbol": "BTCUSDT", "ref": "entry"})
    waits = bench.drain()
    assert bench.orders()[-1]["state"] == "cancelled"
    assert not still_open(bench, "coinex")
    assert len(waits) > 10
    assert all(1 <= wait <= 2 for wait in waits)


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_success_that_left_the_order_open_is_not_believed(bench: Bench, account: str) -> None:
    bench.run(limit_buy(ref="entry"), accounts=[account])
    bench.venues[venue(account)].add_fault(op="cancel", kind="ignore", times=3)
    cancel = bench.run({"action": "cancel", "symbol": "BTCUSDT", "ref": "entry"})
    assert cancel["state"] == "cancelled"
    assert not still_open(bench, account)
    assert any("still open" in line["note"] for line in cancel["history"])


def test_an_order_that_cannot_be_cancelled_is_parked_with_the_evidence(bench: Bench) -> None:
    bench.run(limit_buy(ref="entry"), accounts=["coinex"])
    bench.venues["coinex"].add_fault(op="cancel", kind="ignore", times=1000)
    cancel = bench.run({"action": "cancel", "symbol": "BTCUSDT", "ref": "entry"})
    assert cancel["state"] == "parked"
    assert "POST /v2/spot/cancel-order" in cancel["reason"]
    assert bench.orders()[0]["state"] == "placed"


def test_a_partly_filled_order_is_cancelled_with_its_fill(bench: Bench) -> None:
    bench.run(limit_buy(ref="entry", quantity="0.04"), accounts=["okx"])
    bench.venues["okx"].set_liquidity("spot", "BTC-USDT", "0.01")
    bench.venues["okx"].set_price("spot", "BTC-USDT", "50000")
    bench.run({"action": "cancel", "symbol": "BTCUSDT", "ref": "entry"})
    order = bench.orders()[0]
    assert (order["state"], order["filled_quantity"]) == ("cancelled", "0.01")


def test_a_filled_order_stays_placed_and_its_cancel_says_so(bench: Bench) -> None:
    bench.run(limit_buy(ref="entry"), accounts=["okx"])
    bench.venues["okx"].set_price("spot", "BTC-USDT", "49000")
    cancel = bench.run({"action": "cancel", "symbol": "BTCUSDT", "ref": "entry"})
    assert cancel["reason"] == "0 cancelled, 1 filled, 0 not found"
    assert bench.orders()[0]["state"] == "placed"


def test_an_unknown_ref_tells_what_is_open_on_the_symbol(bench: Bench) -> None:
    bench.run(limit_buy(ref="entry"), accounts=["okx"])
    cancel = bench.run({"action": "cancel", "symbol": "BTCUSDT", "ref": "typo"})
    assert cancel["reason"].startswith("0 cancelled, 0 filled, 1 not found")
    assert "1 open" in cancel["reason"]


def test_a_cancel_while_the_order_s_fate_is_unknown_chases_it(bench: Bench) -> None:
    bench.run(limit_sell(ref="x"), accounts=["bitunix"])
    exchange = bench.venues["bitunix"]
    exchange.read_lag_ms = 3_000
    exchange.add_fault(op="place", kind="accept_then_drop")
    bench.post(limit_buy(ref="entry"))
    placing = bench.queue.pop()
    assert bench.step(placing) is not None
    bench.clock.sleep(0.5)
    bench.post({"action": "cancel", "symbol": "BTCUSDT", "ref": "entry"})
    cancelling = bench.queue.pop()
    assert bench.step(cancelling, message_id="c") is not None
    bench.clock.sleep(4)
    assert bench.step(cancelling, receives=2, message_id="c") is not None
    bench.queue.append(placing)
    bench.drain()
    bench.queue.append(cancelling)
    bench.drain()
    assert [order["ref"] for order in bench.orders() if order["state"] == "cancelled"] == ["entry", "entry"]
    assert len(still_open(bench, "bitunix")) == 1


def test_a_cancel_leg_that_is_not_done_stops_the_legs_after_it(bench: Bench) -> None:
    bench.run(limit_buy(ref="entry"), accounts=["coinex"])
    bench.venues["coinex"].add_fault(op="cancel", kind="ignore", times=1000)
    bench.post([{"action": "cancel", "symbol": "BTCUSDT", "ref": "entry"}, limit_buy(price="48000")])
    bench.drain(within_s=1000)
    assert [order["state"] for order in bench.orders()] == ["placed", "parked", "rejected"]
    assert bench.orders()[-1]["reason"] == "an earlier leg failed"


def test_a_cancel_holds_its_order_back_even_while_the_exchange_cannot_be_reached(bench: Bench) -> None:
    bench.route(accounts=["okx"])
    bench.post(limit_buy(ref="entry"))
    placing = bench.queue.pop()
    bench.wire.down.add("okx")
    bench.clock.sleep(1)
    bench.post({"action": "cancel", "symbol": "BTCUSDT", "ref": "entry"})
    assert bench.step(bench.queue[0], message_id="c") is not None
    bench.wire.down.clear()
    assert bench.step(placing) is None
    assert bench.orders()[-1]["state"] == "cancelled"
    assert bench.orders()[-1]["attempts"] == 0
    bench.drain()
    assert not bench.ledger("okx")


@pytest.mark.parametrize("account", ["okx", "coinex"])
@pytest.mark.parametrize("named", [True, False])
def test_an_order_just_placed_is_not_gone_because_reads_lag(bench: Bench, account: str, named: bool) -> None:
    bench.route(accounts=[account])
    bench.venues[account].read_lag_ms = 2_000
    bench.post(limit_buy(ref="entry"))
    cancel = {"action": "cancel", "ref": "entry"} if named else {"action": "cancel_all"}
    bench.clock.sleep(0.01)
    bench.post({**cancel, "symbol": "BTCUSDT"})
    bench.drain()
    assert not still_open(bench, account)
    assert [order["state"] for order in bench.orders()] == ["cancelled", "cancelled"]


def test_a_cancel_by_id_does_not_believe_a_list_that_lags(bench: Bench) -> None:
    order = bench.run(limit_buy(), accounts=["okx"])
    bench.journal.items.clear()
    bench.venues["okx"].read_lag_ms = 2_000
    cancel = bench.run({"action": "cancel", "symbol": "BTCUSDT", "order_id": order["exchange_order_id"]})
    assert cancel["reason"].startswith("1 cancelled")
    assert not still_open(bench, "okx")


def test_an_unknown_exchange_id_is_not_found(bench: Bench) -> None:
    cancel = bench.run({"action": "cancel", "symbol": "BTCUSDT", "order_id": "404"}, accounts=["okx"])
    assert cancel["reason"] == "0 cancelled, 0 filled, 1 not found"


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_cancel_by_id_that_the_exchange_refuses_has_cancelled_nothing(bench: Bench, account: str) -> None:
    order = bench.run(limit_buy(), accounts=[account])
    number = order["exchange_order_id"]
    bench.journal.items.clear()
    refusals = {
        "coinex": ("3639", 200), "okx": ("51000", 200), "bitget": ("40017", 400), "bitunix": ("10002", 200),
        "jex": ("-1100", 400),
    }  # fmt: skip
    code, status = refusals[venue(account)]
    bench.venues[venue(account)].add_fault(op="cancel", kind="code", code=code, status=status)
    cancel = bench.run({"action": "cancel", "symbol": "BTCUSDT", "order_id": number})
    assert cancel["state"] == "rejected", cancel["reason"]
    assert still_open(bench, account)


def test_an_id_that_the_exchange_could_never_have_given_is_refused(bench: Bench) -> None:
    cancel = bench.run({"action": "cancel", "symbol": "BTCUSDT", "order_id": "mine"}, accounts=["coinex"])
    assert cancel["state"] == "rejected"
    assert "'mine'" in cancel["reason"]


@pytest.mark.parametrize("action", ["cancel", "cancel_all"])
def test_a_cancel_does_not_wait_for_an_order_between_two_attempts(bench: Bench, action: str) -> None:
    """Its message may lie in the dead letters: nobody would ever come to end it."""
    bench.route(accounts=["okx"])
    bench.venues["okx"].add_fault(op="place", kind="code", code="50011", status=429, headers={"Retry-After": "50"})
    bench.post({**limit_buy(ref="entry"), "valid_for": 600})
    placing = bench.queue.pop()
    assert bench.step(placing) is not None
    named = {"ref": "entry"} if action == "cancel" else {}
    bench.post({"action": action, "symbol": "BTCUSDT", **named})
    assert bench.drain() == []
    assert [order["state"] for order in bench.orders()] == ["cancelled", "cancelled"]
    assert bench.step(placing, receives=2) is None
    assert not bench.ledger("okx")


@pytest.mark.parametrize(("code", "told"), [("50011", "before it was sent again"), ("", "before it was sent")])
def test_an_order_that_waits_is_cancelled_and_says_whether_it_was_tried(bench: Bench, code: str, told: str) -> None:
    bench.route(accounts=["okx"])
    bench.post(limit_buy(ref="entry"))
    entry = bench.queue.pop()
    bench.clock.sleep(1)
    if code:
        bench.venues["okx"].add_fault(op="place", kind="code", code=code, status=429, times=100)
        assert bench.step(entry) is not None
    bench.post({"action": "cancel", "symbol": "BTCUSDT", "ref": "entry"})
    bench.drain()
    assert bench.step(entry, 2) is None
    (order,) = (one for one in bench.orders() if one["action"] == "buy")
    assert (order["state"], order["reason"]) == ("cancelled", f"cancelled by a later alert {told}")
