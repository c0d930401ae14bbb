"""doctor: every planted problem is found, said in a sentence, and answered with advice."""

from typing import Any

import pytest

from tests.relayctl.conftest import Bench
from tools.exchange_simulator.accounts import credentials
from tools.relayctl.advice import Check

ACCOUNTS = sorted(credentials())


def examined(bench: Bench, account: str) -> list[dict[str, Any]]:
    """The problems that doctor finds with one account."""
    told = bench.ctl("doctor", account, "--json")
    problems = [one for one in told.data["accounts"][account] if one["level"] == "problem"]
    assert told.code == (1 if problems else 0)
    assert told.data["problems"] == len(problems)
    assert all(one["says"].endswith(".") and one["advice"] for one in problems)
    return problems


def the_problem(bench: Bench, account: str) -> dict[str, Any]:
    (only,) = examined(bench, account)
    return only


def change(bench: Bench, account: str, **fields: str) -> None:
    bench.put_secret(f"accounts/{account}", {**credentials()[account], **fields})


# ---- what is well


def test_sound_accounts_have_every_check_and_no_problem(bench: Bench) -> None:
    told = bench.ctl("doctor", *ACCOUNTS, "--json")
    assert (told.code, told.data["problems"], sorted(told.data["accounts"])) == (0, 0, ACCOUNTS)
    for findings in told.data["accounts"].values():
        assert {one["check"] for one in findings} == {check.value for check in Check}


def test_okx_tells_permissions_addresses_and_level(bench: Bench) -> None:
    text = bench.ctl("doctor", "okx").out
    assert "may trade and not withdraw" in text
    assert "bound to no address" in text
    assert "account level is 2 (futures)" in text


@pytest.mark.parametrize(("account", "venue"), [("okx", "okx"), ("bitget", "bitget"), ("bitunix", "bitunix")])
def test_hedge_mode_is_told(bench: Bench, account: str, venue: str) -> None:
    bench.venue(venue).accounts[account].change({"position_mode": "hedge"})
    try:
        assert "hedge mode" in bench.ctl("doctor", account).out
    finally:
        bench.venue(venue).accounts[account].change({"position_mode": "one_way"})


def test_an_okx_account_in_spot_mode_is_told_that_perpetuals_cannot_be_traded(bench: Bench) -> None:
    bench.venue("okx").accounts["okx"].change({"account_level": "1"})
    try:
        assert "Perpetuals cannot be traded in spot mode" in bench.ctl("doctor", "okx").out
    finally:
        bench.venue("okx").accounts["okx"].change({"account_level": "2"})


# ---- the secret


def test_a_secret_without_its_passphrase(bench: Bench) -> None:
    change(bench, "okx", passphrase="")
    found = the_problem(bench, "okx")
    assert found["check"] == "secret"
    assert "'passphrase'" in found["says"]


def test_an_account_that_is_not_there(bench: Bench) -> None:
    assert "there is no secret" in the_problem(bench, "nobody")["says"].lower()


def test_a_demo_account_where_there_is_no_demo(bench: Bench) -> None:
    change(bench, "coinex", environment="demo")
    assert "no demo environment" in the_problem(bench, "coinex")["says"]


# ---- keys


@pytest.mark.parametrize(
    ("account", "fields", "code", "advice"),
    [
        ("okx", {"passphrase": "wrong-fake-phrase"}, "50105", "passphrase"),
        ("okx", {"environment": "live"}, "50101", "environment"),
        ("okx", {"secret": "another-fake-secret"}, "50113", "secret"),
        ("okx", {"key": "another-fake-key"}, "50111", "key"),
        ("bitget", {"passphrase": "wrongFakePhrase"}, "40012", "passphrase"),
        ("bitget", {"environment": "live"}, "40099", "environment"),
        ("bitget", {"api": "v3"}, "40084", "api to v2"),
        ("bitget_uta", {"api": "v2"}, "40085", "api to v3"),
        ("coinex", {"key": "another-fake-key"}, "4005", "10 minutes"),
        ("coinex", {"secret": "another-fake-secret"}, "4006", "secret"),
        ("bitunix", {"secret": "another-fake-secret"}, "spot:100005", "secret"),
        ("jex", {"key": "another-fake-key"}, "-2015", "key"),
    ],
)
def test_wrong_credentials(bench: Bench, account: str, fields: dict[str, str], code: str, advice: str) -> None:
    change(bench, account, **fields)
    found = the_problem(bench, account)
    assert found["code"] == code
    assert advice in found["advice"]
    assert found["source"]


