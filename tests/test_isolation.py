"""How far cutouts are from those most like them."""

from __future__ import annotations

import numpy as np
from helpers.atlases import brute_force
from helpers.vectors import clustered
from sklearn.neighbors import LocalOutlierFactor

from hubble_dash.isolation import isolation, local_isolation


def test_local_isolation_is_scikit_learn_s_local_outlier_factor() -> None:
    fingerprints = clustered(300)
    rows, similarities = brute_force(fingerprints, 20)
    unit = fingerprints / np.linalg.norm(fingerprints, axis=1, keepdims=True)
    known = LocalOutlierFactor(n_neighbors=9).fit(unit).negative_outlier_factor_
    np.testing.assert_allclose(local_isolation(rows, similarities), -known, rtol=2e-3)
    assert np.ptp(known) > 0.2


def test_it_is_beside_their_own_and_not_how_dense_they_lie() -> None:
    random = np.random.default_rng(0)
    # Two kinds, one spread ten times as wide, and one cutout a little apart from the dense kind.
    center, other = np.eye(2, 16)
    vectors = np.concatenate([
        center + random.normal(scale=0.01, size=(60, 16)),
        other + random.normal(scale=0.1, size=(60, 16)),
        [center + 0.03],
    ])  # fmt: skip
    rows, similarities = brute_force(vectors, 12)
    local, all_over = local_isolation(rows, similarities), isolation(similarities)
    assert local.argmax() == 120
    assert all_over[60:120].min() > all_over[120]
    assert abs(np.median(local[:60]) - 1) < 0.1
    assert abs(np.median(local[60:120]) - 1) < 0.1


def test_copies_are_amid_others() -> None:
    vectors = np.ones((40, 8))
    vectors[30:] = np.random.default_rng(0).normal(size=(10, 8))
    rows, similarities = brute_force(vectors, 12)
    found = local_isolation(rows, similarities)
    np.testing.assert_allclose(found[:30], 1, rtol=1e-3)
    assert np.isfinite(found).all()


def test_alone_there_is_nothing_to_say() -> None:
    none = np.empty((1, 0), np.float32)
    assert np.isnan(local_isolation(none.astype(np.int32), none)).all()
    assert np.isnan(isolation(none)).all()
