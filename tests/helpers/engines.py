"""The three engines behind one interface: open a page, run a script in it, click, photograph.

Chromium is driven by Playwright; Firefox by WebDriver BiDi, which it speaks itself; WebKit by
WebKitGTK's own WebDriver, in a window that Xvfb shows to nobody.
"""

from __future__ import annotations

import base64
import io
import itertools
import json
import os
import shutil
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from headless import launch_chromium
from PIL import Image as PillowImage
from playwright.sync_api import Page, Playwright
from websockets.sync.client import ClientConnection, connect

from helpers.waiting import wait

WIDTH, HEIGHT = 1400, 900
MINI_BROWSERS = "/usr/lib*/**/webkit2gtk-*/MiniBrowser"


class Engine(Protocol):
    """A browser with one page."""

    def open(self, url: str) -> None:
        """Go to an address and wait until it has loaded."""

    def run(self, expression: str) -> Any:
        """Give the value of an expression in JavaScript, awaited."""

    def click(self, x: float, y: float) -> None:
        """Click at a place of the window, in pixels."""

    def screenshot(self) -> PillowImage.Image:
        """Photograph the window."""


def find_program(*names: str, package: str) -> str:
    """Give the path of a program; without it say how to get it."""
    for name in names:
        if path := shutil.which(name):
            return path
    raise FileNotFoundError(
        f"{names[0]} is missing: apt-get install {package}, or leave its engine out with"
        " HUBBLE_DASH_ENGINES=chromium; see scripts/test"
    )


