"""Targets and flips: the position ends at the size wanted, what closes goes before what opens, late never opens."""

from decimal import Decimal
from typing import Any

import pytest

from tests.service.bench import Bench
from tests.service.cases import ACCOUNTS, market_buy, venue

HEDGE = ("okx", "bitget", "bitget_uta", "bitunix")
MODES = [(account, "one_way") for account in ACCOUNTS] + [(account, "hedge") for account in HEDGE]


def target(size: str, **more: Any) -> dict[str, Any]:
    return {"action": "target", "symbol": "BTCUSDT.P", "quantity": size, **more}


def chained(action: str, quantity: str, before: str, after: str, **more: Any) -> dict[str, Any]:
    def words(size: str, prefix: str) -> dict[str, str]:
        word = "flat" if size == "0" else "short" if size.startswith("-") else "long"
        return {f"{prefix}position": word, f"{prefix}position_size": size.removeprefix("-")}

    sized = {"action": action, "symbol": "BTCUSDT.P", "quantity": quantity, **more}
    return sized | words(after, "") | words(before, "prev_")


def prepared(bench: Bench, account: str, mode: str) -> None:
    if mode == "hedge":
        bench.venues[venue(account)].accounts[account].change({"position_mode": "hedge"})
    bench.route(accounts=[account])


@pytest.mark.parametrize(("account", "mode"), MODES)
def test_a_target_is_reached_from_flat_from_less_from_more_and_from_the_other_side(
    bench: Bench, account: str, mode: str
) -> None:
    prepared(bench, account, mode)
    for number, wanted in enumerate(["0.02", "0.05", "0.01", "-0.03", "-0.01", "0.02", "0"]):
        assert bench.post(target(wanted, id=str(number))).status == 202
        bench.drain()
        assert bench.position(account) == Decimal(wanted), bench.orders()[-1]
    assert {order["state"] for order in bench.orders()} == {"placed"}


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_target_that_is_already_held_sends_nothing(bench: Bench, account: str) -> None:
    bench.run(target("0.02"), accounts=[account])
    again = bench.run(target("0.02", id="again"))
    assert (again["state"], again["attempts"]) == ("rejected", 0)
    assert again["reason"].startswith("nothing to do: ")


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_target_of_nothing_on_a_flat_account_is_no_alarm(bench: Bench, account: str) -> None:
    order = bench.run(target("0"), accounts=[account])
    assert order["reason"].startswith("nothing to close")


@pytest.mark.parametrize("account", ["coinex", "okx", "bitget", "bitget_uta", "bitunix", "jex"])
def test_a_spot_target_counts_the_coins_that_are_held(bench: Bench, account: str) -> None:
    more = bench.run({"action": "target", "symbol": "BTCUSDT", "quantity": "100.02"}, accounts=[account])
    assert (more["state"], more["side"], Decimal(more["filled_quantity"])) == ("placed", "buy", Decimal("0.02"))
    less = bench.run({"action": "target", "symbol": "BTCUSDT", "quantity": "40", "id": "2"})
    assert (less["state"], less["side"], Decimal(less["filled_quantity"])) == ("placed", "sell", Decimal("60.02"))


@pytest.mark.parametrize(("account", "mode"), MODES)
def test_one_alert_turns_a_long_position_into_a_short_one(bench: Bench, account: str, mode: str) -> None:
    prepared(bench, account, mode)
    bench.run(chained("buy", "0.02", "0", "0.02"))
    bench.post(chained("sell", "0.05", "0.02", "-0.03"))
    bench.drain()
    assert bench.position(account) == Decimal("-0.03")
    closing, opening = sorted(bench.orders()[1:], key=lambda order: Decimal(order["quantity"]))
    assert (closing["state"], opening["state"]) == ("placed", "placed")
    assert closing["order_id"] != opening["order_id"]


