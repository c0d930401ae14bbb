"""The two control-flow exceptions: come back later, or this order ends here."""

from dataclasses import dataclass

from order_relay.core.record import State


@dataclass(eq=False)
class Later(Exception):
    """Not done, and worth another go; `planned` waits do not count as crashes.

    `denied` is set when others found the account's keys refused, in the exchange's words.
    """

    seconds: float
    why: str
    planned: bool = True
    denied: str | None = None

    def __str__(self) -> str:
        return f"again in {self.seconds:.1f} s: {self.why}"


@dataclass(eq=False)
class Held(Exception):
    """Another message of the group has to go first: this one goes back to the group's tail."""

    why: str


@dataclass(eq=False)
class Ended(Exception):
    """The order ends here, in this state, for this reason; `unsent` takes back an attempt that never left."""

    state: State
    reason: str
    unsent: bool = False

    def __str__(self) -> str:
        return f"{self.state.value}: {self.reason}"
