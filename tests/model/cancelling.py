"""The cancel by ref in the model, one step per port call of `service/cancelling.py` and `service/chasing.py`.

| step   | code                                                                      |
|--------|---------------------------------------------------------------------------|
| away   | SQS delivers (again); `cancelling._lay` writes the tombstone              |
| list   | `cancelling._one` reads the records of the ref                            |
| stop   | `chasing.stopped` ends a record of which no attempt is outstanding        |
| look   | `chasing.ended`: `_look`                                                  |
| cancel | `chasing.cancel_again`; the exchange obeys, or says so and does not       |
| verify | `chasing.ended`: `_look` again, then wait or go on                        |
| judge  | `chasing.ended`: in flight, or `_may_yet_show` at the time of the look     |
| close  | `chasing._close_record` writes the order's own end                        |
| tell   | `cancelling.cancel` writes the cancel's own end: it is reported done      |

The cancel's key is newer than the order's. `Later`, a lost condition and a crash lead back to `away`.
"""

from collections.abc import Callable, Iterator

from tests.model.exchange import Step
from tests.model.state import AWAY, DONE, LAG, TERMINAL, WINDOW, Record, Rules, State, Worker, sights

NOT_FOUND_IS_DONE = "takes `not found` for the end of a cancel"
CODE_IS_DONE = "takes the exchange's yes for the end of a cancel"
SEEN_ONCE = "takes `seen before, not found now` of a young order for the end of a cancel"
CLOCK_AFTERWARDS = "looks first and asks the clock how young the order is only then"
LOCAL_MARGIN = "measures by the local clock how young an order is"
PARKED_IS_OVER = "does not wait for the window of an order that was parked in doubt"
LOOKS_FIRST = "reads the records before it lays the tombstone"


def cancels(state: State, rules: Rules) -> Iterator[Step]:
    canceller = state.canceller
    for told, after in _STEPS[canceller.at](state, rules):
        yield f"the cancel {told}", after
    if canceller.at not in ("away", "done"):
        yield f"the cancel crashes at `{canceller.at}`", state._replace(canceller=AWAY)


def _goes(state: State, at: str, *, sure: bool = False) -> State:
    return state._replace(canceller=Worker(at, state.canceller.copy, sure))


def _writes(state: State, record: Record) -> Step:
    if state.record != state.canceller.copy:
        return "finds that another was first", _away_again(state)
    return f"writes `{record.state}` into the order's record", _goes(state._replace(record=record), "tell")


def _away(state: State, rules: Rules) -> Iterator[Step]:
    if rules.broken == LOOKS_FIRST:
        yield from _list(state, rules)
        return
    yield "lays the tombstone", _goes(state._replace(tombstone=True), "list")


def _list(state: State, rules: Rules) -> Iterator[Step]:
    record = state.record
    told = f"reads the record: `{record.state}`"
    yield told, state._replace(canceller=Worker(_reading(record), record))


def _away_again(state: State) -> State:
    return state._replace(canceller=AWAY)


def _reading(record: Record) -> str:
    if record.outstanding or record.state in ("placed", "parked"):
        return "look"
    return "tell" if record.state in TERMINAL or record.state == "none" else "stop"


def _stop(state: State, rules: Rules) -> Iterator[Step]:
    yield _writes(state, Record("cancelled", state.canceller.copy.attempt))


def _look(state: State, rules: Rules) -> Iterator[Step]:
    for sight in sights(state, rules):
        told = f"looks: the order is {sight}"
        if sight == "live":
            yield told, _goes(state, "cancel", sure=rules.broken == SEEN_ONCE)
        elif rules.broken == NOT_FOUND_IS_DONE:
            yield told, _goes(state, "tell")
        else:
            yield told, _goes(state, "judge", sure=_sure(state, rules, sight))


def _cancel(state: State, rules: Rules) -> Iterator[Step]:
    then, sure = "close" if rules.broken == CODE_IS_DONE else "verify", state.canceller.sure
    gone = tuple(order._replace(live=False) for order in state.orders)
    yield "asks for it; the exchange cancels the order", _goes(state._replace(orders=gone), then, sure=sure)
    yield "asks for it; the exchange says yes and does nothing", _goes(state, then, sure=sure)


def _verify(state: State, rules: Rules) -> Iterator[Step]:
    for sight in sights(state, rules):
        told = f"looks again: the order is {sight}"
        sure = state.canceller.sure or _sure(state, rules, sight)
        yield told, _away_again(state) if sight == "live" else _goes(state, "judge", sure=sure)


def _sure(state: State, rules: Rules, sight: str) -> bool:
    """True if this very answer proves the end: it shows it, or must show the order by the exchange's clock."""
    return sight == "ended" or _old_enough(state, rules)


def _old_enough(state: State, rules: Rules) -> bool:
    copy = state.canceller.copy
    if copy.state == "parked":
        return state.stamps[copy.attempt - 1] > WINDOW + LAG or rules.broken == PARKED_IS_OVER
    return state.placed_age > LAG or (rules.broken == LOCAL_MARGIN and state.stepped)


def _judge(state: State, rules: Rules) -> Iterator[Step]:
    copy, sure = state.canceller.copy, state.canceller.sure
    if rules.broken == CLOCK_AFTERWARDS:
        sure = sure or _old_enough(state, rules)
    if copy.outstanding:
        yield "waits: the order is still in flight", _away_again(state)
    elif not sure:
        yield "waits: the order may be there and not be shown yet", _away_again(state)
    else:
        yield "has seen enough", _goes(state, "close" if copy.state == "placed" else "tell")


def _close(state: State, rules: Rules) -> Iterator[Step]:
    yield _writes(state, Record("cancelled", state.canceller.copy.attempt))


def _tell(state: State, rules: Rules) -> Iterator[Step]:
    told = "reports that it is done" if state.tombstone else "lays the tombstone and reports that it is done"
    yield told, state._replace(tombstone=True, canceller=DONE)


def _done(state: State, rules: Rules) -> Iterator[Step]:
    return iter(())


_STEPS: dict[str, Callable[[State, Rules], Iterator[Step]]] = {
    "away": _away,
    "list": _list,
    "stop": _stop,
    "look": _look,
    "cancel": _cancel,
    "verify": _verify,
    "judge": _judge,
    "close": _close,
    "tell": _tell,
    "done": _done,
}
