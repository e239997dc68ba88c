"""From an input event to the painted frame that answers it: one way for all pages and all rows.

The clock starts with the event's own time, which the browser stamps when the input arrives.
Watched are elements that hold the answer: draw calls on the canvases inside them (2-D and WebGL)
and changes of their DOM. A change counts when the frame that shows it has been painted, as far as
the page's own thread goes. An answer is *first* the first such frame after the event, and *last*
the last one, after which nothing changes for `QUIET_MS`. So no page has to say itself when it is
done. `watched.js` is what does this in the page.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

__all__ = ["WATCH", "Answer", "Steps", "Watched", "cpu_seconds", "frames", "steps"]

Watched = dict[str, tuple[str, str]]
QUIET_MS = 500
PATIENCE_MS = 8_000  # where nothing changes at all
FIRST_PATIENCE_MS = 40_000
# A slow page gets fewer steps.
BUDGET_S, LEAST_STEPS = 30.0, 3
# Runs in the page before its own scripts.
WATCH = Path(__file__).with_name("watched.js").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Answer:
    """When what was watched had changed for the first and for the last time, ms after the input."""

    first: float
    last: float


@dataclass
class Steps:
    """Answers to one input after another.

    Parameters
    ----------
    answers : dict of str to list of Answer
        By what was watched.
    cpu_ms : float
        Processor time of all of the browser's processes, a step.
    """

    answers: dict[str, list[Answer]] = field(default_factory=dict)
    cpu_ms: float = 0.0

    def ms(self, name: str, which: str = "last") -> list[float]:
        """Give the times of one thing that was watched."""
        return [float(getattr(answer, which)) for answer in self.answers[name]]


def steps(page: Page, watched: Watched, event: str, acts: Sequence[Callable[[], object]]) -> Steps:
    """Act one after another, each when all is quiet again; the first is not counted.

    Parameters
    ----------
    page : Page
        Opened with the script `WATCH`.
    watched : dict of str to (str, str)
        By a name, a selector, and what is watched there: `"canvases"`, `"elements"`, or which
        `"children"` there are.
    event : str
        The type of the event from which time counts, the last of its type in each act.
    acts : sequence of callable
        Each does one input.

    Raises
    ------
    RuntimeError
        If something that is watched answers none.
    """
    found = Steps({name: [] for name in watched})
    page.evaluate("(watched) => bench.watch(watched)", watched)
    start, begin, done = time.monotonic(), 0.0, 0
    for number, act in enumerate(acts):
        if number == 1:
            start, begin = time.monotonic(), cpu_seconds(page)
        if number > LEAST_STEPS and time.monotonic() - start > BUDGET_S:
            break
        page.evaluate("() => bench.begin()")
        act()
        asked = [event, QUIET_MS, PATIENCE_MS if number else FIRST_PATIENCE_MS]
        answers: dict[str, Any] = page.evaluate("(asked) => bench.answer(asked)", asked)
        done = number
        for name, times in answers.items():
            if number and times:
                found.answers[name].append(Answer(*times))
    found.cpu_ms = 1000 * (cpu_seconds(page) - begin) / max(1, done)
    page.evaluate("() => bench.watch({})")
    silent = [name for name, answers in found.answers.items() if not answers]
    if silent:
        raise RuntimeError(f"no {event} changed the {' and the '.join(silent)}")
    return found


def frames(page: Page, acts: Sequence[Callable[[], object]]) -> Steps:
    """Act without a stop, and give the time between frames, as the answers `"frames"`."""
    page.evaluate("() => { window.benchFrames = bench.frames(); }")
    start, begin = time.monotonic(), cpu_seconds(page)
    for number, act in enumerate(acts):
        act()
        if number > LEAST_STEPS and time.monotonic() - start > BUDGET_S:
            break
    times = page.evaluate("() => benchFrames()")
    cpu_ms = 1000 * (cpu_seconds(page) - begin) / max(1, len(times))
    return Steps({"frames": [Answer(float(ms), float(ms)) for ms in times]}, cpu_ms)


def cpu_seconds(page: Page) -> float:
    """Give the processor time that all processes of a page's browser have taken."""
    assert page.context.browser is not None
    session = page.context.browser.new_browser_cdp_session()
    info = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return float(sum(process["cpuTime"] for process in info))
