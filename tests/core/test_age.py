"""Age comes from our own clocks only; a time that cannot be read is refused, never taken for now."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_relay.core.age import age_ms, fired_at, read_time
from order_relay.core.refusal import Refusal, Word
from tests.core.bounded import bounded

NOW_MS = 1_795_244_400_000  # 2026-11-21T07:00:00Z
DAY_MS = 86_400_000


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T07:00:00Z",
        "2026-11-21t07:00:00z",
        "2026-11-21 07:00:00Z",
        "2026-11-21T07:00:00.0Z",
        "2026-11-21T16:00:00+09:00",
        "2026-11-21T16:00:00+0900",
        "2026-11-21T01:30:00-05:30",
        "1795244400",
        "1795244400000",
    ],
)
def test_the_documented_spellings_of_a_moment_are_read(text: str) -> None:
    assert read_time(text) == NOW_MS


def test_milliseconds_are_kept() -> None:
    assert read_time("2026-11-21T07:00:00.123Z") == NOW_MS + 123
    assert read_time("2026-11-21T07:00:00.123456789Z") == NOW_MS + 123
    assert read_time("1795244400123") == NOW_MS + 123


@pytest.mark.parametrize(
    "value",
    [
        "",
        "now",
        "2026-11-21",
        "2026-11-21T07:00Z",
        "2026-11-21T07:00:00",
        "2026-11-21T07:00:00 UTC",
        "2026-13-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-11-21T25:00:00Z",
        "2026-11-21T07:00:60Z",
        "2026-11-21T07:00:00+25:00",
        "20261121T070000Z",
        "2026-W47-6T07:00:00Z",
        "179524440",
        "17952444000",
        "1795244400.5",
        "-1795244400",
        "1.7e9",
        "1_795_244_400",
        " 1795244400",
        "1795244400\n",
        "\u0661" * 10,
        "2026-11-21T07:00:0\uff10Z",
        "{{timenow}}",
        "NaN",
        None,
        True,
        1_795_244_400,
        [],
    ],
    ids=ascii,
)
def test_any_other_time_is_refused_as_invalid_time(value: object) -> None:
    with pytest.raises(Refusal) as caught:
        read_time(value)
    assert caught.value.word is Word.INVALID_TIME
    assert caught.value.status == 400


def test_an_alert_without_a_time_fired_when_it_was_accepted() -> None:
    assert fired_at(None, NOW_MS) == NOW_MS


@pytest.mark.parametrize("ahead_ms", [-3_600_000, -1, 0, 1, 5_000])
def test_a_time_up_to_five_seconds_ahead_is_taken_as_it_is(ahead_ms: int) -> None:
    assert fired_at(NOW_MS + ahead_ms, NOW_MS) == NOW_MS + ahead_ms


@pytest.mark.parametrize("ahead_ms", [5_001, 90_000, DAY_MS])
def test_a_time_further_ahead_counts_as_the_acceptance(ahead_ms: int) -> None:
    assert fired_at(NOW_MS + ahead_ms, NOW_MS) == NOW_MS


def test_a_time_more_than_a_day_ahead_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        fired_at(NOW_MS + DAY_MS + 1, NOW_MS)
    assert caught.value.word is Word.INVALID_TIME


@pytest.mark.parametrize(
    ("fired_ms", "accepted_ms", "now_ms", "age"),
    [
        (NOW_MS, NOW_MS, NOW_MS, 0),
        (NOW_MS - 40_000, NOW_MS, NOW_MS + 30_000, 70_000),
        (NOW_MS + 4_000, NOW_MS, NOW_MS, 0),
        (NOW_MS + 4_000, NOW_MS, NOW_MS + 1_000, 1_000),
    ],
)
def test_age_is_the_delay_before_acceptance_and_the_time_since(
    fired_ms: int, accepted_ms: int, now_ms: int, age: int
) -> None:
    assert age_ms(fired_ms, accepted_ms, now_ms) == age


@bounded
@given(st.integers(-DAY_MS, DAY_MS), st.integers(0, DAY_MS))
def test_age_is_never_less_than_the_time_since_acceptance(ahead_ms: int, later_ms: int) -> None:
    fired_ms = fired_at(NOW_MS + ahead_ms, NOW_MS)
    assert age_ms(fired_ms, NOW_MS, NOW_MS + later_ms) >= later_ms


@bounded
@given(st.text(max_size=40) | st.from_regex(r"[0-9T:.Z+ -]{8,32}", fullmatch=True))
def test_any_text_is_a_moment_or_refused_by_name(text: str) -> None:
    word = None
    try:
        assert isinstance(read_time(text), int)
    except Refusal as refusal:
        word = refusal.word
    assert word in (None, Word.INVALID_TIME)
