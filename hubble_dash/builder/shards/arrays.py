"""Neighbours -> the arrays of the atlas, kept when what follows fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Neighbors
from hubble_dash.atlas.manifest import NeighborsEntry
from hubble_dash.atlas.schema import ARRAY_TYPES, NEIGHBORS_FILE, SIMILARITIES_FILE
from hubble_dash.builder.neighbors.search import search_neighbors
from hubble_dash.builder.shards.part import Part

__all__ = ["write_neighbors"]


def write_neighbors(
    part: Part,
    fingerprints: NDArray[np.float16],
    *,
    k: int,
    progress: Callable[[int, int], None] | None = None,
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
    progress : callable, optional
        Is told how many cutouts are done, and of how many.

    Returns
    -------
    neighbors : Neighbors
        ``rows`` (n, k) int32 and ``similarities`` (n, k) float32, mapped.
    report : NeighborsEntry
        How they were found.
    """
    shape = len(fingerprints), k
    report = part.read_report("neighbors", shape)
    out = Neighbors(
        _mapped(part.atlas / NEIGHBORS_FILE, shape, new=report is None),
        _mapped(part.atlas / SIMILARITIES_FILE, shape, new=report is None),
    )
    if report is None:
        report = search_neighbors(fingerprints, k=k, out=out, progress=progress).report
        for array in (out.rows, out.similarities):
            if isinstance(array, np.memmap):
                array.flush()
        part.write_report("neighbors", shape, report)
    return out, cast("NeighborsEntry", report)


def _mapped(path: Path, shape: tuple[int, int], *, new: bool) -> NDArray[Any]:
    """Map an array of the atlas; an empty one cannot be mapped."""
    kind = ARRAY_TYPES[path.name]
    if not new:
        kept: NDArray[Any] = np.load(path, mmap_mode="r" if 0 not in shape else None)
        return kept
    if 0 in shape:
        np.save(path, np.empty(shape, kind))
        return np.empty(shape, kind)
    return open_memmap(path, mode="w+", dtype=kind, shape=shape)
