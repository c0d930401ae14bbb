"""The rows of the fault table, each as a named injector."""

from tests.simulation.rows import chain, codes, exchange, operator, process, risk, sender, storage
from tests.simulation.rows.catalogue import ROWS, Row, fitting

__all__ = [
    "ROWS", "Row", "chain", "codes", "exchange", "fitting", "operator", "process", "risk", "sender", "storage",
]  # fmt: skip
