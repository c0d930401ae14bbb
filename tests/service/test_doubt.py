"""Faults of the exchange and the network: each ends in one order, never two, and never in silence."""

from typing import Any

import pytest

from tests.service.bench import START_MS, Bench
from tests.service.cases import ACCOUNTS, FINDABLE, limit_buy, market_buy, venue

THROTTLED = [
    ("coinex", "213", 200), ("coinex", "4213", 200), ("coinex", "213", 429), ("okx", "50011", 200),
    ("okx", "50011", 429), ("okx", "50061", 200), ("bitget", "429", 429), ("bitget_uta", "429", 429),
    ("bitunix", "10006", 200), ("jex", "-1003", 429), ("jex", "-1015", 429),
]  # fmt: skip
BUSY = [("coinex", "3008"), ("coinex", "4001"), ("coinex", "4002"), ("okx", "50004"), ("okx", "50026"),
        ("bitget", "40725"), ("bitget", "45001"), ("bitget_uta", "40010"), ("jex", "-1007")]  # fmt: skip


def lasting(bench: Bench, body: dict[str, Any], account: str, valid_for: int = 600) -> dict[str, Any]:
    return bench.run({**body, "valid_for": valid_for}, accounts=[account])


def accepted(bench: Bench, account: str) -> list[Any]:
    return bench.ledger(venue(account))


@pytest.mark.parametrize(("account", "symbol"), FINDABLE)
@pytest.mark.parametrize("kind", ["accept_then_drop", "accept_then_hang", "accept_then_html", "truncate"])
def test_an_accepted_order_whose_answer_is_lost_is_found_and_not_sent_again(
    bench: Bench, account: str, symbol: str, kind: str
) -> None:
    bench.venues[venue(account)].add_fault(op="place", kind=kind, seconds=10)
    order = lasting(bench, limit_buy(symbol), account)
    assert (order["state"], order["attempts"]) == ("placed", 1), order["reason"]
    assert len(accepted(bench, account)) == 1
    assert order["exchange_order_id"] == accepted(bench, account)[0]["order_id"]
    assert bench.signals.counts["OrderReconciled"] == 1


@pytest.mark.parametrize(("account", "symbol"), FINDABLE)
def test_an_order_that_never_arrived_is_sent_again_only_after_the_window(
    bench: Bench, account: str, symbol: str
) -> None:
    exchange = bench.venues[venue(account)]
    exchange.add_fault(op="place", kind="drop_before_accept")
    order = lasting(bench, limit_buy(symbol), account)
    assert (order["state"], order["attempts"]) == ("placed", 2), order["reason"]
    assert len(accepted(bench, account)) == 1
    sent = [row["at_ms"] for row in exchange.ledger.requests if row["op"] == "place"]
    assert sent[1] - sent[0] > bench.worker.exchanges[venue(account)].window_ms


def test_a_contract_order_that_cannot_be_found_is_parked_and_halts_openings(bench: Bench) -> None:
    bench.venues["jex"].add_fault(op="place", kind="drop_before_accept")
    order = lasting(bench, limit_buy("BTCUSDT.P"), "jex")
    assert (order["state"], order["attempts"]) == ("parked", 1)
    after = bench.run(limit_buy("BTCUSDT.P", "49000"))
    assert after["state"] == "rejected"
    assert order["order_id"] in after["reason"]


@pytest.mark.parametrize(("account", "code", "status"), THROTTLED)
@pytest.mark.parametrize("times", [1, 5])
def test_a_rate_limit_is_waited_out(bench: Bench, account: str, code: str, status: int, times: int) -> None:
    bench.venues[venue(account)].add_fault(op="place", kind="code", code=code, status=status, times=times)
    order = lasting(bench, limit_buy(), account)
    assert (order["state"], order["attempts"]) == ("placed", times + 1)
    assert len(accepted(bench, account)) == 1


def test_retry_after_is_honoured(bench: Bench) -> None:
    jex = bench.venues["jex"]
    jex.add_fault(op="place", kind="code", code="-1003", status=429, headers={"Retry-After": "20"})
    order = lasting(bench, limit_buy(), "jex")
    assert order["state"] == "placed"
    first, second = [row["at_ms"] for row in jex.ledger.requests if row["op"] == "place"]
    assert second - first >= 20_000


def test_a_rate_limit_that_outlives_an_opening_expires_it(bench: Bench) -> None:
    bench.venues["okx"].add_fault(op="place", kind="code", code="50011", status=429, times=1000)
    order = bench.run(market_buy(), accounts=["okx"])
    assert order["state"] == "expired"
    assert not accepted(bench, "okx")


