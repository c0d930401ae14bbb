"""The shape of Bitget's route tables: "METHOD path" to the op faults name and the function that answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tools.exchange_simulator.venue import Call, Venue

Routes = Mapping[str, tuple[str, Callable[[Venue, Call], object]]]
