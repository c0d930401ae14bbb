"""What the console shows: the newest orders, dead letters, what is open or halted, and the exchanges' clocks."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from order_relay.core.record import State, public
from order_relay.service import circuits
from order_relay.service.redriving import Redrive
from order_relay.service.timekeeping import PARTITION, RECENT

ORDERS_AT_MOST = 100
LATENCIES_AT_MOST = 30

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which orders to show; an empty field wants them all."""

    state: str = ""
    account: str = ""

    def meets(self, row: Row) -> bool:
        return self.state in ("", row["state"]) and self.account in ("", row["account"])


@dataclass(frozen=True, slots=True)
class Circuit:
    """A limit that holds everybody's calls to an exchange back: of an account or all, placements or everything."""

    exchange: str
    scope: str
    op: str
    until_ms: int
    why: str


@dataclass(frozen=True, slots=True)
class Measure:
    """One look of the clock function at an exchange's clock."""

    at_ms: int
    offset_ms: int
    round_trip_ms: int


@dataclass(frozen=True, slots=True)
class Pulse:
    """An exchange's newest measurements, and how long its newest orders took from alert to placed; oldest first."""

    measures: list[Measure]
    latencies_ms: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One look at everything; `orders` are the newest of the `matching` ones, `states` counts them all."""

    now_ms: int
    wanted: Wanted
    orders: list[Row]
    matching: int
    states: Mapping[str, int]
    accounts: list[str]
    routes: list[str]
    letters: list[Row]
    halts: Mapping[str, str]
    circuits: list[Circuit]
    pulses: Mapping[str, Pulse]


@dataclass(frozen=True, slots=True)
class Console:
    """Looks through the operator's eyes and gives only those commands that show something."""

    redrive: Redrive

    def look(self, wanted: Wanted) -> View:
        """Read everything once; raises Unavailable."""
        rows = self._rows()
        matching = [row for row in rows if wanted.meets(row)]
        return View(
            now_ms=self.redrive.clock.wall_ms(),
            wanted=wanted,
            orders=matching[:ORDERS_AT_MOST],
            matching=len(matching),
            states=Counter(row["state"] for row in rows),
            accounts=sorted({row["account"] for row in rows}),
            routes=sorted({row["route"] for row in rows}),
            letters=sorted(self.redrive.run({"command": "list"})["letters"], key=lambda letter: -letter["at_ms"]),
            halts=self.redrive.run({"command": "halts"})["halts"],
            circuits=self._circuits(),
            pulses=self._pulses(rows),
        )

    def _rows(self) -> list[Row]:
        """Every order as `GET /orders` shows it, newest first."""
        records = sorted(
            (item.data for _, item in self.redrive.journal.everywhere("order#")),
            key=lambda data: (data["accepted_at_ms"], data["leg"], data["step"], data["order_id"]),
            reverse=True,
        )
        return [public(data) for data in records]

    def _circuits(self) -> list[Circuit]:
        """The circuits that are open now."""
        found = []
        for exchange in self.redrive.exchanges:
            for item in self.redrive.journal.list(circuits.PARTITION, f"{exchange}#"):
                scope, _, op = item.key.removeprefix(f"{exchange}#").rpartition("#")
                if item.data["until_ms"] > self.redrive.clock.wall_ms():
                    found.append(Circuit(exchange, scope, op, item.data["until_ms"], item.data["why"]))
        return found

    def _pulses(self, rows: Iterable[Row]) -> dict[str, Pulse]:
        item = self.redrive.journal.read(PARTITION, RECENT)
        measured = item.data if item else {}
        latencies: dict[str, list[int]] = {}
        for row in rows:
            if row["placed_at_ms"] is not None and row["state"] != State.PARKED:
                latencies.setdefault(row["exchange"], []).append(row["placed_at_ms"] - row["accepted_at_ms"])
        return {
            name: Pulse(
                [Measure(*one) for one in measured.get(name, [])], latencies.get(name, [])[:LATENCIES_AT_MOST][::-1]
            )
            for name in self.redrive.exchanges
            if name in measured or name in latencies
        }
