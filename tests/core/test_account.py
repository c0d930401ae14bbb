"""An account secret becomes credentials that show themselves nowhere; what is wrong is named by field, never shown."""

from typing import Any

import pytest

from order_relay.core.account import read_account
from order_relay.core.call import Credentials, Request
from order_relay.core.ports import Missing

CANARY = "fake-canary-"


def secret(**changes: Any) -> dict[str, Any]:
    return {
        "exchange": "okx",
        "key": CANARY + "key",
        "secret": CANARY + "secret",
        "passphrase": CANARY + "pass phrase",
        **changes,
    }


def test_a_secret_becomes_credentials_with_the_documented_defaults() -> None:
    read = read_account("main", secret(), needs_passphrase=True)
    assert (read.exchange, read.key, read.secret) == ("okx", CANARY + "key", CANARY + "secret")
    assert read.passphrase == CANARY + "pass phrase"
    assert (read.environment, read.api, read.region, read.demo) == ("live", "auto", "global", False)


def test_every_setting_of_a_secret_is_read() -> None:
    read = read_account("main", secret(environment="demo", api="v2", region="eea"), needs_passphrase=True)
    assert (read.demo, read.api, read.region) == (True, "v2", "eea")


def test_a_passphrase_is_only_needed_where_the_exchange_asks_for_one() -> None:
    bare = {name: value for name, value in secret().items() if name != "passphrase"}
    assert read_account("main", bare, needs_passphrase=False).passphrase == ""
    with pytest.raises(Missing, match="'passphrase'"):
        read_account("main", bare, needs_passphrase=True)


UNUSABLE: list[object] = [None, "", "  ", "nan", "None", "NULL", 7, True, ["x"], {"x": "y"}]
ODD: list[object] = [
    CANARY + "\n",
    "\t" + CANARY,
    " " + CANARY,
    CANARY + " ",
    CANARY + "\u0661",
    CANARY + "\u00a0",
    CANARY + "\u200b",
    CANARY + "\x00",
]


@pytest.mark.parametrize("field", ["key", "secret", "passphrase"])
@pytest.mark.parametrize("value", UNUSABLE + ODD, ids=ascii)
def test_an_unusable_field_is_named_and_its_value_is_not(field: str, value: object) -> None:
    with pytest.raises(Missing) as caught:
        read_account("main", secret(**{field: value}), needs_passphrase=True)
    assert repr(field) in str(caught.value)
    assert "'main'" in str(caught.value)
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("field", ["environment", "api", "region"])
@pytest.mark.parametrize("value", [None, "", CANARY, "LIVE", 3, ["live"]], ids=ascii)
def test_a_setting_outside_its_list_is_named_with_the_list(field: str, value: object) -> None:
    with pytest.raises(Missing) as caught:
        read_account("main", secret(**{field: value}), needs_passphrase=True)
    assert repr(field) in str(caught.value)
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("show", [repr, str, "{}".format, "{!r}".format], ids=["repr", "str", "format", "!r"])
def test_credentials_and_requests_show_nothing_secret(show: Any) -> None:
    credentials = Credentials("okx", CANARY + "key", CANARY + "secret", CANARY + "pass")
    headers = {"OK-ACCESS-KEY": CANARY}
    request = Request("POST", f"/order?signature={CANARY}", CANARY.encode(), headers)
    for text in (show(credentials), show(request), show([credentials, request]), show({"kept": credentials})):
        assert CANARY not in text
