"""One fresh bench per test."""

import pytest

from tests.service.bench import Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()
