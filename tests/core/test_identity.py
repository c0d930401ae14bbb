"""Identities are hashes of what never changes between deliveries, and of nothing else."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_relay.core.identity import alert_id, body_hash, deduplication_id, group_id, order_id
from tests.core.bounded import bounded

ORDER: dict[str, Any] = {"alert": "a" * 32, "firing_ms": 1_795_244_400_000, "leg": 0, "account": "main", "step": 0}


def test_identities_are_stable_across_releases() -> None:
    assert order_id(**ORDER) == "rrqw5c1awaqyzj6gk85cw7g60n13k1kw"
    assert alert_id("r", "x-1", b"") == "f6e4f1fc284eda8cfc0981c2f69d0dee"
    assert alert_id("r", None, b"{}") == "8e8c9d356ccde587f06c6e83265084ef"


@pytest.mark.parametrize(
    "change", [{"alert": "b" * 32}, {"firing_ms": 1_795_244_400_001}, {"leg": 1}, {"account": "second"}, {"step": 1}]
)
def test_whatever_makes_another_order_makes_another_id(change: dict[str, Any]) -> None:
    assert order_id(**{**ORDER, **change}) != order_id(**ORDER)


@bounded
@given(st.text(max_size=40), st.integers(0, 2**50), st.integers(0, 199), st.text(max_size=20), st.integers(0, 9))
def test_every_order_id_fits_every_exchange(alert: str, firing_ms: int, leg: int, account: str, step: int) -> None:
    made = order_id(alert, firing_ms, leg, account, step)
    assert re.fullmatch(r"[a-z][a-z0-9]{31}", made)
    assert made == order_id(alert, firing_ms, leg, account, step)


def test_neighbouring_parts_never_run_into_each_other() -> None:
    assert order_id("a", 1, 11, "m", 0) != order_id("a", 11, 1, "m", 0)
    assert group_id("main", "spot", "BTCUSDT") != group_id("mainspot", "", "BTCUSDT")
    assert alert_id("ab", "c", b"") != alert_id("a", "bc", b"")
    assert deduplication_id("webhook", "12", "3") != deduplication_id("webhook", "1", "23")


def test_an_explicit_id_names_the_alert_whatever_its_body() -> None:
    assert alert_id("r", "x-1", b"one body") == alert_id("r", "x-1", b"another body")
    assert alert_id("r", "x-1", b"") != alert_id("r", "x-2", b"")
    assert alert_id("r", "x-1", b"") != alert_id("other", "x-1", b"")


def test_without_an_id_the_raw_body_names_the_alert() -> None:
    assert alert_id("r", None, b'{"a": 1}') == alert_id("r", None, b'{"a": 1}')
    assert alert_id("r", None, b'{"a": 1}') != alert_id("r", None, b'{"a":1}')
    assert alert_id("r", None, b'{"a": 1}') != alert_id("other", None, b'{"a": 1}')


def test_an_id_is_never_taken_for_a_body() -> None:
    assert alert_id("r", "same", b"") != alert_id("r", None, b"same")
    assert alert_id("r", "", b"x") != alert_id("r", None, b"x")


def test_the_body_hash_is_plain_sha256() -> None:
    assert body_hash(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_group_is_one_symbol_of_one_account_on_one_market() -> None:
    groups = {
        group_id("main", "spot", "BTCUSDT"),
        group_id("main", "perp", "BTCUSDT"),
        group_id("main", "spot", "ETHUSDT"),
        group_id("second", "spot", "BTCUSDT"),
        group_id("main", "spot", "BTCUSDT", "my-entry"),
    }
    assert len(groups) == 5
    assert group_id("main", "spot", "BTCUSDT") == group_id("main", "spot", "BTCUSDT")


@bounded
@given(st.lists(st.text(max_size=50), min_size=1, max_size=4))
def test_queue_ids_are_plain_text_of_at_most_128_characters(parts: list[str]) -> None:
    for made in (deduplication_id(*parts), group_id("main", "spot", "BTCUSDT", *parts)):
        assert re.fullmatch(r"[0-9a-f]{32,128}", made)
