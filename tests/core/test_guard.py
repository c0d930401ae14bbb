"""Only listed addresses and known tokens get in, whatever characters they are made of."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_relay.core.guard import address_allowed, token_known
from tests.core.bounded import bounded


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


@pytest.mark.parametrize(
    ("address", "networks", "allowed"),
    [
        ("203.0.113.9", (), True),
        ("", (), True),
        ("52.89.214.238", ("52.89.214.238/32",), True),
        ("52.89.214.238", ("34.212.75.30", "52.89.214.238"), True),
        ("192.0.2.77", ("192.0.2.0/24",), True),
        ("192.0.2.77", ("192.0.2.1/24",), True),
        ("192.0.3.1", ("192.0.2.0/24",), False),
        ("2001:db8::1", ("192.0.2.0/24",), False),
        ("2001:db8::1", ("2001:db8::/32",), True),
        ("", ("192.0.2.0/24",), False),
        ("192.0.2.1, 203.0.113.9", ("192.0.2.0/24",), False),
        ("0xC0000201", ("192.0.2.0/24",), False),
        ("192.0.2.\u0661", ("192.0.2.0/24",), False),
    ],
)
def test_a_source_must_lie_in_a_listed_network(address: str, networks: tuple[str, ...], allowed: bool) -> None:
    assert address_allowed(address, networks) is allowed


def test_a_network_that_cannot_be_read_lets_nobody_in() -> None:
    with pytest.raises(ValueError, match="not-a-network"):
        address_allowed("192.0.2.1", ("not-a-network",))


TOKENS = ["fake-token", "t\u00f6ken", "\u0661\u0662\u0663", "\uff54oken", "\U0001f680", "\ud800", "a" * 5_000]


@pytest.mark.parametrize("token", TOKENS, ids=ascii)
def test_the_right_token_is_known_by_its_hash(token: str) -> None:
    assert token_known(token, [hashed("another"), hashed(token)])


@pytest.mark.parametrize("token", [*TOKENS, "fake-token ", "Fake-token", "", None], ids=ascii)
def test_any_other_token_is_not(token: str | None) -> None:
    assert not token_known(token, [hashed("the right one"), hashed("the next one")])


def test_without_known_hashes_nothing_is_known() -> None:
    assert not token_known("fake-token", [])


def test_an_empty_token_is_never_known_even_by_its_own_hash() -> None:
    assert not token_known("", [hashed("")])
    assert not token_known(None, [hashed("")])


def test_a_hash_is_not_a_token() -> None:
    assert not token_known(hashed("fake-token"), [hashed("fake-token")])


@bounded
@given(st.text(max_size=80), st.text(max_size=80))
def test_a_token_is_known_exactly_when_it_is_the_same_text(given_token: str, right_token: str) -> None:
    assert token_known(given_token, [hashed(right_token)]) is (bool(given_token) and given_token == right_token)