@pytest.mark.parametrize(("account", "code"), BUSY)
@pytest.mark.parametrize("kind", ["code", "accept_then_code"])
def test_a_busy_exchange_is_asked_before_an_order_is_sent_again(
    bench: Bench, account: str, code: str, kind: str
) -> None:
    bench.venues[venue(account)].add_fault(op="place", kind=kind, code=code)
    order = lasting(bench, limit_buy(), account)
    assert order["state"] == "placed", order["reason"]
    assert order["attempts"] == (2 if kind == "code" else 1)
    assert len(accepted(bench, account)) == 1


@pytest.mark.parametrize(("account", "symbol"), FINDABLE)
def test_reads_that_lag_do_not_make_a_second_order(bench: Bench, account: str, symbol: str) -> None:
    exchange = bench.venues[venue(account)]
    exchange.read_lag_ms = 2_000
    exchange.add_fault(op="place", kind="accept_then_drop")
    order = lasting(bench, limit_buy(symbol), account)
    assert (order["state"], order["attempts"]) == ("placed", 1)
    assert len(accepted(bench, account)) == 1


@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.parametrize("skew_ms", [90_000, -90_000])
def test_a_wrong_host_clock_costs_nothing(account: str, skew_ms: int) -> None:
    bench = Bench(skew_ms=skew_ms)
    order = bench.run(limit_buy(), accounts=[account])
    assert (order["state"], order["attempts"]) == ("placed", 1), order["reason"]


@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.parametrize("step_ms", [90_000, -90_000])
def test_a_clock_that_steps_in_a_warm_process_costs_at_most_one_resync(account: str, step_ms: int) -> None:
    bench = Bench()
    bench.run(limit_buy(), accounts=[account])
    bench.clock.skew_ms = step_ms
    order = bench.run(limit_buy(price="49000"))
    assert order["state"] == "placed"
    assert order["attempts"] <= 2


@pytest.mark.parametrize("account", ["coinex", "okx", "bitget", "jex"])
def test_an_exchange_whose_clock_moves_is_resynced_once(bench: Bench, account: str) -> None:
    bench.run(limit_buy(), accounts=[account])
    bench.venues[venue(account)].skew_ms = 70_000
    order = bench.run(limit_buy(price="49000"))
    assert (order["state"], order["attempts"]) == ("placed", 2)
    assert len(accepted(bench, account)) == 2


def test_an_unreachable_exchange_is_tried_again(bench: Bench) -> None:
    bench.run(limit_buy(), accounts=["okx"])
    bench.wire.down.add("okx")
    bench.post(limit_buy(price="49000"))
    later = bench.step(bench.queue[0])
    assert later is not None
    bench.wire.down.clear()
    bench.drain()
    assert bench.orders()[-1]["state"] == "placed"
    assert len(accepted(bench, "okx")) == 2


@pytest.mark.parametrize("account", ACCOUNTS)
def test_refused_keys_are_said_in_plain_words_and_only_asked_every_30_s(bench: Bench, account: str) -> None:
    exchange = bench.venues[venue(account)]
    exchange.accounts[account].change({"key": "FAKE-ROTATED"})
    order = bench.run({**limit_buy(), "valid_for": 5}, accounts=[account])
    assert order["state"] == "rejected"
    assert order["reason"].startswith("keys refused")
    assert any(character.isdigit() for character in order["reason"])
    public = ("time", "instruments", "market")
    refused = [row for row in exchange.ledger.requests if not row["verified"] and row["op"] not in public]
    assert 1 <= len(refused) <= 2


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_rotated_key_heals_by_one_fresh_fetch(bench: Bench, account: str) -> None:
    bench.run(limit_buy(), accounts=[account])
    rotated = {"key": "FAKE-ROTATED", "secret": "FAKE-ROTATED-SECRET"}
    bench.venues[venue(account)].accounts[account].change(rotated)
    bench.vault.secrets[account] = {**bench.vault.secrets[account], **rotated}
    order = bench.run(limit_buy(price="49000"))
    assert order["state"] == "placed"
    assert bench.vault.fresh_reads == 1


@pytest.mark.parametrize("account", ["okx", "bitget"])
def test_a_wrong_passphrase_is_rejected_with_the_exchange_s_code(bench: Bench, account: str) -> None:
    bench.vault.secrets[account] = {**bench.vault.secrets[account], "passphrase": "fake-wrong"}
    order = bench.run({**limit_buy(), "valid_for": 5}, accounts=[account])
    assert order["state"] == "rejected"
    assert "passphrase" in order["reason"]


