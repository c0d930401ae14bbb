"""What `make rie` runs: every built function once, then first invocations with and without the layers' bytecode."""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from tools.local_relay import PROJECT
from tools.rie import events
from tools.rie.built import NotReady, functions, layers, runtime, without_bytecode
from tools.rie.emulator import InvocationError
from tools.rie.rig import Rig, rig

SHOWN = 150
COMPILED, PLAIN = "byte-compiled", "without .pyc"


def main() -> None:
    """Print answers and medians; exit 1 with one line when something is missing or a function fails."""
    parser = argparse.ArgumentParser(prog="rie", description="the built functions under the runtime emulator")
    parser.add_argument("--build", type=Path, default=PROJECT / ".aws-sam" / "build", help="what `sam build` made")
    parser.add_argument("--venv", type=Path, default=PROJECT / ".venv-sam", help="where the SAM CLI is installed")
    parser.add_argument("--starts", type=int, default=7, help="fresh starts of each function and variant")
    asked = parser.parse_args()
    try:
        _run(asked.build.resolve(), asked.venv.absolute(), asked.starts)
    except (NotReady, InvocationError) as exc:
        sys.exit(f"rie: {exc}")


def _run(build: Path, venv: Path, starts: int) -> None:
    built, compiled, tools = functions(build), layers(build), runtime(venv)
    print(f"Lambda runtime interface emulator, Python 3.13, {os.cpu_count()} CPUs, {platform.machine()}\n")
    with rig(built, tools) as bench, tempfile.TemporaryDirectory() as folder:
        _answers(bench, compiled)
        _first_invocations(bench, {COMPILED: compiled, PLAIN: without_bytecode(compiled, Path(folder))}, starts)


def _answers(bench: Rig, paths: Sequence[Path]) -> None:
    """Run each function once: an order and its cancel through both lanes, the clock, and an operator's question."""
    runs: list[tuple[str, Callable[[], tuple[Any, float]]]] = [
        ("WebhookFunction", lambda: bench.webhook(events.ORDER, paths)),
        ("OrdersFunction", lambda: bench.worker("orders", paths)),
        ("WebhookFunction", lambda: bench.webhook(events.CANCEL, paths)),
        ("CancelsFunction", lambda: bench.worker("cancels", paths)),
        ("ClockFunction", lambda: bench.first("ClockFunction", events.sample("clock"), paths)),
        ("RedriveFunction", lambda: bench.first("RedriveFunction", events.sample("redrive"), paths)),
    ]
    print(f"{'function':<18}answer")
    for name, run in runs:
        print(f"{name:<18}{json.dumps(run()[0])[:SHOWN]}", flush=True)


def _first_invocations(bench: Rig, variants: Mapping[str, Sequence[Path]], starts: int) -> None:
    """Interleave fresh starts of both variants; a first round, which fills the disk cache, is thrown away."""
    took: dict[str, dict[str, list[float]]] = {name: {one: [] for one in variants} for name in ("webhook", "orders")}
    before = bench.orders
    for number in range(starts + 1):
        for variant, paths in variants.items():
            webhook_ms, orders_ms = bench.webhook(events.ORDER, paths)[1], bench.worker("orders", paths)[1]
            if number:
                took["webhook"][variant].append(webhook_ms)
                took["orders"][variant].append(orders_ms)
    if bench.orders - before != (starts + 1) * len(variants):
        raise InvocationError(f"{bench.orders - before} orders reached the exchange")
    print(f"\nfirst invocation (init and handler), median of {starts} fresh starts, interleaved")
    print(f"{'function':<18}{COMPILED:>15}{PLAIN:>15}{'ratio':>9}")
    for name, samples in took.items():
        compiled_ms, plain_ms = median(samples[COMPILED]), median(samples[PLAIN])
        print(f"{name:<18}{compiled_ms:>12.0f} ms{plain_ms:>12.0f} ms{plain_ms / compiled_ms:>7.2f} x")


if __name__ == "__main__":
    main()
