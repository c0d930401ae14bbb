"""Headless Chromium, driven over the WebDriver protocol with nothing but the standard library."""

import base64
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from typing import Any

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
DRIVER = "chromedriver"
MISSING = "Chromium and its chromedriver are needed here; on Debian: apt-get install chromium chromium-driver"
PATIENCE_S = 20.0
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-component-update",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--proxy-server=direct://",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


class NoBrowser(Exception):
    """There is no Chromium, or no driver for it; the text says how to get them."""


class Refused(Exception):
    """The browser could not do what it was asked."""


class Browser:
    """One tab. Elements are named by XPath, and are waited for."""

    def __init__(self, port: int, path: str) -> None:
        self._port = port
        flags = [*_FLAGS, f"--user-data-dir={path}"]
        options = {"binary": _found(CHROMIUM), "args": flags}
        wanted = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}}
        self._base = f"/session/{self._ask('POST', '/session', wanted)['sessionId']}"

    def open(self, url: str) -> None:
        self._do("/url", url=url)

    def click(self, xpath: str) -> None:
        self._do(f"/element/{self._element(xpath)}/click")

    def follow(self, xpath: str) -> None:
        """Click what leads to another page, and wait for that page."""
        self.run("document.documentElement.dataset.left = 'yes'")
        self.click(xpath)
        self.wait("document.readyState === 'complete' && !document.documentElement.dataset.left")

    def wait(self, script: str) -> None:
        """Wait until a JavaScript expression is true."""
        until = time.monotonic() + PATIENCE_S
        while not self._now(script):
            if time.monotonic() > until:
                raise Refused(f"it never came true that {script}")
            time.sleep(0.05)

    def write(self, xpath: str, text: str) -> None:
        """Put a text into a field, in place of what is there."""
        element = self._element(xpath)
        self._do(f"/element/{element}/clear")
        self._do(f"/element/{element}/value", text=text)

    def text(self, xpath: str = "//body") -> str:
        """What a reader sees of an element."""
        return str(self._ask("GET", f"{self._base}/element/{self._element(xpath)}/text"))

    def count(self, xpath: str) -> int:
        return len(self._do("/elements", using="xpath", value=xpath))

    def run(self, script: str) -> Any:
        """The value of a JavaScript expression."""
        return self._do("/execute/sync", script=f"return {script}", args=[])

    def paint(self, scheme: str, width: int, height: int) -> None:
        """Show pages as a reader who prefers light or dark sees them, in a window of that size."""
        self._devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self._devtools(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )

    def picture(self) -> bytes:
        """A PNG of the window."""
        return base64.b64decode(self._ask("GET", f"{self._base}/screenshot"))

    def close(self) -> None:
        self._ask("DELETE", self._base)

    def _now(self, script: str) -> bool:
        """False also while one page makes way for another."""
        try:
            return bool(self.run(script))
        except Refused:
            return False

    def _element(self, xpath: str) -> str:
        until = time.monotonic() + PATIENCE_S
        while not (found := self._do("/elements", using="xpath", value=xpath)):
            if time.monotonic() > until:
                raise Refused(f"there is no {xpath}")
            time.sleep(0.1)
        return str(found[0][_ELEMENT])

    def _devtools(self, command: str, **params: Any) -> None:
        self._do("/goog/cdp/execute", cmd=command, params=params)

    def _do(self, path: str, **body: Any) -> Any:
        return self._ask("POST", self._base + path, body)

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_S * 3)
        try:
            connection.request(method, path, None if body is None else json.dumps(body))
            value = json.loads(connection.getresponse().read())["value"]
        finally:
            connection.close()
        if isinstance(value, Mapping) and "error" in value:
            raise Refused(f"{value['error']}: {str(value.get('message', '')).partition(chr(10))[0]}")
        return value


@contextmanager
def browser() -> Iterator[Browser]:
    """Start Chromium in a fresh profile; raises NoBrowser where there is none."""
    driver = _found((DRIVER,))
    with tempfile.TemporaryDirectory(prefix="order-relay-browser-", ignore_cleanup_errors=True) as path:
        process = subprocess.Popen(
            [driver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
        )
        try:
            tab = Browser(_port(process), path)
            try:
                yield tab
            finally:
                tab.close()
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # Chromium holds the driver's output open
            process.communicate()


def _port(process: "subprocess.Popen[str]") -> int:
    """The port that the driver took, which it tells once it listens there."""
    for line in process.stdout or ():
        ready, _, port = line.strip().rstrip(".").rpartition(" on port ")
        if "success" in ready and port.isdigit():
            return int(port)
    raise NoBrowser(f"chromedriver ended at once. {MISSING}")


def _found(names: tuple[str, ...]) -> str:
    path = next((path for name in names if (path := shutil.which(name))), None)
    if path is None:
        raise NoBrowser(MISSING)
    return path
