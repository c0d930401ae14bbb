"""Dead letters are decided again by the rules of the worker; parked orders are settled by a human."""

from collections.abc import Sequence
from typing import Any

import pytest

from order_relay.core.ports import Entry, Letter, Missing, Unavailable
from order_relay.exchanges import EXCHANGES
from order_relay.service.redriving import Redrive
from order_relay.service.switching import BadCommand
from tests.service.bench import Bench
from tests.service.cases import limit_buy, market_buy


class Letters:
    """Dead letters in memory; buried messages of a bench and broken ones."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.held: list[Letter] = []

    def hold(self, entry: Entry) -> None:
        number = len(self.held) + 1
        self.held.append(
            Letter(entry.lane, "receipt", f"letter-{number}", entry.body, entry.group, 1, self.bench.clock.wall_ms())
        )

    def receive(self) -> list[Letter]:
        return list(self.held)

    def delete(self, letter: Letter) -> None:
        self.held.remove(letter)

    def release(self, letter: Letter) -> None:
        assert letter in self.held


@pytest.fixture
def okx(bench: Bench) -> Bench:
    bench.route(accounts=["okx"])
    return bench


@pytest.fixture
def letters(okx: Bench) -> Letters:
    return Letters(okx)


@pytest.fixture
def redrive(okx: Bench, letters: Letters) -> Redrive:
    return Redrive(
        journal=okx.journal,
        exchanges=EXCHANGES,
        routes=okx.vault.routes,
        letters=letters,
        outbox=okx,
        clock=okx.clock,
        signals=okx.signals,
    )


def dead(bench: Bench, letters: Letters, body: dict[str, Any]) -> None:
    bench.post(body)
    letters.hold(bench.queue.pop())


def decisions(answer: dict[str, Any]) -> Sequence[str]:
    return [letter["decision"] for letter in answer["letters"]]


def test_a_dry_run_changes_nothing(okx: Bench, letters: Letters, redrive: Redrive) -> None:
    dead(okx, letters, limit_buy())
    before = dict(okx.journal.items)
    assert decisions(redrive.run({"command": "retry"})) == ["offer"]
    assert okx.journal.items == before
    assert len(letters.held) == 1
    assert not okx.queue


def test_a_valid_letter_is_offered_again_and_becomes_its_order(okx: Bench, letters: Letters, redrive: Redrive) -> None:
    dead(okx, letters, limit_buy())
    redrive.run({"command": "retry", "apply": True})
    assert not letters.held
    okx.drain()
    assert [order["state"] for order in okx.orders()] == ["placed"]


def test_retrying_twice_makes_one_order(okx: Bench, letters: Letters, redrive: Redrive) -> None:
    dead(okx, letters, limit_buy())
    letter = letters.held[0]
    redrive.run({"command": "retry", "apply": True})
    okx.drain()
    letters.held.append(letter)
    assert decisions(redrive.run({"command": "retry", "apply": True})) == ["record"]
    okx.drain()
    assert len(okx.ledger("okx")) == 1


def test_an_old_letter_is_recorded_as_expired(okx: Bench, letters: Letters, redrive: Redrive) -> None:
    dead(okx, letters, limit_buy())
    okx.clock.sleep(3 * 3600)
    assert decisions(redrive.run({"command": "retry", "apply": True})) == ["record"]
    assert not letters.held
    [order] = okx.orders()
    assert order["state"] == "expired"
    assert "s old" in order["reason"]


def test_a_dead_close_never_closes_a_newer_position(okx: Bench, letters: Letters, redrive: Redrive) -> None:
    dead(okx, letters, {"action": "close", "symbol": "BTCUSDT.P"})
    okx.clock.sleep(60)
    okx.run(market_buy("BTCUSDT.P"))
    redrive.run({"command": "retry", "apply": True})
    okx.drain()
    assert {order["action"]: order["state"] for order in okx.orders()} == {"close": "expired", "buy": "placed"}
    assert len(okx.ledger("okx")) == 1


def test_a_letter_nobody_can_read_stays_until_it_is_dropped(okx: Bench, letters: Letters, redrive: Redrive) -> None:
    letters.hold(Entry("orders", '{"message":"nonsense","reason":"why","at_ms":5}', "group", "dedup"))
    [told] = redrive.run({"command": "retry", "apply": True})["letters"]
    assert (told["decision"], told["reason"], told["at_ms"]) == ("keep", "why", 5)
    assert letters.held
    redrive.run({"command": "drop", "message_id": "letter-1", "apply": True})
    assert not letters.held


def test_a_dropped_letter_leaves_an_expired_record(okx: Bench, letters: Letters, redrive: Redrive) -> None:
    dead(okx, letters, limit_buy())
    redrive.run({"command": "drop", "message_id": "letter-1", "apply": True})
    assert okx.orders()[0]["reason"] == "dropped by an operator"


@pytest.mark.parametrize(("outcome", "state"), [("placed", "placed"), ("absent", "expired")])
def test_settling_a_parked_order_lifts_its_halt(bench: Bench, outcome: str, state: str) -> None:
    bench.venues["jex"].add_fault(op="place", kind="drop_before_accept")
    parked = bench.run({**limit_buy("BTCUSDT.P"), "valid_for": 600}, accounts=["jex"])
    assert parked["state"] == "parked"
    redrive = Redrive(
        journal=bench.journal, exchanges=EXCHANGES, routes=bench.vault.routes, letters=Letters(bench), outbox=bench,
        clock=bench.clock, signals=bench.signals,
    )  # fmt: skip
    redrive.run({"command": "settle", "order_id": parked["order_id"], "outcome": outcome, "apply": True})
    assert bench.orders()[0]["state"] == state
    assert bench.run(limit_buy("BTCUSDT.P", "49000"))["state"] == "placed"


@pytest.mark.parametrize(
    "command",
    [{}, {"command": "purge"}, {"command": "drop"}, {"command": "show", "message_id": "nope"},
     {"command": "settle", "order_id": "nope", "outcome": "placed"}, {"command": "settle", "order_id": "x"}],
)  # fmt: skip
def test_a_bad_command_says_what_is_wrong(redrive: Redrive, command: dict[str, Any]) -> None:
    with pytest.raises(BadCommand, match=r"[a-z]"):
        redrive.run(command)


@pytest.mark.parametrize(
    ("scope", "name"), [("global", None), ("account", "okx"), ("route", "main"), ("symbol", "okx#okx#perp#BTCUSDT.P")]
)
def test_an_operator_halts_and_resumes_each_scope(okx: Bench, redrive: Redrive, scope: str, name: str | None) -> None:
    halt = {"command": "halt", "scope": scope, "name": name, "why": "exchange under maintenance"}
    assert redrive.run(halt)["applied"] is False
    assert redrive.run({"command": "halts"})["halts"] == {}
    redrive.run({**halt, "apply": True})
    assert list(redrive.run({"command": "halts"})["halts"].values()) == ["exchange under maintenance"]
    refused = okx.run(market_buy("BTCUSDT.P"))
    assert (refused["state"], "exchange under maintenance" in refused["reason"]) == ("rejected", True)
    redrive.run({"command": "resume", "scope": scope, "name": name, "apply": True})
    assert redrive.run({"command": "halts"})["halts"] == {}
    assert okx.run(market_buy("BTCUSDT.P", id="2"))["state"] == "placed"


@pytest.mark.parametrize(
    ("scope", "name", "known"),
    [("account", "mian", "okx"), ("route", "mian", "main"), ("symbol", "okx#mian#perp#BTCUSDT", "okx")],
)
def test_a_name_that_no_route_knows_is_halted_and_told(
    okx: Bench, redrive: Redrive, scope: str, name: str, known: str
) -> None:
    halt = {"command": "halt", "scope": scope, "name": name, "why": "exchange under maintenance"}
    for command in (halt, {**halt, "apply": True}):
        note = redrive.run(command)["note"]
        assert f"'mian'; is it spelled right? known: {known}" in note
    assert len(redrive.run({"command": "halts"})["halts"]) == 1


def test_what_is_in_the_queue_of_a_route_that_was_just_removed_can_be_halted(okx: Bench, redrive: Redrive) -> None:
    okx.post(market_buy("BTCUSDT.P"))
    okx.vault.route_secret.clear()
    halt = {"command": "halt", "scope": "account", "name": "okx", "why": "exchange under maintenance", "apply": True}
    assert "no route knows" in redrive.run(halt)["note"]
    okx.drain()
    assert okx.orders()[0]["state"] == "rejected"


@pytest.mark.parametrize("scope", ["account", "route"])
def test_a_known_name_needs_no_note(okx: Bench, redrive: Redrive, scope: str) -> None:
    name = {"account": "okx", "route": "main"}[scope]
    assert "note" not in redrive.run({"command": "halt", "scope": scope, "name": name, "why": "x"})


@pytest.mark.parametrize("error", [Unavailable("throttled"), Missing("the routes secret holds no 'routes' object")])
def test_a_halt_works_while_the_routes_cannot_be_read(okx: Bench, redrive: Redrive, error: Exception) -> None:
    def unreadable() -> dict[str, Any]:
        raise error

    redrive.routes = unreadable
    halt = {"command": "halt", "scope": "account", "name": "okx", "why": "exchange under maintenance", "apply": True}
    answer = redrive.run(halt)
    assert (answer["applied"], str(error) in answer["note"]) == (True, True)
    assert okx.run(market_buy("BTCUSDT.P"))["state"] == "rejected"


def test_the_halt_of_a_route_that_is_gone_can_be_lifted(okx: Bench, redrive: Redrive) -> None:
    redrive.run({"command": "halt", "scope": "route", "name": "main", "why": "x", "apply": True})
    okx.vault.route_secret.clear()
    redrive.run({"command": "resume", "scope": "route", "name": "main", "apply": True})
    assert redrive.run({"command": "halts"})["halts"] == {}


@pytest.mark.parametrize(
    ("command", "word"),
    [
        ({"command": "halt", "scope": "world", "why": "x"}, "scope"),
        ({"command": "halt", "scope": "account", "why": "x"}, "name"),
        ({"command": "halt", "scope": "global"}, "why"),
        ({"command": "resume", "scope": "symbol", "name": "BTCUSDT", "apply": True}, "exchange#account#market#SYMBOL"),
        ({"command": "halt", "scope": "symbol", "name": "okxx#a#perp#BTCUSDT", "why": "x", "apply": True}, "exchange"),
        ({"command": "halt", "scope": "symbol", "name": "okx#a#prep#BTCUSDT", "why": "x", "apply": True}, "market"),
        ({"command": "halt", "scope": "symbol", "name": "okx#a#spot#BTCUSDT.P", "why": "x", "apply": True}, "perp"),
        ({"command": "explode"}, "command must be"),
    ],
)
def test_a_command_that_says_too_little_is_refused_by_its_field(
    redrive: Redrive, command: dict[str, object], word: str
) -> None:
    with pytest.raises(BadCommand, match=word):
        redrive.run(command)
