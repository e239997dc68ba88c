from __future__ import annotations

import numpy as np
from helpers.vectors import brute_force, clustered_along_few_axes

from hubble_dash.builder.neighbors.exact import nearest_of_all


def test_blocks_give_what_the_whole_gives() -> None:
    fingerprints = clustered_along_few_axes(700)
    ((rows, whole),) = nearest_of_all(fingerprints, 21)
    assert rows == slice(0, 700)
    parts = list(
        nearest_of_all(
            fingerprints, 21, max_copied_numbers=0, queries_per_reading=300, searched_rows=128
        )
    )
    assert [rows for rows, _ in parts] == [slice(0, 300), slice(300, 600), slice(600, 700)]
    similarities = np.concatenate([similarities for _, (similarities, _) in parts])
    found = np.concatenate([found for _, (_, found) in parts])
    np.testing.assert_allclose(similarities, whole[0], atol=2e-6)
    assert (found == whole[1]).mean() > 0.999
    assert (found[:, 0] == np.arange(700)).all()
    assert (found[:, 1:] == brute_force(fingerprints, 20)).mean() > 0.999
