"""The exchange and the network in the model: requests arrive at any time or late, and answers are lost."""

from collections.abc import Iterator

from tests.model.state import WINDOW, Order, Rules, State, Worker, awaited

Step = tuple[str, State]


def arrivals(state: State, rules: Rules) -> Iterator[Step]:
    """Any request on its way may arrive now; whoever still waits for it gets the answer, or does not."""
    for place, request in enumerate(state.requests):
        rest = state.requests[:place] + state.requests[place + 1 :]
        verdict, orders = _verdict(state, rules, request.age)
        after = state._replace(requests=rest, orders=orders)
        told = f"attempt {request.attempt} of worker {request.sender + 1} arrives: {verdict}"
        if not awaited(state, request):
            yield told, after
            continue
        yield told, _answered(after, request.sender, verdict)
        yield f"{told}, but the answer is lost", _answered(after, request.sender, "ambiguous")


def _verdict(state: State, rules: Rules, age: int) -> tuple[str, tuple[Order, ...]]:
    if age > WINDOW:
        return "refused, outside the window", state.orders
    if rules.unique and state.orders:
        return "refused, duplicate id", state.orders
    return "accepted", (*state.orders, Order(0, True))


def _answered(state: State, sender: int, verdict: str) -> State:
    step = {"accepted": "accepted", "refused, outside the window": "refused"}.get(verdict, "doubt")
    placers = list(state.placers)
    placers[sender] = Worker(step, placers[sender].copy)
    return state._replace(placers=tuple(placers))
