"""JEX (Binance JEX) spot, contract and option, as its last documentation of December 2019 describes them."""

from tools.exchange_simulator.jex.venue import Jex

__all__ = ["Jex"]
