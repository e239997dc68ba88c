"""Neighbours of old and new rows together are those of a search among all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Neighbors
from hubble_dash.builder.neighbors import joined
from hubble_dash.builder.neighbors.joined import join_neighbors
from hubble_dash.builder.neighbors.search import find_neighbors


def empty(n: int, k: int) -> Neighbors:
    return Neighbors(np.empty((n, k), np.int32), np.empty((n, k), np.float32))


def some(n: int) -> NDArray[np.float16]:
    return np.random.default_rng(0).normal(size=(n, 6)).astype(np.float16)


def join(m: int, n: int, known: int, k: int, report: Any = None, **how: Any) -> Neighbors:
    old, out = find_neighbors(some(n)[:m], k=known), empty(n, k)
    join_neighbors(some(n), old, report or {"method": "exact"}, out=out, **how)
    return out


@pytest.mark.parametrize(
    ("m", "n", "known", "k"), [(60, 90, 20, 20), (5, 90, 4, 30), (89, 90, 20, 20), (60, 90, 9, 20)]
)
def test_they_are_those_of_all(m: int, n: int, known: int, k: int) -> None:
    found, true = join(m, n, known, k), find_neighbors(some(n), k=k)
    assert np.array_equal(found.rows, true.rows)
    assert np.allclose(found.similarities, true.similarities, atol=2e-6)


def test_it_searches_all_again_only_where_it_must(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(joined, "search_neighbors", refuse)
    join(60, 90, 20, 20)
    for more in ({"known": 9}, {"max_exact_products": 10.0}):
        with pytest.raises(AssertionError):
            join(**{"m": 60, "n": 90, "known": 20, "k": 20, **more})


def test_what_an_index_missed_is_measured_anew() -> None:
    old = find_neighbors(some(90)[:60], k=12)
    # Half of the neighbours of each old row are not the nearest.
    rows = old.rows.copy()
    similarities = old.similarities.copy()
    similarities[:, 6:] = -1
    before = {"method": "inverted file", "cells": 7, "recall_at_9": 1.0, "recall_at_k": 1.0}
    report = join_neighbors(some(90), Neighbors(rows, similarities), before, out=empty(90, 12))
    assert report["cells"] == 7
    assert report["sample"] == 90
    assert 0.5 < report["recall_at_k"] < 1
    assert report["recall_at_k"] < report["recall_at_9"] < 1
