"""What `make bench` runs: every measurement once, side by side, in one table."""

import os
import platform
import sys
import time
from collections.abc import Callable

from tests.benchmarks.ccxt_signatures import bitget_matches, okx_matches
from tests.benchmarks.cold import ROUNDS, cold_starts
from tests.benchmarks.loopback import loopback
from tests.benchmarks.orders import signed_orders
from tests.benchmarks.table import Row, Title, render
from tests.benchmarks.warm import warm_webhook

BASELINE = "boto3's SQS client, requests, Powertools Logger"
GROUPS: dict[str, Callable[[], list[Row]]] = {
    f"cold start: median of {ROUNDS} interleaved fresh processes; baseline: {BASELINE}": cold_starts,
    "warm webhook: API Gateway event to HTTP answer, without network": warm_webhook,
    "limit order: plan, build and sign, warm; ccxt: create_order up to its HTTP call, markets loaded": signed_orders,
    "alert to accepted order over loopback, warm": loopback,
}


def main() -> None:
    """Measure and print; whatever cannot run ends the program with its own error."""
    begun = time.monotonic()
    lines: list[Row | Title] = []
    for title, measure in GROUPS.items():
        print(f"measuring {title.partition(':')[0]} ...", file=sys.stderr, flush=True)
        lines += [Title(title), *measure()]
    system = f"{platform.system()} {platform.machine()}"
    print(f"Python {platform.python_version()}, {os.cpu_count()} CPUs, {system}\n")
    print(render(lines))
    print(f"\nsigned requests equal to ccxt's own: okx {okx_matches()}, bitget {bitget_matches()}")
    print(f"measured in {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
