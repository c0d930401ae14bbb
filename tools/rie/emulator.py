"""One function under one emulator, which dies when two invocations overlap."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tools.rie.built import BuiltFunction, Runtime

INVOCATIONS = "/2015-03-31/functions/function/invocations"
READY_WITHIN_S = 10.0
STOP_WITHIN_S = 5.0
INIT = re.compile(r"INIT REPORT\(durationMs: ([0-9.]+)\)")


class InvocationError(Exception):
    """The function raised, timed out or did not answer."""


class Emulator:
    """A fresh sandbox: nothing of the function runs before the first invocation."""

    def __init__(
        self, runtime: Runtime, function: BuiltFunction, layers: Sequence[Path], settings: Mapping[str, str]
    ) -> None:
        self.function = function
        self._lock = threading.Lock()
        self._port, internal = _free_ports()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 (closed by __exit__)
        addresses = [f"127.0.0.1:{port}" for port in (self._port, internal)]
        emulator = [runtime.emulator, "--runtime-interface-emulator-address", addresses[0]]
        emulator += ["--runtime-api-address", addresses[1]]
        self._process = subprocess.Popen(
            [*map(str, emulator), str(runtime.python), "-m", "awslambdaric", function.handler],
            cwd=function.code,
            env=_environment(function, layers, settings),
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )

    def __enter__(self) -> "Emulator":
        until = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < until and self._process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self._port)) == 0:
                    return self
            time.sleep(0.01)
        self.__exit__()
        raise InvocationError(f"the emulator of {self.function.name} did not start")

    def __exit__(self, *exc: object) -> None:
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self._process.poll() is None:
                os.killpg(self._process.pid, number)
                _ended(self._process)
        self._log.close()

    def invoke(self, event: Mapping[str, Any]) -> tuple[Any, float]:
        """Return the function's answer and the milliseconds it took; raises InvocationError with the log's end."""
        with self._lock:
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=self.function.timeout_s + 5)
            start = time.perf_counter()
            connection.request("POST", INVOCATIONS, json.dumps(event))
            body = connection.getresponse().read()
            took_ms = (time.perf_counter() - start) * 1000
            connection.close()
        return self._answer(body), took_ms

    @property
    def init_ms(self) -> float:
        """How long the handler's module took to load, which the emulator does at the first invocation."""
        return float(next(iter(INIT.findall(self._told())), "nan"))

    def _told(self) -> str:
        self._log.seek(0)
        return self._log.read().decode("utf-8", "replace")

    def _answer(self, body: bytes) -> Any:
        """The emulator answers 200 to almost anything: only the body tells an error."""
        try:
            answer = json.loads(body)
        except ValueError:
            answer = {"errorType": body.decode("utf-8", "replace")}
        if isinstance(answer, dict) and "errorType" in answer:
            raise InvocationError(f"{self.function.name}: {answer}\n{self._told()[-3000:]}")
        return answer


def _environment(function: BuiltFunction, layers: Sequence[Path], settings: Mapping[str, str]) -> dict[str, str]:
    """What Lambda gives a function; a layer is read-only there, so nothing is compiled into it here either."""
    return {
        "PATH": os.environ["PATH"],
        **settings,
        **function.variables,
        "LAMBDA_TASK_ROOT": str(function.code),
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(function.timeout_s),
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
        "PYTHONPATH": os.pathsep.join(map(str, layers)),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


def _ended(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.wait(STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        return
