"""Names that people gave, where clusters are found anew."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from hubble_dash.atlas.manifest import ClusterLevelEntry
from hubble_dash.builder.naming.kept import Before, with_kept_names


def level(name: str, *names: str | tuple[str, str]) -> ClusterLevelEntry:
    """Clusters of these names, or names and own names."""
    made: ClusterLevelEntry = {"name": name, "clusters": []}
    for one in names:
        made["clusters"].append({"name": "", "size": 9, "medoid": 0, "spread": 0.1})
        if isinstance(one, tuple):
            made["clusters"][-1] |= {"name": one[0], "own_name": one[1]}
        else:
            made["clusters"][-1]["name"] = one
    return made


# Three clusters of 30, ten cutouts in none.
CODES = np.repeat([0, 1, 2, -1], [30, 30, 30, 10]).astype(np.int16)[:, np.newaxis]
GIVEN = level("cluster", ("Rings", "cluster 1"), "spiral", ("Arcs", "cluster 3"))


def kept(codes: np.ndarray, *names: str, before: ClusterLevelEntry = GIVEN) -> list[str]:
    codes = np.asarray(codes, np.int16)[:, np.newaxis]
    (found,) = with_kept_names([level("cluster", *names)], codes, Before([before], CODES))
    return [one["name"] for one in found["clusters"]]


def test_names_follow_clusters_that_have_other_numbers() -> None:
    codes = np.repeat([2, 0, 1, -1], [30, 30, 30, 10])
    assert kept(codes, "spiral", "high z", "cluster 3") == ["spiral", "Arcs", "Rings"]
    (found,) = with_kept_names(
        [level("cluster", "spiral", "high z", "cluster 3")],
        codes.astype(np.int16)[:, np.newaxis],
        Before([GIVEN], CODES),
    )
    assert [one.get("own_name") for one in found["clusters"]] == [None, "high z", "cluster 3"]


def test_most_of_a_cluster_is_enough(caplog: pytest.LogCaptureFixture) -> None:
    codes = CODES[:, 0].copy()
    codes[:14] = -1
    codes[60:76] = -1
    with caplog.at_level(logging.WARNING):
        assert kept(codes, "a", "b", "c") == ["Rings", "b", "c"]
    assert "'Arcs' of before is no longer a cluster, and its name is gone" in caplog.text
    assert "Rings" not in caplog.text


def test_one_of_many_in_a_larger_one_gives_it_no_name() -> None:
    assert kept(np.repeat([0, 1], [60, 40]), "a", "b") == ["a", "Arcs"]


def test_new_cutouts_say_nothing_of_what_it_was() -> None:
    codes = np.concatenate([CODES[:, 0], np.zeros(500, np.int16)])
    assert kept(codes, "a", "b", "c") == ["Rings", "b", "Arcs"]


def test_names_are_those_of_the_same_level() -> None:
    other = level("fine cluster", ("Rings", "cluster 1"), "spiral", "cluster 3")
    assert kept(CODES[:, 0], "a", "b", "c", before=other) == ["a", "b", "c"]


def test_of_an_atlas_without_clusters_nothing_is_kept() -> None:
    levels = [level("cluster", "a", "b", "c")]
    assert with_kept_names(levels, CODES, Before([], np.empty((0, 0), np.int16))) == levels
