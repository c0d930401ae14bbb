"""What `make sam-local` runs: the stand-ins at the ports that env.local.json names, until it is interrupted."""

import json
import platform
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack
from ipaddress import ip_network
from urllib.parse import urlsplit

from tools.local_relay import PROJECT, views
from tools.local_relay.front import Front
from tools.rie.built import MACHINES
from tools.rie.samples import ROUTE, TOKEN
from tools.rie.stand_ins import StandIns, stand_ins
from tools.sam_local.forward import Forward
from tools.sam_local.start_lambda import StartLambda, deliver

FRONT_PORT = 3002
CHAT_PORT = 5507
EVERY_S = 0.5
SHOWN = ("order_id", "action", "exchange", "symbol", "state", "exchange_order_id", "reason")
SUBNET = "{{(index .IPAM.Config 0).Subnet}}"


def main() -> None:
    """Serve, deliver messages and tell of orders until SIGINT or SIGTERM."""
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    with ExitStack() as stack:
        around = stack.enter_context(stand_ins(f"host.docker.internal:{CHAT_PORT}"))
        _open(stack, around)
        functions = StartLambda()
        _serve(stack, around, functions)
        print(_commands(), flush=True)
        told: set[str] = set()
        while not done.wait(EVERY_S):
            lines = deliver(around.cloud, functions)
            orders = [one for one in _orders(around) if one not in told]
            told.update(orders)
            for line in [*lines, *orders]:
                print(line, flush=True)


def _serve(stack: ExitStack, around: StandIns, functions: StartLambda) -> None:
    """A gateway with the event of the real one; that of start-api has one id and one time for all its requests."""
    try:
        front = Front(FRONT_PORT)
    except OSError as exc:
        sys.exit(f"sam-local: 127.0.0.1:{FRONT_PORT} cannot be used: {exc.strerror}")
    stack.callback(front.server_close)
    front.webhook = lambda event: functions.invoke("WebhookFunction", event)
    front.views = {"/orders": lambda: views.orders(around.cloud)}
    threading.Thread(target=front.serve_forever, args=(0.05,), daemon=True).start()
    stack.callback(front.shutdown)


def _orders(around: StandIns) -> list[str]:
    """A line for every order, another one when it changes."""
    return [json.dumps({name: order[name] for name in SHOWN}) for order in views.orders(around.cloud)]


def _open(stack: ExitStack, around: StandIns) -> None:
    """Put everything at the ports of env.local.json, on this machine's and on Docker's own address."""
    inside = {"AWS_ENDPOINT_URL": around.cloud.url, **around.simulator.urls}
    asked = json.loads((PROJECT / "env.local.json").read_text("utf-8"))["Parameters"]
    ports = [(_port(asked[name]), _port(url)) for name, url in inside.items()]
    for address in _addresses():
        for port, target in [*ports, (CHAT_PORT, around.chat.port)]:
            try:
                stack.callback(Forward(address, port, target).close)
            except OSError as exc:
                sys.exit(f"sam-local: {address}:{port} cannot be used: {exc.strerror}")


def _port(url: str) -> int:
    return urlsplit(url).port or 80


def _addresses() -> list[str]:
    """127.0.0.1 is what Docker Desktop's containers reach; Docker on Linux lets them reach its bridge only."""
    docker = shutil.which("docker")
    if platform.system() != "Linux" or docker is None:
        return ["127.0.0.1"]
    asked = [docker, "network", "inspect", "bridge", "--format", SUBNET]
    subnet = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    return ["127.0.0.1", *([str(ip_network(subnet)[1])] if subnet else [])]


def _commands() -> str:
    machine = MACHINES.get(platform.machine().lower(), "x86_64")
    sam = f".venv-sam/bin/sam local {{}} --parameter-overrides Architecture={machine}"
    post = {"action": "buy", "symbol": "BTCUSDT", "type": "limit", "price": "50000", "quantity": "0.01"}
    return f"""AWS, the exchanges and a chat are up. In other terminals:
  {sam.format("start-lambda")}
  curl -s http://127.0.0.1:{FRONT_PORT}/alerts/{ROUTE}/{TOKEN} -d {shlex.quote(json.dumps(post))}
  curl -s http://127.0.0.1:{FRONT_PORT}/orders
  {sam.format("invoke ClockFunction -e events/clock.json")}
  {sam.format("start-api")}
Ctrl-C ends this."""


if __name__ == "__main__":
    main()
