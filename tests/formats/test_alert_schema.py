"""docs/alert.schema.json says what docs/alerts.md says: what the relay takes is valid, what is wrong in form is not."""

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from order_relay.core.refusal import Refusal, Word
from tests.core.bounded import bounded
from tests.formats.cases import add, body, cancel, close, limit, read, refusal, route, stop, target
from tests.formats.pages import DOCS, Example, examples, filled_in
from tests.formats.test_documented_examples import FIELD_ROW, called

SCHEMA = json.loads((DOCS / "alert.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
PAGE = (DOCS / "alerts.md").read_text("utf-8")
EXAMPLES = list(examples(PAGE))
BY_FORM = {
    "not_an_order",
    "invalid_number",
    "invalid_time",
    "unresolved_placeholder",
    "credentials_in_body",
}
"""Words for which a look at the body alone is enough, without a route, a clock or arithmetic."""

NO_STEPS: list[Any] = [
    [],
    ["65000"],
    [{}],
    [{"price": "65000"}],
    [{"share": "100"}],
    [{"price": "65000", "share": "100", "size": "1"}],
    [{"price": "0", "share": "100"}],
    [{"price": "65000", "share": "0"}],
    [{"price": "65000", "share": 0}],
    [{"price": "65000", "share": "-1"}],
    [{"price": "65000", "share": "101"}],
    [{"price": "65000", "share": 100.1}],
    [{"price": "65000", "share": "100.01"}],
    [{"price": "65000", "share": "all"}],
    [{"price": True, "share": "100"}],
    [{"price": f"{65000 + step}", "share": "9.0909"} for step in range(11)],
    {"price": "65000", "share": "100"},
]
REFUSED: list[dict[str, Any]] = [
    body(foo=1),
    body(Action="buy"),
    body(reduceOnly=True),
    body(action="flip"),
    body(action="buy "),
    body(action=...),
    body(relay=2),
    body(symbol=""),
    body(symbol="BTC USDT"),
    body(market="futures"),
    body(quantity="0"),
    body(quantity=0),
    body(quantity="-1"),
    body(quantity=-1),
    body(quantity="1e3"),
    body(quantity="1,5"),
    body(quantity=True),
    body(quantity="9" * 41),
    body(unit="lots"),
    body(unit="percent_position"),
    body(quantity=..., unit="base"),
    body(market="spot", unit="collateral"),
    body(price="61000"),
    body(type="market", price="61000"),
    body(type="limit"),
    limit(price="0"),
    limit(trigger_price="60000"),
    body(trigger_price="60000"),
    body(type="stop"),
    body(type="stop", price="60000"),
    stop(trigger_price="0"),
    stop(time_in_force="post_only"),
    body(type="trailing"),
    body(time_in_force="fok"),
    limit(time_in_force="day"),
    body(symbol="BTCUSDT.P", reduce_only="yes"),
    body(symbol="BTCUSDT.P", action="sell", reduce_only=True, take_profit="60000"),
    body(symbol="BTCUSDT.P", action="sell", reduce_only="true", stop_loss="60000"),
    body(take_profit="0"),
    body(stop_loss=-1),
    body(symbol="BTCUSDT.P", leverage="0.5"),
    body(symbol="BTCUSDT.P", leverage=0),
    body(market="spot", leverage=2),
    body(market="spot", margin_mode="cross"),
    body(symbol="BTCUSDT.P", margin_mode="crossed"),
    body(position="up"),
    body(position_size="many"),
    body(order_id="1"),
    body(valid_for=0),
    body(valid_for=3601),
    body(valid_for="3601"),
    body(valid_for=1.5),
    body(id=""),
    body(id="x" * 129),
    body(time="2026-01-01 12:00"),
    body(time=123),
    body(ref="a b"),
    *(body(take_profit=steps) for steps in NO_STEPS),
    body(symbol="BTCUSDT.P", action="sell", reduce_only=True, take_profit=[{"price": "60000", "share": "100"}]),
    close(take_profit="65000"),
    close(take_profit=[{"price": "65000", "share": "100"}]),
    close(leverage=2),
    close(quantity="100.5", unit="percent_position"),
    close(quantity=101, unit="percent_position"),
    close(unit="percent_position"),
    add(unit="percent_position"),
    add(unit="collateral"),
    add(type="stop"),
    add(type="limit"),
    add(type="limit", price="61000"),
    add(type="limit", price="61000", time_in_force="post_only"),
    add(trigger_price="60000"),
    add(reduce_only=False),
    add(leverage=2),
    add(take_profit="65000"),
    add(position="long", position_size="1"),
    target(quantity=...),
    target(quantity=..., position="long"),
    target(quantity="50", unit="percent_position"),
    target(type="limit"),
    target(reduce_only=True),
    target(take_profit="65000"),
    target(market="spot", leverage=2, symbol="BTCUSDT"),
    target(quantity=..., unit="quote", position="long", position_size="1"),
    cancel(),
    cancel(ref="a", order_id="1"),
    cancel(ref="a", quantity="1"),
    cancel(order_id="../1"),
    cancel(action="cancel_all", ref="a"),
    {"action": "halt", "symbol": "BTCUSDT"},
    {"action": "halt", "ref": "a"},
    {"orders": []},
    {"orders": [body()], "action": "buy"},
    {"orders": [body()], "symbol": "BTCUSDT"},
    {"orders": [body(), body(foo=1)]},
]


def valid(value: Any) -> bool:
    return bool(VALIDATOR.is_valid(value))


def test_the_schema_is_one_of_its_draft() -> None:
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("example", [one for one in EXAMPLES if one.mark == "accepted"], ids=called)
def test_an_accepted_example_is_valid(example: Example) -> None:
    assert valid(json.loads(example.body))


@pytest.mark.parametrize("example", [one for one in EXAMPLES if one.mark == "template"], ids=called)
def test_a_template_is_valid_once_it_is_filled_in(example: Example) -> None:
    assert valid(json.loads(filled_in(example.body)))


@pytest.mark.parametrize(
    "example", [one for one in EXAMPLES if one.mark.removeprefix("refused: ") in BY_FORM], ids=called
)
def test_an_example_that_is_refused_by_its_form_is_not_valid(example: Example) -> None:
    assert not valid(json.loads(example.body))


@pytest.mark.parametrize("value", REFUSED, ids=str)
def test_neither_the_relay_nor_the_schema_takes_what_is_wrong_in_itself(value: dict[str, Any]) -> None:
    assert refusal(value, route(options={"control": True})).word in Word
    assert not valid(value)
    assert not valid([value])


@pytest.mark.parametrize("value", [None, "text", 7, True, [], [[]], {}, [{}]], ids=str)
def test_what_is_no_order_is_not_valid(value: Any) -> None:
    assert not valid(value)


def test_the_schema_knows_exactly_the_fields_of_the_page() -> None:
    named = {field for part in SCHEMA["$defs"].values() for field in part.get("properties", {})}
    working = [one.body for one in EXAMPLES if one.mark in ("accepted", "template")]
    assert named - {"orders"} <= set(FIELD_ROW.findall(PAGE))
    assert [field for field in named if not any(f'"{field}":' in text for text in working)] == []


_NUMBER = st.sampled_from(["1", "0", "-1", "0.5", ".5", "007", 1, 0, -1, 2.5, "100", "100.1", "61000"])
_HALF = {"price": st.sampled_from(["64000", "65000.5", 66000, 0, "-1"]), "share": st.sampled_from(["50", 50, ".5"])}
_WHOLE = {"price": st.just("67000"), "share": st.sampled_from(["100", "0100.0", 100, "100.1", 99.5])}
_STEPS = st.lists(st.fixed_dictionaries(_HALF) | st.fixed_dictionaries(_WHOLE), max_size=3)
_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "action": st.sampled_from(["buy", "sell", "add", "close", "target", "cancel", "cancel_all", "halt", "resume"]),
    "symbol": st.sampled_from(["BTCUSDT", "BTCUSDT.P", "BTC/USDT:USDT"]),
    "market": st.sampled_from(["spot", "perp", "option"]),
    "type": st.sampled_from(["market", "limit", "stop"]),
    "unit": st.sampled_from(["base", "quote", "contracts", "percent_equity", "percent_position", "collateral"]),
    "time_in_force": st.sampled_from(["gtc", "ioc", "fok", "post_only"]),
    "reduce_only": st.sampled_from([True, False, "true"]),
    "margin_mode": st.sampled_from(["cross", "isolated"]),
    "position": st.sampled_from(["long", "short", "flat"]),
    "prev_position": st.sampled_from(["long", "short", "flat"]),
    "ref": st.sampled_from(["a", "my-entry"]),
    "order_id": st.sampled_from(["1", 117178743547]),
    "id": st.sampled_from(["x-1", 7]),
    "time": st.sampled_from([1795244400, "1795244400000", "2026-11-21T07:00:00.5+01:00"]),
    "valid_for": st.sampled_from([1, 3600, "60", "0060"]),
    **dict.fromkeys(("quantity", "price", "trigger_price", "leverage", "stop_loss"), _NUMBER),
    "take_profit": _NUMBER | _STEPS,
    **dict.fromkeys(("position_size", "prev_position_size"), _NUMBER),
}
_CHANGES = st.lists(st.sampled_from(sorted(_VALUES)), max_size=4, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: st.just(...) | _VALUES[name] for name in names})
)


@pytest.mark.parametrize("shares", [["100"], ["0100.00"], [100], ["50", 50], ["99.5", ".5"], ["33.3", "33.3", "33.4"]])
def test_take_profits_that_the_relay_takes_are_valid(shares: list[Any]) -> None:
    steps = [{"price": 65000 + place, "share": share} for place, share in enumerate(shares)]
    assert len(read(body(take_profit=steps)).legs) == 1
    assert valid(body(take_profit=steps))


@bounded
@given(st.sampled_from([body, limit, close, cancel, stop, target]), _CHANGES)
def test_whatever_the_relay_takes_is_valid(make: Any, changes: dict[str, Any]) -> None:
    value = make(**changes)
    try:
        read(value, route(options={"control": True}))
    except Refusal:
        assume(False)
    assert valid(value)
    assert valid({"orders": [value]})
