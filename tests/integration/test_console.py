"""The console of a running relay, in a real browser without a script of ours: seen, read and clicked."""

import http.client
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from tools.browser import Browser, NoBrowser, browser
from tools.local_relay.client import Client
from tools.local_relay.config import SAMPLE, read_config
from tools.local_relay.console import REFRESH_S
from tools.local_relay.front import Front
from tools.local_relay.log import Log
from tools.local_relay.relay import Relay, running
from tools.screenshots import bury, furnish, message

PATIENCE_S = 20.0
SCRIPT = "<script>document.title='pwned'</script>"
HALT = '{"command": "halt", "scope": "global", "name": null, "why": "why"}'
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def relay() -> Iterator[Relay]:
    with redirect_stdout(Log()), running(read_config(SAMPLE), Front(0)) as running_relay:
        furnish(running_relay)
        yield running_relay


@pytest.fixture(scope="module")
def tab() -> Iterator[Browser]:
    try:
        with browser() as opened:
            yield opened
    except NoBrowser as exc:
        pytest.fail(str(exc), pytrace=False)


@pytest.fixture
def console(relay: Relay, tab: Browser) -> Browser:
    tab.open(f"{relay.url}/?paused=yes")
    return tab


def row(*texts: str) -> str:
    """The table row that holds all of these texts."""
    return "//tr" + "".join(f"[contains(normalize-space(.), '{text}')]" for text in texts)


