"""What the page and `hubble-dash info` say of where an atlas comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from helpers.atlases import QuickBuild, nebula
from helpers.images import make_picture

import hubble_dash as hd
from hubble_dash.atlas.atlas import Atlas
from hubble_dash.methods.provenance import provenance


def test_a_built_atlas(mosaic: Atlas) -> None:
    said = dict(provenance(mosaic))
    model = mosaic.manifest["model"]
    assert said["Images"] == "1 from mosaic.fits"
    assert said["Cutouts"].startswith("48 sliding windows (size 48, step 24")
    assert said["Stretch"] == "limits percentile, percentile 99.5, curve asinh, per image"
    assert said["Model"] == "tf_efficientnet_lite0 (timm)"
    assert said["Fingerprints"] == "pooled features, 1392 long, quality fast, by eager in fp32"
    assert model["weights_sha256"] in said["File of weights"]
    assert said["Weights"] == model["reason"]
    assert said["Map"] == (
        "method tsne, perplexity 15.67, early exaggeration 12, n iter 25, random state 0"
    )
    assert "torch" in said["Versions"]
    for silent in ("Left out", "Steps on images", "Steps on cutouts", "Catalogue"):
        assert silent not in said
    assert all(text.strip() and "\n" not in text for text in said.values())


def test_steps_catalogue_and_what_was_left_out(quick_build: QuickBuild, tmp_path: Path) -> None:
    for i in range(2):
        make_picture(tmp_path / f"p{i}.png", nebula(i)[:100, :120])
    (tmp_path / "c.csv").write_text("path,name\np0.png,a\np1.png,b\nlost.png,c\n")
    atlas = quick_build(
        (), tmp_path / "x.atlas", catalog=tmp_path / "c.csv",
        process_images=[hd.Resize(50, 40), hd.FlipUpDown()], process_cutouts=[hd.Rotate(90.0)],
    )  # fmt: skip
    said = dict(provenance(atlas))
    assert said["Images"] == "2 from the paths in c.csv"
    assert said["Cutouts"] == "2 whole images (min valid 0.01)"
    assert said["Left out"] == "lost.png: there is no such file"
    assert said["Steps on images"] == "resize (width 50, height 40), then flip-ud"
    assert said["Steps on cutouts"] == "rotate (angle deg 90)"
    assert said["Catalogue"] == "c.csv"
    assert said["Map"] == "method pca"


@pytest.mark.parametrize(
    ("cutouts", "words"),
    [
        (hd.DetectedSources(), "detected sources (threshold 3, "),
        (hd.CatalogPositions(size=3, unit="arcsec"), "positions of a catalogue (size 3, "),
    ],
)
def test_every_kind_of_cutouts_has_words(atlas: Atlas, cutouts: Any, words: str) -> None:
    from dataclasses import asdict

    settings = atlas.manifest["settings"] | {"cutouts": asdict(cutouts)}
    left_out = {"files": [], "cutouts": {"blank": 1200}}
    manifest = atlas.manifest | {"settings": settings, "left_out": left_out}
    said = dict(provenance(Atlas(atlas.path, manifest)))
    assert words in said["Cutouts"]
    assert said["Left out"] == "1,200 cutouts: blank"


def test_clusters_are_counted_and_named(atlas: Atlas) -> None:
    assert "Clusters" not in dict(provenance(atlas))
    names = ["spiral", *(f"cluster {i}" for i in range(2, 31))]
    clusters = [{"name": name, "size": 1000 - i} for i, name in enumerate(names)]
    clusters[1]["is_part"] = True
    levels = [
        {"name": "coarse cluster", "clusters": clusters[:2]},
        {"name": "cluster", "clusters": clusters},
    ]
    said = dict(provenance(Atlas(atlas.path, {**atlas.manifest, "clusters": levels})))["Clusters"]
    parts = " (parts of a continuum: 1)"
    assert said.startswith(f"2 coarse clusters{parts}. 30 clusters{parts}: spiral (1,000); clus")
    assert said.endswith("cluster 24 (977); and 6 more")


def test_neighbours_and_what_the_map_keeps(atlas: Atlas) -> None:
    def said(**changed: Any) -> dict[str, str]:
        return dict(provenance(Atlas(atlas.path, atlas.manifest | changed)))

    assert said()["Neighbours"] == said(neighbors={"method": "exact"})["Neighbours"] == "exact"
    index = {"method": "inverted file", "cells": 4000, "recall_at_9": 0.9941, "recall_at_k": 0.9}
    assert said(neighbors={**index, "sample": 1000})["Neighbours"] == (
        "inverted file, recall@9 0.994 (measured on 1,000 rows)"
    )
    quality = {"neighbors_kept_at_10": 0.451, "trustworthiness_at_10": 0.9876, "sample": 1000}
    assert said(map={**atlas.manifest["map"], "quality": quality})["Map keeps"] == (
        "45% of the 10 nearest neighbours, trustworthiness 0.988 at 10 (measured on 1,000 cutouts)"
    )
    assert "Map keeps" not in said(map={**atlas.manifest["map"], "quality": {}})


@pytest.mark.parametrize(
    ("n", "text"), [(6, "a0, a1, a2, a3, a4, a5"), (1234, "a0, a1, a2, a3, a4 and 1,229 more")]
)
def test_of_many_inputs_some_are_named(atlas: Atlas, n: int, text: str) -> None:
    settings = {**atlas.manifest["settings"], "inputs": [f"a{i}" for i in range(n)]}
    told = Atlas(atlas.path, {**atlas.manifest, "settings": settings})
    assert dict(provenance(told))["Images"].endswith(f" from {text}")


def test_the_current_folder_has_a_name(
    quick_build: QuickBuild, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "carina"
    folder.mkdir()
    make_picture(folder / "a.png", nebula(1)[:60, :60])
    monkeypatch.chdir(folder)
    atlas = quick_build(".", tmp_path / "v1.2.atlas")
    assert dict(provenance(atlas))["Images"] == "1 from carina"
    assert atlas.title == "v1.2"
