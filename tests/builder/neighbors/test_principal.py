from __future__ import annotations

import numpy as np
from helpers.vectors import clustered

from hubble_dash.builder.neighbors.principal import two_components


def test_long_fingerprints_take_axes_from_a_sample() -> None:
    fingerprints = clustered(400, d=150, n_clusters=2)
    exact = two_components(fingerprints)
    sampled = two_components(fingerprints, max_square_side=140)
    assert abs(np.corrcoef(sampled[:, 0], exact[:, 0])[0, 1]) > 0.99
    assert not np.array_equal(sampled, exact)
