"""Bars that show how far a long stage is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

__all__ = ["bar"]


@contextmanager
def bar(what: str, unit: str, *, shown: bool) -> Iterator[Callable[[int, int], None]]:
    """Show a bar.

    Parameters
    ----------
    what, unit : str
        What is done, and what of; a unit begins with a blank.
    shown : bool
        Whether it is shown at all.

    Yields
    ------
    callable
        To be told how many are done, and of how many.
    """
    with tqdm(desc=what, unit=unit, disable=not shown) as drawn:

        def show(done: int, total: int) -> None:
            drawn.total = total
            drawn.update(done - drawn.n)

        yield show
