"""What doctor found: sentences with advice."""

from dataclasses import dataclass
from enum import StrEnum

from order_relay.core.exchange import Exchange
from order_relay.core.outcome import Outcome
from tools.relayctl.advice import Check, advise


class Level(StrEnum):
    """OK; NOTE: worth knowing; PROBLEM: orders will fail or may."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about one check; a code and the source of its meaning where an exchange said it."""

    check: Check
    level: Level
    says: str
    advice: str = ""
    code: str | None = None
    source: str = ""


def fine(check: Check, says: str) -> Finding:
    return Finding(check, Level.OK, says)


def note(check: Check, says: str, advice: str) -> Finding:
    return Finding(check, Level.NOTE, says, advice)


def problem(check: Check, says: str, advice: str) -> Finding:
    return Finding(check, Level.PROBLEM, says, advice)


def refused(exchange: Exchange, outcome: Outcome, what: str) -> Finding:
    """What an exchange answered instead of what was asked."""
    advice = advise(exchange.name, exchange.rules, outcome)
    says = f"{exchange.name} did not answer {what}: {outcome.reason}."
    return Finding(advice.check, Level.PROBLEM, says, advice.text, outcome.code, advice.source)
