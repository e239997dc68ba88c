"""What a hand does to a page, timed as a whole: a slow page swallows events.

So a drag is timed from the press to the frame after the release, and its time is shared out among
its moves; the frames are counted in a second drag, since counting them costs time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from playwright.sync_api import Page

__all__ = ["Box", "Brushed", "Pace", "box_of", "brush", "drag", "heap_megabytes", "wheel"]

LAST_FRAME = "() => new Promise(d => requestAnimationFrame(() => requestAnimationFrame(d)))"
COUNT_FRAMES = """() => {
    const frames = [];
    let last = null, on = true;
    const step = () => {
        const now = performance.now();
        if (last !== null) frames.push(now - last);
        last = now;
        if (on) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
    window.benchFrames = () => { on = false; return frames; };
}"""
# A brush over the first column of numbers, a third of its range wide, from one end to the other.
BRUSH = """async (steps) => {
    const { list } = hubbleDash.data.columns;
    const of = list.find((one) => one.robust_low < one.robust_high && one.kind === "number");
    const width = (of.robust_high - of.robust_low) / 3;
    const ms = [];
    let low = 0, rows = [];
    for (let step = 0; step < steps; step++) {
        low = of.robust_low + (2 * width * step) / Math.max(1, steps - 1);
        delete document.body.dataset.hdMapSubset;
        const drawn = new Promise((done) => {
            const seen = new MutationObserver(() => {
                if (document.body.dataset.hdMapSubset === undefined) return;
                seen.disconnect();
                requestAnimationFrame(done);
            });
            seen.observe(document.body, { attributes: true });
        });
        const begin = performance.now();
        const asked = [{ id: "brush", kind: "range", column: of.name, low, high: low + width }];
        const passed = hubbleDash.filter(asked);
        await drawn;
        ms.push(performance.now() - begin);
        rows = await passed;
    }
    await hubbleDash.filter([]);
    return { column: of.name, low, high: low + width, ms, rows };
}"""
MOVES, STEPS = 30, 10
CORNERS = 24  # of a lasso
LEAST_MOVES = 4
RADIUS = 60  # pixels, of the circle that a drag describes
NOTCH = 100  # what a wheel's step scrolls


@dataclass(frozen=True)
class Box:
    """A rectangle on the screen, in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> tuple[float, float]:
        """Its centre."""
        return self.at(0.5, 0.5)

    def at(self, across: float, down: float) -> tuple[float, float]:
        """Give a place in it, by parts of its sides."""
        return self.x + across * self.width, self.y + down * self.height


@dataclass(frozen=True)
class Pace:
    """How a gesture went.

    Parameters
    ----------
    ms : float
        Wall time of one of its moves or steps.
    count : int
        Moves or steps.
    frame_median_ms, frame_p95_ms : float
        Time between frames, in a second gesture.
    """

    ms: float
    count: int
    frame_median_ms: float
    frame_p95_ms: float


@dataclass(frozen=True)
class Brushed:
    """How filters answered to a brush.

    Parameters
    ----------
    ms : list of float
        From each step of the brush to the frame that shows its map.
    column : str
        What was brushed.
    low, high : float
        The last step's range, both included.
    rows : list of int
        Those that passed it.
    """

    ms: list[float]
    column: str
    low: float
    high: float
    rows: list[int]


def brush(page: Page, steps: int) -> Brushed:
    """Brush over a column of numbers.

    Parameters
    ----------
    page : Page
        Ours.
    steps : int
        How many; the first, which loads the column, is not counted.
    """
    found = page.evaluate(BRUSH, steps + 1)
    return Brushed(**{**found, "ms": found["ms"][1:]})


def box_of(page: Page, selector: str) -> Box:
    """Give the place of an element on the screen."""
    found = page.locator(selector).first.bounding_box()
    assert found is not None, f"{selector} is not shown"
    return Box(**found)


def circle(page: Page, box: Box, part: float) -> None:
    """Draw a circle about the middle of a plot, its radius a part of the plot's height."""
    (x, y), radius = box.middle, part * box.height
    for number, angle in enumerate(np.linspace(0, 2 * np.pi, CORNERS)):
        page.mouse.move(x + radius * np.cos(angle), y + radius * np.sin(angle))
        if number == 0:
            page.mouse.down()
    page.mouse.up()


def to_and_fro(page: Page, count: int) -> list[Callable[[], object]]:
    """Give steps of a wheel, five in, five out and so on."""
    turns = [-NOTCH if number // 5 % 2 == 0 else NOTCH for number in range(count)]
    return [partial(page.mouse.wheel, 0, turn) for turn in turns]


def drag(page: Page, box: Box, *, patience_s: float) -> Pace:
    """Drag in a circle about the middle of a plot.

    Parameters
    ----------
    page : Page
        Where.
    box : Box
        The plot's.
    patience_s : float
        Where 30 moves would take longer there are fewer, but 4 at least.
    """

    def gesture(moves: int) -> None:
        x, y = box.middle
        page.mouse.move(x, y)
        page.mouse.down()
        for angle in np.linspace(0, 2 * np.pi, moves + 1)[1:]:
            page.mouse.move(x + RADIUS * np.sin(angle), y + RADIUS * (1 - np.cos(angle)))
        page.mouse.up()

    return _timed(page, gesture, MOVES, patience_s)


def wheel(page: Page, box: Box, *, patience_s: float) -> Pace:
    """Zoom in by half of the steps and out again by the others."""

    def gesture(steps: int) -> None:
        page.mouse.move(*box.middle)
        for i in range(steps):
            page.mouse.wheel(0, -NOTCH if i < steps // 2 else NOTCH)

    return _timed(page, gesture, STEPS, patience_s)


def _timed(page: Page, gesture: Callable[[int], None], wanted: int, patience_s: float) -> Pace:
    def seconds(count: int) -> float:
        begin = time.perf_counter()
        gesture(count)
        page.evaluate(LAST_FRAME)
        return time.perf_counter() - begin

    # The first is not counted; it says how many the patience allows.
    trial = seconds(2) / 2
    count = int(np.clip(patience_s / max(trial, 1e-3), LEAST_MOVES, wanted))
    count -= count % 2
    taken = seconds(count)
    page.evaluate(COUNT_FRAMES)
    seconds(count)
    frames = np.array(page.evaluate("window.benchFrames()") or [np.nan])
    return Pace(
        1000 * taken / count, count, float(np.median(frames)), float(np.percentile(frames, 95))
    )


def heap_megabytes(page: Page) -> float:
    """Measure what the page holds after collection: objects, the DOM, typed arrays, in MB."""
    session = page.context.new_cdp_session(page)
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    usage = session.send("Runtime.getHeapUsage")
    session.detach()
    parts = ("usedSize", "embedderHeapUsedSize", "backingStorageSize")
    return float(sum(usage.get(part, 0) for part in parts)) / 1e6
