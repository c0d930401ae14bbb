"""The rows of the fault table, each as a named injector."""

from tests.simulation.rows import codes, exchange, operator, process, sender, storage
from tests.simulation.rows.catalogue import NOT_YET, ROWS, Row, fitting

__all__ = ["NOT_YET", "ROWS", "Row", "codes", "exchange", "fitting", "operator", "process", "sender", "storage"]
