"""How a table that is text is written: what names and separates its columns, where rows start."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Sequence
from typing import NamedTuple

from hubble_dash.errors import CatalogError

__all__ = ["RULE", "Layout", "are_units", "find_layout", "unframed", "words"]

# A line of dashes, in whatever frame.
RULE = re.compile(r"[-=+|:,;\s]*(--|==)[-=+|:,;\s]*")
# Blanks come last, as many other tables have some.
_SEPARATORS = ",;\t|"
# Lines that are looked at to understand the others.
_N_LOOKED_AT = 30
# Of one of these lines.
_MAX_COLUMNS = 100_000
_MAX_LETTERS = 10_000_000
# Letters of a line that are told.
MAX_SHOWN = 60
# What lines above the names begin with, of which none is a row.
_REMARKS = ("#", "%", "//", "!")
_ANGLES = {"deg", "degree", "degrees", "[deg]", "(deg)", "h:m:s", "d:m:s", "hms", "dms", "hours"}
_TYPES_OF_RDB = re.compile(r"\d*[NSM](\t\d*[NSM])+")
_QUOTED_WORDS = re.compile(r'"([^"]*)"(?=\s|$)|\'([^\']*)\'(?=\s|$)|(\S+)')


class _Line(NamedTuple):
    """A line, where it starts, and where the next one does."""

    text: str
    start: int
    end: int


class Layout(NamedTuple):
    """How a table is written.

    Attributes
    ----------
    names, units : list of str
        Of its columns; no units where none are given.
    separator : str
        What stands between the columns; a blank for any number of them.
    start : int
        The byte at which rows start.
    ends : sequence of int
        The places at which columns end, where a line of dashes and blanks shows them.
    """

    names: list[str]
    units: list[str]
    separator: str
    start: int
    ends: Sequence[int] = ()


def find_layout(data: bytes) -> Layout:
    """Find the names of the columns, and what separates them.

    Parameters
    ----------
    data : bytes
        UTF-8.

    Raises
    ------
    CatalogError
        If there are no rows, nothing names the columns, or they are far too many.
    """
    lines, above = _head(data)
    separator = ""
    # Excel writes what separates its columns.
    if lines and (hint := re.fullmatch(r'"?sep=(.)"?', lines[0].text)):
        separator, lines = hint[1], lines[1:]
    lines = [*itertools.dropwhile(lambda line: RULE.fullmatch(line.text), lines)]
    if not lines:
        raise CatalogError("the catalogue has no rows")
    texts = [line.text for line in lines]
    rule = next((i for i, text in enumerate(texts[:4]) if i and _is_rule(text)), 0)
    head, rows = texts[max(rule, 1) - 1], texts[rule + 1 :]
    separator = separator or _separator(head, rows)
    names, units = _split(head, separator), []
    if rule > 1 and len(over := _split(texts[rule - 2], separator)) == len(names):
        names, units = over, names
    above_names = _split(above.lstrip("#%/! "), separator)
    if not rule and _hold_values(names, above_names):
        # The line above names them, as NumPy writes it.
        return Layout(above_names, [], separator, lines[0].start)
    if not rule and rows and are_units(_split(rows[0], separator)):
        return Layout(names, _split(rows[0], separator), separator, lines[1].end)
    ends = [match.end() for match in re.finditer(r"\S+", texts[rule])] if rule else []
    ends = ends if separator == " " and len(ends) == len(names) else []
    return Layout(names, units, separator, lines[rule].end, ends)


def _is_rule(line: str) -> bool:
    """Know a line below the names: dashes, or the types of an RDB table."""
    return bool(RULE.fullmatch(line) or _TYPES_OF_RDB.fullmatch(line))


def _head(data: bytes) -> tuple[list[_Line], str]:
    """Read the first lines that are no remarks, and the last remark above them."""
    found: list[_Line] = []
    above, at = "", 0
    while at < len(data) and len(found) < _N_LOOKED_AT:
        end = data.find(b"\n", at) + 1 or len(data)
        line = data[at:end]
        _check_line(line)
        text = line.decode(errors="replace").rstrip("\r\n")
        if text.strip() and not text.startswith(_REMARKS):
            found.append(_Line(text, at, end))
        elif text.strip() and not found:
            above = text
        at = end
    return found, above


def _check_line(line: bytes) -> None:
    """Refuse far more columns than any table has, before they are taken apart."""
    most = max(line.count(one.encode()) for one in _SEPARATORS)
    if most > _MAX_COLUMNS or len(line) > _MAX_LETTERS:
        raise CatalogError(
            f"a line has {len(line):,} letters and {most:,} separators; allowed are"
            f" {_MAX_COLUMNS:,} columns in {_MAX_LETTERS:,} letters"
        )


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
        return words(line)
    values = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    return unframed([value.strip() for value in values], separator)


def words(line: str) -> list[str]:
    """Split a line at blanks that are not in quotes.

    Parameters
    ----------
    line : str
        Of a table.
    """
    if '"' not in line and "'" not in line:
        return line.split()
    return ["".join(groups) for groups in _QUOTED_WORDS.findall(line)]


def unframed(values: list[str], separator: str) -> list[str]:
    """Take off the empty values before the first bar and behind the last.

    Parameters
    ----------
    values : list of str
        Of a row.
    separator : str
        What stands between them.
    """
    is_framed = separator == "|" and len(values) > 2 and not (values[0] or values[-1])
    return values[1:-1] if is_framed else values


def _hold_values(names: list[str], above: list[str]) -> bool:
    """Say whether a first line holds values that the line above it names.

    Numbers that count columns are names too, if none stand above.
    """
    numbers = [name for name in names if _is_number(name)]
    if numbers and len(above) == len(names) and not any(map(_is_number, above)):
        return True
    counted = [[str(i) for i in range(first, first + len(numbers))] for first in (0, 1)]
    if numbers and (len(numbers) == 1 or numbers not in counted):
        first = " ".join(names)
        shown = first if len(first) <= MAX_SHOWN else f"{first[:MAX_SHOWN]}..."
        raise CatalogError(
            f"the first line must name the columns; it is {shown!r}; put a line of names above it,"
            " such as file,ra,dec of a catalogue or file,f0,f1 of vectors"
        )
    return False


def are_units(values: list[str]) -> bool:
    """Know a line of units by those of angles; a row of values has some number.

    Parameters
    ----------
    values : list of str
        What stands in the line.
    """
    return not any(map(_is_number, values)) and any(value.lower() in _ANGLES for value in values)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.strip().lower() not in ("nan", "inf", "infinity")
