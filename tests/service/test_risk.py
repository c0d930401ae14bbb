"""The risk gate: limits per route, counters that count a record once, halts, and routes that only pretend."""

from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.record import Key
from order_relay.exchanges import EXCHANGES
from order_relay.service.halts import EVERYTHING, Halts, of_account, of_route
from order_relay.service.switching import switch
from tests.service.bench import Bench
from tests.service.cases import ACCOUNTS, limit_buy, market_buy, venue

PERP = "BTCUSDT.P"


def sell_out(**more: Any) -> dict[str, Any]:
    return {"action": "close", "symbol": PERP, **more}


def test_a_minute_holds_only_as_many_orders_as_the_route_allows(bench: Bench) -> None:
    bench.route(accounts=["okx"], limits={"orders_per_minute": 3})
    for number in range(500):
        bench.post(limit_buy(PERP, id=str(number)))
    bench.drain()
    states = [order["state"] for order in bench.orders()]
    assert (states.count("placed"), states.count("rejected")) == (3, 497)
    assert bench.orders()[3]["reason"] == "limit: 3 orders within a minute already, the route allows 3"
    assert bench.signals.counts["RiskRefused"] == 497


def test_the_minute_slides_and_exits_are_never_counted_or_held_back(bench: Bench) -> None:
    bench.run(market_buy(PERP), accounts=["okx"], limits={"orders_per_minute": 1})
    assert bench.run(market_buy(PERP, id="2"))["state"] == "rejected"
    bench.clock.sleep(10)
    assert bench.run(sell_out())["state"] == "placed"
    bench.clock.sleep(51)
    assert bench.run(market_buy(PERP, id="3"))["state"] == "placed"


def test_the_notional_of_a_day_is_summed_over_accounts_and_ends_with_the_day(bench: Bench) -> None:
    bench.route(accounts=["okx", "coinex"], limits={"notional_per_day": 1500})
    bench.post(limit_buy(PERP))
    bench.post(limit_buy(PERP, id="2"))
    bench.drain()
    assert [order["state"] for order in bench.orders()].count("placed") == 3
    refused = next(order for order in bench.orders() if order["state"] == "rejected")
    assert refused["reason"].startswith("limit: a notional of 500 more than 1500 today is above")
    bench.clock.sleep(86_400)
    bench.route(accounts=["okx"])
    assert bench.run(limit_buy(PERP, id="tomorrow"))["state"] == "placed"


def test_a_record_is_counted_once_however_often_it_is_tried(bench: Bench) -> None:
    bench.venues["okx"].add_fault(op="place", kind="code", code="50011", times=4)
    order = bench.run(limit_buy(PERP, valid_for=600), accounts=["okx"], limits={"orders_per_minute": 1})
    assert (order["state"], order["attempts"] > 1) == ("placed", True)


@pytest.mark.parametrize("price", ["50000", "70000"])
def test_a_price_outside_the_collar_is_refused_with_both_prices(bench: Bench, price: str) -> None:
    order = bench.run(limit_buy(PERP, price), accounts=["coinex"], limits={"collar": "0.05"})
    assert order["state"] == "rejected"
    assert f"a price of {price} is 16.6" in order["reason"]
    assert bench.run(limit_buy(PERP, "59000", id="2"))["state"] == "placed"


def test_a_trigger_price_is_held_in_the_collar_too(bench: Bench) -> None:
    stop = {"action": "buy", "symbol": PERP, "type": "stop", "trigger_price": "90000", "quantity": "0.01"}
    order = bench.run(stop, accounts=["coinex"], limits={"collar": "0.05"})
    assert order["reason"].startswith("limit: a price of 90000")


@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.parametrize(
    "body", [market_buy(PERP), market_buy("BTCUSDT"), market_buy(PERP, quantity="1", unit="percent_available")]
)
def test_the_greatest_notional_holds_where_only_the_market_tells_it(
    bench: Bench, account: str, body: dict[str, Any]
) -> None:
    order = bench.run(body, accounts=[account], limits={"max_notional": "499"})
    assert (order["state"], order["attempts"]) == ("rejected", 0)
    assert order["reason"].startswith("limit: a notional of ")


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_dry_run_does_everything_but_send(bench: Bench, account: str) -> None:
    bench.route(accounts=[account], limits={"dry_run": True})
    for body in (market_buy(PERP, leverage="3"), sell_out(), {"action": "cancel_all", "symbol": PERP}):
        bench.post(body)
    bench.drain()
    assert [order["state"] for order in bench.orders()] == ["rejected"] * 3
    assert bench.orders()[0]["reason"].startswith("dry run: buy ")
    assert not bench.ledger(venue(account))
    assert {row["method"] for row in bench.venues[venue(account)].ledger.requests} <= {"GET"}


