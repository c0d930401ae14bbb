"""Where the handlers' lines go: to a stream, or nowhere, with the last ones kept for when something is wrong."""

import io
import threading
from collections import deque
from typing import TextIO

KEPT = 200


class Log(io.TextIOBase):
    """A text stream that writes whole lines only, because many threads print at once."""

    def __init__(self, target: TextIO | None = None) -> None:
        self._target = target
        self._lock = threading.Lock()
        self._begun: dict[int, str] = {}
        self.last: deque[str] = deque(maxlen=KEPT)

    def write(self, text: str) -> int:
        with self._lock:
            *lines, rest = (self._begun.pop(threading.get_ident(), "") + text).split("\n")
            if rest:
                self._begun[threading.get_ident()] = rest
            for line in filter(None, lines):
                self.last.append(line)
                if self._target and not self._target.closed:
                    print(line, file=self._target, flush=True)
        return len(text)