@pytest.mark.parametrize("field", ["key", "secret", "passphrase"])
def test_a_missing_field_is_rejected_at_once_without_a_call(bench: Bench, field: str) -> None:
    bench.vault.secrets["okx"] = {**bench.vault.secrets["okx"], field: "nan"}
    order = bench.run(limit_buy(), accounts=["okx"])
    assert order["state"] == "rejected"
    assert repr(field) in order["reason"]
    assert not bench.venues["okx"].ledger.requests


def test_a_missing_account_is_rejected_by_name(bench: Bench) -> None:
    order = bench.run(limit_buy(), accounts=["nobody"])
    assert (order["state"], "nobody" in order["reason"]) == ("rejected", True)


@pytest.mark.parametrize("account", ACCOUNTS)
def test_an_exchange_that_echoes_the_key_cannot_make_us_store_it(bench: Bench, account: str) -> None:
    bench.venues[venue(account)].add_fault(op="place", kind="echo_secret", times=3)
    bench.post({**limit_buy(), "valid_for": 30})
    bench.route(accounts=[account])
    bench.post({**limit_buy(price="49000"), "valid_for": 30})
    bench.drain()
    told = repr((bench.journal.items, bench.signals, bench.buried))
    for secret in (bench.vault.secrets[account][name] for name in ("key", "secret")):
        assert secret not in told


@pytest.mark.parametrize("account", ["coinex", "bitunix"])
def test_a_demo_account_never_reaches_an_exchange_that_only_knows_the_live_one(bench: Bench, account: str) -> None:
    bench.vault.secrets[account] = {**bench.vault.secrets[account], "environment": "demo"}
    order = bench.run(limit_buy(), accounts=[account])
    assert (order["state"], "no demo" in order["reason"]) == ("rejected", True)
    assert not bench.venues[account].ledger.requests


def test_a_base_url_set_for_one_host_only_never_lets_the_other_reach_the_live_one(bench: Bench) -> None:
    del bench.hosts["bitunix_futures"]
    order = bench.run(limit_buy("BTCUSDT.P"), accounts=["bitunix"])
    assert order["state"] == "expired"
    assert "bitunix_futures" in order["reason"]
    assert not accepted(bench, "bitunix")


def test_a_vault_that_does_not_answer_only_delays_an_order(bench: Bench) -> None:
    bench.route(accounts=["okx"])
    bench.post(limit_buy())
    bench.vault.down = True
    later = bench.step(bench.queue[0])
    assert later is not None
    assert not later.planned
    bench.vault.down = False
    bench.drain()
    assert bench.orders()[0]["state"] == "placed"


def test_a_fresh_secret_that_cannot_be_used_leaves_the_keys_refused(bench: Bench) -> None:
    bench.run(limit_buy(), accounts=["okx"])
    bench.venues["okx"].accounts["okx"].change({"key": "FAKE-ROTATED"})
    bench.vault.secrets["okx"] = {**bench.vault.secrets["okx"], "passphrase": "nan"}
    order = bench.run({**limit_buy(price="49000"), "valid_for": 5})
    assert order["state"] == "rejected"


def test_a_coinex_limit_is_one_whatever_its_words_and_status(bench: Bench) -> None:
    body = '{"code":213,"data":{},"message":"internal error"}'
    headers = {"Content-Type": "application/json", "Retry-After": "20"}
    bench.venues["coinex"].add_fault(op="place", kind="status", status=429, body=body, headers=headers)
    order = lasting(bench, limit_buy(), "coinex")
    assert order["state"] == "placed"
    first, second = [row["at_ms"] for row in bench.venues["coinex"].ledger.requests if row["op"] == "place"]
    assert second - first >= 20_000


def test_a_filled_order_is_not_called_vanished_because_the_process_froze(bench: Bench) -> None:
    bench.route(accounts=["coinex"])
    bench.venues["coinex"].read_lag_ms = 2_000
    bench.post(market_buy())

    def freeze(operation: str, key: str) -> str | None:
        frozen = bench.ledger("coinex") and bench.clock.true_ms - START_MS < 5_000
        if frozen and operation == "read":
            bench.clock.sleep(9)
        return None

    bench.journal.broken = freeze
    bench.drain()
    assert bench.orders()[0]["state"] == "placed"
    assert bench.orders()[0]["filled_quantity"] == "0.01"
