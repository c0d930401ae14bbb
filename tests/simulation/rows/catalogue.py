"""The list that every injector joins."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.simulation.simulation import Place, Simulation

Arrange = Callable[[Simulation], None]

PLACEMENTS_ONLY = frozenset({"1", "2", "15", "16", "19", "20", "22", "31", "45", "56", "F7"})
"""Rows that trouble placements and nothing else: in a run of these alone, cancels must be as fast as ever (I8)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the fault table and what brings it about."""

    name: str
    what: str
    arrange: Arrange
    fits: Callable[[Place], bool]


ROWS: dict[str, Row] = {}


def row(name: str, *, accounts: tuple[str, ...] = (), markets: tuple[str, ...] = ()) -> Callable[[Arrange], Arrange]:
    """Register an injector, for certain accounts and markets only where it names some."""

    def register(arrange: Arrange) -> Arrange:
        def fits(place: Place) -> bool:
            return place.account in (accounts or (place.account,)) and place.market in (markets or (place.market,))

        ROWS[name] = Row(name, (arrange.__doc__ or "").rstrip("."), arrange, fits)
        return arrange

    return register


def fitting(place: Place) -> list[Row]:
    return [one for one in ROWS.values() if one.fits(place)]
