"""The placement in the model, one step per port call of `service/placement.py` and `service/settling.py`.

| step     | code                                                                          |
|----------|-------------------------------------------------------------------------------|
| away     | SQS delivers (again); `run.Run._record` reads the journal                     |
| park     | the third crash: `run.Run.quarantine` writes `parked`                         |
| open     | `run.Run._record` saves `received`                                            |
| ask      | `settling.settle`: `_ask`, then `conclude` or `_absent`                       |
| live     | `settling.conclude` -> `_placed` writes `placed`                              |
| gone     | `settling.conclude` writes `cancelled` (or `rejected`)                        |
| absent   | `settling._absent` writes `outstanding=False`                                 |
| want     | `placement._still_wanted` (expired), else `placement._intend` writes `sending` |
| fence    | `placement._attempt` reads `book.cancelled`                                   |
| stop     | `placement._place` writes `cancelled` on `Ended`                              |
| send     | `placement._attempt`: too slow, or `desk.send` with the intent's stamp        |
| wait     | the request is on its way                                                     |
| accepted | `placement._accepted` writes `placed`                                         |
| refused  | `placement._received` writes `outstanding=False`                              |
| doubt    | `placement._received` writes `unknown`; `_unsure`, `_duplicate` ask           |

`Later`, a lost condition (`book.save`) and a crash all lead back to `away`: the queue delivers again.
"""

from collections.abc import Callable, Iterator

from tests.model.exchange import Step
from tests.model.state import ATTEMPTS, AWAY, LAG, TERMINAL, WINDOW, Record, Request, Rules, State, Worker, sights

RESTAMP = "re-stamps an attempt when it leaves"
EARLY = "sends again before the window is over"
NO_MARGIN = "sends again without the settle margin"
LOCAL_FENCE = "opens the fence by the local clock"
NOT_ASKING = "sends again without asking"
LEASE = "runs a redelivered `sending` again, as if its lease had ended"
NO_TOMBSTONE = "does not read the tombstone after it wrote `sending`"
UNCONDITIONAL = "writes without comparing the version"


def placements(state: State, rules: Rules) -> Iterator[Step]:
    for number, placer in enumerate(state.placers):
        run = Run(state, rules, number, placer)
        for told, after in _STEPS[placer.at](run):
            yield f"worker {number + 1} {told}", after
        if placer.at != "away":
            yield f"worker {number + 1} crashes at `{placer.at}`", run.goes("away")


class Run:
    """One of the two placement workers in one state."""

    __slots__ = ("copy", "number", "rules", "state")

    def __init__(self, state: State, rules: Rules, number: int, placer: Worker) -> None:
        self.state = state
        self.rules = rules
        self.number = number
        self.copy = placer.copy

    def goes(self, at: str, copy: Record | None = None, **changes: object) -> State:
        placer = AWAY if at == "away" else Worker(at, copy or self.copy)
        placers = (placer, self.state.placers[1]) if self.number == 0 else (self.state.placers[0], placer)
        return self.state._replace(placers=placers, **changes)  # type: ignore[arg-type]

    def writes(self, record: Record, then: str, **changes: object) -> Step:
        """Write if nobody else has since the record was read."""
        if self.state.record != self.copy and self.rules.broken != UNCONDITIONAL:
            return "finds that another was first", self.goes("away")
        told = f"writes `{record.state}`" + (", attempt outstanding" if record.outstanding else "")
        return told, self.goes(then, record, record=record, **changes)


def _away(run: Run) -> Iterator[Step]:
    record = run.state.record
    if record.state in TERMINAL:
        return
    if record.state == "none":
        yield "receives the message", run.goes("open", record)
    elif record.outstanding and run.rules.broken != LEASE:
        yield "receives the message again, an attempt is outstanding", run.goes("ask", record)
        yield "receives the message after its third crash", run.goes("park", record)
    else:
        yield "receives the message again", run.goes("want", record)


def _park(run: Run) -> Iterator[Step]:
    yield run.writes(Record("parked", run.copy.attempt), "away")


def _open(run: Run) -> Iterator[Step]:
    yield run.writes(Record("received"), "want")


def _ask(run: Run) -> Iterator[Step]:
    shown = {"absent"} if run.rules.broken == NOT_ASKING else sights(run.state, run.rules)
    for sight in shown - {"absent"}:
        yield f"asks: the order is {sight}", run.goes("live" if sight == "live" else "gone")
    if "absent" in shown:
        open_fence = _fence_open(run)
        told = "asks: no such order; the window is " + ("over" if open_fence else "open, so it waits")
        yield told, run.goes("absent" if open_fence else "away")


def _fence_open(run: Run) -> bool:
    age, broken = run.state.stamps[run.copy.attempt - 1], run.rules.broken
    if broken == EARLY or (broken == LOCAL_FENCE and run.state.stepped):
        return True
    return age > WINDOW + (0 if broken == NO_MARGIN else LAG)


def _live(run: Run) -> Iterator[Step]:
    yield run.writes(Record("placed", run.copy.attempt), "away", placed_age=0)


def _gone(run: Run) -> Iterator[Step]:
    yield run.writes(Record("cancelled", run.copy.attempt), "away")


def _absent(run: Run) -> Iterator[Step]:
    yield run.writes(run.copy._replace(outstanding=False), "want")


def _want(run: Run) -> Iterator[Step]:
    yield run.writes(Record("expired", run.copy.attempt), "away")
    attempt = run.copy.attempt + 1
    if attempt > ATTEMPTS:
        return
    stamps = (*run.state.stamps[: attempt - 1], 0, *run.state.stamps[attempt:])
    yield run.writes(Record("sending", attempt, True), "fence", stamps=stamps)


def _fence(run: Run) -> Iterator[Step]:
    stopped = run.state.tombstone and run.rules.broken != NO_TOMBSTONE
    yield f"reads {'the' if stopped else 'no'} tombstone", run.goes("stop" if stopped else "send")


def _stop(run: Run) -> Iterator[Step]:
    yield run.writes(Record("cancelled", run.copy.attempt), "away")


def _send(run: Run) -> Iterator[Step]:
    age = 0 if run.rules.broken == RESTAMP else run.state.stamps[run.copy.attempt - 1]
    requests = tuple(sorted((*run.state.requests, Request(age, run.number, run.copy.attempt))))
    yield f"sends attempt {run.copy.attempt}", run.goes("wait", requests=requests)
    told, after = run.writes(run.copy._replace(outstanding=False), "want")
    yield f"was too slow to send and {told}", after


def _wait(run: Run) -> Iterator[Step]:
    yield "waits no longer for an answer", run.goes("doubt")


def _accepted(run: Run) -> Iterator[Step]:
    yield run.writes(Record("placed", run.copy.attempt), "away", placed_age=0)


def _doubt(run: Run) -> Iterator[Step]:
    yield run.writes(Record("unknown", run.copy.attempt, True), "ask")


_STEPS: dict[str, Callable[[Run], Iterator[Step]]] = {
    "away": _away,
    "park": _park,
    "open": _open,
    "ask": _ask,
    "live": _live,
    "gone": _gone,
    "absent": _absent,
    "want": _want,
    "fence": _fence,
    "stop": _stop,
    "send": _send,
    "wait": _wait,
    "accepted": _accepted,
    "refused": _absent,
    "doubt": _doubt,
}
