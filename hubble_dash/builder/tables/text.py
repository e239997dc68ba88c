"""Tables that are text: separators or blanks between columns, and what archives make of it."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from pyarrow import csv as arrow_csv

from hubble_dash.builder.tables.layout import RULE, Layout, find_layout, unframed, words
from hubble_dash.errors import CatalogError

__all__ = ["SeparatedText", "read_separated", "sections", "unique_names"]

_ROWS_A_BLOCK = 50_000
# Remarks and outlines may be longer than Python's csv thinks that fields are.
csv.field_size_limit(2**31 - 1)
# What databases write below a table.
_N_ROWS = re.compile(r"\(\d+ rows?\)|\d+ rows? in set.*")
_RULE_OF_VIZIER = re.compile(rb"(?m)^[- \t]*--[- \t]*\r?$")


class SeparatedText(NamedTuple):
    """A table whose cells are still texts.

    Attributes
    ----------
    cells : pyarrow.Table
        Of strings.
    units : dict of str
        Units of those columns that have one.
    separator : str
        What stands between the columns; a blank for any number of them.
    """

    cells: pa.Table
    units: dict[str, str]
    separator: str


def sections(data: bytes) -> list[tuple[str, bytes]]:
    """Take apart the tables that VizieR writes one after the other.

    Parameters
    ----------
    data : bytes
        UTF-8.

    Returns
    -------
    list of (str, bytes)
        Name and text of each; of any other text, itself without a name.
    """
    if not data.startswith(b"#"):
        return [("", data)]
    rules = [match.start() for match in _RULE_OF_VIZIER.finditer(data)]
    if len(rules) < 2:
        return [("", data)]
    # Remarks stand between the rows of one table and the names of the next one.
    starts = [0] + [
        data.find(b"\n#", before, rule) + 1 for before, rule in itertools.pairwise(rules)
    ]
    if 0 in starts[1:]:
        return [("", data)]
    found = []
    for start, end in itertools.pairwise([*starts, len(data)]):
        name = re.search(rb"(?m)^#(?:Table|Name:)\s+(\S+?):?\s*$", data[start:end])
        found.append((name[1].decode() if name else "", data[start:end]))
    return found


def read_separated(data: bytes) -> SeparatedText:
    """Read a table with ``,``, ``;``, ``|``, tabs or blanks between its columns.

    Parameters
    ----------
    data : bytes
        UTF-8. The first line that is no remark (``#``) names the columns, or the remark above it
        where it holds values; a line of units and one of dashes may follow.

    Raises
    ------
    CatalogError
        If it does not name its columns, or rows have more values than there are columns.
    """
    layout = find_layout(data)
    names = unique_names(layout.names)
    units = {name: unit for name, unit in zip(names, layout.units, strict=False) if unit}
    try:
        cells = _read_fast(data, layout, names)
    except pa.ArrowInvalid:
        cells = _read_row_by_row(data, layout, names)
    return SeparatedText(cells, units, layout.separator)


def unique_names(names: Collection[object]) -> list[str]:
    """Give columns names that differ: the second ``ra`` is ``ra_2``, one without is ``column 3``.

    Parameters
    ----------
    names : collection of object
        As they stand in a file.
    """
    texts = [str(name).strip() or f"column {i}" for i, name in enumerate(names, 1)]
    # Looked up, since there may be many.
    given, numbers, found = set(texts), dict.fromkeys(texts, 1), dict[str, None]()
    for name in texts:
        new = name
        while new in found or (new != name and new in given):
            numbers[name] += 1
            new = f"{name}_{numbers[name]}"
        found[new] = None
    return list(found)


def _read_fast(data: bytes, layout: Layout, names: list[str]) -> pa.Table:
    """Read rows by Arrow; raise ArrowInvalid where they need a closer look."""
    separator = layout.separator
    if (
        separator == " "
        or data.find(b"\n#", layout.start) >= 0
        or not _quotes_are_plain(data, separator)
    ):
        raise pa.ArrowInvalid
    rows = memoryview(data)[layout.start :]
    if not bytes(rows[:4096]).strip():
        raise pa.ArrowInvalid
    kinds = dict.fromkeys(names, pa.string())
    return arrow_csv.read_csv(
        pa.py_buffer(rows),
        arrow_csv.ReadOptions(column_names=names),
        arrow_csv.ParseOptions(delimiter=separator),
        arrow_csv.ConvertOptions(column_types=kinds, strings_can_be_null=False),
    )


def _quotes_are_plain(data: bytes, separator: str) -> bool:
    """Say whether quotes follow separators without a blank, and each line has an even number."""
    if b'"' not in data:
        return True
    if re.search(re.escape(separator.encode()) + rb'[ \t]+"', data):
        return False
    letters = np.frombuffer(data, np.uint8)
    quotes = np.cumsum(letters == ord('"'), dtype=np.uint8)[letters == ord("\n")]
    return not (quotes % 2).any() and data.count(b'"') % 2 == 0


def _read_row_by_row(data: bytes, layout: Layout, names: list[str]) -> pa.Table:
    rows = _rows(data, layout)
    blocks = []
    while block := list(itertools.islice(rows, _ROWS_A_BLOCK)):
        columns = [pa.array(column, pa.string()) for column in zip(*block, strict=True)]
        blocks.append(pa.table(columns, names))
    if not blocks:
        raise CatalogError("the catalogue has no rows")
    return pa.concat_tables(blocks)


def _rows(data: bytes, layout: Layout) -> Iterator[list[str]]:
    """Give the values of each row; those that are missing at its end are empty."""
    n, separator = len(layout.names), layout.separator
    for number, row in _split_rows(data, layout):
        values = unframed([value.strip() for value in row], separator)
        if values in ([], [""]) or _is_remark(values, n, separator):
            continue
        while len(values) > n and not values[-1]:
            values.pop()
        if len(values) > n or (separator == " " and len(values) < n):
            raise CatalogError(
                f"line {number} has {len(values)} values, and {n} columns are named:"
                f" {separator.join(row)[:80]!r}; put texts with separators into double quotes,"
                " and give each value that is missing a word such as nan"
            )
        yield values + [""] * (n - len(values))


def _split_rows(data: bytes, layout: Layout) -> Iterator[tuple[int, list[str]]]:
    """Split lines, and number them from 1; a text in quotes may have several."""
    n_above = data.count(b"\n", 0, layout.start)
    with io.TextIOWrapper(io.BytesIO(data[layout.start :]), "utf-8", newline="") as lines:
        if layout.separator == " ":
            for number, line in enumerate(lines, n_above + 1):
                yield number, _at_places(line, layout.ends) or words(line)
        else:
            reader = csv.reader(
                lines, delimiter=layout.separator, skipinitialspace=True, strict=True
            )
            try:
                for row in reader:
                    yield n_above + reader.line_num, row
            except csv.Error as err:
                raise CatalogError(
                    f"line {n_above + reader.line_num}: {err}; a double quote opens a text that"
                    ' another one must end, and stands twice inside of it: "5"" disk"'
                ) from None


def _at_places(line: str, ends: Sequence[int]) -> list[str]:
    """Split a line at the ends of columns; give nothing where that would cut a word."""
    if not ends or any(line[end : end + 1].strip() for end in ends[:-1]):
        return []
    return [line[start:end] for start, end in zip([0, *ends], [*ends[:-1], None], strict=False)]


def _is_remark(values: list[str], n: int, separator: str) -> bool:
    """Tell what is no row: remarks, lines of dashes; a name may start with # too."""
    first = values[0]
    if len(values) == n and separator != " ":
        return False
    return first.startswith("#") or bool(RULE.fullmatch(first) or _N_ROWS.fullmatch(first))
