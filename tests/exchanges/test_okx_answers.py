"""OKX answers: hidden refusals, codes by operation, the retired API, broken bodies and the clock."""

from typing import Any

import pytest

from order_relay.core.call import Call, Credentials, get
from order_relay.core.outcome import Answer, Op, Verdict
from order_relay.exchanges.okx import EXCHANGE
from tests.exchanges.okx_cases import CANCEL, CLIENT_ID, PLACE, READ, judge, sent


def refusal(code: str, **row: str) -> dict[str, Any]:
    row = {"clOrdId": "", "ordId": "", "sCode": code, "sMsg": "said OKX", **row}
    return {"code": "1", "data": [row], "msg": "All operations failed"}


def test_an_accepted_placement_names_the_order() -> None:
    row = {"clOrdId": CLIENT_ID, "ordId": "312269865356374016", "tag": "", "ts": "1695190491421", "sCode": "0"}
    body = {"code": "0", "msg": "", "data": [{**row, "sMsg": "", "subCode": ""}], "inTime": "1", "outTime": "2"}
    outcome = judge(PLACE, body)
    assert outcome.verdict is Verdict.ACCEPTED
    assert EXCHANGE.placed(outcome.data) == "312269865356374016"


def test_the_code_of_the_row_wins_over_the_code_of_the_envelope() -> None:
    assert judge(PLACE, refusal("51008")).code == "51008"
    hidden = {"code": "0", "msg": "", "data": [{"ordId": "", "sCode": "51020", "sMsg": "too small"}]}
    assert judge(PLACE, hidden).verdict is Verdict.REJECTED
    assert judge(PLACE, {"code": "50011", "data": [{"ordId": "", "sCode": "0"}], "msg": ""}).code == "50011"


@pytest.mark.parametrize(
    "row",
    [{"code": "51008", "subCode": "1000"}, {"code": "51008_1000"}],
    ids=["beside the code", "behind the code"],
)
def test_a_sub_code_is_told_but_not_matched(row: dict[str, str]) -> None:
    outcome = judge(PLACE, refusal(**row))
    assert (outcome.verdict, outcome.code) == (Verdict.REJECTED, "51008")
    assert outcome.reason == "51008: balance or margin is not enough (said OKX (sub-code 1000))"


@pytest.mark.parametrize("status", [200, 429])
@pytest.mark.parametrize("call", [PLACE, CANCEL, READ], ids=["place", "cancel", "read"])
def test_the_rate_limit_is_definite_with_either_http_status(call: Call, status: int) -> None:
    for body in ({"msg": "Too Many Requests", "code": "50011"}, refusal("50011")):
        assert judge(call, body, status).verdict is Verdict.THROTTLED


def test_busy_with_http_429_proves_nothing_about_a_placement() -> None:
    body = {"msg": "Systems are busy", "code": "50013"}
    assert judge(PLACE, body, 429).verdict is Verdict.AMBIGUOUS
    assert judge(CANCEL, body, 429).verdict is Verdict.THROTTLED


@pytest.mark.parametrize("code", [*range(51076, 51087), 51089, 51091])
def test_a_refusal_of_several_take_profits_ends_the_order_and_says_why(code: int) -> None:
    outcome = judge(PLACE, refusal(str(code)))
    assert (outcome.verdict, outcome.code) == (Verdict.REJECTED, str(code))
    assert EXCHANGE.rules[str(code)].source.startswith("docs order-book-trading-trade-post-place-order")
    assert any(word in outcome.meaning for word in ("take-profit", "stop-loss"))


