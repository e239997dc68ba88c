"""A catalogue file becomes a DataFrame and the units of its columns, whatever the format."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from hubble_dash.builder.bounds.failures import words
from hubble_dash.builder.quiet import quiet_astropy
from hubble_dash.builder.tables.astropy_tables import (
    TableFile,
    fits_tables,
    text_table,
    votable_tables,
)
from hubble_dash.builder.tables.encoding import as_utf8
from hubble_dash.builder.tables.formats import READABLE, astropy_format, foreign, unpacked
from hubble_dash.builder.tables.kinds import cut_identifiers, typed
from hubble_dash.builder.tables.parquet import read_parquet
from hubble_dash.builder.tables.text import read_separated, sections
from hubble_dash.errors import CatalogError

__all__ = ["read_table"]

# Bytes by which a format is known.
_N_START = 20_000


def read_table(
    path: Path,
    *,
    name: str | int | None = None,
    is_wanted: Callable[[TableFile], bool] = lambda _: True,
    as_text: Collection[str] = (),
) -> TableFile:
    """Read a table, told apart by content, not by the file's name.

    Parameters
    ----------
    path : Path
        The file, which may be packed by gzip, bzip2 or xz. What can be read stands in
        `hubble_dash.builder.tables.formats.READABLE`.
    name : str or int, optional
        Of a file with several tables: which one, by its name or number (of a FITS file the HDU's,
        else from 0).
    is_wanted : callable
        Of several tables, the first of which this is true is taken, else the first.
    as_text : collection of str
        Columns whose cells stay as they are written. Those that have "file" or "path" in their
        name do in any case: names such as 000123 are no numbers.

    Returns
    -------
    TableFile
        With at least one row.

    Raises
    ------
    CatalogError
        If the file is missing, empty, damaged, or of another format, or has no such table.
    """
    try:
        with quiet_astropy():
            found = _choose(_tables(path, as_text), name, is_wanted)
    except FileNotFoundError:
        raise CatalogError(f"{path}: there is no such catalogue") from None
    except CatalogError as err:
        raise CatalogError(f"{path}: {err}") from None
    except Exception as err:
        raise CatalogError(
            f"{path}: cannot be read: {words(err)}. Readable are {READABLE}"
        ) from err
    if found.data.empty:
        raise CatalogError(f"{path}: the catalogue has no rows")
    return found._replace(notes=found.notes + cut_identifiers(found.data))


def _choose(
    tables: Iterator[tuple[str, TableFile]],
    name: str | int | None,
    is_wanted: Callable[[TableFile], bool],
) -> TableFile:
    """Take the table that is named, else the first that is wanted, and say so."""
    found: dict[str, TableFile] = {}
    for label, table in tables:
        found[label] = table
        if name is not None and str(name).casefold() in (
            label.casefold(),
            *label.casefold().split(" ", 1),
        ):
            return table
    listed = ", ".join(found)
    if not found:
        raise CatalogError("it holds no table; a FITS file may be an image")
    if name is not None:
        raise CatalogError(f"no table {name!r}; there are: {listed}")
    if len(found) == 1:
        return next(iter(found.values()))
    label, table = next(
        (pair for pair in found.items() if is_wanted(pair[1])), next(iter(found.items()))
    )
    return table._replace(
        notes=[
            f"of {len(found)} tables of the catalogue's file ({listed}), {label} was taken; name"
            " another with --catalog-table",
            *table.notes,
        ]
    )


def _tables(path: Path, as_text: Collection[str]) -> Iterator[tuple[str, TableFile]]:
    """Read all tables of a file, with the numbers and names by which they can be asked for."""
    with path.open("rb") as file:
        start = file.read(_N_START)
    data = unpacked(path, start)
    start = start if data is None else data[:_N_START]
    source = path if data is None else io.BytesIO(data)
    if not start.strip():
        raise CatalogError("the file is empty")
    if start.startswith(b"SIMPLE"):
        yield from fits_tables(source)
    elif start.startswith(b"PAR1"):
        yield "0", read_parquet(source, path.stat().st_size)
    elif (why := foreign(start)) is not None:
        raise CatalogError(why)
    elif start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        yield from votable_tables(source)
    else:
        text, notes = as_utf8(path.read_bytes() if data is None else data)
        for number, (name, section) in enumerate(sections(text)):
            table = _read_text(section, as_text)
            yield f"{number} {name}".strip(), table._replace(notes=notes + table.notes)


def _read_text(data: bytes, as_text: Collection[str]) -> TableFile:
    if form := astropy_format(data[:_N_START]):
        return text_table(data.decode(), form, as_text=as_text)
    if (why := foreign(data[:_N_START])) is not None:
        raise CatalogError(why)
    cells, units, separator = read_separated(data)
    names = [
        name for name in cells.column_names if "file" in name.lower() or "path" in name.lower()
    ]
    data_frame, notes = typed(cells, separator=separator, as_text={*names, *as_text})
    return TableFile(data_frame, units, {}, notes)
