"""Chromium without a GPU, in the forms that matter to canvases, and pages opened in it.

Everything is drawn in software. What differs is whether Chromium hands 2-D canvases to (emulated)
OpenGL: a machine without a GPU does not, but a page cannot rely on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from headless import launch_chromium
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, ViewportSize

__all__ = [
    "FORMS",
    "Opened",
    "describe_renderer",
    "launch",
    "open_page",
    "size_of",
    "time_to_ready",
]

# Exact figures of memory, and a garbage collector that can be called.
MEASURED = ("--enable-precise-memory-info", "--js-flags=--expose-gc")
EMULATED_GL = (
    *("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"),
    "--ignore-gpu-blocklist",
)
FORMS = {
    "no GL": ("--disable-gpu",),
    "2-D canvas off": (*EMULATED_GL, "--disable-accelerated-2d-canvas"),
    "2-D canvas on": EMULATED_GL,
}
VIEWPORT: ViewportSize = {"width": 1400, "height": 900}
# Plain Bokeh takes minutes for what we measure at a million points.
PATIENCE_MS = 900_000
# A page says when it is ready; the time is that of its own clock, which starts with the navigation.
WATCH = """
    (() => {
        const ready = () => { %s };
        const look = () => {
            if (document.body && ready()) {
                requestAnimationFrame(() => requestAnimationFrame(() => {
                    window.benchReady = performance.now();
                }));
            } else setTimeout(look, 5);
        };
        look();
    })();
"""
RENDERER = """() => {
    const gl = document.createElement("canvas").getContext("webgl2");
    const info = gl && gl.getExtension("WEBGL_debug_renderer_info");
    return gl ? gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER) : "none";
}"""


class Opened:
    """A page, and what it asked for.

    Parameters
    ----------
    page : Page
        Not yet at its address.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.errors: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def elsewhere(self, own: str) -> list[str]:
        """Addresses that were asked for and begin neither with `own` nor hold their data."""
        allowed = (own, "data:", "blob:")
        return [url for url in self.requests if not url.startswith(allowed)]


@contextmanager
def launch(playwright: Playwright, form: str) -> Iterator[Browser]:
    """Run Chromium in one of the `FORMS`."""
    browser = launch_chromium(playwright, *MEASURED, *FORMS[form])
    try:
        yield browser
    finally:
        browser.close()


@contextmanager
def open_page(
    browser: Browser, url: str, ready: str, *, script: str = "", patience_ms: float = PATIENCE_MS
) -> Iterator[Opened]:
    """Open a page in a context of its own and wait until it is ready.

    Parameters
    ----------
    browser : Browser
        From `launch`.
    url : str
        For a file the network is cut.
    ready : str
        The body of a function in JavaScript that says whether it is.
    script : str
        Runs in the page before its own.
    patience_ms : float
        Whatever is waited for, in this page, comes before.
    """
    context: BrowserContext = browser.new_context(viewport=VIEWPORT)
    context.set_default_timeout(patience_ms)
    context.add_init_script(script + WATCH % ready)
    context.set_offline(url.startswith("file:"))
    try:
        opened = Opened(context.new_page())
        opened.page.goto(url, wait_until="commit")
        opened.page.wait_for_function("window.benchReady", polling=20)
        yield opened
    finally:
        context.close()


def time_to_ready(browser: Browser, url: str, ready: str) -> float:
    """Give the time from the start of the navigation until a page is ready, in seconds."""
    with open_page(browser, url, ready) as opened:
        return float(opened.page.evaluate("window.benchReady")) / 1000


def describe_renderer(browser: Browser) -> str:
    """Say which Chromium this is and what draws WebGL in it."""
    page = browser.new_page()
    renderer = page.evaluate(RENDERER)
    page.close()
    return f"Chromium {browser.version}, WebGL by {renderer}"


def size_of(path: Path) -> tuple[int, int]:
    """Count the bytes and the files of a page."""
    files = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
    return sum(p.stat().st_size for p in files), len(files)
