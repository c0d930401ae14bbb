"""The position chain: alerts of one bar end in the same position in whatever order they arrive."""

from decimal import Decimal
from itertools import pairwise, permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.service.bench import Bench
from tests.service.test_targets import chained, target

FLIPS = ["0", "0.02", "-0.02", "-0.03"]


def walk(sizes: list[str], *, by_target: bool = False) -> list[dict[str, Any]]:
    """One alert per step of the strategy's position."""
    alerts = []
    for number, (before, after) in enumerate(pairwise(sizes)):
        change = Decimal(after) - Decimal(before)
        alert = chained("buy" if change > 0 else "sell", str(abs(change)), before, after, id=f"step-{number}")
        alerts.append(alert | {"action": "target"} if by_target else alert)
    return alerts


def play(bench: Bench, alerts: list[dict[str, Any]]) -> None:
    for alert in alerts:
        for name in ("quantity",) if alert["action"] == "target" else ():
            alert = {key: value for key, value in alert.items() if key != name}
        assert bench.post(alert).status == 202
        bench.clock.sleep(0.05)
    bench.drain()


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("by_target", [False, True])
def test_every_order_of_arrival_ends_in_the_same_position(
    bench: Bench, order: tuple[int, ...], by_target: bool
) -> None:
    bench.route(accounts=["coinex"])
    alerts = walk(FLIPS, by_target=by_target)
    play(bench, [alerts[index] for index in order])
    assert bench.position("coinex") == Decimal(FLIPS[-1])
    assert {one["state"] for one in bench.orders()} <= {"placed", "rejected"}
    assert "AlertGap" not in bench.signals.counts


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_walk_without_a_return_ends_where_it_should_however_it_arrives(data: st.DataObject) -> None:
    bench = Bench()
    bench.route(accounts=[data.draw(st.sampled_from(["coinex", "okx", "bitunix"]))])
    account = bench.vault.route_secret["main"]["accounts"][0]
    sizes = st.integers(min_value=-9, max_value=9).filter(bool)
    steps = data.draw(st.lists(sizes, min_size=2, max_size=4, unique=True))
    walked = ["0", *(str(Decimal(step) / 100) for step in steps)]
    alerts = walk(walked, by_target=data.draw(st.booleans()))
    play(bench, data.draw(st.permutations(alerts)))
    assert bench.position(account) == Decimal(walked[-1])


def test_a_swapped_flip_is_put_right_on_an_account_that_already_holds_the_position(bench: Bench) -> None:
    bench.run(target("0.02"), accounts=["okx"])
    bench.clock.sleep(60)
    play(bench, list(reversed(walk(["0.02", "0", "-0.02"]))))
    assert bench.position("okx") == Decimal("-0.02")


def test_a_missing_alert_delays_the_next_one_by_three_seconds_at_most_and_is_told(bench: Bench) -> None:
    bench.route(accounts=["coinex"])
    play(bench, walk(["0", "0.01"]))
    before_ms = bench.clock.true_ms
    play(bench, walk(["0", "0.01", "0.02", "0.03"])[2:])
    assert bench.clock.true_ms - before_ms < 4_500
    assert bench.position("coinex") == Decimal("0.02")
    assert bench.signals.counts["AlertGap"] == 1
    assert any("missing or doubled" in line["note"] for line in bench.orders()[-1]["history"])


def test_a_held_alert_does_not_keep_others_of_its_symbol_waiting(bench: Bench) -> None:
    bench.route(accounts=["coinex"])
    play(bench, walk(["0", "0.01"]))
    bench.post(walk(["0", "0.01", "0.02", "0.03"])[2])
    bench.post({"action": "buy", "symbol": "BTCUSDT.P", "quantity": "0.001", "ref": "other"})
    bench.drain()
    times = {order["ref"]: order["placed_at_ms"] for order in bench.orders()[1:]}
    assert times["other"] < times[None]


def test_a_held_alert_keeps_its_identity_and_its_place(bench: Bench) -> None:
    bench.route(accounts=["coinex"])
    alerts = walk(["0", "0.01", "0.02"])
    play(bench, [alerts[1], alerts[0], alerts[1]])
    assert bench.position("coinex") == Decimal("0.02")
    assert len(bench.orders()) == 2


def test_two_strategies_on_one_symbol_have_a_chain_each(bench: Bench) -> None:
    bench.route(accounts=["coinex"])
    bench.vault.route_secret["other"] = dict(bench.vault.route_secret["main"])
    play(bench, walk(["0", "0.01"]))
    assert bench.post_to("other", walk(["0", "0.02"])[0]).status == 202
    waits = bench.drain()
    assert bench.position("coinex") == Decimal("0.03")
    assert sum(waits) <= 3.5


def test_without_a_chain_the_order_of_arrival_is_kept(bench: Bench) -> None:
    bench.route(accounts=["coinex"])
    for name in ("a", "b", "c"):
        bench.post({"action": "buy", "symbol": "BTCUSDT.P", "quantity": "0.01", "ref": name})
    bench.drain()
    assert [order["ref"] for order in bench.orders()] == ["a", "b", "c"]


def test_a_chained_alert_whose_keys_are_refused_ends_and_lets_its_symbol_go_on(bench: Bench) -> None:
    bench.venues["okx"].add_fault(op="any", kind="code", code="50111", status=401, for_ms=3_600_000)
    bench.route(accounts=["okx"])
    bench.post(walk(["0", "0.01"])[0])
    waits = bench.drain(within_s=300)
    assert (bench.orders()[0]["state"], "keys refused" in bench.orders()[0]["reason"]) == ("rejected", True)
    assert len(waits) < 10


def test_a_swapped_pair_that_comes_late_is_put_right_all_the_same(bench: Bench) -> None:
    bench.route(accounts=["coinex"])
    play(bench, walk(["0", "0.01"]))
    for alert in reversed(walk(["0", "0.01", "0.03", "0.02"], by_target=True)[1:]):
        bench.post({name: value for name, value in alert.items() if name != "quantity"})
    bench.clock.sleep(6)
    bench.drain()
    assert bench.position("coinex") == Decimal("0.02")
    assert "AlertGap" not in bench.signals.counts


def test_an_order_that_needs_a_position_which_cannot_be_read_ends_and_one_that_does_not_is_sent(bench: Bench) -> None:
    bench.venues["okx"].add_fault(op="any", path="positions", kind="code", code="51000", for_ms=3_600_000)
    assert bench.run(walk(["0", "0.01"])[0], accounts=["okx"])["state"] == "placed"
    refused = bench.run(target("0.01", id="target"))
    assert (refused["state"], refused["attempts"], refused["reason"][:5]) == ("rejected", 0, "51000")
