"""init: secrets are created and merged, keys are never shown, and the printed address works."""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import pytest

from tests.relayctl.conftest import Bench, Told

KEYS = {
    "RELAY_KEY": "CANARY-fake-key-91",
    "RELAY_SECRET": "CANARY-fake-secret-92",
    "RELAY_PASSPHRASE": "CANARY-phrase-93",
}
COINEX = ("init", "--exchange", "coinex")


def init(bench: Bench, *words: str, stdin: str | None = None, env: Mapping[str, str] | None = None) -> Told:
    """Run init and see that no key is told."""
    told = bench.ctl(*words, stdin=stdin, env=env)
    assert "CANARY" not in told.out + told.err
    return told


def test_a_dry_run_shows_names_only_and_writes_nothing(bench: Bench) -> None:
    before = bench.secret("routes")
    told = init(bench, *COINEX, "--account", "dry", "--limit", "max_quantity=0.05", env=KEYS)
    assert told.code == 0
    assert told.err.splitlines() == [
        "+ order-relay/accounts/dry: exchange, environment, key, secret",
        "+ order-relay/routes: dry",
    ]
    assert "Nothing was changed" in told.out
    assert bench.secret("routes") == before


def test_a_route_is_added_beside_the_others(bench: Bench) -> None:
    before = bench.secret("routes")["routes"]
    words = ("--account", "added", "--route", "swing", "--market", "perp", "--limit", "max_quantity=0.05",
             "--limit", "symbols=BTCUSDT,ETHUSDT", "--limit", "orders_per_minute=6",
             "--limit", "dry_run=true")  # fmt: skip
    told = init(bench, *COINEX, *words, "--apply", "--json", env=KEYS)
    assert (told.code, told.data["applied"]) == (0, True)
    after = bench.secret("routes")["routes"]
    token = told.data["webhook_url"].rpartition("/")[2]
    assert {name: route for name, route in after.items() if name != "swing"} == before
    assert after["swing"] == {
        "token_sha256": [sha256(token.encode()).hexdigest()],
        "accounts": ["added"],
        "market": "perp",
        "limits": {
            "max_quantity": "0.05", "symbols": ["BTCUSDT", "ETHUSDT"], "orders_per_minute": 6, "dry_run": True,
        },
    }  # fmt: skip
    assert bench.secret("accounts/added") == {
        "exchange": "coinex", "environment": "live", "key": KEYS["RELAY_KEY"], "secret": KEYS["RELAY_SECRET"],
    }  # fmt: skip
    assert told.data["message"]["market"] == "perp"
    assert len(token) >= 32


def test_the_printed_address_takes_the_printed_message(bench: Bench) -> None:
    told = init(bench, *COINEX, "--account", "printed", "--apply", "--json", env=KEYS)
    token = told.data["webhook_url"].rpartition("/")[2]
    alert = {**told.data["message"], "action": "buy", "symbol": "BTCUSDT", "quantity": "0.01"}
    sent = bench.ctl("send", "printed", "-", "--apply", "--json", stdin=json.dumps(alert), env={"RELAY_TOKEN": token})
    assert (sent.code, sent.data["status"]) == (0, 202)
    assert token not in sent.out + sent.err


def test_a_known_route_keeps_its_tokens_and_settings(bench: Bench) -> None:
    init(bench, *COINEX, "--account", "twice", "--limit", "max_quantity=1", "--apply", env=KEYS)
    first = bench.secret("routes")["routes"]["twice"]
    told = init(bench, *COINEX, "--account", "twice", "--apply", env={**KEYS, "RELAY_SECRET": "CANARY-other-secret"})
    second = bench.secret("routes")["routes"]["twice"]
    assert second["token_sha256"][:1] == first["token_sha256"]
    assert len(second["token_sha256"]) == 2
    assert second["limits"] == {"max_quantity": "1"}
    assert "~ order-relay/accounts/twice: secret" in told.err
    assert "~ order-relay/routes: twice" in told.err
    init(bench, *COINEX, "--account", "twice", "--replace", "--apply", env=KEYS)
    replaced = bench.secret("routes")["routes"]["twice"]
    assert len(replaced["token_sha256"]) == 1
    assert "limits" not in replaced


