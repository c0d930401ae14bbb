"""The life of an order: only the agreed moves exist, history is merged and bounded, only public fields are shown."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_relay.core.record import HISTORY_KEPT, IllegalMove, Key, Record, State, public
from tests.core.bounded import bounded

LEGAL = {
    "received": "sending rejected expired cancelled parked",
    "sending": "sending unknown placed rejected expired cancelled parked",
    "unknown": "sending unknown placed rejected expired cancelled parked",
    "placed": "cancelled rejected",
    "rejected": "",
    "expired": "",
    "cancelled": "",
    "parked": "placed rejected expired cancelled",
}
AGREED = (
    "order_id alert_id firing_ms action ref route account exchange market symbol side type quantity quantity_unit "
    "price state exchange_order_id filled_quantity average_price attempts accepted_at_ms placed_at_ms reason history"
)


def record(**changes: Any) -> Record:
    fields: dict[str, Any] = {
        "order_id": "r" * 32,
        "alert_id": "a" * 32,
        "firing_ms": 1_000,
        "leg": 0,
        "step": 0,
        "action": "buy",
        "ref": None,
        "route": "r",
        "account": "main",
        "exchange": "okx",
        "market": "spot",
        "symbol": "BTCUSDT",
        "side": "buy",
        "type": "market",
        "quantity": "0.01",
        "quantity_unit": "base",
        "price": None,
        "accepted_at_ms": 1_000,
        "sha256": "b" * 64,
    }
    return Record(**{**fields, **changes})


def test_the_states_are_the_agreed_ones() -> None:
    assert [state.value for state in State] == list(LEGAL)
    assert [state.value for state in State if not state.terminal] == ["received", "sending", "unknown"]


@pytest.mark.parametrize(("before", "after"), [pair for pair in itertools.product(State, State) if pair[0] != pair[1]])
def test_a_record_moves_only_by_the_agreed_ways(before: State, after: State) -> None:
    if after.value in LEGAL[before.value].split():
        assert record(state=before).moved(after, 5).state is after
    else:
        with pytest.raises(IllegalMove, match=f"{before.value} -> {after.value}"):
            record(state=before).moved(after, 5)


@pytest.mark.parametrize("state", State)
def test_a_note_may_be_added_in_every_state(state: State) -> None:
    noted = record(state=state).moved(state, 5, "seen again")
    assert noted.state is state
    assert noted.history[-1] == {"at_ms": 5, "state": state.value, "note": "seen again"}


def test_a_move_changes_nothing_of_the_record_it_started_from() -> None:
    first = record()
    first.moved(State.SENDING, 5, "attempt 1", attempts=1)
    assert (first.state, first.history, first.attempts) == (State.RECEIVED, (), 0)


def test_the_reason_is_why_the_record_ended() -> None:
    ended = record().moved(State.SENDING, 5, "attempt 1").moved(State.REJECTED, 6, "51008: insufficient balance")
    assert ended.reason == "51008: insufficient balance"
    assert record().moved(State.SENDING, 5, "attempt 1").reason is None


def test_a_later_end_replaces_the_reason() -> None:
    placed = record(state=State.SENDING).moved(State.PLACED, 5, "accepted")
    assert placed.moved(State.CANCELLED, 6, "cancelled by an alert").reason == "cancelled by an alert"


def test_equal_neighbours_of_history_merge_and_keep_the_first_time() -> None:
    waited = record()
    for at_ms in (1, 2, 3):
        waited = waited.moved(State.RECEIVED, at_ms, "rate limited")
    waited = waited.moved(State.RECEIVED, 4, "halted").moved(State.RECEIVED, 5, "rate limited")
    assert [(line["at_ms"], line["note"]) for line in waited.history] == [
        (1, "rate limited"),
        (4, "halted"),
        (5, "rate limited"),
    ]


def test_the_same_note_in_another_state_is_another_line() -> None:
    told = record().moved(State.RECEIVED, 1, "x").moved(State.SENDING, 2, "x").moved(State.SENDING, 3, "x")
    assert [line["state"] for line in told.history] == ["received", "sending"]


def test_at_most_fifty_lines_of_history_are_kept_the_newest_ones() -> None:
    told = record()
    for at_ms in range(130):
        told = told.moved(State.RECEIVED, at_ms, f"line {at_ms}")
    assert HISTORY_KEPT == 50
    assert [line["at_ms"] for line in told.history] == list(range(80, 130))


@bounded
@given(st.lists(st.tuples(st.sampled_from(State), st.sampled_from("abc")), max_size=80))
def test_history_never_repeats_itself_and_tells_the_state(steps: list[tuple[State, str]]) -> None:
    told = record()
    for at_ms, (state, note) in enumerate(steps):
        try:
            told = told.moved(state, at_ms, note)
        except IllegalMove:
            continue
        assert told.history[-1]["state"] == told.state.value
    pairs = [(line["state"], line["note"]) for line in told.history]
    assert all(one != other for one, other in itertools.pairwise(pairs))
    assert len(pairs) <= HISTORY_KEPT


def test_a_record_survives_storage() -> None:
    stored = record(ref="my-entry", plan={"quantity": "1"}).moved(State.SENDING, 5, "attempt 1", stamp_ms=7)
    data = stored.to_json()
    assert "version" not in data
    read = Record.from_json(data, 3)
    assert read == stored
    assert read.version == 3


def test_the_public_record_has_exactly_the_agreed_fields_and_no_other() -> None:
    shown = public(record().moved(State.REJECTED, 5, "why").to_json())
    assert list(shown) == AGREED.split()
    assert shown["state"] == "rejected"
    assert shown["history"] == [{"at_ms": 5, "state": "rejected", "note": "why"}]
    assert (shown["price"], shown["exchange_order_id"], shown["ref"]) == (None, None, None)


def test_order_keys_compare_by_acceptance_and_then_by_leg() -> None:
    keys = [Key(2, 0), Key(1, 5), Key(1, 0), Key(1, 10)]
    assert sorted(keys) == [Key(1, 0), Key(1, 5), Key(1, 10), Key(2, 0)]
    assert record(firing_ms=9, leg=3).key == Key(9, 3)
