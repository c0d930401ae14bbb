"""What a person sees, or a script reads: sentences and tables, or one JSON document."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from order_relay.observe import Redactor

_NO_TERMINAL_COLUMNS = 10_000
_STYLES = {
    "placed": "green", "cancelled": "yellow", "rejected": "red", "expired": "yellow", "parked": "bold red",
    "ok": "green", "note": "yellow", "problem": "bold red",
}  # fmt: skip


class Screen:
    """Answers on standard output, all else on standard error; known secrets are blotted out of both."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.redactor = Redactor()

    def show(self, document: object, human: Callable[[], None]) -> None:
        """The result of a command: one JSON document, or what `human` prints."""
        if self.as_json:
            self.document(document, indent=2)
        else:
            human()

    def document(self, document: object, *, indent: int | None = None) -> None:
        print(self.redactor.clean(json.dumps(document, indent=indent)), flush=True)

    def say(self, text: str, style: str = "") -> None:
        """Print a line on standard output, as it is: no line is ever broken."""
        _console(sys.stdout).print(Text(self._clean(text), style), soft_wrap=True)

    def tell(self, text: str) -> None:
        """Print a line beside the result, on standard error."""
        _console(sys.stderr).print(Text(self._clean(text)), soft_wrap=True)

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print rows under their head; a state or level is coloured."""
        table = Table(*head, box=None, pad_edge=False, header_style="bold")
        for column in table.columns:
            column.overflow = "fold"
        for row in rows:
            table.add_row(*(Text(self._clean(cell), _STYLES.get(cell, "")) for cell in row))
        console = _console(sys.stdout)
        with console.capture() as drawn:
            console.print(table)
        print("\n".join(line.rstrip() for line in drawn.get().splitlines()), flush=True)

    def fields(self, values: Mapping[str, object]) -> None:
        """Print names and values below each other; what is unknown is left out."""
        known = {name: value for name, value in values.items() if value not in (None, "", [])}
        width = max(map(len, known), default=0)
        for name, value in known.items():
            self.say(f"{name.replace('_', ' ').ljust(width)}  {value}", _STYLES.get(str(value), ""))

    @contextmanager
    def busy(self, text: str) -> Iterator[None]:
        """Show on a terminal that something slow goes on."""
        with _console(sys.stderr).status(Text(self._clean(text)), spinner="line"):
            yield

    @property
    def asks(self) -> bool:
        """True if there is somebody who can answer."""
        return not self.as_json and sys.stdin.isatty() and sys.stderr.isatty()

    def hidden(self, question: str) -> str:
        """Ask for a secret without showing it; a script may pipe it in, one line per question."""
        if self.asks:
            answer: str = typer.prompt(question, hide_input=True, err=True)
            return answer.strip()
        print(f"{question}:", file=sys.stderr)
        return sys.stdin.readline().strip()

    def agreed(self, question: str, *, apply: bool) -> bool:
        """Whether to change something: told so by --apply, else by the person at the terminal."""
        return apply or (self.asks and typer.confirm(self._clean(question), err=True))

    def _clean(self, text: str) -> str:
        """No secrets, and nothing that a terminal would take as a command."""
        text = self.redactor.clean(text)
        return "".join(one if one.isprintable() or one in "\n\t" else f"\\x{ord(one):02x}" for one in text)


def _console(stream: object) -> Console:
    terminal = stream.isatty() if hasattr(stream, "isatty") else False
    width = None if terminal else _NO_TERMINAL_COLUMNS
    return Console(stderr=stream is sys.stderr, width=width, markup=False, highlight=False, emoji=False)
