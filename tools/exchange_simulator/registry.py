"""The exchanges that exist, by name; one import and one line each."""

from __future__ import annotations

from tools.exchange_simulator.bitget import Bitget
from tools.exchange_simulator.bitunix import Bitunix
from tools.exchange_simulator.coinex import CoinEx
from tools.exchange_simulator.jex import Jex
from tools.exchange_simulator.okx import Okx
from tools.exchange_simulator.venue import Venue

VENUES: dict[str, type[Venue]] = {
    venue.name: venue
    for venue in (
        CoinEx,
        Okx,
        Bitget,
        Bitunix,
        Jex,
    )
}
