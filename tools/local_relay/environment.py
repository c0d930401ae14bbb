"""The process environment, changed for a while."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager


@contextmanager
def environment(values: Mapping[str, str], *, without: Callable[[str], bool] = lambda name: False) -> Iterator[None]:
    """Set environment variables, take others away, and put everything back in the end."""
    saved = dict(os.environ)
    for name in filter(without, saved):
        del os.environ[name]
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(saved)
