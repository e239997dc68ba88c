"""How soon a page that is opened shows its map and answers a click, as somebody who waits finds."""

from __future__ import annotations

import time

from benchmarks.chromium import VIEWPORT
from benchmarks.pages import Found, Measured
from benchmarks.watched import WATCH
from playwright.sync_api import Browser

__all__ = ["openings"]

PATIENCE_S = 60
ROUNDS, BUDGET_S = 5, 30  # a slow page is opened less often
# Both from the start of the navigation.
NOTE = """
    bench.until(%s).then((at) => { window.benchDrawn = at; });
    bench.until(%s).then((at) => { window.benchAnswered = at; });
"""


def openings(
    browser: Browser,
    url: str,
    place: tuple[float, float],
    *,
    drawn: str,
    answered: str,
    between_ms: int,
) -> Found:
    """Open a page some times, and click at a place until that is answered.

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

    Returns
    -------
    dict of str to Measured
        From the start of the navigation to the first frame that shows the map, and to the first
        that shows the answer.

    Raises
    ------
    TimeoutError
        If there is no answer in a minute.
    """
    begin = time.monotonic()
    pictures: list[float] = []
    answers: list[float] = []
    while len(pictures) < ROUNDS and (not pictures or time.monotonic() - begin < BUDGET_S):
        times = _opening(browser, url, place, NOTE % (drawn, answered), between_ms)
        pictures.append(times[0])
        answers.append(times[1])
    return {"first picture": Measured(pictures), "usable": Measured(answers)}


def _opening(
    browser: Browser, url: str, place: tuple[float, float], note: str, between_ms: int
) -> tuple[float, float]:
    context = browser.new_context(viewport=VIEWPORT)
    context.set_offline(url.startswith("file:"))
    context.add_init_script(WATCH + note)
    begin = time.monotonic()
    try:
        page = context.new_page()
        page.goto(url, wait_until="commit")
        while time.monotonic() - begin < PATIENCE_S:
            page.mouse.click(*place)
            if page.evaluate("() => Boolean(window.benchDrawn && window.benchAnswered)"):
                drawn, answered = page.evaluate("() => [benchDrawn, benchAnswered]")
                return float(drawn), float(answered)
            page.wait_for_timeout(between_ms)
        raise TimeoutError(f"no answer to a click in {PATIENCE_S} s")
    finally:
        context.close()
