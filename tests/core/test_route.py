"""A route is read whole or not at all: what is wrong in it is named, never worked around."""

from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.limits import Limits
from order_relay.core.ports import Missing
from order_relay.core.route import read_route
from order_relay.core.symbol import Market

HASH = "ab" * 32


def entry(**changes: Any) -> dict[str, Any]:
    return {"token_sha256": [HASH], "accounts": ["main"], **changes}


def test_a_small_route_gets_the_documented_defaults() -> None:
    route = read_route("r", entry())
    assert (route.name, route.accounts, route.tokens, route.body_secrets) == ("r", ("main",), (HASH,), ())
    assert (route.format, route.market, route.valid_for, route.exit_valid_for) == ("auto", None, 60, 900)
    assert route.limits == Limits(slippage=Decimal("0.01"))
    assert (dict(route.options), dict(route.defaults)) == ({}, {})


def test_every_field_of_a_full_route_is_read() -> None:
    route = read_route(
        "r",
        entry(
            token_sha256=[HASH.upper(), "0" * 64],
            body_secret_sha256=["1" * 64],
            format="native",
            accounts=["main", "second", "main"],
            market="perp",
            defaults={
                "symbol": "BTCUSDT",
                "quote": "USDC",
                "quantity": 0.01,
                "unit": "quote",
                "leverage": 3,
                "margin_mode": "isolated",
            },
            limits={
                "symbols": ["BTCUSDT.P"],
                "max_quantity": "2",
                "max_notional": 500,
                "max_leverage": 5,
                "slippage": 0.005,
                "collar": "0.05",
                "orders_per_minute": 10,
                "notional_per_day": "20000",
                "dry_run": True,
            },
            options={
                "account": "main",
                "bot_uuid": "fake-bot",
                "code_map": {"fake-code": {"symbol": "BTCUSDT", "intent": "open", "side": "buy"}},
                "control": True,
                "paths": {"side": "a.b"},
                "size_unit": "quote",
                "sl_tp": "percent",
            },
            valid_for=10,
            exit_valid_for=3600,
        ),
    )
    assert route.tokens == (HASH, "0" * 64)
    assert route.body_secrets == ("1" * 64,)
    assert route.accounts == ("main", "second")
    assert (route.format, route.market) == ("native", Market.PERP)
    assert dict(route.defaults) == {
        "symbol": "BTCUSDT",
        "quote": "USDC",
        "quantity": "0.01",
        "unit": "quote",
        "leverage": "3",
        "margin_mode": "isolated",
    }
    assert route.limits.symbols == frozenset({"BTCUSDT.P"})
    assert (route.limits.collar, route.limits.orders_per_minute) == (Decimal("0.05"), 10)
    assert (route.limits.notional_per_day, route.limits.dry_run) == (Decimal(20000), True)
    assert (route.options["control"], route.options["sl_tp"], route.options["size_unit"]) == (True, "percent", "quote")
    assert (route.options["account"], route.options["bot_uuid"]) == ("main", "fake-bot")
    assert (set(route.options["code_map"]), route.options["paths"]) == ({"fake-code"}, {"side": "a.b"})
    assert (route.limits.max_quantity, route.limits.max_notional) == (Decimal(2), Decimal(500))
    assert (route.limits.max_leverage, route.limits.slippage) == (Decimal(5), Decimal("0.005"))
    assert (route.valid_for, route.exit_valid_for) == (10, 3600)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"accounts": None}, "accounts"),
        ({"accounts": []}, "accounts"),
        ({"accounts": "main"}, "accounts"),
        ({"accounts": [""]}, "accounts"),
        ({"accounts": [7]}, "accounts"),
        ({"token_sha256": HASH}, "token_sha256"),
        ({"token_sha256": ["fake-plain-token"]}, "token_sha256"),
        ({"token_sha256": ["x" * 64]}, "token_sha256"),
        ({"token_sha256": ["\u0661" * 64]}, "token_sha256"),
        ({"token_sha256": [None]}, "token_sha256"),
        ({"token_sha256": None}, "token_sha256"),
        ({"body_secret_sha256": ["short"]}, "body_secret_sha256"),
        ({"market": "futures"}, "market"),
        ({"market": ["spot"]}, "market"),
        ({"valid_for": 0}, "valid_for"),
        ({"valid_for": 3601}, "valid_for"),
        ({"valid_for": "60"}, "valid_for"),
        ({"valid_for": 1.5}, "valid_for"),
        ({"valid_for": True}, "valid_for"),
        ({"valid_for": None}, "valid_for"),
        ({"exit_valid_for": -1}, "exit_valid_for"),
        ({"defaults": []}, "defaults"),
        ({"defaults": {"quantity": 0}}, "quantity"),
        ({"defaults": {"quantity": "ten"}}, "quantity"),
        ({"defaults": {"quantity": True}}, "quantity"),
        ({"defaults": {"symbol": "BTC USDT"}}, "symbol"),
        ({"defaults": {"symbol": 5}}, "symbol"),
        ({"defaults": {"unit": "lots"}}, "unit"),
        ({"defaults": {"reduce_only": True}}, "reduce_only"),
        ({"limits": "none"}, "limits"),
        ({"limits": {"max_quantiti": 1}}, "max_quantiti"),
        ({"limits": {"max_quantity": 0}}, "max_quantity"),
        ({"limits": {"max_quantity": "1e3"}}, "max_quantity"),
        ({"limits": {"max_notional": -5}}, "max_notional"),
        ({"limits": {"max_notional": True}}, "max_notional"),
        ({"limits": {"symbols": "BTCUSDT"}}, "symbols"),
        ({"limits": {"symbols": [1]}}, "symbols"),
        ({"limits": {"symbols": ["BTC USDT"]}}, "symbols"),
        ({"limits": {"slippage": 1}}, "slippage"),
        ({"limits": {"slippage": "5"}}, "slippage"),
        ({"limits": {"slippage": 0}}, "slippage"),
        ({"limits": {"max_leverage": 0}}, "max_leverage"),
        ({"limits": {"max_leverage": "high"}}, "max_leverage"),
        ({"limits": {"collar": 1}}, "collar"),
        ({"limits": {"collar": "5"}}, "collar"),
        ({"limits": {"collar": 0}}, "collar"),
        ({"limits": {"collar": "5%"}}, "collar"),
        ({"limits": {"orders_per_minute": 0}}, "orders_per_minute"),
        ({"limits": {"orders_per_minute": 601}}, "orders_per_minute"),
        ({"limits": {"orders_per_minute": 1.5}}, "orders_per_minute"),
        ({"limits": {"orders_per_minute": "10"}}, "orders_per_minute"),
        ({"limits": {"orders_per_minute": True}}, "orders_per_minute"),
        ({"limits": {"notional_per_day": 0}}, "notional_per_day"),
        ({"limits": {"notional_per_day": "NaN"}}, "notional_per_day"),
        ({"limits": {"dry_run": "true"}}, "dry_run"),
        ({"limits": {"dry_run": 1}}, "dry_run"),
        ({"limits": {"dryrun": True}}, "dryrun"),
        ({"limit": {"max_quantity": 1}}, "limit"),
        ({"dry_run": True}, "dry_run"),
        ({"exit_validfor": 900}, "exit_validfor"),
        ({"token": "fake-canary-token"}, "'token'"),
        ({"defaults": {"leverage": 0}}, "leverage"),
        ({"defaults": {"leverage": "0.5"}}, "leverage"),
        ({"defaults": {"leverage": "ten"}}, "leverage"),
        ({"defaults": {"quote": "usdt"}}, "quote"),
        ({"defaults": {"quote": "BEER"}}, "quote"),
        ({"defaults": {"quote": 7}}, "quote"),
        ({"defaults": {"margin_mode": "crossed"}}, "margin_mode"),
        ({"defaults": {"margin_mode": True}}, "margin_mode"),
        ({"defaults": {"unit": ["base"]}}, "unit"),
        ({"options": []}, "options"),
        ({"options": {"controls": True}}, "controls"),
        ({"options": {"control": "true"}}, "control"),
        ({"options": {"control": 1}}, "control"),
        ({"options": {"account": 7}}, "account"),
        ({"options": {"bot_uuid": ["x"]}}, "bot_uuid"),
        ({"options": {"code_map": []}}, "code_map"),
        ({"options": {"paths": "side"}}, "paths"),
        ({"options": {"sl_tp": "points"}}, "sl_tp"),
        ({"options": {"sl_tp": True}}, "sl_tp"),
        ({"options": {"size_unit": "lots"}}, "size_unit"),
        ({"options": {"size_unit": {}}}, "size_unit"),
    ],
    ids=str,
)
def test_what_is_wrong_in_a_route_is_named(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(Missing, match=named):
        read_route("r", entry(**changes))


@pytest.mark.parametrize("data", ["text", [], 7, True])
def test_a_route_that_is_no_object_is_a_configuration_error(data: Any) -> None:
    with pytest.raises(Missing, match="object"):
        read_route("r", data)


def test_a_route_with_neither_token_nor_secret_field_is_a_configuration_error() -> None:
    with pytest.raises(Missing, match="token_sha256"):
        read_route("r", {"accounts": ["main"]})


def test_a_route_whose_tokens_were_all_revoked_is_read() -> None:
    assert read_route("r", entry(token_sha256=[])).tokens == ()


def test_a_route_may_live_on_body_secrets_alone() -> None:
    assert read_route("r", {"accounts": ["main"], "body_secret_sha256": [HASH]}).body_secrets == (HASH,)


@pytest.mark.parametrize(
    ("part", "known"),
    [
        ({"limits": {"max_quantiti": 1}}, "max_quantity"),
        ({"defaults": {"units": "base"}}, "unit"),
        ({"options": {"sltp": "price"}}, "sl_tp"),
        ({"valid": 5}, "valid_for"),
    ],
    ids=str,
)
def test_a_misspelled_setting_is_told_with_what_could_have_been_meant(part: dict[str, Any], known: str) -> None:
    with pytest.raises(Missing, match=f"known: .*{known}"):
        read_route("r", entry(**part))


@pytest.mark.parametrize("part", ["defaults", "limits", "options"])
def test_an_empty_part_is_no_part(part: str) -> None:
    assert read_route("r", entry(**{part: {}})) == read_route("r", entry(**{part: None})) == read_route("r", entry())


def test_a_configuration_error_names_its_route() -> None:
    with pytest.raises(Missing, match="'swing'"):
        read_route("swing", entry(limits={"collar": 2}))


def test_no_configuration_error_repeats_a_token_or_a_hash() -> None:
    with pytest.raises(Missing) as caught:
        read_route("r", entry(token_sha256=[HASH, "fake-canary-token"]))
    assert "canary" not in str(caught.value)
    assert HASH not in str(caught.value)
