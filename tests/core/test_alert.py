"""Placeholders that stayed empty and exchange keys in a body are refused before any order is read."""

from typing import Any

import pytest

from order_relay.core.alert import refuse_credentials, refuse_placeholders
from order_relay.core.refusal import Refusal, Word

CANARY = "fake-canary-value"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b'{"symbol": "{{ticker}}"}', "{{ticker}}"),
        (b'{"price": {{close}} * 1.05}', "{{close}}"),
        (b'{"quantity": "{{plot("Size")}}"}', '{{plot("Size")}}'),
        (b'{"a": "{{strategy.order.contracts}}"}', "{{strategy.order.contracts}}"),
        (b'{"a": "{{}}"}', "{{}}"),
        (b"\xff{{Ticker}}", "{{Ticker}}"),
    ],
)
def test_an_unfilled_placeholder_is_refused_by_its_name(body: bytes, name: str) -> None:
    with pytest.raises(Refusal) as caught:
        refuse_placeholders(body)
    assert caught.value.word is Word.UNRESOLVED_PLACEHOLDER
    assert caught.value.status == 400
    assert name in caught.value.reason


@pytest.mark.parametrize("body", [b"", b"{}", b'{"a": {"b": {}}}', b"{ {x} }", b'[{"a": 1}, {"b": 2}]'])
def test_plain_json_has_no_placeholders(body: bytes) -> None:
    refuse_placeholders(body)


@pytest.mark.parametrize(
    "name", ["apiKey", "api_key", "API-KEY", "Api Secret", "secret", "secretKey", "access_id", "privateKey"]
)
@pytest.mark.parametrize(
    "shape",
    [
        lambda field: {"action": "buy", **field},
        lambda field: [{"action": "buy"}, field],
        lambda field: {"orders": [{"action": "buy", **field}]},
        lambda field: {"account": {"keys": [field]}},
    ],
    ids=["flat", "in a list", "in orders", "nested"],
)
def test_an_exchange_key_is_refused_with_the_advice_to_rotate_it(name: str, shape: Any) -> None:
    with pytest.raises(Refusal) as caught:
        refuse_credentials(shape({name: CANARY}))
    assert caught.value.word is Word.CREDENTIALS_IN_BODY
    assert "rotate" in caught.value.reason
    assert CANARY not in caught.value.reason


@pytest.mark.parametrize("body", [None, "text", ["a"], {"action": "buy", "symbol": "BTCUSDT", "token": CANARY}])
def test_other_bodies_hold_no_exchange_key(body: object) -> None:
    refuse_credentials(body)
