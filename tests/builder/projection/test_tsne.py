"""The map of many cutouts."""

from __future__ import annotations

from helpers.vectors import clustered

from hubble_dash.builder.neighbors.search import find_neighbors
from hubble_dash.builder.projection.layout import lay_out
from hubble_dash.config import MapSettings


def test_sorted_points_make_as_good_a_map() -> None:
    fingerprints = clustered(200)
    neighbors = find_neighbors(fingerprints, k=60)
    settings = MapSettings(n_iter=75)
    plain = lay_out(fingerprints, neighbors, settings)
    told: list[tuple[int, int]] = []
    ours, again = (
        lay_out(
            fingerprints,
            neighbors,
            settings,
            progress=lambda *done: told.append(done),
            max_unsorted_points=0,
        )
        for _ in range(2)
    )
    assert told == 2 * [(done, 200) for done in range(1, 201)]
    for name in ("neighbors_kept_at_10", "trustworthiness_at_10"):
        assert ours.report["quality"][name] > plain.report["quality"][name] - 0.02
    assert (ours.positions != plain.positions).any()
    assert (again.positions == ours.positions).all()
