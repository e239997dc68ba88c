"""Texts such as 2004-07-03T12:30 -> spans of time, in milliseconds since 1970, UTC."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Span", "milliseconds", "parse_date"]

DAY = 86_400_000.0
# As FITS and ISO write dates: from the year on, with as many parts as are known.
_DATE = re.compile(
    r"\s*([1-9][0-9]{3})(?:-([0-9]{2})(?:-([0-9]{2})"
    r"(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?)?)?)?Z?\s*",
    re.IGNORECASE,
)


class Span(NamedTuple):
    """What a date means: all from `begin` on that lies before `end`.

    Attributes
    ----------
    begin, end : float
        Milliseconds since 1970-01-01T00:00 UTC.
    """

    begin: float
    end: float


def parse_date(text: str) -> Span | None:
    """Read a date: a year, month, day, minute, second or part of one.

    Parameters
    ----------
    text : str
        Such as ``2004``, ``2004-07``, ``2004-07-03`` or ``2004-07-03T12:30:15.5``.

    Returns
    -------
    Span or None
        None if it is no date.
    """
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year = int(found[1])
    month, day, hour, minute, second = (int(part) if part else None for part in found.groups()[1:6])
    if month is None:
        return Span(DAY * _days(year, 1), DAY * _days(year + 1, 1))
    if not 1 <= month <= 12:
        return None
    first, after = _days(year, month), _days(year, month + 1)
    if day is None:
        return Span(DAY * first, DAY * after)
    if not 1 <= day <= after - first:
        return None
    return _within_day(DAY * (first + day - 1), hour, minute, second, found[7])


def milliseconds(texts: Iterable[str]) -> NDArray[np.float64] | None:
    """Read a column of dates, each from its day on.

    Parameters
    ----------
    texts : iterable of str
        The distinct texts of a column.

    Returns
    -------
    float64 array or None
        When each begins, in milliseconds since 1970, UTC; None where one of them is no date to the
        day, or there is none.
    """
    known = [text.strip().upper().removesuffix("Z") for text in texts]
    if not known or not all((found := _DATE.fullmatch(text)) and found[3] for text in known):
        return None
    try:
        # Many times as fast as one by one.
        return np.array(known, "datetime64[us]").astype(np.int64) / 1000
    except ValueError:
        # Leap seconds, more digits than it takes, and days that are none.
        spans = [parse_date(text) for text in known]
    return None if None in spans else np.array([span.begin for span in spans if span])


def _days(year: int, month: int) -> int:
    """Days from 1970 to the first of a month; month 13 is the next January.

    The year is taken to begin in March (Hinnant, *chrono-Compatible Low-Level Date Algorithms*).
    """
    year, month = (year, month) if month < 13 else (year + 1, 1)
    months = (month + 9) % 12
    years = year - (month < 3)
    return 365 * years + years // 4 - years // 100 + years // 400 + (153 * months + 2) // 5 - 719468


def _within_day(
    begin: float, hour: int | None, minute: int | None, second: int | None, part: str | None
) -> Span | None:
    if hour is None or minute is None:
        return Span(begin, begin + DAY)
    if hour > 23 or minute > 59 or (second or 0) > 60:
        return None
    begin += 60_000.0 * (60 * hour + minute)
    if second is None:
        return Span(begin, begin + 60_000)
    begin += 1000 * second
    if part is None:
        return Span(begin, begin + 1000)
    # A millionth of a second is as fine as such a number goes.
    part = part[:6]
    step = 10.0 ** (3 - len(part))
    return Span(begin + int(part) * step, begin + (int(part) + 1) * step)
