"""OKX v5 REST (spot and linear swaps), as its sheet says."""

from tools.exchange_simulator.okx.venue import Okx

__all__ = ["Okx"]
