"""What `make rie` runs: every sample event, an order and its cancel, first invocations with and without bytecode."""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Any

from tools.local_relay import PROJECT, views
from tools.rie import events
from tools.rie.built import NotReady, functions, layers, runtime, without_bytecode
from tools.rie.emulator import Emulator, InvocationError
from tools.rie.rig import Rig
from tools.rie.samples import Sample, samples
from tools.rie.size import TooHeavy, report
from tools.rie.stand_ins import stand_ins

SHOWN = 60
WRONG = 2000
COMPILED, PLAIN = "byte-compiled", "without .pyc"


def main() -> None:
    """Print answers and medians; exit 1 with one line when something is missing or a function fails."""
    parser = argparse.ArgumentParser(prog="rie", description="the built functions under the runtime emulator")
    parser.add_argument("--build", type=Path, default=PROJECT / ".aws-sam" / "build", help="what `sam build` made")
    parser.add_argument("--venv", type=Path, default=PROJECT / ".venv-sam", help="where the SAM CLI is installed")
    parser.add_argument("--starts", type=int, default=7, help="fresh starts of each function and variant; 0: none")
    asked = parser.parse_args()
    try:
        _run(asked.build.resolve(), asked.venv.absolute(), asked.starts)
    except (NotReady, TooHeavy, InvocationError) as exc:
        sys.exit(f"rie: {exc}")


def _run(build: Path, venv: Path, starts: int) -> None:
    built, compiled, tools = functions(build), layers(build), runtime(venv)
    print(f"Lambda runtime interface emulator, Python 3.13, {os.cpu_count()} CPUs, {platform.machine()}\n")
    print(f"{report(build)}\n")
    with stand_ins() as around, tempfile.TemporaryDirectory() as folder:
        bench = Rig(built, tools, around)
        _samples(bench, compiled)
        _order_and_cancel(bench, compiled)
        if starts:
            _first_invocations(bench, {COMPILED: compiled, PLAIN: without_bytecode(compiled, Path(folder))}, starts)


def _samples(bench: Rig, paths: Sequence[Path]) -> None:
    """Give every file of events/ to its function: one sandbox per function, one event after the other."""
    print(f"{'events/':<27}{'function':<18}{'init':>9}{'invoke':>9}  answer")
    for name, rows in groupby(samples(), key=lambda one: one.function):
        with bench.sandbox(name, paths) as sandbox:
            for number, sample in enumerate(rows):
                answer, took_ms = _answer(sandbox, sample)
                init_ms = 0.0 if number else sandbox.init_ms
                init = "" if number else f"{init_ms:.0f} ms"
                told = " ".join(json.dumps(answer).split())[:SHOWN]
                print(f"{sample.name:<27}{name:<18}{init:>9}{took_ms - init_ms:>6.0f} ms  {told}", flush=True)
    events.forget(bench.around.cloud)


def _answer(sandbox: Emulator, sample: Sample) -> tuple[Any, float]:
    answer, took_ms = sandbox.invoke(sample.event)
    if not sample.expected(answer):
        raise InvocationError(f"{sample.function} answered {sample.name}.json with {json.dumps(answer)[:WRONG]}")
    return answer, took_ms


def _order_and_cancel(bench: Rig, paths: Sequence[Path]) -> None:
    """A fresh alert to an order on the exchange, and its cancel, through both lanes."""
    before = bench.around.orders
    for body, lane in ((events.ORDER, "orders"), (events.CANCEL, "cancels")):
        bench.webhook(body, paths)
        bench.worker(lane, paths)
    left = [one["state"] for one in views.orders(bench.around.cloud)][-2:]
    if bench.around.orders != before + 1 or left != ["cancelled", "cancelled"]:
        raise InvocationError(
            f"an order and its cancel ended {left}, {bench.around.orders - before} reached the exchange"
        )
    print("\nan order and its cancel went through webhook, queues and both workers to the exchange")


def _first_invocations(bench: Rig, variants: Mapping[str, Sequence[Path]], starts: int) -> None:
    """Interleave fresh starts of both variants; a first round, which fills the disk cache, is thrown away."""
    took: dict[str, dict[str, list[float]]] = {name: {one: [] for one in variants} for name in ("webhook", "orders")}
    before = bench.around.orders
    for number in range(starts + 1):
        for variant, paths in variants.items():
            webhook_ms, orders_ms = bench.webhook(events.ORDER, paths)[1], bench.worker("orders", paths)[1]
            if number:
                took["webhook"][variant].append(webhook_ms)
                took["orders"][variant].append(orders_ms)
    if bench.around.orders - before != (starts + 1) * len(variants):
        raise InvocationError(f"{bench.around.orders - before} orders reached the exchange")
    print(f"\nfirst invocation (init and handler), median of {starts} fresh starts, interleaved")
    print(f"{'function':<18}{COMPILED:>15}{PLAIN:>15}{'ratio':>9}")
    for name, times in took.items():
        compiled_ms, plain_ms = median(times[COMPILED]), median(times[PLAIN])
        print(f"{name:<18}{compiled_ms:>12.0f} ms{plain_ms:>12.0f} ms{plain_ms / compiled_ms:>7.2f} x")


if __name__ == "__main__":
    main()