def test_a_route_of_another_account_and_an_account_of_another_exchange_are_not_taken(bench: Bench) -> None:
    route = init(bench, *COINEX, "--account", "mine", "--route", "okx", "--apply", env=KEYS)
    account = init(bench, *COINEX, "--account", "okx", "--route", "new", "--apply", env=KEYS)
    assert (route.code, account.code) == (1, 1)
    assert "The route okx trades on okx" in route.err
    assert "The account okx is okx so far" in account.err


def test_questions_are_asked_for_what_is_not_given(bench: Bench) -> None:
    answers = [
        "okx",
        "demo",
        "",
        "asked",
        "CANARY-key-a",
        "CANARY-secret-b",
        "CANARY-phrase-c",
        "",
        "perp",
        "",
        "max_quantity=1",
    ]
    told = init(bench, "init", "--apply", stdin="\n".join(answers) + "\n")
    assert told.code == 0, told
    assert bench.secret("accounts/asked") == {
        "exchange": "okx", "environment": "demo", "region": "global",
        "key": "CANARY-key-a", "secret": "CANARY-secret-b", "passphrase": "CANARY-phrase-c",
    }  # fmt: skip
    assert bench.secret("routes")["routes"]["asked"]["format"] == "auto"
    assert "/alerts/asked/" in told.out


def test_keys_come_from_a_file_or_standard_input(bench: Bench, tmp_path: Path) -> None:
    text = json.dumps({"key": "CANARY-file-key", "secret": "CANARY-file-secret", "passphrase": "CANARY-file-phrase"})
    (tmp_path / "keys.json").write_text(text)
    words = ("init", "--exchange", "bitget", "--api", "v2", "--apply")
    init(bench, *words, "--account", "filed", "--key-file", str(tmp_path / "keys.json"))
    init(bench, *words, "--account", "piped", "--key-file", "-", stdin=text)
    assert bench.secret("accounts/filed") == bench.secret("accounts/piped")
    assert bench.secret("accounts/filed")["api"] == "v2"


def test_another_format_keeps_its_own_message(bench: Bench) -> None:
    told = init(bench, *COINEX, "--account", "whooked", "--format", "whook", "--json", env=KEYS)
    assert told.data["message"] is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("init", "--exchange", "kraken"), "Exchange (coinex, okx, bitget, bitunix, jex) must be"),
        ((*COINEX, "--environment", "demo"), "Environment must be"),
        ((*COINEX, "--account", "a b"), "takes 1 to 64 letters"),
        ((*COINEX, "--limit", "max_qty=1"), "unknown limit 'max_qty'"),
        ((*COINEX, "--limit", "max_quantity"), "written name=value"),
        ((*COINEX, "--market", "moon"), "must be spot, perp or option"),
        ((*COINEX, "--format", "nonsense"), "no format 'nonsense'"),
        ((*COINEX, "--key-file", "/dev/null"), "takes a JSON object"),
    ],
)
def test_a_wrong_answer_is_a_usage_error_and_changes_nothing(bench: Bench, words: tuple[str, ...], said: str) -> None:
    before = bench.secret("routes")
    told = init(bench, *words, "--apply", env=KEYS)
    assert told.code == 2
    assert said.partition(" (")[0] in told.err
    assert bench.secret("routes") == before


def test_a_script_that_forgets_the_keys_is_not_asked(bench: Bench) -> None:
    told = init(bench, *COINEX, "--json", "--apply")
    assert (told.code, told.data) == (2, {"error": "There is no key: put it into --key-file or RELAY_KEY."})
