"""The one hypothesis profile of these tests: repeatable and bounded."""

from hypothesis import settings

bounded = settings(derandomize=True, max_examples=150, deadline=None, database=None)
