"""The parts of the map of many cutouts, against sums from point to point and against openTSNE."""

from __future__ import annotations

import numpy as np
import openTSNE
import pytest
from numpy.typing import NDArray
from sklearn.manifold import trustworthiness

from hubble_dash.atlas.atlas import Neighbors
from hubble_dash.builder.neighbors.search import find_neighbors, unit_rows
from hubble_dash.builder.projection import duplicates as thinned
from hubble_dash.builder.projection import layout as projection
from hubble_dash.builder.projection import tsne
from hubble_dash.builder.projection.duplicates import without_duplicates
from hubble_dash.builder.projection.layout import lay_out, project
from hubble_dash.builder.projection.quality import map_quality
from hubble_dash.builder.projection.repulsion import Repulsion
from hubble_dash.builder.projection.tsne import affinities, optimize
from hubble_dash.config import MapSettings

Floats = NDArray[np.float64]


def clustered(n: int, *, d: int = 24) -> NDArray[np.float32]:
    rng = np.random.default_rng(5)
    centres = rng.normal(size=(8, d))
    return (centres[np.arange(n) % 8] + rng.normal(0, 0.4, (n, d)) + 0.5).astype(np.float32)


def summed(points: Floats) -> tuple[Floats, float]:
    away = points[:, np.newaxis] - points
    near = 1 / (1 + (away**2).sum(axis=2))
    return (away * near[:, :, np.newaxis] ** 2).sum(axis=1), float(near.sum() - len(points))


@pytest.mark.parametrize(
    ("size", "error"), [(1e-4, 2e-3), (0.1, 1e-3), (2.0, 1e-3), (9.0, 3e-2), (40.0, 6e-2)]
)
def test_repulsion_equals_its_sum(size: float, error: float) -> None:
    points = np.random.default_rng(0).normal(0, size, (1500, 2)) * [1.0, 0.4]
    forces, total = Repulsion()(points)
    expected, expected_total = summed(points)
    assert np.linalg.norm(forces - expected) < error * np.linalg.norm(expected)
    assert total == pytest.approx(expected_total, rel=0.01)


def test_repulsion_of_another_layout() -> None:
    """The kernels that are kept between calls are those of the grid at hand."""
    points = np.random.default_rng(1).normal(0, 5, (500, 2))
    repulsion = Repulsion()
    before = repulsion(points)
    repulsion(points * 7)
    assert (repulsion(points)[0] == before[0]).all()


def test_affinities_are_those_of_opentsne() -> None:
    neighbors = find_neighbors(clustered(400), k=45)
    graph = openTSNE.nearest_neighbors.PrecomputedNeighbors(
        neighbors.rows.astype(np.int64), np.sqrt(2 - 2 * neighbors.similarities.astype(float))
    )
    expected = openTSNE.affinity.PerplexityBasedNN(knn_index=graph, perplexity=15).P
    ours = affinities(neighbors, 15.0)
    assert abs(ours - expected).max() < 1e-9
    assert ours.sum() == pytest.approx(1)


