"""One virtual clock and one baton: real threads of which exactly one runs, chosen by time and by nothing else."""

import heapq
import threading
from collections.abc import Callable
from itertools import count

from tests.simulation.trace import START_MS


class Killed(BaseException):
    """The process died here; whatever it meant to do afterwards never happens."""


class Task:
    """A piece of code that runs until it waits; `doomed` makes its next step its last."""

    __slots__ = ("doomed", "job", "runner")

    def __init__(self, job: Callable[[], None]) -> None:
        self.job = job
        self.doomed = False
        self.runner: _Runner | None = None


class Scheduler:
    """Wakes tasks and runs events in the order of their virtual times; equal times keep the order of asking."""

    def __init__(self) -> None:
        self.now_ms = START_MS
        self.limit_ms: int | None = None
        self.overdue = False
        self._heap: list[tuple[int, int, Task | Callable[[], None]]] = []
        self._order = count()
        self._main = Task(lambda: None)
        self._main.runner = _Runner(started=False)
        self._current = self._main
        self._live: dict[Task, None] = {}
        self._failure: BaseException | None = None
        self._closing = False

    def at(self, when_ms: int, event: Callable[[], None]) -> None:
        """Run an event at a virtual moment; it must not wait."""
        if not self._closing:
            self._push(when_ms, event)

    def spawn(self, job: Callable[[], None]) -> None:
        """Start a task now."""
        if self._closing:
            return
        task = Task(job)
        self._live[task] = None
        self._push(self.now_ms, task)

    def wait(self, milliseconds: int) -> None:
        """Let virtual time pass for the running task; others run meanwhile."""
        task = self._current
        self._push(self.now_ms + max(0, milliseconds), task)
        self._give_way(task)

    def run(self, limit_ms: int) -> None:
        """Run until nothing is left to happen, or until the limit (`overdue`); then end every task."""
        self.limit_ms = limit_ms
        self._give_way(self._main)
        self.overdue = bool(self._heap)
        self._heap.clear()
        self.limit_ms, self._closing = None, True
        for task in list(self._live):
            task.doomed = True
            self._push(self.now_ms, task)
        self._give_way(self._main)
        if self._failure:
            raise self._failure

    def _push(self, when_ms: int, event: Task | Callable[[], None]) -> None:
        heapq.heappush(self._heap, (when_ms, next(self._order), event))

    def _give_way(self, task: Task) -> None:
        chosen = self._next()
        if chosen is not task:
            self._resume(chosen)
            _own(task).baton.acquire()
        if task.doomed:
            raise Killed

    def _next(self) -> Task:
        """Run what is due until it is a task's turn; the main task's when nothing is left or time is up."""
        while self._heap and (self.limit_ms is None or self._heap[0][0] <= self.limit_ms):
            when_ms, _, event = heapq.heappop(self._heap)
            self.now_ms = max(self.now_ms, when_ms)
            if isinstance(event, Task):
                return event
            self._run(event)
        return self._main

    def _run(self, event: Callable[[], None]) -> None:
        try:
            event()
        except BaseException as exc:  # reported by `run`, not in the task that happened to hold the baton
            self._failure = self._failure or exc

    def _resume(self, task: Task) -> None:
        self._current = task
        if task.runner is None:
            task.runner = _IDLE.pop() if _IDLE else _Runner(started=True)
            task.runner.work = lambda: self._whole(task)
        task.runner.baton.release()

    def _whole(self, task: Task) -> None:
        """Run a task to its end and pass the baton on."""
        try:
            if not task.doomed:
                task.job()
        except Killed:
            pass
        except BaseException as exc:
            self._failure = self._failure or exc
        del self._live[task]
        _IDLE.append(_own(task))
        self._resume(self._next())


class _Runner:
    """A thread that runs one task after the other, each when the baton comes to it."""

    def __init__(self, *, started: bool) -> None:
        self.baton = threading.Semaphore(0)
        self.work: Callable[[], None] = lambda: None
        if started:
            threading.Thread(target=self._loop, daemon=True).start()

    def _loop(self) -> None:
        while True:
            self.baton.acquire()
            self.work()


_IDLE: list[_Runner] = []


def _own(task: Task) -> _Runner:
    assert task.runner is not None
    return task.runner
