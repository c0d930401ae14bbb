"""The tool that tells how a body would be read: the webhook's decision, in steps or as one JSON object."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from order_relay.service.intake import BODY_AT_MOST
from tools.explain_alert import __main__ as tool
from tools.explain_alert.reading import decided
from tools.explain_alert.report import as_json, as_steps
from tools.explain_alert.route_file import Unusable, checked
from tools.local_relay import PROJECT

AT_MS = 1_778_509_803_000  # 2026-05-11T14:30:03Z
AT = "2026-05-11T14:30:03Z"
NATIVE = {"format": "native", "exchange": "okx", "market": "perp", "token": "fake-token"}
FIELDS = [
    "intent", "symbol", "market", "side", "qty", "qty_unit", "type", "price", "stop_loss", "take_profit",
    "reduce_only", "leverage", "client_ref", "prev_position", "next_position", "trigger_price", "trail",
    "time_in_force", "margin_mode", "position_side", "order_id",
]  # fmt: skip


def native(**fields: Any) -> dict[str, Any]:
    kept = {"action": "buy", "symbol": "AVAXUSDT", "quantity": "4", **fields}
    return {name: value for name, value in kept.items() if value is not ...}


def explained(body: Any, route: dict[str, Any] | None = None) -> dict[str, Any]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    told: dict[str, Any] = json.loads(as_json(decided(raw, checked(route or NATIVE), AT_MS)))
    return told


def order(body: Any, route: dict[str, Any] | None = None) -> dict[str, Any]:
    told = explained(body, route)
    assert told["decision"] == "accept", told
    (only,) = told["orders"]
    assert isinstance(only, dict)
    return only


def steps(body: bytes, route: dict[str, Any]) -> list[str]:
    file = checked(route)
    return as_steps(decided(body, file, AT_MS), body, file).splitlines()


# One JSON object


def test_an_accepted_body_is_told_with_every_field() -> None:
    told = explained(native(type="limit", price="20.50", stop_loss="18", take_profit=25, leverage=3, ref="one"))
    assert list(told) == ["decision", "reason", "detail", "format", "orders", "notes"]
    assert (told["decision"], told["reason"], told["format"]) == ("accept", None, "native")
    (only,) = told["orders"]
    assert list(only) == FIELDS
    assert only == {
        "intent": "order",
        "symbol": "AVAXUSDT",
        "market": "perp",
        "side": "buy",
        "qty": "4",
        "qty_unit": "base",
        "type": "limit",
        "price": "20.5",
        "stop_loss": "18",
        "take_profit": ["25"],
        "reduce_only": False,
        "leverage": "3",
        "client_ref": "one",
        "prev_position": None,
        "next_position": None,
        "trigger_price": None,
        "trail": None,
        "time_in_force": "gtc",
        "margin_mode": None,
        "position_side": None,
        "order_id": None,
    }


def test_a_refused_body_is_told_with_its_word_and_its_field() -> None:
    told = explained(native(quantity="0"))
    assert (told["decision"], told["reason"], told["orders"]) == ("refuse", "missing_size", [])
    assert told["detail"] == "quantity must be more than 0, not 0"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"action": "close", "quantity": ...}, {"intent": "close", "side": None, "qty": None, "qty_unit": None}),
        ({"action": "add"}, {"intent": "order", "side": None, "type": "market", "reduce_only": False}),
        ({"action": "target", "quantity": "-2"}, {"intent": "target", "qty": "-2", "next_position": "-2"}),
        ({"action": "target", "quantity": "0"}, {"intent": "target", "qty": "0", "next_position": "0"}),
        (
            {"action": "target", "quantity": "5", "unit": "contracts"},
            {"intent": "target", "qty": "5", "qty_unit": "contracts", "next_position": None},
        ),
        ({"action": "cancel_all", "quantity": ...}, {"intent": "cancel_all", "type": None, "reduce_only": None}),
        ({"action": "cancel", "quantity": ..., "ref": "one"}, {"intent": "cancel", "client_ref": "one"}),
        ({"type": "stop", "trigger_price": "30"}, {"type": "stop", "price": None, "trigger_price": "30"}),
        ({"margin_mode": "isolated"}, {"margin_mode": "isolated"}),
        ({"type": "limit", "price": "20", "time_in_force": "post_only"}, {"time_in_force": "post_only"}),
        ({"action": "cancel", "quantity": ..., "order_id": "77"}, {"order_id": "77", "time_in_force": None}),
        (
            {
                "action": "sell",
                "position": "long",
                "position_size": "2",
                "prev_position": "long",
                "prev_position_size": "6",
            },
            {"side": "sell", "prev_position": "6", "next_position": "2"},
        ),
    ],
    ids=str,
)
def test_what_each_intent_tells(fields: dict[str, Any], expected: dict[str, Any]) -> None:
    told = order(native(**fields))
    assert {name: told[name] for name in expected} == expected


def test_a_halt_is_a_control_and_no_trade() -> None:
    told = order({"action": "halt"}, {**NATIVE, "options": {"control": True}})
    assert (told["intent"], told["symbol"], told["market"], told["qty"]) == ("control", "*", None, None)


def test_the_side_of_a_position_tells_the_side_that_closes_it() -> None:
    route = {"format": "pineconnector", "market": "perp"}
    told = order(b"600,closelong,AVAXUSDT", route)
    assert (told["side"], told["position_side"]) == ("sell", "long")


def test_a_trailing_order_is_told_with_its_distance() -> None:
    body = {"ticker": "AVAXUSDT", "action": "sell", "quantity": 4, "orderType": "trailing_stop", "trailPercent": 1.5}
    assert order(body, {"format": "traderspost", "market": "perp"})["trail"] == "1.5%"


def test_a_sentence_tells_the_position_and_the_time_in_force() -> None:
    part = {"ticker": "AVAXUSDT", "action": "sell", "sentiment": "long", "quantity": 4, "orderType": "limit"}
    told = explained({**part, "limitPrice": 30, "timeInForce": "ioc"}, {"format": "traderspost", "market": "perp"})
    assert "of the position long" in told["detail"]
    assert "time in force ioc" in told["detail"]


def test_percents_of_protection_are_told_as_percents() -> None:
    body = {"ticker": "AVAXUSDT", "action": "buy", "quantity": 4, "takeProfit": {"percent": 2.5}}
    assert order(body, {"format": "traderspost", "market": "perp"})["take_profit"] == ["2.5%"]


def test_several_take_profits_are_told_in_order_with_what_each_closes() -> None:
    steps = [{"price": "30.0", "share": "75"}, {"price": 25, "share": "25"}]
    told = explained(native(take_profit=steps, stop_loss="18"))
    assert told["orders"][0]["take_profit"] == ["30", "25"]
    assert "take-profit 30 for 75% and 25 for 25%, stop-loss 18" in told["detail"]
    targets = [{"priceDeviation": 0.015, "portfolio": 0.5}, {"priceDeviation": 0.03, "portfolio": 0.5}]
    body = {"code": "fake-in", "amountPerTradeType": "base", "amountPerTrade": 4, "takeProfits": targets}
    codes = {"fake-in": {"symbol": "AVAXUSDT.P", "intent": "enter_long"}}
    route = {"format": "wundertrading", "options": {"code_map": codes}}
    assert order(body, route)["take_profit"] == ["1.5%", "3%"]


def test_an_even_third_is_told_in_few_digits() -> None:
    prices = "TAKE_PROFIT_PRICE_1=21;TAKE_PROFIT_PRICE_2=22;TAKE_PROFIT_PRICE_3=23"
    text = f"SYMBOL=AVAXUSDT.P;SIGNAL=BUY;VOLUME=4;{prices}"
    told = explained(text.encode(), {"format": "octobot"})["detail"]
    assert "take-profit 21 for 33.3333% and 22 for 33.3333% and 23 for 33.3333%" in told


def test_auto_tells_which_format_it_found() -> None:
    body = {"ticker": "AVAXUSDT", "action": "buy", "quantity": 4}
    assert explained(body, {"market": "perp"})["format"] == "traderspost"
    assert explained({**body, "quantity": 0}, {"market": "perp"})["format"] == "traderspost"
    assert explained(b"hello", {"market": "perp"})["format"] == "auto"


# The webhook's own checks


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"[" * (BODY_AT_MOST + 1), "too_large"),
        (b"{", "invalid_json"),
        (b'{"action": "{{strategy.order.action}}"}', "unresolved_placeholder"),
        (native(apiKey="fake"), "credentials_in_body"),
        (native(quantity="1e5"), "invalid_number"),
        (native(time="soon"), "invalid_time"),
        (native(time="2026-05-11T14:29:00Z"), "stale"),
        (native(time="2026-05-13T14:30:03Z"), "invalid_time"),
        ([native()] * 11, "too_many_orders"),
        (native(symbol="LTCUSDT"), "limit"),
    ],
    ids=["size", "json", "placeholder", "keys", "number", "time", "age", "future", "many", "limits"],
)
def test_what_the_webhook_refuses_is_refused_here(body: Any, reason: str) -> None:
    told = explained(body, {**NATIVE, "limits": {"symbols": ["AVAXUSDT"]}})
    assert (told["decision"], told["reason"], told["orders"]) == ("refuse", reason, [])
    assert told["detail"]


# Sentences


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "buy perp AVAXUSDT: 4 coins, market order, valid for 60 s"),
        (
            {"action": "close", "quantity": 50, "unit": "percent_position"},
            "close the position in perp AVAXUSDT: 50 % of the position, market order, valid for 900 s",
        ),
        (
            {"action": "close", "quantity": ...},
            "close the position in perp AVAXUSDT: everything, market order, valid for 900 s",
        ),
        ({"action": "target", "quantity": -2}, "bring the position in perp AVAXUSDT to -2 coins, valid for 60 s"),
        (
            {"type": "stop", "trigger_price": 30, "price": 31, "leverage": 2},
            "buy perp AVAXUSDT: 4 coins, stop order triggered at 30, then limit at 31, leverage 2, valid for 60 s",
        ),
        ({"action": "cancel", "quantity": ..., "ref": "one"}, "cancel the order one of perp AVAXUSDT"),
        ({"action": "cancel_all", "quantity": ...}, "cancel every open order of perp AVAXUSDT"),
    ],
    ids=str,
)
def test_an_order_is_told_in_a_sentence(fields: dict[str, Any], sentence: str) -> None:
    assert explained(native(**fields))["detail"] == sentence


# Who


@pytest.mark.parametrize("secret", [{"body_secret": "fake"}, {"body_secret_sha256": ["b" * 64], "body_secret": "fake"}])
def test_the_bodys_secret_must_be_the_routes(secret: dict[str, Any]) -> None:
    route = {"format": "native", "market": "perp", **secret}
    assert explained(native(token="fake"), route)["decision"] == "accept"
    for wrong in ("other", ..., ["fake"]):
        assert explained(native(token=wrong), route)["reason"] == "unauthenticated"


def test_a_plain_token_is_looked_for_in_a_body_that_carries_one() -> None:
    assert explained(native(token="fake-token"))["decision"] == "accept"
    assert explained(native(token="other"))["reason"] == "unauthenticated"
    assert explained(native())["decision"] == "accept"


@pytest.mark.parametrize("known", [{}, {"token_sha256": ["a" * 64]}, {"token_sha256": []}])
def test_a_route_whose_token_stands_in_the_url_is_taken_as_proven(known: dict[str, Any]) -> None:
    assert explained(native(token="any"), {"format": "native", "market": "perp", **known})["decision"] == "accept"


BOTH = {"market": "perp", "format": "native", "token_sha256": ["a" * 64], "body_secret": "fake"}
PASSPHRASE = {
    "passphrase": "fake-own",
    "ticker": "AVAXUSDT.P",
    "strategy": {"order_action": "buy", "order_contracts": 4},
}


@pytest.mark.parametrize(("token", "decision"), [("fake", "accept"), ("other", "refuse"), (..., "accept")])
def test_a_route_of_both_kinds_looks_in_a_body_that_carries_a_secret_and_else_in_the_url(
    token: Any, decision: str
) -> None:
    assert explained(native(token=token), BOTH)["decision"] == decision


@pytest.mark.parametrize(
    ("place", "route", "token", "decision"),
    [
        ("url", BOTH, "other", "accept"),
        ("body", BOTH, ..., "refuse"),
        ("url", {"format": "native", "market": "perp", "body_secret": "fake"}, ..., "refuse"),
        ("url", {"format": "native", "market": "perp"}, ..., "accept"),
        ("body", {"format": "native", "market": "perp", "token": "fake"}, "fake", "accept"),
        ("body", {"format": "native", "market": "perp"}, "fake", "refuse"),
    ],
)
def test_the_place_of_the_secret_can_be_said(place: str, route: dict[str, Any], token: Any, decision: str) -> None:
    reading = decided(json.dumps(native(token=token)).encode(), checked(route), AT_MS, place)
    told = json.loads(as_json(reading))
    assert (told["decision"], told["notes"][0].endswith("as --token-in says")) == (decision, True)


@pytest.mark.parametrize("form", ["hackingthemarkets", "auto"])
def test_a_senders_own_passphrase_stands_beside_the_routes_token_in_the_url(form: str) -> None:
    told = explained(PASSPHRASE, {"format": form, "token": "fake-token"})
    assert told["decision"] == "accept"
    assert "taken for right, which is assumed; --token-in body" in told["notes"][0]
    own = {**PASSPHRASE, "passphrase": "fake-token"}
    assert "in the body" in explained(own, {"format": form, "token": "fake-token"})["notes"][0]


def test_a_route_file_without_a_hash_is_read_and_that_is_noted() -> None:
    told = explained(native(), {"format": "native", "market": "perp"})
    assert (told["decision"], "no token_sha256" in told["notes"][1]) == ("accept", True)
    assert any("no token_sha256" in step for step in steps(b"{}", {"format": "native"}))
    assert len(explained(native())["notes"]) == 1


def test_the_notes_of_an_alert_are_told() -> None:
    body = {"ticker": "AVAXUSDT", "action": "buy", "quantity": 4, "price": 20}
    assert "price is a reference only" in explained(body, {"market": "perp"})["notes"]


def test_nothing_told_repeats_a_secret() -> None:
    route = {"format": "native", "market": "perp", "body_secret": "fake-canary"}
    body = json.dumps(native(token="fake-canary")).encode()
    assert "canary" not in json.dumps(explained(body, route)) + "".join(steps(body, route))


# Numbered steps


def test_the_steps_lead_to_the_decision() -> None:
    body = json.dumps({"ticker": "AVAXUSDT.P", "action": "sell", "quantity": 4, "price": 20}).encode()
    told = steps(body, {"exchange": "okx"})
    assert [line.partition(".")[0] for line in told] == [str(number) for number in range(1, len(told) + 1)]
    assert "70 bytes" in told[0]
    assert "traderspost, recognised by its fields" in told[2]
    assert "sell perp AVAXUSDT: 4 coins, market order" in told[3]
    assert told[-2].endswith("Checked later, by the worker: what the exchange takes, the account, limits and halts.")
    assert told[-1].endswith("Decision: accepted.")


@pytest.mark.parametrize(
    ("body", "count", "reason"),
    [
        (b"[" * (BODY_AT_MOST + 1), 2, "too_large"),
        (b"{}", 3, "unauthenticated"),
        (b'{"token": "fake"}', 4, "not_an_order"),
    ],
    ids=["size", "secret", "order"],
)
def test_the_steps_end_where_the_body_is_refused(body: bytes, count: int, reason: str) -> None:
    told = steps(body, {"format": "native", "body_secret": "fake"})
    assert (len(told), reason in told[-1]) == (count, True)


# ROUTE.json and the command line


@pytest.mark.parametrize(
    "data",
    [
        [],
        "native",
        None,
        {"format": "no-such-format"},
        {"exchange": "no-such-exchange"},
        {"market": "moon"},
        {"limits": {"max_quantiti": 1}},
        {"colour": "red"},
        {"token": ""},
        {"body_secret": ["fake"]},
        {"token_sha256": ["fake"]},
        {"accounts": []},
        {"defaults": {"quantity": "0"}},
    ],
    ids=str,
)
def test_an_unusable_route_exits_with_2_and_one_sentence(
    data: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "ROUTE.json"
    path.write_text(json.dumps(data), "utf-8")
    assert tool.main(["--route", str(path)], io.BytesIO(b"{}")) == 2
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert told.err.startswith("explain_alert: ")


@pytest.mark.parametrize("text", ["", "{", "\xff", "[" * 100_000], ids=["empty", "cut", "latin", "deep"])
def test_a_file_that_is_no_json_exits_with_2(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "ROUTE.json"
    path.write_bytes(text.encode("latin-1"))
    assert tool.main(["--route", str(path)], io.BytesIO(b"{}")) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--route"],
        ["--token-in", "header"],
        ["--route", "no-such-file.json"],
        ["--route", "no.json", "--received-at", "noon"],
        ["-x"],
    ],
)
def test_unusable_arguments_exit_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert tool.main(arguments, io.BytesIO(b"{}")) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_file_of_several_routes_is_told_to_be_one() -> None:
    with pytest.raises(Unusable, match="'btc', 'eth'"):
        checked({"accounts": {}, "routes": {"btc": {"format": "native"}, "eth": {}}})


def test_a_dry_run_is_told_before_the_decision() -> None:
    body = json.dumps(native(symbol="AVAXUSDT.P")).encode()
    told = steps(body, {"format": "native", "limits": {"dry_run": True}})
    assert "nothing would be sent" in told[-2]


def test_a_route_needs_no_more_than_its_format() -> None:
    with pytest.raises(Unusable):
        checked({"format": "native", "exchange": 7})
    assert explained(native(symbol="AVAXUSDT.P"), {"format": "native"})["decision"] == "accept"


def test_the_command_reads_standard_input_and_exits_with_0_whatever_is_decided(tmp_path: Path) -> None:
    path = tmp_path / "ROUTE.json"
    path.write_text(json.dumps(NATIVE), "utf-8")
    command = [sys.executable, "-m", "tools.explain_alert", "--route", str(path), "--received-at", AT, "--json"]
    fresh = json.dumps(native(time="2026-05-11T14:30:00Z")).encode()
    for body, decision in ((fresh, "accept"), (b"nonsense", "refuse")):
        done = subprocess.run(command, input=body, capture_output=True, cwd=PROJECT, timeout=60, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
        assert json.loads(done.stdout)["decision"] == decision
