"""Neighbours of many rows: what the index misses, and what memory it takes to find none amiss."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Neighbors
from hubble_dash.builder.neighbors import approximate, exact
from hubble_dash.builder.neighbors.search import find_neighbors, nearest_to, search_neighbors

Floats = NDArray[np.float32]
N, D, K = 3000, 96, 30


def clustered(n: int = N, d: int = D, *, seed: int = 0) -> Floats:
    """Simulate clusters that lie along few directions, as the features of images do."""
    rng = np.random.default_rng(seed)
    directions = rng.normal(size=(20, d))
    places = rng.normal(0, 3, (25, 20))[rng.integers(0, 25, n)] + rng.normal(0, 1, (n, 20))
    return (places @ directions + rng.normal(0, 0.3, (n, d)) + 5).astype(np.float32)


def brute_force(fingerprints: Floats, k: int) -> NDArray[np.int64]:
    unit = fingerprints / np.linalg.norm(fingerprints, axis=1, keepdims=True)
    similarities = unit.astype(np.float64) @ unit.T
    np.fill_diagonal(similarities, -np.inf)
    return np.argsort(-similarities, axis=1)[:, :k]


def shared(rows: NDArray[np.int32], expected: NDArray[np.int64]) -> float:
    return float(np.mean([np.isin(b, a).mean() for a, b in zip(rows, expected, strict=True)]))


@pytest.fixture
def never_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hubble_dash.builder.neighbors.search.MOST_EXACT", 0)


@pytest.mark.usefixtures("never_exact")
def test_recall_is_what_is_said() -> None:
    fingerprints = clustered()
    found = search_neighbors(fingerprints, k=K)
    report = found.report
    assert report["method"] == "inverted file"
    assert report["cells_searched"] < report["cells"]
    assert report["sample"] == 1000
    recall = shared(found.neighbors.rows[:, :9], brute_force(fingerprints, 9))
    assert recall >= 0.99
    assert recall == pytest.approx(report["recall_at_9"], abs=0.006)
    deep = shared(found.neighbors.rows, brute_force(fingerprints, K))
    assert deep == pytest.approx(report["recall_at_k"], abs=0.02)


@pytest.mark.usefixtures("never_exact")
def test_similarities_are_those_of_whole_fingerprints() -> None:
    fingerprints = clustered()
    rows, similarities = (lambda n: (n.rows, n.similarities))(find_neighbors(fingerprints, k=K))
    unit = fingerprints / np.linalg.norm(fingerprints, axis=1, keepdims=True)
    expected = np.einsum("id,ikd->ik", unit, unit[rows])
    np.testing.assert_allclose(similarities, expected, atol=2e-6)
    assert (np.diff(similarities, axis=1) <= 0).all()
    assert not (rows == np.arange(N)[:, np.newaxis]).any()
    assert all(len(set(row)) == K for row in rows.tolist())


@pytest.mark.usefixtures("never_exact")
def test_the_same_every_time() -> None:
    fingerprints = clustered(1500)
    first, again = (find_neighbors(fingerprints, k=9) for _ in range(2))
    assert (first.rows == again.rows).all()


@pytest.mark.usefixtures("never_exact")
def test_duplicates_are_found() -> None:
    fingerprints = clustered(1500)
    fingerprints[100:900] = fingerprints[100]
    found = search_neighbors(fingerprints, k=9)
    assert (found.neighbors.similarities[100:900] == 1).all()
    inside = (found.neighbors.rows[100:900] >= 100) & (found.neighbors.rows[100:900] < 900)
    assert inside.all()


@pytest.mark.usefixtures("never_exact")
@pytest.mark.parametrize("n", [5, 12, 40])
def test_few_rows_are_all_found(n: int) -> None:
    fingerprints = clustered(n)
    rows = find_neighbors(fingerprints, k=n - 1).rows
    assert (np.sort(rows, axis=1) == [[j for j in range(n) if j != i] for i in range(n)]).all()


@pytest.mark.usefixtures("never_exact")
def test_an_index_that_misses_too_much_is_not_used(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # Noise in many dimensions: its few longest axes say nothing.
    noise = np.random.default_rng(0).normal(size=(2000, 300)).astype(np.float32)
    monkeypatch.setattr(approximate, "DIMENSIONS", (8,))
    found = search_neighbors(noise, k=9)
    assert found.report["method"] == "exact"
    assert "8 of 300 dimensions hold" in found.report["reason"]
    assert "searched exactly, which takes long" in caplog.text
    assert shared(found.neighbors.rows, brute_force(noise, 9)) > 0.999
    monkeypatch.setattr(approximate, "DIMENSIONS", (300,))
    monkeypatch.setattr(approximate, "FEWEST_CELLS_SEARCHED", 1)
    assert "cells hold" in search_neighbors(noise, k=9).report["reason"]


def test_blocks_give_what_the_whole_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    fingerprints = clustered(700)
    whole = find_neighbors(fingerprints, k=20)
    monkeypatch.setattr(exact, "MOST_IN_MEMORY", 0)
    monkeypatch.setattr(exact, "MANY_QUERIES", 300)
    monkeypatch.setattr(exact, "SEARCHED", 128)
    parts = find_neighbors(fingerprints, k=20)
    np.testing.assert_allclose(parts.similarities, whole.similarities, atol=2e-6)
    assert (parts.rows == whole.rows).mean() > 0.999
    some = np.array([3, 699, 250])
    assert (nearest_to(some, fingerprints, k=20)[0] == whole.rows[some]).mean() > 0.98


@pytest.mark.parametrize("most_exact", [0, 1e15])
def test_results_go_to_files_and_progress_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, most_exact: float
) -> None:
    monkeypatch.setattr("hubble_dash.builder.neighbors.search.MOST_EXACT", most_exact)
    np.save(tmp_path / "f.npy", clustered(1500).astype(np.float16))
    fingerprints = np.load(tmp_path / "f.npy", mmap_mode="r")
    out = Neighbors(
        open_memmap(tmp_path / "rows.npy", "w+", np.int32, (1500, 9)),
        open_memmap(tmp_path / "similarities.npy", "w+", np.float32, (1500, 9)),
    )
    told: list[tuple[int, int]] = []
    found = search_neighbors(
        fingerprints, k=9, out=out, progress=lambda done, n: told.append((done, n))
    )
    assert found.neighbors is out
    assert told[-1] == (1500, 1500)
    assert told == sorted(told)
    expected = find_neighbors(fingerprints, k=9)
    assert (np.load(tmp_path / "rows.npy") == expected.rows).all()
    assert (np.load(tmp_path / "similarities.npy") == expected.similarities).all()


def test_files_of_another_shape() -> None:
    out = Neighbors(np.empty((9, 4), np.int32), np.empty((9, 4), np.float32))
    with pytest.raises(ValueError, match=r"\(9, 4\); it must be \(10, 4\)"):
        search_neighbors(clustered(10), k=4, out=out)
