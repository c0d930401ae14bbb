"""A scripted `ask`: answers an adapter's reads in the order written down and fails on any other call."""

from collections.abc import Sequence
from typing import Any

from order_relay.core.call import Call
from order_relay.core.outcome import Answer, Failed, Outcome, Reading, Rules, Verdict, classify

Step = tuple[str, str, Any]
"""Method, beginning of the target, and what is answered: an error code if it is text, else the envelope's data."""


class Script:
    """One expected read after the other; an error code gets the verdict that the exchange's own rules give it."""

    def __init__(self, rules: Rules, steps: Sequence[Step]) -> None:
        self._rules = rules
        self._steps = list(steps)
        self.calls: list[Call] = []

    def __call__(self, call: Call) -> Outcome:
        """Answer as the relay's `ask` does: ACCEPTED or GONE is returned, everything else raises Failed."""
        assert self._steps, f"unexpected call after the end of the script: {call.method} {call.target}"
        method, prefix, answer = self._steps.pop(0)
        assert (call.method, call.target[: len(prefix)]) == (method, prefix)
        self.calls.append(call)
        reading = Reading(answer, "scripted", None) if isinstance(answer, str) else Reading(None, "", answer)
        outcome = classify(self._rules, call.op, Answer(200, {}, b""), reading)
        if outcome.verdict in (Verdict.ACCEPTED, Verdict.GONE):
            return outcome
        raise Failed(outcome)

    @property
    def targets(self) -> list[str]:
        return [call.target for call in self.calls]

    @property
    def finished(self) -> bool:
        """True once every expected call was made."""
        return not self._steps
