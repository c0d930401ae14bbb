"""`python -m tools.local_relay demo` and `python -m tools.local_relay serve`."""

import argparse
import os
import signal
import sys
import traceback
from contextlib import ExitStack, redirect_stdout
from pathlib import Path
from typing import TextIO

from tools.local_relay.config import SAMPLE, ConfigError, read_config
from tools.local_relay.demo import demo
from tools.local_relay.front import Front
from tools.local_relay.log import Log
from tools.local_relay.relay import running
from tools.local_relay.table import Screen

DEFAULT_PORT = 8787
INTERRUPTED = 130
_ENDS = frozenset({signal.SIGINT, signal.SIGTERM})


def main() -> int:
    parser = argparse.ArgumentParser(prog="local_relay", description="the whole relay on this machine")
    parser.add_argument(
        "command", choices=("demo", "serve"), help="send sample alerts and show their orders, or keep running"
    )
    try:
        return demo(Screen()) if parser.parse_args().command == "demo" else serve()
    except ConfigError as exc:
        print(f"local_relay: {exc}", file=sys.stderr)
        return 2
    except Exception as exc:  # whoever runs a demo is not helped by a stack trace
        print(f"local_relay: failed at {_place(exc)} with {type(exc).__name__}: {exc}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nlocal_relay: stopped", file=sys.stderr)
        return INTERRUPTED


def _place(exc: Exception) -> str:
    frame = traceback.extract_tb(exc.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"


def serve() -> int:
    """Keep the relay up until SIGINT or SIGTERM."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDS)  # before any thread, so that none of them takes the signal
    config = read_config(Path(os.environ.get("CONFIG") or SAMPLE))
    for warning in config.warnings:
        print(f"local_relay: warning: {warning}; its orders will be rejected", file=sys.stderr)
    with ExitStack() as stack:
        screen = Screen()
        stack.enter_context(redirect_stdout(Log(_log_target(stack))))
        relay = stack.enter_context(running(config, _front()))
        screen.say(f"listening on {relay.url}")
        signal.sigwait(_ENDS)
    return 0


def _front() -> Front:
    """Take the port that PORT names before anything else starts."""
    text = os.environ.get("PORT") or str(DEFAULT_PORT)
    if not text.isascii() or not text.isdigit() or int(text) > 65_535:
        raise ConfigError(f"PORT must be a number from 0 to 65535, not {text!a}")
    try:
        return Front(int(text))
    except OSError as exc:
        raise ConfigError(f"PORT {text} cannot be used: {exc.strerror}") from None


def _log_target(stack: ExitStack) -> TextIO:
    """The functions' log lines go to LOG_FILE or to standard error."""
    path = os.environ.get("LOG_FILE")
    if not path:
        return sys.stderr
    try:
        return stack.enter_context(open(path, "a", encoding="utf-8"))
    except OSError as exc:
        raise ConfigError(f"LOG_FILE {path} cannot be written: {exc.strerror}") from None


if __name__ == "__main__":
    sys.exit(main())
