"""Tables that are text: separators or blanks between columns, and what archives make of it."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import pyarrow as pa  # type: ignore[import-untyped]
from pyarrow import csv as arrow_csv

from hubble_dash.errors import CatalogError

__all__ = ["SeparatedText", "read_separated", "sections", "unique_names"]

# Blanks come last, as many other tables have some.
_SEPARATORS = ",;\t|"
# Lines that are looked at to understand the others.
_N_LOOKED_AT = 30
_ROWS_A_BLOCK = 50_000
_RULE = re.compile(r"[-=+|:,;\s]*(--|==)[-=+|:,;\s]*")
_TYPES_OF_RDB = re.compile(r"\d*[NSM](\t\d*[NSM])+")
_ROWS_OF_PSQL = re.compile(r"\(\d+ rows?\)")
_RULE_OF_VIZIER = re.compile(rb"(?m)^[- \t]*--[- \t]*\r?$")
_QUOTED_WORDS = re.compile(r'"([^"]*)"(?=\s|$)|\'([^\']*)\'(?=\s|$)|(\S+)')


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


class _Line(NamedTuple):
    """A line, where it starts, and where the next one does."""

    text: str
    start: int
    end: int


class _Layout(NamedTuple):
    """How a table is written: its names and units, what separates them, where rows start.

    ``ends`` are the places at which columns end, where a line of dashes and blanks shows them.
    """

    names: list[str]
    units: list[str]
    separator: str
    start: int
    ends: Sequence[int] = ()


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
    rules = [match.start() for match in _RULE_OF_VIZIER.finditer(data)]
    if len(rules) < 2 or not data.startswith(b"#"):
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
    layout = _layout(data)
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
    found: list[str] = []
    for name in texts:
        new, number = name, 1
        while new in found or (number > 1 and new in texts):
            number += 1
            new = f"{name}_{number}"
        found.append(new)
    return found


def _layout(data: bytes) -> _Layout:
    """Find the names of the columns, and what separates them."""
    lines, above = _head(data)
    separator = ""
    # Excel writes what separates its columns.
    if lines and (hint := re.fullmatch(r'"?sep=(.)"?', lines[0].text)):
        separator, lines = hint[1], lines[1:]
    lines = [*itertools.dropwhile(lambda line: _RULE.fullmatch(line.text), lines)]
    if not lines:
        raise CatalogError("the catalogue has no rows")
    texts = [line.text for line in lines]
    rule = next((i for i, text in enumerate(texts[:4]) if i and _is_rule(text)), 0)
    head, rows = texts[max(rule, 1) - 1], texts[rule + 1 :]
    separator = separator or _separator(head, rows)
    names, units = _split(head, separator), []
    if rule > 1 and len(over := _split(texts[rule - 2], separator)) == len(names):
        names, units = over, names
    if rule or not _are_values(names):
        ends = [match.end() for match in re.finditer(r"\S+", texts[rule])] if rule else []
        ends = ends if separator == " " and len(ends) == len(names) else []
        return _Layout(names, units, separator, lines[rule].end, ends)
    # Where the first line holds values, the line above may name them, as NumPy writes it.
    above_names = _split(above.lstrip("# "), separator)
    if len(above_names) != len(names):
        raise CatalogError(f"the first line must name the columns; it is {head!r}")
    return _Layout(above_names, [], separator, lines[0].start)


def _is_rule(line: str) -> bool:
    """Know a line below the names: dashes, or the types of an RDB table."""
    return bool(_RULE.fullmatch(line) or _TYPES_OF_RDB.fullmatch(line))


def _head(data: bytes) -> tuple[list[_Line], str]:
    """Read the first lines that are no remarks, and the last remark above them."""
    found: list[_Line] = []
    above, at = "", 0
    while at < len(data) and len(found) < _N_LOOKED_AT:
        end = data.find(b"\n", at) + 1 or len(data)
        text = data[at:end].decode(errors="replace").rstrip("\r\n")
        if text.strip() and not text.startswith("#"):
            found.append(_Line(text, at, end))
        elif text.strip() and not found:
            above = text
        at = end
    return found, above


def _separator(names: str, rows: list[str]) -> str:
    """Find what gives rows as many values as there are names, and many."""

    def agreement(separator: str) -> tuple[float, int]:
        n = len(_split(names, separator))
        agree = [len(_split(row, separator)) == n for row in rows]
        return (sum(agree) / len(agree) if agree else 1.0), n

    found = {one: agreement(one) for one in _SEPARATORS if len(_split(names, one)) > 1}
    best = max(found, key=found.__getitem__, default=",")
    share, n = agreement(" ")
    return " " if n > 1 and share > found.get(best, (0.0, 0))[0] else best


def _split(line: str, separator: str) -> list[str]:
    """Split a line as rows will be split; bars around it frame it."""
    if separator == " ":
        return _words(line)
    values = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    return _unframed([value.strip() for value in values], separator)


def _words(line: str) -> list[str]:
    if '"' not in line and "'" not in line:
        return line.split()
    return ["".join(groups) for groups in _QUOTED_WORDS.findall(line)]


def _unframed(values: list[str], separator: str) -> list[str]:
    is_framed = separator == "|" and len(values) > 2 and not (values[0] or values[-1])
    return values[1:-1] if is_framed else values


def _are_values(names: list[str]) -> bool:
    """Say whether a line holds values: numbers, but not those that count columns."""
    numbers = [name for name in names if _is_number(name)]
    counted = [[str(i) for i in range(first, first + len(numbers))] for first in (0, 1)]
    return bool(numbers) and (len(numbers) == 1 or numbers not in counted)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.strip().lower() not in ("nan", "inf", "infinity")


def _read_fast(data: bytes, layout: _Layout, names: list[str]) -> pa.Table:
    """Read rows by Arrow; raise ArrowInvalid where they need a closer look."""
    separator = layout.separator
    quote_after_blank = re.compile(re.escape(separator.encode()) + rb'[ \t]+"')
    if separator == " " or data.find(b"\n#", layout.start) >= 0 or quote_after_blank.search(data):
        raise pa.ArrowInvalid
    rows = memoryview(data)[layout.start :]
    if not bytes(rows[:4096]).strip():
        raise pa.ArrowInvalid
    kinds = dict.fromkeys(names, pa.string())
    return arrow_csv.read_csv(
        pa.py_buffer(rows),
        arrow_csv.ReadOptions(column_names=names),
        arrow_csv.ParseOptions(delimiter=separator, newlines_in_values=b'"' in data),
        arrow_csv.ConvertOptions(column_types=kinds, strings_can_be_null=False),
    )


def _read_row_by_row(data: bytes, layout: _Layout, names: list[str]) -> pa.Table:
    rows = _rows(data, layout)
    blocks = []
    while block := list(itertools.islice(rows, _ROWS_A_BLOCK)):
        columns = [pa.array(column, pa.string()) for column in zip(*block, strict=True)]
        blocks.append(pa.table(columns, names))
    if not blocks:
        raise CatalogError("the catalogue has no rows")
    return pa.concat_tables(blocks)


def _rows(data: bytes, layout: _Layout) -> Iterator[list[str]]:
    """Give the values of each row; those that are missing at its end are empty."""
    n, separator = len(layout.names), layout.separator
    for number, row in _split_rows(data, layout):
        values = _unframed([value.strip() for value in row], separator)
        if not any(values) or _is_remark(values, n, separator):
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


def _split_rows(data: bytes, layout: _Layout) -> Iterator[tuple[int, list[str]]]:
    """Split lines, and number them from 1; a text in quotes may have several."""
    n_above = data.count(b"\n", 0, layout.start)
    with io.TextIOWrapper(io.BytesIO(data[layout.start :]), "utf-8", newline="") as lines:
        if layout.separator == " ":
            for number, line in enumerate(lines, n_above + 1):
                yield number, _at_places(line, layout.ends) or _words(line)
        else:
            reader = csv.reader(lines, delimiter=layout.separator, skipinitialspace=True)
            for row in reader:
                yield n_above + reader.line_num, row


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
    return first.startswith("#") or bool(_RULE.fullmatch(first) or _ROWS_OF_PSQL.fullmatch(first))
