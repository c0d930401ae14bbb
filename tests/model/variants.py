"""The exchanges that the protocol must hold on, and the broken variants that must not hold."""

from tests.model import cancelling, placement
from tests.model.explore import LEFT_OPEN, TWICE
from tests.model.state import Rules

EXCHANGES = {
    "client ids are unique": Rules(unique=True),
    "client ids mean nothing, cancelled orders vanish": Rules(vanishes=True),
}

BROKEN = {
    placement.RESTAMP: TWICE,
    placement.EARLY: TWICE,
    placement.NO_MARGIN: TWICE,
    placement.LOCAL_FENCE: TWICE,
    placement.NOT_ASKING: TWICE,
    placement.LEASE: TWICE,
    placement.UNCONDITIONAL: TWICE,
    placement.NO_TOMBSTONE: LEFT_OPEN,
    cancelling.LOOKS_FIRST: LEFT_OPEN,
    cancelling.NOT_FOUND_IS_DONE: LEFT_OPEN,
    cancelling.CODE_IS_DONE: LEFT_OPEN,
    cancelling.SEEN_ONCE: LEFT_OPEN,
    cancelling.LOCAL_MARGIN: LEFT_OPEN,
    cancelling.CLOCK_AFTERWARDS: LEFT_OPEN,
    cancelling.PARKED_IS_OVER: LEFT_OPEN,
}
"""Each break, and the promise that it must be seen to break on an exchange whose client ids mean nothing."""
