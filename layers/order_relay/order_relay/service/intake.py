"""The webhook's use case: authenticate, read, decide, store; then answer what was done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from order_relay.core.alert import Alert
from order_relay.core.guard import address_allowed, token_known
from order_relay.core.ports import Entry, HostClock, Missing, Outbox, Signals, Unavailable, Vault
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route, read_route
from order_relay.formats import FORMATS
from order_relay.service.dispatch import Arrival, ahead_ms, check, entries, identify, messages
from order_relay.service.reading import read_alert

SECRET_AT_LEAST = 6
SHOWN_AT_MOST = 40
"""Characters of a value that a refusal repeats."""
BODY_AT_MOST = 16_384
ANSWER_WITHIN_MS = 2_400
SENDER_LEAVES_MS = 3_000
STORE_MARGIN_MS = 1_500
STORE_AGAIN_MS = 100
NOTICE_TAKES_MS = 1_200
COLD_START_MS = 10_000
FORCED_FETCH_MS = 30_000


@dataclass(frozen=True, slots=True)
class Post:
    """One HTTP request as the gateway hands it over. `remaining_ms` tells how long this run may still take."""

    route: str
    token: str | None
    body: bytes
    source: str
    request_id: str
    accepted_at_ms: int
    remaining_ms: Callable[[], int]


@dataclass(frozen=True, slots=True)
class Reply:
    """The HTTP answer."""

    status: int
    word: str
    alert_id: str | None = None
    reason: str | None = None

    @property
    def body(self) -> dict[str, str | None]:
        return {"status": self.word, "alert_id": self.alert_id, "reason": self.reason}


@dataclass(slots=True, kw_only=True)
class Intake:
    """Takes alerts in; never raises, so that every outcome is an answer that was meant."""

    vault: Vault
    outbox: Outbox
    clock: HostClock
    signals: Signals
    networks: Sequence[str] = ()
    _forced_ms: int | None = None
    _in_doubt: bool = False

    def take(self, post: Post) -> Reply:
        ends_ms = self._ends_ms(post)
        try:
            try:
                route = self._admitted(post)
            except Refusal as refusal:
                return self._turned_away(refusal, post)
            secret = None if post.token is not None else _token_in(post.body, route)
            try:
                return self._stored(route, post, secret, ends_ms)
            except Refusal as refusal:
                return self._refused(Refusal(refusal.word, _blotted(refusal.detail, secret)), post)
        except (Unavailable, Missing) as exc:
            return self._failed(post, ends_ms, f"the relay's configuration cannot be read: {exc}")
        except Exception as exc:  # the sender resends on 503; a crash would answer 500 without a word
            self.signals.count("WebhookError")
            return self._failed(post, ends_ms, f"internal error: {type(exc).__name__}")

    def _ends_ms(self, post: Post) -> int:
        """The deadline on the monotonic clock; a wall clock that is far from the gateway's is not believed."""
        before_ms = self.clock.wall_ms() - post.accepted_at_ms
        return self.clock.monotonic_ms() + ANSWER_WITHIN_MS - (before_ms if 0 <= before_ms <= COLD_START_MS else 0)

    # Who

    def _admitted(self, post: Post) -> Route:
        if not address_allowed(post.source, self.networks):
            raise _Forbidden(Word.UNAUTHENTICATED, "the source address is not allowed")
        if len(post.body) > BODY_AT_MOST:
            raise Refusal(Word.TOO_LARGE, f"the body has {len(post.body)} bytes, at most {BODY_AT_MOST} are read")
        route = self._authenticated(post, fresh=False) or self._looked_up_again(post)
        if route is None:
            raise Refusal(Word.UNAUTHENTICATED, "unknown route or wrong token")
        return route

    def _authenticated(self, post: Post, *, fresh: bool) -> Route | None:
        routes = self.vault.routes(fresh=fresh)
        route = _configured(post.route, routes[post.route]) if post.route in routes else Route(post.route, ())
        if post.token is not None:
            return route if token_known(post.token, route.tokens) else None
        told = _token_in(post.body, route)
        return route if token_known(told, (*route.tokens, *route.body_secrets)) else None

    def _looked_up_again(self, post: Post) -> Route | None:
        """Look past the cache at most once in 30 s, however many strangers knock; while that fails it is no 401."""
        now = self.clock.monotonic_ms()
        if self._forced_ms is None or now - self._forced_ms >= FORCED_FETCH_MS:
            self._forced_ms, self._in_doubt = now, True
            route = self._authenticated(post, fresh=True)
            self._in_doubt = False
            return route
        if self._in_doubt:
            raise Unavailable("the routes could not be read anew")
        return None

    # What

    def _stored(self, route: Route, post: Post, secret: str | None, ends_ms: int) -> Reply:
        alert = read_alert(post.body, route)
        arrival = Arrival(route, post.body, post.request_id, post.accepted_at_ms)
        check(alert, arrival)
        _refuse_secret(alert, secret)
        wanted = entries(messages(alert, arrival), post.request_id)
        identity = identify(alert, arrival)
        missing = self._send(wanted, post, ends_ms)
        if missing:
            self.signals.count("EnqueueError")
            told = f"{len(wanted) - len(missing)} of {len(wanted)} stored"
            self.signals.log("enqueue_error", alert_id=identity, route=route.name, reason=told)
            return Reply(503, "error", identity, told)
        self.signals.count("AlertAccepted")
        told_ahead = {"ahead_ms": ahead} if (ahead := ahead_ms(alert, arrival)) else {}
        counted = {"orders": len(alert.legs), "messages": len(wanted)}
        notes = [_blotted(note, secret) for note in alert.notes]
        how = {"format": alert.format, **({"notes": notes} if notes else {})}
        self.signals.log("alert", alert_id=identity, route=route.name, **how, **counted, **told_ahead)
        return Reply(202, "accepted", identity)

    def _send(self, wanted: list[Entry], post: Post, ends_ms: int) -> list[Entry]:
        """Store until everything is stored or the deadline passes; once nobody hears a 503, until the run ends."""
        late = self.clock.monotonic_ms() >= ends_ms
        missing = self.outbox.send(wanted)
        while missing and post.remaining_ms() >= STORE_MARGIN_MS:
            again_ms = self.clock.monotonic_ms() + STORE_AGAIN_MS
            late = late or again_ms >= ends_ms + SENDER_LEAVES_MS - ANSWER_WITHIN_MS
            if again_ms >= ends_ms and not late:
                break
            self.clock.sleep(STORE_AGAIN_MS / 1000)
            missing = self.outbox.send(missing)
        if late:
            self.signals.count("LateAccept")
        return missing

    # Answers

    def _turned_away(self, refusal: Refusal, post: Post) -> Reply:
        """Before authentication: counted and logged, but strangers cannot make the relay call a human."""
        self.signals.count("AlertRejected", reason=refusal.word.value)
        self.signals.log("turned_away", source=post.source, reason=refusal.reason)
        return Reply(refusal.status, "refused", None, refusal.reason)

    def _refused(self, refusal: Refusal, post: Post) -> Reply:
        self.signals.count("AlertRejected", reason=refusal.word.value)
        self.signals.log("alert_refused", route=post.route, reason=refusal.reason, status=refusal.status)
        self.signals.notify(
            f"an alert on route {post.route} was refused", refusal.reason, throttle=f"{post.route}:{refusal.word}"
        )
        return Reply(refusal.status, "refused", None, refusal.reason)

    def _failed(self, post: Post, ends_ms: int, reason: str) -> Reply:
        """Answer 503 in time: a human is told here only while that cannot delay it (the 5xx alarm tells anyway)."""
        self.signals.log("webhook_error", route=post.route, reason=reason)
        if self.clock.monotonic_ms() + NOTICE_TAKES_MS <= ends_ms:
            self.signals.notify("the webhook cannot store alerts", reason, throttle="webhook_error")
        return Reply(503, "error", None, "the alert could not be stored; it will be taken when it is sent again")


