"""The clock function's use case: how far each exchange's clock is from ours, measured and published."""

from collections.abc import Mapping
from dataclasses import dataclass

from order_relay.core.clock import Sample, best
from order_relay.core.exchange import Credentials, Exchange
from order_relay.core.ports import NoAnswer, NotSent, Signals
from order_relay.service.desk import World, take_sample

SKEW_WORTH_A_LOOK_MS = 1_000


@dataclass(slots=True, kw_only=True)
class Timekeeper:
    """Measures every exchange's clock without any account's keys."""

    exchanges: Mapping[str, Exchange]
    world: World
    signals: Signals

    def measure(self) -> dict[str, int]:
        """Publish ClockSkewMs per exchange; an exchange that does not answer is counted, never an error."""
        self.signals.count("Heartbeat")
        offsets = {}
        for name, exchange in self.exchanges.items():
            sample = self._sample(exchange)
            if sample is None:
                self.signals.count("ClockUnknown", exchange=name)
                continue
            offset = best([sample], sample.received_ms, 0)
            offsets[name] = offset.value_ms
            self.signals.count("ClockSkewMs", abs(offset.value_ms), exchange=name)
            if abs(offset.value_ms) > SKEW_WORTH_A_LOOK_MS + offset.error_ms:
                self.signals.log("clock", exchange=name, offset_ms=offset.value_ms, error_ms=offset.error_ms)
        return offsets

    def _sample(self, exchange: Exchange) -> Sample | None:
        nobody = Credentials(exchange.name, "", "")
        try:
            return take_sample(exchange, nobody, self.world)
        except (NotSent, NoAnswer):
            return None
