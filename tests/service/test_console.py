"""The console shows what an operator must see, and shows every text as text."""

import re
from collections.abc import Mapping
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest

from order_relay.core.exchange import Exchange
from order_relay.core.ports import Entry
from order_relay.exchanges import EXCHANGES
from order_relay.page.board import board
from order_relay.page.widget import Calls, Widget
from order_relay.service.console import Console, View, Wanted
from order_relay.service.redriving import Redrive
from order_relay.service.timekeeping import MEASURES_KEPT, Timekeeper
from tests.service.bench import START_MS, Bench
from tests.service.cases import limit_buy, market_buy
from tests.service.test_redrive import Letters

SCRIPT = "<script>alert('pwned')</script>\"'&"
OWN, REDRIVE = "arn:own", "arn:redrive"
CANARY = "fake-canary-7f3a"
HOSTILE = {
    "order_id": "a" * 32, "alert_id": SCRIPT, "firing_ms": START_MS, "leg": 0, "step": 0, "action": SCRIPT,
    "ref": SCRIPT, "route": SCRIPT, "account": SCRIPT, "exchange": SCRIPT, "market": SCRIPT, "symbol": SCRIPT,
    "side": SCRIPT, "type": SCRIPT, "quantity": SCRIPT, "quantity_unit": SCRIPT, "price": SCRIPT,
    "accepted_at_ms": START_MS, "sha256": CANARY, "state": SCRIPT, "exchange_order_id": SCRIPT,
    "filled_quantity": SCRIPT, "average_price": SCRIPT, "attempts": 1, "placed_at_ms": None, "reason": SCRIPT,
    "history": [{"at_ms": START_MS, "state": SCRIPT, "note": SCRIPT}], "plan": {"secret": CANARY},
    "environment": CANARY, "denied": CANARY, "asked": [CANARY],
}  # fmt: skip


