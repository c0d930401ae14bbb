"""The clock function's use case: how far each exchange's clock is from ours, measured, published and remembered."""

from collections.abc import Mapping
from dataclasses import dataclass

from order_relay.core.call import Credentials
from order_relay.core.clock import Sample, best
from order_relay.core.exchange import Exchange
from order_relay.core.ports import Conflict, Journal, NoAnswer, NotSent, Signals, Unavailable
from order_relay.service.desk import World, take_sample

SKEW_WORTH_A_LOOK_MS = 1_000
PARTITION = "clocks"
RECENT = "recent"
MEASURES_KEPT = 30
KEPT_S = 7 * 86_400


@dataclass(slots=True, kw_only=True)
class Timekeeper:
    """Measures every exchange's clock without any account's keys."""

    exchanges: Mapping[str, Exchange]
    world: World
    signals: Signals
    journal: Journal

    def measure(self) -> dict[str, int]:
        """Publish ClockSkewMs per exchange; an exchange that does not answer is counted, never an error."""
        self.signals.count("Heartbeat")
        offsets: dict[str, int] = {}
        measured: dict[str, list[int]] = {}
        for name, exchange in self.exchanges.items():
            sample = self._sample(exchange)
            if sample is None:
                self.signals.count("ClockUnknown", exchange=name)
                continue
            offset = best([sample], sample.received_ms, 0)
            offsets[name] = offset.value_ms
            measured[name] = [sample.received_ms, offset.value_ms, sample.round_trip_ms]
            self.signals.count("ClockSkewMs", abs(offset.value_ms), exchange=name)
            if abs(offset.value_ms) > SKEW_WORTH_A_LOOK_MS + offset.error_ms:
                self.signals.log("clock", exchange=name, offset_ms=offset.value_ms, error_ms=offset.error_ms)
        self._remember(measured)
        return offsets

    def _remember(self, measured: Mapping[str, list[int]]) -> None:
        """Keep the newest measurements for the console, in one write; losing one is no harm."""
        if not measured:
            return
        try:
            item = self.journal.read(PARTITION, RECENT)
            known = item.data if item else {}
            data = {**known, **{name: [*known.get(name, []), one][-MEASURES_KEPT:] for name, one in measured.items()}}
            self.journal.write(PARTITION, RECENT, data, expect=item, ttl_s=KEPT_S)
        except (Conflict, Unavailable) as exc:
            self.signals.log("clock_not_kept", cause=str(exc))

    def _sample(self, exchange: Exchange) -> Sample | None:
        nobody = Credentials(exchange.name, "", "")
        try:
            return take_sample(exchange, nobody, self.world)
        except (NotSent, NoAnswer):
            return None
