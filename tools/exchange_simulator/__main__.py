"""Run the simulated exchanges until interrupted: python -m tools.exchange_simulator [--port-base N]."""

from __future__ import annotations

import argparse
import signal

from tools.exchange_simulator.server import Simulator

_ENDS = frozenset({signal.SIGINT, signal.SIGTERM})


def main() -> None:
    """Print one NAME=url line per host, then serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="exchange_simulator", description="five crypto exchanges on this machine")
    parser.add_argument("--port-base", type=int, help="first port; the default is any free port")
    asked = parser.parse_args()
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDS)  # before any thread, so that none of them takes the signal
    with Simulator({} if asked.port_base is None else {"port_base": asked.port_base}) as simulator:
        for name, url in simulator.urls.items():
            print(f"{name}={url}", flush=True)
        signal.sigwait(_ENDS)


if __name__ == "__main__":
    main()
