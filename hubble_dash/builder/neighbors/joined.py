"""The nearest of an atlas's rows and of those that were added, without searching all of it again.

An old row's nearest are among those that it had and the new rows; a new row is compared with all.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Neighbors
from hubble_dash.builder.neighbors.exact import nearest_of_some
from hubble_dash.builder.neighbors.search import (
    Progress,
    exact_products,
    in_order,
    nearest_to,
    search_neighbors,
)
from hubble_dash.builder.neighbors.unit import (
    BLOCK_ROWS,
    SIMILARITY_TOLERANCE,
    FloatMatrix,
    blocks,
    unit_block,
)

__all__ = ["join_neighbors"]

# Recall is measured, as by an index, at the nine nearest, on so many rows.
RECALL_DEPTH, SAMPLE_ROWS = 9, 1000


def join_neighbors(
    fingerprints: FloatMatrix,
    old: Neighbors,
    report: dict[str, Any],
    *,
    out: Neighbors,
    device: str = "cpu",
    progress: Progress | None = None,
    max_exact_products: float | None = None,
) -> dict[str, Any]:
    """Find the neighbours of all rows, those of the first being known among themselves.

    They are what `hubble_dash.builder.neighbors.search.search_neighbors` finds among all rows. It
    is asked where so many rows are new that it does less, and where more neighbours are wanted than
    are known.

    Parameters
    ----------
    fingerprints : (n, d) float array
        Of the m old rows first; read in blocks.
    old : Neighbors
        (m, k') of the old rows among the old ones.
    report : dict
        How these were found. Of approximate ones the recall is measured anew.
    out : Neighbors
        Arrays (n, k) int32 and float32 to write to, such as memory-mapped files.
    device : str
        Where rows are compared.
    progress : callable, optional
        Called with the rows done and all rows.
    max_exact_products : float, optional
        Multiplications up to which new rows are compared with all; with more, all are searched.

    Returns
    -------
    dict
        How they were found, for the manifest.

    Raises
    ------
    ValueError
        As of `hubble_dash.builder.neighbors.search.search_neighbors`.
    """
    (n, d), (m, known), k = fingerprints.shape, old.rows.shape, out.rows.shape[1]
    if max_exact_products is None:
        max_exact_products = exact_products(device)
    if known < min(k, m - 1) or float(n - m) * (n + m) * d > max_exact_products:
        found = search_neighbors(fingerprints, k=k, device=device, out=out, progress=progress)
        return found.report
    for part in blocks(m, BLOCK_ROWS):
        _join(fingerprints, old, out, part, device)
        if progress is not None:
            progress(part.stop, n)
    for part in blocks(n - m, BLOCK_ROWS):
        numbers = np.arange(m + part.start, m + part.stop)
        out.rows[numbers], out.similarities[numbers] = nearest_to(
            numbers, fingerprints, k=k, device=device
        )
        if progress is not None:
            progress(m + part.stop, n)
    return (
        report if report.get("method", "exact") == "exact" else _measured(fingerprints, out, report)
    )


def _join(
    fingerprints: FloatMatrix, old: Neighbors, out: Neighbors, part: slice, device: str
) -> None:
    """Put the new rows that are near among the neighbours of some old ones."""
    m, k = len(old.rows), out.rows.shape[1]
    queries, new = unit_block(fingerprints, part), fingerprints[m:]
    similarities, rows = nearest_of_some(queries, new, min(k, len(new)), device=device)
    out.rows[part], out.similarities[part] = in_order(
        np.concatenate([old.similarities[part], similarities], axis=1),
        np.concatenate([old.rows[part], rows + m], axis=1),
        k,
    )


def _measured(
    fingerprints: FloatMatrix, found: Neighbors, report: dict[str, Any]
) -> dict[str, Any]:
    """Measure how many of the nearest are there, where those of the old rows are not all."""
    n, k = found.rows.shape
    sample = np.sort(np.random.default_rng(0).choice(n, min(n, SAMPLE_ROWS), replace=False))
    _, true = nearest_to(sample, fingerprints, k=k)

    def recall(depth: int) -> float:
        last = true[:, depth - 1, np.newaxis]
        there: NDArray[np.bool_] = found.similarities[sample, :depth] >= last - SIMILARITY_TOLERANCE
        return round(float(there.mean()), 4)

    depth = min(RECALL_DEPTH, k)
    measured = {f"recall_at_{depth}": recall(depth), "recall_at_k": recall(k)}
    kept = {name: value for name, value in report.items() if not name.startswith("recall_at_")}
    return {**kept, **measured, "sample": len(sample)}