@pytest.mark.parametrize(("account", "mode"), MODES)
def test_a_flip_without_the_position_it_expects_still_opens_its_own_part_only(
    bench: Bench, account: str, mode: str
) -> None:
    prepared(bench, account, mode)
    bench.post(chained("sell", "0.05", "0.02", "-0.03"))
    bench.drain()
    assert bench.position(account) == Decimal("-0.03")


@pytest.mark.parametrize(("account", "mode"), MODES)
def test_an_exit_by_the_chain_never_opens(bench: Bench, account: str, mode: str) -> None:
    prepared(bench, account, mode)
    bench.run(chained("buy", "0.02", "0", "0.02"))
    bench.run(chained("sell", "0.05", "0.02", "0"))
    assert bench.position(account) == 0
    bench.run(chained("sell", "0.01", "0.01", "0", id="stale"))
    assert bench.position(account) == 0


@pytest.mark.parametrize("account", ["coinex", "okx"])
def test_a_late_flip_closes_and_does_not_open(bench: Bench, account: str) -> None:
    bench.run(chained("buy", "0.02", "0", "0.02"), accounts=[account])
    bench.post(chained("sell", "0.04", "0.02", "-0.02"))
    bench.clock.sleep(120)
    bench.drain()
    assert bench.position(account) == 0
    assert sorted(order["state"] for order in bench.orders()[1:]) == ["expired", "placed"]
    assert [order["quantity"] for order in bench.orders()[1:]] == ["0.02", "0.02"]


@pytest.mark.parametrize("account", ["coinex", "okx"])
def test_a_late_target_reduces_and_does_not_open(bench: Bench, account: str) -> None:
    bench.run(target("0.02"), accounts=[account])
    bench.post(target("0.01", id="less"))
    bench.post(target("0.05", id="more"))
    bench.clock.sleep(120)
    bench.drain()
    assert bench.position(account) == Decimal("0.01")
    assert bench.orders()[-1]["state"] == "expired"
    assert "reduces" in bench.orders()[-1]["reason"]


@pytest.mark.parametrize(("account", "code"), [("coinex", "3109"), ("okx", "51008")])
def test_a_close_that_fails_keeps_the_other_side_from_being_opened(bench: Bench, account: str, code: str) -> None:
    bench.run(target("0.02"), accounts=[account])
    bench.clock.sleep(10)
    bench.venues[venue(account)].add_fault(op="place", kind="code", code=code)
    bench.post(target("-0.02", id="turn"))
    bench.drain()
    assert bench.position(account) == Decimal("0.02")
    assert [order["state"] for order in bench.orders()[1:]] == ["rejected", "rejected"]


@pytest.mark.parametrize("account", ["coinex", "okx", "bitget"])
def test_a_target_waits_for_reads_that_lag_behind_the_last_order(bench: Bench, account: str) -> None:
    bench.route(accounts=[account])
    bench.venues[venue(account)].read_lag_ms = 2_000
    for number, wanted in enumerate(["0.02", "0.03", "-0.01"]):
        bench.post(target(wanted, id=str(number)))
    bench.drain()
    bench.clock.sleep(5)
    assert bench.position(account) == Decimal("-0.01")


def test_a_strategy_that_goes_short_on_a_spot_chart_never_sells_what_it_did_not_buy(bench: Bench) -> None:
    bench.route(accounts=["coinex"])
    spot = {"symbol": "BTCUSDT"}
    bench.post(chained("sell", "0.02", "0", "-0.02", **spot))
    bench.post(chained("buy", "0.02", "-0.02", "0", **spot))
    bench.post(chained("buy", "0.05", "-0.02", "0.03", **spot))
    bench.drain()
    assert [order["state"] for order in bench.orders()] == ["rejected", "rejected", "placed"]
    [accepted] = bench.ledger("coinex")
    assert Decimal(accepted["filled"]) == Decimal("0.03")


