"""How soon a page that is opened shows its map and answers a click, as somebody who waits finds."""

from __future__ import annotations

import time
from dataclasses import dataclass

from benchmarks.chromium import VIEWPORT
from benchmarks.watched import WATCH
from playwright.sync_api import Browser

__all__ = ["Opening", "first_answer"]

PATIENCE_S = 120
# Both from the start of the navigation.
NOTE = """
    bench.until(%s).then((at) => { window.benchDrawn = at; });
    bench.until(%s).then((at) => { window.benchAnswered = at; });
"""


@dataclass(frozen=True)
class Opening:
    """From the start of the navigation, in ms, to painted frames.

    Parameters
    ----------
    drawn : float
        The first that shows the map.
    answered : float
        The first that shows the answer to a click on it.
    """

    drawn: float
    answered: float


def first_answer(
    browser: Browser,
    url: str,
    place: tuple[float, float],
    *,
    drawn: str,
    answered: str,
    between_ms: int,
) -> Opening:
    """Open a page and click at a place until that is answered.

    Parameters
    ----------
    browser : Browser
        From `launch`.
    url : str
        For a file the network is cut.
    place : (float, float)
        Pixels, where there will be a point.
    drawn, answered : str
        Functions in JavaScript that say whether the map is there, and the answer.
    between_ms : int
        Between clicks; the first ones come before there is anything to click on.

    Raises
    ------
    TimeoutError
        If there is no answer in two minutes.
    """
    context = browser.new_context(viewport=VIEWPORT)
    context.set_offline(url.startswith("file:"))
    context.add_init_script(WATCH + NOTE % (drawn, answered))
    begin = time.monotonic()
    try:
        page = context.new_page()
        page.goto(url, wait_until="commit")
        while time.monotonic() - begin < PATIENCE_S:
            page.mouse.click(*place)
            if page.evaluate("() => Boolean(window.benchDrawn && window.benchAnswered)"):
                times = page.evaluate("() => [benchDrawn, benchAnswered]")
                return Opening(*map(float, times))
            page.wait_for_timeout(between_ms)
        raise TimeoutError(f"no answer to a click in {PATIENCE_S} s")
    finally:
        context.close()
