"""The webhook's answers in their order, what it stores, and what it tells whom."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_relay.core.ports import Missing
from order_relay.core.refusal import Word
from order_relay.service.intake import BODY_AT_MOST, Reply
from tests.core.bounded import bounded
from tests.service.intake_ports import NOW_MS, SECRET, TOKEN, UNAVAILABLE, Desk, hashed, nothing, only_first, route

BUY = {"action": "buy", "symbol": "BTCUSDT", "quantity": "0.01"}
CLOSE = {"action": "close", "symbol": "BTCUSDT.P"}
CANCEL = {"action": "cancel", "symbol": "BTCUSDT", "ref": "a"}
CANCEL_ALL = {"action": "cancel_all", "symbol": "BTCUSDT"}
UNKNOWN = {
    "status": "refused",
    "alert_id": None,
    "reason": "unauthenticated: unknown route or wrong token",
}


def at(seconds: float) -> int:
    """A moment that many seconds after (before) the present of a fresh desk, as an alert writes it."""
    return NOW_MS + round(seconds * 1000)


def word(reply: Reply) -> str | None:
    return reply.reason.partition(":")[0] if reply.reason else None


@pytest.fixture
def desk() -> Desk:
    return Desk()


# 202


def test_a_good_alert_is_stored_and_accepted(desk: Desk) -> None:
    reply = desk.post(BUY)
    assert reply.status == 202
    assert list(reply.body) == ["status", "alert_id", "reason"]
    (message,) = desk.outbox.messages
    assert reply.body == {"status": "accepted", "alert_id": message.alert_id, "reason": None}
    assert (message.route, message.account, message.accepted_at_ms, message.fired_ms) == ("r", "main", NOW_MS, NOW_MS)
    assert (message.once, message.explicit) == (False, False)


def test_a_resend_is_accepted_again_under_the_same_alert_id(desk: Desk) -> None:
    first, again = desk.post(BUY), desk.post(BUY)
    assert (again.status, again.body) == (202, first.body)
    assert len(desk.outbox.stored) == 2


def test_what_is_stored_holds_neither_the_token_nor_the_raw_body(desk: Desk) -> None:
    desk.post({**BUY, "token": TOKEN, "id": "fake-explicit-id"})
    (entry,) = desk.outbox.stored.values()
    assert TOKEN not in entry.body
    assert '"action":"buy"' not in entry.body
    assert TOKEN not in desk.signals.everything


# The order of the answers

BIG = b"[" * (BODY_AT_MOST + 1)
STEPS = [
    (403, {"source": "203.0.113.5", "body": BIG, "token": "wrong"}),
    (413, {"body": BIG, "token": "wrong"}),
    (401, {"body": b"{{close}} not json", "token": "wrong"}),
    (400, {"body": {**BUY, "quantity": "NaN", "symbol": "?", "time": at(-500)}}),
    (422, {"body": {**BUY, "time": at(-500)}}),
    (503, {"body": BUY}),
]


@pytest.mark.parametrize(("status", "fields"), STEPS, ids=[str(status) for status, _ in STEPS])
def test_the_first_failing_check_answers(status: int, fields: dict[str, Any]) -> None:
    desk = Desk(networks=["192.0.2.0/24"])
    desk.outbox.fate = nothing
    body = fields["body"]
    reply = desk.post(body, **{name: value for name, value in fields.items() if name != "body"})
    assert reply.status == status
    assert not desk.outbox.stored


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{{close}}", 400),
        (b"", 400),
        (b"buy now", 400),
        (b'{"action": "buy", "action": "sell"}', 400),
        ({**BUY, "quantity": "1e5"}, 400),
        ({**BUY, "time": "now"}, 400),
        ({**BUY, "time": at(2 * 86_400)}, 400),
        ({**BUY, "apiKey": "fake"}, 422),
        ({**BUY, "symbol": None}, 422),
        ({**BUY, "quantity": 0}, 422),
        ({**BUY, "leverage": 5}, 422),
        ({**BUY, "type": "limit"}, 422),
        ({**BUY, "time": at(-61)}, 422),
        ({"orders": []}, 422),
        ([], 422),
        (None, 422),
    ],
    ids=str,
)
def test_every_refusal_has_its_status_one_body_and_stores_nothing(desk: Desk, body: Any, status: int) -> None:
    reply = desk.post(body)
    assert (reply.status, reply.word, reply.alert_id) == (status, "refused", None)
    assert word(reply) in {one.value for one in Word}
    assert not desk.outbox.calls


def test_no_answer_is_ever_a_redirect_a_429_or_a_504() -> None:
    wild = (b"", b"\xff", BIG, json.dumps(BUY).encode(), b"[]", b"{{x}}")
    for token in (TOKEN, "wrong", None):
        assert {Desk().post(body, token=token).status for body in wild} <= {202, 400, 401, 413, 422, 503}


# 403 and 413


def test_a_source_that_is_not_listed_is_refused_before_anything_is_read() -> None:
    desk = Desk(networks=["192.0.2.0/24"])
    reply = desk.post(BUY, source="203.0.113.5")
    assert (reply.status, reply.word) == (403, "refused")
    assert desk.vault.cached is None
    assert desk.post(BUY, source="192.0.2.77").status == 202


@pytest.mark.parametrize("source", ["", "unknown", "::1"])
def test_a_source_that_cannot_be_read_is_not_listed(source: str) -> None:
    assert Desk(networks=["192.0.2.0/24"]).post(BUY, source=source).status == 403


def test_a_network_list_that_cannot_be_read_lets_nobody_in() -> None:
    assert Desk(networks=["192.0.2.0/24x"]).post(BUY).status == 503


@pytest.mark.parametrize(("size", "status"), [(BODY_AT_MOST, 202), (BODY_AT_MOST + 1, 413)])
def test_a_body_may_have_16384_bytes(desk: Desk, size: int, status: int) -> None:
    text = json.dumps(BUY).encode()
    reply = desk.post(text + b" " * (size - len(text)))
    assert reply.status == status
    assert BODY_AT_MOST == 16_384
    assert word(reply) == (None if status == 202 else "too_large")


def test_the_size_counts_bytes_not_characters(desk: Desk) -> None:
    text = json.dumps({**BUY, "ref": None, "id": None}).encode() + "\u3000".encode() * 5_500
    assert len(text.decode()) < BODY_AT_MOST
    assert desk.post(text).status == 413


# 401


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "unknown"},
        {"token": "wrong"},
        {"token": ""},
        {"token": TOKEN + "\n"},
        {"token": "\u0661\u0662"},
        {"token": "\ud800"},
        {"token": hashed(TOKEN)},
        {"token": SECRET},
        {"token": None},
        {"token": None, "body": b"not json"},
        {"token": None, "body": b""},
        {"token": None, "body": b'{"token": NaN}'},
        {"token": None, "body": json.dumps({**BUY, "token": "wrong"}).encode()},
        {"token": None, "body": json.dumps({**BUY, "token": [TOKEN]}).encode()},
        {"token": None, "body": json.dumps([BUY, {**BUY, "token": TOKEN}]).encode()},
        {"token": None, "name": "unknown", "body": json.dumps({**BUY, "token": TOKEN}).encode()},
        {"token": "wrong", "body": json.dumps({**BUY, "token": TOKEN}).encode()},
        {"name": ""},
        {"name": "__class__"},
    ],
    ids=ascii,
)
def test_every_401_has_the_same_body_and_stores_nothing(changes: dict[str, Any]) -> None:
    desk = Desk(r=route(body_secret_sha256=[hashed(SECRET)]))
    reply = desk.post(**{"body": BUY, **changes})
    assert (reply.status, reply.body) == (401, UNKNOWN)
    assert not desk.outbox.calls


@pytest.mark.parametrize("token", [TOKEN, SECRET])
def test_without_a_token_in_the_path_the_bodys_counts(token: str) -> None:
    desk = Desk(r=route(body_secret_sha256=[hashed(SECRET)]))
    assert desk.post({**BUY, "token": token}, token=None).status == 202
    assert desk.post([{**BUY, "token": token}, BUY], token=None).status == 202
    assert desk.post({"token": token, "orders": [BUY]}, token=None).status == 202


def test_any_of_several_tokens_is_good_for_rotation() -> None:
    desk = Desk(r=route(token_sha256=[hashed("fake-old"), hashed("fake-new").upper()]))
    assert desk.post(BUY, token="fake-old").status == 202
    assert desk.post(BUY, token="fake-new").status == 202


def test_a_token_of_another_route_is_a_wrong_token() -> None:
    desk = Desk(r=route(), other=route(token_sha256=[hashed("fake-other")]))
    assert desk.post(BUY, token="fake-other").status == 401
    assert desk.post(BUY, token="fake-other", name="other").status == 202


def test_a_route_whose_tokens_were_revoked_answers_401() -> None:
    assert Desk(r=route(token_sha256=[])).post(BUY).status == 401


# One forced fetch


def test_a_rotated_token_is_found_by_one_forced_fetch(desk: Desk) -> None:
    assert desk.post(BUY).status == 202
    desk.vault.stored = {"r": route(token_sha256=[hashed("fake-new")])}
    assert desk.post(BUY, token="fake-new").status == 202
    assert desk.vault.fresh_reads == 1
    assert desk.post(BUY, token="fake-new").status == 202
    assert desk.post(BUY, token=TOKEN).status == 401
    assert desk.vault.fresh_reads == 1


def test_a_new_route_is_found_by_one_forced_fetch(desk: Desk) -> None:
    desk.post(BUY)
    desk.vault.stored["second"] = route()
    assert desk.post(BUY, name="second").status == 202


def test_strangers_cause_at_most_one_forced_fetch_in_thirty_seconds(desk: Desk) -> None:
    for _ in range(300):
        assert desk.post(BUY, token="wrong").status == 401
        desk.seconds_pass(0.3)
    assert desk.vault.fresh_reads == 3


def test_a_good_token_never_forces_a_fetch(desk: Desk) -> None:
    for _ in range(5):
        desk.post(BUY)
    assert desk.vault.fresh_reads == 0


def test_a_token_that_could_not_be_checked_anew_is_503_and_never_401(desk: Desk) -> None:
    desk.post(BUY)
    desk.vault.stored = {"r": route(token_sha256=[hashed("fake-new")])}
    desk.vault.fresh_trouble = UNAVAILABLE
    replies = []
    for _ in range(4):
        replies.append(desk.post(BUY, token="fake-new").status)
        desk.seconds_pass(6)
    assert replies == [503, 503, 503, 503]
    assert desk.vault.fresh_reads == 1
    desk.vault.fresh_trouble = None
    desk.seconds_pass(10)
    assert desk.post(BUY, token="fake-new").status == 202


# 503: configuration and internal errors


@pytest.mark.parametrize("trouble", [UNAVAILABLE, Missing("there is no secret 'routes'"), RuntimeError("x")], ids=repr)
@pytest.mark.parametrize("token", [TOKEN, "wrong", None])
def test_secrets_that_cannot_be_read_are_503_never_401(desk: Desk, trouble: Exception, token: str | None) -> None:
    desk.vault.trouble = trouble
    reply = desk.post(BUY, token=token)
    assert (reply.status, reply.word, reply.alert_id) == (503, "error", None)
    assert not desk.outbox.calls


@pytest.mark.parametrize(
    "entry",
    [
        {},
        [],
        "text",
        None,
        route(accounts=[]),
        route(token_sha256=["fake-plain"]),
        route(format="no-such-format"),
        route(limits={"max_quantiti": 1}),
        route(defaults={"reduce_only": True}),
        route(limits={"symbols": ["?"]}),
        route(format="alias_map", options={"patterns": ["{secret} {side} {symbol}", "{sidee} {symbol}"]}),
        route(format="alias_map", options={"patterns": [{"line": "{side} {symbol}", "secret": "fake"}]}),
        route(format="alias_map", options={"paths": {"sidee": "side"}}),
    ],
    ids=str,
)
@pytest.mark.parametrize("token", [TOKEN, None])
def test_a_route_that_is_configured_wrongly_is_503_never_401(entry: Any, token: str | None) -> None:
    desk = Desk(r=entry)
    reply = desk.post({**BUY, "token": TOKEN}, token=token)
    assert (reply.status, reply.word) == (503, "error")
    assert desk.signals.notices
    assert not desk.outbox.calls


MAPPED = {"paths": {"side": "what", "symbol": "coin", "quantity": "much", "ref": "name", "secret": "key"}}


@pytest.mark.parametrize("field", ["what", "much", "coin"])
def test_a_secret_in_the_wrong_field_is_not_repeated_to_anybody(field: str) -> None:
    desk = Desk(r=route(format="alias_map", options=MAPPED, body_secret_sha256=[hashed(SECRET)]))
    body = {"what": "buy", "coin": "BTCUSDT", "much": "1", "key": SECRET, field: f"x {SECRET}"}
    reply = desk.post(body, token=None)
    assert reply.status in (400, 422)
    assert SECRET not in json.dumps([reply.body, desk.signals.notices, desk.signals.lines], default=str)


@pytest.mark.parametrize("secret", ["fake-" * 12, "p\u00e4sswort1", "abc123"])
def test_a_long_or_foreign_secret_is_not_repeated_in_part_either(secret: str) -> None:
    entry = route(format="alias_map", options={"paths": {**MAPPED["paths"], "side": "key"}})
    desk = Desk(r={**entry, "body_secret_sha256": [hashed(secret)]})
    reply = desk.post({"coin": "BTCUSDT", "much": "1", "key": secret}, token=None)
    assert reply.status == 422
    told = json.dumps([reply.body, desk.signals.notices, desk.signals.lines], default=str, ensure_ascii=False)
    assert not [piece for piece in (secret, secret[:20], ascii(secret)[1:-1]) if piece in told]


def test_a_short_secret_stops_no_order_that_has_its_letters() -> None:
    desk = Desk(r=route(format="alias_map", options=MAPPED, body_secret_sha256=[hashed("tv")]))
    body = {"what": "buy", "coin": "BTCUSDT", "much": "1", "key": "tv"}
    assert desk.post({**body, "name": "tv-entry-1"}, token=None).status == 202
    assert desk.post({**body, "name": "tv"}, token=None).status == 422


def test_a_secret_that_would_name_an_order_is_refused() -> None:
    desk = Desk(r=route(format="alias_map", options=MAPPED, body_secret_sha256=[hashed(SECRET)]))
    body = {"what": "buy", "coin": "BTCUSDT", "much": "1", "key": SECRET}
    assert desk.post({**body, "name": "dip"}, token=None).status == 202
    reply = desk.post({**body, "name": SECRET}, token=None)
    assert (reply.status, word(reply)) == (422, "unsupported")
    assert SECRET not in json.dumps(reply.body)


def test_a_wrongly_configured_route_does_not_disturb_the_others() -> None:
    assert Desk(bad={}, r=route()).post(BUY).status == 202


def test_an_internal_error_is_503_and_counted_and_never_repeats_the_error_text(desk: Desk) -> None:
    desk.vault.trouble = RuntimeError("fake-canary-text")
    reply = desk.post(BUY)
    assert reply.status == 503
    assert desk.signals.counted("WebhookError")
    assert "canary" not in desk.signals.everything + str(reply.body)


def test_a_queue_that_crashes_is_503(desk: Desk) -> None:
    def crash(call: int, entries: Any) -> Any:
        raise OSError("fake-canary-text")

    desk.outbox.fate = crash
    assert desk.post(BUY).status == 503
    assert "canary" not in desk.signals.everything


# 503: storing

PAIRS = [{"action": "buy", "symbol": symbol, "quantity": "1"} for symbol in ("BTCUSDT", "ETHUSDT", "SOLUSDT")]


def test_partly_stored_is_503_and_says_how_many(desk: Desk) -> None:
    desk.outbox.fate = only_first
    reply = desk.post(PAIRS)
    assert (reply.status, reply.word) == (503, "error")
    assert reply.alert_id
    assert desk.signals.counted("EnqueueError") == [{}]
    assert ("1 of 3 stored") in [line.get("reason") for _, line in desk.signals.lines]


def test_nothing_stored_is_503_too(desk: Desk) -> None:
    desk.outbox.fate = nothing
    assert desk.post(BUY).status == 503
    assert "0 of 1 stored" in [line.get("reason") for _, line in desk.signals.lines]


def test_no_notice_delays_the_503_that_makes_the_sender_send_again(desk: Desk) -> None:
    desk.signals.notice_takes_ms = 1_200
    desk.outbox.fate = nothing
    assert desk.post(BUY).status == 503
    assert desk.clock.passed_ms < 3_000


@pytest.mark.parametrize(("takes_ms", "notices"), [(0, 1), (1_100, 1), (2_300, 0)])
def test_a_failure_is_told_to_a_human_only_while_the_503_is_in_time(desk: Desk, takes_ms: int, notices: int) -> None:
    desk.signals.notice_takes_ms = 1_200
    desk.vault.trouble = UNAVAILABLE
    desk.vault.trouble_takes_ms = takes_ms
    assert desk.post(BUY).status == 503
    assert len(desk.signals.notices) == notices
    assert desk.clock.passed_ms < 2_400


def test_what_is_missing_is_sent_again_until_everything_is_stored(desk: Desk) -> None:
    desk.outbox.fate = lambda call, entries: entries[:1]
    assert desk.post(PAIRS).status == 202
    assert [len(call) for call in desk.outbox.calls] == [3, 2, 1]
    assert len({entry.deduplication for call in desk.outbox.calls for entry in call}) == 3
    assert not desk.signals.counted("EnqueueError")


def test_sending_ends_at_2400_ms_after_the_gateway_accepted(desk: Desk) -> None:
    desk.outbox.fate = nothing
    assert desk.post(BUY).status == 503
    assert 2_200 <= desk.clock.passed_ms <= 2_410


def test_the_time_before_the_first_send_counts_once(desk: Desk) -> None:
    desk.vault.takes_ms = 1_000
    desk.outbox.fate = nothing
    assert desk.post(BUY).status == 503
    assert 2_200 <= desk.clock.passed_ms <= 2_410


def test_a_cold_start_counts_too(desk: Desk) -> None:
    desk.outbox.fate = nothing
    assert desk.post(BUY, accepted_at_ms=NOW_MS - 1_500).status == 503
    assert 700 <= desk.clock.passed_ms <= 910


@pytest.mark.parametrize("skew_ms", [-90_000, 90_000, -3_600_000, 86_400_000])
def test_a_host_clock_that_is_far_wrong_does_not_change_the_deadline(desk: Desk, skew_ms: int) -> None:
    desk.clock.skew_ms = skew_ms
    desk.outbox.fate = nothing
    assert desk.post(BUY).status == 503
    assert 2_200 <= desk.clock.passed_ms <= 2_410
    assert not desk.signals.counted("LateAccept")


def test_no_send_begins_after_the_deadline(desk: Desk) -> None:
    desk.outbox.fate = nothing
    desk.outbox.takes_ms = 700
    assert desk.post(BUY).status == 503
    assert len(desk.outbox.calls) == 3
    assert desk.clock.passed_ms < 3_000


def test_when_the_sender_had_left_before_we_began_we_store_until_the_run_ends(desk: Desk) -> None:
    desk.outbox.fate = lambda call, entries: entries if call > 20 else ()
    reply = desk.post(BUY, accepted_at_ms=NOW_MS - 2_900)
    assert reply.status == 202
    assert len(desk.outbox.calls) == 21
    assert desk.signals.counted("LateAccept")


def test_when_the_sender_leaves_during_a_slow_start_we_store_until_the_run_ends(desk: Desk) -> None:
    desk.vault.takes_ms = 2_600
    desk.outbox.fate = lambda call, entries: entries if call > 20 else ()
    assert desk.post(BUY).status == 202
    assert desk.signals.counted("LateAccept")


def test_when_the_sender_leaves_during_a_hanging_send_we_store_until_the_run_ends(desk: Desk) -> None:
    desk.vault.takes_ms = 2_000
    desk.outbox.takes_ms = 1_200
    desk.outbox.fate = lambda call, entries: entries if call == 3 else ()
    assert desk.post(BUY).status == 202
    assert desk.signals.counted("LateAccept")


def test_late_storing_still_ends_before_the_run_does(desk: Desk) -> None:
    desk.outbox.fate = nothing
    assert desk.post(BUY, accepted_at_ms=NOW_MS - 2_900).status == 503
    assert 8_000 <= desk.clock.passed_ms <= 9_500


def test_a_punctual_alert_is_no_late_one(desk: Desk) -> None:
    desk.post(BUY)
    assert not desk.signals.counted("LateAccept")


# What is told


def test_each_refusal_after_authentication_writes_one_line_one_metric_one_throttled_notice(desk: Desk) -> None:
    desk.post({**BUY, "quantity": 0})
    ((_, line),) = desk.signals.lines
    assert (line["route"], line["status"]) == ("r", 422)
    assert str(line["reason"]).startswith("missing_size: ")
    assert desk.signals.counts == [("AlertRejected", {"reason": "missing_size"})]
    ((_, text, throttle),) = desk.signals.notices
    assert text.startswith("missing_size: ")
    assert throttle is not None


def test_notices_are_throttled_per_reason_and_route() -> None:
    desk = Desk(r=route(), other=route())
    for name in ("r", "other"):
        for quantity in (0, "x", -1):
            desk.post({**BUY, "quantity": quantity}, name=name)
    keys = [throttle for _, _, throttle in desk.signals.notices]
    assert len(keys) == 6
    assert len(set(keys)) == 4


@pytest.mark.parametrize(
    "changes",
    [{"token": "wrong"}, {"name": "unknown"}, {"token": None}, {"body": BIG, "token": "wrong"}, {"body": BIG}],
)
def test_strangers_are_logged_and_counted_but_cannot_make_the_relay_call_a_human(
    desk: Desk, changes: dict[str, Any]
) -> None:
    desk.post(**{"body": BUY, **changes})
    assert not desk.signals.notices
    assert len(desk.signals.lines) == 1
    assert len(desk.signals.counted("AlertRejected")) == 1


def test_a_forbidden_source_cannot_make_the_relay_call_a_human_either() -> None:
    desk = Desk(networks=["192.0.2.0/24"])
    desk.post(BUY, source="203.0.113.5")
    assert not desk.signals.notices


def test_an_accepted_alert_writes_one_line_and_one_metric(desk: Desk) -> None:
    reply = desk.post([BUY, {**BUY, "symbol": "ETHUSDT"}])
    ((event, line),) = desk.signals.lines
    assert event == "alert"
    assert (line["alert_id"], line["route"], line["orders"], line["messages"]) == (reply.alert_id, "r", 2, 2)
    assert desk.signals.counts == [("AlertAccepted", {})]
    assert not desk.signals.notices


# Age


@pytest.mark.parametrize(("seconds", "status"), [(0, 202), (-59, 202), (-60, 202), (-61, 422), (-86_400, 422)])
def test_an_opening_older_than_its_life_is_stale(desk: Desk, seconds: int, status: int) -> None:
    reply = desk.post({**BUY, "time": at(seconds)})
    assert (reply.status, word(reply)) == (status, "stale" if status == 422 else None)


def test_the_life_of_an_opening_may_be_stated(desk: Desk) -> None:
    assert desk.post({**BUY, "time": at(-61), "valid_for": 90}).status == 202
    assert desk.post({**BUY, "time": at(-10), "valid_for": 5}).status == 422


@pytest.mark.parametrize(
    "order",
    [
        CLOSE,
        {**BUY, "action": "sell"},
        {**BUY, "symbol": "BTCUSDT.P", "action": "sell", "reduce_only": True},
        {**CLOSE, "valid_for": 5},
    ],
    ids=str,
)
def test_what_reduces_may_be_late(desk: Desk, order: dict[str, Any]) -> None:
    assert desk.post({**order, "time": at(-899)}).status == 202
    assert desk.post({**order, "time": at(-901)}).status == 422


@pytest.mark.parametrize("order", [CANCEL, CANCEL_ALL, {**CANCEL, "valid_for": 5}], ids=str)
def test_cancels_do_not_expire(desk: Desk, order: dict[str, Any]) -> None:
    assert desk.post({**order, "time": at(-86_400)}).status == 202


def test_a_late_alert_is_taken_for_the_part_that_reduces(desk: Desk) -> None:
    assert desk.post([{**CANCEL_ALL, "time": at(-120)}, CLOSE, BUY]).status == 202
    assert desk.post([{**BUY, "time": at(-120)}, {**BUY, "symbol": "ETHUSDT"}]).status == 422


def test_an_alert_from_the_near_future_counts_as_accepted_now_and_is_noted(desk: Desk) -> None:
    assert desk.post({**BUY, "time": at(90)}).status == 202
    (message,) = desk.outbox.messages
    assert message.fired_ms == NOW_MS
    ((_, line),) = desk.signals.lines
    assert line["ahead_ms"] == 90_000


def test_a_time_a_few_seconds_ahead_is_ordinary(desk: Desk) -> None:
    desk.post({**BUY, "time": at(4)})
    assert "ahead_ms" not in desk.signals.lines[0][1]


@pytest.mark.parametrize("skew_ms", [-90_000, 90_000])
def test_the_hosts_own_clock_has_no_say_in_the_age(desk: Desk, skew_ms: int) -> None:
    desk.clock.skew_ms = skew_ms
    assert desk.post({**BUY, "time": at(-50)}).status == 202
    assert desk.post({**BUY, "time": at(-70)}).status == 422


@pytest.mark.parametrize(
    ("fields", "once", "explicit"),
    [
        ({}, False, False),
        ({"id": "x-1"}, True, True),
        ({"time": at(0)}, True, False),
        ({"time": at(-30)}, True, False),
        ({"time": at(30)}, True, False),
        ({"time": at(-30.001)}, False, False),
        ({"time": at(31)}, False, False),
        ({"id": "x-1", "time": at(-50)}, True, True),
    ],
    ids=str,
)
def test_an_id_or_a_fresh_time_makes_one_firing(desk: Desk, fields: dict[str, Any], once: bool, explicit: bool) -> None:
    desk.post({**BUY, **fields})
    (message,) = desk.outbox.messages
    assert (message.once, message.explicit) == (once, explicit)


# Identity


def test_the_same_body_is_the_same_alert_and_one_more_space_is_another(desk: Desk) -> None:
    text = json.dumps(BUY).encode()
    assert desk.post(text).alert_id == desk.post(text).alert_id
    assert desk.post(text).alert_id != desk.post(text + b" ").alert_id


def test_an_explicit_id_is_the_alert_whatever_else_changes(desk: Desk) -> None:
    one = desk.post({**BUY, "id": "x-1"})
    other = desk.post({**BUY, "id": "x-1", "quantity": "5"})
    assert one.alert_id == other.alert_id
    first, second = desk.outbox.messages
    assert first.sha256 != second.sha256


def test_routes_never_share_an_alert_id() -> None:
    desk = Desk(r=route(), other=route())
    assert desk.post({**BUY, "id": "x"}).alert_id != desk.post({**BUY, "id": "x"}, name="other").alert_id


def test_every_delivery_has_its_own_deduplication_ids_and_none_is_the_alert_id(desk: Desk) -> None:
    first = desk.post([BUY, {**BUY, "symbol": "ETHUSDT"}])
    desk.post([BUY, {**BUY, "symbol": "ETHUSDT"}])
    ids = [entry.deduplication for call in desk.outbox.calls for entry in call]
    assert len(set(ids)) == 4
    assert all(first.alert_id is not None and first.alert_id not in one for one in ids)


def test_the_same_request_sent_twice_by_the_gateway_has_the_same_deduplication_id(desk: Desk) -> None:
    desk.post(BUY, request_id="same")
    desk.post(BUY, request_id="same")
    assert len(desk.outbox.stored) == 1


# Messages


def test_the_legs_of_one_symbol_travel_together_and_keep_their_places(desk: Desk) -> None:
    eth = {**BUY, "symbol": "ETHUSDT"}
    perp = {**BUY, "symbol": "BTCUSDT.P"}
    desk.post(
        [BUY, eth, perp, {**BUY, "symbol": "BINANCE:BTC/USDT", "action": "sell"}, {**perp, "symbol": "BTC-USDT-SWAP"}]
    )
    legs = {
        (message.legs[0].symbol, message.legs[0].market.value): [leg.index for leg in message.legs]
        for message in desk.outbox.messages
    }
    assert legs == {("BTCUSDT", "spot"): [0, 3], ("ETHUSDT", "spot"): [1], ("BTCUSDT", "perp"): [2, 4]}
    assert len({entry.group for entry in desk.outbox.stored.values()}) == 3


def test_each_account_of_the_route_gets_its_own_messages() -> None:
    desk = Desk(r=route(accounts=["main", "second", "main"]))
    desk.post([BUY, {**BUY, "symbol": "ETHUSDT"}])
    assert [(message.account, message.legs[0].symbol) for message in desk.outbox.messages] == [
        ("main", "BTCUSDT"),
        ("main", "ETHUSDT"),
        ("second", "BTCUSDT"),
        ("second", "ETHUSDT"),
    ]
    assert len({entry.group for entry in desk.outbox.stored.values()}) == 4


def test_alerts_on_one_symbol_share_a_group_whatever_the_spelling(desk: Desk) -> None:
    for symbol in ("BTCUSDT.P", "OKX:BTCUSDT.P", "BTC/USDT:USDT"):
        desk.post({**BUY, "symbol": symbol})
    assert len({entry.group for entry in desk.outbox.stored.values()}) == 1


@pytest.mark.parametrize(
    ("orders", "lanes"),
    [
        ([BUY], {"orders"}),
        ([CLOSE], {"orders"}),
        ([CANCEL], {"cancels"}),
        ([CANCEL, CANCEL_ALL, {**CANCEL, "symbol": "ETHUSDT"}], {"cancels"}),
        ([CANCEL, BUY], {"orders"}),
        ([CANCEL_ALL, {**BUY, "symbol": "ETHUSDT"}], {"orders"}),
    ],
    ids=str,
)
def test_only_an_alert_of_nothing_but_cancels_takes_the_cancel_lane(
    desk: Desk, orders: list[dict[str, Any]], lanes: set[str]
) -> None:
    desk.post(orders)
    assert {entry.lane for entry in desk.outbox.stored.values()} == lanes


def test_cancels_are_grouped_by_what_they_cancel(desk: Desk) -> None:
    alerts = [CANCEL, {**CANCEL, "ref": "b"}, CANCEL_ALL, {"action": "cancel", "symbol": "BTCUSDT", "order_id": "7"}]
    for alert in [*alerts, *alerts]:
        desk.post(alert)
    assert len({entry.group for entry in desk.outbox.stored.values()}) == len(alerts)


def test_a_cancel_in_the_order_lane_waits_its_turn_in_the_group_of_its_symbol(desk: Desk) -> None:
    desk.post([CANCEL, BUY])
    desk.post(BUY)
    assert len({entry.group for entry in desk.outbox.stored.values()}) == 1


def orders(symbols: int, each: int) -> list[dict[str, Any]]:
    return [{**BUY, "symbol": f"C{number}USDT"} for number in range(symbols) for _ in range(each)]


@pytest.mark.parametrize(
    ("symbols", "each", "accounts", "status"),
    [
        (1, 10, 1, 202),
        (1, 11, 1, 422),
        (20, 1, 1, 202),
        (21, 1, 1, 422),
        (10, 1, 2, 202),
        (11, 1, 2, 422),
        (20, 10, 1, 202),
    ],
)
def test_one_alert_makes_at_most_20_messages_of_10_orders(symbols: int, each: int, accounts: int, status: int) -> None:
    desk = Desk(r=route(accounts=[f"account-{number}" for number in range(accounts)]))
    reply = desk.post(orders(symbols, each))
    assert (reply.status, word(reply)) == (status, "too_many_orders" if status == 422 else None)
    assert len(desk.outbox.stored) == (symbols * accounts if status == 202 else 0)
    assert all(len(entry.body) < 25_000 for entry in desk.outbox.stored.values())


# Limits of the route


@pytest.mark.parametrize(
    ("limits", "order", "status"),
    [
        ({"symbols": ["BTCUSDT"]}, BUY, 202),
        ({"symbols": ["btc/usdt"]}, {**BUY, "symbol": "OKX:BTCUSDT.P"}, 202),
        ({"symbols": ["BTCUSDT.P"]}, {**BUY, "symbol": "BTC-USDT-SWAP"}, 202),
        ({"symbols": ["BTCUSDT.P"]}, BUY, 422),
        ({"symbols": ["BTCUSDT"]}, {**BUY, "symbol": "ETHUSDT"}, 422),
        ({"symbols": ["BTCUSDT"]}, {**CLOSE, "symbol": "ETHUSDT"}, 422),
        ({"max_quantity": "0.01"}, BUY, 202),
        ({"max_quantity": "0.0099"}, BUY, 422),
        ({"max_quantity": "0.0099"}, {**BUY, "symbol": "BTCUSDT.P", "unit": "contracts"}, 202),
        ({"max_quantity": "0.0099"}, {**BUY, "action": "sell"}, 202),
        ({"max_quantity": "0.0099"}, {**CLOSE, "quantity": "5"}, 202),
        ({"max_quantity": "0.0099"}, {**BUY, "quantity": "100", "unit": "quote"}, 202),
        ({"max_notional": 600}, {**BUY, "type": "limit", "price": "60000"}, 202),
        ({"max_notional": 600}, {**BUY, "type": "limit", "price": "60000.01"}, 422),
        ({"max_notional": 600}, {**BUY, "quantity": "600", "unit": "quote"}, 202),
        ({"max_notional": 600}, {**BUY, "quantity": "600.01", "unit": "quote"}, 422),
        ({"max_notional": 600}, BUY, 202),
        ({"max_notional": 1}, {**BUY, "action": "sell", "type": "limit", "price": "60000"}, 202),
    ],
    ids=str,
)
def test_limits_that_need_no_state_are_held_here(limits: dict[str, Any], order: dict[str, Any], status: int) -> None:
    reply = Desk(r=route(limits=limits)).post(order)
    assert (reply.status, word(reply)) == (status, "limit" if status == 422 else None)


# Anything


def sensible(desk: Desk) -> bool:
    amounts = [one for message in desk.outbox.messages for leg in message.legs for one in (leg.quantity, leg.price)]
    return all(one is None or (one.is_finite() and one > 0) for one in amounts)


_FIELDS = st.sampled_from(
    ["action", "symbol", "quantity", "price", "type", "unit", "time", "valid_for", "id", "orders"]
)
_VALUES = st.sampled_from(
    ["buy", "close", "BTCUSDT", "0", "-0.1", "1", "1e5", "NaN", "limit", "quote", "\u0661", None, True, 0, -1, 1e300]
)
_ORDERS = st.dictionaries(_FIELDS, _VALUES | st.lists(_VALUES, max_size=2), max_size=4).map(
    lambda more: {**BUY, **more}
)


@bounded
@given(
    st.binary(max_size=20_480)
    | st.text(max_size=2_000).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.text(alphabet='{}[]",:.0123456789eE+-NaInfity \\u', max_size=20_480).map(str.encode)
    | _ORDERS.map(lambda order: json.dumps(order).encode())
    | st.lists(_ORDERS, max_size=3).map(lambda many: json.dumps(many).encode()),
    st.sampled_from([TOKEN, None, "wrong"]),
)
def test_any_bytes_are_answered_and_only_sensible_orders_are_accepted(body: bytes, token: str | None) -> None:
    desk = Desk()
    reply = desk.post(body, token=token)
    assert reply.status in (202, 400, 401, 413, 422)
    assert not desk.signals.counted("WebhookError")
    assert (reply.status == 202) == bool(desk.outbox.stored)
    assert sensible(desk)
    json.dumps(reply.body).encode("ascii")


@bounded
@given(st.binary(max_size=200), st.integers(0, 15_000))
def test_bytes_broken_into_a_good_body_never_crash_the_intake(junk: bytes, place: int) -> None:
    good = json.dumps([BUY, {**CLOSE, "comment": None}] * 3).encode()
    place %= len(good)
    desk = Desk()
    reply = desk.post(good[:place] + junk + good[place + len(junk) :])
    assert reply.status in (202, 400, 422)
    assert sensible(desk)
