"""A column beside a literal or another column -> where the comparison holds.

What is missing satisfies no comparison; the caller sees to that.
"""

from __future__ import annotations

import math
import operator
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubble_dash.query.columns import Column
from hubble_dash.query.dates import parse_date
from hubble_dash.query.lexer import LONGEST_NUMBER
from hubble_dash.query.tree import Literal, Number, Text, Truth

__all__ = ["LiteralError", "compare_columns", "compare_literal", "is_one_of"]

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


class LiteralError(ValueError):
    """A literal that a column of that kind is not compared with.

    Parameters
    ----------
    message : str
        What the column holds.
    literal : Number, Text or Truth
        The literal.
    """

    def __init__(self, message: str, literal: Literal) -> None:
        super().__init__(message)
        self.literal = literal


def compare_literal(column: Column, sign: str, literal: Literal) -> NDArray[np.bool_]:
    """Compare each value of a column with a literal on its right.

    Parameters
    ----------
    column : Column
        Of n values.
    sign : {"==", "!=", "<", "<=", ">", ">="}
        How.
    literal : Number, Text or Truth
        Dates are given as texts; numbers too may be.

    Returns
    -------
    (n,) bool array
        Of no meaning where the value is missing.

    Raises
    ------
    LiteralError
        If a column of this kind is not compared with such a thing.
    """
    if column.kind == "text":
        return _compare_texts(column, sign, literal)
    if column.kind == "date":
        return _compare_dates(column.values, sign, literal)
    if column.kind == "flag" and not (
        isinstance(literal, Truth) or (isinstance(literal, Number) and literal.value in (0, 1))
    ):
        raise LiteralError("is true or false", literal)
    return _compare_numbers(column.values, sign, *_as_number(literal))


def is_one_of(column: Column, literals: Sequence[Literal]) -> NDArray[np.bool_]:
    """Find the values that are equal to one of some literals.

    Parameters
    ----------
    column : Column
        Of n values.
    literals : sequence of Number, Text or Truth
        At least one.

    Returns
    -------
    (n,) bool array
        Of no meaning where the value is missing.

    Raises
    ------
    LiteralError
        If a column of this kind is not compared with one of them.
    """
    if column.kind == "text":
        texts = {_plain(one.value) for one in literals if isinstance(one, Text)}
        others: list[Literal] = [one for one in literals if not isinstance(one, Text)]
        found = column.where(lambda text: _plain(text) in texts)
    elif column.kind == "number":
        numbers = [_as_number(one) for one in literals]
        exact = [number if whole is None else whole for number, whole in numbers]
        return np.isin(column.values, _in_kind(column.values.dtype, exact))
    else:
        others, found = list(literals), np.zeros(len(column.values), bool)
    return reduce(np.logical_or, (compare_literal(column, "==", one) for one in others), found)


def compare_columns(one: Column, sign: str, other: Column) -> NDArray[np.bool_] | None:
    """Compare two columns row by row.

    Parameters
    ----------
    one, other : Column
        Of n values each.
    sign : {"==", "!=", "<", "<=", ">", ">="}
        How.

    Returns
    -------
    (n,) bool array or None
        Of no meaning where a value is missing; None if they are not of one kind.
    """
    numbers = {"number", "flag"}
    compare = _COMPARE[sign]
    if one.kind == other.kind == "text":
        texts = [*map(_plain, one.texts + other.texts)]
        rank = {text: place for place, text in enumerate(sorted(set(texts)))}
        # What is missing takes the last place.
        ranks = np.array([*map(rank.get, texts), -1], np.int64)
        ours, theirs = one.values, other.values
        theirs = np.where(theirs < 0, -1, theirs + len(one.texts))
        return np.asarray(compare(ranks[ours], ranks[theirs]))
    if one.kind != other.kind and not {one.kind, other.kind} <= numbers:
        return None
    return np.asarray(compare(one.values, other.values))


def _compare_numbers(
    values: NDArray[Any], sign: str, number: float, whole: int | None
) -> NDArray[np.bool_]:
    """Compare in the values' own precision; whole numbers of any length exactly."""
    if values.dtype.kind in "iub":
        if whole is None and math.isfinite(number) and not number.is_integer():
            # Between two whole numbers: x < 1.5 is x < 2, and x <= 1.5 is x <= 1.
            if sign in ("==", "!="):
                return np.full(len(values), sign == "!=")
            number = math.ceil(number) if sign in ("<", ">=") else math.floor(number)
        exact = whole if whole is not None else number
        if isinstance(exact, float) and exact.is_integer():
            exact = int(exact)
        return np.asarray(_COMPARE[sign](values, exact))
    with np.errstate(over="ignore"):
        single = values.dtype.type(number)
    return np.asarray(_COMPARE[sign](values, single))


def _in_kind(kind: np.dtype[Any], numbers: Sequence[float]) -> NDArray[Any]:
    """Give those of some numbers that values of a kind may be."""
    if kind.kind == "f":
        with np.errstate(over="ignore"):
            return np.array([kind.type(float(number)) for number in numbers], kind)
    bounds = np.iinfo(kind)
    whole = [int(number) for number in numbers if math.isfinite(number) and number == int(number)]
    return np.array([one for one in whole if bounds.min <= one <= bounds.max], kind)


def _as_number(literal: Literal) -> tuple[float, int | None]:
    """Give a literal as a number, and as a whole one where it is written so."""
    if isinstance(literal, Truth):
        return float(literal.value), int(literal.value)
    if isinstance(literal, Number):
        return literal.value, literal.whole
    found = _number_in(literal.value)
    if found is None:
        raise LiteralError("holds numbers", literal)
    return found


def _number_in(text: str) -> tuple[float, int | None] | None:
    """Read a text that is a number and nothing else."""
    text = text.replace("\u2212", "-").strip()
    if len(text) > LONGEST_NUMBER or not _NUMBER.fullmatch(text):
        return None
    return float(text), int(text) if text.lstrip("+-").isdecimal() else None


def _compare_dates(values: NDArray[np.float64], sign: str, literal: Literal) -> NDArray[np.bool_]:
    """Compare with a span: == is within, < before it begins, <= before it ends."""
    span = parse_date(literal.value) if isinstance(literal, Text) else None
    if span is None:
        raise LiteralError('holds dates, such as "2004-07-03"', literal)
    begins, ends = values >= span.begin, values < span.end
    found = {
        "==": begins & ends, "!=": ~(begins & ends),
        "<": ~begins, "<=": ends, ">": ~ends, ">=": begins,
    }[sign]  # fmt: skip
    return np.asarray(found)


def _compare_texts(column: Column, sign: str, literal: Literal) -> NDArray[np.bool_]:
    """Compare each distinct text; with a number those that are numbers, by value."""
    if isinstance(literal, Truth):
        raise LiteralError('holds texts, such as "true"', literal)
    compare = _COMPARE[sign]
    if isinstance(literal, Text):
        wanted = _plain(literal.value)
        return column.where(lambda text: compare(_plain(text), wanted))
    return column.where(lambda text: _is_number_so(text, sign, literal))


def _is_number_so(text: str, sign: str, literal: Number) -> bool:
    found = _number_in(text)
    if found is None:
        return sign == "!="
    number, whole = found
    if whole is not None and literal.whole is not None:
        return bool(_COMPARE[sign](whole, literal.whole))
    return bool(_COMPARE[sign](number, literal.value))


def _plain(text: str) -> str:
    """Give a text with its accents in one form."""
    return unicodedata.normalize("NFC", text)
