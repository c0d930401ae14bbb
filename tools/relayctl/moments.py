"""Times as people write and read them."""

import re
import time
from datetime import UTC, datetime

from order_relay.core.age import read_time
from order_relay.core.refusal import Refusal
from tools.relayctl.trouble import USAGE, Trouble

_AGO = re.compile(r"([0-9]{1,6})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def since_ms(text: str) -> int:
    """Read how long ago (90s, 15m, 2h, 7d) or an ISO-8601 time with its offset."""
    ago = _AGO.fullmatch(text)
    if ago:
        return now_ms() - int(ago[1]) * _SECONDS[ago[2]] * 1000
    try:
        return read_time(text, "--since")
    except Refusal:
        raise Trouble("--since takes 90s, 15m, 2h, 7d or a time such as 2026-11-21T09:00:00Z.", USAGE) from None


def moment(at_ms: int | None) -> str:
    """UTC to the second, and nothing for no time."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%SZ") if at_ms is not None else "-"
