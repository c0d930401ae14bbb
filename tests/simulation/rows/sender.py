"""Faults of the sender and of the way to the queue: rows 1-8, 43, 46, 47, 51."""

import json

from tests.simulation.rows.catalogue import row
from tests.simulation.scenario import limit_buy, market_buy
from tests.simulation.sender import NEW_TOKEN, TOKEN, Firing
from tests.simulation.simulation import Simulation

NASTY: tuple[bytes, ...] = (
    b"[" * 16_000, b'{"action":"buy","symbol":"BTCUSDT","quantity":NaN}',
    b'{"action":"buy","symbol":"BTCUSDT","quantity":' + b"9" * 5_000 + b"}",
    b'{"action":"buy","action":"sell","symbol":"BTCUSDT","quantity":"1"}',
    '{"action":"buy","symbol":"\uff22\uff34\uff23USDT","quantity":"1"}'.encode(),
    b"\xff\xfe", b'{"action":"buy","symbol":"BTCUSDT","quantity":"{{strategy.order.contracts}}"}',
    b'{"action":"buy","symbol":"BTCUSDT","quantity":"1","apiSecret":"x"}', b"x" * 17_000,
)  # fmt: skip


@row("1")
def answer_to_the_sender_is_lost(sim: Simulation) -> None:
    """TradingView sends again although the alert was stored."""
    sim.sender.fire(sim.s(sim.rng.uniform(0, 40)), limit_buy(sim), resends_ms=(5_000, 10_000, 15_000))
    sim.plan.arm("1", "process", "crash", "webhook enqueued", times=sim.rng.randint(1, 3), rate=0.5)


@row("2")
def enqueue_answer_lost(sim: Simulation) -> None:
    """SendMessage times out although the message was stored."""
    sim.plan.arm("2", "outbox", "lost", times=sim.rng.randint(1, 30), after_ms=sim.rng.randint(0, 20_000))


@row("3")
def queue_down(sim: Simulation) -> None:
    """SendMessage fails for all four sendings."""
    start_s = sim.rng.uniform(0, 30)
    sim.plan.arm(
        "3", "outbox", "refused", times=1_000, after_ms=round(start_s * 1000), for_ms=sim.rng.choice((3_000, 40_000))
    )
    sim.sender.fire(sim.s(start_s + 0.5), limit_buy(sim))


@row("4")
def slow_cold_start(sim: Simulation) -> None:
    """The webhook starts 2.9 s late."""
    sim.sender.slow_start_ms = 2_900
    sim.at(30, lambda: setattr(sim.sender, "slow_start_ms", 0))
    sim.sender.fire(sim.s(sim.rng.uniform(0, 20)), market_buy(sim))
    sim.watch("4", lambda: sim.recorder.counts.get("LateAccept"))


@row("5")
def secrets_down_for_the_webhook(sim: Simulation) -> None:
    """Secrets Manager is down when the webhook starts."""
    sim.plan.arm("5", "vault", "down", "webhook routes", times=sim.rng.randint(1, 6), for_ms=30_000)


@row("6")
def webhook_token_rotated(sim: Simulation) -> None:
    """The token changes while a container remembers the old list."""
    warm_s = sim.rng.uniform(0, 5)
    sim.sender.fire(sim.s(warm_s), limit_buy(sim))

    def rotate() -> None:
        sim.secrets["routes"] = {"main": sim.route(TOKEN, NEW_TOKEN)}
        for firing in sim.sender.firings:
            firing.token = NEW_TOKEN

    sim.at(46, rotate)
    after = sim.sender.fire(sim.s(48), limit_buy(sim))
    sim.watch("6", lambda: after.accepted)


@row("7")
def same_id_other_body(sim: Simulation) -> None:
    """The same explicit id arrives with another body."""
    start_s = sim.rng.uniform(0, 30)
    sim.sender.fire(sim.s(start_s), limit_buy(sim, id="shared"))
    sim.sender.fire(sim.s(start_s + sim.rng.uniform(0.5, 20)), limit_buy(sim, id="shared"))
    parked = ("parked", "conflict")
    sim.watch("7", lambda: any((one["state"], (one["reason"] or "")[:8]) == parked for one in sim.store.data("order#")))


@row("8")
def same_id_after_five_minutes(sim: Simulation) -> None:
    """The same alert comes again 5 min 1 s later, when SQS has forgotten it."""
    start_s, body = sim.rng.uniform(0, 30), market_buy(sim)
    first = sim.sender.fire(sim.s(start_s), body)
    sim.sender.fire(sim.s(start_s + 301), body, again=first)
    sim.watch("8", lambda: sim.recorder.counts.get("AlertRepeated"))


@row("43")
def nasty_bodies(sim: Simulation) -> None:
    """JSON bombs, NaN, endless digits, duplicate keys, fullwidth letters."""
    for body in sim.rng.sample(NASTY, 3):
        firing = sim.sender.fire(sim.s(sim.rng.uniform(0, 20)), body)
        firing.legs = 0
        sim.checks.append(lambda firing=firing: _refused(firing))  # type: ignore[misc]
        sim.watch("43", lambda firing=firing: firing.answers)  # type: ignore[misc]


def _refused(firing: Firing) -> str | None:
    wrong = [reply.status for _, reply in firing.answers if reply and reply.status not in (400, 413, 422, 503)]
    return f"I1: the body {firing.body[:40]!r} was answered {wrong}" if wrong else None


@row("46")
def two_versions_side_by_side(sim: Simulation) -> None:
    """A message of a newer schema meets workers of the old version."""
    lane, deployed_ms = sim.lanes["orders"], sim.s(sim.rng.randint(40, 100))

    def older_build(body: str) -> str:
        if sim.scheduler.now_ms >= deployed_ms or "schema" not in body:
            return body
        sim.plan.hits["46"] += 1
        return json.dumps({**json.loads(body), "schema": 99, "legs": "unreadable here"})

    lane.rewrite = older_build
    sim.sender.fire(sim.s(sim.rng.uniform(0, 30)), limit_buy(sim, valid_for="600"))
    sim.checks.append(lambda: "I1: a newer message was buried" if _buried(sim) else None)


def _buried(sim: Simulation) -> bool:
    dead = sim.queues["orders"].dead
    return any("unreadable here" in body for body in (dead.everything if dead else ()))


@row("47")
def body_without_id_fires_again(sim: Simulation) -> None:
    """A body without an id fires again 90 s later; four deliveries within 27 s stay one."""
    start_s, body = sim.rng.uniform(0, 30), limit_buy(sim, valid_for="600")
    sim.sender.fire(sim.s(start_s), body, resends_ms=(9_000, 18_000, 26_500))
    second = sim.sender.fire(sim.s(start_s + 90), body)
    sim.watch("47", lambda: second.accepted)


@row("51")
def second_of_three_messages_fails(sim: Simulation) -> None:
    """Of three messages of one alert the second cannot be stored."""
    start_s = sim.rng.uniform(0, 40)
    symbols = ("BTCUSDT", "ETHUSDT", "BTCUSDT.P")
    body = [limit_buy(sim, symbol=symbol, id="triple", valid_for="300") for symbol in symbols]
    body[1]["price"] = "2000"
    body[1]["quantity"] = "0.1"
    kind = sim.rng.choice(("refused", "lost"))
    after_ms = round(start_s * 1000)
    sim.plan.arm("51", "outbox", kind, "entry 2 of 3", times=1, after_ms=after_ms)
    sim.plan.arm("51", "outbox", "refused", "entry 1 of 1", times=40, after_ms=after_ms, for_ms=3_000)
    sim.sender.fire(sim.s(start_s), body)
