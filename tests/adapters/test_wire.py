"""The wire: the signed bytes and nothing else leave once, and what went wrong says whether they may have left."""

import socket
import ssl
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from order_relay.adapters.wire import RequestsWire
from order_relay.core.call import Request
from order_relay.core.ports import NoAnswer, NotSent
from tests.adapters.certificate import self_signed
from tests.adapters.host_clock import HandClock
from tests.adapters.loopback import (
    NOTHING_THEN_CLOSE,
    NOTHING_THEN_HANG,
    NOTHING_THEN_RESET,
    OK,
    Loopback,
    Step,
    Then,
    loopback,
    reply,
)

TIMEOUT_S = (1.0, 1.0)
PATIENT_S = (10.0, 10.0)
GET = Request("GET", "/v2/time", b"", {})
POST = Request("POST", "/v2/order", b'{"amount":"0.01"}', {"X-KEY": "fake", "Content-Type": "application/json"})


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def wire(clock: HandClock) -> RequestsWire:
    return RequestsWire(clock, TIMEOUT_S)


def head(server: Loopback) -> list[str]:
    """Request line and header lines of the only request, headers sorted."""
    (request,) = server.requests
    first, *headers = request.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    return [first, *sorted(headers)]


def body(server: Loopback) -> bytes:
    (request,) = server.requests
    return request.partition(b"\r\n\r\n")[2]


# What leaves


@pytest.mark.parametrize(
    "target",
    [
        "/v2/orders?symbol=BTC%2FUSDT&note=a%20b",
        "/api/v5/order?instId=BTC-USDT-SWAP&x=~-_.",
        "/a//b/../c?empty=&list=%5B%22a%22%5D",
        "/signed?signature=abc%2Bdef%3D%3D",
    ],
)
def test_the_target_leaves_byte_for_byte(wire: RequestsWire, target: str) -> None:
    with loopback(OK) as server:
        wire.send(server.url, Request("GET", target, b"", {}))
    assert head(server)[0] == f"GET {target} HTTP/1.1"


def test_the_body_leaves_byte_for_byte(wire: RequestsWire) -> None:
    text = '{"b": 1,  "a":"\\u00e9", "c":"é"}'.encode()
    with loopback(OK) as server:
        wire.send(server.url, Request("POST", "/order", text, {}))
    assert body(server) == text


def test_only_host_length_encoding_and_agent_are_added_to_the_headers(wire: RequestsWire) -> None:
    with loopback(OK) as server:
        wire.send(server.url, POST)
    first, *headers = head(server)
    assert first == "POST /v2/order HTTP/1.1"
    added = [line for line in headers if line.startswith("User-Agent: ")]
    assert sorted(headers) == sorted(
        [
            "Accept-Encoding: identity",
            "Content-Length: 17",
            "Content-Type: application/json",
            f"Host: {server.url.removeprefix('http://')}",
            "X-KEY: fake",
            *added,
        ]
    )
    assert len(added) == 1


def test_a_get_says_nothing_of_a_length(wire: RequestsWire) -> None:
    with loopback(OK) as server:
        wire.send(server.url, GET)
    assert not any(line.lower().startswith(("content-", "transfer-")) for line in head(server))


def test_a_post_without_a_body_says_so(wire: RequestsWire) -> None:
    with loopback(OK) as server:
        wire.send(server.url, Request("POST", "/cancel", b"", {}))
    assert "Content-Length: 0" in head(server)


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_body_is_never_cut_into_chunks(wire: RequestsWire, method: str) -> None:
    with loopback(OK) as server:
        wire.send(server.url, Request(method, "/order", b'{"id":1}', {}))
    assert "Content-Length: 8" in head(server)
    assert body(server) == b'{"id":1}'


def test_a_slash_after_the_base_url_is_not_doubled(wire: RequestsWire) -> None:
    with loopback(OK) as server:
        wire.send(server.url + "/", GET)
    assert head(server)[0] == "GET /v2/time HTTP/1.1"