# code, then what it means to a placement, a cancel and a read
VERDICTS = [
    ("50061", Verdict.THROTTLED, Verdict.THROTTLED, Verdict.THROTTLED),
    ("50040", Verdict.THROTTLED, Verdict.THROTTLED, Verdict.THROTTLED),
    ("50004", Verdict.AMBIGUOUS, Verdict.BUSY, Verdict.BUSY),
    ("50026", Verdict.AMBIGUOUS, Verdict.BUSY, Verdict.BUSY),
    ("51054", Verdict.AMBIGUOUS, Verdict.BUSY, Verdict.BUSY),
    ("51149", Verdict.AMBIGUOUS, Verdict.BUSY, Verdict.BUSY),
    ("50001", Verdict.AMBIGUOUS, Verdict.BUSY, Verdict.BUSY),
    ("54048", Verdict.AMBIGUOUS, Verdict.BUSY, Verdict.BUSY),
    ("1", Verdict.AMBIGUOUS, Verdict.BUSY, Verdict.BUSY),
    ("2", Verdict.AMBIGUOUS, Verdict.BUSY, Verdict.BUSY),
    ("50102", Verdict.SKEWED, Verdict.SKEWED, Verdict.SKEWED),
    ("50112", Verdict.SKEWED, Verdict.SKEWED, Verdict.SKEWED),
    ("50036", Verdict.SKEWED, Verdict.SKEWED, Verdict.SKEWED),
    ("50037", Verdict.SKEWED, Verdict.SKEWED, Verdict.SKEWED),
    ("50101", Verdict.DENIED, Verdict.DENIED, Verdict.DENIED),
    ("50104", Verdict.DENIED, Verdict.DENIED, Verdict.DENIED),
    ("50105", Verdict.DENIED, Verdict.DENIED, Verdict.DENIED),
    ("50113", Verdict.DENIED, Verdict.DENIED, Verdict.DENIED),
    ("50119", Verdict.DENIED, Verdict.DENIED, Verdict.DENIED),
    ("51024", Verdict.DENIED, Verdict.DENIED, Verdict.DENIED),
    ("51000", Verdict.REJECTED, Verdict.REJECTED, Verdict.REJECTED),
    ("51155", Verdict.REJECTED, Verdict.REJECTED, Verdict.REJECTED),
    ("51001", Verdict.REJECTED, Verdict.REJECTED, Verdict.REJECTED),
    ("51016", Verdict.DUPLICATE, Verdict.DUPLICATE, Verdict.DUPLICATE),
    ("50071", Verdict.DUPLICATE, Verdict.DUPLICATE, Verdict.DUPLICATE),
    ("51169", Verdict.FLAT, Verdict.FLAT, Verdict.FLAT),
    ("51112", Verdict.SMALLER, Verdict.SMALLER, Verdict.SMALLER),
    ("51170", Verdict.REJECTED, Verdict.REJECTED, Verdict.REJECTED),
    ("51400", Verdict.AMBIGUOUS, Verdict.GONE, Verdict.AMBIGUOUS),
    ("51410", Verdict.AMBIGUOUS, Verdict.GONE, Verdict.AMBIGUOUS),
    ("51603", Verdict.AMBIGUOUS, Verdict.GONE, Verdict.GONE),
    ("51999", Verdict.AMBIGUOUS, Verdict.AMBIGUOUS, Verdict.AMBIGUOUS),
]


@pytest.mark.parametrize(("code", "place", "cancel", "read"), VERDICTS)
def test_a_code_means_what_its_operation_makes_of_it(code: str, place: Verdict, cancel: Verdict, read: Verdict) -> None:
    bare = {"code": code, "msg": "", "data": []}
    verdicts = [judge(call, bare).verdict for call in (PLACE, CANCEL, READ)]
    assert verdicts == [place, cancel, read]
    if len(code) > 1:
        assert [judge(call, refusal(code)).verdict for call in (PLACE, CANCEL)] == [place, cancel]


def test_only_three_codes_are_a_definite_throttle() -> None:
    throttled = {key for key, rule in EXCHANGE.rules.items() if rule.verdict is Verdict.THROTTLED}
    assert throttled == {"50011", "50040", "50061"}


def test_an_unknown_instrument_is_absent_only_to_the_instrument_list() -> None:
    listing = get("/api/v5/public/instruments", op=Op.PUBLIC)
    assert judge(listing, {"code": "51001", "data": [], "msg": "gone"}).verdict is Verdict.GONE


def test_every_rule_explains_itself_and_names_its_source() -> None:
    for rule in EXCHANGE.rules.values():
        assert rule.meaning
        assert "docs" in rule.source or "sheet" in rule.source


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        (30001, Verdict.DENIED),
        (30004, Verdict.DENIED),
        (30006, Verdict.DENIED),
        (30008, Verdict.SKEWED),
        (30012, Verdict.DENIED),
        (30015, Verdict.DENIED),
        (30014, Verdict.AMBIGUOUS),
        (30038, Verdict.AMBIGUOUS),
        (32008, Verdict.REJECTED),
        (32014, Verdict.SMALLER),
        (33014, Verdict.AMBIGUOUS),
        (33017, Verdict.REJECTED),
    ],
)
def test_the_retired_api_is_understood_in_its_own_envelope(code: int, verdict: Verdict) -> None:
    both = {"error_message": "said v3", "code": code, "error_code": str(code), "message": "said v3"}
    outcome = judge(PLACE, both, 400)
    assert (outcome.verdict, outcome.code, outcome.message) == (verdict, str(code), "said v3")
    assert judge(PLACE, {"code": code, "message": "said v3"}, 400) == outcome


