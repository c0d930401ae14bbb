"""Bitunix spot and USDT futures: one exchange behind two hosts, with two envelopes."""

from tools.exchange_simulator.bitunix.venue import Bitunix

__all__ = ["Bitunix"]
