"""Each refusal has one word from the agreed list and one HTTP status."""

import pytest

from order_relay.core.refusal import Refusal, Word

AGREED = (
    "unauthenticated, not_an_order, missing_size, missing_symbol, unresolved_placeholder, credentials_in_body, "
    "invalid_number, invalid_time, invalid_json, unsupported, ambiguous, too_large, too_many_orders, stale, limit"
)


def test_the_words_are_the_agreed_ones_and_no_others() -> None:
    assert ", ".join(word.value for word in Word) == AGREED


STATUS = {
    Word.UNAUTHENTICATED: 401,
    Word.TOO_LARGE: 413,
    Word.INVALID_JSON: 400,
    Word.INVALID_NUMBER: 400,
    Word.INVALID_TIME: 400,
    Word.UNRESOLVED_PLACEHOLDER: 400,
}


@pytest.mark.parametrize("word", Word)
def test_each_word_has_its_status(word: Word) -> None:
    assert Refusal(word, "why").status == STATUS.get(word, 422)


def test_a_reason_begins_with_its_word() -> None:
    refusal = Refusal(Word.STALE, "the alert is 90 s old")
    assert refusal.reason == str(refusal) == "stale: the alert is 90 s old"
