"""Bitget: v2 for classic accounts, v3 for unified trading accounts, one host and one signature."""

from tools.exchange_simulator.bitget.venue import Bitget

__all__ = ["Bitget"]
