"""doctor on a host whose clock is wrong, and the table of its advice."""

import random
from secrets import token_hex

import pytest

from order_relay import bootstrap
from order_relay.adapters.host import SystemClock
from order_relay.adapters.vault import SecretsVault
from order_relay.adapters.wire import RequestsWire
from order_relay.exchanges import EXCHANGES
from order_relay.observe import Redactor
from order_relay.service.desk import World
from tests.relayctl.conftest import Bench
from tools.relayctl.advice import ADVICE, Check
from tools.relayctl.checkup import Checkup, Stopwatch
from tools.relayctl.findings import Finding, Level
from tools.relayctl.local import Local
from tools.relayctl.secrets import Secrets


class SlowClock(SystemClock):
    """A host that lags two minutes behind."""

    def wall_ms(self) -> int:
        return super().wall_ms() - 120_000


def test_a_host_whose_clock_is_wrong_can_still_use_its_key(bench: Bench) -> None:
    found = {one.check: one for one in findings_with(bench, SlowClock())}
    assert found[Check.CLOCK].level is Level.PROBLEM
    assert "120.0 s ahead of this machine's" in found[Check.CLOCK].says
    assert "this clock is wrong" in found[Check.CLOCK].says
    assert found[Check.KEY].level is Level.OK


def findings_with(bench: Bench, clock: SystemClock) -> list[Finding]:
    local, redactor = Local(bench.url), Redactor()
    secrets = Secrets.of(local)
    stopwatch = Stopwatch(RequestsWire(clock, scrub=redactor.scrub))
    world = World(
        wire=stopwatch,
        vault=SecretsVault(secrets.client, secrets.prefix, redactor.learn),
        clock=clock,
        jitter=random.random,
        nonce=lambda: token_hex(16),
        remaining_ms=lambda: 60_000,
        base_urls=bootstrap.base_urls(local.settings),
    )
    checkup = Checkup(account="okx", world=world, stopwatch=stopwatch, aws_clock=lambda: secrets.aws_clock(clock))
    return list(checkup.findings())


@pytest.mark.parametrize("known", sorted(ADVICE), ids="-".join)
def test_every_advice_has_a_source_and_its_code_is_one_that_the_exchange_answers(known: tuple[str, str]) -> None:
    exchange, code = known
    rules = EXCHANGES[exchange].rules
    assert code in rules or f"spot:{code}" in rules
    assert ADVICE[known].source
    assert ADVICE[known].text.endswith(".")
