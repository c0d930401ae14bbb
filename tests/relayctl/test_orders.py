"""send, orders, order, settle and tail, against a relay that really trades."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.relayctl.conftest import Bench, token

ALERT = '{"action": "buy", "symbol": "BTCUSDT", "quantity": "0.01", "time": "{{timenow}}"}'


def test_send_is_a_dry_run_unless_told_otherwise(bench: Bench) -> None:
    before = len(bench.ctl("orders", "--json").data)
    told = bench.ctl("send", "okx", ALERT, "--json", env=token("okx"))
    assert (told.code, told.data["applied"]) == (0, False)
    assert told.data["url"].endswith("/alerts/okx/***")
    assert "timenow" not in told.data["body"]
    assert len(bench.ctl("orders", "--json").data) == before


def test_a_refused_alert_ends_with_1_and_its_reason(bench: Bench) -> None:
    told = bench.ctl("send", "okx", '{"action": "buy", "symbol": "BTCUSDT"}', "--apply", env=token("okx"))
    assert told.code == 1
    assert "HTTP 422: refused" in told.out
    assert "missing_size" in told.out


def test_a_token_in_the_body_is_not_told_either(bench: Bench) -> None:
    alert = json.dumps({"token": "local-okx-body-secret", "action": "buy", "symbol": "BTCUSDT", "quantity": "0.011"})
    dry = bench.ctl("send", "okx", alert)
    sent = bench.ctl("send", "okx", alert, "--apply")
    assert '"token": "***"' in dry.out
    assert sent.code == 0


def test_a_wrong_token_is_answered_401(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("CANARY-wrong-token\n")
    told = bench.ctl("send", "okx", "-", "--apply", "--token-file", str(tmp_path / "token"), stdin=ALERT)
    assert told.code == 1
    assert "HTTP 401" in told.out
    assert "CANARY" not in told.out + told.err


def test_orders_are_listed_and_filtered(bench: Bench) -> None:
    order = bench.placed("0.012")
    bench.placed("0.013", route="coinex")
    rows = bench.ctl("orders", "--json", "--account", "okx", "--symbol", "BTCUSDT", "--state", "placed").data
    assert order in rows
    assert {row["account"] for row in rows} == {"okx"}
    assert [row["order_id"] for row in bench.ctl("orders", "--account", "okx", "--limit", "1", "--json").data] == [
        rows[-1]["order_id"]
    ]
    assert bench.ctl("orders", "--since", "2000-01-01T00:00:00Z", "--json").data
    assert bench.ctl("orders", "--since", "0s", "--json").data == []
    table = bench.ctl("orders", "--account", "okx").out
    assert order["order_id"] in table
    assert "buy market 0.012 base BTCUSDT spot" in table
    assert not [line for line in table.splitlines() if line != line.rstrip()]


def test_an_order_is_shown_with_its_history_by_either_id(bench: Bench) -> None:
    order = bench.placed("0.014")
    for name in ("order_id", "exchange_order_id"):
        assert bench.ctl("order", order[name], "--json").data == order
    text = bench.ctl("order", order["order_id"]).out
    assert "attempt 1: buy 0.014" in text
    assert "filled quantity" in text
    assert bench.ctl("order", "nonsense").code == 1


def test_tail_tells_every_change_once(bench: Bench) -> None:
    order = bench.placed("0.015")
    told = bench.ctl("tail", "--since", "1m", "--for", "0.4", "--every", "0.1", "--json")
    lines = [json.loads(line) for line in told.out.splitlines()]
    mine = [(line["state"], line["note"]) for line in lines if line["order_id"] == order["order_id"]]
    assert mine == [(line["state"], line["note"]) for line in order["history"]]
    assert "Following the relay" in told.err
    assert order["order_id"] in bench.ctl("tail", "--since", "1m", "--for", "0").out


# ---- what support asks for


def test_a_bundle_says_what_it_lacks_and_is_never_overwritten(bench: Bench, tmp_path: Path) -> None:
    order = bench.placed("0.016")
    file = tmp_path / "bundle.json"
    told = bench.ctl("order", order["order_id"], "--support-bundle", str(file))
    held = json.loads(file.read_text())
    assert held["order"] == order
    assert (held["client_order_id"], held["sent"]["environment"]) == (order["order_id"], "demo")
    assert held["sent"]["plan"]["quantity"] == "0.016"
    assert len(held["missing"]) == 2
    assert "--log-file" in told.out
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = bench.ctl("order", order["order_id"], "--support-bundle", str(file))
    assert (again.code, "cannot be used" in again.err) == (1, True)


def test_a_bundle_takes_the_orders_lines_of_a_local_log(bench: Bench, tmp_path: Path) -> None:
    order = bench.placed("0.017")
    log = tmp_path / "relay.log"
    mine = {"message": "order", "order_id": order["order_id"], "note": "as it was"}
    log.write_text(f'not JSON\n{json.dumps(mine)}\n{{"message": "order", "order_id": "another"}}\n')
    file = tmp_path / "bundle.json"
    bench.ctl("order", order["order_id"], "--support-bundle", str(file), "--log-file", str(log), "--json")
    assert json.loads(file.read_text())["log"] == [mine]


def test_a_bundle_of_a_parked_cancel_has_request_and_answer_without_keys(bench: Bench, tmp_path: Path) -> None:
    order = parked(bench, "0.019")
    bench.put_secret("accounts/okx", {**bench.secret("accounts/okx"), "key": "canary-planted-key"})
    file = tmp_path / "bundle.json"
    bench.ctl("order", order["order_id"], "--support-bundle", str(file))
    held = json.loads(file.read_text())
    assert [(one["method"], one["target"], one["answer"]) for one in held["requests"]] == [
        ("POST", "/api/v5/trade/cancel-order", 'HTTP 200 {"code":"0","said":"***"}')
    ]
    assert "canary" not in file.read_text()


# ---- settling


def test_a_parked_order_is_settled_after_a_dry_run(bench: Bench) -> None:
    order = parked(bench, "0.021")
    dry = bench.ctl("settle", order["order_id"], "absent")
    assert (dry.code, "Nothing was changed" in dry.out) == (0, True)
    done = bench.ctl("settle", order["order_id"], "absent", "--apply", "--json")
    assert done.data == {"applied": True, "order_id": order["order_id"], "state": "expired"}
    assert bench.ctl("order", order["order_id"], "--json").data["state"] == "expired"


@pytest.mark.parametrize(("outcome", "said"), [("placed", "only parked orders"), ("maybe", "must be placed or absent")])
def test_what_cannot_be_settled_is_said(bench: Bench, outcome: str, said: str) -> None:
    told = bench.ctl("settle", bench.placed("0.018")["order_id"], outcome, "--apply")
    assert told.code == 1
    assert said in told.err


def parked(bench: Bench, quantity: str) -> dict[str, Any]:
    """An order of the journal that a cancel gave up, as a worker leaves it."""
    order = bench.placed(quantity)
    table = bench.aws("dynamodb")
    items = table.scan(TableName="order-relay-journal", ConsistentRead=True)["Items"]
    (item,) = [one for one in items if one["sk"]["S"] == f"order#{order['order_id']}"]
    record = json.loads(item["data"]["S"])
    said = 'POST /api/v5/trade/cancel-order {"ordId":"1"} -> HTTP 200 {"code":"0","said":"canary-planted-key"}'
    record |= {"state": "parked", "reason": f"still open after 9 cancels; for the exchange's support: {said}"}
    data = {"data": {"S": json.dumps(record)}, "state": {"S": "parked"}}
    table.put_item(TableName="order-relay-journal", Item={**item, **data})
    return order
