from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers.vectors import clustered_along_few_axes
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Neighbors
from hubble_dash.builder.neighbors.search import find_neighbors, nearest_to, search_neighbors

Floats = NDArray[np.float64]


def some_fingerprints(n: int = 300, d: int = 40, *, duplicates: int = 0) -> Floats:
    rng = np.random.default_rng(7)
    fingerprints = rng.normal(0.3, 1.0, (n, d)) * rng.uniform(0.1, 30, (n, 1))
    if duplicates:
        fingerprints[rng.choice(n, duplicates, replace=False)] = fingerprints[0]
    return fingerprints


def cosines(fingerprints: Floats) -> Floats:
    unit = fingerprints / np.linalg.norm(fingerprints, axis=1, keepdims=True)
    similarities: Floats = unit @ unit.T
    return similarities


@pytest.mark.parametrize("duplicates", [0, 5, 120])
@pytest.mark.parametrize("k", [1, 9, 91, 299])
def test_equal_to_brute_force(duplicates: int, k: int) -> None:
    fingerprints = some_fingerprints(duplicates=duplicates)
    neighbors = find_neighbors(fingerprints, k=k)
    assert neighbors.rows.dtype == np.int32
    assert neighbors.similarities.dtype == np.float32
    assert neighbors.rows.shape == neighbors.similarities.shape == (300, k)
    all_pairs = cosines(fingerprints)
    own = np.arange(300)[:, np.newaxis]
    # Each row is named once and never itself; the similarities are those of the rows named, and
    # no row left out is more similar.
    assert not (neighbors.rows == own).any()
    assert all(len(set(row)) == k for row in neighbors.rows.tolist())
    np.testing.assert_allclose(neighbors.similarities, all_pairs[own, neighbors.rows], atol=2e-6)
    np.fill_diagonal(all_pairs, -np.inf)
    best = -np.sort(-all_pairs, axis=1)[:, :k]
    np.testing.assert_allclose(neighbors.similarities, best, atol=2e-6)
    assert (np.diff(neighbors.similarities, axis=1) <= 0).all()


def test_rows_equal_brute_force_where_no_two_are_alike() -> None:
    fingerprints = some_fingerprints()
    all_pairs = cosines(fingerprints)
    np.fill_diagonal(all_pairs, -np.inf)
    expected = np.argsort(-all_pairs, axis=1, kind="stable")[:, :9]
    assert (find_neighbors(fingerprints, k=9).rows == expected).mean() > 0.999


def test_permuted_input_gives_permuted_output() -> None:
    fingerprints = some_fingerprints()
    order = np.random.default_rng(1).permutation(len(fingerprints))
    neighbors = find_neighbors(fingerprints, k=20)
    permuted = find_neighbors(fingerprints[order], k=20)
    np.testing.assert_allclose(permuted.similarities, neighbors.similarities[order], atol=2e-6)
    assert (order[permuted.rows] == neighbors.rows[order]).mean() > 0.999


def test_duplicates_come_first_in_the_order_of_rows() -> None:
    fingerprints = some_fingerprints(n=50)
    fingerprints[[4, 17, 30]] = fingerprints[9] * [[1.0], [2.5], [0.01]]
    neighbors = find_neighbors(fingerprints, k=5)
    assert neighbors.rows[9, :3].tolist() == [4, 17, 30]
    assert neighbors.rows[17, :3].tolist() == [4, 9, 30]
    assert (neighbors.similarities[9, :3] == 1).all()


def test_memory_mapped_float16(tmp_path: Path) -> None:
    fingerprints = some_fingerprints(n=100).astype(np.float16)
    np.save(tmp_path / "fingerprints.npy", fingerprints)
    mapped = np.load(tmp_path / "fingerprints.npy", mmap_mode="r")
    ours = find_neighbors(mapped, k=9)
    expected = find_neighbors(fingerprints.astype(np.float64), k=9)
    assert (ours.rows == expected.rows).all()


def test_one_cutout_has_no_neighbours() -> None:
    neighbors = find_neighbors(np.ones((1, 8)), k=0)
    assert neighbors.rows.shape == neighbors.similarities.shape == (1, 0)


@pytest.mark.parametrize(("n", "k"), [(10, 0), (10, 10), (10, -1), (1, 1), (2, 2)])
def test_k_out_of_range(n: int, k: int) -> None:
    with pytest.raises(ValueError, match=f"k is {k}"):
        find_neighbors(np.ones((n, 3)), k=k)


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf])
def test_useless_fingerprints_are_named(value: float) -> None:
    fingerprints = some_fingerprints(n=20)
    fingerprints[[3, 11]] = value
    with pytest.raises(ValueError, match=r"2 rows .*\(rows 3, 11\)"):
        find_neighbors(fingerprints, k=3)


def test_neighbours_of_some_rows_are_those_among_all() -> None:
    fingerprints = clustered_along_few_axes(700)
    some = np.array([3, 699, 250])
    rows, similarities = nearest_to(some, fingerprints, k=20, queries_per_reading=2)
    whole = find_neighbors(fingerprints, k=20)
    assert (rows == whole.rows[some]).mean() > 0.98
    np.testing.assert_allclose(similarities, whole.similarities[some], atol=2e-6)


@pytest.mark.parametrize("max_exact_products", [0, 1e15])
def test_results_go_to_files_and_progress_is_told(
    tmp_path: Path, max_exact_products: float
) -> None:
    np.save(tmp_path / "f.npy", clustered_along_few_axes(800).astype(np.float16))
    fingerprints = np.load(tmp_path / "f.npy", mmap_mode="r")
    out = Neighbors(
        open_memmap(tmp_path / "rows.npy", "w+", np.int32, (800, 9)),
        open_memmap(tmp_path / "similarities.npy", "w+", np.float32, (800, 9)),
    )
    told: list[tuple[int, int]] = []
    found = search_neighbors(
        fingerprints,
        k=9,
        out=out,
        progress=lambda done, n: told.append((done, n)),
        max_exact_products=max_exact_products,
    )
    assert found.neighbors is out
    assert told[-1] == (800, 800)
    assert told == sorted(told)
    expected = search_neighbors(fingerprints, k=9, max_exact_products=max_exact_products).neighbors
    assert (np.load(tmp_path / "rows.npy") == expected.rows).all()
    assert (np.load(tmp_path / "similarities.npy") == expected.similarities).all()


def test_files_of_another_shape() -> None:
    out = Neighbors(np.empty((9, 4), np.int32), np.empty((9, 4), np.float32))
    with pytest.raises(ValueError, match=r"\(9, 4\); it must be \(10, 4\)"):
        search_neighbors(clustered_along_few_axes(10), k=4, out=out)
