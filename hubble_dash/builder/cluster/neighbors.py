"""Fingerprints -> the nearest rows of all, each worker finding those of some."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Neighbors
from hubble_dash.builder.backends.devices import device_of_tensors
from hubble_dash.builder.cluster.connection import Cluster, use_threads_of_worker
from hubble_dash.builder.neighbors.search import (
    Searched,
    exact_products,
    nearest_to,
    search_neighbors,
)
from hubble_dash.builder.neighbors.unit import blocks, check_matrix
from hubble_dash.config.choices import Device

__all__ = ["search_on_cluster"]

# Fewer are found here before workers have read the fingerprints.
LEAST_ROWS = 50_000
ROWS_A_SHARE = 16384
SHARES_A_WORKER = 2

Rows = tuple[NDArray[np.int32], NDArray[np.float32]]


def search_on_cluster(
    cluster: Cluster,
    asked: Device,
    path: Path,
    fingerprints: NDArray[np.float16],
    *,
    k: int,
    device: str,
    out: Neighbors,
    progress: Callable[[int, int], None] | None = None,
    least_rows: int = LEAST_ROWS,
    rows_a_share: int = ROWS_A_SHARE,
) -> Searched:
    """Find what `search_neighbors` finds: on workers, where all pairs are compared.

    Of so many rows that an index is used, and of few, the search is done here.

    Parameters
    ----------
    cluster : Cluster
        Of the workers.
    asked : {"auto", "cpu", "cuda", "mps"}
        Where workers compute.
    path : Path
        The file of the fingerprints, which workers see.
    fingerprints : (n, d) float16 array
        What is in it.
    k, device, out, progress
        As of `search_neighbors`; the device is that of this machine.
    least_rows : int
        What few are.
    rows_a_share : int
        Rows whose neighbours one worker finds at a time.

    Returns
    -------
    Searched
        As of `search_neighbors`.

    Raises
    ------
    ValueError
        As of `search_neighbors`.
    """
    n, d = fingerprints.shape
    if n < max(2, least_rows) or float(n) * n * d > exact_products(device):
        return search_neighbors(fingerprints, k=k, device=device, out=out, progress=progress)
    check_matrix(fingerprints)
    left = deque(blocks(n, rows_a_share))
    under_way: deque[tuple[slice, Future[Rows]]] = deque()
    try:
        while left or under_way:
            while left and len(under_way) < max(1, cluster.n_workers) * SHARES_A_WORKER:
                rows = left.popleft()
                share = cluster.submit(_share, path.absolute(), rows.start, rows.stop, k, asked)
                under_way.append((rows, share))
            rows, future = under_way[0]
            out.rows[rows], out.similarities[rows] = cluster.result(
                future, "a search of neighbours"
            )
            under_way.popleft()
            if progress is not None:
                progress(rows.stop, n)
    finally:
        for _, future in under_way:
            future.cancel()
    return Searched(out, {"method": "exact"})


def _share(path: Path, first: int, stop: int, k: int, asked: Device) -> Rows:
    use_threads_of_worker()
    device = device_of_tensors(asked)
    rows: NDArray[np.float16] = np.load(path, mmap_mode="r")
    return nearest_to(np.arange(first, stop), rows, k=k, device=device)
