"""A route's limits reach the worker unchanged, and what is no limit is refused before an order is held against it."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_relay.core.limits import Limits
from tests.core.bounded import bounded

AMOUNTS = st.from_regex(r"[0-9]{0,19}\.[0-9]{0,19}[1-9]", fullmatch=True).map(Decimal)
LIMITS = st.builds(
    Limits,
    max_quantity=st.none() | AMOUNTS,
    max_notional=st.none() | AMOUNTS,
    max_leverage=st.none() | AMOUNTS,
    slippage=AMOUNTS,
    collar=st.none() | AMOUNTS,
    orders_per_minute=st.none() | st.integers(1, 600),
    notional_per_day=st.none() | AMOUNTS,
    dry_run=st.booleans(),
)


@bounded
@given(LIMITS)
def test_limits_survive_the_queue_unchanged(limits: Limits) -> None:
    assert Limits.from_json(json.loads(json.dumps(limits.to_json()))) == limits


def test_amounts_are_written_as_plain_text() -> None:
    stored = Limits(max_quantity=Decimal("1E+2"), collar=Decimal("0.050"), dry_run=True).to_json()
    assert (stored["max_quantity"], stored["collar"], stored["slippage"]) == ("100", "0.05", "0.01")
    assert (stored["dry_run"], stored["orders_per_minute"], stored["notional_per_day"]) == (True, None, None)


def test_the_symbol_list_stays_at_the_webhook_which_has_used_it() -> None:
    limits = Limits(symbols=frozenset({"BTCUSDT"}), max_quantity=Decimal(1))
    assert "symbols" not in limits.to_json()
    assert Limits.from_json(limits.to_json()) == Limits(max_quantity=Decimal(1))


def test_a_limit_that_an_older_version_did_not_know_is_no_bound() -> None:
    assert Limits.from_json({"slippage": "0.002", "max_quantity": None, "max_notional": "500"}) == Limits(
        slippage=Decimal("0.002"), max_notional=Decimal(500)
    )


WRONG: list[dict[str, Any]] = [
    {"max_quantity": "many"},
    {"max_quantity": ""},
    {"max_quantity": []},
    {"max_quantity": 5},
    {"max_quantity": 0.5},
    {"max_quantity": True},
    {"max_quantity": "NaN"},
    {"max_quantity": "sNaN"},
    {"max_quantity": "Infinity"},
    {"max_quantity": "1e3"},
    {"max_quantity": "1_000"},
    {"max_quantity": "\u0661"},
    {"max_quantity": "0"},
    {"max_quantity": "-1"},
    {"max_notional": "NaN"},
    {"max_notional": 1},
    {"max_leverage": "Infinity"},
    {"max_leverage": {}},
    {"slippage": None},
    {"slippage": "NaN"},
    {"slippage": 0.01},
    {"slippage": "-0.01"},
    {"collar": "NaN"},
    {"collar": True},
    {"notional_per_day": "Infinity"},
    {"notional_per_day": 100},
    {"orders_per_minute": "5"},
    {"orders_per_minute": "NaN"},
    {"orders_per_minute": True},
    {"orders_per_minute": 1.5},
    {"orders_per_minute": 0},
    {"dry_run": "false"},
    {"dry_run": "1"},
    {"dry_run": 0},
    {"dry_run": None},
    {"dry_run": []},
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_what_is_no_limit_is_never_taken_for_one(wrong: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError, ArithmeticError)):
        Limits.from_json({**Limits().to_json(), **wrong})
