"""Exhaustive model of the place and cancel protocol (design section 4): every interleaving, not a sample of them.

Two workers hold the same placement message at once, a cancel by ref runs beside them; any of the three may crash
between any two port calls and is delivered again without bound; requests arrive at once, late or past their window;
answers are lost; reads lag within the settle margin and may take back what they have shown; the exchange may accept a
cancel and do nothing; time passes between any two steps. Client ids are unique or mean nothing.

Where each step is in the code is told by the tables in `placement.py` and `cancelling.py`; side by side:

    placement.py   run.Run._record -> settling.settle -> placement._attempt -> placement._finish
    cancelling.py  cancelling._lay -> cancelling._one -> chasing.ended -> cancelling.cancel
    exchange.py    the receive window and the client ids of core.exchange.Exchange

Left out, because the simulation covers them: fills, several orders at once, an order that the exchange refuses for a
reason of its own, a question that is never answered, and two looks (open orders, then history) in place of one.
"""

import pytest

from tests.model.explore import Exploration, explore
from tests.model.state import Rules
from tests.model.variants import BROKEN, EXCHANGES

STATES = {
    "client ids are unique": 156_440,
    "client ids mean nothing, cancelled orders vanish": 134_261,
}
"""How many states there are: a change of the model that loses some must be meant."""


@pytest.mark.parametrize("exchange", EXCHANGES)
def test_no_reachable_state_breaks_a_promise_and_every_run_can_end(exchange: str) -> None:
    found = explore(EXCHANGES[exchange])
    assert found == Exploration(STATES[exchange]), f"{found.stuck} of {found.states} states have no end\n{found}"


@pytest.mark.parametrize("broken", BROKEN)
def test_every_broken_variant_is_caught(broken: str) -> None:
    found = explore(Rules(vanishes=True, broken=broken), [BROKEN[broken]])
    assert found.violation == BROKEN[broken]
    assert len(found.trace) <= 25, found