class Elements(HTMLParser):
    """Every element that a browser would make of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.fixture
def letters(bench: Bench) -> Letters:
    return Letters(bench)


@pytest.fixture
def console(bench: Bench, letters: Letters) -> Console:
    bench.route(accounts=["okx"])
    return Console(
        Redrive(
            journal=bench.journal, exchanges=EXCHANGES, routes=bench.vault.routes, letters=letters, outbox=bench,
            clock=bench.clock, signals=bench.signals,
        )
    )  # fmt: skip


def shown(view: View, redrive_arn: str = REDRIVE) -> str:
    return board(view, Calls(redrive_arn, OWN)).text


def order(bench: Bench, **changes: Any) -> Mapping[str, Any]:
    """Put a record into the journal, as whatever wrote it would."""
    plain = {name: "x" if value == SCRIPT else value for name, value in HOSTILE.items()}
    data = {**plain, "state": "placed", "quantity": "1", "price": None, "average_price": None, **changes}
    bench.journal.write(f"p{data['order_id']}", f"order#{data['order_id']}", data, expect=None)
    return data


# ---- text stays text


def test_every_field_of_a_record_is_shown_as_text(bench: Bench, console: Console) -> None:
    order(bench, **HOSTILE)
    page = shown(console.look(Wanted()))
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(&#x27;pwned&#x27;)&lt;/script&gt;&quot;&#x27;&amp;") >= 12
    found = Elements(page)
    assert "script" not in found.tags
    assert not [name for name in found.attributes if name.startswith("on")]


def test_hostile_letters_halts_circuits_and_filters_are_shown_as_text(
    bench: Bench, console: Console, letters: Letters
) -> None:
    letters.hold(Entry("orders", SCRIPT, "group", "dedup"))
    bench.journal.write("halts", f"scope#account#{SCRIPT}", {"why": SCRIPT, "key": None}, expect=None)
    until = {"until_ms": bench.clock.wall_ms() + 60_000, "why": SCRIPT, "denied": CANARY}
    bench.journal.write("circuit", f"okx#{SCRIPT}#place", until, expect=None)
    page = shown(console.look(Wanted(SCRIPT, SCRIPT)))
    assert "<script" not in page
    assert "script" not in Elements(page).tags
    assert page.count("&lt;script&gt;") >= 4


def test_what_is_not_for_an_operator_is_not_shown(bench: Bench, console: Console) -> None:
    order(bench, **HOSTILE)
    until = {"until_ms": bench.clock.wall_ms() + 60_000, "why": "keys refused", "denied": CANARY}
    bench.journal.write("circuit", "okx#okx#place", until, expect=None)
    assert CANARY not in shown(console.look(Wanted()))


def test_the_keys_of_the_accounts_are_nowhere(bench: Bench, console: Console) -> None:
    bench.run(market_buy("BTCUSDT"))
    page = shown(console.look(Wanted()))
    secrets = [str(value) for secret in bench.vault.secrets.values() for value in secret.values() if len(value) > 8]
    assert secrets
    assert not [one for one in secrets if one in page]


def test_a_page_needs_no_script_and_no_other_file(bench: Bench, console: Console) -> None:
    order(bench)
    found = Elements(shown(console.look(Wanted())))
    assert not {"script", "link", "img", "iframe", "object"} & set(found.tags)
    assert not {"src", "srcset"} & found.attributes


# ---- what is shown


def test_an_empty_relay_says_so(console: Console) -> None:
    page = shown(console.look(Wanted()))
    for sentence in ("No alert has arrived yet.", "No dead letters.", "Nothing is halted.",
                     "No exchange holds the relay back.", "No clock has been measured yet."):  # fmt: skip
        assert sentence in page


def test_a_placed_and_a_rejected_order_are_shown_newest_first(bench: Bench, console: Console) -> None:
    placed = bench.run(limit_buy())
    bench.clock.sleep(90)
    rejected = bench.run(market_buy("BTCUSDT", quantity="0.0000000001", id="2"))
    view = console.look(Wanted())
    assert [row["order_id"] for row in view.orders] == [rejected["order_id"], placed["order_id"]]
    page = shown(view)
    assert page.index(">rejected</span>") < page.index(">placed</span>")
    assert placed["exchange_order_id"] in page
    assert "1 min" in page
    assert view.states == {"placed": 1, "rejected": 1}


def test_at_most_a_hundred_orders_are_shown_and_all_are_counted(bench: Bench, console: Console) -> None:
    for number in range(130):
        order(bench, order_id=f"{number:032}", accepted_at_ms=START_MS + number)
    view = console.look(Wanted())
    assert [row["accepted_at_ms"] - START_MS for row in view.orders] == list(range(129, 29, -1))
    page = shown(view)
    assert "Orders, newest 100 of 130" in page
    assert len(re.findall('class="state placed"', page)) == 100


def test_orders_are_chosen_by_state_and_account(bench: Bench, console: Console) -> None:
    for number, (state, account) in enumerate([("placed", "a"), ("parked", "a"), ("parked", "b")]):
        order(bench, order_id=f"{number:032}", state=state, account=account)
    assert [row["account"] for row in console.look(Wanted("parked")).orders] == ["b", "a"]
    assert [row["state"] for row in console.look(Wanted("", "a")).orders] == ["parked", "placed"]
    assert [row["state"] for row in console.look(Wanted("placed", "a")).orders] == ["placed"]
    view = console.look(Wanted("sending", "b"))
    assert (view.orders, view.accounts) == ([], ["a", "b"])
    assert "No order matches." in shown(view)
    assert '<option value="sending" selected>' in shown(view)


def test_a_circuit_is_shown_while_it_is_open(bench: Bench, console: Console) -> None:
    until = {"until_ms": bench.clock.wall_ms() + 60_000, "why": "okx limit", "denied": None}
    bench.journal.write("circuit", "okx#main#place", until, expect=None)
    assert "placements of main" in shown(console.look(Wanted()))
    bench.clock.sleep(61)
    assert console.look(Wanted()).circuits == []


def test_the_clocks_course_is_kept_in_one_write_and_drawn(bench: Bench, console: Console) -> None:
    writes: list[str] = []
    bench.journal.broken = lambda operation, key: writes.append(key) if operation == "write" else None
    exchanges: dict[str, Exchange] = {name: EXCHANGES[name] for name in ("okx", "jex")}
    keeper = Timekeeper(
        exchanges=exchanges, world=bench.worker.world, signals=bench.signals, journal=bench.journal
    )  # fmt: skip
    for number in range(MEASURES_KEPT + 5):
        bench.clock.skew_ms = -number
        keeper.measure()
    assert writes == ["recent"] * (MEASURES_KEPT + 5)
    pulse = console.look(Wanted()).pulses["okx"]
    assert len(pulse.measures) == MEASURES_KEPT
    assert pulse.measures[-1].offset_ms > pulse.measures[0].offset_ms
    assert shown(console.look(Wanted())).count("<polyline") == 4


def test_a_clock_that_cannot_be_kept_is_measured_all_the_same(bench: Bench) -> None:
    bench.journal.broken = lambda operation, key: "before"
    keeper = Timekeeper(
        exchanges={"okx": EXCHANGES["okx"]}, world=bench.worker.world, signals=bench.signals, journal=bench.journal
    )
    assert set(keeper.measure()) == {"okx"}


# ---- what can be done


def test_without_actions_there_is_no_button_that_acts(bench: Bench, console: Console, letters: Letters) -> None:
    order(bench, state="parked")
    letters.hold(Entry("orders", "nonsense", "group", "dedup"))
    page = shown(console.look(Wanted()), redrive_arn="")
    assert "apply" not in page
    assert page.count("<cwdb-action") == page.count(f'endpoint="{OWN}"') == 1


def test_every_action_is_a_command_that_asks_first(bench: Bench, console: Console, letters: Letters) -> None:
    order(bench, state="parked", account="main", route="chart")
    letters.hold(Entry("orders", "nonsense", "group", "dedup"))
    bench.journal.write("halts", "scope#route#old", {"why": "why", "key": None}, expect=None)
    page = unescape(shown(console.look(Wanted())))
    for command in (
        '{"command": "retry", "message_id": "letter-1", "apply": true}',
        '{"command": "drop", "message_id": "letter-1", "apply": true}',
        '"outcome": "placed", "apply": true}',
        '"outcome": "absent", "apply": true}',
        '{"command": "resume", "scope": "route", "name": "old", "apply": true}',
        '{"command": "halt", "scope": "global", "name": null, "why": "halted from the console", "apply": true}',
        '{"command": "halt", "scope": "account", "name": "main", "why": "halted from the console", "apply": true}',
    ):
        assert command in page
    assert page.count(f'endpoint="{REDRIVE}"') == page.count("confirmation=")


def test_looking_changes_nothing(bench: Bench, console: Console, letters: Letters) -> None:
    order(bench, state="parked")
    letters.hold(Entry("orders", "nonsense", "group", "dedup"))
    before = dict(bench.journal.items)
    shown(console.look(Wanted()))
    assert bench.journal.items == before
    assert len(letters.held) == 1
    assert not bench.queue


def test_a_journal_that_does_not_answer_is_told(bench: Bench, console: Console) -> None:
    bench.journal.broken = lambda operation, key: "before"
    assert "cannot read the relay&#x27;s records now: planned" in Widget(console, "").show({}, OWN)
