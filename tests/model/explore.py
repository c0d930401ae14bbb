"""Breadth first through every reachable state: what breaks a promise, by the shortest way, and what cannot end."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from tests.model.cancelling import LOCAL_MARGIN, cancels
from tests.model.exchange import Step, arrivals
from tests.model.placement import LOCAL_FENCE, placements
from tests.model.state import OVER, START, TERMINAL, Rules, State, same_but_for_names, tick

TWICE = "two orders were accepted for one leg"
LEFT_OPEN = "the cancel is reported done and an older order is open"
UNTRUE = "the journal says that the order has ended and it is open at the exchange"
NO_ORDER = "the journal says `placed` and there is no order"


@dataclass(slots=True)
class Exploration:
    """How many states were reached, the shortest way to a violation, and how many states have no way to an end."""

    states: int
    violation: str = ""
    trace: list[str] = field(default_factory=list)
    stuck: int = 0

    def __str__(self) -> str:
        lines = [f"{number:5} {step}" for number, step in enumerate(self.trace, 1)]
        return "\n".join([*lines, f"  ==> {self.violation}"])


def explore(rules: Rules, promises: Iterable[str] = ()) -> Exploration:
    """Visit every state; stop at the first that breaks one of the promises (all of them if none is named)."""
    watched = {name: PROMISES[name] for name in promises or PROMISES}
    states, numbers = [START], {START: 0}
    came = [0]
    before: list[list[int]] = [[]]
    for number, state in enumerate(states):
        broken = next((name for name, breaks in watched.items() if breaks(state)), "")
        if broken:
            return Exploration(len(states), broken, _trace(rules, [states[one] for one in _way(came, number)]))
        for _, step in _steps(state, rules):
            after = same_but_for_names(step)
            known = numbers.setdefault(after, len(states))
            if known == len(states):
                states.append(after)
                came.append(number)
                before.append([])
            before[known].append(number)
    return Exploration(len(states), stuck=len(states) - _having_a_way_to_an_end(states, before))


def _steps(state: State, rules: Rules) -> Iterator[Step]:
    """Everything that may happen next."""
    yield from placements(state, rules)
    yield from cancels(state, rules)
    yield from arrivals(state, rules)
    yield "time passes", tick(state)
    if rules.broken in (LOCAL_FENCE, LOCAL_MARGIN) and not state.stepped:
        yield "a host's clock steps ahead", state._replace(stepped=True)


def _live(state: State) -> bool:
    return any(order.live for order in state.orders)


PROMISES: dict[str, Callable[[State], bool]] = {
    TWICE: lambda state: len(state.orders) > 1,
    LEFT_OPEN: lambda state: state.canceller.at == "done" and _live(state),
    UNTRUE: lambda state: state.record.state in OVER and _live(state),
    NO_ORDER: lambda state: state.record.state == "placed" and not state.orders,
}


def _way(came: list[int], number: int) -> list[int]:
    way = []
    while number:
        way.append(number)
        number = came[number]
    return way[::-1]


def _trace(rules: Rules, way: Iterable[State]) -> list[str]:
    """Walk the way again, this time with every worker keeping its name."""
    state, told = START, []
    for wanted in way:
        step, state = next(one for one in _steps(state, rules) if same_but_for_names(one[1]) == wanted)
        told.append(step)
    return told


def _having_a_way_to_an_end(states: list[State], before: list[list[int]]) -> int:
    """How many states can still reach one in which the order and its cancel have ended."""
    queue = [number for number, state in enumerate(states) if _ended(state)]
    seen = set(queue)
    while queue:
        for earlier in before[queue.pop()]:
            if earlier not in seen:
                seen.add(earlier)
                queue.append(earlier)
    return len(seen)


def _ended(state: State) -> bool:
    return state.record.state in TERMINAL and state.canceller.at == "done"