@pytest.mark.parametrize("scope", [EVERYTHING, of_account("okx"), of_route("main")])
def test_a_halt_ends_openings_with_its_cause_and_lets_exits_run(bench: Bench, scope: str) -> None:
    bench.run(market_buy(PERP), accounts=["okx"])
    Halts(bench.journal).halt(scope, "the operator is asleep", Key(1, 0))
    bench.clock.sleep(10)
    order = bench.run(market_buy(PERP, id="2"))
    assert (order["state"], order["attempts"]) == ("rejected", 0)
    assert order["reason"] == f"halted: {scope}: the operator is asleep"
    assert bench.run(sell_out())["state"] == "placed"
    Halts(bench.journal).resume(scope, Key(2, 0))
    assert bench.run(market_buy(PERP, id="3"))["state"] == "placed"


def test_a_halt_of_another_account_or_route_is_none_of_our_business(bench: Bench) -> None:
    Halts(bench.journal).halt(of_account("coinex"), "x", Key(1, 0))
    Halts(bench.journal).halt(of_route("other"), "x", Key(1, 0))
    assert bench.run(market_buy(PERP), accounts=["okx"])["state"] == "placed"


def test_a_halt_stops_a_target_from_opening_but_not_from_reducing(bench: Bench) -> None:
    bench.run({"action": "target", "symbol": PERP, "quantity": "0.02"}, accounts=["okx"])
    bench.clock.sleep(10)
    Halts(bench.journal).halt(EVERYTHING, "x", Key(1, 0))
    assert bench.run({"action": "target", "symbol": PERP, "quantity": "0.03", "id": "2"})["state"] == "rejected"
    assert bench.run({"action": "target", "symbol": PERP, "quantity": "0.01", "id": "3"})["state"] == "placed"
    bench.post({"action": "target", "symbol": PERP, "quantity": "-0.01", "id": "4"})
    bench.clock.sleep(10)
    bench.drain()
    assert bench.position("okx") == 0


def test_alerts_halt_and_resume_their_own_route_where_it_lets_them(bench: Bench) -> None:
    assert bench.post({"action": "halt"}).status == 422
    bench.route(accounts=["okx", "coinex"], options={"control": True})
    assert bench.post({"action": "halt"}).status == 202
    bench.drain()
    assert Halts(bench.journal).all() == {of_route("main"): "an alert halted the route"}
    bench.route(accounts=["okx"])
    assert bench.run(market_buy(PERP))["state"] == "rejected"
    bench.post({"action": "resume"})
    bench.drain()
    assert bench.run(market_buy(PERP, id="2"))["state"] == "placed"


def test_the_youngest_alert_has_the_last_word_on_a_halt(bench: Bench) -> None:
    halts = Halts(bench.journal)
    halts.resume(of_route("main"), Key(2_000, 0))
    halts.halt(of_route("main"), "late delivery", Key(1_000, 0))
    assert halts.why("okx", "main") is None


def test_a_leverage_above_the_route_s_is_refused_at_the_door(bench: Bench) -> None:
    bench.route(accounts=["okx"], limits={"max_leverage": 5})
    reply = bench.post(market_buy(PERP, leverage="6"))
    assert (reply.status, reply.reason) == (422, "limit: a leverage of 6 is above the route's 5")


def test_each_account_of_a_route_ends_on_its_own(bench: Bench) -> None:
    bench.route(accounts=["okx", "coinex", "bitunix"])
    bench.venues["coinex"].add_fault(op="place", kind="code", code="3109")
    bench.post(market_buy(PERP))
    bench.drain()
    states = {order["account"]: order["state"] for order in bench.orders()}
    assert states == {"okx": "placed", "coinex": "rejected", "bitunix": "placed"}
    assert bench.position("okx") == bench.position("bitunix") == Decimal("0.01")


