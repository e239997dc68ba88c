"""Neighbours and map -> the arrays of the atlas, kept when what follows fails."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.lib.format import open_memmap, write_array_header_1_0
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Neighbors
from hubble_dash.atlas.manifest import NeighborsEntry
from hubble_dash.atlas.schema import (
    ARRAY_TYPES,
    NEIGHBORS_FILE,
    POSITIONS_FILE,
    SIMILARITIES_FILE,
    TRUST_FILE,
)
from hubble_dash.builder.neighbors.search import Searched, search_neighbors
from hubble_dash.builder.projection.trust import trust_of
from hubble_dash.builder.shards.part import Part
from hubble_dash.disk.calls import remove
from hubble_dash.disk.names import write_inside
from hubble_dash.disk.space import check_room, reserve

__all__ = ["map_new", "new_neighbors", "save_array", "write_map", "write_neighbors"]


Search: TypeAlias = Callable[..., Searched]


def write_neighbors(
    part: Part,
    fingerprints: NDArray[np.float16],
    *,
    k: int,
    device: str = "cpu",
    progress: Callable[[int, int], None] | None = None,
    search: Search = search_neighbors,
) -> tuple[Neighbors, NeighborsEntry]:
    """Write the neighbours of each cutout, unless an interrupted build has done so.

    Parameters
    ----------
    part : Part
        The build.
    fingerprints : (n, d) float16 array
        Of its cutouts.
    k : int
        Neighbours of each.
    device : str
        Where they are found.
    progress : callable, optional
        Is told how many cutouts are done, and of how many.
    search : callable
        Finds them, as `search_neighbors` does.

    Returns
    -------
    neighbors : Neighbors
        ``rows`` (n, k) int32 and ``similarities`` (n, k) float32, mapped.
    report : NeighborsEntry
        How they were found.
    """
    shape = len(fingerprints), k
    paths = part.atlas / NEIGHBORS_FILE, part.atlas / SIMILARITIES_FILE
    report = part.read_report("neighbors", shape)
    if report is not None:
        kept = Neighbors(*(_kept(path, shape) for path in paths))
        if kept.rows is not None and kept.similarities is not None:
            return kept, cast("NeighborsEntry", report)
    needed = math.prod(shape) * sum(ARRAY_TYPES[path.name].itemsize for path in paths)
    check_room(paths[0].with_name("neighbours"), needed)
    with new_neighbors(part.atlas, shape) as out:
        found = search(fingerprints, k=k, device=device, out=out, progress=progress).report
    part.write_report("neighbors", shape, found)
    return out, cast("NeighborsEntry", found)


@contextmanager
def new_neighbors(folder: Path, shape: tuple[int, int]) -> Iterator[Neighbors]:
    """Map new arrays of neighbours, and wait in the end until the disk has them.

    Parameters
    ----------
    folder : Path
        The atlas.
    shape : tuple of int
        Cutouts, and neighbours of each.

    Yields
    ------
    Neighbors
        To be written to.

    Raises
    ------
    OSError
        As of `map_new`.
    """
    out = Neighbors(
        *(map_new(folder / name, shape) for name in (NEIGHBORS_FILE, SIMILARITIES_FILE))
    )
    yield out
    for array in (out.rows, out.similarities):
        if isinstance(array, np.memmap):
            array.flush()


def write_map(folder: Path, neighbors: Neighbors, positions: NDArray[np.float32]) -> list[str]:
    """Write the map, and how far it is to be trusted around each cutout.

    Parameters
    ----------
    folder : Path
        The atlas.
    neighbors : Neighbors
        Of all n.
    positions : (n, 2) float32 array
        Where each lies.

    Returns
    -------
    list of str
        The files that there are now.
    """
    save_array(folder / POSITIONS_FILE, positions)
    remove(folder / TRUST_FILE)
    trust = trust_of(neighbors, positions)
    if trust is None:
        return [POSITIONS_FILE]
    save_array(folder / TRUST_FILE, trust)
    return [POSITIONS_FILE, TRUST_FILE]


def map_new(path: Path, shape: tuple[int, int]) -> NDArray[Any]:
    """Map a new array of the atlas, with room on the disk for all of it.

    Parameters
    ----------
    path : Path
        Of its file, whose name says of which kind it is.
    shape : tuple of int
        Where it is empty it is not mapped, which cannot be.

    Returns
    -------
    array
        Of that shape.

    Raises
    ------
    OSError
        If there is not so much room, and then no file either.
    """
    kind = ARRAY_TYPES[path.name]
    if 0 in shape:
        save_array(path, np.empty(shape, kind))
        return np.empty(shape, kind)
    try:
        with path.open("wb") as file:
            described = {"descr": kind.str, "fortran_order": False, "shape": shape}
            write_array_header_1_0(file, described)
            # A mapped file that finds no room when it is written to ends the process.
            reserve(file, file.tell() + math.prod(shape) * kind.itemsize, path)
    except BaseException:
        remove(path)
        raise
    return open_memmap(path, mode="r+")


def save_array(path: Path, array: NDArray[Any], *, lasting: bool = False) -> None:
    """Write a small array of the atlas, whole or not at all.

    Parameters
    ----------
    path : Path
        Of its file.
    array : array
        Its values.
    lasting : bool
        Wait until the disk has it.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    # By itself, NumPy does not say why it could not write.
    buffer = io.BytesIO()
    np.save(buffer, array)
    write_inside(buffer.getvalue(), path, lasting=lasting)


def _kept(path: Path, shape: tuple[int, int]) -> Any:
    """Map what is there; None where that is not what is wanted."""
    try:
        array: NDArray[Any] = np.load(path, mmap_mode="r" if 0 not in shape else None)
    except (OSError, ValueError):
        return None
    return array if array.shape == shape and array.dtype == ARRAY_TYPES[path.name] else None
