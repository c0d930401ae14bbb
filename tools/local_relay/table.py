"""Aligned text for people: a table, a line of progress, and colours where there is a terminal."""

import io
import os
import shutil
import sys
import time
from collections.abc import Sequence
from typing import TextIO

_COLOURS = {"red": "31", "green": "32", "yellow": "33", "dim": "2", "bold": "1"}
_STATES = {"placed": "green", "cancelled": "yellow", "same order": "dim", "refused": "yellow"}
_GAP = "  "
_EVERY_S = 1.0


class Screen:
    """Prints to a person or into a file; only a terminal gets colours and a line that changes."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out
        self._terminal = out.isatty()
        if isinstance(out, io.TextIOWrapper):
            out.reconfigure(errors="replace")  # a terminal that cannot show a letter shows a question mark
        self._colours = self._terminal and not os.environ.get("NO_COLOR")
        self._shown_s = 0.0
        self._open_line = False

    @property
    def width(self) -> int | None:
        """Columns of the terminal; None when there is no limit."""
        return shutil.get_terminal_size().columns if self._terminal else None

    def say(self, text: str = "", colour: str = "") -> None:
        self._close_line()
        print(self.paint(text, colour), file=self._out, flush=True)

    def progress(self, text: str) -> None:
        """Show how far things are: in place on a terminal, else at most one line a second."""
        if self._terminal:
            print(f"\r\x1b[K{text}", end="", file=self._out, flush=True)
            self._open_line = True
        elif time.monotonic() - self._shown_s >= _EVERY_S:
            self._shown_s = time.monotonic()
            print(text, file=self._out, flush=True)

    def paint(self, text: str, colour: str) -> str:
        code = _COLOURS.get(colour)
        return f"\x1b[{code}m{text}\x1b[0m" if code and text and self._colours else text

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]], state: int) -> None:
        """Print rows under their head, every column as wide as its widest cell; `state` is the coloured column."""
        widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
        self.say(_line(head, widths), "bold")
        for row in rows:
            cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
            cells[state] = self.paint(cells[state], _STATES.get(row[state], "red"))
            self.say(_GAP.join(cells).rstrip())

    def _close_line(self) -> None:
        if self._open_line:
            print("\r\x1b[K", end="", file=self._out)
            self._open_line = False


def table_width(head: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    return sum(max(len(row[column]) for row in (head, *rows)) + len(_GAP) for column in range(len(head)))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return _GAP.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
