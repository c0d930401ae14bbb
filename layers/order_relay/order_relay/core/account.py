"""Reading an account secret; errors name the missing field, never a value."""

from collections.abc import Mapping
from typing import Any

from order_relay.core.call import Credentials
from order_relay.core.ports import Missing

ENVIRONMENTS = ("live", "demo")
APIS = ("v2", "v3", "auto")
KNOWN = frozenset({"exchange", "key", "secret", "passphrase", "environment", "api", "region"})
REGIONS = ("global", "eea", "us", "tr")


def read_account(name: str, secret: Mapping[str, Any], *, needs_passphrase: bool) -> Credentials:
    """Turn a secret into credentials; raises Missing with a sentence about the first field that is not usable."""
    unknown = sorted(set(secret) - KNOWN)
    if unknown:
        known = ", ".join(sorted(KNOWN))
        raise Missing(f"the secret of account {name!a} has the unknown field {unknown[0]!a}; known: {known}")
    fields = ["key", "secret"] + (["passphrase"] if needs_passphrase else [])
    for field in fields:
        value = secret.get(field)
        if not isinstance(value, str) or not value.strip() or value.strip().lower() in ("nan", "none", "null"):
            raise Missing(f"the secret of account {name!a} has no usable {field!r}")
        if not value.isascii() or not value.isprintable() or value != value.strip():
            raise Missing(f"{field!r} of account {name!a} contains characters or outer spaces that no exchange issues")
    return Credentials(
        exchange=str(secret.get("exchange", "")),
        key=secret["key"],
        secret=secret["secret"],
        passphrase=str(secret.get("passphrase") or ""),
        environment=_one_of(name, {"environment": "live", **secret}, "environment", ENVIRONMENTS),
        api=_one_of(name, {"api": "auto", **secret}, "api", APIS),
        region=_one_of(name, {"region": "global", **secret}, "region", REGIONS),
    )


def _one_of(name: str, secret: Mapping[str, Any], field: str, allowed: tuple[str, ...]) -> str:
    value = secret.get(field)
    if value not in allowed:
        raise Missing(f"{field!r} of account {name!a} must be one of {', '.join(allowed)}")
    return str(value)
