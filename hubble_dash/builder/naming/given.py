"""Names that the user gives to clusters, in place of those they would have."""

from __future__ import annotations

import csv
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from hubble_dash.atlas.manifest import ClusterLevelEntry
from hubble_dash.errors import CatalogError

__all__ = ["differ", "read_names", "renamed"]

logger = logging.getLogger(__name__)

HEAD = ["cluster", "name"]
ALLOWED = "a CSV file with the columns cluster (as it is called) and name (as it shall be called)"


def read_names(given: str | Path | Mapping[str, str] | None) -> dict[str, str] | None:
    """Read what clusters shall be called.

    Parameters
    ----------
    given : path-like, mapping or None
        New names by those that clusters have by themselves; or a CSV file with columns ``cluster``
        and ``name``.

    Returns
    -------
    dict of str to str or None
        New names by old ones; None where nothing is said of them.

    Raises
    ------
    CatalogError
        If the file cannot be read, a name is empty, one cluster has two, or two have one.
    """
    if given is None:
        return None
    if isinstance(given, Mapping):
        rows, said = [[str(old).strip(), str(new).strip()] for old, new in given.items()], "names"
    else:
        rows, said = _rows_of(given), str(given)
    names: dict[str, str] = {}
    for row in rows:
        if len(row) != len(HEAD) or not all(row):
            raise CatalogError(f"{said} has {row}; give {ALLOWED}")
        if row[0] in names:
            raise CatalogError(f"{said} names {row[0]!r} twice; each cluster has one name")
        names[row[0]] = row[1]
    if len({*names.values()}) < len(names):
        raise CatalogError(f"{said} gives two clusters one name; names tell them apart")
    return names


def _rows_of(path: str | Path) -> list[list[str]]:
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            rows = [[cell.strip() for cell in row] for row in csv.reader(file) if any(row)]
    except (OSError, UnicodeDecodeError, csv.Error) as err:
        raise CatalogError(f"{path} cannot be read ({err}); give {ALLOWED}") from err
    if not rows or rows[0] != HEAD:
        raise CatalogError(f"{path} begins with {rows[0] if rows else 'nothing'}; give {ALLOWED}")
    return rows[1:]


def differ(levels: Sequence[ClusterLevelEntry], names: Mapping[str, str] | None) -> bool:
    """Say whether names that are wanted are not there, or others that people gave are.

    Parameters
    ----------
    levels : sequence of ClusterLevelEntry
        Of an atlas.
    names : mapping of str to str or None
        As of `read_names`.
    """
    if names is None:
        return False
    clusters = [one for level in levels for one in level["clusters"]]
    there = {one["name"] for one in clusters}
    by_hand = {one["name"] for one in clusters if "own_name" in one}
    return not (there.issuperset(names.values()) and by_hand.issubset(names.values()))


def renamed(
    levels: Sequence[ClusterLevelEntry], names: Mapping[str, str]
) -> list[ClusterLevelEntry]:
    """Give clusters the names that the user wants; what finds no cluster is logged.

    Parameters
    ----------
    levels : sequence of ClusterLevelEntry
        With the names that they have by themselves.
    names : mapping of str to str
        As of `read_names`.

    Returns
    -------
    list of ClusterLevelEntry
        A name that another cluster of the level keeps is given to none.
    """
    found: list[ClusterLevelEntry] = []
    for level in levels:
        kept = {one["name"] for one in level["clusters"] if one["name"] not in names}
        clusters = [one.copy() for one in level["clusters"]]
        for one in clusters:
            before = one["name"]
            wanted = names.get(before, before)
            if wanted != before and wanted not in kept:
                one["name"], one["own_name"] = wanted, before
        found.append({"name": level["name"], "clusters": clusters})
    there = {one["name"] for level in found for one in level["clusters"]}
    own = {one["name"] for level in levels for one in level["clusters"]}
    for old, new in names.items():
        if new not in there:
            text = "no cluster is called %r, to be called %r; there are: %s"
            logger.warning(text, old, new, "; ".join(sorted(own)) or "none")
    return found
