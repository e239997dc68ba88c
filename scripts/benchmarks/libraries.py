"""Ours against FAISS's flat index and openTSNE, both on the processor with all its threads."""

from __future__ import annotations

from typing import Any

import numpy as np
import openTSNE
import torch
from benchmarks.took import Took, timed
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Neighbors
from hubble_dash.builder.forces.affinities import affinities
from hubble_dash.builder.neighbors.approximate import import_faiss
from hubble_dash.builder.neighbors.unit import unit_rows
from hubble_dash.builder.projection.plane import start_positions
from hubble_dash.builder.projection.quality import map_quality
from hubble_dash.builder.projection.tsne import EARLY_ITERATIONS, NEIGHBORS_PER_PERPLEXITY
from hubble_dash.config import MapSettings


def against_libraries(
    vectors: NDArray[Any],
    neighbors: Neighbors,
    positions: NDArray[np.float32],
    search: Took,
    draw: Took,
) -> None:
    """Print a table: seconds, and the faithfulness of both maps."""
    rows, their_search = timed(lambda: _faiss(vectors, neighbors.rows.shape[1]))
    theirs, their_draw = timed(lambda: _opentsne(vectors, neighbors))
    print("| | FAISS, openTSNE | ours | ratio |\n|---|---|---|---|")
    for name, they, we in (("neighbours", their_search, search), ("map", their_draw, draw)):
        print(
            f"| {name}, s | {they} | {we} | {they.wall / we.wall:.2f} ({they.cpu / we.cpu:.2f}) |"
        )
    same = float((np.sort(rows) == np.sort(neighbors.rows)).mean())
    print(f"| of the neighbours the same | {same:.4f} | | |")
    for name in ("neighbors_kept_at_10", "trustworthiness_at_10"):
        kept, ours = (
            map_quality(vectors, neighbors, places, n_sample=5000)[name]
            for places in (theirs, positions)
        )
        print(f"| {name.replace('_', ' ')} | {kept:.4f} | {ours:.4f} | {ours - kept:+.4f} |")
    print()


def _faiss(vectors: NDArray[Any], k: int) -> NDArray[np.int64]:
    unit = unit_rows(vectors)
    index: Any = import_faiss().IndexFlatIP(unit.shape[1])
    index.add(unit)
    rows: NDArray[np.int64] = index.search(unit, k + 1)[1]
    own = rows == np.arange(len(rows))[:, np.newaxis]
    own[~own.any(axis=1), -1] = True
    found: NDArray[np.int64] = rows[~own].reshape(len(rows), k)
    return found


def _opentsne(vectors: NDArray[Any], neighbors: Neighbors) -> NDArray[np.float64]:
    settings = MapSettings()
    k = min(round(NEIGHBORS_PER_PERPLEXITY * settings.perplexity), neighbors.rows.shape[1])
    nearest = Neighbors(neighbors.rows[:, :k], neighbors.similarities[:, :k])
    joint = affinities(nearest, min(settings.perplexity, k / NEIGHBORS_PER_PERPLEXITY))
    tsne = openTSNE.TSNE(
        early_exaggeration_iter=EARLY_ITERATIONS,
        early_exaggeration=settings.early_exaggeration,
        n_iter=settings.n_iter,
        negative_gradient_method="fft",
        n_jobs=torch.get_num_threads(),
    )
    return np.asarray(
        tsne.fit(
            affinities=openTSNE.affinity.PrecomputedAffinities(joint),
            initialization=start_positions(vectors, settings.random_state),
        )
    )
