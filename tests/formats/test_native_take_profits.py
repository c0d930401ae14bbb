"""Several take-profits of one entry in the native format: each price and share is used, or refused by its name."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from order_relay.core.chain import split
from order_relay.core.order import Leg
from order_relay.core.refusal import Refusal, Word
from order_relay.core.take_profits import MOST, Share
from tests.core.bounded import bounded
from tests.core.traps import NOT_PLAIN
from tests.formats.cases import ROUTE, body, close, leg, limit, refusal, stop, target
from tests.formats.odd_bodies import odd_bodies, outcome, sound

HALVES: list[dict[str, Any]] = [{"price": "65000", "share": "50"}, {"price": "68000", "share": "50"}]
TEXTS = [text for text in NOT_PLAIN if "\ud800" not in text]


def parted(*steps: tuple[Any, Any], **more: Any) -> dict[str, Any]:
    return body(take_profit=[{"price": price, "share": share} for price, share in steps], **more)


@pytest.mark.parametrize("make", [body, limit, stop])
def test_an_entry_is_parted_among_its_take_profits_in_their_order(make: Any) -> None:
    steps = [{"price": "68000.50", "share": 20}, {"price": 65000, "share": "50.0"}, {"price": "66000", "share": "30"}]
    entry = leg(make(take_profit=steps, stop_loss="50000"))
    assert entry.take_profits == (
        Share(Decimal("0.2"), Decimal("68000.50")),
        Share(Decimal("0.5"), Decimal(65000)),
        Share(Decimal("0.3"), Decimal(66000)),
    )
    assert (entry.take_profit, entry.take_profit_rate, entry.stop_loss) == (None, None, Decimal(50000))


@pytest.mark.parametrize("share", ["100", 100, "100.0"])
def test_a_list_of_one_is_the_single_take_profit(share: Any) -> None:
    assert leg(parted(("65000", share))) == leg(body(take_profit="65000"))


def test_as_many_take_profits_as_documented_are_read_and_no_more() -> None:
    ladder = [(str(65000 + step), "10") for step in range(MOST)]
    assert [one.share for one in leg(parted(*ladder)).take_profits] == [Decimal("0.1")] * MOST
    refused = refusal(parted(*ladder[:-1], ("80000", "5"), ("81000", "5")))
    assert (refused.word, refused.detail) == (Word.UNSUPPORTED, "take_profit has 11 steps; at most 10")


@pytest.mark.parametrize(
    ("steps", "word", "told"),
    [
        ([], Word.AMBIGUOUS, "take_profit is an empty list; leave it out, or state a price"),
        (["65000"], Word.UNSUPPORTED, "take_profit[0] must be an object with price and share"),
        ([*HALVES, None], Word.UNSUPPORTED, "take_profit[2] must be an object with price and share"),
        ([[HALVES]], Word.UNSUPPORTED, "take_profit[0] must be an object with price and share"),
        ([{}, *HALVES], Word.AMBIGUOUS, "take_profit[0].price is missing; a take-profit triggers at a price"),
        ([{"share": "100"}], Word.AMBIGUOUS, "take_profit[0].price is missing; a take-profit triggers at a price"),
        ([HALVES[0], {"price": "68000"}], Word.AMBIGUOUS, "take_profit[1].share is missing; each of several"),
        ([{"price": "68000", "share": None}], Word.AMBIGUOUS, "take_profit[0].share is missing; each of several"),
        ([HALVES[0] | {"size": "1"}, HALVES[1]], Word.UNSUPPORTED, "the field 'take_profit[0].size' is not known"),
        ([HALVES[0], HALVES[1] | {"price": "0"}], Word.AMBIGUOUS, "take_profit[1].price is 0; it must be more than 0"),
        ([HALVES[0], HALVES[1] | {"share": 0}], Word.AMBIGUOUS, "take_profit[1].share is 0; it must be more than 0"),
        ([HALVES[0], HALVES[1] | {"share": "-50"}], Word.AMBIGUOUS, "take_profit[1].share is -50; it must be more"),
        ([HALVES[0] | {"share": "100.1"}], Word.AMBIGUOUS, "take_profit[0].share is 100.1; it must be at most 100"),
        ([HALVES[0]], Word.AMBIGUOUS, "the shares of take_profit add up to 50 %, not to 100 %"),
        ([*HALVES, {"price": "70000", "share": "0.1"}], Word.AMBIGUOUS, "add up to 100.1 %, not to 100 %"),
        ([HALVES[0], HALVES[1] | {"share": "49.99"}], Word.AMBIGUOUS, "add up to 99.99 %, not to 100 %"),
        ([HALVES[0], HALVES[1] | {"price": "65000.0"}], Word.AMBIGUOUS, "must state a different price"),
    ],
    ids=str,
)
def test_a_step_that_does_not_fit_is_refused_by_its_name(steps: list[Any], word: Word, told: str) -> None:
    refused = refusal(body(take_profit=steps))
    assert (refused.word, refused.status) == (word, 422)
    assert told in refused.detail


@pytest.mark.parametrize("field", ["price", "share"])
@pytest.mark.parametrize("value", [*TEXTS, True, [], {}], ids=ascii)
def test_what_is_no_number_is_found_before_anything_else_is_wrong(field: str, value: Any) -> None:
    wrong = body(take_profit=[HALVES[0] | {"size": 1}, HALVES[1] | {field: value}], reduceOnly=True)
    for one in (wrong, [body(foo=1), wrong], {"orders": [body(foo=1), wrong]}):
        refused = refusal(one)
        assert (refused.word, refused.status) == (Word.INVALID_NUMBER, 400)
        assert f"take_profit[1].{field}" in refused.detail


@pytest.mark.parametrize("value", [{"price": "65000", "share": "100"}, True, "65000,66000"], ids=str)
def test_only_a_list_holds_several(value: Any) -> None:
    refused = refusal(body(take_profit=value))
    assert refused.word is Word.INVALID_NUMBER
    assert refused.detail.startswith("take_profit ")


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (limit(price="66000"), "take_profit[0] is not beyond the price"),
        (stop(action="sell", trigger_price="66000"), "take_profit[1] is not beyond the price"),
        (body(stop_loss="67000"), "take_profit[0] and stop_loss are on each other's side"),
    ],
    ids=str,
)
def test_each_price_must_lie_on_its_side(entry: dict[str, Any], told: str) -> None:
    refused = refusal({**entry, "take_profit": HALVES})
    assert refused.word is Word.AMBIGUOUS
    assert told in refused.detail


@pytest.mark.parametrize(
    "fields",
    [body(symbol="BTCUSDT.P", action="sell", reduce_only=True), body(action="sell"), close(), target()],
    ids=["reduce_only", "spot sell", "close", "target"],
)
def test_they_go_with_entries_only(fields: dict[str, Any]) -> None:
    refused = refusal({**fields, "take_profit": HALVES})
    assert refused.word is Word.UNSUPPORTED
    assert "take_profit" in refused.detail


def test_of_a_flip_they_belong_to_what_opens() -> None:
    chain = {"prev_position": "short", "prev_position_size": 1, "position": "long", "position_size": 1}
    turned = leg(body(symbol="BTCUSDT.P", quantity="2", take_profit=HALVES, **chain))
    closing, opening = split(turned)
    assert (closing.take_profits, opening.take_profits) == ((), turned.take_profits)
    assert len(turned.take_profits) == 2


def whole(entry: Leg) -> bool:
    """True if the take-profits, where there are several, close exactly what the entry opens."""
    shares = [one.share for one in entry.take_profits]
    return not shares or (len(shares) > 1 and sum(shares) == 1 and min(shares) > 0)


def test_no_odd_step_becomes_an_order_that_makes_no_sense() -> None:
    for odd in odd_bodies(HALVES[0]):
        for steps in ([odd], [odd, HALVES[1]], [*HALVES, odd]):
            found = outcome(body(take_profit=steps), ROUTE)
            assert sound(found), steps
            assert isinstance(found, Refusal) or all(whole(entry) for entry in found.legs), steps


@bounded
@given(st.lists(st.tuples(st.integers(1, 10**6), st.decimals("0.01", "100", places=2)), min_size=1, max_size=4))
def test_what_is_read_closes_the_whole_entry(steps: list[tuple[int, Decimal]]) -> None:
    rest = 100 - sum((share for _, share in steps), Decimal(0))
    assume(rest > 0)
    told = [*((Decimal(price), share) for price, share in steps), (Decimal(10**7), rest)]
    found = outcome(parted(*((str(price), str(share)) for price, share in told)), ROUTE)
    prices = {price for price, _ in told}
    assert isinstance(found, Refusal) is (len(prices) < len(told))
    if not isinstance(found, Refusal):
        (entry,) = found.legs
        assert whole(entry)
        assert [(one.price, one.share * 100) for one in entry.take_profits] == told
