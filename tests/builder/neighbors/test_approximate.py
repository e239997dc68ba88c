"""The index: what it misses is what it says it misses."""

from __future__ import annotations

import importlib
import os
import sys

import numpy as np
import pytest
from helpers.vectors import brute_force, clustered_along_few_axes, share_found
from numpy.typing import NDArray

from hubble_dash.builder.neighbors.approximate import Index, MissedError, import_faiss
from hubble_dash.builder.neighbors.search import Searched, search_neighbors

N, K = 2000, 30


def approximately(fingerprints: NDArray[np.float32], *, k: int) -> Searched:
    """Search by an index, few as there are."""
    return search_neighbors(fingerprints, k=k, max_exact_products=0)


def test_recall_is_what_is_said() -> None:
    fingerprints = clustered_along_few_axes(N)
    found = approximately(fingerprints, k=K)
    report = found.report
    assert report["method"] == "inverted file"
    assert report["cells_searched"] < report["cells"]
    assert report["sample"] == 1000
    recall = share_found(found.neighbors.rows[:, :9], brute_force(fingerprints, 9))
    assert recall >= 0.99
    assert recall == pytest.approx(report["recall_at_9"], abs=0.006)
    deep = share_found(found.neighbors.rows, brute_force(fingerprints, K))
    assert deep == pytest.approx(report["recall_at_k"], abs=0.02)


def test_similarities_are_those_of_whole_fingerprints() -> None:
    fingerprints = clustered_along_few_axes(N)
    found = approximately(fingerprints, k=K).neighbors
    rows, similarities = found.rows, found.similarities
    unit = fingerprints / np.linalg.norm(fingerprints, axis=1, keepdims=True)
    expected = np.einsum("id,ikd->ik", unit, unit[rows])
    np.testing.assert_allclose(similarities, expected, atol=2e-6)
    assert (np.diff(similarities, axis=1) <= 0).all()
    assert not (rows == np.arange(N)[:, np.newaxis]).any()
    assert all(len(set(row)) == K for row in rows.tolist())


def test_the_same_every_time() -> None:
    fingerprints = clustered_along_few_axes(1500)
    first, again = (approximately(fingerprints, k=9).neighbors for _ in range(2))
    assert (first.rows == again.rows).all()


def test_duplicates_are_found() -> None:
    fingerprints = clustered_along_few_axes(1500)
    fingerprints[100:900] = fingerprints[100]
    found = approximately(fingerprints, k=9)
    assert (found.neighbors.similarities[100:900] == 1).all()
    inside = (found.neighbors.rows[100:900] >= 100) & (found.neighbors.rows[100:900] < 900)
    assert inside.all()


@pytest.mark.parametrize("n", [5, 12, 40])
def test_few_rows_are_all_found(n: int) -> None:
    fingerprints = clustered_along_few_axes(n)
    rows = approximately(fingerprints, k=n - 1).neighbors.rows
    assert (np.sort(rows, axis=1) == [[j for j in range(n) if j != i] for i in range(n)]).all()


def test_an_index_that_misses_too_much_is_not_used(caplog: pytest.LogCaptureFixture) -> None:
    # Noise in many dimensions: its few longest axes say nothing, and its cells little.
    noise = np.random.default_rng(0).normal(size=(1500, 300)).astype(np.float32)
    with pytest.raises(MissedError, match="8 of 300 dimensions hold"):
        Index(noise, 9, random_state=0, dimensions=(8,))
    found = approximately(noise, k=9)
    assert found.report["method"] == "exact"
    assert "cells hold" in found.report["reason"]
    assert "searched exactly, which takes long" in caplog.text
    assert share_found(found.neighbors.rows, brute_force(noise, 9)) > 0.999


@pytest.mark.parametrize(("platform", "threads"), [("darwin", [1]), ("linux", [])])
def test_faiss_runs_on_one_thread_on_macos_only(
    monkeypatch: pytest.MonkeyPatch, platform: str, threads: list[int]
) -> None:
    set_to: list[int] = []
    faiss = importlib.import_module("faiss")
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(faiss, "omp_set_num_threads", set_to.append)
    monkeypatch.delenv("KMP_DUPLICATE_LIB_OK", raising=False)
    assert import_faiss() is faiss
    assert set_to == threads
    assert (os.environ.get("KMP_DUPLICATE_LIB_OK") == "TRUE") == (platform == "darwin")
