"""A clock that only the test moves, and a signing client for whichever venue the test file defines."""

from __future__ import annotations

import pytest

from tests.simulator.signing import Client, Clock
from tools.exchange_simulator.venue import Venue


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(venue: Venue, clock: Clock) -> Client:
    return Client(venue, clock)