class _Forbidden(Refusal):
    """The source address is not allowed."""

    @property
    def status(self) -> int:
        return 403


def _configured(name: str, entry: Any) -> Route:
    route = read_route(name, entry)
    if route.format not in FORMATS:
        raise Missing(f"route {name!a} names the unknown format {route.format!a}; known: {', '.join(FORMATS)}")
    try:
        FORMATS[route.format].check(route)
    except Refusal as exc:
        raise Missing(f"route {name!a}: {exc.detail}") from None
    return route


def _blotted(text: str, secret: str | None) -> str:
    """The text without the secret that came in the body, wherever an odd body or route has put it.

    Shorter ones would blot out common words, and a placeholder that was not filled in is no secret.
    """
    if secret is None or len(secret) < SECRET_AT_LEAST or secret.startswith("{{"):
        return text
    for shape in (secret, ascii(secret)[1:-1], secret[:SHOWN_AT_MOST], ascii(secret[:SHOWN_AT_MOST])[1:-1]):
        text = text.replace(shape, "***")
    return text


def _refuse_secret(alert: Alert, secret: str | None) -> None:
    """Keep the body's secret out of queue and journal; raises Refusal where the name of an order holds it."""
    names = {name for leg in alert.legs for name in (leg.ref, leg.order_id, leg.sent_symbol) if name}
    if secret in names or any(_blotted(name, secret) != name for name in names):
        told = "ref, order_id or symbol holds the secret of the route"
        raise Refusal(Word.UNSUPPORTED, f"{told}; take it from another field")


def _token_in(body: bytes, route: Route) -> str | None:
    try:
        form = FORMATS[route.format]
        return form.secret(form.opened(body), route)
    except Refusal:
        return None
