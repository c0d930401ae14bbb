"""The words with which an alert is refused, and the HTTP status that goes with each."""

from dataclasses import dataclass
from enum import StrEnum


class Word(StrEnum):
    """Machine-readable start of every refusal's reason."""

    UNAUTHENTICATED = "unauthenticated"
    NOT_AN_ORDER = "not_an_order"
    MISSING_SIZE = "missing_size"
    MISSING_SYMBOL = "missing_symbol"
    UNRESOLVED_PLACEHOLDER = "unresolved_placeholder"
    CREDENTIALS_IN_BODY = "credentials_in_body"
    INVALID_NUMBER = "invalid_number"
    INVALID_TIME = "invalid_time"
    INVALID_JSON = "invalid_json"
    UNSUPPORTED = "unsupported"
    AMBIGUOUS = "ambiguous"
    TOO_LARGE = "too_large"
    TOO_MANY_ORDERS = "too_many_orders"
    STALE = "stale"
    LIMIT = "limit"


_STATUS = {
    Word.UNAUTHENTICATED: 401,
    Word.TOO_LARGE: 413,
    Word.INVALID_JSON: 400,
    Word.INVALID_NUMBER: 400,
    Word.INVALID_TIME: 400,
    Word.UNRESOLVED_PLACEHOLDER: 400,
}


@dataclass(eq=False)
class Refusal(Exception):
    """An alert that is understood well enough to be refused with a sentence the sender can act on."""

    word: Word
    detail: str

    @property
    def status(self) -> int:
        return _STATUS.get(self.word, 422)

    @property
    def reason(self) -> str:
        return f"{self.word.value}: {self.detail}"

    def __str__(self) -> str:
        return self.reason
