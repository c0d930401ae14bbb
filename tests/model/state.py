"""One state of the model: journal, tombstone, workers, requests on their way, and the orders at the exchange.

Ages count ticks of the exchange's own clock and stop counting where nothing depends on them any more, so the number of
states is finite although time, crashes and redeliveries are not bounded. Only the attempts are: two, then expired.
"""

from dataclasses import dataclass
from typing import NamedTuple

WINDOW = 1
"""Ticks after its stamp during which the exchange accepts an attempt."""

LAG = 1
"""Ticks during which the exchange's reads may not show an order that it has accepted (the settle margin)."""

OLD = WINDOW + LAG + 1
ATTEMPTS = 2

OVER = frozenset({"rejected", "expired", "cancelled"})
TERMINAL = OVER | {"placed", "parked"}


class Record(NamedTuple):
    """The order in the journal. Its content never comes back, so comparing it is comparing versions."""

    state: str
    attempt: int = 0
    outstanding: bool = False


class Worker(NamedTuple):
    """One delivery at work: the step it takes next, and the record as it last read or wrote it."""

    at: str
    copy: Record
    sure: bool = False


class Request(NamedTuple):
    """A signed placement that has left its worker and not yet reached the exchange."""

    age: int
    sender: int
    attempt: int


class Order(NamedTuple):
    """An order that the exchange accepted."""

    age: int
    live: bool


class State(NamedTuple):
    record: Record
    tombstone: bool
    stamps: tuple[int, ...]
    placed_age: int
    placers: tuple[Worker, ...]
    canceller: Worker
    requests: tuple[Request, ...]
    orders: tuple[Order, ...]
    stepped: bool = False


NOTHING = Record("none")
AWAY = Worker("away", NOTHING)
DONE = Worker("done", NOTHING)
START = State(NOTHING, False, (), 0, (AWAY, AWAY), AWAY, (), ())


@dataclass(frozen=True, slots=True)
class Rules:
    """The exchange's abilities, and what a broken variant of the protocol does otherwise.

    unique    a client id is refused the second time
    vanishes  an order cancelled without a fill is not shown any more
    """

    unique: bool = False
    vanishes: bool = False
    broken: str = ""


def tick(state: State) -> State:
    """The exchange's clock goes on; a request that is too late for the window and awaited by nobody is forgotten."""
    older = (one._replace(age=min(one.age + 1, OLD)) for one in state.requests)
    return state._replace(
        stamps=tuple(min(age + 1, OLD) for age in state.stamps),
        placed_age=min(state.placed_age + 1, LAG + 1) if state.record.state == "placed" else 0,
        requests=tuple(one for one in older if one.age <= WINDOW or awaited(state, one)),
        orders=tuple(Order(min(one.age + 1, LAG + 1), one.live) for one in state.orders),
    )


def same_but_for_names(state: State) -> State:
    """The two workers do the same, so states that differ in which is which are one."""
    first, second = state.placers
    if first <= second:
        return state
    requests = tuple(sorted(one._replace(sender=1 - one.sender) for one in state.requests))
    return state._replace(placers=(second, first), requests=requests)


def awaited(state: State, request: Request) -> bool:
    """True if its sender still waits for the answer."""
    placer = state.placers[request.sender]
    return placer.at == "wait" and placer.copy.attempt == request.attempt


def sights(state: State, rules: Rules) -> set[str]:
    """What a read of the order may show now: `live`, `ended` or `absent`."""
    seen = set()
    for order in state.orders[-1:]:
        seen.add("live" if order.live else "absent" if rules.vanishes else "ended")
        if order.age <= LAG:
            seen.add("absent")
    return seen or {"absent"}
