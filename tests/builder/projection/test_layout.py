from __future__ import annotations

import logging
from typing import Any, Literal

import numpy as np
import pytest
from helpers.vectors import Floats, clustered
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness
from threadpoolctl import threadpool_limits

from hubble_dash.builder.neighbors.search import find_neighbors
from hubble_dash.builder.neighbors.unit import unit_rows
from hubble_dash.builder.projection.layout import lay_out
from hubble_dash.config import MapSettings

Method = Literal["tsne", "umap", "pca"]


def positions_of(fingerprints: Floats, method: Method = "tsne", **settings: Any) -> Floats:
    k = min(90, len(fingerprints) - 1)
    neighbors = find_neighbors(fingerprints, k=k)
    return lay_out(fingerprints, neighbors, MapSettings(method=method, **settings)).positions


@pytest.mark.parametrize("method", ["tsne", "pca"])
@pytest.mark.parametrize("n", [1, 2, 3, 6, 7, 9, 10, 50])
def test_few_cutouts(n: int, method: Method) -> None:
    positions = positions_of(clustered(n), method)
    assert positions.shape == (n, 2)
    assert positions.dtype == np.float32
    assert np.isfinite(positions).all()
    assert len(np.unique(positions, axis=0)) == n
    if n > 1:
        assert np.abs(positions).max() == pytest.approx(1)
        np.testing.assert_allclose(positions.max(axis=0) + positions.min(axis=0), 0, atol=1e-5)


def test_one_cutout_is_in_the_middle_and_two_lie_side_by_side() -> None:
    assert positions_of(clustered(1)).tolist() == [[0, 0]]
    positions = positions_of(clustered(2))
    assert sorted(positions[:, 0].tolist()) == [-1, 1]
    assert positions[:, 1].tolist() == [0, 0]


def test_too_few_is_said(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        positions_of(clustered(5))
    assert "needs 7 different cutouts and has 5" in caplog.text


@pytest.mark.slow
def test_tsne_keeps_neighbourhoods_as_scikit_learn_does() -> None:
    fingerprints = clustered(240)
    unit = unit_rows(fingerprints)
    ours = trustworthiness(unit, positions_of(fingerprints), n_neighbors=10)
    with threadpool_limits(1):  # on a busy machine its threads wait for one another
        scikit_learn = TSNE(random_state=0).fit_transform(unit)
    assert ours > trustworthiness(unit, scikit_learn, n_neighbors=10) - 0.01


def test_tsne_keeps_clusters_apart() -> None:
    positions = positions_of(clustered(300))
    distances = np.linalg.norm(positions[:, np.newaxis] - positions, axis=2)
    np.fill_diagonal(distances, np.inf)
    own_cluster = np.arange(300) % 6
    assert (own_cluster[distances.argmin(axis=1)] == own_cluster).mean() > 0.97


def test_the_same_input_gives_the_same_map() -> None:
    fingerprints = clustered(200)
    first = positions_of(fingerprints, n_iter=30)
    assert (positions_of(fingerprints, n_iter=30) == first).all()
    assert (positions_of(fingerprints, n_iter=30, random_state=1) != first).any()


def test_duplicates_lie_together_but_apart() -> None:
    fingerprints = np.concatenate([clustered(200), np.repeat(clustered(2), [40, 200], axis=0)])
    positions = positions_of(fingerprints)
    assert np.isfinite(positions).all()
    assert len(np.unique(positions, axis=0)) == len(fingerprints)
    for like, copies in ((0, slice(200, 240)), (1, slice(240, 440))):
        distances = np.linalg.norm(positions[copies] - positions[like], axis=1)
        assert distances.max() < 0.03
    # The map is as large as without them: they are one point to t-SNE.
    alone = positions_of(clustered(200))
    spread = [np.median(np.linalg.norm(p[:200], axis=1)) for p in (alone, positions)]
    assert spread[1] == pytest.approx(spread[0], rel=0.1)


@pytest.mark.parametrize("method", ["tsne", "umap"])
def test_nothing_but_duplicates(method: Method) -> None:
    positions = positions_of(np.ones((20, 8), np.float32), method)
    assert np.isfinite(positions).all()
    assert len(np.unique(positions, axis=0)) == 20


@pytest.mark.parametrize(("n", "d"), [(40, 100), (200, 30)])
def test_pca_equals_scikit_learn(n: int, d: int) -> None:
    fingerprints = clustered(n, d=d)
    positions = positions_of(fingerprints, "pca")
    expected = PCA(2).fit_transform(unit_rows(fingerprints))
    for axis in (0, 1):
        correlation = np.corrcoef(positions[:, axis], expected[:, axis])[0, 1]
        assert abs(correlation) == pytest.approx(1, abs=1e-5)


def test_progress_ends_at_the_total() -> None:
    calls: list[tuple[int, int]] = []
    fingerprints = clustered(60)
    lay_out(
        fingerprints,
        find_neighbors(fingerprints, k=59),
        MapSettings(n_iter=110),
        progress=lambda done, total: calls.append((done, total)),
    )
    assert calls[-1] == (235, 235)
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    positions_of(clustered(60))
    assert capfd.readouterr() == ("", "")


def test_neighbours_of_other_cutouts() -> None:
    neighbors = find_neighbors(clustered(10), k=9)
    with pytest.raises(ValueError, match="9 fingerprints"):
        lay_out(clustered(9), neighbors, MapSettings())


def test_very_many_take_fewer_neighbours() -> None:
    fingerprints = clustered(300)
    neighbors = find_neighbors(fingerprints, k=90)
    settings = MapSettings(n_iter=1)
    assert "perplexity" not in lay_out(fingerprints, neighbors, settings).report
    for max_edges, perplexity in ((36 * 300, 12), (0, 10)):
        report = lay_out(fingerprints, neighbors, settings, max_edges=max_edges).report
        assert report["perplexity"] == perplexity
