"""One translated template for all the tests of this folder."""

import pytest

from tests.template.stack import Stack, load


@pytest.fixture(scope="session")
def stack() -> Stack:
    return load()
