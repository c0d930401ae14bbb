"""CoinEx API v2 (spot and linear futures), as its sheet says."""

from tools.exchange_simulator.coinex.venue import CoinEx

__all__ = ["CoinEx"]
