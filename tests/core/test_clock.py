"""Exchange time: the shortest round trip wins, doubt drops it, stamps are late rather than early."""

import os
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_relay.core.clock import Offset, Sample, best, http_date_ms, iso_ms
from tests.core.bounded import bounded

WALL_MS = 1_795_244_400_000


def test_the_server_is_taken_to_have_stamped_halfway_through_the_round_trip() -> None:
    assert Sample(sent_ms=1_000, received_ms=1_100, server_ms=6_050).offset_ms == 5_000
    assert Sample(sent_ms=1_000, received_ms=1_100, server_ms=550).offset_ms == -500


def test_the_sample_with_the_shortest_round_trip_is_kept() -> None:
    slow = Sample(0, 900, 10_450 + 300)
    quick = Sample(1_000, 1_040, 11_020)
    offset = best([slow, quick, slow], WALL_MS, 7)
    assert offset == Offset(value_ms=10_000, error_ms=20, wall_ms=WALL_MS, monotonic_ms=7)


def test_a_sample_that_ended_before_it_began_is_only_the_last_resort() -> None:
    stepped_back = Sample(5_000, 3_000, 14_000)
    honest = Sample(1_000, 1_400, 11_200)
    assert best([stepped_back, honest], WALL_MS, 0).value_ms == 10_000
    assert best([stepped_back], WALL_MS, 0).error_ms >= 1_000


def test_a_coarse_clock_adds_to_the_error() -> None:
    assert best([Sample(0, 40, 500, error_ms=500)], WALL_MS, 0).error_ms == 520


OFFSET = Offset(value_ms=0, error_ms=20, wall_ms=WALL_MS, monotonic_ms=50_000)


@pytest.mark.parametrize(
    ("wall_ms", "monotonic_ms", "fresh"),
    [
        (0, 0, True),
        (299_999, 299_999, True),
        (300_000, 300_000, False),
        (10_000, 11_000, True),
        (10_000, 11_001, False),
        (120_000, 0, False),
        (2_400_000, 1_000, False),
        (-1, 0, False),
        (-90_000, 10_000, False),
    ],
)
def test_an_offset_lives_five_minutes_and_no_clock_step(wall_ms: int, monotonic_ms: int, fresh: bool) -> None:
    assert OFFSET.fresh(WALL_MS + wall_ms, 50_000 + monotonic_ms) is fresh


@bounded
@given(st.integers(-(10**9), 10**9), st.integers(0, 2_000), st.integers(0, 5_000))
def test_a_stamp_is_never_early_beyond_the_known_error_and_late_by_at_most_200_ms(
    value_ms: int, error_ms: int, since_ms: int
) -> None:
    offset = Offset(value_ms, error_ms, WALL_MS, 0)
    late_by = WALL_MS + since_ms + value_ms - offset.stamp_ms(WALL_MS + since_ms)
    assert late_by == min(200, error_ms)


@bounded
@given(st.integers(-90_000, 90_000), st.integers(0, 800), st.integers(0, 800))
def test_the_true_offset_lies_within_the_told_error(true_ms: int, there_ms: int, back_ms: int) -> None:
    sample = Sample(WALL_MS, WALL_MS + there_ms + back_ms, WALL_MS + there_ms + true_ms)
    offset = best([sample], WALL_MS, 0)
    assert abs(offset.value_ms - true_ms) <= offset.error_ms + 1


@pytest.fixture
def far_from_utc() -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Asia/Tokyo"
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.usefixtures("far_from_utc")
@pytest.mark.parametrize("zone", ["GMT", "+0000", "-0000", "UTC"])
def test_an_http_date_is_utc_wherever_this_host_stands(zone: str) -> None:
    assert http_date_ms(f"Sat, 21 Nov 2026 07:00:00 {zone}") == WALL_MS


@pytest.mark.parametrize("text", ["", "soon", "Sat, 21 Nov 2026", "Sat, 45 Nov 2026 07:00:00 GMT", "0", "\u0661"])
def test_a_date_that_cannot_be_read_is_no_date(text: str) -> None:
    assert http_date_ms(text) is None


@bounded
@given(
    st.text(max_size=40)
    | st.from_regex(
        r"Sat, [0-9]{1,3} (Jan|Nov) [0-9]{1,6} [0-9]{2}:[0-9]{2}:[0-9]{2} (GMT|[+-][0-9]{1,9})", fullmatch=True
    )
)
def test_no_date_header_crashes_the_reader(text: str) -> None:
    assert isinstance(http_date_ms(text), int | None)


@pytest.mark.parametrize(
    ("stamp_ms", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_700_000_000_005, "2023-11-14T22:13:20.005Z"),
        (WALL_MS + 999, "2026-11-21T07:00:00.999Z"),
    ],
)
def test_stamps_are_written_with_exactly_three_decimals(stamp_ms: int, text: str) -> None:
    assert iso_ms(stamp_ms) == text
