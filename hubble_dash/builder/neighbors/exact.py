"""The nearest rows by brute force, in memory that does not grow with the number of rows.

By torch's matrix product and its choice of the largest, on any device. It took from a quarter of
FAISS's time to a third more, by processor.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from hubble_dash.builder.neighbors.place import Place
from hubble_dash.builder.neighbors.unit import FloatMatrix, blocks, check_matrix, unit_block

__all__ = ["QUERIES_PER_READING", "Found", "nearest_of_all", "nearest_of_some"]

# Similarities (m, k) float32 and rows (m, k) int64 of some queries, in no order that holds at ties.
Found = tuple[NDArray[np.float32], NDArray[np.int64]]

# Fingerprints that are not copied to memory are read again for each block of queries, which then
# has more rows.
QUERIES_PER_BLOCK, QUERIES_PER_READING = 8192, 32768
# Rows that are read and searched at a time, where they are not copied.
SEARCHED_ROWS_PER_BLOCK = 65536


def nearest_of_all(
    fingerprints: FloatMatrix,
    k: int,
    *,
    device: str = "cpu",
    max_copied_numbers: int | None = None,
    queries_per_reading: int = QUERIES_PER_READING,
    searched_rows: int = SEARCHED_ROWS_PER_BLOCK,
) -> Iterator[tuple[slice, Found]]:
    """Find the nearest rows of every row, itself among them.

    Parameters
    ----------
    fingerprints : (n, d) float array
        Copied to the device where that is small, else read in blocks.
    k : int
        How many.
    device : str
        Where they are compared, in single precision. A GPU with too little memory gets fewer at a
        time, and at last leaves the rest to the processor, which is logged.
    max_copied_numbers : int, optional
        Fingerprints of more numbers, n x d, are read in blocks.
    queries_per_reading : int
        Rows whose neighbours are found each time that all rows are read.
    searched_rows : int
        Rows that are read at a time.

    Yields
    ------
    rows : slice
        A block of queries.
    found : tuple
        Similarities (m, k) float32, cosine, and rows (m, k) int64, most similar first.

    Raises
    ------
    ValueError
        If a fingerprint is zero or not finite.
    """
    check_matrix(fingerprints)
    place = Place(device, max_copied=max_copied_numbers)
    done = 0
    while done < len(fingerprints):
        try:
            whole = _copied(fingerprints, place)
            size = queries_per_reading if whole is None else QUERIES_PER_BLOCK
            for start in range(done, len(fingerprints), size):
                rows = slice(start, min(start + size, len(fingerprints)))
                if whole is not None:
                    found = place.search(whole[rows], whole, k)
                else:
                    queries = unit_block(fingerprints, rows)
                    found = _read_and_search(queries, fingerprints, k, place, searched_rows)
                yield rows, (found[0].cpu().numpy(), found[1].cpu().numpy())
                done = rows.stop
        except torch.OutOfMemoryError as error:
            place.shrink(error)


def nearest_of_some(
    queries: NDArray[np.float32],
    fingerprints: FloatMatrix,
    k: int,
    *,
    device: str = "cpu",
    searched_rows: int = SEARCHED_ROWS_PER_BLOCK,
) -> Found:
    """Find the rows nearest to some queries.

    Parameters
    ----------
    queries : (m, d) float32 array
        Of unit length.
    fingerprints : (n, d) float array
        Read in blocks.
    k : int
        How many.
    device : str
        Where they are compared, as by `nearest_of_all`.
    searched_rows : int
        Rows that are read at a time.

    Returns
    -------
    tuple
        Similarities (m, k) float32, cosine, and rows (m, k) int64, most similar first.
    """
    place = Place(device)
    while True:
        try:
            found = _read_and_search(queries, fingerprints, k, place, searched_rows)
            return found[0].cpu().numpy(), found[1].cpu().numpy()
        except torch.OutOfMemoryError as error:
            place.shrink(error)


def _copied(fingerprints: FloatMatrix, place: Place) -> torch.Tensor | None:
    """Copy unit fingerprints to the device, where they are not too many."""
    if fingerprints.size > place.max_copied:
        return None
    whole = torch.empty(fingerprints.shape, device=place.device)
    for rows in blocks(len(fingerprints)):
        whole[rows] = torch.from_numpy(unit_block(fingerprints, rows)).to(place.device)
    return whole


def _read_and_search(
    queries: NDArray[np.float32],
    fingerprints: FloatMatrix,
    k: int,
    place: Place,
    searched_rows: int,
) -> tuple[torch.Tensor, torch.Tensor]:
    asking = torch.from_numpy(queries).to(place.device)
    best: tuple[torch.Tensor, torch.Tensor] | None = None
    for rows in blocks(len(fingerprints), searched_rows):
        block = torch.from_numpy(unit_block(fingerprints, rows)).to(place.device)
        similarities, found = place.search(asking, block, min(k, len(block)))
        found += rows.start
        if best is not None:
            similarities = torch.cat([best[0], similarities], 1)
            found = torch.cat([best[1], found], 1)
            top = torch.topk(similarities, min(k, similarities.shape[1]))
            similarities, found = top.values, found.gather(1, top.indices)
        best = similarities, found
    if best is None:
        return torch.empty((len(queries), 0)), torch.empty((len(queries), 0), dtype=torch.int64)
    return best
