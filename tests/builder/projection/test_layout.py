from __future__ import annotations

import builtins
import logging
from typing import Any, Literal

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness
from threadpoolctl import threadpool_limits

from hubble_dash.builder.neighbors.search import find_neighbors, unit_rows
from hubble_dash.builder.projection.layout import project
from hubble_dash.config import MapSettings
from hubble_dash.errors import MissingExtraError

Floats = NDArray[np.float32]
Method = Literal["tsne", "umap", "pca"]


def clustered(n: int, *, d: int = 32, clusters: int = 6) -> Floats:
    rng = np.random.default_rng(3)
    centres = rng.normal(size=(clusters, d))
    noise = rng.normal(0, 0.4, (n, d))
    return (centres[np.arange(n) % clusters] + noise + 0.5).astype(np.float32)


def laid_out(fingerprints: Floats, method: Method = "tsne", **settings: Any) -> Floats:
    k = min(90, len(fingerprints) - 1)
    neighbors = find_neighbors(fingerprints, k=k)
    return project(fingerprints, neighbors, MapSettings(method=method, **settings))


@pytest.mark.parametrize("method", ["tsne", "pca"])
@pytest.mark.parametrize("n", [1, 2, 3, 6, 7, 9, 10, 50])
def test_few_cutouts(n: int, method: Method) -> None:
    positions = laid_out(clustered(n), method)
    assert positions.shape == (n, 2)
    assert positions.dtype == np.float32
    assert np.isfinite(positions).all()
    assert len(np.unique(positions, axis=0)) == n
    if n > 1:
        assert np.abs(positions).max() == pytest.approx(1)
        np.testing.assert_allclose(positions.max(axis=0) + positions.min(axis=0), 0, atol=1e-5)


def test_one_cutout_is_in_the_middle_and_two_lie_side_by_side() -> None:
    assert laid_out(clustered(1)).tolist() == [[0, 0]]
    positions = laid_out(clustered(2))
    assert sorted(positions[:, 0].tolist()) == [-1, 1]
    assert positions[:, 1].tolist() == [0, 0]


def test_too_few_is_said(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        laid_out(clustered(5))
    assert "needs 7 different cutouts and has 5" in caplog.text


def test_tsne_keeps_neighbourhoods_as_scikit_learn_does() -> None:
    fingerprints = clustered(400)
    unit = unit_rows(fingerprints)
    ours = trustworthiness(unit, laid_out(fingerprints), n_neighbors=10)
    with threadpool_limits(1):  # on a busy machine its threads wait for one another
        scikit_learn = TSNE(random_state=0).fit_transform(unit)
    assert ours > trustworthiness(unit, scikit_learn, n_neighbors=10) - 0.01


def test_tsne_keeps_clusters_apart() -> None:
    positions = laid_out(clustered(300))
    distances = np.linalg.norm(positions[:, np.newaxis] - positions, axis=2)
    np.fill_diagonal(distances, np.inf)
    own_cluster = np.arange(300) % 6
    assert (own_cluster[distances.argmin(axis=1)] == own_cluster).mean() > 0.97


def test_the_same_input_gives_the_same_map() -> None:
    fingerprints = clustered(1100)
    first = laid_out(fingerprints, n_iter=50)
    assert (laid_out(fingerprints, n_iter=50) == first).all()
    assert (laid_out(fingerprints, n_iter=50, random_state=1) != first).any()


def test_duplicates_lie_together_but_apart() -> None:
    fingerprints = np.concatenate([clustered(200), np.repeat(clustered(2), [40, 200], axis=0)])
    positions = laid_out(fingerprints)
    assert np.isfinite(positions).all()
    assert len(np.unique(positions, axis=0)) == len(fingerprints)
    for like, copies in ((0, slice(200, 240)), (1, slice(240, 440))):
        distances = np.linalg.norm(positions[copies] - positions[like], axis=1)
        assert distances.max() < 0.03
    # The map is as large as without them: they are one point to t-SNE.
    alone = laid_out(clustered(200))
    spread = [np.median(np.linalg.norm(p[:200], axis=1)) for p in (alone, positions)]
    assert spread[1] == pytest.approx(spread[0], rel=0.1)


@pytest.mark.parametrize("method", ["tsne", "umap"])
def test_nothing_but_duplicates(method: Method) -> None:
    positions = laid_out(np.ones((20, 8), np.float32), method)
    assert np.isfinite(positions).all()
    assert len(np.unique(positions, axis=0)) == 20


@pytest.mark.parametrize(("n", "d"), [(40, 100), (200, 30)])
def test_pca_equals_scikit_learn(n: int, d: int) -> None:
    fingerprints = clustered(n, d=d)
    positions = laid_out(fingerprints, "pca")
    expected = PCA(2).fit_transform(unit_rows(fingerprints))
    for axis in (0, 1):
        correlation = np.corrcoef(positions[:, axis], expected[:, axis])[0, 1]
        assert abs(correlation) == pytest.approx(1, abs=1e-5)


def test_pca_of_long_fingerprints_takes_axes_from_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    fingerprints = clustered(400, d=150, clusters=2)
    exact = laid_out(fingerprints, "pca")
    monkeypatch.setattr("hubble_dash.builder.neighbors.principal.LARGEST_SQUARE", 140)
    sampled = laid_out(fingerprints, "pca")
    assert abs(np.corrcoef(sampled[:, 0], exact[:, 0])[0, 1]) > 0.99


def test_umap_keeps_neighbourhoods() -> None:
    for n in (8, 200):
        positions = laid_out(clustered(n), "umap")
        assert positions.shape == (n, 2)
        assert np.isfinite(positions).all()
    assert trustworthiness(unit_rows(clustered(200)), positions, n_neighbors=10) > 0.85


def test_umap_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    imported = builtins.__import__

    def without_umap(name: str, *rest: Any, **named: Any) -> Any:
        if name == "umap":
            raise ModuleNotFoundError("No module named 'umap'")
        return imported(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without_umap)
    with pytest.raises(MissingExtraError, match=r"pip install 'hubble-dash\[umap\]'"):
        laid_out(clustered(20), "umap")


def test_progress_ends_at_the_total() -> None:
    calls: list[tuple[int, int]] = []
    fingerprints = clustered(60)
    project(
        fingerprints,
        find_neighbors(fingerprints, k=59),
        MapSettings(n_iter=110),
        progress=lambda done, total: calls.append((done, total)),
    )
    assert calls[-1] == (235, 235)
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    laid_out(clustered(60))
    assert capfd.readouterr() == ("", "")


def test_neighbours_of_other_cutouts() -> None:
    neighbors = find_neighbors(clustered(10), k=9)
    with pytest.raises(ValueError, match="9 fingerprints"):
        project(clustered(9), neighbors, MapSettings())
