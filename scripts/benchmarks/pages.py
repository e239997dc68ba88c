"""What is measured of a page, and how a row of it is written."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from benchmarks.watched import Steps
from playwright.sync_api import Browser
from playwright.sync_api import Error as PlaywrightError

__all__ = ["GROUPS", "ROWS", "Measured", "Tool", "measure", "table"]

# By the name of a group, which --only takes: rows, and what they are called.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "opens": ("first picture", "usable"),
    "wheel": ("wheel", "wheel, sharp"),
    "drag": ("drag", "drag, frames"),
    "filter": ("filter, map", "filter, charts", "filter, pictures"),
    "search": ("search", "search, place"),
    "lasso": ("lasso",),
    "table": ("table, frames", "table, sort"),
    "image": ("image zoom",),
    "click": ("click",),
}
ROWS: Mapping[str, str] = {
    "first picture": "opens: first picture of the map",
    "usable": "opens: first click on the map answered",
    "wheel": "wheel step: the map has moved",
    "wheel, sharp": "wheel step: drawn anew",
    "drag": "drag, a move: the map has moved",
    "drag, frames": "time between frames of a drag",
    "filter, map": "brush step on a histogram: the map",
    "filter, charts": "brush step on a histogram: all charts",
    "filter, pictures": "brush step, left alone: the pictures on the map",
    "search": "search for a word",
    "search, place": "search for a place on the sky",
    "lasso": "lasso, from its end: the map (ours), the charts",
    "table, frames": "time between frames of a scroll of the table",
    "table, sort": "sort of the table by a number",
    "image zoom": "wheel step on the parent image",
    "click": "click on the map to nine pictures",
}


@dataclass(frozen=True)
class Measured:
    """One row of one page.

    Parameters
    ----------
    ms : list of float
        Times of its steps.
    cpu_ms : float, optional
        Processor time of the browser a step, or a frame.
    """

    ms: list[float] = field(default_factory=list)
    cpu_ms: float | None = None

    @classmethod
    def of(cls, steps: Steps, name: str, which: str = "last") -> Measured:
        """Take one thing that was watched."""
        return cls(steps.ms(name, which), steps.cpu_ms)

    def cells(self) -> tuple[str, str, str]:
        """Median, worst (of less than 20, else 95 %) and processor time, in ms."""
        if not self.ms:
            return "–", "–", "–"
        late = np.percentile(self.ms, 95) if len(self.ms) >= 20 else max(self.ms)
        cpu = "–" if self.cpu_ms is None else f"{self.cpu_ms:,.0f}"
        return f"{np.median(self.ms):,.0f}", f"{late:,.0f}", cpu


Found = dict[str, Measured]


class Tool(Protocol):
    """A page, with a method for each group that it has rows of."""

    name: str
    groups: Mapping[str, Callable[[Browser], Found]]


def measure(
    tools: list[Tool], browser: Browser, only: list[str]
) -> tuple[dict[str, Found], list[str]]:
    """Measure groups of rows of pages; what fails leaves its rows empty and says why.

    What is found is said on the way, on the screen, since all of it takes minutes.

    Returns
    -------
    dict of str to dict of str to Measured
        By tool and row.
    list of str
        What failed.
    """
    found: dict[str, Found] = {tool.name: {} for tool in tools}
    failed = []
    for group in only:
        for tool in tools:
            if group not in tool.groups:
                continue
            try:
                rows = tool.groups[group](browser)
                found[tool.name].update(rows)
                for row, measured in rows.items():
                    cells = ", ".join(measured.cells())
                    print(f"{tool.name}: {ROWS[row]}: {cells}", file=sys.stderr, flush=True)
            except (PlaywrightError, RuntimeError, AssertionError, OSError) as error:
                first = str(error).strip().splitlines() or [type(error).__name__]
                failed.append(f"{tool.name}, {group}: {first[0]}")
    return found, failed


def table(found: Mapping[str, Found], only: list[str]) -> str:
    """Write rows in Markdown, each tool in three columns."""
    heads = [f"{name}: {what}" for name in found for what in ("median, ms", "95 %", "CPU")]
    lines = [f"| | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for row in (row for group in only for row in GROUPS[group]):
        cells = [cell for rows in found.values() for cell in rows.get(row, Measured()).cells()]
        if any(cell != "–" for cell in cells):
            lines.append(f"| {ROWS[row]} | {' | '.join(cells)} |")
    return "\n".join(lines)