def test_an_alert_s_own_bound_on_the_position_counts_what_is_held(bench: Bench) -> None:
    bench.route(accounts=["okx"], format="thibaultyou")
    signal = {"stub": "a", "direction": "long", "symbol": "BTCUSDT.P", "size": "1200", "max": "2000"}
    first = bench.run(signal)
    assert first["state"] == "placed", first["reason"]
    bench.clock.sleep(60)
    second = bench.run(signal)
    assert (second["state"], second["attempts"]) == ("rejected", 0)
    assert second["reason"].startswith("limit: a position worth ")
    assert bench.run({**signal, "direction": "short", "size": "600"})["state"] == "placed"


def test_a_resend_of_a_halt_does_not_undo_a_younger_resume(bench: Bench) -> None:
    bench.route(accounts=["okx"], options={"control": True})
    bench.post({"action": "halt"})
    bench.drain()
    bench.clock.sleep(5)
    bench.post({"action": "resume"})
    bench.clock.sleep(5)
    bench.post({"action": "halt"})  # the sender's resend of the first
    bench.drain()
    assert Halts(bench.journal).all() == {}


def test_an_order_that_is_tried_again_counts_when_it_was_sent_last(bench: Bench) -> None:
    limits = {"orders_per_minute": 2}
    bench.venues["okx"].add_fault(op="place", kind="code", code="50011", status=429, times=4)
    bench.run(limit_buy(PERP, valid_for=600), accounts=["okx"], limits=limits)
    sent_ms = bench.orders()[0]["placed_at_ms"]
    bench.clock.true_ms = sent_ms + 30_000
    assert bench.run(limit_buy(PERP, id="2"))["state"] == "placed"
    assert bench.run(limit_buy(PERP, id="3"))["state"] == "rejected"


def test_an_alert_that_is_older_than_the_operator_s_word_changes_nothing(bench: Bench) -> None:
    bench.route(accounts=["okx"], options={"control": True})
    bench.post({"action": "resume"})
    bench.clock.sleep(1)
    switch(
        bench.journal,
        EXCHANGES,
        bench.vault.routes,
        {"command": "halt", "scope": "route", "name": "main", "why": "x"},
        bench.clock.wall_ms(),
        apply=True,
    )
    bench.clock.sleep(10)
    bench.drain()
    assert bench.run(market_buy(PERP))["state"] == "rejected"


@pytest.mark.parametrize("account", ACCOUNTS)
def test_what_was_refused_or_only_pretended_is_not_counted(bench: Bench, account: str) -> None:
    limits = {"orders_per_minute": 1}
    bench.run(market_buy("NOPEUSDT"), accounts=[account], limits=limits)
    bench.run(market_buy(PERP, id="dry"), limits={**limits, "dry_run": True})
    assert bench.run(market_buy(PERP, id="real"), limits=limits)["state"] == "placed"


@pytest.mark.parametrize("account", ["coinex", "okx", "bitget", "bitunix"])
def test_a_sale_below_the_market_counts_what_it_trades_for(bench: Bench, account: str) -> None:
    short = {"action": "sell", "symbol": PERP, "type": "limit", "price": "6000", "quantity": "0.16"}
    order = bench.run(short, accounts=[account], limits={"max_notional": "1000"})
    assert (order["state"], order["attempts"]) == ("rejected", 0)


def test_a_stop_limit_is_held_in_the_collar_by_both_of_its_prices(bench: Bench) -> None:
    stop = {"action": "buy", "symbol": PERP, "type": "stop", "trigger_price": "90000", "price": "60500"}
    order = bench.run({**stop, "quantity": "0.01"}, accounts=["coinex"], limits={"collar": "0.05"})
    assert order["reason"].startswith("limit: a price of 90000")


@pytest.mark.parametrize("account", ["jex", "bitunix"])
def test_a_refused_order_leaves_the_account_s_leverage_alone(bench: Bench, account: str) -> None:
    order = bench.run(
        {**market_buy(PERP), "type": "stop", "trigger_price": "61000", "leverage": "33"}, accounts=[account]
    )
    assert order["reason"].startswith("unsupported")
    assert {row["method"] for row in bench.venues[venue(account)].ledger.requests} <= {"GET"}
