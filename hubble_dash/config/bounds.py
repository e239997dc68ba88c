"""What a setting may be, and what is said of one that is not."""

from __future__ import annotations

from typing import get_args

__all__ = ["above", "at_least", "choice", "within"]


def choice(name: str, value: object, allowed: object) -> None:
    """Refuse a value that is not one of a choice.

    Parameters
    ----------
    name : str
        What the user calls it.
    value : object
        What was given.
    allowed : Literal
        A type such as `hubble_dash.config.choices.Quality`.

    Raises
    ------
    ValueError
        With the words that are allowed.
    """
    words = get_args(allowed)
    if value not in words:
        raise ValueError(f"{name} is {value!r}; allowed: {', '.join(words)}")


def at_least(name: str, value: float, least: float, *, unit: str = "") -> None:
    """Refuse a value below the least.

    Parameters
    ----------
    name : str
        What the user calls it.
    value, least : float
        What was given, and the least that is allowed; NaN is refused.
    unit : str
        Said after the least, with a blank before it.

    Raises
    ------
    ValueError
        With the least that is allowed.
    """
    if not value >= least:
        raise ValueError(f"{name} is {value!r}; it must be at least {least:g}{unit}")


def above(name: str, value: float, bound: float) -> None:
    """Refuse a value that is not greater than a bound.

    Parameters
    ----------
    name : str
        What the user calls it.
    value, bound : float
        What was given, and what it must exceed; NaN is refused.

    Raises
    ------
    ValueError
        With the bound.
    """
    if not value > bound:
        raise ValueError(f"{name} is {value!r}; it must be greater than {bound:g}")


def within(name: str, value: float, low: float, high: float) -> None:
    """Refuse a value outside a range.

    Parameters
    ----------
    name : str
        What the user calls it.
    value, low, high : float
        What was given, and the ends of the range, which are allowed; NaN is refused.

    Raises
    ------
    ValueError
        With the range.
    """
    if not low <= value <= high:
        raise ValueError(f"{name} is {value!r}; it must lie in [{low:g}, {high:g}]")
