"""A column of a table -> its kind, and the smallest arrays that give it back."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.atlas.schema import is_long, is_number, text_codes
from hubble_dash.query.dates import milliseconds

__all__ = ["MAX_CATEGORIES", "Kind", "Values", "missing_code", "values_of"]

Kind: TypeAlias = Literal["number", "date", "category", "text", "flag"]

# A column of more distinct texts is searched rather than ticked; one of categories has at least so
# many cutouts a category on average.
MAX_CATEGORIES = 200
LEAST_A_CATEGORY = 2
TRUTHS = ("False", "True")
_WHOLE = (np.uint8, np.uint16, np.int32)


class Values(NamedTuple):
    """A column, a value for each row of its table.

    Attributes
    ----------
    kind : str
        What it holds.
    has_numbers : bool
        Whether it is in `numbers`; else it is in `codes` and `texts`, as all kinds but numbers are,
        and whole numbers that a float does not give back.
    numbers : (m,) array
        NaN where missing; whole ones where none is.
    codes : (m,) uint8, uint16 or int32 array
        Into the texts; `missing_code` of their type where missing.
    texts : list of str
        The distinct ones, the commonest first; of truths ``False`` and ``True``.
    """

    kind: Kind
    has_numbers: bool
    numbers: NDArray[Any]
    codes: NDArray[Any]
    texts: list[str]


def values_of(column: pd.Series, counts: NDArray[np.int64] | None = None) -> Values:
    """Take a column apart.

    Parameters
    ----------
    column : (m,) pandas.Series
        Of a table. An empty text is missing.
    counts : (m,) int64 array, optional
        How many cutouts each of its rows stands for; one if not given.
    """
    if pd.api.types.infer_dtype(column, skipna=True) == "boolean":
        codes = np.where(column.isna(), -1, column.fillna(False).to_numpy(dtype=np.int64))
        return Values("flag", False, np.empty(0), _smallest_codes(codes, len(TRUTHS)), [*TRUTHS])
    is_long_number = is_long(column)
    if is_number(column) and not is_long_number:
        return Values("number", True, _smallest_numbers(column), np.empty(0, np.uint8), [])
    codes, texts = text_codes(column)
    blank = np.array([not text.strip() for text in texts] + [True])
    known = ~blank[codes]
    held = np.bincount(codes[known], None if counts is None else counts[known], len(texts))
    kept = [code for code in np.argsort(-held, kind="stable") if not blank[code]]
    # The last place is that of code -1.
    rank = np.full(len(blank), -1)
    rank[kept] = np.arange(len(kept))
    texts = [texts[code] for code in kept]
    kind = "number" if is_long_number else _kind_of(texts, int(held.sum()))
    return Values(kind, False, np.empty(0), _smallest_codes(rank[codes], len(texts)), texts)


def missing_code(codes: NDArray[Any]) -> int:
    """Give the code of what is missing.

    Parameters
    ----------
    codes : uint8, uint16 or int32 array
        Of a column.

    Returns
    -------
    int
        The greatest that the type has, or -1 where the type has that.
    """
    return -1 if codes.dtype.kind == "i" else int(np.iinfo(codes.dtype).max)


def _kind_of(texts: list[str], n_known: int) -> Kind:
    if milliseconds(texts) is not None:
        return "date"
    is_few = 0 < len(texts) <= MAX_CATEGORIES and LEAST_A_CATEGORY * len(texts) <= n_known
    return "category" if is_few else "text"


def _smallest_numbers(column: pd.Series) -> NDArray[Any]:
    if pd.api.types.is_integer_dtype(column) and not column.isna().any() and len(column):
        low, high = int(column.min()), int(column.max())
        for kind in _WHOLE:
            if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
                return column.to_numpy(dtype=kind)
    numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
    with np.errstate(over="ignore"):
        single = numbers.astype(np.float32)
    return single if np.array_equal(single, numbers, equal_nan=True) else numbers


def _smallest_codes(codes: NDArray[np.int64], n_texts: int) -> NDArray[Any]:
    for kind in (np.uint8, np.uint16):
        if n_texts <= np.iinfo(kind).max:
            # -1 becomes the greatest.
            return codes.astype(kind)
    return codes.astype(np.int32)