def test_a_coinex_key_made_a_minute_ago(bench: Bench) -> None:
    coinex = bench.venue("coinex")
    coinex.accounts["coinex"].change({"key_created_ms": coinex.now_ms() - 60_000})
    try:
        found = the_problem(bench, "coinex")
    finally:
        coinex.accounts["coinex"].change({"key_created_ms": 0})
    assert "access_id not exist" in found["says"]
    assert "up to 10 minutes" in found["advice"]


@pytest.mark.parametrize(
    ("account", "venue", "code", "words"),
    [
        ("okx", "okx", "50110", "Your IP is not included in your API key's IP whitelist."),
        ("bitget", "bitget", "40018", "Invalid IP"),
        ("bitget_uta", "bitget", "40038", "The request IP is not in the whitelist of apikey"),
        ("coinex", "coinex", "4007", "ip not allow visit"),
        ("bitunix", "bitunix", "10004", "The ip is not in the apikey ip whitelist"),
        ("jex", "jex", "-5", "illegal ip call"),
    ],
)
def test_an_address_that_is_not_allowed(bench: Bench, account: str, venue: str, code: str, words: str) -> None:
    bench.venue(venue).add_fault(op="account", kind="code", code=code, message=words, times=9)
    found = the_problem(bench, account)
    assert (found["check"], found["code"].removeprefix("spot:")) == ("address", code)
    assert "address" in found["advice"]


@pytest.mark.parametrize(
    ("code", "check"), [("50120", "permissions"), ("50119", "key"), ("50100", "key"), ("50035", "address")]
)
def test_other_refusals_of_okx(bench: Bench, code: str, check: str) -> None:
    bench.venue("okx").add_fault(op="account", kind="code", code=code, message="refused", times=9)
    assert (the_problem(bench, "okx")["check"]) == check


def test_a_code_that_no_table_knows_gets_advice_from_its_verdict(bench: Bench) -> None:
    bench.venue("okx").add_fault(op="account", kind="code", code="77777", message="new", times=20)
    found = the_problem(bench, "okx")
    assert (found["code"], found["source"]) == ("77777", "")
    assert "status page" in found["advice"]


def test_an_exchange_that_repeats_the_key_does_not_make_doctor_tell_it(bench: Bench) -> None:
    bench.venue("okx").add_fault(op="account", kind="echo_secret", code="50111", message="unknown key", times=9)
    assert "***" in the_problem(bench, "okx")["says"]


# ---- clocks


def test_an_exchange_whose_clock_is_wrong(bench: Bench) -> None:
    bench.venue("bitget").skew_ms = 90_000
    found = the_problem(bench, "bitget")
    assert found["check"] == "clock"
    assert "90.0 s ahead of this machine's" in found["says"]
    assert "the exchange is wrong" in found["says"]


def test_an_exchange_that_cannot_be_reached(bench: Bench) -> None:
    bench.venue("coinex").add_fault(op="time", kind="drop_before_accept", times=9)
    assert "cannot be reached" in the_problem(bench, "coinex")["says"]


def test_an_exchange_that_does_not_list_the_symbol_is_said(bench: Bench) -> None:
    bench.venue("coinex").add_fault(op="instruments", kind="code", code="4115", message="banned", times=9)
    assert [one["code"] for one in examined(bench, "coinex")] == ["4115", "4115"]
