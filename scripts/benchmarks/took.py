"""How long something took."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple


class Took(NamedTuple):
    """Seconds by the clock and of the processor."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.wall:.1f} ({self.cpu:.1f})"

    def __add__(self, other: Took) -> Took:  # type: ignore[override]
        return Took(self.wall + other.wall, self.cpu + other.cpu)


def timed(call: Callable[[], Any]) -> tuple[Any, Took]:
    """Call, and time it."""
    begin, cpu = time.perf_counter(), time.process_time()
    result = call()
    return result, Took(time.perf_counter() - begin, time.process_time() - cpu)