def test_descent_ends_as_deep_as_that_of_opentsne() -> None:
    fingerprints = clustered(1200)
    joint = affinities(find_neighbors(fingerprints, k=30), 10.0)
    start = np.random.default_rng(0).normal(0, 1e-4, (1200, 2))
    ours = optimize(joint, start, [(12.0, 100), (1.0, 150)])
    theirs = openTSNE.TSNE(
        early_exaggeration_iter=100, n_iter=150, negative_gradient_method="bh"
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


def test_sorted_points_make_as_good_a_map(monkeypatch: pytest.MonkeyPatch) -> None:
    fingerprints = clustered(1200)
    neighbors = find_neighbors(fingerprints, k=90)
    settings = MapSettings(n_iter=150)
    plain = lay_out(fingerprints, neighbors, settings)
    monkeypatch.setattr(projection, "WORTH_SORTING", 0)
    told: list[tuple[int, int]] = []
    ours = lay_out(fingerprints, neighbors, settings, progress=lambda *done: told.append(done))
    assert told[-1] == (275, 275)
    assert [done for done, _ in told] == list(range(1, 276))
    for name in ("neighbors_kept_at_10", "trustworthiness_at_10"):
        assert ours.report["quality"][name] > plain.report["quality"][name] - 0.02
    again = project(fingerprints, neighbors, settings)
    assert (again == ours.positions).all()


def test_very_many_take_fewer_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    fingerprints = clustered(300)
    neighbors = find_neighbors(fingerprints, k=90)
    assert "perplexity" not in lay_out(fingerprints, neighbors, MapSettings(n_iter=1)).report
    monkeypatch.setattr(projection, "MOST_EDGES", 36 * 300)
    report = lay_out(fingerprints, neighbors, MapSettings(n_iter=1)).report
    assert report["perplexity"] == 12
    monkeypatch.setattr(projection, "MOST_EDGES", 0)
    assert lay_out(fingerprints, neighbors, MapSettings(n_iter=1)).report["perplexity"] == 10


def test_blocks_of_affinities_are_those_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    neighbors = find_neighbors(clustered(200), k=30)
    whole = affinities(neighbors, 10.0)
    monkeypatch.setattr(tsne, "ROWS_A_BLOCK", 64)
    assert abs(affinities(neighbors, 10.0) - whole).max() == 0


def test_quality_is_that_of_scikit_learn() -> None:
    fingerprints = clustered(400)
    neighbors = find_neighbors(fingerprints, k=20)
    positions = np.random.default_rng(0).normal(size=(400, 2)) + 3 * fingerprints[:, :2]
    quality = map_quality(fingerprints, neighbors, positions)
    unit = unit_rows(fingerprints)
    expected = trustworthiness(unit, positions, n_neighbors=10)
    assert quality["trustworthiness_at_10"] == pytest.approx(expected, abs=1e-4)
    distances = ((positions[:, np.newaxis] - positions) ** 2).sum(axis=2)
    np.fill_diagonal(distances, np.inf)
    near = np.argsort(distances, axis=1)[:, :10]
    kept = np.mean(
        [np.isin(a, b).mean() for a, b in zip(near, neighbors.rows[:, :10], strict=True)]
    )
    assert quality["neighbors_kept_at_10"] == pytest.approx(kept, abs=1e-4)
    part = map_quality(fingerprints, neighbors, positions, n_sample=200)
    assert part["sample"] == 200
    assert part["trustworthiness_at_10"] == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize(("n", "names"), [(1, []), (2, []), (3, ["1"]), (9, ["4"])])
def test_quality_of_few(n: int, names: list[str]) -> None:
    fingerprints = clustered(n)
    neighbors = find_neighbors(fingerprints, k=n - 1)
    quality = map_quality(fingerprints, neighbors, fingerprints[:, :2])
    assert [name.rpartition("_")[2] for name in quality if "kept" in name] == names


@pytest.mark.parametrize("again", [True, False])
def test_graph_without_duplicates(monkeypatch: pytest.MonkeyPatch, again: bool) -> None:
    fingerprints = clustered(300)
    fingerprints[50:80] = fingerprints[7]
    fingerprints[90] = fingerprints[12]
    different = np.r_[0:50, 80:90, 91:300]
    group = np.zeros(300, np.int64)
    group[different] = np.arange(len(different))
    group[50:80], group[90] = 7, 12
    if again:
        monkeypatch.setattr(thinned, "MOST_EXACT", 0)
    few, graph = without_duplicates(
        fingerprints, find_neighbors(fingerprints, k=40), different, group, k=25
    )
    expected = find_neighbors(fingerprints[different], k=25)
    assert few.shape == (269, 24)
    np.testing.assert_allclose(graph.similarities, expected.similarities, atol=2e-6)
    assert (graph.rows == expected.rows).mean() > 0.999


def test_graph_is_a_graph() -> None:
    joint = affinities(Neighbors(np.array([[1], [0]], np.int32), np.ones((2, 1), np.float32)), 1.0)
    assert joint.toarray().tolist() == [[0, 0.5], [0.5, 0]]
