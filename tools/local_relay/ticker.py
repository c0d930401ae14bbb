"""A function's schedule: it is invoked again and again until it is stopped."""

import threading
import traceback

from tools.local_relay.function import Function


class Ticker(threading.Thread):
    """Invokes a function every `every_s` seconds; one that fails is invoked again the next time."""

    def __init__(self, function: Function, every_s: float) -> None:
        super().__init__(name=f"ticker-{function.name}", daemon=True)
        self._function = function
        self._every_s = every_s
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.wait(self._every_s):
            try:
                self._function.invoke({"source": "aws.events"})
            except Exception:  # as a schedule does, which only counts it
                print(traceback.format_exc())

    def stop(self) -> None:
        """Let an invocation at work end, without waiting for it."""
        self._done.set()
