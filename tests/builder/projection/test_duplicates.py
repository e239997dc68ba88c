from __future__ import annotations

import numpy as np
import pytest
from helpers.vectors import clustered

from hubble_dash.builder.neighbors.search import find_neighbors
from hubble_dash.builder.projection.duplicates import (
    group_duplicates,
    offsets_in_groups,
    without_duplicates,
)


def test_copies_of_copies_are_one_group() -> None:
    fingerprints = clustered(60)
    fingerprints[[20, 41]], fingerprints[50] = fingerprints[7] * 2, fingerprints[8]
    first, group = group_duplicates(find_neighbors(fingerprints, k=5))
    assert first.tolist() == [row for row in range(60) if row not in (20, 41, 50)]
    assert len({*group[[7, 20, 41]].tolist()}) == 1
    assert group[50] == group[8] != group[7]
    assert (first[group[first]] == first).all()


def test_members_of_a_group_are_set_apart() -> None:
    group = np.repeat([0, 1, 2], [1, 3, 500])
    offsets = offsets_in_groups(group)
    radii = np.hypot(*offsets.T)
    assert (radii[[0, 1, 4]] == 0).all()
    assert radii.max() < 0.0201
    assert len(np.unique(offsets[group == 2], axis=0)) == 500


@pytest.mark.parametrize("max_exact_products", [0, 1e12])
def test_graph_without_duplicates(max_exact_products: float) -> None:
    fingerprints = clustered(300)
    fingerprints[50:80] = fingerprints[7]
    fingerprints[90] = fingerprints[12]
    different = np.r_[0:50, 80:90, 91:300]
    group = np.zeros(300, np.int64)
    group[different] = np.arange(len(different))
    group[50:80], group[90] = 7, 12
    few, graph = without_duplicates(
        fingerprints,
        find_neighbors(fingerprints, k=40),
        different,
        group,
        k=25,
        max_exact_products=max_exact_products,
    )
    expected = find_neighbors(fingerprints[different], k=25)
    assert few.shape == (269, 32)
    np.testing.assert_allclose(graph.similarities, expected.similarities, atol=2e-6)
    assert (graph.rows == expected.rows).mean() > 0.999
