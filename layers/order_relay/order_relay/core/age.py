"""How old an alert is, and how long it may still act: late may close, never open."""

import re
from datetime import datetime

from order_relay.core.refusal import Refusal, Word

AHEAD_TOLERATED_MS = 5_000
AHEAD_REFUSED_MS = 86_400_000
FRESH_MS = 30_000
_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})"
)
_EPOCH = re.compile(r"[0-9]{10}(?:[0-9]{3})?")


def read_time(value: object, field: str = "time") -> int:
    """Read ISO-8601 with Z or offset, 10-digit seconds or 13-digit milliseconds as epoch ms; else `invalid_time`."""
    text = value if isinstance(value, str) else ""
    if _EPOCH.fullmatch(text):
        return int(text) * (1000 if len(text) == 10 else 1)
    try:
        if not _ISO.fullmatch(text):
            raise ValueError
        return round(datetime.fromisoformat(text.upper()).timestamp() * 1000)
    except (ValueError, OverflowError):
        detail = f"{field} must be ISO-8601 with Z or an offset, or 10 or 13 digits since 1970, not {str(value)[:40]!a}"
        raise Refusal(Word.INVALID_TIME, detail) from None


def fired_at(time_ms: int | None, accepted_at_ms: int) -> int:
    """The moment of firing: the alert's own time unless it lies ahead (then acceptance); over 24 h ahead is refused."""
    if time_ms is None:
        return accepted_at_ms
    ahead = time_ms - accepted_at_ms
    if ahead > AHEAD_REFUSED_MS:
        raise Refusal(Word.INVALID_TIME, "time lies more than 24 hours in the future")
    return accepted_at_ms if ahead > AHEAD_TOLERATED_MS else time_ms


def age_ms(fired_ms: int, accepted_at_ms: int, now_ms: int) -> int:
    """Age by our own clocks only: the delay before acceptance, never negative, plus the time since."""
    return max(0, accepted_at_ms - fired_ms) + (now_ms - accepted_at_ms)