def eventually(relay: Relay, tab: Browser, xpath: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while not tab.count(xpath):
        assert time.monotonic() < until, f"the console never showed {xpath}"
        tab.open(f"{relay.url}/?paused=yes")


def answer(relay: Relay, form: dict[str, str], **headers: str) -> tuple[int, str]:
    """What the relay says to a form, sent as any program could send it."""
    connection = http.client.HTTPConnection("127.0.0.1", relay.port, timeout=PATIENCE_S)
    try:
        connection.request("POST", "/redrive", urlencode(form), {"Content-Type": FORM, **headers})
        reply = connection.getresponse()
        return reply.status, reply.read().decode()
    finally:
        connection.close()


# ---- looking


def test_placed_rejected_and_parked_orders_are_seen(console: Browser) -> None:
    for state, account in (("placed", "okx"), ("rejected", "bitget"), ("parked", "jex")):
        assert console.count(row(state, account)), state
    assert "was used before with another body" in console.text(row("parked", "jex"))
    assert console.run("document.scripts.length") == 0


def test_the_clocks_are_drawn(console: Browser) -> None:
    drawn = console.run("[...document.querySelectorAll('svg > polyline')].map(one => one.getBBox().width)")
    assert len(drawn) >= 10
    assert min(drawn) > 100


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
def test_the_console_wears_its_readers_colours(console: Browser, scheme: str, dark: bool) -> None:
    console.paint(scheme, 1200, 800)
    ground = console.run("getComputedStyle(document.querySelector('.relay')).backgroundColor")
    assert (sum(int(part) for part in ground.strip("rgb()").split(",")) < 200) == dark


def test_orders_are_chosen_by_state_and_account(console: Browser) -> None:
    console.click("//select[@name='state']/option[@value='parked']")
    console.follow("//button[.='Show']")
    assert console.count("//table[@class='orders']/tbody/tr") == console.count(row("parked", "jex")) > 0
    assert "paused=yes" in console.run("location.search")
    console.click("//select[@name='account']/option[@value='okx']")
    console.follow("//button[.='Show']")
    assert "No order matches." in console.text()


def test_the_console_reads_anew_until_it_is_paused(relay: Relay, console: Browser) -> None:
    console.follow("//a[.='Go on']")
    assert console.run("document.querySelector('meta[http-equiv=refresh]').content") == str(REFRESH_S)
    console.run("document.body.dataset.seen = 'yes'")
    console.wait("document.body && !document.body.dataset.seen")
    console.follow("//a[.='Pause']")
    assert console.run("document.querySelectorAll('meta[http-equiv=refresh]').length") == 0


def test_what_looks_like_a_script_stays_text(relay: Relay, console: Browser) -> None:
    hostile = message("okx", "BTCUSDT", "0.01", ref=SCRIPT)
    (leg,) = hostile.legs
    worked = replace(hostile, legs=(replace(leg, symbol=SCRIPT, sent_symbol=SCRIPT),))
    relay.cloud.sqs.send_message(
        QueueUrl=relay.cloud.queues["orders"], MessageBody=worked.encode(), MessageGroupId="hostile",
        MessageDeduplicationId="hostile",
    )  # fmt: skip
    bury(relay.cloud, hostile, SCRIPT)
    eventually(relay, console, row("rejected", "ref <script>"))
    assert console.text().count(SCRIPT) >= 3
    assert console.run("document.title") == "order-relay"
    assert console.run("document.scripts.length") == 0


# ---- acting


def test_a_dead_letter_is_retried_after_a_question_and_becomes_its_order(relay: Relay, console: Browser) -> None:
    bury(relay.cloud, message("bitunix", "ETHUSDT", "0.04", ref="retried"), "quarantined for the retry")
    console.open(f"{relay.url}/?paused=yes")
    console.follow(row("quarantined for the retry") + "//button[.='Retry']")
    assert "Decide dead letter" in console.text()
    assert not [order for order in Client(relay.port).orders() if order["ref"] == "retried"]
    console.follow("//button[.='Retry']")
    assert "Decided: offer, still valid." in console.text()
    console.follow("//a[.='Back to the console']")
    eventually(relay, console, row("placed", "ref retried"))
    assert not console.count(row("quarantined for the retry"))


def test_a_question_can_be_answered_with_no(relay: Relay, console: Browser) -> None:
    console.follow("//li[contains(., 'everything')]//button[.='Halt']")
    console.follow("//a[.='Cancel']")
    assert not console.count("//table[@class='halts']" + row("everything").removeprefix("/"))


def test_a_halt_is_flipped_and_flipped_back(relay: Relay, console: Browser) -> None:
    console.follow("//li[contains(., 'account okx')]//button[.='Halt']")
    assert "exits and cancels go on" in console.text()
    console.write("//input[@name='why']", "the exchange is under maintenance")
    console.follow("//button[.='Halt']")
    assert "Done." in console.text()
    console.open(f"{relay.url}/?paused=yes")
    halted = "//table[@class='halts']" + row("account okx", "under maintenance")
    console.follow(halted + "//button[.='Resume']")
    console.follow("//button[.='Resume']")
    console.open(f"{relay.url}/?paused=yes")
    assert not console.count(halted)


def test_a_parked_order_is_settled(relay: Relay, console: Browser) -> None:
    console.follow(row("parked", "jex") + "//button[.='It was not placed']")
    assert "Look at the exchange first" in console.text()
    console.follow("//button[.='It was not placed']")
    console.open(f"{relay.url}/?paused=yes")
    assert console.count(row("expired", "jex", "settled by an operator"))


# ---- nobody else's page


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://evil.example", "Host": "evil.example"},
        {"Origin": "http://127.0.0.1"},
    ],
)
def test_a_form_of_another_page_is_refused(relay: Relay, headers: dict[str, str]) -> None:
    status, _ = answer(relay, {"command": HALT, "confirmed": "yes"}, **headers)
    assert status == 403


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"command": "halt"},
        {"command": "[]"},
        {"command": '{"command": "list"}', "confirmed": "yes"},
        {"command": '{"command": ["halt"]}', "confirmed": "yes"},
        {"command": '{"command": "retry"}', "confirmed": "yes"},
    ],
)
def test_a_form_that_is_no_command_changes_nothing(relay: Relay, form: dict[str, str]) -> None:
    status, page = answer(relay, form, Origin=relay.url)
    assert (status, "This is no command of the console." in page) == (200, True)


def test_the_page_forbids_scripts_and_frames(relay: Relay) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", relay.port, timeout=PATIENCE_S)
    connection.request("GET", "/")
    policy = str(connection.getresponse().headers["Content-Security-Policy"])
    connection.close()
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
