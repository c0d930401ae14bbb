"""dead-letters, halts, halt and resume."""

from typing import Any
from uuid import uuid4

import pytest

from tests.relayctl.conftest import Bench, eventually, token
from tools.relayctl.local import Local


def letter(bench: Bench) -> dict[str, Any]:
    """Poison in the orders queue, once it is a dead letter."""
    bench.aws("sqs").send_message(
        QueueUrl=Local(bench.url).settings["ORDERS_QUEUE_URL"],
        MessageBody="not JSON",
        MessageGroupId=uuid4().hex,
        MessageDeduplicationId=uuid4().hex,
    )
    return eventually(lambda: listed(bench))[-1]  # type: ignore[no-any-return]


def listed(bench: Bench) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = bench.ctl("dead-letters", "list", "--json").data["letters"]
    return rows


def test_a_letter_is_listed_shown_kept_and_dropped(bench: Bench) -> None:
    one = letter(bench)
    assert (one["decision"], one["queue"]) == ("keep", "orders")
    assert one["message_id"] in bench.ctl("dead-letters", "list").out
    assert "not a message of schema" in bench.ctl("dead-letters", "show", one["message_id"]).out
    kept = bench.ctl("dead-letters", "retry", one["message_id"], "--apply")
    assert "kept: a human must decide" in kept.out
    dry = bench.ctl("dead-letters", "drop", one["message_id"])
    assert "Nothing was changed" in dry.out
    assert one["message_id"] in [row["message_id"] for row in listed(bench)]
    assert "Dropped." in bench.ctl("dead-letters", "drop", one["message_id"], "--apply").out
    assert one["message_id"] not in [row["message_id"] for row in listed(bench)]


def test_a_letter_that_is_not_there_is_said(bench: Bench) -> None:
    told = bench.ctl("dead-letters", "drop", "nothing", "--apply", "--json")
    assert told.code == 1
    assert told.data["error"].startswith("There is no dead letter")


@pytest.mark.parametrize(
    ("words", "key"),
    [
        (("global",), "*"),
        (("account", "okx"), "account#okx"),
        (("route", "okx"), "route#okx"),
        (("symbol", "okx#okx#spot#ETHUSDT"), "okx#okx#spot#ETHUSDT"),
    ],
)
def test_a_halt_is_tried_set_shown_and_ended(bench: Bench, words: tuple[str, ...], key: str) -> None:
    assert bench.ctl("halt", *words, "--why", "news").code == 0
    assert bench.ctl("halts", "--json").data["halts"] == {}
    assert "halted" in bench.ctl("halt", *words, "--why", "news", "--apply").out
    assert bench.ctl("halts", "--json").data["halts"] == {key: "news"}
    assert "news" in bench.ctl("halts").out
    assert bench.ctl("resume", *words, "--apply", "--json").data["halted"] is False
    assert bench.ctl("halts").out == "Nothing is halted.\n"


def test_a_halted_route_opens_nothing(bench: Bench) -> None:
    bench.ctl("halt", "route", "jex", "--why", "news", "--apply")
    alert = '{"action": "buy", "symbol": "BTCUSDT", "quantity": "0.0123"}'
    sent = bench.ctl("send", "jex", alert, "--apply", "--json", env=token("jex"))
    alert_id = sent.data["answer"]["alert_id"]

    def rejected() -> list[dict[str, Any]]:
        rows = bench.ctl("orders", "--state", "rejected", "--json").data
        return [row for row in rows if row["alert_id"] == alert_id]

    (order,) = eventually(rejected)
    bench.ctl("resume", "route", "jex", "--apply")
    assert "news" in order["reason"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("halt", "account", "--why", "x"), "Name is missing"),
        (("halt", "account", "okx"), "Why is missing"),
        (("halt", "symbol", "BTCUSDT", "--why", "x", "--apply"), "exchange#account#market#SYMBOL"),
    ],
)
def test_a_halt_that_cannot_be_is_refused(bench: Bench, words: tuple[str, ...], said: str) -> None:
    told = bench.ctl(*words)
    assert (told.code, said in told.err) == (1, True)


@pytest.mark.parametrize("apply", [["--apply"], []])
def test_the_halt_of_a_name_that_nobody_knows_is_told(bench: Bench, apply: list[str]) -> None:
    told = bench.ctl("halt", "account", "mian", "--why", "news", *apply)
    bench.ctl("resume", "account", "mian", "--apply")
    assert (told.code, "no route knows the account 'mian'" in told.out) == (0, True)
