"""The ladders: two quick tries in the process, then 1, 2, 4, 8, 15, 15... in the queue; exits go on more slowly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_relay.core.retry import ladder, quick, soon
from tests.core.bounded import bounded

JITTER = st.floats(0, 1, exclude_max=True)


def test_there_are_two_quick_tries_in_the_process() -> None:
    assert [quick(attempt, 0.0) for attempt in range(4)] == [0.1, 0.8, None, None]


@bounded
@given(JITTER)
def test_quick_tries_use_the_full_width_of_their_jitter(jitter: float) -> None:
    first, second = quick(0, jitter), quick(1, jitter)
    assert first is not None
    assert second is not None
    assert 0.1 <= first <= 0.4
    assert 0.8 <= second <= 1.5


def test_openings_climb_to_fifteen_seconds_and_stay_there() -> None:
    assert [ladder(n, 0, reducing=False) for n in range(10)] == [1, 2, 4, 8, 15, 15, 15, 15, 15, 15]


def test_what_reduces_goes_on_with_thirty_and_sixty() -> None:
    assert [ladder(n, 0, reducing=True) for n in range(12)] == [1, 2, 4, 8, 15, 15, 15, 15, 30, 60, 60, 60]


@bounded
@given(st.integers(0, 1_000), JITTER, st.booleans())
def test_a_wait_is_never_shorter_than_its_rung_nor_a_second_longer(
    deferrals: int, jitter: float, reducing: bool
) -> None:
    rung = ladder(deferrals, 0, reducing=reducing)
    assert rung <= ladder(deferrals, jitter, reducing=reducing) <= rung + 1


@pytest.mark.parametrize(("jitter", "seconds"), [(0.0, 1.0), (0.5, 1.5), (1.0, 2.0)])
def test_cancels_look_again_after_one_or_two_seconds(jitter: float, seconds: float) -> None:
    assert soon(jitter) == seconds
