"""Bitunix's signature, and how the two hosts' answers are opened."""

from collections.abc import Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from order_relay.core.call import Call, Credentials, Request, decimal, decode
from order_relay.core.clock import http_date_ms
from order_relay.core.outcome import Answer, Failed, Op, Outcome, Reading, Verdict
from order_relay.exchanges.bitunix_codes import RULES

FUTURES = "futures"
Row = dict[str, Any]
_EXPIRED = "100008"
_HALF_SECOND_MS = 500


def sign(call: Call, credentials: Credentials, stamp_ms: int, nonce: str) -> Request:
    """Seal a call with the double SHA-256 that both hosts want (sheet 3; no HMAC, no `=` and `&` in the text)."""
    headers = {"Content-Type": "application/json", "language": "en-US"}
    if call.op is not Op.PUBLIC:
        query = "".join(name + value for name, value in sorted(parse_qsl(urlsplit(call.target).query)))
        digest = _hex(f"{nonce}{stamp_ms}{credentials.key}{query}{call.body}")
        headers["api-key"] = credentials.key
        headers["nonce"] = nonce
        headers["timestamp"] = str(stamp_ms)
        headers["sign"] = _hex(digest + credentials.secret)
    return Request(call.method, call.target, call.body.encode(), headers)


def read(call: Call, answer: Answer) -> Reading | None:
    """Open the envelope; spot codes are prefixed `spot:`, and a refusal hidden behind code 0 becomes its own code."""
    envelope = decode(answer.body)
    code = envelope.get("code") if isinstance(envelope, dict) else None
    if not isinstance(code, str | int) or isinstance(code, bool):
        return None
    data, said = envelope.get("data"), str(envelope.get("msg") or "")
    if str(code) == "0":
        hidden = _hidden(call, data)
        return Reading(_named(call, *hidden), hidden[1] or said, data) if hidden else Reading(None, said, data)
    return Reading(_named(call, str(code), said), said, data)


def read_clock(answer: Answer, reading: Reading | None) -> tuple[int, int] | None:
    """Take the HTTP Date, which is cut to the second, half a second later: there is no time endpoint (sheet 2).

    The spot host's clock stands for both hosts: the window is 60 s, and a stamp ahead of time is accepted.
    """
    date_ms = http_date_ms(answer.headers.get("date", ""))
    return None if date_ms is None else (date_ms + _HALF_SECOND_MS, _HALF_SECOND_MS)


def unreadable(what: str) -> Failed:
    """Describe an answer whose envelope is good but whose content is not as documented."""
    return Failed(Outcome(Verdict.AMBIGUOUS, meaning=f"Bitunix answered {what} that cannot be read"))


def rows(data: Any, what: str) -> list[Row]:
    """Read a list of objects; Bitunix answers null for an empty one."""
    if data is None:
        return []
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise unreadable(what)
    return data


def one(data: Any, what: str) -> Row:
    """Read a single object, which some futures answers wrap in a list."""
    row = data[0] if isinstance(data, list) and len(data) == 1 else data
    if not isinstance(row, dict):
        raise unreadable(what)
    return row


def text(row: Row, name: str) -> str | None:
    """Read an id that may come as text or number; None when it is absent or empty."""
    value = row.get(name)
    return None if value is None or value == "" else str(value)


def total(row: Row, parts: Sequence[str], what: str) -> Decimal:
    """Add up numbers that must all be there."""
    numbers = [number for part in parts if (number := decimal(row.get(part))) is not None]
    if len(numbers) < len(parts):
        raise unreadable(what)
    return sum(numbers, Decimal(0))


def step(decimals: object) -> Decimal:
    """Turn a number of decimals into the smallest step."""
    digits = decimal(decimals)
    if digits is None:
        raise unreadable("a precision")
    return Decimal(1).scaleb(-int(digits))


def _hex(plain_text: str) -> str:
    return sha256(plain_text.encode()).hexdigest()


def _named(call: Call, code: str, said: str) -> str:
    """Name a code by its host; the futures code of an expired stamp is not published, only its words are known."""
    prefix = "" if call.host == FUTURES else "spot:"
    listed = prefix + code in RULES or (call.op, prefix + code) in RULES
    words = said.lower()
    return prefix + (_EXPIRED if not listed and "time" in words and "expired" in words else code)


def _hidden(call: Call, data: Any) -> tuple[str, str] | None:
    """Return code and words of a refusal that was answered as code 0 (sheet 4b, 5)."""
    row = data if isinstance(data, dict) else {}
    if call.op is Op.PLACE and text(row, "orderId") is None:
        return text(row, "placeCode") or "0", text(row, "placeMsg") or ""
    if call.op is Op.CANCEL and row.get("failureList") and not row.get("successList"):
        failures = row["failureList"]
        failure = failures[0] if isinstance(failures, list) and isinstance(failures[0], dict) else {}
        return text(failure, "errorCode") or "0", text(failure, "errorMsg") or ""
    return None