def test_a_market_buy_in_hedge_mode_leaves_the_short_side_alone(bench: Bench) -> None:
    bench.venues["okx"].accounts["okx"].change({"position_mode": "hedge"})
    bench.run({**market_buy("BTCUSDT.P"), "action": "sell"}, accounts=["okx"])
    bench.run(market_buy("BTCUSDT.P", quantity="0.03"))
    assert bench.position("okx") == Decimal("0.02")


@pytest.mark.parametrize(("account", "mode"), MODES)
@pytest.mark.parametrize("unit", ["quote", "percent_equity"])
def test_an_exit_sized_in_money_closes_its_side_and_a_flip_opens_by_that_money(
    bench: Bench, account: str, mode: str, unit: str
) -> None:
    prepared(bench, account, mode)
    amount = {"quote": "1200", "percent_equity": "0.12"}[unit]
    bench.run(chained("buy", amount, "0", "1", unit=unit))
    assert bench.position(account) > 0
    bench.post(chained("sell", amount, "1", "-1", unit=unit))
    bench.drain()
    assert Decimal("-0.0201") <= bench.position(account) <= Decimal("-0.0197")
    bench.run(chained("buy", amount, "-1", "0", unit=unit))
    assert bench.position(account) == 0


@pytest.mark.parametrize("account", ["coinex", "okx", "bitget", "bitunix", "jex"])
@pytest.mark.parametrize("sized", [{"quantity": "99.9"}, {"quantity": "3000", "unit": "quote"}])
def test_a_spot_exit_to_flat_sells_what_is_there_when_a_fee_took_some_of_it(
    bench: Bench, account: str, sized: dict[str, str]
) -> None:
    bench.run({"action": "sell", "symbol": "BTCUSDT", "quantity": "0.2"}, accounts=[account])
    body = chained("sell", sized["quantity"], "99.9", "0", symbol="BTCUSDT", id="exit")
    order = bench.run({**body, **sized})
    assert order["state"] == "placed", order["reason"]
    assert Decimal(order["filled_quantity"]) == Decimal("99.8")


@pytest.mark.parametrize("account", ["okx", "bitget", "bitunix"])
def test_a_target_of_nothing_closes_the_second_side_though_the_first_failed(bench: Bench, account: str) -> None:
    prepared(bench, account, "hedge")
    bench.run(market_buy("BTCUSDT.P", quantity="0.02"))
    bench.run({**market_buy("BTCUSDT.P", quantity="0.03"), "action": "sell"})
    bench.clock.sleep(10)
    code = {"okx": "51008", "bitget": "40762", "bitunix": "20003"}[account]
    bench.venues[venue(account)].add_fault(op="place", kind="code", code=code)
    bench.post(target("0", id="flat"))
    bench.drain()
    assert bench.position(account) == Decimal("0.02")


@pytest.mark.parametrize("account", ["coinex", "okx", "bitget"])
def test_two_closes_that_come_together_close_both_their_parts(bench: Bench, account: str) -> None:
    bench.run(target("0.02"), accounts=[account])
    bench.clock.sleep(20)
    bench.venues[venue(account)].read_lag_ms = 2_000
    part = {"action": "close", "symbol": "BTCUSDT.P", "type": "limit", "price": "59000", "quantity": "0.015"}
    bench.post({**part, "id": "a"})
    bench.post({**part, "id": "b"})
    bench.drain()
    bench.clock.sleep(5)
    assert bench.position(account) == 0


@pytest.mark.parametrize("account", ["coinex", "okx", "bitget"])
def test_a_target_behind_an_outage_waits_for_lagging_reads_too(bench: Bench, account: str) -> None:
    bench.route(accounts=[account])
    bench.venues[venue(account)].read_lag_ms = 2_000
    entry = {"action": "buy", "symbol": "BTCUSDT.P", "type": "limit", "price": "61000", "quantity": "0.02"}
    bench.post({**entry, "valid_for": 3600})
    bench.post(target("0.02", valid_for=3600))
    bench.clock.sleep(1_000)
    bench.drain(within_s=2_000)
    bench.clock.sleep(5)
    assert bench.position(account) == Decimal("0.02")
