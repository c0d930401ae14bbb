"""The signature that four of the five exchanges ask for: HMAC-SHA256 of a text under the account's secret."""

import hmac
from functools import lru_cache

_ACCOUNTS = 64


def hmac_sha256(secret: str, text: str) -> bytes:
    """Sign; what a secret costs to prepare is paid at its first signature only."""
    sealed = _keyed(secret).copy()
    sealed.update(text.encode())
    return sealed.digest()


@lru_cache(maxsize=_ACCOUNTS)
def _keyed(secret: str) -> hmac.HMAC:
    return hmac.new(secret.encode(), digestmod="sha256")
