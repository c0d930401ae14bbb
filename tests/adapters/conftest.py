"""One AWS stand-in for the tests of this folder."""

from collections.abc import Iterator

import pytest

from tests.adapters.cloud import environment, moto
from tests.adapters.host_clock import HandClock


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    with moto() as url:
        yield url


@pytest.fixture
def cloud(moto_url: str) -> Iterator[None]:
    """Point every AWS client that the test makes at moto."""
    with environment(moto_url):
        yield


@pytest.fixture
def clock() -> HandClock:
    return HandClock()
