"""Affinities and the descent, against openTSNE."""

from __future__ import annotations

import numpy as np
import openTSNE
import pytest
import torch
from helpers.vectors import clustered
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from hubble_dash.atlas.atlas import Neighbors
from hubble_dash.builder.forces import descent
from hubble_dash.builder.forces.affinities import affinities
from hubble_dash.builder.forces.attraction import Attraction
from hubble_dash.builder.forces.descent import optimize
from hubble_dash.builder.neighbors.search import find_neighbors

Floats = NDArray[np.float64]


def test_affinities_are_those_of_opentsne() -> None:
    neighbors = find_neighbors(clustered(400), k=45)
    graph = openTSNE.nearest_neighbors.PrecomputedNeighbors(
        neighbors.rows.astype(np.int64), np.sqrt(2 - 2 * neighbors.similarities.astype(float))
    )
    expected = openTSNE.affinity.PerplexityBasedNN(knn_index=graph, perplexity=15).P
    ours = affinities(neighbors, 15.0)
    assert abs(ours - expected).max() < 1e-9
    assert ours.sum() == pytest.approx(1)


@pytest.mark.slow
def test_descent_ends_as_deep_as_that_of_opentsne() -> None:
    fingerprints = clustered(1010)
    joint = affinities(find_neighbors(fingerprints, k=30), 10.0)
    start = np.random.default_rng(0).normal(0, 1e-4, (1010, 2))
    ours = optimize(joint, start, [(12.0, 60), (1.0, 90)])
    theirs = openTSNE.TSNE(
        early_exaggeration_iter=60, n_iter=90, negative_gradient_method="bh"
    ).fit(affinities=openTSNE.affinity.PrecomputedAffinities(joint), initialization=start)
    divergence = [_divergence(joint, np.asarray(points)) for points in (ours, theirs)]
    assert divergence[0] < divergence[1] + 0.03


def _divergence(joint: NDArray[np.float64], points: Floats) -> float:
    """Kullback-Leibler, from point to point."""
    near = 1 / (1 + ((points[:, np.newaxis] - points) ** 2).sum(axis=2))
    np.fill_diagonal(near, 0)
    weights = joint.tocoo()
    q = near[weights.row, weights.col] / near.sum()
    return float((weights.data * np.log(weights.data / q)).sum())


def test_the_descent_of_many_points_is_the_same_every_time() -> None:
    joint = affinities(find_neighbors(clustered(1010), k=30), 10.0)
    start = np.random.default_rng(0).normal(0, 1e-4, (1010, 2))
    first, again = (optimize(joint, start, [(12.0, 20), (1.0, 10)]) for _ in range(2))
    assert (first == again).all()


def test_blocks_of_affinities_are_those_of_the_whole() -> None:
    neighbors = find_neighbors(clustered(200), k=30)
    whole = affinities(neighbors, 10.0)
    assert abs(affinities(neighbors, 10.0, pairs_per_block=64 * 30) - whole).max() == 0


def test_graph_is_a_graph() -> None:
    joint = affinities(Neighbors(np.array([[1], [0]], np.int32), np.ones((2, 1), np.float32)), 1.0)
    assert joint.toarray().tolist() == [[0, 0.5], [0.5, 0]]


def test_a_device_with_too_little_memory_leaves_it_to_the_processor(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The device "meta" has no memory at all."""

    def attraction(joint: csr_matrix, device: torch.device) -> Attraction:
        if device.type == "meta":
            raise torch.OutOfMemoryError
        return Attraction(joint, device)

    monkeypatch.setattr(descent, "Attraction", attraction)
    joint = affinities(find_neighbors(clustered(100), k=30), 10.0)
    start = np.random.default_rng(0).normal(0, 1e-4, (100, 2))
    found = optimize(joint, start, [(1.0, 3)], device="meta")
    assert "too little memory" in caplog.text
    assert (found == optimize(joint, start, [(1.0, 3)])).all()