def test_proxies_and_credentials_of_the_environment_are_ignored(
    wire: RequestsWire, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login fake password fake")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with loopback(OK) as proxy, loopback(OK) as server:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        wire.send(server.url, GET)
        assert proxy.requests == []
    assert not any(line.startswith("Authorization") for line in head(server))


# What comes back


def test_the_answer_carries_status_lower_case_headers_bytes_and_both_times(
    wire: RequestsWire, clock: HandClock
) -> None:
    with loopback(Step(reply(b'{"code":3008}', "503 Busy", "Retry-After: 2", "DATE: now"))) as server:
        answer = wire.send(server.url, POST)
    assert (answer.status, answer.body) == (503, b'{"code":3008}')
    assert (answer.headers["retry-after"], answer.headers["date"]) == ("2", "now")
    assert (answer.sent_ms, answer.received_ms) == (clock.wall, clock.wall)


def test_a_body_is_scrubbed_before_anybody_reads_it(clock: HandClock) -> None:
    wire = RequestsWire(clock, TIMEOUT_S, lambda body: body.replace(b"fake-key", b"***"))
    with loopback(Step(reply(b'{"msg":"invalid fake-key"}'))) as server:
        assert wire.send(server.url, GET).body == b'{"msg":"invalid ***"}'


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
@pytest.mark.parametrize("where", ["{other}/v2/order", "/elsewhere", "http://[broken", "//:99999999/"])
@pytest.mark.parametrize("request_", [GET, POST], ids=["get", "post"])
def test_a_redirect_is_an_answer_and_is_not_followed(
    wire: RequestsWire, status: str, where: str, request_: Request
) -> None:
    with loopback(OK) as other:
        moved = reply(b"moved", status, f"Location: {where.format(other=other.url)}", "Set-Cookie: fake=1")
        with loopback(Step(moved)) as server:
            answer = wire.send(server.url, request_)
        assert (answer.status, answer.body) == (int(status[:3]), b"moved")
        assert len(server.requests) == 1
        assert other.requests == []


def test_cookies_are_not_sent_back(wire: RequestsWire) -> None:
    with loopback(Step(reply(b"{}", "200 OK", "Set-Cookie: session=fake; Path=/"))) as server:
        wire.send(server.url, GET)
        wire.send(server.url, GET)
    assert b"cookie" not in server.requests[1].lower()


# Not sent


def test_a_refused_connection_is_not_sent(wire: RequestsWire) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with pytest.raises(NotSent):
            wire.send(f"http://127.0.0.1:{nobody.getsockname()[1]}", POST)


def test_an_unknown_host_is_not_sent(wire: RequestsWire, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(NotSent):
        wire.send("http://exchange.invalid", POST)


def test_a_connection_that_is_not_taken_in_time_is_not_sent(wire: RequestsWire) -> None:
    with ExitStack() as stack:
        full = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        with pytest.raises(NotSent):
            wire.send(f"http://127.0.0.1:{full.getsockname()[1]}", POST)


@pytest.mark.parametrize(
    "base_url",
    ["http://127.0.0.1:999999", "http://exa mple", "127.0.0.1", f"http://{'a' * 70}.invalid", "ftp://127.0.0.1"],
)
def test_a_base_url_that_is_none_is_not_sent(wire: RequestsWire, base_url: str) -> None:
    with pytest.raises(NotSent):
        wire.send(base_url, POST)


def test_a_certificate_that_nobody_vouches_for_is_not_sent(
    clock: HandClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = self_signed(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with loopback(OK, tls=context) as server:
        with pytest.raises(NotSent):
            RequestsWire(clock, PATIENT_S).send(server.url, POST)
        assert server.connections == 1
    assert server.requests == []


# No answer


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(NOTHING_THEN_HANG, id="hangs"),
        pytest.param(NOTHING_THEN_CLOSE, id="closes without a word"),
        pytest.param(NOTHING_THEN_RESET, id="resets"),
        pytest.param(Step(reply(b"{}" * 50)[:-10], Then.CLOSE), id="closes in the middle of the body"),
        pytest.param(Step(reply(b"{}" * 50)[:-10], Then.RESET), id="resets in the middle of the body"),
        pytest.param(Step(reply(b"{}" * 50)[:-10], Then.HANG), id="hangs in the middle of the body"),
        pytest.param(Step(b"HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\n{}", Then.CLOSE), id="two lengths"),
        pytest.param(Step(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n{}", Then.CLOSE), id="chunk"),
        pytest.param(Step(reply(b"{}", "200 OK", "Content-Encoding: gzip")), id="not the gzip it says"),
        pytest.param(Step(b"SSH-2.0-fake\r\n\r\n", Then.CLOSE), id="not http"),
        pytest.param(Step(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", Then.CLOSE), id="endless header"),
    ],
)
@pytest.mark.parametrize("request_", [GET, POST], ids=["get", "post"])
def test_an_answer_that_cannot_be_read_is_no_answer_and_the_request_is_not_sent_again(
    wire: RequestsWire, step: Step, request_: Request
) -> None:
    with loopback(step) as server:
        with pytest.raises(NoAnswer):
            wire.send(server.url, request_)
        assert len(server.requests) == 1


def test_the_read_timeout_is_kept(wire: RequestsWire) -> None:
    with loopback(NOTHING_THEN_HANG) as server:
        started = time.monotonic()
        with pytest.raises(NoAnswer):
            wire.send(server.url, POST)
        assert TIMEOUT_S[1] <= time.monotonic() - started < TIMEOUT_S[1] + 5


@pytest.mark.parametrize("step", [NOTHING_THEN_CLOSE, NOTHING_THEN_HANG])
def test_failures_name_neither_host_nor_request(wire: RequestsWire, step: Step) -> None:
    secret = Request("POST", "/order?apiKey=fake-key", b"", {"X-KEY": "fake-key"})
    with loopback(step) as server, pytest.raises(NoAnswer) as caught:
        wire.send(server.url, secret)
    assert str(caught.value).isidentifier()
    assert caught.value.__suppress_context__


# Connections


def test_a_warm_connection_is_used_again(wire: RequestsWire, clock: HandClock) -> None:
    with loopback(OK) as server:
        for _ in range(3):
            wire.send(server.url, POST)
            clock.pass_ms(19_999)
        assert (len(server.requests), server.connections) == (3, 1)


@pytest.mark.parametrize("ms", [20_000, 40 * 60_000, -1])
def test_a_connection_idle_for_20_s_or_of_doubtful_age_is_not_used_again(
    wire: RequestsWire, clock: HandClock, ms: int
) -> None:
    with loopback(OK) as server:
        wire.send(server.url, GET)
        clock.wall += ms  # the monotonic clock may stand still while the sandbox is frozen
        wire.send(server.url, POST)
        assert server.connections == 2


def test_idle_time_counts_from_the_last_answer(wire: RequestsWire, clock: HandClock) -> None:
    with loopback(OK) as server:
        for _ in range(4):
            clock.pass_ms(15_000)
            wire.send(server.url, GET)
        assert server.connections == 1


def test_a_failure_drops_the_connection(wire: RequestsWire) -> None:
    with loopback(NOTHING_THEN_HANG, OK) as server:
        with pytest.raises(NoAnswer):
            wire.send(server.url, POST)
        assert wire.send(server.url, POST).status == 200
        assert server.connections == 2


def test_hosts_have_connections_of_their_own(wire: RequestsWire) -> None:
    with loopback(OK) as one, loopback(OK) as other:
        for server in (one, other, one, other):
            wire.send(server.url, GET)
        assert (one.connections, other.connections) == (1, 1)


@pytest.mark.parametrize("step", [NOTHING_THEN_CLOSE, NOTHING_THEN_RESET])
def test_a_post_that_dies_on_a_stale_connection_is_no_answer_and_is_not_sent_twice(
    wire: RequestsWire, step: Step
) -> None:
    with loopback(OK, step, OK) as server:
        wire.send(server.url, GET)
        with pytest.raises(NoAnswer):
            wire.send(server.url, POST)
        assert (len(server.requests), server.connections) == (2, 1)


def test_a_connection_seen_to_be_closed_is_replaced_before_anything_is_sent(wire: RequestsWire) -> None:
    with loopback(Step(reply(), Then.CLOSE), OK) as server:
        wire.send(server.url, GET)
        assert server.closed.wait(5)
        assert wire.send(server.url, POST).status == 200
        assert (len(server.requests), server.connections) == (2, 2)
