"""What a route's options mean for the webhook: where it finds the secret of a body, and what is decided first."""

from dataclasses import replace
from typing import Any

import pytest

from order_relay.core.alert import Alert
from order_relay.core.limits import Limits
from order_relay.core.order import Action, Leg
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.core.symbol import Market
from order_relay.service.dispatch import Arrival, check
from order_relay.service.intake import Reply
from tests.service.intake_ports import SECRET, Desk, hashed, route

PATHS = {"side": "do", "symbol": "coin", "quantity": "n"}
ORDER = {"do": "buy", "coin": "AVAXUSDT.P", "n": "4"}
SECRETS = {"token_sha256": [], "body_secret_sha256": [hashed(SECRET)]}


def posted(body: dict[str, Any], **entry: Any) -> Reply:
    return Desk(r=route(**{**SECRETS, **entry})).post(body, token=None)


def mapped(body: dict[str, Any], **paths: str) -> Reply:
    return posted(body, format="alias_map", options={"paths": {**PATHS, **paths}})


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("geheim", {"geheim": SECRET}),
        ("geheim", {"geheim": SECRET, "key": "other", "token": "other"}),
        ("auth.secret", {"auth": {"secret": SECRET}}),
        ("auth.0", {"auth": [SECRET]}),
    ],
)
def test_the_mapped_secret_authenticates(path: str, fields: dict[str, Any]) -> None:
    assert mapped({**ORDER, **fields}, secret=path).status == 202


def test_where_a_secret_is_mapped_no_other_field_authenticates() -> None:
    assert mapped({**ORDER, "token": SECRET}, secret="geheim").status == 401
    assert mapped({**ORDER, "token": SECRET, "geheim": "other"}, secret="geheim").status == 401
    assert mapped({**ORDER, "token": SECRET}).status == 202


def test_the_mapped_secret_authenticates_on_a_route_that_names_no_format() -> None:
    paths = {**PATHS, "secret": "geheim"}
    assert posted({**ORDER, "geheim": SECRET}, options={"paths": paths}).status == 202
    assert posted({**ORDER, "token": SECRET}, options={"paths": paths}).status == 401


TWO_MARKS = {"ticker": "SOLUSDT.P", "action": "buy", "quantity": 3, "bot_uuid": "fake-uuid", "secret": SECRET}


def test_the_marks_of_two_formats_and_a_right_secret_are_ambiguous_and_no_silent_401() -> None:
    reply = posted(TWO_MARKS)
    assert (reply.status, "ambiguous" in str(reply.reason)) == (422, True)
    assert posted({**TWO_MARKS, "secret": "other"}).status == 401


@pytest.mark.parametrize("option", ["account", "bot_uuid", "code_map", "control", "paths", "size_unit", "sl_tp"])
@pytest.mark.parametrize("form", ["auto", "alias_map", "wundertrading", "pineconnector"])
def test_an_option_that_is_null_is_an_option_left_out(option: str, form: str) -> None:
    bodies = {"wundertrading": b'{"code": "x", "orderType": "market"}', "pineconnector": b"600,buy,SOLUSDT.P,risk=1"}
    body = bodies.get(form, {"side": "buy", "pair": "SOLUSDT.P", "qty": 3})
    unset, null = (Desk(r=route(format=form, options=options)).post(body) for options in ({}, {option: None}))
    assert (null.status, null.reason) == (unset.status, unset.reason)
    assert null.status in (202, 422)


def test_too_many_orders_are_refused_before_any_of_them_is_looked_at() -> None:
    limited = replace(Route("r", ("main",)), limits=Limits(symbols=frozenset({"SOLUSDT"})))
    leg = Leg(Action.CLOSE, "LTCUSDT", Market.PERP, "LTCUSDT")
    for count, word in ((11, Word.TOO_MANY_ORDERS), (1, Word.LIMIT)):
        with pytest.raises(Refusal) as caught:
            check(Alert((leg,) * count), Arrival(limited, b"{}", "request-1", 1))
        assert caught.value.word is word
