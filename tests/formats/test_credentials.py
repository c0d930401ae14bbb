"""Exchange keys under the names that senders give them, and the secrets that look like one and are none."""

from typing import Any

import pytest

from order_relay.core.alert import refuse_credentials
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from tests.formats.cases import leg, refusal

ROUTE = Route("r", ("main",), format="alias_map", options={"paths": {"side": "do", "symbol": "coin", "quantity": "n"}})
ORDER = {"do": "buy", "coin": "AVAXUSDT.P", "n": "4"}
CANARY = "fake-canary-value"


def mapped(path: str) -> Route:
    return Route("r", ("main",), format="alias_map", options={"paths": {**ROUTE.options["paths"], "secret": path}})


@pytest.mark.parametrize(
    "name",
    [
        "bybit_api_key", "api_secret_key", "apiKeySecret", "secret_access_key", "binanceSecret", "okx_passphrase",
        "apiKey2", "BITGET-API-SECRET", "my.access.key", "exchangeSecretKey", "apiPassphrase", "webhook_api_key",
    ],
)  # fmt: skip
@pytest.mark.parametrize("shape", [lambda field: field, lambda field: {"deep": [{"er": field}]}], ids=["top", "deep"])
def test_a_key_is_refused_whatever_it_is_called(name: str, shape: Any) -> None:
    refused = refusal({**ORDER, **shape({name: CANARY})}, ROUTE)
    assert (refused.word, CANARY in refused.detail) == (Word.CREDENTIALS_IN_BODY, False)


@pytest.mark.parametrize(
    "name",
    [
        "passphrase", "webhook_secret", "webhookPassphrase", "connector_secret", "shared-secret", "auth_secret",
        "tv_secret", "webhook_secret_key", "token", "secret_name", "secrets", "key", "keys", "password",
        "passphrase_hint", "secretary", "accessory",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_key_is_not_refused(name: str) -> None:
    assert leg({**ORDER, name: CANARY}, ROUTE) == leg(ORDER, ROUTE)


@pytest.mark.parametrize("path", ["secret", "binanceSecret", "auth.secret", "auth.0.api_key"])
def test_the_field_that_the_route_declares_its_own_secret_is_no_key_wherever_it_stands(path: str) -> None:
    inner = {"auth": {"secret": CANARY}} if path == "auth.secret" else {path: CANARY}
    body = {**ORDER, **({"auth": [{"api_key": CANARY}]} if path == "auth.0.api_key" else inner)}
    assert leg(body, mapped(path)) == leg(ORDER, ROUTE)
    assert refusal(body, ROUTE).word is Word.CREDENTIALS_IN_BODY
    assert refusal({**body, "more": {"secret": CANARY}}, mapped(path)).word is Word.CREDENTIALS_IN_BODY


def test_an_own_field_at_the_top_is_not_one_deeper() -> None:
    refuse_credentials({"secret": CANARY}, own={"secret"})
    with pytest.raises(Refusal):
        refuse_credentials({"order": {"secret": CANARY}}, own={"secret"})
