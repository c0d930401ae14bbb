"""What an answer means: a closed list of verdicts, with *ambiguous* as the default for everything unlisted."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from order_relay.core.clock import http_date_ms

RETRY_AFTER_AT_MOST_MS = 3_600_000
"""A header is not believed for longer than an hour at a time; then one probe asks again."""


class Op(StrEnum):
    """What a call does; an error code may mean different things for different operations. SET may be repeated."""

    PLACE = "place"
    CANCEL = "cancel"
    READ = "read"
    PUBLIC = "public"
    SET = "set"


class Verdict(StrEnum):
    """ACCEPTED, or why not. All but AMBIGUOUS are definite: the exchange did not take the order.

    BUSY is a passing fault of reads and cancels; said to a placement it proves nothing and becomes AMBIGUOUS.
    SKEWED: the stamp was outside the receive window, this attempt did not count.
    DENIED: keys, permissions or account; GONE: what is asked for or cancelled is not there (or already ended).
    FLAT: no position to reduce; SMALLER: the position is smaller than the reducing order.
    """

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    THROTTLED = "throttled"
    BUSY = "busy"
    SKEWED = "skewed"
    DENIED = "denied"
    GONE = "gone"
    DUPLICATE = "duplicate"
    FLAT = "flat"
    SMALLER = "smaller"
    NOT_SENT = "not_sent"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of an exchange's error table: what the code means, in plain words, and who says so."""

    verdict: Verdict
    meaning: str
    source: str


Key = str | tuple[Op, str]
Rules = Mapping[Key, Rule]


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer; header names are lower case. `sent_ms` and `received_ms` are this host's wall clock."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    sent_ms: int = 0
    received_ms: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """An exchange's envelope opened: `code` is None on success, else the exchange's own code as text."""

    code: str | None
    message: str
    data: Any


class Hint(StrEnum):
    """What an answer tells besides its verdict. IP_BAN: everybody behind this address must stop calling.

    PACED: the account may send only one placement a second for a while.
    """

    IP_BAN = "ip_ban"
    PACED = "paced"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One answer after classification. `server_ms` is the exchange's clock as told by this very answer, if it was."""

    verdict: Verdict
    code: str | None = None
    meaning: str = ""
    message: str = ""
    data: Any = None
    retry_after_ms: int | None = None
    server_ms: int | None = None
    hints: frozenset[Hint] = frozenset()

    @property
    def reason(self) -> str:
        """A sentence for the trader: the exchange's code, what it means, and the exchange's own words."""
        said = f" ({self.message})" if self.message and self.message != self.meaning else ""
        return f"{self.code or self.verdict.value}: {self.meaning or self.verdict.value}{said}"


@dataclass(eq=False)
class Failed(Exception):
    """A read that was answered with anything but success or *gone*."""

    outcome: Outcome

    def __str__(self) -> str:
        return self.outcome.reason


def classify(rules: Rules, op: Op, answer: Answer, reading: Reading | None) -> Outcome:
    """Turn an answer into a verdict; `reading` is None when the body is not what the exchange documents."""
    code = reading.code if reading else None
    rule = (rules.get((op, code)) or rules.get(code)) if code else None
    return Outcome(
        verdict=_verdict(op, answer, reading, rule),
        code=code or (str(answer.status) if answer.status != 200 else None),
        meaning=rule.meaning if rule else "",
        message=reading.message if reading else "",
        data=reading.data if reading else None,
        retry_after_ms=_retry_after_ms(answer.headers),
        server_ms=_date_ms(answer.headers),
    )


def _verdict(op: Op, answer: Answer, reading: Reading | None, rule: Rule | None) -> Verdict:
    if rule and rule.verdict is Verdict.THROTTLED:
        return Verdict.THROTTLED
    if answer.status == 429 and (op is not Op.PLACE or _speaks_of_limits(answer.body)):
        return Verdict.THROTTLED
    if answer.status >= 500:
        return Verdict.AMBIGUOUS if op is Op.PLACE else Verdict.BUSY
    if rule:
        return Verdict.AMBIGUOUS if rule.verdict is Verdict.BUSY and op is Op.PLACE else rule.verdict
    if reading and reading.code is None and answer.status == 200:
        return Verdict.ACCEPTED
    return Verdict.AMBIGUOUS


def _speaks_of_limits(body: bytes) -> bool:
    text = body[:2000].lower()
    return any(word in text for word in (b"too many", b"too frequent", b"rate limit", b"requests are too"))


def _retry_after_ms(headers: Mapping[str, str]) -> int | None:
    text = headers.get("retry-after", "")
    if not text.isascii() or not text.isdigit() or len(text) > 7:
        return None
    return min(int(text) * 1000, RETRY_AFTER_AT_MOST_MS)


def _date_ms(headers: Mapping[str, str]) -> int | None:
    return http_date_ms(headers.get("date", ""))
