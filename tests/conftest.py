"""What the shell that runs the tests has set for itself is none of their business."""

import os

_PREFIXES = ("AWS_", "EXCHANGE_URL_")
_NAMES = frozenset(
    {"CONFIG", "PORT", "LOG_FILE", "FORCE_COLOR", "NO_COLOR", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"}
)


def pytest_configure() -> None:
    """Forget AWS profiles, proxies and settings of the local relay; everything under test is on 127.0.0.1."""
    for name in [*os.environ]:
        if name.startswith(_PREFIXES) or name.upper() in _NAMES:
            del os.environ[name]
