"""What happened, in virtual time: kept cheaply by every run, shown only for the one that failed."""

from dataclasses import dataclass, field

START_MS = 1_790_000_000_000


@dataclass(slots=True)
class Trace:
    """Lines of (virtual time, who, what)."""

    lines: list[tuple[int, str, str]] = field(default_factory=list)

    def add(self, at_ms: int, who: str, what: str) -> None:
        self.lines.append((at_ms, who, what))

    def text(self) -> str:
        return "\n".join(f"{(at_ms - START_MS) / 1000:10.3f} s  {who:<12} {what}" for at_ms, who, what in self.lines)
