from __future__ import annotations

from typing import Any

import pytest

from hubble_dash.builder.ahead import ahead


def test_ahead_keeps_the_order_and_hands_errors_over() -> None:
    def items() -> Any:
        yield from range(5)
        raise KeyError("in the thread")

    drawn = ahead(items())
    assert [next(drawn) for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(KeyError, match="in the thread"):
        next(drawn)
    assert list(ahead([])) == []


def test_ahead_closes_what_it_does_not_finish() -> None:
    closed = []

    def items() -> Any:
        try:
            yield from range(10**9)
        finally:
            closed.append(True)

    running = ahead(items())
    assert next(running) == 0
    running.close()
    assert closed == [True]
