"""Clusters of an atlas: columns of names, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.atlases import make_atlas

from hubble_dash.atlas.atlas import Atlas, open_atlas
from hubble_dash.errors import AtlasError


@pytest.fixture
def clustered(tmp_path: Path) -> Atlas:
    codes = np.array([0, 1, -1, 0, 1, 1, 0, 0], np.int16)
    fine = np.array([0, 2, -1, 0, 2, -1, 1, 1], np.int16)
    return make_atlas(
        tmp_path / "clustered.atlas", limit=8, k=5,
        clusters={"cluster": codes, "fine cluster": fine},
    )  # fmt: skip


def test_names_are_columns(clustered: Atlas) -> None:
    assert clustered.select('cluster == "cluster 1"').tolist() == [1, 4, 5]
    assert clustered.select("cluster is missing").tolist() == [2]
    found = clustered.select('`fine cluster` == "fine cluster 1" or `fine cluster` is missing')
    assert found.tolist() == [2, 5, 6, 7]
    assert clustered.columns.names["cluster"] == "built-in"


def test_an_atlas_without_has_no_such_columns(atlas: Atlas) -> None:
    assert atlas.clusters is None
    assert "cluster" not in atlas.columns.names


def changed(atlas: Atlas, **entries: Any) -> Path:
    path = atlas.path / "manifest.json"
    said = json.loads(path.read_text())
    said["clusters"][0]["clusters"][1] |= entries
    path.write_text(json.dumps(said))
    return atlas.path


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"name": " "}, "not empty"),
        ({"name": "cluster 0"}, "told apart"),
        ({"medoid": 8}, "rows below 8"),
        ({"spread": 2.5}, "spread"),
        ({"size": 0}, "size"),
    ],
)
def test_what_cannot_be_is_refused(clustered: Atlas, entries: Any, said: str) -> None:
    with pytest.raises(AtlasError, match=said):
        open_atlas(changed(clustered, **entries))


def test_a_number_that_no_cluster_has_is_refused(clustered: Atlas) -> None:
    path = clustered.path / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["clusters"][1]["clusters"].pop()
    path.write_text(json.dumps(manifest))
    with pytest.raises(AtlasError, match="fine cluster"):
        open_atlas(clustered.path)
    del manifest["files"]["clusters.npy"]
    path.write_text(json.dumps(manifest))
    with pytest.raises(AtlasError, match=r"lack clusters\.npy"):
        open_atlas(clustered.path)
