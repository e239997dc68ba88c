"""A place amid the nearest, but for those that lie elsewhere."""

from __future__ import annotations

import numpy as np

from hubble_dash.amid import amid


def test_few_that_lie_far_do_not_count() -> None:
    random = np.random.default_rng(0)
    together = random.normal([4.0, -3.0], 0.1, (6, 2))
    elsewhere = random.normal([-40.0, 50.0], 5.0, (4, 2))
    there = random.permutation(np.concatenate([together, elsewhere]))
    (found,) = amid(there[np.newaxis].astype(np.float32))
    assert np.hypot(*(found - [4.0, -3.0])) < 0.2
    assert np.hypot(*(there.mean(axis=0) - [4.0, -3.0])) > 15


def test_each_has_a_place_of_its_own() -> None:
    there = np.random.default_rng(1).normal(size=(5, 10, 2))
    expected = []
    for own in there:
        apart = np.linalg.norm(own[:, None] - own[None], axis=2)
        middle = int(apart.sum(axis=1).argmin())
        expected.append(own[np.argsort(apart[middle])[:5]].mean(axis=0))
    np.testing.assert_allclose(amid(there), expected)
    np.testing.assert_allclose(amid(there[:, :1]), there[:, 0])  # in an atlas of one
