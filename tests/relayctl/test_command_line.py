"""The command line itself: exit codes, one JSON document, any terminal, no stack trace."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.relayctl.conftest import Bench
from tools.relayctl.app import app, hoisted

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = ["init", "doctor", "send", "orders", "order", "settle", "halts", "halt", "resume", "tail", "dead-letters"]


def test_own_options_may_stand_anywhere_but_behind_a_double_dash() -> None:
    given = ["order", "1", "--json", "--local", "http://x", "--prefix=p", "--", "--json"]
    assert hoisted(given) == ["--json", "--local", "http://x", "--prefix=p", "order", "1", "--", "--json"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_its_help(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"])
    assert (result.exit_code, "Usage: " in result.output) == (0, True)


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["--nonsense"],
        ["orders", "--state", "wrong"],
        ["orders", "--since", "yesterday"],
        ["orders", "--limit", "0"],
        ["halt", "everywhere"],
        ["order"],
    ],
)
def test_misuse_ends_with_2_and_says_so_in_the_form_asked_for(bench: Bench, words: list[str]) -> None:
    plain = bench.ctl(*words)
    assert (plain.code, plain.out) == (2, "")
    assert plain.err
    document = bench.ctl(*words, "--json")
    assert (document.code, list(document.data)) == (2, ["error"])


@pytest.mark.parametrize("where", ["http://127.0.0.1:1", "nonsense"])
def test_a_relay_that_is_not_there_is_one_sentence(bench: Bench, where: str) -> None:
    told = bench.run("orders", "--local", where)
    assert (told.code, told.out, len(told.err.splitlines())) == (1, "", 1)


def test_the_local_pages_are_for_this_machine_only(bench: Bench) -> None:
    for words in (
        ["-H", "Host: evil.example:80"],
        ["-H", "Content-Type: text/plain", "-d", '{"command": "halts"}'],
        ["-H", "Host: evil.example", "-H", "Content-Type: application/json", "-d", '{"command": "halts"}'],
    ):
        page = "redrive" if "-d" in words else "settings"
        curl = ["curl", "-s", "-o", os.devnull, "-w", "%{http_code}", *words, f"{bench.url}/{page}"]
        assert subprocess.run(curl, capture_output=True, text=True, check=True).stdout == "403"


def test_it_runs_as_a_module_piped_on_a_terminal_that_knows_ascii_only(bench: Bench) -> None:
    bench.ctl("halt", "route", "okx", "--why", "Störung ☃ \x1b[31m", "--apply")
    env = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "tools.relayctl", "--local", bench.url]
    shown = subprocess.run([*command, "halts"], cwd=ROOT, env=env, capture_output=True, check=True)
    document = subprocess.run([*command, "halts", "--json"], cwd=ROOT, env=env, capture_output=True, check=True)
    bench.ctl("resume", "route", "okx", "--apply")
    assert b"St\\xf6rung \\u2603 \\x1b[31m" in shown.stdout
    assert (shown.stderr, document.stderr) == (b"", b"")
    assert b"\x1b" not in shown.stdout + document.stdout
    document.stdout.decode("ascii")


@pytest.mark.parametrize(("answer", "halted"), [("n", {}), ("y", {"route#jex": "news"})])
def test_somebody_at_a_terminal_is_asked_before_anything_changes(
    bench: Bench, answer: str, halted: dict[str, str]
) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "tools.relayctl", "--local", bench.url]
    process = subprocess.Popen(
        [*command, "halt", "route", "jex", "--why", "news"], cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs,
        env={**os.environ, "TERM": "xterm"},
    )  # fmt: skip
    os.write(ours, f"{answer}\n".encode())
    assert process.wait(timeout=30) == 0
    shown = os.read(ours, 65_536).decode()
    os.close(ours)
    os.close(theirs)
    after = bench.ctl("halts", "--json").data["halts"]
    bench.ctl("resume", "route", "jex", "--apply")
    assert f"Halt route jex on the relay at {bench.url}?" in shown
    assert after == halted