def test_a_refused_order_of_the_retired_api_has_only_an_error_code() -> None:
    body = {"error_message": "Invalid order type", "result": "true", "error_code": "35040", "order_id": "-1"}
    assert judge(PLACE, body, 400).reason == "35040: the order type is wrong (Invalid order type)"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("50104", "the passphrase is missing"),
        ("50105", "the passphrase is wrong"),
        ("30004", "the passphrase is missing"),
        ("30015", "the passphrase is wrong"),
    ],
)
def test_a_forgotten_passphrase_is_called_by_its_name(code: str, words: str) -> None:
    outcome = judge(PLACE, {"code": code, "msg": 'Request header "OK-ACCESS-PASSPHRASE" cannot be empty.'}, 401)
    assert outcome.verdict is Verdict.DENIED
    assert outcome.reason.startswith(f"{code}: {words}")


@pytest.mark.parametrize("passphrase", ["", "nan"])
def test_a_passphrase_is_sent_as_it_is_and_required_by_the_exchange(passphrase: str) -> None:
    request = sent(READ, Credentials("okx", "fake-key", "fake-secret", passphrase))
    assert request.headers["OK-ACCESS-PASSPHRASE"] == passphrase
    assert EXCHANGE.passphrase


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>502 Bad Gateway</body></html>",
        b'{"code":"0","msg":"","data":[{"ordId":"1","sCo',
        b"",
        b"[]",
        b'"0"',
        b"null",
        b'{"msg":"","data":[]}',
        b'{"code":null,"data":[]}',
        b'{"code":true,"data":[]}',
        b'{"code":"ok","data":[]}',
        b'{"code":"0","msg":""}',
        b'{"code":"0","data":{}}',
        b'{"code":"0","data":["1"]}',
        b'{"code":"\xd9\xa0","data":[]}',
        b'{"error_code":"","code":0,"result":true,"order_id":"1"}',
    ],
)
@pytest.mark.parametrize("call", [PLACE, CANCEL, READ], ids=["place", "cancel", "read"])
def test_what_is_not_the_documented_envelope_is_not_read(call: Call, body: bytes) -> None:
    assert EXCHANGE.read(call, Answer(200, {}, body)) is None
    assert judge(call, body).verdict is Verdict.AMBIGUOUS


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{"ordId": "1"}],
        [{"ordId": "", "sCode": "0"}],
        [{"sCode": "0"}],
        [{"ordId": "1", "sCode": 0}],
        [{"ordId": "1", "sCode": "0"}, {"ordId": "2", "sCode": "0"}],
    ],
    ids=["no row", "no code", "empty id", "no id", "wrong type", "two orders"],
)
def test_a_placement_without_a_named_order_is_never_a_success(rows: list[dict[str, Any]]) -> None:
    assert judge(PLACE, {"code": "0", "msg": "", "data": rows}).verdict is Verdict.AMBIGUOUS


@pytest.mark.parametrize("rows", [[], [{"ordId": "1"}]], ids=["no row", "no code"])
def test_a_cancel_that_answers_for_no_order_is_never_a_success(rows: list[dict[str, Any]]) -> None:
    assert judge(CANCEL, {"code": "0", "msg": "", "data": rows}).verdict is Verdict.AMBIGUOUS


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_server_error_leaves_a_placement_in_doubt(status: int) -> None:
    body = {"code": "50001", "msg": "Service temporarily unavailable"}
    assert judge(PLACE, body, status).verdict is Verdict.AMBIGUOUS
    assert judge(CANCEL, body, status).verdict is Verdict.BUSY


def test_the_exchange_clock_is_milliseconds_as_text() -> None:
    answer = Answer(200, {}, b'{"code":"0","msg":"","data":[{"ts":"1597026383085"}]}')
    assert EXCHANGE.clock == Call(Op.PUBLIC, "GET", "/api/v5/public/time")
    assert EXCHANGE.read_clock(answer, EXCHANGE.read(EXCHANGE.clock, answer)) == (1_597_026_383_085, 1)


@pytest.mark.parametrize(
    "body",
    [b"<html>", b'{"code":"0","data":[]}', b'{"code":"0","data":[{"ts":"soon"}]}', b'{"code":"50011","msg":"slow"}'],
)
def test_a_clock_that_does_not_tell_the_time_is_not_believed(body: bytes) -> None:
    answer = Answer(200, {}, body)
    assert EXCHANGE.read_clock(answer, EXCHANGE.read(EXCHANGE.clock, answer)) is None
