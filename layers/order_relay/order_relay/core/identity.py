"""Who an alert, a firing, an order and a message are: hashes of what never changes between deliveries."""

import hashlib

ORDER_ID_LENGTH = 32
_PREFIX = "r"
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def alert_id(route: str, explicit: str | None, body: bytes) -> str:
    """Name an alert by its route and its explicit id, else by its route and raw body."""
    kind, value = ("id", explicit.encode("utf-8", "surrogatepass")) if explicit is not None else ("body", body)
    return _hash("alert", route, kind, value)[:32]


def body_hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def order_id(alert: str, firing_ms: int, leg: int, account: str, step: int) -> str:
    """Derive the client order id: 32 characters [a-z0-9], the same for every attempt and every delivery."""
    digest = int(_hash("order", alert, str(firing_ms), str(leg), account, str(step)), 16)
    text = ""
    while len(text) < ORDER_ID_LENGTH - len(_PREFIX):
        digest, rest = divmod(digest, len(_DIGITS))
        text += _DIGITS[rest]
    return _PREFIX + text


def group_id(account: str, market: str, symbol: str, *what: str) -> str:
    """Name the FIFO group whose messages are worked one after the other (an account has one exchange)."""
    return _hash("group", account, market, symbol, *what)[:32]


def deduplication_id(*parts: str) -> str:
    """Name one sending, never one alert: it covers only the sender's own retry."""
    return _hash("send", *parts)


def _hash(*parts: str | bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        raw = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        digest.update(len(raw).to_bytes(4, "big") + raw)
    return digest.hexdigest()
