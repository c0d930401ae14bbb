"""Cold starts: what a fresh process pays for each handler, beside the least that a relay on boto3 would import."""

import os
import subprocess
import sys
from dataclasses import dataclass
from statistics import median

from tests.benchmarks.sampling import interleaved
from tests.benchmarks.settings import ENVIRONMENT
from tests.benchmarks.table import Row, as_long_as
from tools.local_relay import PROJECT

ROUNDS = 20
PROBE = """
import time
begun = time.perf_counter()
{imports}
imported = time.perf_counter()
{clients}
print(imported - begun, time.perf_counter() - begun)
"""


@dataclass(frozen=True, slots=True)
class Process:
    """What a fresh process does: imports, then the clients that its first invocation makes."""

    imports: str
    clients: str
    function: str = ""
    ready: str = "imports and clients"

    def run(self) -> tuple[float, float]:
        """Return the milliseconds until everything is imported, and until the clients are there as well."""
        paths = [PROJECT / "layers" / "order_relay", PROJECT / "functions" / self.function]
        variables = {**ENVIRONMENT, "PYTHONPATH": os.pathsep.join(map(str, paths))}
        code = PROBE.format(imports=self.imports, clients=self.clients)
        done = subprocess.run(
            [sys.executable, "-c", code], env=variables, stdout=subprocess.PIPE, text=True, check=True
        )
        imported_s, ready_s = map(float, done.stdout.split())
        return imported_s * 1000, ready_s * 1000


BASELINE = Process("import boto3, requests\nfrom aws_lambda_powertools import Logger", "boto3.client('sqs')")
HANDLERS = {
    "webhook": Process("import app", "app.bootstrap.webhook()", "webhook"),
    "worker": Process(
        "import app",
        "app.bootstrap.worker(app.bootstrap.Deadline()).exchanges['okx']",
        "worker",
        "imports, clients, one exchange",
    ),
    "clock": Process("import app", "app.bootstrap.timekeeper(app.bootstrap.Deadline())", "clock"),
}
AT_MOST = {"webhook": 1.05, "worker": 1.45}


def cold_starts() -> list[Row]:
    """Compare every handler with the baseline process: boto3's SQS client, requests and Powertools Logger."""
    processes = {"baseline": BASELINE.run} | {name: process.run for name, process in HANDLERS.items()}
    medians = {name: _medians(samples) for name, samples in interleaved(processes, ROUNDS).items()}
    bare, baseline = medians.pop("baseline")
    beside = f"baseline {baseline:.0f} ms"
    rows = [Row("(the baseline without its client)", f"{bare:.0f} ms", beside, as_long_as(bare, baseline)[0])]
    for name, (imported, ready) in medians.items():
        told = as_long_as(imported, baseline, AT_MOST.get(name))
        rows.append(Row(f"{name}, imports", f"{imported:.0f} ms", beside, *told))
        rows.append(Row(f"{name}, {HANDLERS[name].ready}", f"{ready:.0f} ms", beside, *as_long_as(ready, baseline)))
    return rows


def _medians(samples: list[tuple[float, float]]) -> tuple[float, float]:
    return median(imported for imported, _ in samples), median(ready for _, ready in samples)
