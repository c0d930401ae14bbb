"""Rows of measurements and the one table they are printed as."""

from collections.abc import Iterable
from dataclasses import dataclass

COLUMNS = ("measured", "order-relay", "beside it", "ratio", "target")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table, ready to print."""

    measured: str
    ours: str
    beside: str = ""
    ratio: str = ""
    target: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        return (self.measured, self.ours, self.beside, self.ratio, self.target)


@dataclass(frozen=True, slots=True)
class Title:
    """A line that begins a group of rows."""

    text: str


def as_long_as(ours: float, theirs: float, at_most: float | None = None) -> tuple[str, str]:
    """Say how many times as long ours takes, and whether that is within the target."""
    ratio = ours / theirs
    return f"{ratio:.2f} x", "" if at_most is None else f"<= {at_most:.2f} x: {_verdict(ratio <= at_most)}"


def faster(ours: float, theirs: float, at_least: float | None = None) -> tuple[str, str]:
    """Say how many times faster ours is, and whether that is within the target."""
    ratio = theirs / ours
    return f"{ratio:.1f} x faster", "" if at_least is None else f">= {at_least:.0f} x: {_verdict(ratio >= at_least)}"


def render(lines: Iterable[Row | Title]) -> str:
    """Align names left and figures right, each title on a line of its own."""
    kept = list(lines)
    rows = [COLUMNS, *(line.cells for line in kept if isinstance(line, Row))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    told = [_aligned(COLUMNS, widths), "-" * (sum(widths) + 2 * len(widths) - 2)]
    for line in kept:
        told.append(_aligned(line.cells, widths) if isinstance(line, Row) else f"\n{line.text}")
    return "\n".join(told)


def _verdict(met: bool) -> str:
    return "met" if met else "missed"


def _aligned(cells: tuple[str, ...], widths: list[int]) -> str:
    name, *figures, target = cells
    middle = [cell.rjust(width) for cell, width in zip(figures, widths[1:-1], strict=True)]
    return "  ".join([name.ljust(widths[0]), *middle, target]).rstrip()
