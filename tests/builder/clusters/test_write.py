"""Clusters of an atlas that is built, that grows, and whose map is laid out anew."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers.builds import assert_whole
from helpers.growing import Growing
from sklearn.metrics import adjusted_rand_score

from hubble_dash.builder.growing.add import add_from
from hubble_dash.config import AddSettings


@pytest.mark.slow
def test_clusters_are_found_carried_over_and_found_anew(tmp_path: Path) -> None:
    growing, random = Growing(tmp_path, 84), np.random.default_rng(0)
    # Three kinds in turns; the last twelve are of a fourth.
    kinds = np.where(np.arange(84) < 72, np.arange(84) % 3, 3)
    growing.vectors = (10 * np.eye(6)[kinds] + random.normal(0, 0.5, (84, 6))).astype(np.float32)
    built = growing.build(60)
    assert built.clusters is not None
    (level,) = built.manifest["clusters"]
    assert level["name"] == "cluster"
    assert [one["name"] for one in level["clusters"]] == [f"cluster {i}" for i in (1, 2, 3)]
    codes = np.array(built.clusters[:, 0])
    assert adjusted_rand_score(kinds[:60], codes) > 0.9
    assert all(codes[one["medoid"]] == code for code, one in enumerate(level["clusters"]))

    grown = growing.add(60, 84)
    assert_whole(grown)
    assert grown.clusters is not None
    assert np.array_equal(grown.clusters[:60, 0], codes)
    kind_of = {int(codes[row]): int(kinds[row]) for row in range(60) if codes[row] >= 0}
    joined = [(kind_of.get(int(code)), int(kind)) for code, kind in
              zip(grown.clusters[60:72, 0], kinds[60:72], strict=True)]  # fmt: skip
    assert all(code in (kind, None) for code, kind in joined)
    assert sum(code is not None for code, _ in joined) >= 8
    assert (grown.clusters[72:] == -1).all()
    (now,) = grown.manifest["clusters"]
    assert [one["size"] for one in now["clusters"]] == np.bincount(
        grown.clusters[grown.clusters >= 0]
    ).tolist()

    anew = add_from(AddSettings(new_map=True), growing.path, progress=False)
    assert_whole(anew)
    assert anew.clusters is not None
    assert adjusted_rand_score(kinds, anew.clusters[:, 0]) > 0.9
    assert len(anew.manifest["clusters"][0]["clusters"]) == 4


@pytest.mark.slow
def test_of_few_there_is_neither_file_nor_entry(tmp_path: Path) -> None:
    growing = Growing(tmp_path, 20)
    for atlas in (growing.build(12), growing.add(12, 20)):
        assert atlas.clusters is None
        assert "clusters" not in atlas.manifest
        assert not (atlas.path / "clusters.npy").exists()
