"""Waiting for what others do, and no longer than that takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")


def wait(condition: Callable[[], Value | None], what: str, *, seconds: float = 60) -> Value:
    """Wait until a condition gives something, and give that."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.02)
    raise TimeoutError(f"waited {seconds:.0f} s for {what}")