@contextmanager
def running(command: list[str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Run a program that goes when the block ends."""
    process = subprocess.Popen(command, text=True, **options)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def read_picture(data: str) -> PillowImage.Image:
    return PillowImage.open(io.BytesIO(base64.b64decode(data))).convert("RGB")


class Chromium:
    """Chromium by Playwright."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def open(self, url: str) -> None:
        self._page.goto(url)

    def run(self, expression: str) -> Any:
        return self._page.evaluate(f"async () => await ({expression})")

    def click(self, x: float, y: float) -> None:
        self._page.mouse.click(x, y)

    def screenshot(self) -> PillowImage.Image:
        return PillowImage.open(io.BytesIO(self._page.screenshot())).convert("RGB")


class Firefox:
    """Firefox by WebDriver BiDi (https://w3c.github.io/webdriver-bidi)."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._numbers = itertools.count(1)
        self._call("session.new", capabilities={})
        self._context = self._call("browsingContext.getTree")["contexts"][0]["context"]
        viewport = {"width": WIDTH, "height": HEIGHT}
        self._call("browsingContext.setViewport", context=self._context, viewport=viewport)

    def _call(self, method: str, **params: Any) -> Any:
        number = next(self._numbers)
        self._connection.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:  # events come between
            answer = json.loads(self._connection.recv(timeout=60))
            if answer.get("id") == number:
                assert answer["type"] == "success", f"{method}: {answer}"
                return answer["result"]

    def open(self, url: str) -> None:
        self._call("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def run(self, expression: str) -> Any:
        answer = self._call(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({expression})) ?? null)()",
            target={"context": self._context},
            awaitPromise=True,
        )
        assert answer["type"] == "success", answer["exceptionDetails"]["text"]
        text = answer["result"].get("value")
        return None if text is None else json.loads(text)

    def click(self, x: float, y: float) -> None:
        self._call("input.performActions", context=self._context, actions=[press_at(x, y)])

    def screenshot(self) -> PillowImage.Image:
        shot = self._call("browsingContext.captureScreenshot", context=self._context)
        return read_picture(shot["data"])


class WebKit:
    """WebKit by WebDriver (https://www.w3.org/TR/webdriver2)."""

    def __init__(self, address: str) -> None:
        self._session = address
        browser = next(Path("/").glob(MINI_BROWSERS.lstrip("/")), None)
        assert browser is not None, "webkit2gtk-driver has no MiniBrowser"
        options = {"binary": str(browser), "args": ["--automation"]}
        wanted = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
        made = self._post("/session", capabilities=wanted)
        self._session = f"{address}/session/{made['sessionId']}"
        self._post("/window/rect", x=0, y=0, width=WIDTH, height=HEIGHT)

    def _send(self, method: str, path: str, body: bytes | None = None) -> Any:
        request = urllib.request.Request(f"{self._session}{path}", method=method, data=body)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def _post(self, path: str, **body: Any) -> Any:
        return self._send("POST", path, json.dumps(body).encode())

    def open(self, url: str) -> None:
        self._post("/url", url=url)

    def run(self, expression: str) -> Any:
        script = (
            "const done = arguments[0];"
            f"(async () => await ({expression}))().then(value => done({{ value }}),"
            " error => done({ error: String(error) }));"
        )
        answer = self._post("/execute/async", script=script, args=[])
        assert "error" not in answer, answer["error"]
        return answer.get("value")

    def click(self, x: float, y: float) -> None:
        self._post("/actions", actions=[press_at(x, y)])

    def screenshot(self) -> PillowImage.Image:
        return read_picture(self._send("GET", "/screenshot"))

    def close(self) -> None:
        self._send("DELETE", "")


def press_at(x: float, y: float) -> dict[str, Any]:
    """Give a click of the mouse as both kinds of WebDriver write it."""
    steps = [
        {"type": "pointerMove", "x": round(x), "y": round(y), "duration": 0},
        {"type": "pointerDown", "button": 0},
        {"type": "pointerUp", "button": 0},
    ]
    mouse = {"pointerType": "mouse"}
    return {"type": "pointer", "id": "mouse", "parameters": mouse, "actions": steps}


@contextmanager
def chromium(playwright: Playwright) -> Iterator[Engine]:
    """Start Chromium."""
    browser = launch_chromium(playwright, "--disable-gpu")
    yield Chromium(browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}))
    browser.close()


@contextmanager
def firefox(profile: Path) -> Iterator[Engine]:
    """Start Firefox with a new profile, in which it writes where it listens."""
    program = find_program("firefox-esr", "firefox", package="firefox-esr")
    options = ["--headless", "--no-remote", "--remote-debugging-port", "0"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    told = profile / "WebDriverBiDiServer.json"
    with running([program, *options, "--profile", str(profile)], **quiet):
        port = wait(lambda: read_port(told), "Firefox")
        with connect(f"ws://127.0.0.1:{port}/session", max_size=None) as connection:
            yield Firefox(connection)


def read_port(path: Path) -> int | None:
    """Give the port that Firefox has written down, once it is there."""
    try:
        return int(json.loads(path.read_text(encoding="utf-8"))["ws_port"])
    except (FileNotFoundError, json.JSONDecodeError):
        return None


@contextmanager
def webkit() -> Iterator[Engine]:
    """Start WebKit on a screen of its own."""
    driver = find_program("WebKitWebDriver", package="webkit2gtk-driver")
    screen = [find_program("Xvfb", package="xvfb"), "-displayfd", "1", "-nolisten", "tcp"]
    size = ["-screen", "0", f"{WIDTH + 100}x{HEIGHT + 100}x24"]
    quiet = {"stderr": subprocess.DEVNULL}
    with running([*screen, *size], stdout=subprocess.PIPE, **quiet) as xvfb:
        assert xvfb.stdout is not None
        display = f":{xvfb.stdout.readline().strip()}"
        port = free_port()
        environment = {**os.environ, "DISPLAY": display, "GDK_BACKEND": "x11"}
        environment.pop("WAYLAND_DISPLAY", None)
        with running([driver, f"--port={port}"], env=environment, **quiet):
            wait(lambda: is_listening(port), "WebKitWebDriver")
            engine = WebKit(f"http://127.0.0.1:{port}")
            yield engine
            engine.close()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def is_listening(port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0
