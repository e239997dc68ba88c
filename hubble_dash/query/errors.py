"""What is wrong with a query, and where."""

from __future__ import annotations

import unicodedata

from hubble_dash.printable import printable

__all__ = ["QueryError"]

# Letters of a query that are shown beside the place of an error.
SHOWN = 60


class QueryError(ValueError):
    """A query means nothing; printed, it shows the place.

    Parameters
    ----------
    message : str
        What was given, and what is allowed.
    text : str
        The query.
    at : int
        Where in it, from 0.
    length : int
        How many characters; 0 between two.

    Attributes
    ----------
    message, text, at, length
        As given.
    """

    def __init__(self, message: str, text: str, at: int, length: int) -> None:
        super().__init__(message, text, at, length)
        self.message, self.text, self.at, self.length = message, text, at, length

    def __str__(self) -> str:
        before, there, after = self._around()
        carets = "^" * max(1, _width(there))
        return f"{self.message}\n  {before}{there}{after}\n  {' ' * _width(before)}{carets}"

    def _around(self) -> tuple[str, str, str]:
        """Give the place, and a line's worth of what stands before and after it."""
        start, stop = self.at, self.at + self.length
        before = self.text[:start].rpartition("\n")[2]
        there, _, more = self.text[start:stop].partition("\n")
        after = "" if more else self.text[stop:].partition("\n")[0]
        before = before if len(before) <= SHOWN else f"…{before[-SHOWN:]}"
        there = there if len(there) <= SHOWN else f"{there[:SHOWN]}…"
        after = after if len(after) <= SHOWN else f"{after[:SHOWN]}…"
        return printable(before), printable(there), printable(after)


def _width(text: str) -> int:
    """Count the columns that a text takes on a terminal."""
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
    marks = sum(unicodedata.combining(sign) != 0 for sign in text)
    return len(text) + wide - marks
