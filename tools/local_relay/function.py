"""Lambda functions: isolated instances of an unchanged handler, each busy with at most one invocation."""

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import module_from_spec, spec_from_file_location
from queue import SimpleQueue
from types import ModuleType
from typing import Any

from tools.local_relay import PROJECT
from tools.local_relay.environment import environment


@dataclass(frozen=True)
class Context:
    """What Lambda tells a handler about its invocation."""

    function_name: str
    timeout_s: float
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    started_s: float = field(default_factory=time.monotonic)
    function_version: str = "$LATEST"
    memory_limit_in_mb: int = 1024

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self.started_s + self.timeout_s - time.monotonic()) * 1000))


class Function:
    """One function with a fixed number of warm instances; a module is an instance, because handlers keep globals."""

    def __init__(
        self, app: str, *, name: str, instances: int, timeout_s: float, settings: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self.concurrency = instances
        self._timeout_s = timeout_s
        self._idle: SimpleQueue[ModuleType] = SimpleQueue()
        with environment(settings or {}):
            for number in range(instances):
                instance = _load(app, f"{name.replace('-', '_')}_instance_{number}")
                instance.lambda_handler({"warm": True}, self._context())
                self._idle.put(instance)

    def invoke(self, event: Mapping[str, Any]) -> Any:
        """Run the handler in an idle instance, waiting for one when all are busy."""
        instance = self._idle.get()
        try:
            return instance.lambda_handler(event, self._context())
        finally:
            self._idle.put(instance)

    def _context(self) -> Context:
        return Context(self.name, self._timeout_s)


def _load(app: str, module_name: str) -> ModuleType:
    path = PROJECT / "functions" / app / "app.py"
    spec = spec_from_file_location(module_name, path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
