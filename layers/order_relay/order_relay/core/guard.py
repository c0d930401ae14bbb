"""Who may post: source addresses and tokens, compared in constant time."""

import hashlib
import hmac
import ipaddress
from collections.abc import Sequence


def address_allowed(address: str, networks: Sequence[str]) -> bool:
    """True if no networks are configured or the address is in one of them."""
    if not networks:
        return True
    try:
        source = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(source in ipaddress.ip_network(network, strict=False) for network in networks)


def token_known(token: str | None, hashes: Sequence[str]) -> bool:
    """Compare the token's SHA-256 with every known hash; the time does not tell which, nor whether there is one."""
    given = hashlib.sha256((token or "").encode("utf-8", "surrogatepass")).hexdigest().encode()
    matches = [hmac.compare_digest(given, known.encode()) for known in hashes] or [False]
    return any(matches) and bool(token)
