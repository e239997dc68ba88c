"""The nearest of the rows that an atlas keeps, without searching for all of them again."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Neighbors
from hubble_dash.builder.neighbors.search import Progress, nearest_to, search_neighbors
from hubble_dash.builder.neighbors.unit import BLOCK_ROWS, FloatMatrix, blocks

__all__ = ["nearest_of_kept"]


def nearest_of_kept(
    fingerprints: FloatMatrix,
    old: Neighbors,
    rows: NDArray[np.int64],
    report: dict[str, Any],
    *,
    out: Neighbors,
    device: str = "cpu",
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Find the neighbours of rows that stay, of which those among all are known.

    They are what `hubble_dash.builder.neighbors.search.search_neighbors` finds. Only rows of which
    a neighbour is gone are searched for; all are where more neighbours are wanted than are known,
    or those that are known may not be the nearest.

    Parameters
    ----------
    fingerprints : (n, d) float array
        Of the rows that stay; read in blocks.
    old : Neighbors
        (m, k') of all m rows.
    rows : (n,) int64 array
        Which of them stay, in order.
    report : dict
        How these were found.
    out : Neighbors
        Arrays (n, k) int32 and float32 to write to, such as memory-mapped files.
    device : str
        Where rows are compared.
    progress : callable, optional
        Called with the rows done and all rows.

    Returns
    -------
    dict
        How they were found, for the manifest.
    """
    n, k = out.rows.shape
    if k > old.rows.shape[1] or report.get("method", "exact") != "exact":
        return search_neighbors(fingerprints, k=k, device=device, out=out, progress=progress).report
    new_row = np.full(len(old.rows), -1, np.int32)
    new_row[rows] = np.arange(n, dtype=np.int32)
    for part in blocks(n, BLOCK_ROWS):
        some = rows[part]
        nearest = new_row[old.rows[some, :k]]
        out.rows[part], out.similarities[part] = nearest, old.similarities[some, :k]
        lacking = part.start + np.flatnonzero((nearest < 0).any(axis=1))
        if len(lacking):
            found = nearest_to(lacking, fingerprints, k=k, device=device)
            out.rows[lacking], out.similarities[lacking] = found
        if progress is not None:
            progress(part.stop, n)
    return report
